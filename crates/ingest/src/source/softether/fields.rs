//! From the parts of a line to ECS.

use gatewatch_event::Value;

use crate::source::mapping::{Entry, From, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("message", "message"),
    // The syslog header of its lines says `localhost`.
    Entry::part("host.name", "server"),
    Entry::part("observer.name", "server"),
    Entry::fixed("observer.product", &["SoftEther VPN Server"]),
    Entry::fixed("observer.type", &["vpn"]),
    Entry::part("event.reason", "reason"),
    Entry::part("event.code", "code"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::turned("destination.port", "server_port", turn::port),
    Entry::part("user.name", "user"),
    Entry::part("softether.hub", "hub"),
    Entry::part("softether.connection", "connection"),
    Entry::part("softether.session", "session"),
    Entry::part("softether.rpc", "rpc"),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
    remote::user(From::Part("user")),
    remote::session(From::First(&["connection", "session"])),
    Entry::turned("gatewatch.remote.method", "method", |value, _| {
        let word = match &*value.text() {
            "Password authentication"
            | "Plain text password authentication"
            | "External server authentication" => "password",
            "Certificate authentication" | "Client certificate authentication" => "certificate",
            "Anonymous authentication" => "anonymous",
            _ => return Some(value),
        };
        Some(Value::from(word))
    }),
    // Syslog names the server; in its own files nothing does.
    remote::host(From::Part("server")),
];
