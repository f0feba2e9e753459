//! From the values of a line to ECS.

use gatewatch_event::Value;

use super::values::{moment, outcome, port, set, types};
use crate::source::mapping::{Entry, From, View, remote, transport_name, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("@timestamp", moment),
    Entry::fixed("event.timezone", &["UTC"]),
    Entry::fixed("event.category", &["network"]),
    Entry::part("event.action", "action"),
    Entry::call("event.outcome", outcome),
    Entry::call("event.type", types),
    Entry::fixed("observer.vendor", &["Checkpoint"]),
    Entry::part("observer.product", "product"),
    Entry::call("observer.type", |view, emit| {
        let kind = view.text("type");
        emit(Value::from(
            kind.as_deref().unwrap_or("firewall").to_owned(),
        ));
    }),
];

/// Fields of all kinds of lines.
pub(super) const CONNECTION: &[Entry] = &[
    Entry::part("error.message", "error.message"),
    Entry::part("event.id", "loguid"),
    Entry::turned("event.sequence", "sequencenum", turn::long),
    Entry::turned("event.severity", "severity", turn::long),
    Entry::new(
        "event.start",
        From::First(&["start_time", "first_detection"]),
    )
    .turn(turn::epoch),
    Entry::turned("event.end", "last_detection", turn::epoch),
    Entry::new("message", From::First(&["message", "reason", "subject"])),
    Entry::part("observer.name", "origin"),
    Entry::new("observer.ip", From::First(&["origin_ip", "endpoint_ip"]))
        .turn(turn::ip)
        .one(),
    Entry::turned("observer.mac", "mac_address", |value, _| {
        let mac = value.text().to_ascii_uppercase().replace(':', "-");
        Some(Value::from(mac))
    })
    .one(),
    Entry::call("observer.ingress.interface.name", |view, emit| {
        if let Some(name) = interface(view, "inbound") {
            emit(Value::from(name));
        }
    }),
    Entry::call("observer.egress.interface.name", |view, emit| {
        if let Some(name) = interface(view, "outbound") {
            emit(Value::from(name));
        }
    }),
    Entry::new(
        "observer.ingress.zone",
        From::First(&["inzone", "security_inzone"]),
    ),
    Entry::new(
        "observer.egress.zone",
        From::First(&["outzone", "security_outzone"]),
    ),
    Entry::part("network.direction", "ifdir"),
    Entry::part("network.name", "layer_name"),
    Entry::part("network.iana_number", "proto"),
    Entry::call("network.transport", |view, emit| {
        let name = view
            .text("proto")
            .and_then(|number| transport_name(&number));
        match (name, view.text("_transport")) {
            (Some(name), _) => emit(Value::from(name)),
            (None, Some(name)) => emit(Value::from(name.into_owned())),
            (None, None) => true,
        };
    }),
    Entry::new(
        "network.application",
        From::First(&["app_name", "service_id"]),
    ),
    Entry::new("source.ip", From::First(&["src", "client_ip"])).turn(turn::ip),
    Entry::turned("source.port", "s_port", turn::long),
    Entry::turned("source.nat.ip", "xlatesrc", nat_ip),
    Entry::turned("source.nat.port", "xlatesport", port),
    Entry::new(
        "source.bytes",
        From::First(&["client_outbound_bytes", "sent_bytes", "sent_byte"]),
    )
    .turn(turn::long),
    Entry::turned("source.packets", "client_outbound_packets", turn::long),
    Entry::part("source.mac", "mac_source_address"),
    Entry::part("source.domain", "src_machine_name"),
    Entry::part("source.user.id", "uid"),
    Entry::new(
        "source.user.name",
        From::First(&["administrator", "source_user_name", "_login"]),
    ),
    Entry::part("source.user.email", "from"),
    Entry::part("source.user.group.name", "src_user_group"),
    Entry::part("user.name", "_login"),
    Entry::turned("client.bytes", "client_outbound_bytes", turn::long),
    Entry::turned("client.packets", "client_outbound_packets", turn::long),
    Entry::turned("server.bytes", "server_outbound_bytes", turn::long),
    Entry::turned("server.packets", "server_outbound_packets", turn::long),
    Entry::turned("network.bytes", "bytes", turn::long),
    Entry::turned("network.packets", "packets", turn::long),
    Entry::new("client.ip", From::First(&["src", "client_ip"])).turn(turn::ip),
    Entry::turned("client.port", "s_port", turn::long),
    Entry::turned("client.nat.ip", "xlatesrc", nat_ip),
    Entry::turned("client.nat.port", "xlatesport", port),
    Entry::part("client.domain", "src_machine_name"),
    Entry::part("client.mac", "mac_source_address"),
    Entry::part("client.user.id", "uid"),
    Entry::new(
        "client.user.name",
        From::First(&["administrator", "source_user_name", "_login"]),
    ),
    Entry::part("client.user.email", "from"),
    Entry::part("client.user.group.name", "src_user_group"),
    Entry::turned("destination.ip", "dst", turn::ip),
    Entry::turned("destination.port", "service", turn::long),
    Entry::turned("destination.nat.ip", "xlatedst", nat_ip),
    Entry::turned("destination.nat.port", "xlatedport", port),
    Entry::new(
        "destination.bytes",
        From::First(&["server_outbound_bytes", "received_bytes"]),
    )
    .turn(turn::long),
    Entry::turned("destination.packets", "server_outbound_packets", turn::long),
    Entry::new(
        "destination.domain",
        From::First(&["destination_dns_hostname", "dst_machine_name"]),
    ),
    Entry::part("destination.user.email", "to"),
    Entry::turned("server.ip", "dst", turn::ip),
    Entry::turned("server.port", "service", turn::long),
    Entry::turned("server.nat.ip", "xlatedst", nat_ip),
    Entry::turned("server.nat.port", "xlatedport", port),
    Entry::part("dns.question.name", "domain_name"),
    Entry::part("dns.question.type", "dns_type"),
    Entry::new(
        "rule.category",
        From::First(&["matched_category", "categories"]),
    ),
    Entry::part("rule.description", "malware_action"),
    Entry::new("rule.id", From::First(&["malware_rule_id", "app_rule_id"])),
    Entry::new(
        "rule.name",
        From::First(&[
            "objectname",
            "rule_name",
            "malware_rule_name",
            "app_rule_name",
            "dlp_rule_name",
        ]),
    ),
    Entry::new(
        "rule.ruleset",
        From::First(&["smartdefence_profile", "policy"]),
    ),
    Entry::new("rule.uuid", From::First(&["rule_uid", "dlp_rule_uid"])),
    Entry::new("url.original", From::First(&["url", "resource"])),
    Entry::part("url.domain", "http_host"),
    Entry::part("http.request.method", "method"),
    Entry::part("user_agent.original", "user_agent"),
    Entry::part("user_agent.name", "web_client_type"),
    Entry::part("host.os.name", "os_name"),
    Entry::part("host.os.version", "os_version"),
    Entry::part("group.name", "user_group"),
    Entry::call("related.ip", |view, emit| {
        // Elastic has an address twice where both ends have it.
        for path in [
            "source.ip",
            "source.nat.ip",
            "destination.ip",
            "destination.nat.ip",
        ] {
            view.field(path, &mut *emit);
        }
    }),
    Entry::fields("related.user", &["source.user.name"]),
    Entry::new("checkpoint", From::Open(members)),
];

