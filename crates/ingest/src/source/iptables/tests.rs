use jiff::tz::{Offset, TimeZone};

use super::Iptables;
use crate::source::check::{Reading, access, claimed, golden, read, samples};

#[test]
fn own_samples() {
    samples(&Iptables);
}

/// The documents at hand are of Filebeat's module. Elastic's integration since writes link addresses as ECS has them, and each related address once.
#[test]
fn as_elastic_has_it() {
    const DUPLICATE: &str = "once in today's pipeline (allow_duplicates: false)";
    const FORM: &str = "of another form in today's pipeline (gsub and uppercase of source.mac and destination.mac)";
    golden(
        "extras/net-iptables",
        "iptables",
        &Reading {
            zone: TimeZone::fixed(Offset::constant(-2)),
            ..Reading::default()
        },
        &[
            (usize::MAX, "source.mac", FORM),
            (usize::MAX, "destination.mac", FORM),
            (10, "related.ip", DUPLICATE),
            (11, "related.ip", DUPLICATE),
        ],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &Iptables,
        "extras/net-iptables",
        &[("input.iptables.log", 0)],
    );
}

#[test]
fn access_records() {
    const NONE: &str = "- - - - -:-";
    access(
        &Iptables,
        "kernel.log",
        &[
            "ssh attempt - - 203.0.113.50:58677",
            "rdp failure - - 203.0.113.50:49041",
            "rdp failure - - 2001:db8::50:43095",
            "docker attempt - - 198.51.100.77:49003",
            NONE,
            "vpn attempt - - 198.51.100.77:45776",
            NONE,
            NONE,
            NONE,
            NONE,
            "vnc failure - - 203.0.113.50:49041",
            "winrm failure - - 203.0.113.50:49041",
            "kubernetes failure - - 203.0.113.50:49041",
            NONE,
            "rdp attempt - - 203.0.113.50:38842",
            "vnc failure - - 203.0.113.7:50000",
        ],
    );
    access(
        &Iptables,
        "ulogd.json",
        &[
            "ssh attempt - - 203.0.113.50:54167",
            "rdp failure - - 2001:db8::50:43095",
            NONE,
        ],
    );
}

/// What the lab's machine was sent is in `corpus/TRUTH.tsv`, where a packet is no attempt to log on: neither success nor failure.
#[test]
fn packets_of_the_corpus() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let truth = std::fs::read_to_string(corpus.join("TRUTH.tsv")).expect("the truth is there");
    for file in [
        "kernel-traditional.log",
        "kernel-iso.log",
        "ulogd.log",
        "ulogd.json",
    ] {
        let file = format!("network/firewall/debian-12/{file}");
        let documents = read(&corpus.join(&file), &Reading::default()).documents;
        let rows = truth
            .lines()
            .map(|row| row.split('\t').collect::<Vec<_>>())
            .filter(|cells| cells[0] == file);
        let mut packets = 0;
        for cells in rows {
            let number = |at: usize| cells[at].parse::<usize>().expect("a line");
            for document in &documents[number(1) - 1..number(2)] {
                let dataset = document
                    .get("event.dataset")
                    .and_then(|value| value.as_str());
                assert_eq!(dataset, Some("iptables.log"), "{cells:?}");
                let source = document.get("source.ip").and_then(|value| value.as_str());
                assert_eq!(source, Some(cells[8]), "{cells:?}");
                packets += 1;
            }
        }
        assert_eq!(packets, documents.len(), "{file}");
    }
}
