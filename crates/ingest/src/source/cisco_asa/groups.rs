//! Fields that several messages have.

use crate::source::mapping::{Entry, From, remote, turn};

const SUCCESS: Entry = Entry::fixed("event.outcome", &["success"]);
const FAILURE: Entry = Entry::fixed("event.outcome", &["failure"]);

pub(super) const DENIED: &[Entry] = &[
    Entry::fixed("event.type", &["connection", "denied"]),
    SUCCESS,
];
pub(super) const ALLOWED: &[Entry] = &[
    Entry::fixed("event.type", &["connection", "allowed"]),
    SUCCESS,
];
/// Denied, and Elastic calls that a failure.
pub(super) const DROPPED: &[Entry] = &[
    Entry::fixed("event.type", &["connection", "denied"]),
    FAILURE,
];
pub(super) const FLOW_END: &[Entry] = &[
    Entry::fixed("event.action", &["flow-expiration"]),
    Entry::fixed("event.type", &["connection", "end"]),
];
pub(super) const FLOW_START: &[Entry] = &[
    Entry::fixed("event.action", &["flow-creation"]),
    Entry::fixed("event.type", &["connection", "start"]),
];
pub(super) const ERROR: &[Entry] = &[
    Entry::fixed("event.action", &["error"]),
    Entry::fixed("event.type", &["error"]),
];
pub(super) const FAILED: &[Entry] = &[FAILURE];
pub(super) const SUCCEEDED: &[Entry] = &[SUCCESS];
pub(super) const UNKNOWN: &[Entry] = &[Entry::fixed("event.outcome", &["unknown"])];

pub(super) const LOGGED_IN: &[Entry] = &[
    Entry::fixed("event.action", &["logged-in"]),
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["allowed", "info"]),
    SUCCESS,
];
pub(super) const LOGON_FAILED: &[Entry] = &[
    Entry::fixed("event.action", &["logon-failed"]),
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["denied", "info"]),
    FAILURE,
];
pub(super) const CLIENT_ERROR: &[Entry] = &[
    Entry::fixed("event.action", &["client-vpn-error"]),
    Entry::fixed("event.type", &["connection", "error", "denied"]),
];
pub(super) const CLIENT_CONNECTED: &[Entry] = &[
    Entry::fixed("event.action", &["client-vpn-connected"]),
    Entry::fixed("event.category", &["network", "session"]),
    Entry::fixed("event.type", &["connection", "start"]),
];
pub(super) const CLIENT_DISCONNECTED: &[Entry] = &[
    Entry::fixed("event.action", &["client-vpn-disconnected"]),
    Entry::fixed("event.type", &["connection", "end"]),
];

pub(super) const RULE: &[Entry] = &[Entry::turned("cisco.asa.rule_name", "acl", turn::present)];
pub(super) const REASON: &[Entry] = &[Entry::part("event.reason", "reason")];
pub(super) const ICMP: &[Entry] = &[
    Entry::turned("cisco.asa.icmp_type", "icmp.type", turn::long),
    Entry::turned("cisco.asa.icmp_code", "icmp.code", turn::long),
];
pub(super) const MAPPED: &[Entry] = &[
    Entry::turned("cisco.asa.mapped_source_ip", "nat", turn::ip),
    Entry::turned("cisco.asa.mapped_source_host", "nat", turn::domain),
    // A name is no address of the flow.
    Entry::turned("source.address", "src", |value, view| {
        turn::ip(value.clone(), view).and(Some(value))
    }),
    Entry::turned("destination.address", "dst", |value, view| {
        turn::ip(value.clone(), view).and(Some(value))
    }),
];

/// The user and the group of a session, and where its client is.
pub(super) const SESSION: &[Entry] = &[
    Entry::part("source.user.name", "source.user.name"),
    Entry::part("source.user.domain", "source.user.domain"),
    Entry::part("source.user.group.name", "group"),
    Entry::part("user.name", "source.user.name"),
    Entry::part("source.address", "src"),
    Entry::turned("source.ip", "src", turn::ip),
    Entry::turned("source.domain", "src", turn::domain),
    Entry::part("cisco.asa.session_type", "session_type"),
    Entry::part("cisco.asa.assigned_ip", "assigned"),
    Entry::part("cisco.asa.webvpn.group_name", "webvpn.group"),
    Entry::part("event.reason", "reason"),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    Entry::fields(
        "related.hosts",
        &["host.hostname", "source.user.domain", "source.domain"],
    ),
    Entry::fields("related.user", &["source.user.name"]),
];
/// The protocol of a tunnel.
pub(super) const TUNNEL: &[Entry] = &[
    Entry::turned("network.transport", "proto", turn::lower),
    Entry::part("network.iana_number", "iana"),
];
/// The server that was asked about a password.
pub(super) const AAA: &[Entry] = &[
    Entry::part("destination.address", "dst"),
    Entry::turned("destination.ip", "dst", turn::ip),
];
pub(super) const AAA_TYPE: &[Entry] = &[Entry::part("cisco.asa.aaa_type", "aaa")];
/// An administrator of the device.
pub(super) const ADMINISTRATOR: &[Entry] = &[
    Entry::part("server.user.name", "user.server"),
    Entry::part("user.name", "user.server"),
    Entry::part("source.address", "src"),
    Entry::turned("source.ip", "src", turn::ip),
    Entry::turned("source.domain", "src", turn::domain),
    Entry::part("cisco.asa.command_line_arguments", "cmd"),
    Entry::part("cisco.asa.privilege.old", "priv.old"),
    Entry::part("cisco.asa.privilege.new", "priv.new"),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.hosts", &["host.hostname", "source.domain"]),
    Entry::fields("related.user", &["server.user.name"]),
];
/// A peer of IKE, and its user.
pub(super) const PEER: &[Entry] = &[
    Entry::part("user.name", "user.own"),
    Entry::fields("related.user", &["user.name"]),
];

/// The access record of the VPN.
pub(super) const VPN: &[Entry] = &[
    Entry::fixed("gatewatch.remote.service", &["vpn"]),
    Entry::fixed("gatewatch.remote.product", &["cisco-asa"]),
    remote::ip(From::Part("access.ip")),
    remote::port(From::Part("remote.port")),
    remote::user(From::Part("access.user")),
];
/// The access record of the device's own doors.
pub(super) const DEVICE: &[Entry] = &[
    Entry::fixed("gatewatch.remote.service", &["firewall"]),
    Entry::fixed("gatewatch.remote.product", &["cisco-asa"]),
    remote::ip(From::Part("access.ip")),
    remote::port(From::Part("sport")),
    remote::user(From::Part("access.user")),
];
pub(super) const CAME_IN: &[Entry] = &[remote::SUCCESS];
pub(super) const REFUSED: &[Entry] = &[remote::FAILURE];
pub(super) const AT_THE_DOOR: &[Entry] = &[remote::ATTEMPT];
pub(super) const LEFT: &[Entry] = &[remote::END];
pub(super) const BY_PASSWORD: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["password"])];
