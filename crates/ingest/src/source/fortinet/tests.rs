use jiff::tz::{Offset, TimeZone};

use super::Fortinet;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&Fortinet);
}

/// The suite of Elastic's Filebeat module ran in a zone two hours west of Greenwich, which it also gives as `event.timezone`.
#[test]
fn as_elastic_has_it() {
    let reading = Reading {
        zone: TimeZone::fixed(Offset::constant(-2)),
        ..Reading::default()
    };
    for name in ["event", "traffic"] {
        golden("vpn-fortinet", name, &reading, &[]);
    }
}

#[test]
fn files_are_known() {
    claimed(
        &Fortinet,
        "vpn-fortinet",
        &[
            ("input.event.log", 0),
            ("input.traffic.log", 0),
            ("input.crowdsec-fortinet-vpn-bf.log", 0),
            ("input.sekoia-fortigate.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &Fortinet,
        "fortigate.log",
        &[
            "vpn attempt - - 203.0.113.7:-",
            "vpn failure - alice 203.0.113.7:-",
            "vpn failure - x 203.0.113.7:-",
            "vpn failure - alice -:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn - - alice 203.0.113.7:-",
            "vpn end - alice 203.0.113.7:-",
            "vpn failure - - 198.51.100.9:500",
            "vpn attempt - - 198.51.100.9:500",
            "vpn - - - 198.51.100.10:500",
            "vpn success - bob 198.51.100.9:4500",
            "firewall success - admin 198.51.100.20:-",
            "firewall failure - root 198.51.100.21:-",
            "firewall end - admin 198.51.100.20:-",
            "firewall failure - carol 203.0.113.8:-",
            "- - - - -:-",
            "firewall failure - erin 203.0.113.9:-",
            "- - - - -:-",
            "- - - - -:-",
            "- - - - -:-",
            "vpn failure - frank 203.0.113.11:-",
            "- - - - -:-",
        ],
    );
}
