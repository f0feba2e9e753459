//! From the parts of a line to ECS.

use gatewatch_event::Value;

use super::line;
use crate::source::mapping::{Entry, From, Header, View, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("observer.vendor", &["Citrix"]),
    Entry::fixed("observer.product", &["Netscaler"]),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::part("observer.hostname", "host"),
    Entry::part("citrix.device_event_class_id", "feature"),
    Entry::part("citrix.name", "event"),
    Entry::new("citrix.detail", From::Raw),
    Entry::part("error.message", "error.message"),
    Entry::part("message", "message"),
];

/// Fields of native lines.
pub(super) const NATIVE: &[Entry] = &[
    Entry::new("citrix.cef_format", From::Flag(false)),
    Entry::turned("citrix.default_class", "default", turn::flag),
    Entry::part("citrix.host", "host"),
    Entry::part("citrix.extended.message", "message"),
    Entry::part("event.id", "id"),
    Entry::turned("event.severity", "severity", turn::long),
    Entry::call("event.timezone", |view, emit| {
        let zone = view.text("zone").map(|zone| zone.into_owned());
        emit(Value::from(zone.unwrap_or_else(|| view.zone_name())));
    }),
];

/// The whole text, where Elastic's patterns for single events do not match.
pub(super) const WHOLE: &[Entry] = &[Entry::part("citrix_adc.log.message", "message")];

/// What the web application firewall says of a request.
pub(super) const REQUEST: &[Entry] = &[
    Entry::new(
        "citrix_adc.log.message",
        From::First(&["verdict", "message"]),
    ),
    Entry::part("citrix_adc.log.profile", "profile"),
];

/// What somebody asked for through the gateway.
pub(super) const PAGE: &[Entry] = &[
    Entry::part("http.request.method", "method"),
    Entry::part("url.domain", "hostname"),
    Entry::part("citrix_adc.log.hostname", "hostname"),
    Entry::part("citrix_adc.log.method", "method"),
    Entry::part("citrix_adc.log.request.path", "path"),
    Entry::part("citrix_adc.log.sso_status", "sso_status"),
    Entry::part("citrix_adc.log.timezone", "timezone"),
];

