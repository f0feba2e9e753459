use jiff::tz::{Offset, TimeZone};

use super::Panos;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&Panos);
}

/// The suite of Elastic's Filebeat module ran in a zone two hours west of Greenwich, which it also gives as `event.timezone`.
#[test]
fn as_elastic_has_it() {
    let reading = Reading {
        zone: TimeZone::fixed(Offset::constant(-2)),
        ..Reading::default()
    };
    for name in ["global_protect", "hipmatch", "pan_inc_other"] {
        golden("vpn-paloalto-globalprotect", name, &reading, &[]);
    }
}

#[test]
fn files_are_known() {
    claimed(
        &Panos,
        "vpn-paloalto-globalprotect",
        &[
            ("input.global_protect.log", 0),
            ("input.hipmatch.log", 0),
            ("input.pan_inc_other.log", 0),
            ("input.crowdsec-palo-alto-threat.log", 0),
            ("input.sekoia-paloalto-ngfw.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &Panos,
        "globalprotect.log",
        &[
            "vpn attempt - - 203.0.113.7:-",
            "vpn failure Local alice 203.0.113.7:-",
            "vpn success Local alice 203.0.113.7:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn - - alice 203.0.113.7:-",
            "vpn end - alice 2001:db8::7:-",
            "vpn success SAML bob 198.51.100.9:-",
            "vpn success RADIUS carol 198.51.100.10:-",
            "firewall failure - o'neil 203.0.113.8:-",
            "firewall failure - dave.x 203.0.113.8:-",
            "firewall success - admin 192.0.2.4:-",
            "- - - - -:-",
            "vpn failure - erin 203.0.113.11:-",
            "vpn success - erin 203.0.113.12:-",
            "vpn success - erin 203.0.113.12:-",
            "vpn end - erin -:-",
            "vpn failure - x, Login from: 198.51.100.66 2001:db8::9:-",
            "firewall success - admin 192.0.2.4:-",
            "firewall end - admin 192.0.2.4:-",
            "- - - - -:-",
            "- - - - -:-",
            "vpn success SAML gina 203.0.113.19:-",
            "- - - - -:-",
            "- - - - -:-",
            "- - - - -:-",
            "- - - - -:-",
            "firewall failure - hugo 203.0.113.30:-",
        ],
    );
}
