//! Network connections.

use std::borrow::Cow;

use gatewatch_event::{Value, parse_ip};

use crate::source::mapping::{End, community_id, protocol_number};
use crate::source::windows::entry::{Emit, Entry, Extract, Moved, emit_distinct};
use crate::source::windows::text::{ip, parse_number, port};
use crate::source::windows::view::View;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::one("source.ip", Extract::Turned("SourceIp", ip)),
    Entry::one("source.port", Extract::Turned("SourcePort", port)),
    Entry::one("source.domain", Extract::Data("SourceHostname")),
    Entry::one("destination.ip", Extract::Turned("DestinationIp", ip)),
    Entry::one("destination.port", Extract::Turned("DestinationPort", port)),
    Entry::one("destination.domain", Extract::Data("DestinationHostname")),
    Entry::one("network.transport", Extract::Data("Protocol")),
    Entry::one(
        "network.protocol",
        Extract::First(&["DestinationPortName", "SourcePortName"]),
    ),
    Entry::one("network.direction", Extract::Turned("Initiated", direction)),
    Entry::one("network.type", Extract::Turned("SourceIsIpv6", ip_version)),
    Entry::one("network.community_id", Extract::Call(community)),
    Entry::many("related.ip", Extract::Call(related)),
];

pub(super) const MOVED: &[Moved] = &[
    Moved::always("SourceIp"),
    Moved::always("SourcePort"),
    Moved::always("SourcePortName"),
    Moved::always("SourceHostname"),
    Moved::always("SourceIsIpv6"),
    Moved::always("DestinationIp"),
    Moved::always("DestinationPort"),
    Moved::always("DestinationPortName"),
    Moved::always("DestinationHostname"),
    Moved::always("DestinationIsIpv6"),
    Moved::always("Protocol"),
    Moved::always("Initiated"),
];

fn direction(text: Cow<'_, str>) -> Option<Value<'_>> {
    choose(&text, "egress", "ingress")
}

fn ip_version(text: Cow<'_, str>) -> Option<Value<'_>> {
    choose(&text, "ipv6", "ipv4")
}

fn choose(text: &str, yes: &'static str, no: &'static str) -> Option<Value<'static>> {
    if text.eq_ignore_ascii_case("true") {
        Some(Value::from(yes))
    } else if text.eq_ignore_ascii_case("false") {
        Some(Value::from(no))
    } else {
        None
    }
}

fn end(view: &View<'_>, address: &str, port: &str) -> Option<End> {
    Some(End {
        address: parse_ip(&view.data(address)?)?,
        port: u16::try_from(parse_number(&view.data(port)?)?).ok()?,
    })
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    let protocol = view
        .data("Protocol")
        .and_then(|name| protocol_number(&name));
    let source = end(view, "SourceIp", "SourcePort");
    let destination = end(view, "DestinationIp", "DestinationPort");
    if let (Some(protocol), Some(source), Some(destination)) = (protocol, source, destination) {
        emit(Value::from(community_id(protocol, source, destination)));
    }
}

fn related(view: &View<'_>, emit: Emit<'_>) {
    let ends = ["SourceIp", "DestinationIp"].map(|name| view.data(name).and_then(ip));
    emit_distinct(ends, emit);
}
