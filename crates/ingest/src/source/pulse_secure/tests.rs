use super::PulseSecure;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&PulseSecure);
}

#[test]
fn as_elastic_has_it() {
    golden(
        "vpn-pulse-ivanti",
        "integration-test-log-vpn.first10",
        &Reading::default(),
        &[],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &PulseSecure,
        "vpn-pulse-ivanti",
        &[
            ("input.integration-test-log-vpn.first10.log", 0),
            ("input.integration-test-log-vpn.more-variants.log", 0),
            ("input.sekoia-pulse-connect.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &PulseSecure,
        "connect.log",
        &[
            "vpn attempt - alice 203.0.113.7:-",
            "- - - - -:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn success - alice 203.0.113.7:-",
            "- - - - -:-",
            "vpn end - alice 203.0.113.7:-",
            "vpn end - alice 203.0.113.7:-",
            "vpn failure - bob 203.0.113.8:-",
            "vpn failure - bob 203.0.113.8:-",
            "vpn failure - bob 203.0.113.8:-",
            "vpn attempt mfa carol 2001:db8::7:-",
            "vpn success - carol 2001:db8::7:-",
            "vpn end - carol 2001:db8::7:-",
            "vpn success - dave -:-",
            "- - - - -:-",
            "vpn unknown - x 203.0.113.9:-",
            "vpn failure - erin 203.0.113.10:-",
            "vpn attempt - frank 203.0.113.11:-",
            "vpn failure - x -:-",
            "- - - - -:-",
            "vpn success - grace 203.0.113.12:-",
            "vpn failure - heidi 203.0.113.13:-",
            "vpn failure - heidi 203.0.113.13:-",
            "- - - - -:-",
            "vpn attempt - - 203.0.113.14:-",
            "vpn success - ida 203.0.113.20:-",
            "- - - - -:-",
            "- - - - -:-",
            "vpn end - ida 203.0.113.20:-",
            "- - - - -:-",
            "vpn failure - jan 203.0.113.21:-",
        ],
    );
}