/// Who, where, and how much.
pub(super) const SESSION: &[Entry] = &[
    Entry::turned("event.start", "start_time", moment),
    Entry::new("event.end", From::First(&["end_time", "delink_time"])).turn(moment),
    Entry::turned("event.duration", "duration", nanoseconds),
    Entry::part("event.reason", "failure_reason"),
    Entry::new("user.name", From::First(&["user", "account"])),
    Entry::part("user.domain", "domain"),
    Entry::part("group.name", "groups"),
    Entry::new("client.ip", From::First(&["client_ip", "context.ip"])).turn(turn::ip),
    Entry::turned("client.port", "client_port", turn::port),
    Entry::turned("server.ip", "vserver_ip", turn::ip),
    Entry::turned("server.port", "vserver_port", turn::port),
    Entry::turned("source.ip", "source_ip", turn::ip),
    Entry::turned("source.port", "source_port", turn::port),
    Entry::turned("source.nat.ip", "nat_ip", turn::ip),
    Entry::turned("source.nat.port", "nat_port", turn::port),
    Entry::turned("source.bytes", "bytes_send", turn::long),
    Entry::turned("destination.ip", "destination_ip", turn::ip),
    Entry::turned("destination.port", "destination_port", turn::port),
    Entry::turned("destination.bytes", "bytes_received", turn::long),
    Entry::part("user_agent.original", "browser"),
    Entry::fields(
        "related.ip",
        &[
            "source.ip",
            "destination.ip",
            "source.nat.ip",
            "server.ip",
            "client.ip",
            "citrix_adc.log.ssl_relay.address",
        ],
    ),
    Entry::fields("related.user", &["user.name"]),
    Entry::new(
        "citrix_adc.log.user",
        From::First(&["user", "context.user"]),
    ),
    Entry::new(
        "citrix_adc.log.username",
        From::First(&["account", "context.user"]),
    ),
    Entry::turned("citrix_adc.log.x_forwarded_for_ip", "forwarded", turn::ip),
    Entry::turned("network.forwarded_ip", "forwarded", turn::ip),
    Entry::part("citrix_adc.log.last_contact", "last_contact"),
    Entry::turned("citrix_adc.log.license_limit", "license_limit", turn::long),
    Entry::part("citrix_adc.log.errmsg", "errmsg"),
    Entry::part(
        "citrix_adc.log.client_security_expression",
        "security_expression",
    ),
    Entry::part(
        "citrix_adc.log.client_security_check_status",
        "security_check",
    ),
    Entry::part("citrix_adc.log.total_bytes_wire_send", "wire_send"),
    Entry::part("citrix_adc.log.total_bytes_wire_recieved", "wire_received"),
    Entry::part("citrix_adc.log.customer_name", "customer"),
    Entry::part("citrix_adc.log.spcb_id", "spcb_id"),
    Entry::turned("citrix_adc.log.ssl_relay.address", "relay_ip", turn::ip),
    Entry::turned("citrix_adc.log.ssl_relay.port", "relay_port", turn::port),
    Entry::new(
        "citrix_adc.log.client_ip",
        From::First(&["client_ip", "context.ip"]),
    )
    .turn(turn::ip),
    Entry::part("citrix_adc.log.failure_reason", "failure_reason"),
    Entry::part("citrix_adc.log.browser", "browser"),
    Entry::part("citrix_adc.log.browser_type", "browser_type"),
    Entry::part("citrix_adc.log.sslvpn_client_type", "client_type"),
    Entry::part("citrix_adc.log.context.user.name", "context.user"),
    Entry::turned("citrix_adc.log.context.client.ip", "context.ip", turn::ip),
    Entry::part("citrix_adc.log.session_id", "session_id"),
    Entry::turned("citrix_adc.log.nat.ip", "nat_ip", turn::ip),
    Entry::turned("citrix_adc.log.nat.port", "nat_port", turn::port),
    Entry::turned("citrix_adc.log.vserver.ip", "vserver_ip", turn::ip),
    Entry::turned("citrix_adc.log.vserver.port", "vserver_port", turn::port),
    Entry::turned("citrix_adc.log.source.ip", "source_ip", turn::ip),
    Entry::turned("citrix_adc.log.source.port", "source_port", turn::port),
    Entry::turned("citrix_adc.log.destination.ip", "destination_ip", turn::ip),
    Entry::turned(
        "citrix_adc.log.destination.port",
        "destination_port",
        turn::port,
    ),
    Entry::turned("citrix_adc.log.start_time", "start_time", moment),
    Entry::turned("citrix_adc.log.end_time", "end_time", moment),
    Entry::turned("citrix_adc.log.delink_time", "delink_time", moment),
    Entry::part("citrix_adc.log.duration", "duration"),
    Entry::part("citrix_adc.log.http_resources_accessed", "http_resources"),
    Entry::part(
        "citrix_adc.log.non_http_services_accessed",
        "non_http_services",
    ),
    Entry::turned(
        "citrix_adc.log.total_tcp_connections",
        "tcp_connections",
        turn::long,
    ),
    Entry::turned("citrix_adc.log.total_udp_flows", "udp_flows", turn::long),
    Entry::turned(
        "citrix_adc.log.total_policies_allowed",
        "policies_allowed",
        turn::long,
    ),
    Entry::turned(
        "citrix_adc.log.total_policies_denied",
        "policies_denied",
        turn::long,
    ),
    Entry::turned("citrix_adc.log.total_bytes_send", "bytes_send", turn::long),
    Entry::turned(
        "citrix_adc.log.total_bytes_received",
        "bytes_received",
        turn::long,
    ),
    Entry::turned(
        "citrix_adc.log.total_compressed_bytes_send",
        "compressed_send",
        turn::long,
    ),
    Entry::turned(
        "citrix_adc.log.total_compressed_bytes_recieved",
        "compressed_received",
        turn::long,
    ),
    Entry::turned(
        "citrix_adc.log.compression_ratio_send",
        "ratio_send",
        turn::double,
    ),
    Entry::turned(
        "citrix_adc.log.compression_ratio_recieved",
        "ratio_received",
        turn::double,
    ),
    Entry::part("citrix_adc.log.logout_method", "logout_method"),
    Entry::part("citrix_adc.log.access", "access"),
    Entry::part("citrix_adc.log.denied_by_policy", "denied_by_policy"),
    Entry::part("citrix_adc.log.policy_violation", "denied_by_policy"),
    Entry::part("citrix_adc.log.groups", "groups"),
    Entry::part("citrix_adc.log.domain_name", "domain"),
    Entry::part("citrix_adc.log.application_name", "application"),
    Entry::part("citrix_adc.log.connection_id", "connection_id"),
    Entry::part("citrix_adc.log.ica_uuid", "ica_uuid"),
];

