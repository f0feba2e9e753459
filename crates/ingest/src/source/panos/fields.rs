//! From the columns of a line to ECS.

use gatewatch_event::Value;

use super::values::{moment, outcome, private, public};
use crate::source::mapping::{Entry, From, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::new("@timestamp", From::First(&["generated", "received"])).turn(moment),
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::fixed("event.outcome", &["success"]),
    Entry::new("message", From::Message),
    Entry::fixed("observer.vendor", &["Palo Alto Networks"]),
    Entry::fixed("observer.product", &["PAN-OS"]),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::part("observer.serial_number", "serial"),
    Entry::part("observer.hostname", "device_name"),
    Entry::part("panw.panos.type", "type"),
    Entry::part("panw.panos.sub_type", "subtype"),
    Entry::part("panw.panos.virtual_sys", "vsys").turn(turn::present),
    Entry::turned("panw.panos.sequence_number", "seqno", turn::long),
    Entry::part("panw.panos.actionflags", "actionflags"),
    Entry::turned("panw.panos.repeatcnt", "repeatcnt", turn::long),
    Entry::fields("related.hosts", &["observer.hostname", "host.name"]),
];

/// The user of a line.
pub(super) const USER: &[Entry] = &[
    Entry::part("source.user.name", "user.name"),
    Entry::part("source.user.domain", "user.domain"),
    Entry::part("user.name", "user.name"),
    Entry::part("user.domain", "user.domain"),
    Entry::fields("related.user", &["source.user.name"]),
];

/// Groups of devices.
pub(super) const GROUPS: &[Entry] = &[
    Entry::part("panw.panos.device_group_hierarchy.level_1", "dg1"),
    Entry::part("panw.panos.device_group_hierarchy.level_2", "dg2"),
    Entry::part("panw.panos.device_group_hierarchy.level_3", "dg3"),
    Entry::part("panw.panos.device_group_hierarchy.level_4", "dg4"),
    Entry::part("panw.panos.vsys_id", "vsys_id"),
    Entry::part("panw.panos.vsys_name", "vsys_name"),
];

pub(super) const GLOBALPROTECT: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::part("event.code", "eventid"),
    Entry::turned("event.outcome", "status", outcome),
    Entry::turned("event.duration", "login_duration", turn::long),
    Entry::new("event.reason", From::First(&["reason", "error"])),
    // The tunnel's address stands where the client's would: Elastic's mapping.
    Entry::call("source.ip", |view, emit| {
        if let Some(ip) = private(view).and_then(|text| turn::address(&text)) {
            emit(Value::Ip(ip));
        }
    }),
    Entry::call("source.nat.ip", |view, emit| {
        if let Some(ip) = public(view).and_then(|text| turn::address(&text)) {
            emit(Value::Ip(ip));
        }
    }),
    Entry::part("source.address", "private_ip"),
    Entry::turned("client.ip", "private_ip", turn::ip),
    Entry::part("client.address", "private_ip"),
    Entry::turned("client.nat.ip", "public_ip", turn::ip),
    Entry::turned("host.ip", "private_ip", turn::ip).one(),
    Entry::turned("panw.panos.source.nat.ip", "public_ip", turn::ip),
    Entry::call("panw.panos.public.ip", |view, emit| {
        if let Some(ip) = public(view).and_then(|text| turn::address(&text)) {
            emit(Value::Ip(ip));
        }
    }),
    Entry::call("panw.panos.private.ip", |view, emit| {
        if let Some(ip) = private(view).and_then(|text| turn::address(&text)) {
            emit(Value::Ip(ip));
        }
    }),
    Entry::call("network.type", |view, emit| {
        if let Some(ip) = private(view).and_then(|text| turn::address(&text)) {
            emit(Value::from(if ip.is_ipv4() { "ipv4" } else { "ipv6" }));
        }
    }),
    Entry::part("source.geo.name", "srcregion"),
    Entry::part("host.name", "machinename"),
    Entry::part("host.id", "hostid"),
    Entry::part("host.os.family", "client_os"),
    Entry::part("host.os.full", "client_os_ver"),
    Entry::part("observer.hostname", "portal"),
    Entry::part("panw.panos.stage", "stage"),
    Entry::part("panw.panos.auth_method", "auth_method"),
    Entry::part("panw.panos.tunnel_type", "tunnel_type"),
    Entry::part("panw.panos.serial_number", "serialnumber"),
    Entry::part("panw.panos.client_ver", "client_ver"),
    Entry::part("panw.panos.description", "opaque"),
    Entry::part("panw.panos.error", "error"),
    Entry::part("panw.panos.error_code", "error_code"),
    Entry::part("panw.panos.location", "location"),
    Entry::part("panw.panos.connect_method", "connect_method"),
    Entry::part("panw.panos.selection_type", "selection_type"),
    Entry::part("panw.panos.response_time", "response_time"),
    Entry::part("panw.panos.priority", "priority"),
    Entry::part("panw.panos.attempted_gateways", "attempted_gateways"),
    Entry::part("panw.panos.gateway", "gateway"),
    Entry::fields("related.ip", &["source.ip", "source.nat.ip"]),
    Entry::call("gatewatch.remote.ip", |view, emit| {
        let ip = public(view).and_then(|text| turn::address(&text));
        if let Some(ip) = ip.filter(|ip| !ip.is_unspecified()) {
            emit(Value::Ip(ip));
        }
    }),
    remote::user(From::Part("account")),
    remote::host(From::Part("portal")),
    remote::method(From::Part("auth_method")),
    remote::session(From::Part("hostid")),
];

