use super::OpenVpn;
use crate::source::check::{access, claimed, corpus, hosts, samples};

#[test]
fn own_samples() {
    samples(&OpenVpn);
}

#[test]
fn files_are_known() {
    claimed(
        &OpenVpn,
        "vpn-openvpn",
        &[
            ("input.crowdsec-openvpn-bf.log", 0),
            ("input.crowdsec-openvpn.log", 0),
            ("input.fail2ban-openvpn.log", 0),
            ("input.sekoia-openvpn.jsonl", 0),
        ],
    );
}

#[test]
fn true_hosts() {
    hosts(&OpenVpn, "vpn-openvpn", "openvpn", "log");
}

/// Logs of the real daemon, and what was done to it.
#[test]
fn attempts_at_a_real_server() {
    corpus(
        &OpenVpn,
        &[
            "vpn/openvpn/debian-12/server-certificates.log",
            "vpn/openvpn/debian-12/server-passwords.log",
            "vpn/openvpn/debian-12/server-syslog.log",
        ],
    );
}

#[test]
fn access_records() {
    access(
        &OpenVpn,
        "server.log",
        &[
            "- - - - -:-",
            "vpn attempt - - 203.0.113.7:44077",
            "vpn attempt - - 203.0.113.7:44077",
            "- - - alice 203.0.113.7:44077",
            "- - - - 203.0.113.7:44077",
            "vpn failure password - 203.0.113.7:44077",
            "vpn failure - alice 203.0.113.7:44077",
            "vpn attempt - alice 203.0.113.7:44077",
            "- - - - 203.0.113.7:44077",
            "vpn success password o'neil 203.0.113.7:44078",
            "vpn success - alice 203.0.113.7:44078",
            "vpn end - alice 203.0.113.7:44078",
            "vpn attempt - bob 2001:db8::7:55179",
            "vpn success - bob 2001:db8::7:-",
            "vpn failure certificate mallory 203.0.113.8:33592",
            "vpn failure - - 203.0.113.8:33592",
            "vpn attempt - - 203.0.113.9:56923",
            "vpn attempt - - 203.0.113.9:56924",
            "vpn attempt - - 203.0.113.9:56925",
            "vpn attempt - carol.x 198.51.100.9:12399",
            "vpn failure - client1 198.51.100.10:54321",
            "- - - - 198.51.100.11:65244",
            "- - - DOE Jane 198.51.100.12:25556",
            "vpn failure password - -:-",
            "vpn failure password dave -:-",
            "vpn end - erin 198.51.100.13:50004",
            "vpn failure certificate - 198.51.100.14:55329",
            "- - - - -:-",
            "- - - - -:-",
            "- - - - -:-",
        ],
    );
    let nobody = "- - - - -:-";
    access(
        &OpenVpn,
        "status.log",
        &[
            nobody,
            nobody,
            nobody,
            "vpn success - alice 203.0.113.7:49335",
            nobody,
            nobody,
            nobody,
            nobody,
            nobody,
            nobody,
            nobody,
            "vpn success - bob 2001:db8::7:41899",
            nobody,
            nobody,
            nobody,
            nobody,
            nobody,
        ],
    );
}
