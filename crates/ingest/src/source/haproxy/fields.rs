//! From the parts of a line to ECS, as Elastic's haproxy integration has it.

use gatewatch_event::Value;

use super::line::{What, is_address};
use crate::source::mapping::{Entry, From, Header, Kind, View, remote, turn, web, web_kinds};

/// The client, if it has an address: a socket of the machine itself has none.
fn client<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    is_address(&value.text()).then_some(value)
}

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("process.name", &["haproxy"]),
    Entry::header("process.pid", Header::Pid),
    Entry::header("host.name", Header::Host),
    Entry::new("message", From::Message),
];

/// Who came, and at which door.
const CLIENT: &[Entry] = &[
    Entry::turned("source.address", "client", client),
    Entry::turned("source.ip", "client", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("haproxy.frontend_name", "frontend"),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    remote::ip(From::Part("client")),
    remote::address(From::Part("client")),
    remote::port(From::Part("port")),
];

/// To which server, and how long it took.
const PROXIED: &[Entry] = &[
    Entry::part("haproxy.backend_name", "backend"),
    Entry::part("haproxy.server_name", "server"),
    Entry::part("destination.address", "destination"),
    Entry::turned("destination.ip", "destination", turn::ip),
    Entry::turned("destination.domain", "destination", turn::domain),
    Entry::fields("related.hosts", &["destination.domain"]),
    Entry::turned("haproxy.total_waiting_time_ms", "queue", turn::long),
    Entry::turned("haproxy.connection_wait_time_ms", "connect", turn::long),
    Entry::turned("haproxy.bytes_read", "bytes", turn::long),
    Entry::part("haproxy.termination_state", "state"),
    Entry::turned("haproxy.connections.active", "active", turn::long),
    Entry::turned("haproxy.connections.frontend", "frontend.count", turn::long),
    Entry::turned("haproxy.connections.backend", "backend.count", turn::long),
    Entry::turned("haproxy.connections.server", "server.count", turn::long),
    Entry::turned("haproxy.connections.retries", "retries", turn::long),
    Entry::turned("haproxy.server_queue", "server.queue", turn::long),
    Entry::turned("haproxy.backend_queue", "backend.queue", turn::long),
    Entry::call("event.duration", |view, emit| {
        // Milliseconds in the log, nanoseconds in the field.
        let total = view.text("total").and_then(|text| text.parse::<i64>().ok());
        if let Some(nanos) = total.and_then(|total| total.checked_mul(1_000_000)) {
            emit(Value::Long(nanos));
        }
    }),
];

const HTTP: &[Entry] = &[
    Entry::fixed("event.category", &["web"]),
    Entry::turned("haproxy.http.request.time_wait_ms", "request", turn::long),
    Entry::turned(
        "haproxy.http.request.time_wait_without_data_ms",
        "response",
        turn::long,
    ),
    Entry::part("haproxy.http.request.captured_cookie", "request.cookie"),
    Entry::part("haproxy.http.response.captured_cookie", "response.cookie"),
    Entry::part("haproxy.http.request.captured_headers", "request.header").many(),
    Entry::part("haproxy.http.response.captured_headers", "response.header").many(),
    Entry::part("haproxy.http.request.raw_request_line", "line"),
    Entry::part("http.request.method", "method"),
    Entry::part("http.version", "version"),
    Entry::turned("http.response.status_code", "status", turn::long),
    Entry::turned("http.response.bytes", "bytes", turn::long),
];

/// What `option httpslog` adds.
const TLS: &[Entry] = &[
    Entry::turned("haproxy.connections.fc_err", "tls.error", turn::long),
    Entry::turned(
        "haproxy.connections.ssl_fc_err",
        "tls.ssl_error",
        turn::long,
    ),
    Entry::turned(
        "haproxy.connections.ssl_c_err",
        "tls.client_error",
        turn::long,
    ),
    Entry::turned(
        "haproxy.connections.ssl_c_ca_err",
        "tls.ca_error",
        turn::long,
    ),
    Entry::turned("tls.resumed", "tls.resumed", turn::flag),
    Entry::part("tls.client.server_name", "tls.name"),
    Entry::part("tls.cipher", "tls.cipher"),
    Entry::call("tls.version_protocol", |view, emit| {
        if let Some((protocol, _)) = view.text("tls.version").as_deref().and_then(tls_version) {
            emit(Value::from(protocol.to_lowercase()));
        }
    }),
    Entry::call("tls.version", |view, emit| {
        if let Some((_, version)) = view.text("tls.version").as_deref().and_then(tls_version) {
            emit(Value::from(version));
        }
    }),
    Entry::new(
        "destination.domain",
        From::First(&["destination", "tls.name"]),
    )
    .turn(turn::domain),
];

/// `TLSv1.3`: the protocol and its version.
fn tls_version(text: &str) -> Option<(&str, &str)> {
    text.split_once('v')
}

web_kinds! {
    /// The kinds of requests.
    static REQUESTS of "haproxy" with [CLIENT, PROXIED, HTTP, TLS, web::TARGET]
}

/// A connection that the proxy only passes on: to what, its names tell at best.
const PROXY: &[Entry] = &remote::door(&["proxy"], &["haproxy"]);
const WEB: &[Entry] = &remote::door(&["web"], &["haproxy"]);

static TCP: Kind = Kind::new("tcp", &[CLIENT, PROXIED, PROXY, &[remote::ATTEMPT]]);

const FAILED_FIELDS: &[Entry] = &[
    Entry::part("haproxy.bind_name", "bind"),
    Entry::part("haproxy.error_message", "error"),
];
const REFUSED: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
static CERTIFICATE: Kind = Kind::new(
    "certificate",
    &[
        CLIENT,
        FAILED_FIELDS,
        WEB,
        REFUSED,
        &[Entry::fixed("gatewatch.remote.method", &["certificate"])],
    ],
);
static HANDSHAKE: Kind = Kind::new("handshake", &[CLIENT, FAILED_FIELDS, WEB, REFUSED]);
static FAILED: Kind = Kind::new("failed", &[CLIENT, FAILED_FIELDS]);

const CONNECT: &[Entry] = &[
    Entry::fixed("event.type", &["connection"]),
    Entry::header("haproxy.source", Header::Host),
    Entry::part("haproxy.mode", "mode"),
    Entry::turned("destination.ip", "destination", turn::ip),
    Entry::turned("destination.port", "destination.port", turn::port),
];
static CONNECT_HTTP: Kind = Kind::new(
    "connect http",
    &[
        CLIENT,
        CONNECT,
        &[Entry::fixed("event.category", &["web", "network"])],
    ],
);
static CONNECT_TCP: Kind = Kind::new(
    "connect tcp",
    &[
        CLIENT,
        CONNECT,
        PROXY,
        &[
            remote::ATTEMPT,
            Entry::fixed("event.category", &["network"]),
        ],
    ],
);

/// What HAProxy says of itself and of its servers.
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line.
pub(super) fn kind(what: What) -> &'static Kind {
    match what {
        What::Http(status, api) => REQUESTS.find(status, api, false),
        What::Tcp => &TCP,
        What::Certificate => &CERTIFICATE,
        What::Handshake => &HANDSHAKE,
        What::Failed => &FAILED,
        What::ConnectHttp => &CONNECT_HTTP,
        What::ConnectTcp => &CONNECT_TCP,
    }
}
