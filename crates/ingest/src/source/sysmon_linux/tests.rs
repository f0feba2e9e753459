use super::SysmonLinux;
use crate::source::check::{Reading, access, claimed, datasets_of, golden, samples};

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

#[test]
fn other_lines_among_them() {
    let event =
        "<Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>5</EventID></System></Event>";
    let ours = format!("Jan  5 08:00:00 web sysmon: {event}");
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    assert_eq!(
        datasets_of(&format!("{ours}\n{sshd}\nno line of anything\n{event}\n")),
        ["sysmon_linux.log", "system.auth", "sysmon_linux.log"]
    );
    let planted = format!("Jan  5 08:00:00 web app[7]: said {event}\n");
    assert_eq!(datasets_of(&planted), ["system.auth"]);
}
