//! Fields of every line.

use gatewatch_event::Value;

use crate::format::text::UrlParts;
use crate::format::time;
use crate::source::mapping::{
    Emit, Entry, From, View, direction, network_type, transport_name, turn,
};

/// Hands on a part of the page that was asked for.
fn url(view: &View<'_>, emit: Emit<'_>, pick: fn(&UrlParts<'_>) -> Option<String>) {
    if let Some(url) = view.text("url")
        && let Some(part) = pick(&UrlParts::new(&url)).filter(|part| !part.is_empty())
    {
        emit(Value::from(part));
    }
}

/// Fields of all lines.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("@timestamp", moment),
    Entry::part("error.message", "error.message"),
    Entry::call("event.timezone", |view, emit| {
        let zone = view.text("tz").map(|zone| zone.into_owned());
        emit(Value::from(zone.unwrap_or_else(|| view.zone_name())));
    }),
    Entry::turned("event.start", "eventtime", turn::epoch),
    Entry::turned("event.duration", "duration", turn::seconds),
    Entry::part("event.action", "action"),
    Entry::part("event.reason", "reason"),
    Entry::part("message", "msg"),
    Entry::new("log.level", From::First(&["level", "pri"])),
    Entry::fixed("observer.vendor", &["Fortinet"]),
    Entry::fixed("observer.product", &["Fortigate"]),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::part("observer.name", "devname"),
    Entry::new(
        "observer.serial_number",
        From::First(&["devid", "device_id"]),
    ),
    Entry::new(
        "observer.egress.interface.name",
        From::First(&["dst_int", "dstintf"]),
    ),
    Entry::new(
        "observer.ingress.interface.name",
        From::First(&["src_int", "srcintf"]),
    ),
    Entry::part("source.user.group.name", "group"),
    Entry::part("network.iana_number", "proto"),
    Entry::turned("network.transport", "proto", |value, _| {
        transport_name(&value.text()).map(Value::from)
    }),
    Entry::turned("network.protocol", "service", turn::lower),
    Entry::call("network.type", |view, emit| {
        for path in ["source.ip", "destination.ip"] {
            if let Some(Value::Ip(ip)) = first(view, path) {
                emit(Value::from(network_type(ip)));
                return;
            }
        }
    }),
    Entry::call("network.direction", flow_direction),
    Entry::part("user_agent.original", "agent"),
    Entry::part("url.domain", "hostname"),
    Entry::part("url.original", "url"),
    Entry::call("url.path", |view, emit| {
        url(view, emit, |url| Some(url.path.to_owned()));
    }),
    Entry::call("url.query", |view, emit| {
        url(view, emit, |url| url.query.map(str::to_owned));
    }),
    Entry::call("url.extension", |view, emit| {
        url(view, emit, |url| url.extension().map(str::to_owned));
    }),
    Entry::call("related.ip", related),
    Entry::fields(
        "related.user",
        &["source.user.name", "destination.user.name"],
    ),
    Entry::fields(
        "related.hosts",
        &["destination.address", "source.address", "dns.question.name"],
    ),
    Entry::new(
        "fortinet.firewall",
        From::Open(|view, emit| members(view, &[], emit)),
    ),
];

