//! Fields of every message.

use gatewatch_event::{Timestamp, Value};

use crate::source::mapping::{Emit, End, Entry, From, Header, View, community_id, turn};

/// Fields of every message.
pub(super) const COMMON: &[Entry] = &[
    Entry::new("message", From::Message),
    Entry::part("event.code", "code"),
    Entry::part("cisco.asa.message_id", "code"),
    Entry::turned("event.severity", "level", turn::long),
    Entry::turned("log.level", "level", level),
    Entry::call("event.timezone", zone),
    Entry::part("cisco.asa.suffix", "suffix"),
    Entry::fixed("event.action", &["firewall-rule"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["info"]),
    Entry::part("host.hostname", "host"),
    Entry::part("observer.hostname", "host"),
    Entry::part("observer.product", "product"),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::fixed("observer.vendor", &["Cisco"]),
    Entry::part("process.name", "process"),
    Entry::header("process.pid", Header::Pid),
    Entry::header("log.syslog.priority", Header::Priority),
    Entry::header("log.syslog.facility.code", Header::Facility),
    Entry::header("log.syslog.severity.code", Header::Severity),
    Entry::fields("related.hosts", &["host.hostname"]),
];

fn level<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    Some(Value::from(match value.as_str()? {
        "0" => "emergency",
        "1" => "alert",
        "2" => "critical",
        "3" => "error",
        "4" => "warning",
        "5" => "notification",
        "6" => "informational",
        _ => "debug",
    }))
}

/// The zone that times were read in, where they do not say.
fn zone(view: &View<'_>, emit: Emit<'_>) {
    let stamp = view.record.stamp;
    if stamp.is_some_and(|stamp| stamp.offset.is_none()) {
        emit(Value::from(view.zone_name()));
    }
}

/// From where to where.
pub(super) const FLOW: &[Entry] = &[
    Entry::part("source.address", "src"),
    Entry::new("source.ip", From::First(&["src", "bare.src"])).turn(turn::ip),
    Entry::turned("source.domain", "src", turn::domain),
    Entry::turned("source.port", "sport", turn::long),
    Entry::turned("source.nat.ip", "nat.src", turn::ip),
    Entry::turned("source.nat.port", "nat.sport", turn::long),
    Entry::part("source.user.name", "source.user.name"),
    Entry::part("source.user.domain", "source.user.domain"),
    Entry::part("source.user.group.name", "group"),
    Entry::part("destination.address", "dst"),
    Entry::new("destination.ip", From::First(&["dst", "bare.dst"])).turn(turn::ip),
    Entry::turned("destination.domain", "dst", turn::domain),
    Entry::turned("destination.port", "dport", turn::long),
    Entry::turned("destination.nat.ip", "nat.dst", turn::ip),
    Entry::turned("destination.nat.port", "nat.dport", turn::long),
    Entry::part("destination.user.name", "destination.user.name"),
    Entry::part("destination.user.domain", "destination.user.domain"),
    Entry::part("user.name", "destination.user.name"),
    Entry::part("cisco.asa.source_interface", "if.src"),
    Entry::part("cisco.asa.destination_interface", "if.dst"),
    Entry::part("observer.ingress.interface.name", "if.src"),
    Entry::part("observer.egress.interface.name", "if.dst"),
    Entry::turned("cisco.asa.source_username", "user.src", turn::present),
    Entry::turned("cisco.asa.destination_username", "user.dst", turn::present),
    Entry::turned(
        "cisco.asa.source_user_security_group_tag",
        "group.src",
        turn::long,
    ),
    Entry::part(
        "cisco.asa.source_user_security_group_tag_name",
        "group.src.name",
    ),
    Entry::turned(
        "cisco.asa.destination_user_security_group_tag",
        "group.dst",
        turn::long,
    ),
    Entry::part(
        "cisco.asa.destination_user_security_group_tag_name",
        "group.dst.name",
    ),
    Entry::turned("network.transport", "proto", turn::lower),
    Entry::part("network.iana_number", "iana"),
    Entry::turned("network.protocol", "app", turn::lower),
    Entry::turned("network.direction", "dir", turn::lower),
    Entry::call("network.community_id", community),
    Entry::fields(
        "related.ip",
        &[
            "source.ip",
            "source.nat.ip",
            "destination.ip",
            "destination.nat.ip",
        ],
    ),
    Entry::fields(
        "related.hosts",
        &[
            "host.hostname",
            "source.domain",
            "destination.domain",
            "source.user.domain",
            "destination.user.domain",
            "server.domain",
        ],
    ),
    Entry::fields(
        "related.user",
        &["source.user.name", "destination.user.name"],
    ),
];

