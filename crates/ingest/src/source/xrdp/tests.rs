use super::Xrdp;
use crate::source::check::{access, claimed, corpus, datasets_of, hosts, samples};

#[test]
fn own_samples() {
    samples(&Xrdp);
}

#[test]
fn files_are_known() {
    claimed(&Xrdp, "xrdp", &[("input.fail2ban-xrdp.log", 0)]);
}

#[test]
fn true_hosts() {
    hosts(&Xrdp, "xrdp", "xrdp", "log");
}

/// Logs of the real server, and what was done to it.
#[test]
fn attempts_at_a_real_server() {
    corpus(
        &Xrdp,
        &[
            "network/xrdp/debian-12/xrdp-sesman.log",
            "network/xrdp/debian-12/xrdp.log",
            "network/xrdp/debian-13/xrdp-sesman.log",
            "network/xrdp/debian-13/xrdp.log",
        ],
    );
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &Xrdp,
        "sesman.log",
        &[
            none,
            "rdp - - - ::1:36970",
            "rdp success password alice 203.0.113.7:60920",
            "rdp failure password mallory 203.0.113.7:-",
            "rdp failure password mallory ip=10.0.0.1 time=1 2001:db8::7:-",
            none,
            "rdp success password bob 203.0.113.9:45186",
            "rdp end - bob 203.0.113.9:45186",
            "rdp attempt password carol 203.0.113.20:-",
            "rdp attempt password carol 198.51.100.4:-",
            // Two asked under this name, and it does not show who came in.
            "rdp success password carol -:-",
            "rdp failure password carol 198.51.100.4:-",
            "rdp attempt password dave IP: x 203.0.113.21:-",
            "rdp success password dave IP: x 203.0.113.21:-",
            none,
            "rdp failure password erin -:-",
            "rdp - - - 127.0.0.1:36409",
            "rdp failure password grace -:-",
            "rdp success password heidi -:-",
        ],
    );
    access(
        &Xrdp,
        "xrdp.log",
        &[
            "rdp attempt - - 203.0.113.7:60920",
            "rdp - - - 203.0.113.7:60920",
            "rdp success password alice -:-",
            none,
            "rdp failure password mallory ip=10.0.0.1 time=1 -:-",
            none,
            "rdp attempt - - 2001:db8::7:57098",
            "rdp - - - 2001:db8::7:57098",
            "rdp - - bob -:-",
            "rdp success password - -:-",
            "rdp failure password - -:-",
            none,
            none,
            none,
            "rdp attempt - - 203.0.113.7:52522",
            "rdp - - - 203.0.113.7:52522",
            "rdp - - - -:-",
        ],
    );
    access(
        &Xrdp,
        "syslog.log",
        &[
            "rdp attempt - - 203.0.113.7:60920",
            "rdp - - - 127.0.0.1:60921",
            "rdp failure password mallory 203.0.113.7:-",
            "rdp attempt password frank 203.0.113.8:-",
            "rdp success password frank 203.0.113.8:-",
            none,
            "rdp success password ivan 203.0.113.30:56030",
            "rdp attempt - - 203.0.113.31:12148",
        ],
    );
}

#[test]
fn other_lines_among_them() {
    let ours = "[20260105-08:00:00] [INFO ] AUTHFAIL: user=x ip=203.0.113.7 time=1";
    // Such a line is xrdp's only among others of it.
    let unsure = "[2026-01-05T08:00:00.123+0000] [INFO ] something new";
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    assert_eq!(
        datasets_of(&format!(
            "{ours}\n{sshd}\nno line of anything\n[x] [INFO ] y\n{unsure}\n"
        )),
        ["xrdp.log", "system.auth", "xrdp.log"]
    );
    assert_eq!(datasets_of(&format!("{sshd}\n{unsure}\n")), ["system.auth"]);
    let planted = format!("Jan  5 08:00:00 web app[7]: user said {ours}\n");
    assert_eq!(datasets_of(&planted), ["system.auth"]);
}
