use super::Fail2Ban;
use crate::source::check::{access, corpus, samples};

#[test]
fn own_samples() {
    samples(&Fail2Ban);
}

#[test]
fn attempts_of_the_corpus() {
    corpus(
        &Fail2Ban,
        &[
            "linux/fail2ban/debian-12/fail2ban.log",
            "linux/fail2ban/debian-12/syslog.log",
            "linux/fail2ban/debian-13/fail2ban.log",
            "linux/fail2ban/debian-13/syslog.log",
        ],
    );
}

#[test]
fn access_records() {
    const NONE: &str = "- - - - -:-";
    const BANNED: &str = "- - - - 203.0.113.66:-";
    access(
        &Fail2Ban,
        "fail2ban.log",
        &[
            NONE,
            NONE,
            NONE,
            "ssh failure - - 10.30.0.20:-",
            "ssh failure - - 203.0.113.66:-",
            "ssh failure - - 2001:db8::50:-",
            BANNED,
            BANNED,
            BANNED,
            BANNED,
            BANNED,
            BANNED,
            "web failure - - 198.51.100.9:-",
            "vpn failure - - 198.51.100.9:-",
            "- failure - - 198.51.100.9:-",
            "- failure - - -:-",
            NONE,
            "- - - - 192.0.2.20:-",
            "rdp failure - - 203.0.113.66:-",
            NONE,
            "remote-tool failure - - 203.0.113.66:-",
        ],
    );
}