/// A connection, with what its ends are translated to.
pub(super) const CONNECTION: &[Entry] = &[
    Entry::part("cisco.asa.connection_id", "conn"),
    Entry::part("cisco.asa.termination_user", "termination.user"),
    Entry::turned("cisco.asa.mapped_source_ip", "mapped.src", turn::ip),
    Entry::turned("cisco.asa.mapped_source_host", "mapped.src", turn::domain),
    Entry::turned("cisco.asa.mapped_source_port", "mapped.sport", turn::long),
    Entry::turned("cisco.asa.mapped_destination_ip", "mapped.dst", turn::ip),
    Entry::turned(
        "cisco.asa.mapped_destination_host",
        "mapped.dst",
        turn::domain,
    ),
    Entry::turned(
        "cisco.asa.mapped_destination_port",
        "mapped.dport",
        turn::long,
    ),
];

/// How long and how much.
pub(super) const ENDED: &[Entry] = &[
    Entry::call("event.duration", |view, emit| {
        if let Some(nanos) = duration(view) {
            emit(Value::Long(nanos));
        }
    }),
    Entry::call("event.start", |view, emit| {
        if let (Some(nanos), Some(end)) = (duration(view), view.record.time()) {
            emit(Value::Date(Timestamp::from_nanos(
                end.nanos().saturating_sub(nanos),
            )));
        }
    }),
    Entry::call("event.end", |view, emit| {
        if let (Some(_), Some(end)) = (duration(view), view.record.time()) {
            emit(Value::Date(end));
        }
    }),
    Entry::part("event.reason", "reason"),
    Entry::turned("network.bytes", "bytes", turn::long),
    Entry::part("cisco.asa.termination_initiator", "termination.initiator"),
    Entry::part("cisco.asa.termination_user", "termination.user"),
];

/// `1:02:03` or `1h:02m:03s`, also with days, in nanoseconds.
fn duration(view: &View<'_>) -> Option<i64> {
    let text = view.text("duration")?;
    let mut seconds = 0i64;
    let (days, clock) = match text.split_once("d ").or_else(|| text.split_once("d:")) {
        Some((days, clock)) => (days.trim().parse::<i64>().ok()?, clock),
        None => (0, text.as_ref()),
    };
    for part in clock.trim().split(':') {
        let part: i64 = part.trim_end_matches(['h', 'm', 's']).parse().ok()?;
        seconds = seconds.checked_mul(60)?.checked_add(part)?;
    }
    seconds
        .checked_add(days.checked_mul(86_400)?)?
        .checked_mul(1_000_000_000)
}

/// The Community ID. Elastic's pipeline does not hand on the type of ICMP, so all of it counts as a reply with a request's code.
fn community(view: &View<'_>, emit: Emit<'_>) {
    let address = |names: [&str; 2]| {
        let text = names.iter().find_map(|name| view.text(name))?;
        turn::address(&text)
    };
    let number: Option<u8> = match view
        .text("proto")
        .as_deref()
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("sctp") => Some(132),
        _ => view.text("iana").and_then(|text| text.parse().ok()),
    };
    let (Some(number), Some(source), Some(destination)) = (
        number,
        address(["src", "bare.src"]),
        address(["dst", "bare.dst"]),
    ) else {
        return;
    };
    let port = |name: &str| view.text(name).and_then(|text| text.parse().ok());
    let ports: Option<(u16, u16)> = match number {
        1 => Some((0, 8)),
        6 | 17 | 132 => port("sport").zip(port("dport")),
        // Without ports in the sum.
        _ => Some((0, 0)),
    };
    if let Some((from, to)) = ports {
        let end = |address, port| End { address, port };
        emit(Value::from(community_id(
            number,
            end(source, from),
            end(destination, to),
        )));
    }
}
