use super::WireGuard;
use crate::source::check::{access, claimed, corpus, samples};

#[test]
fn own_samples() {
    samples(&WireGuard);
}

#[test]
fn files_are_known() {
    claimed(
        &WireGuard,
        "vpn-wireguard",
        &[
            ("input.crowdsec-wireguard-auth.log", 0),
            ("input.crowdsec-wireguard-logs.log", 0),
        ],
    );
}

/// The log of the real daemon, and what was done to it.
#[test]
fn attempts_at_a_real_server() {
    corpus(&WireGuard, &["vpn/wireguard/debian-12/wireguard-go.log"]);
}

#[test]
fn access_records() {
    access(
        &WireGuard,
        "kernel.log",
        &[
            "vpn success key - 203.0.113.7:51820",
            "- - - - 203.0.113.7:51820",
            "vpn failure key - 203.0.113.8:51820",
            "vpn - - - 203.0.113.7:51820",
            "vpn failure key - 2001:db8::7:51820",
            "- - - - -:-",
            "vpn failure key - 203.0.113.9:40000",
            "vpn success key - 203.0.113.10:51820",
        ],
    );
    access(
        &WireGuard,
        "wireguard-go.log",
        &[
            "- - - - -:-",
            "vpn success key - -:-",
            "vpn failure key - 203.0.113.8:56828",
            "vpn - - - -:-",
            "- - - - -:-",
        ],
    );
}
