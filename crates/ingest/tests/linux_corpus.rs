//! Logins over the corpus of Linux logs, line by line, and the remote hosts that fail2ban's own tests expect.

#![allow(clippy::print_stdout, reason = "a test says how much it compared")]

mod linux_support;

use std::collections::BTreeMap;

use gatewatch_event::{Document, Event};
use gatewatch_ingest::format::syslog::YearBasis;
use gatewatch_ingest::source::TextOptions;
use gatewatch_ingest::source::linux_auth::JournalLine;
use jiff::tz::TimeZone;
use linux_support::{read, shared, text};
use serde_json::Value as Json;

fn options(year: i16) -> TextOptions {
    TextOptions {
        zone: TimeZone::UTC,
        zone_assumed: false,
        year: YearBasis::Given(year),
        span: None,
    }
}

/// The documents of a file, each with the number of its line.
fn documents(bytes: &[u8], year: i16) -> Vec<(usize, Document)> {
    if bytes.starts_with(b"{") {
        let text = std::str::from_utf8(bytes).expect("JSON is UTF-8");
        return text
            .lines()
            .enumerate()
            .map(|(at, line)| {
                let entry: Json = serde_json::from_str(line).expect("JSON");
                let line =
                    JournalLine::read(entry.as_object().expect("an object")).expect("a message");
                (at + 1, line.event().document())
            })
            .collect();
    }
    let (found, _) = read(bytes, &options(year));
    let mut line = 1;
    let mut from = 0;
    found
        .documents
        .into_iter()
        .map(|(offset, document)| {
            let to = usize::try_from(offset).expect("the file is in memory");
            line += bytes[from..to]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            from = to;
            (line, document)
        })
        .collect()
}

fn truth() -> Option<(Json, std::path::PathBuf)> {
    let folder = shared("corpus")?;
    let text = std::fs::read_to_string(folder.join("TRUTH.json")).expect("the truth is there");
    Some((serde_json::from_str(&text).expect("JSON"), folder))
}

/// What the corpus counts in a file, counted in our documents.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    accepted: Vec<(usize, String, String, String)>,
    /// Messages, so that one that stands for several counts as often.
    failed: BTreeMap<String, u64>,
    failed_password_lines: u64,
    failed_invalid_user: u64,
    invalid_user_lines: u64,
    repeated_lines: u64,
    failed_by_host: BTreeMap<String, u64>,
}

fn count(documents: &[(usize, Document)]) -> Counted {
    let mut counted = Counted::default();
    for (line, document) in documents {
        let get = |path: &str| text(document, path);
        let event = get("gatewatch.login.event").unwrap_or_default();
        let method = get("gatewatch.login.method").unwrap_or_default();
        let repeated = get("gatewatch.repeated.count");
        let host = get("gatewatch.remote.address").unwrap_or_default();
        let times = repeated
            .as_ref()
            .map_or(1, |count| count.parse().expect("a number"));
        // What Elastic's fields say, save for messages that stand for several.
        let expect = match event.as_str() {
            _ if repeated.is_some() => None,
            "Accepted" => Some("success"),
            "Failed" | "Invalid" => Some("failure"),
            _ => None,
        };
        let login = get("event.action").as_deref() == Some("ssh_login");
        assert_eq!(
            login.then(|| get("event.outcome")).flatten().as_deref(),
            expect,
            "line {line}"
        );
        counted.repeated_lines += u64::from(
            get("message").is_some_and(|message| message.starts_with("message repeated")),
        );
        match event.as_str() {
            "Accepted" => {
                counted
                    .accepted
                    .push((*line, method, get("user.name").unwrap_or_default(), host))
            }
            "Failed" => {
                *counted.failed.entry(method.clone()).or_default() += times;
                if method == "password" {
                    counted.failed_password_lines += 1;
                    *counted.failed_by_host.entry(host).or_default() += times;
                    let message = get("message").unwrap_or_default();
                    counted.failed_invalid_user += if message.contains(" for invalid user ") {
                        times
                    } else {
                        0
                    };
                }
            }
            "Invalid" => counted.invalid_user_lines += 1,
            _ => {}
        }
    }
    counted
}