/// Who, by which way.
pub(super) const ACCESS: &[Entry] = &[
    remote::ip(From::First(&["client_ip", "src"])),
    remote::address(From::First(&["client_ip", "src"])),
    remote::port(From::Part("s_port")),
    Entry::new("gatewatch.remote.user", From::Part("_login")).turn(turn::account),
    remote::method(From::Part("auth_method")),
    remote::session(From::First(&["session_uid", "connection_uid", "loguid"])),
    remote::host(From::Part("origin")),
];

fn nat_ip<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    turn::ip(set(value, view)?, view)
}

/// The interface, where the packet went this way.
fn interface(view: &View<'_>, direction: &str) -> Option<String> {
    let named = if direction == "inbound" {
        "client_inbound_interface"
    } else {
        "client_outbound_interface"
    };
    let name = view.text(named).or_else(|| {
        (view.text("ifdir").as_deref() == Some(direction))
            .then(|| view.text("ifname"))
            .flatten()
    });
    name.map(std::borrow::Cow::into_owned)
}

/// Keys that are fields of ECS, or that Elastic leaves out.
const MAPPED: &[&str] = &[
    "flags",
    "layer_uuid",
    "originsicname",
    "__policy_id_tag",
    "version",
    "rounded_bytes",
    "bytes",
    "packets",
    "db_tag",
    "update_service",
    "action",
    "loguid",
    "sequencenum",
    "severity",
    "start_time",
    "first_detection",
    "last_detection",
    "message",
    "product",
    "type",
    "origin",
    "origin_ip",
    "endpoint_ip",
    "mac_address",
    "client_inbound_interface",
    "client_outbound_interface",
    "inzone",
    "security_inzone",
    "outzone",
    "security_outzone",
    "ifdir",
    "layer_name",
    "proto",
    "app_name",
    "service_id",
    "src",
    "client_ip",
    "s_port",
    "xlatesrc",
    "xlatesport",
    "client_outbound_bytes",
    "sent_byte",
    "client_outbound_packets",
    "mac_source_address",
    "src_machine_name",
    "uid",
    "administrator",
    "source_user_name",
    "from",
    "src_user_group",
    "dst",
    "service",
    "xlatedst",
    "xlatedport",
    "server_outbound_bytes",
    "received_bytes",
    "server_outbound_packets",
    "destination_dns_hostname",
    "dst_machine_name",
    "to",
    "domain_name",
    "dns_type",
    "matched_category",
    "categories",
    "malware_action",
    "malware_rule_id",
    "app_rule_id",
    "objectname",
    "rule_name",
    "malware_rule_name",
    "app_rule_name",
    "dlp_rule_name",
    "smartdefence_profile",
    "policy",
    "rule_uid",
    "dlp_rule_uid",
    "url",
    "resource",
    "http_host",
    "method",
    "user_agent",
    "web_client_type",
    "os_name",
    "os_version",
    "user_group",
    "time",
    "subject",
    "user",
    "src_user_name",
    "error.message",
    "_login",
    "_transport",
    "_proto",
    "_table_time",
];

/// The members of `checkpoint`: what is in no field of ECS, each key once.
fn members(view: &View<'_>, emit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
    let directed = view.has("ifdir");
    let messaged = view.has("message");
    for (key, value) in view.parts.firsts() {
        let skipped = match key {
            "ifname" => directed,
            "reason" => !messaged,
            _ => MAPPED.contains(&key),
        };
        if skipped {
            continue;
        }
        let key = match key {
            "action_reason" if value.contains(' ') => "action_reason_msg",
            _ => key,
        };
        if !emit(key, Value::from(value)) {
            return;
        }
    }
}