/// Fields of commands.
pub(super) const COMMAND: &[Entry] = &[
    Entry::part("user.name", "user"),
    Entry::fields("related.user", &["user.name"]),
    Entry::turned("source.ip", "remote_ip", turn::ip),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::part("process.command_line", "command"),
    Entry::turned("event.outcome", "status", |value, view| {
        let word = turn::lower(value, view)?;
        matches!(&*word.text(), "success" | "failure").then_some(word)
    }),
    Entry::part("citrix_adc.log.user", "user"),
    Entry::part("citrix_adc.log.adm_user", "adm_user"),
    Entry::turned("citrix_adc.log.remote_ip", "remote_ip", turn::ip),
    Entry::part("citrix_adc.log.command", "command"),
    Entry::part("citrix_adc.log.status", "status"),
];

/// Fields of lines in CEF.
pub(super) const CEF: &[Entry] = &[
    Entry::new("citrix.cef_format", From::Flag(true)),
    Entry::fixed("citrix.cef_version", &["0"]),
    Entry::new("citrix.detail", From::Message),
    Entry::part("citrix.device_vendor", "cef.head.vendor"),
    Entry::part("citrix.device_product", "cef.head.product"),
    Entry::part("citrix.device_version", "cef.head.version"),
    Entry::header("citrix.host", Header::Host),
    Entry::part("citrix.profile_name", "cef.cs1"),
    Entry::part("citrix.ppe_id", "cef.cs2"),
    Entry::part("citrix.session_id", "cef.cs3"),
    Entry::part("citrix.severity", "cef.cs4"),
    Entry::part("citrix.signature_violation_category", "cef.cs6"),
    Entry::part("citrix.extended.geolocation", "cef.geolocation"),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["info"]),
    Entry::part("event.id", "cef.cn1"),
    Entry::turned("event.severity", "cef.head.severity", turn::long),
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::turned("source.ip", "cef.src", turn::ip),
    Entry::turned("source.port", "cef.spt", turn::port),
    Entry::part("http.request.id", "cef.cn2"),
    Entry::part("http.request.method", "cef.method"),
    Entry::part("message", "cef.msg"),
    Entry::part("event.action", "cef.act"),
    Entry::fields("related.ip", &["source.ip"]),
];

/// Who came to the gateway.
pub(super) const CLIENT: &[Entry] = &[
    remote::ip(From::Part("client")),
    remote::address(From::Part("client")),
    remote::port(From::Part("source_port")),
    Entry::new("gatewatch.remote.user", From::First(&["user", "account"])).turn(turn::account),
    remote::session(From::First(&["session_id", "connection_id"])),
];

/// Who came to the appliance itself.
pub(super) const ADMINISTRATOR: &[Entry] = &[
    remote::ip(From::Part("remote")),
    remote::address(From::Part("remote")),
    Entry::new("gatewatch.remote.user", From::Part("user")).turn(turn::account),
];

/// `HH:MM:SS`, as nanoseconds.
fn nanoseconds<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    let mut seconds: i64 = 0;
    let mut count = 0;
    for number in text.trim().split(':') {
        let number: u32 = number.parse().ok()?;
        seconds = seconds.checked_mul(60)?.checked_add(number.into())?;
        count += 1;
    }
    (count == 3).then_some(Value::Long(seconds.checked_mul(1_000_000_000)?))
}

/// A time in the form of the line's own.
fn moment<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    let text = text.trim();
    let zone = text.get(19..).unwrap_or_default().trim();
    let stamp = line::stamp(text, matches!(zone, "GMT" | "UTC").then_some(0))?;
    view.at(stamp).map(Value::Date)
}
