use crate::source::check::{Reading, access, claimed, golden, samples};

use super::CiscoAsa;

#[test]
fn own_samples() {
    samples(&CiscoAsa);
}

/// A suite of Elastic's integration. Lines without a year were read in 2023.
macro_rules! suite {
    ($test:ident, $name:literal) => {
        #[test]
        fn $test() {
            let reading = Reading {
                year: 2023,
                ..Reading::default()
            };
            golden(
                "vpn-cisco-asa",
                concat!("integration-", $name),
                &reading,
                &[],
            );
        }
    };
}

suite!(additional_messages, "additional-messages");
suite!(anyconnect_messages, "anyconnect-messages");
suite!(asa_missing_groups, "asa-missing-groups");
suite!(dap_records, "dap-records");
suite!(hostnames, "hostnames");
suite!(non_canonical, "non-canonical");
suite!(not_ip, "not-ip");
suite!(sample, "sample");

#[test]
fn files_are_known() {
    claimed(
        &CiscoAsa,
        "vpn-cisco-asa",
        &[
            ("input.integration-sample.log", 0),
            ("input.beats-additional_messages.log", 0),
            ("input.sekoia-cisco-secure-firewall.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &CiscoAsa,
        "anyconnect.log",
        &[
            "vpn attempt - - 203.0.113.7:50001",
            "vpn failure password alice 203.0.113.7:-",
            "vpn failure password - 203.0.113.7:-",
            "vpn failure password x : user IP = 192.0.2.66 203.0.113.7:-",
            "vpn success password alice -:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn success - alice 203.0.113.7:-",
            "vpn end - alice 203.0.113.7:-",
            "vpn end - alice 203.0.113.7:-",
            "firewall failure - admin 203.0.113.9:51923",
            "firewall success - admin 192.0.2.4:51924",
            "- - - - -:-",
            "- - - - -:-",
            "vpn success password bob -:-",
            "vpn success - bob 203.0.113.12:-",
            "firewall failure - x' from 192.0.2.66/1 203.0.113.13:1234",
            "vpn failure password carol 203.0.113.14:-",
            "vpn success - dave 203.0.113.15:-",
            "vpn end - dave 203.0.113.15:-",
            "vpn failure - erin -:-",
            "firewall - - root 203.0.113.16:-",
        ],
    );
}

#[test]
fn access_of_other_messages() {
    let mut expected = vec!["- - - - -:-"; 14];
    expected.extend([
        "vpn - - alice -:-",
        "vpn - - alice -:-",
        "firewall - - root 203.0.113.21:-",
        "firewall - - admin 203.0.113.21:-",
        "firewall end - admin -:-",
        "vpn - - alice 203.0.113.7:-",
        "vpn - - alice 203.0.113.7:-",
        "vpn - - alice 203.0.113.7:-",
        "vpn - - alice 203.0.113.7:-",
        "vpn attempt - - 203.0.113.7:1133",
        "vpn - - - 203.0.113.7:1133",
        "vpn success - alice 203.0.113.7:-",
        "vpn success - bob 2001:db8::2:-",
        "vpn success - bob 2001:db8::2:-",
        "vpn failure password carol 203.0.113.9:-",
        "vpn failure password ;;mallory(test user) 203.0.113.9:-",
        "vpn failure password carol 203.0.113.9:-",
    ]);
    expected.extend(["- - - - -:-"; 4]);
    access(&CiscoAsa, "messages.log", &expected);
}
