use super::CheckPoint;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&CheckPoint);
}

#[test]
fn as_elastic_has_it() {
    for name in ["R80.X", "checkpoint_with_time", "checkpoint"] {
        golden("vpn-checkpoint", name, &Reading::default(), &[]);
    }
}

#[test]
fn files_are_known() {
    claimed(
        &CheckPoint,
        "vpn-checkpoint",
        &[
            ("input.R80.X.log", 0),
            ("input.checkpoint_with_time.log", 0),
            ("input.checkpoint.log", 0),
            ("input.sekoia-checkpoint.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &CheckPoint,
        "exporter.log",
        &[
            "vpn failure Password alice 203.0.113.7:-",
            "vpn success Password alice 203.0.113.7:40001",
            "vpn end - alice 203.0.113.7:-",
            "firewall success User Authentication (Active Directory) bob 10.0.0.7:-",
            "firewall success - carol 198.51.100.20:-",
            "firewall failure - carol 198.51.100.21:-",
            "- - - - -:-",
            "- - - - -:-",
            "vpn success - dave 203.0.113.8:-",
            "vpn - - - 198.51.100.9:-",
            "vpn failure - erin 203.0.113.9:-",
            "- - - - -:-",
        ],
    );
}
