//! Questions and answers of the name service.

use gatewatch_event::Value;
use serde_json::{Map, Value as Json};

use crate::format::json::{JsonKind, LazyJson};
use crate::source::mapping::{Emit, Entry, From, View, turn};

/// `dns.*`.
pub(super) const FIELDS: &[Entry] = &[
    Entry::turned("dns.id", "dns.id", turn::text),
    Entry::part("dns.response_code", "dns.rcode"),
    Entry::part("dns.type", "dns.type"),
    Entry::call("dns.question.name", |view, emit| {
        question(view, "rrname", emit)
    }),
    Entry::call("dns.question.type", |view, emit| {
        question(view, "rrtype", emit)
    }),
    Entry::call("dns.header_flags", |view, emit| {
        for (flag, name) in [
            ("dns.aa", "AA"),
            ("dns.tc", "TC"),
            ("dns.rd", "RD"),
            ("dns.ra", "RA"),
        ] {
            if view.text(flag).as_deref() == Some("true") && !emit(Value::from(name)) {
                return;
            }
        }
    }),
    Entry::new("dns.answers", From::Object(answers)),
    Entry::call("dns.resolved_ip", |view, emit| {
        for answer in given(view) {
            let is_address = matches!(text(answer, "rrtype").as_deref(), Some("A" | "AAAA"));
            let address = text(answer, "rdata").and_then(|data| turn::address(&data));
            if let Some(address) = address.filter(|_| is_address)
                && !emit(Value::Ip(address))
            {
                return;
            }
        }
    }),
    Entry::fields(
        "related.ip",
        &["source.ip", "destination.ip", "dns.resolved_ip"],
    ),
];

fn text<'a>(json: LazyJson<'a>, key: &str) -> Option<std::borrow::Cow<'a, str>> {
    json.get(key)?.scalar_text()
}

fn dns<'a>(view: &View<'a>) -> Option<LazyJson<'a>> {
    view.record.json?.get("dns")
}

/// What was asked. The first version of the events repeats the question in each answer as that answer's name, so it tells no question there.
fn question(view: &View<'_>, key: &str, emit: Emit<'_>) {
    let Some(dns) = dns(view) else {
        return;
    };
    let is_old = text(dns, "type").as_deref() == Some("answer") && dns.get("version").is_none();
    let asked = dns
        .get("queries")
        .and_then(|queries| queries.elements().next())
        .unwrap_or(dns);
    if let Some(text) = text(asked, key).filter(|_| !is_old) {
        emit(Value::from(text));
    }
}

/// The answers: objects with `rrname`, `rrtype`, `rdata`, `ttl`.
fn given<'a>(view: &View<'a>) -> Vec<LazyJson<'a>> {
    /// No message has more.
    const MOST: usize = 1000;
    let Some(dns) = dns(view) else {
        return Vec::new();
    };
    match dns.get("answers") {
        Some(list) if list.kind() == JsonKind::Array => list.elements().take(MOST).collect(),
        _ if dns.get("rdata").is_some() => vec![dns],
        _ => Vec::new(),
    }
}

/// `dns.answers`.
fn answers(view: &View<'_>) -> Option<Json> {
    let answers: Vec<Json> = given(view)
        .into_iter()
        .map(|answer| {
            let mut map = Map::new();
            for (key, name) in [
                ("rdata", "data"),
                ("rrname", "name"),
                ("ttl", "ttl"),
                ("rrtype", "type"),
            ] {
                if let Some(value) = answer.get(key).and_then(|value| value.value()) {
                    map.insert(name.to_owned(), value.to_json());
                }
            }
            Json::Object(map)
        })
        .collect();
    (!answers.is_empty()).then_some(Json::Array(answers))
}
