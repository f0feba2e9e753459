use super::CitrixAdc;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&CitrixAdc);
}

#[test]
fn as_elastic_has_it() {
    for name in [
        "integration-test-citrix-native.selection",
        "integration-test-citrix-sslvpn-message",
    ] {
        golden("vpn-citrix-adc", name, &Reading::default(), &[]);
    }
}

#[test]
fn files_are_known() {
    claimed(
        &CitrixAdc,
        "vpn-citrix-adc",
        &[
            ("input.integration-test-citrix-native.selection.log", 0),
            ("input.integration-test-citrix-native.more-variants.log", 0),
            ("input.integration-test-citrix-sslvpn-message.log", 0),
            ("input.sekoia-citrix-adc.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &CitrixAdc,
        "ns.log",
        &[
            "citrix failure - alice 203.0.113.7:-",
            "citrix failure - x -:-",
            "citrix success - alice 203.0.113.7:-",
            "citrix - - alice 203.0.113.7:-",
            "citrix - - alice 203.0.113.7:50333",
            "citrix success - alice 203.0.113.7:61267",
            "citrix end - alice 203.0.113.7:61267",
            "citrix end - alice 203.0.113.7:-",
            "firewall success - nsroot 198.51.100.20:-",
            "firewall failure - admin 198.51.100.21:-",
            "- - - - -:-",
            "firewall end - nsroot 198.51.100.20:-",
            "citrix failure - bob 203.0.113.8:-",
            "- - - - -:-",
            "citrix success - carol 203.0.113.10:-",
            "firewall end - dave 198.51.100.22:-",
            "- - - - -:-",
            "citrix success - erin 203.0.113.12:-",
            "citrix failure - erin 203.0.113.13:-",
            "- - - - -:-",
            "- - - - -:-",
            "citrix end - frank 203.0.113.15:55002",
            "citrix success - gina 203.0.113.16:55003",
            "- - - - -:-",
            "- - - - -:-",
            "citrix - - gina 203.0.113.19:-",
            "citrix - - gina -:-",
            "citrix success - hugo 203.0.113.20:-",
            "citrix - - hugo 203.0.113.20:-",
            "citrix - - - -:-",
            "citrix - - hugo 203.0.113.20:-",
            "citrix - - ida 203.0.113.21:-",
        ],
    );
}
