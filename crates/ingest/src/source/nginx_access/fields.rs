//! From the parts of a line to ECS, as Elastic's nginx integration has it.

use gatewatch_event::Value;

use crate::source::mapping::{Entry, From, Header, Kind, remote, turn, user_agent, web, web_kinds};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("event.category", &["web"]),
    Entry::fixed("event.type", &["access"]),
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::new("message", From::Message),
    Entry::header("host.name", Header::Host),
    Entry::part("source.address", "source"),
    Entry::turned("source.ip", "source", turn::ip),
    Entry::part("nginx.access.remote_ip_list", "client").many(),
    Entry::call("nginx.access.response_time", |view, emit| {
        // Seconds in the log, milliseconds in the field.
        if let Some(Ok(seconds)) = view.text("duration").map(|text| text.parse::<f64>())
            && seconds < 1e12
        {
            emit(Value::Long((seconds * 1000.0) as i64));
        }
    }),
    Entry::turned("destination.ip", "host", turn::ip),
    Entry::turned("destination.domain", "host", turn::domain),
    Entry::turned("destination.port", "port", turn::port),
    Entry::part("user.name", "user"),
    Entry::part("http.request.method", "method"),
    Entry::part("http.version", "version"),
    Entry::part("http.request.referrer", "referrer"),
    Entry::turned("http.response.status_code", "status", turn::long),
    Entry::turned("http.response.body.bytes", "bytes", turn::long),
    Entry::part("user_agent.original", "agent"),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("remote")),
    remote::address(From::Part("remote")),
    remote::user(From::Part("user")),
];

/// Fields of a request. What it does not say of its host, the virtual host does.
const DOMAIN: &[Entry] =
    &[Entry::new("url.domain", From::First(&["url.domain", "host"])).turn(turn::domain)];

web_kinds! {
    /// The kinds of requests.
    pub(super) static KINDS of "nginx" with [web::TARGET, DOMAIN, user_agent::FIELDS]
}

/// What only looked like a line.
pub(super) static OTHER: Kind = Kind::new("other", &[]);
