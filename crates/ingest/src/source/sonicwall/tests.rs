use jiff::tz::{Offset, TimeZone};

use super::SonicWall;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&SonicWall);
}

/// The suite of Elastic's integration runs two hours east of Greenwich, which it also gives as `event.timezone`.
#[test]
fn as_elastic_has_it() {
    let reading = Reading {
        zone: TimeZone::fixed(Offset::constant(2)),
        ..Reading::default()
    };
    golden(
        "vpn-sonicwall",
        "integration-test-general.selection",
        &reading,
        &[],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &SonicWall,
        "vpn-sonicwall",
        &[
            ("input.integration-test-general.selection.log", 0),
            ("input.integration-test-general.more-variants.log", 0),
            ("input.sekoia-sonicwall-fw.jsonl", 0),
            ("input.sekoia-sonicwall-sma.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &SonicWall,
        "sonicos.log",
        &[
            "vpn success - alice 203.0.113.7:50123",
            "firewall failure - admin 203.0.113.8:36701",
            "vpn failure - x -:-",
            "vpn end - alice 203.0.113.7:50123",
            "- - - - -:-",
            "- - - - -:-",
            "- - - - -:-",
            "vpn success - BOB 203.0.113.9:-",
            "vpn failure - carol 203.0.113.9:-",
            "vpn success - dave 203.0.113.10:40000",
            "vpn failure - erin 2001:db8::8:50000",
            "- - - - -:-",
        ],
    );
}