pub(super) const HIPMATCH: &[Entry] = &[
    Entry::turned("source.ip", "src", turn::ip),
    Entry::part("source.address", "src"),
    Entry::turned("client.ip", "src", turn::ip),
    Entry::turned("network.type", "src", |value, _| {
        let ip = turn::address(&value.text())?;
        Some(Value::from(if ip.is_ipv4() { "ipv4" } else { "ipv6" }))
    }),
    Entry::part("host.name", "machinename"),
    Entry::part("host.id", "hostid"),
    Entry::part("host.os.full", "os"),
    Entry::part("panw.panos.matchname", "matchname"),
    Entry::part("panw.panos.matchtype", "matchtype"),
    Entry::part("panw.panos.serial_number", "serialnumber"),
    Entry::fields("related.ip", &["source.ip"]),
];

pub(super) const USERID: &[Entry] = &[
    Entry::fixed("event.category", &["network", "iam"]),
    Entry::part("event.action", "subtype"),
    Entry::part("event.code", "eventid"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::part("source.address", "ip"),
    Entry::turned("client.ip", "ip", turn::ip),
    Entry::turned("network.type", "ip", |value, _| {
        let ip = turn::address(&value.text())?;
        Some(Value::from(if ip.is_ipv4() { "ipv4" } else { "ipv6" }))
    }),
    // The range of ports that the user has on a terminal server; 0 where it is no such.
    Entry::turned("source.port", "beginport", turn::long),
    Entry::turned("client.port", "beginport", turn::long),
    Entry::turned("destination.port", "endport", turn::long),
    Entry::turned("server.port", "endport", turn::long),
    Entry::part("client.user.name", "userbysource"),
    Entry::part("panw.panos.datasource", "datasource"),
    Entry::part("panw.panos.datasourcename", "datasourcename"),
    Entry::part("panw.panos.datasourcetype", "datasourcetype"),
    Entry::turned("panw.panos.timeout", "timeout", turn::long),
    Entry::turned("panw.panos.factorno", "factorno", turn::long),
    Entry::part("panw.panos.factortype", "factortype"),
    Entry::turned(
        "panw.panos.factorcompletiontime",
        "factorcompletiontime",
        moment,
    ),
    Entry::part("panw.panos.ugflags", "ugflags"),
    Entry::part("panw.panos.userbysource", "userbysource"),
    Entry::fields("related.ip", &["source.ip"]),
];

pub(super) const SYSTEM: &[Entry] = &[
    Entry::part("event.code", "eventid"),
    Entry::part("log.level", "severity"),
    Entry::part("panw.panos.object", "object"),
    Entry::part("panw.panos.module", "module"),
    Entry::part("panw.panos.description", "opaque"),
];

/// The answer of an authentication server, which names user and address in its sentence alone.
pub(super) const SYSTEM_AUTH: &[Entry] = &[
    Entry::part("event.reason", "auth.reason"),
    Entry::part("user.name", "auth.user"),
    Entry::part("source.user.name", "auth.user"),
    Entry::turned("source.ip", "auth.ip", turn::ip),
    Entry::part("source.address", "auth.ip"),
    Entry::fields("related.user", &["user.name"]),
    Entry::fields("related.ip", &["source.ip"]),
    remote::user(From::Part("auth.user")),
    remote::ip(From::Part("auth.ip")),
];

/// The gateway's or portal's sentence about somebody at GlobalProtect.
pub(super) const SYSTEM_GATEWAY: &[Entry] = &[
    Entry::part("event.reason", "auth.reason"),
    Entry::part("source.user.name", "user.name"),
    Entry::part("source.user.domain", "user.domain"),
    Entry::part("user.name", "user.name"),
    Entry::part("user.domain", "user.domain"),
    Entry::turned("source.ip", "auth.ip", turn::ip),
    Entry::part("source.address", "auth.ip"),
    Entry::fields("related.user", &["user.name"]),
    Entry::fields("related.ip", &["source.ip"]),
    remote::user(From::Part("account")),
    remote::ip(From::Part("auth.ip")),
];

/// The sentence about an administrator of the firewall.
pub(super) const SYSTEM_ADMIN: &[Entry] = &[
    Entry::part("user.name", "admin.user"),
    Entry::turned("source.ip", "admin.ip", turn::ip),
    Entry::part("source.address", "admin.ip"),
    Entry::fields("related.user", &["user.name"]),
    Entry::fields("related.ip", &["source.ip"]),
    remote::user(From::Part("admin.user")),
    remote::ip(From::Part("admin.ip")),
];

pub(super) const CONFIG: &[Entry] = &[
    Entry::turned("host.ip", "host", turn::ip),
    Entry::call("event.action", |view, emit| {
        let command = view.text("cmd").unwrap_or_default();
        if matches!(
            command.as_ref(),
            "add" | "clone" | "commit" | "delete" | "edit" | "move" | "rename" | "set"
        ) {
            emit(Value::from(format!("cmd-{command}")));
        }
    }),
    Entry::call("event.outcome", |view, emit| {
        let failed = view.text("result").is_some_and(|result| result == "Failed");
        emit(Value::from(if failed { "failure" } else { "success" }));
    }),
    Entry::part("panw.panos.cmd", "cmd"),
    Entry::part("panw.panos.admin", "admin"),
    Entry::part("panw.panos.client", "client"),
    Entry::part("panw.panos.result", "result"),
    Entry::part("panw.panos.path", "path").turn(turn::trimmed),
];

pub(super) const AUTH: &[Entry] = &[
    Entry::part("event.code", "eventid"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::part("source.address", "ip"),
    Entry::turned("client.ip", "ip", turn::ip),
    Entry::part("panw.panos.description", "desc"),
    Entry::part("panw.panos.object", "object"),
    Entry::part("panw.panos.authpolicy", "authpolicy"),
    Entry::part("panw.panos.clienttype", "clienttype"),
    Entry::fields("related.ip", &["source.ip"]),
    remote::ip(From::Part("ip")),
];
