use super::SoftEther;
use crate::source::check::{access, claimed, corpus, hosts, samples};

#[test]
fn own_samples() {
    samples(&SoftEther);
}

#[test]
fn files_are_known() {
    claimed(
        &SoftEther,
        "vpn-softether",
        &[
            ("input.fail2ban-softethervpn.log", 0),
            ("input.server-log.log", 0),
        ],
    );
}

#[test]
fn true_hosts() {
    hosts(&SoftEther, "vpn-softether", "softethervpn", "log");
}

/// Logs of the real daemon, and what was done to it.
#[test]
fn attempts_at_a_real_server() {
    corpus(
        &SoftEther,
        &[
            "vpn/softether/debian-12/security.log",
            "vpn/softether/debian-12/server.log",
            "vpn/softether/debian-12/syslog.log",
        ],
    );
}

#[test]
fn access_records() {
    access(
        &SoftEther,
        "server.log",
        &[
            "- - - - -:-",
            "vpn attempt - - 203.0.113.7:40418",
            "- - - - 203.0.113.7:40418",
            "- - - - -:-",
            "vpn attempt password alice 203.0.113.7:40418",
            "vpn failure - alice 203.0.113.7:-",
            "vpn - - - -:-",
            "- - - - -:-",
            "- - - - 203.0.113.7:40418",
            "vpn failure - x\", from 192.0.2.99. y 203.0.113.8:-",
            "vpn success - alice -:-",
            "vpn success - - 203.0.113.7:46938",
            "vpn end - - -:-",
            "vpn failure - - -:-",
            "vpn failure password administrator -:-",
            "vpn success password administrator -:-",
            "vpn success - bob -:-",
            "vpn failure - bob 203.0.113.9:-",
            "- - - - -:-",
            "- - - - -:-",
        ],
    );
}
