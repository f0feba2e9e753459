use super::Suricata;
use crate::source::check::{Reading, access, claimed, corpus, datasets_of, golden, samples};

/// The same address in its short form, as gatewatch writes every address.
const LONG: &str = "fe80:0000:... is fe80::...";

#[test]
fn own_samples() {
    samples(&Suricata);
}

#[test]
fn as_elastic_maps() {
    let reading = Reading::default();
    golden("net-suricata", "eve-6.0", &reading, &[]);
    golden("net-suricata", "eve-metadata", &reading, &[]);
    golden(
        "net-suricata",
        "eve-small",
        &reading,
        &[
            (7, "source.ip", LONG),
            (7, "destination.ip", LONG),
            (7, "related.ip", LONG),
            // Filebeat's pipeline cuts the name at every comma and stops where no attribute follows; the integration's cuts at attributes.
            (
                9,
                "tls.server.x509.subject.organization",
                "Acme U.S.A., INC.",
            ),
        ],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &Suricata,
        "net-suricata",
        &[
            ("input.eve-6.0.log", 0),
            ("input.eve-metadata.log", 0),
            ("input.eve-small.log", 0),
            ("input.sekoia-suricata.jsonl", 0),
        ],
    );
}

/// A log of the real program, and what was done before its eyes.
#[test]
fn attempts_that_it_saw() {
    corpus(&Suricata, &["network/suricata/debian-13/eve.json"]);
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &Suricata,
        "eve.json",
        &[
            "ssh attempt - - 203.0.113.7:41000",
            "rdp attempt - bob 203.0.113.7:41001",
            "rdp - - - 203.0.113.7:41001",
            "vnc failure password - 203.0.113.7:41002",
            "vnc success password - 203.0.113.7:41003",
            "vnc unknown anonymous - 198.51.100.4:41004",
            "vnc failure 30 - 198.51.100.4:41005",
            "ssh attempt - - 203.0.113.7:41006",
            "rdp attempt - - 203.0.113.7:41007",
            none,
            none,
            "docker success - - 203.0.113.7:41010",
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
            none,
        ],
    );
}

#[test]
fn other_json_is_left_alone() {
    let behind = |json: &str| datasets_of(&format!("Jan  5 08:00:00 ids suricata[7]: {json}\n"));
    let event = r#"{"timestamp":"2026-01-05T08:00:00.1+0000","flow_id":1,"event_type":"ssh","src_ip":"203.0.113.7","dest_ip":"192.0.2.1"}"#;
    assert_eq!(behind(event), ["suricata.eve"]);
    for other in [
        r#"{"timestamp":"2026-01-05T08:00:00.1+0000","event_type":"login","user":"x"}"#,
        r#"{"timestamp":"2026-01-05T08:00:00.1+0000","event_type":7,"flow_id":1}"#,
        r#"{"event_type":"ssh","flow_id":1,"src_ip":"203.0.113.7"}"#,
    ] {
        assert_eq!(behind(other), ["system.auth"], "{other}");
    }
}
