use jiff::tz::{Offset, TimeZone};

use super::HaProxy;
use crate::source::check::{Reading, access, claimed, corpus, golden, samples};

#[test]
fn own_samples() {
    samples(&HaProxy);
}

/// The suite of Elastic's Filebeat module ran in a zone two hours west of Greenwich.
#[test]
fn as_elastic_has_it() {
    golden(
        "extras/haproxy-proxy",
        "haproxy",
        &Reading {
            zone: TimeZone::fixed(Offset::constant(-2)),
            ..Reading::default()
        },
        &[(
            0,
            "haproxy.http.response.captured_headers",
            "an empty list says nothing",
        )],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &HaProxy,
        "extras/haproxy-proxy",
        &[("input.haproxy.log", 0)],
    );
}

#[test]
fn attempts_of_the_corpus() {
    corpus(
        &HaProxy,
        &[
            "network/haproxy/debian-12/iso.log",
            "network/haproxy/debian-12/traditional.log",
            "network/haproxy/debian-13/iso.log",
            "network/haproxy/debian-13/traditional.log",
        ],
    );
}

#[test]
fn access_records() {
    access(
        &HaProxy,
        "haproxy.log",
        &[
            "- - - - -:-",
            "proxy attempt - - 203.0.113.50:49509",
            "proxy attempt - - 2001:db8::50:56541",
            "docker success - - 203.0.113.50:48454",
            "docker success - - 203.0.113.50:48466",
            "docker failure - - 203.0.113.50:48482",
            "- - - - 192.0.2.20:37301",
            "- - - - 192.0.2.20:37302",
            "- - - - 192.0.2.20:37303",
            "web failure certificate - 203.0.113.50:39754",
            "web failure certificate - 203.0.113.50:39758",
            "web failure - - 198.51.100.9:39759",
            "- - - - 198.51.100.9:39760",
            "- - - - 198.51.100.9:54154",
            "proxy attempt - - 198.51.100.9:54155",
            "- - - - -:22222",
            "kubernetes failure - - 198.51.100.9:61001",
            "kubernetes success - - 198.51.100.9:61002",
            "docker success - - 203.0.113.50:33317",
            "- - - - 192.0.2.20:33318",
        ],
    );
}
