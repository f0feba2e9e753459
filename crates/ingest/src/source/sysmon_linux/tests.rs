use super::SysmonLinux;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&SysmonLinux);
}

#[test]
fn files_are_known() {
    claimed(
        &SysmonLinux,
        "linux-sysmon",
        &[
            ("input.syslog-xml.log", 0),
            ("input.integration-test-sysmon.agent-events.json", 0),
        ],
    );
}

#[test]
fn expected_documents() {
    golden(
        "linux-sysmon",
        "integration-test-sysmon",
        &Reading::default(),
        &[],
    );
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &SysmonLinux,
        "syslog.log",
        &[
            none,
            "ssh attempt - - 203.0.113.50:60967",
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
        ],
    );
    access(
        &SysmonLinux,
        "carried.json",
        &["ssh attempt - - 203.0.113.51:60000", none, none],
    );
}
