//! DNS queries.

use std::borrow::Cow;
use std::net::IpAddr;

use gatewatch_event::{Value, parse_ip};
use serde_json::{Map, Value as Json};

use crate::format::text::DomainParts;
use crate::source::windows::entry::{Emit, Entry, Extract, Moved};
use crate::source::windows::lookup::dns;
use crate::source::windows::text::ip_text;
use crate::source::windows::view::View;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::one("network.protocol", Extract::Fixed(&["dns"])),
    Entry::one("dns.question.name", Extract::Data("QueryName")),
    Entry::one(
        "dns.question.registered_domain",
        Extract::Turned("QueryName", |name| part(&name, DomainParts::registered)),
    ),
    Entry::one(
        "dns.question.subdomain",
        Extract::Turned("QueryName", |name| part(&name, DomainParts::subdomain)),
    ),
    Entry::one(
        "dns.question.top_level_domain",
        Extract::Turned("QueryName", |name| {
            part(&name, |parts| Some(parts.top_level()))
        }),
    ),
    Entry::many("dns.answers", Extract::Objects(answers)),
    Entry::many("dns.resolved_ip", Extract::Call(resolved)),
    Entry::many("related.ip", Extract::Call(resolved_once)),
    Entry::many("related.hosts", Extract::Call(hosts)),
    Entry::one("sysmon.dns.status", Extract::Turned("QueryStatus", status)),
];

pub(super) const MOVED: &[Moved] = &[
    Moved::always("QueryName"),
    Moved::always("QueryStatus"),
    Moved::always("QueryResults"),
];

fn status(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::from(dns::status(&text).to_owned()))
}

/// A part of the name that was asked for.
fn part(name: &str, pick: fn(&DomainParts) -> Option<&str>) -> Option<Value<'static>> {
    let parts = DomainParts::new(name)?;
    pick(&parts).map(|text| Value::from(text.to_owned()))
}

/// One part of `type:  5 alias.example;::ffff:192.0.2.1;`.
enum Answer {
    Record {
        kind: Option<&'static str>,
        data: Option<String>,
    },
    Address(String, IpAddr),
}

fn parse(view: &View<'_>) -> Vec<Answer> {
    let Some(text) = view.data("QueryResults") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for part in text.split(';').map(str::trim) {
        if let Some(record) = part.strip_prefix("type:") {
            let mut words = record.split_whitespace();
            let kind = words
                .next()
                .and_then(|number| number.parse().ok())
                .and_then(dns::record_type);
            let data = words.next().map(str::to_owned);
            found.push(Answer::Record { kind, data });
        } else if let Some(address) = ip_text(part)
            && let Some(ip) = parse_ip(address)
        {
            found.push(Answer::Address(address.to_owned(), ip));
        }
    }
    found
}

fn answers(view: &View<'_>) -> Vec<Map<String, Json>> {
    let mut records = Vec::new();
    let mut addresses = Vec::new();
    for answer in parse(view) {
        let mut object = Map::new();
        match answer {
            Answer::Record { kind, data } => {
                if let Some(kind) = kind {
                    object.insert("type".into(), kind.into());
                }
                if let Some(data) = data {
                    object.insert("data".into(), data.into());
                }
                if !object.is_empty() {
                    records.push(object);
                }
            }
            Answer::Address(text, _) => {
                let kind = if text.contains(':') { "AAAA" } else { "A" };
                object.insert("type".into(), kind.into());
                object.insert("data".into(), text.into());
                addresses.push(object);
            }
        }
    }
    // Elastic lists the named records first.
    records.append(&mut addresses);
    records
}

fn addresses(view: &View<'_>) -> Vec<(String, IpAddr)> {
    parse(view)
        .into_iter()
        .filter_map(|answer| match answer {
            Answer::Address(text, ip) => Some((text, ip)),
            Answer::Record { .. } => None,
        })
        .collect()
}

fn resolved(view: &View<'_>, emit: Emit<'_>) {
    for (text, _) in addresses(view) {
        if !emit(Value::from(text)) {
            return;
        }
    }
}

fn resolved_once(view: &View<'_>, emit: Emit<'_>) {
    let mut seen = Vec::new();
    for (text, ip) in addresses(view) {
        if !seen.contains(&ip) {
            seen.push(ip);
            if !emit(Value::from(text)) {
                return;
            }
        }
    }
}

fn hosts(view: &View<'_>, emit: Emit<'_>) {
    let mut hosts: Vec<String> = parse(view)
        .into_iter()
        .filter_map(|answer| match answer {
            Answer::Record { data, .. } => data,
            Answer::Address(..) => None,
        })
        .collect();
    if let Some(name) = view.data("QueryName")
        && !hosts.contains(&name.as_ref().to_owned())
    {
        hosts.push(name.into_owned());
    }
    for host in hosts {
        if !emit(Value::from(host)) {
            return;
        }
    }
}
