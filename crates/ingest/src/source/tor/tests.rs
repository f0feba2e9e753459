use super::Tor;
use crate::source::check::{Reading, access, claimed, read, samples};

#[test]
fn own_samples() {
    samples(&Tor);
}

#[test]
fn files_are_known() {
    claimed(&Tor, "tor", &[("input.tor-notices.log", 0)]);
}

#[test]
fn access_records() {
    let mut expect = vec!["- - - - -:-"; 23];
    for at in [6, 7, 8, 9, 10, 13, 17, 18, 22] {
        expect[at] = "tor - - - -:-";
    }
    expect[14] = "tor attempt - - -:-";
    expect[15] = "tor attempt - - 127.0.0.1:-";
    expect[16] = "tor failure - - -:-";
    access(&Tor, "tor.log", &expect);
}

/// Where the lab's hidden services lead: what `xtask/lab` put into their configuration.
#[test]
fn services_of_the_corpus() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/network");
    for (file, expect) in [
        (
            "tor/debian-12/info.log",
            &["3389 127.0.0.1 3389", "22 127.0.0.1 22"][..],
        ),
        ("tor/debian-12/notices.log", &[]),
        (
            "tor-network/debian-12/service-info.log",
            &["22 127.0.0.1 22", "3389 127.0.0.1 3389"],
        ),
        ("tor-network/debian-12/service.log", &[]),
        ("tor-network/debian-12/visitor.log", &[]),
    ] {
        let documents = read(&corpus.join(file), &Reading::default()).documents;
        assert!(!documents.is_empty(), "{file}");
        let mut found = Vec::new();
        for document in &documents {
            let text = |path: &str| {
                document
                    .get(path)
                    .map(ToString::to_string)
                    .unwrap_or_default()
            };
            assert_eq!(text("event.dataset"), "\"tor.log\"", "{file}");
            if text("event.action") == "\"tor-hidden-service-port\"" {
                let port = [
                    text("tor.hidden_service.port"),
                    text("destination.ip").trim_matches('"').to_owned(),
                    text("destination.port"),
                ];
                found.push(port.join(" "));
            }
        }
        found.dedup();
        assert_eq!(found[..found.len().min(expect.len())], *expect, "{file}");
        assert_eq!(found.is_empty(), expect.is_empty(), "{file}");
    }
}
