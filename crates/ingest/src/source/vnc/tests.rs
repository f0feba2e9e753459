use super::Vnc;
use crate::source::check::{access, claimed, corpus, datasets_of, hosts, samples};

#[test]
fn own_samples() {
    samples(&Vnc);
}

#[test]
fn files_are_known() {
    claimed(
        &Vnc,
        "vnc",
        &[
            ("input.fail2ban-screensharingd.log", 0),
            ("input.realvnc-syslog.log", 0),
            ("input.tigervnc-tightvnc-unix.log", 0),
            ("input.x11vnc.log", 0),
        ],
    );
}

#[test]
fn true_hosts() {
    hosts(&Vnc, "vnc", "screensharingd", "log");
}

/// Logs of the real servers, and what was done to them.
#[test]
fn attempts_at_real_servers() {
    corpus(
        &Vnc,
        &[
            "network/vnc/debian-12/tigervnc-blacklist.log",
            "network/vnc/debian-12/tigervnc-open.log",
            "network/vnc/debian-12/tigervnc-plain.log",
            "network/vnc/debian-12/tigervnc.log",
            "network/vnc/debian-12/x11vnc-open.log",
            "network/vnc/debian-12/x11vnc.log",
            "network/vnc/debian-13/tigervnc-blacklist.log",
            "network/vnc/debian-13/tigervnc-open.log",
            "network/vnc/debian-13/tigervnc-plain.log",
            "network/vnc/debian-13/tigervnc.log",
            "network/vnc/debian-13/x11vnc-open.log",
            "network/vnc/debian-13/x11vnc.log",
        ],
    );
}

const NONE: &str = "- - - - -:-";

#[test]
fn access_records_of_blocks() {
    access(
        &Vnc,
        "tigervnc.log",
        &[
            NONE,
            NONE,
            NONE,
            NONE,
            "vnc attempt - - 203.0.113.7:40001",
            NONE,
            NONE,
            NONE,
            NONE,
            "vnc failure password - 203.0.113.7:40001",
            NONE,
            "- - - - 203.0.113.7:40001",
            "vnc attempt - - 2001:db8::7:40002",
            NONE,
            NONE,
            "vnc success password - 2001:db8::7:40002",
            NONE,
            NONE,
            "vnc end password - 2001:db8::7:40002",
            NONE,
            "- - - - 2001:db8::7:40002",
            "vnc attempt - - 198.51.100.9:40003",
            "- - - - 198.51.100.9:40003",
            "vnc attempt - - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:40004",
            "vnc failure - - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:40004",
            NONE,
            "vnc failure - - 203.0.113.7:-",
            "vnc attempt - - 203.0.113.8:40005",
            NONE,
            "vnc success anonymous - 203.0.113.8:40005",
            "vnc end - - 203.0.113.8:40005",
            "vnc attempt - - -:40006",
            NONE,
            "vnc failure - - -:40006",
            "vnc attempt - - 203.0.113.9:40007",
            "vnc attempt - - 203.0.113.10:40008",
            // Which of the two came in does not show.
            "vnc success - - -:-",
        ],
    );
}

#[test]
fn access_records_of_lines_with_times() {
    access(
        &Vnc,
        "x11vnc.log",
        &[
            NONE,
            NONE,
            "vnc attempt - - 203.0.113.7:-",
            NONE,
            "- - - - 203.0.113.7:40001",
            NONE,
            "vnc failure password - 203.0.113.7:40001",
            NONE,
            "- - password - 203.0.113.7:40001",
            "vnc attempt - - 2001:db8::7:40002",
            NONE,
            "vnc success password - 2001:db8::7:40002",
            "- - password - 2001:db8::7:40002",
            "vnc end password - 2001:db8::7:40002",
            "vnc attempt - - 198.51.100.9:-",
            "vnc failure - - 198.51.100.9:-",
            "- - - - 198.51.100.9:-",
            "vnc attempt - - 203.0.113.8:-",
            NONE,
            "vnc success password - 203.0.113.8:-",
            "- - - - 203.0.113.8:-",
            "vnc attempt - - 203.0.113.9:-",
            "vnc failure password - 203.0.113.9:-",
        ],
    );
}

#[test]
fn access_records_of_syslog() {
    access(
        &Vnc,
        "syslog.log",
        &[
            "vnc attempt - - 203.0.113.7:61007",
            "vnc success - alice 203.0.113.7:61007",
            "vnc end - - 203.0.113.7:61007",
            "vnc failure password - 2001:db8::7:61008",
            "vnc failure - - 203.0.113.8:61009",
            "vnc success anonymous - 203.0.113.9:61010",
            "vnc success password bob 203.0.113.10:-",
            "vnc failure kerberos x :: Viewer Address: 10.0.0.1 :: Type: DH 203.0.113.11:-",
            "vnc failure password - 203.0.113.12:-",
            "vnc attempt - - 203.0.113.13:40009",
        ],
    );
}

#[test]
fn other_lines_among_them() {
    let ours = " Connections: accepted: 203.0.113.7::40001";
    let sshd = "Jan  7 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    assert_eq!(
        datasets_of(&format!(
            "Wed Jan  7 08:00:00 2026\n{ours}\n{sshd}\nno line of anything\n{ours}\n"
        )),
        ["vnc.log", "vnc.log", "system.auth", "vnc.log"]
    );
    // A date alone, or an indented line, is nobody's.
    assert_eq!(
        datasets_of(&format!(
            "Wed Jan  7 08:00:00 2026\n{sshd}\n07/01/2026 08:00:00 hello\n"
        )),
        ["system.auth"]
    );
}