/// The first value of another field.
pub(super) fn first(view: &View<'_>, path: &str) -> Option<Value<'static>> {
    let mut found = None;
    view.field(path, &mut |value| {
        found = Some(value.into_owned());
        false
    });
    found
}

/// Date and time in the zone that the line names, else the time since 1970.
fn moment(view: &View<'_>, emit: Emit<'_>) {
    let local = || {
        let text = format!("{} {}", view.text("date")?, view.text("time")?);
        let mut stamp = time::stamp("%Y-%m-%d %H:%M:%S", &text)?;
        stamp.offset = zone(view);
        view.at(stamp)
    };
    let since = || {
        ["eventtime", "timestamp", "itime"]
            .iter()
            .find_map(|key| time::epoch(&view.text(key)?))
    };
    if let Some(time) = local().or_else(since).or_else(|| view.record.time()) {
        emit(Value::Date(time));
    }
}

/// Seconds east of Greenwich of the zone that the line names.
pub(super) fn zone(view: &View<'_>) -> Option<i32> {
    offset(&view.text("tz")?)
}

/// Seconds east of Greenwich of `+0100`, `+01:00`, `UTC+2`.
fn offset(zone: &str) -> Option<i32> {
    let zone = zone
        .trim_start_matches(|c: char| c.is_ascii_alphabetic())
        .trim();
    let (sign, digits) = match zone.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    fits.then(|| sign * (hours * 3600 + minutes * 60))
}

/// What the line says, else what follows from the addresses.
fn flow_direction(view: &View<'_>, emit: Emit<'_>) {
    let said = view.text("dir").or_else(|| view.text("direction"));
    if let Some(said) = said {
        let said = said.to_ascii_lowercase();
        emit(Value::from(match said.as_str() {
            "outgoing" => "outbound".to_owned(),
            "incoming" => "inbound".to_owned(),
            _ => said,
        }));
        return;
    }
    let end = |own: &[&str]| own.iter().find_map(|key| turn::address(&view.text(key)?));
    // Only what the line itself names as source and destination.
    if let (Some(source), Some(destination)) = (end(&["srcip", "locip"]), end(&["dstip", "remip"]))
    {
        emit(Value::from(direction(source, destination)));
    }
}

/// Every address of the line, once.
fn related(view: &View<'_>, emit: Emit<'_>) {
    let mut seen = Vec::new();
    let mut one = |value: Value<'_>| match value {
        Value::Ip(ip) if !seen.contains(&ip) => {
            seen.push(ip);
            emit(Value::Ip(ip))
        }
        _ => true,
    };
    for path in [
        "source.ip",
        "destination.ip",
        "source.nat.ip",
        "destination.nat.ip",
    ] {
        view.field(path, &mut one);
    }
    for key in ["ip", "assignip", "tunnelip"] {
        if let Some(ip) = view.text(key).and_then(|text| turn::address(&text)) {
            one(Value::Ip(ip));
        }
    }
}

/// Keys that are fields of ECS in every line.
const MAPPED: &[&str] = &[
    "tz",
    "date",
    "time",
    "eventtime",
    "devname",
    "devid",
    "dstintf",
    "srcintf",
    "dst_int",
    "src_int",
    "level",
    "duration",
    "reason",
    "msg",
    "proto",
    "group",
    "service",
    "hostname",
    "agent",
    "url",
    "dir",
    "direction",
    "error.message",
    "_from",
];

/// The members of `fortinet.firewall`: what is in no field of ECS, each key once.
pub(super) fn members(
    view: &View<'_>,
    mapped: &[&str],
    emit: &mut dyn FnMut(&str, Value<'_>) -> bool,
) {
    let addresses = view.text("logdesc").as_deref() == Some("Dynamic address updated");
    for (key, value) in view.parts.firsts() {
        if MAPPED.contains(&key) || mapped.contains(&key) {
            continue;
        }
        let (key, value) = match key {
            "addr" if addresses => ("addrgrp", Value::from(value)),
            "mem" | "quotamax" | "quotaused" | "size" => (
                key,
                value
                    .parse()
                    .map_or_else(|_| Value::from(value), Value::Long),
            ),
            _ => (key, Value::from(value)),
        };
        if !emit(key, value) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn zones_as_fortios_writes_them() {
        for (zone, expect) in [
            ("-0500", Some(-18000)),
            ("+0530", Some(19800)),
            ("+02:00", Some(7200)),
            ("UTC+2", Some(7200)),
            ("+9999", None),
            ("Paris", None),
            ("", None),
        ] {
            assert_eq!(offset(zone), expect, "{zone}");
        }
    }
}