fn expected(truth: &Json) -> Counted {
    let number = |key: &str| truth[key].as_u64().unwrap_or_default();
    let accepted = truth["accepted"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let string = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let by_host = truth["by_ip"].as_object().into_iter().flatten();
    Counted {
        accepted: accepted
            .iter()
            .map(|entry| {
                let line =
                    usize::try_from(entry["line"].as_u64().expect("a number")).expect("small");
                (
                    line,
                    string(entry, "method"),
                    string(entry, "user"),
                    string(entry, "ip"),
                )
            })
            .collect(),
        failed: truth["methods_failed"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(method, count)| (method.clone(), count.as_u64().expect("a number")))
            .collect(),
        failed_password_lines: number("failed_password_lines"),
        failed_invalid_user: number("failed_invalid_user"),
        invalid_user_lines: number("invalid_user_lines"),
        repeated_lines: number("repeated_lines"),
        failed_by_host: by_host
            .filter_map(|(host, counts)| Some((host.clone(), counts["failed_password"].as_u64()?)))
            .collect(),
    }
}

#[test]
fn logins_are_those_of_the_corpus() {
    let Some((truth, folder)) = truth() else {
        return;
    };
    let mut files = 0;
    for (name, entry) in truth.as_object().expect("an object") {
        if entry["linux"]["sshd_lines"].as_u64().is_none() {
            continue;
        }
        files += 1;
        let year = if name.contains("synth") { 2024 } else { 2011 };
        let bytes = std::fs::read(folder.join(name)).expect("the file is there");
        let documents = documents(&bytes, year);
        let got = count(&documents);
        let mut want = expected(&entry["linux"]);
        if name == "linux/fail2ban__sshd" {
            // One line reads two ways: a stranger's name and the true host, or the true host and a remark with another. The
            // corpus counts the first, fail2ban expects the second, and so do we.
            *want
                .failed_by_host
                .entry("127.0.0.1".to_owned())
                .or_default() += 1;
            want.failed_by_host.remove("10.10.1.2");
            // Two lines are RFC 5424, which the corpus did not read.
            want.failed.insert("unknown".to_owned(), 2);
        }
        assert_eq!(got, want, "{name}");
        for (at, entry) in entry["linux"]["accepted"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            let (_, document) = documents
                .iter()
                .find(|(line, _)| *line == got.accepted[at].0)
                .expect("it was found");
            check_time(name, entry, document);
        }
    }
    assert!(files > 10);
}

/// The times of the synthetic files; those of the others are in a year that the corpus only assumes.
fn check_time(name: &str, entry: &Json, document: &Document) {
    let want = entry["time"]
        .as_str()
        .and_then(gatewatch_event::parse_iso)
        .expect("a time");
    let got = text(document, "@timestamp").and_then(|time| gatewatch_event::parse_iso(&time));
    if name.contains("synth") || name.contains("umm") {
        assert_eq!(got, Some(want), "{name}: {entry}");
    }
}

/// Checks `host` of every line that fail2ban expects to match, where the line itself holds the host.
fn check_hosts(name: &str, lines: &[&str], expectations: &[(usize, String)]) {
    let (mut checked, mut elsewhere) = (0, 0);
    for (line, host) in expectations {
        let text_line = lines[line - 1];
        if !text_line.contains(host.as_str()) {
            elsewhere += 1;
            continue;
        }
        let (found, _) = read(text_line.as_bytes(), &options(2005));
        let [(_, document)] = found.documents.as_slice() else {
            panic!("{name} {line}: no event: {text_line}");
        };
        let candidates: Vec<String> = [
            "source.address",
            "source.ip",
            "gatewatch.remote.address",
            "gatewatch.remote.ip",
        ]
        .iter()
        .filter_map(|path| text(document, path))
        .collect();
        assert!(
            !candidates.is_empty(),
            "{name} {line}: no host in {text_line}"
        );
        for candidate in candidates {
            let mapped = candidate.strip_prefix("::ffff:").unwrap_or(&candidate);
            assert_eq!(mapped, host, "{name} {line}: {text_line}");
        }
        checked += 1;
    }
    println!("{name}: {checked} hosts; {elsewhere} stand in other lines of the same process");
    assert!(checked > 0, "{name}");
}

#[test]
fn hosts_are_those_that_fail2ban_expects() {
    let Some(folder) = shared("sources/linux-auth") else {
        return;
    };
    for name in ["sshd", "sshd-journal", "dropbear", "pam-generic"] {
        let log = std::fs::read_to_string(folder.join(format!("input.fail2ban-{name}.log")))
            .expect("the log is there");
        let lines: Vec<&str> = log.lines().collect();
        let json = std::fs::read_to_string(folder.join(format!("fail2ban-{name}.match.json")))
            .expect("the matches are there");
        let json: Json = serde_json::from_str(&json).expect("JSON");
        let expectations: Vec<_> = json
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|entry| {
                let line = usize::try_from(entry["line"].as_u64()?).ok()?;
                Some((line, entry["fail2ban"]["host"].as_str()?.to_owned()))
            })
            .collect();
        check_hosts(name, &lines, &expectations);
    }
}

#[test]
fn hosts_of_the_corpus_are_those_that_fail2ban_expects() {
    let Some((truth, folder)) = truth() else {
        return;
    };
    for name in ["linux/fail2ban__sshd", "linux/fail2ban__pam-generic"] {
        let log = std::fs::read_to_string(folder.join(name)).expect("the log is there");
        let lines: Vec<&str> = log.lines().collect();
        let expectations: Vec<_> = truth[name]["fail2ban_expected"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|entry| {
                let line = usize::try_from(entry["line"].as_u64()?).ok()?;
                Some((line, entry["host"].as_str()?.to_owned()))
            })
            .collect();
        check_hosts(name, &lines, &expectations);
    }
}
