//! From the parts of a line to ECS.

use gatewatch_event::Value;

use super::line::{Line, Request, duration};
use crate::format::text::UrlParts;
use crate::source::mapping::{
    Entry, From, HANDSHAKE, Kind, Record, is_handshake, remote, turn, web, web_kinds,
};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("@timestamp", |view, emit| {
        let own = view
            .record
            .json
            .and_then(|json| json.get("ts")?.scalar_text());
        let own = own.and_then(|time| crate::format::time::epoch(&time));
        if let Some(time) = own.or_else(|| view.record.time()) {
            emit(Value::Date(time));
        }
    }),
    Entry::part("message", "text"),
    Entry::part("log.level", "level"),
    Entry::part("log.origin.file.name", "file"),
    Entry::turned("log.origin.file.line", "line", turn::long),
    Entry::part("host.name", "host"),
    Entry::part("process.name", "program"),
    Entry::turned("process.pid", "pid", turn::long),
    Entry::fixed("orchestrator.type", &["kubernetes"]),
];

/// Fields of a request.
const REQUEST: &[Entry] = &[
    Entry::fixed("event.category", &["web"]),
    Entry::fixed("event.type", &["access"]),
    Entry::part("event.id", "id"),
    Entry::call("event.duration", |view, emit| {
        if let Some(nanos) = view.text("latency").and_then(|text| duration(&text)) {
            emit(Value::Long(nanos));
        }
    }),
    Entry::part("event.action", "verb"),
    Entry::part("http.request.method", "method"),
    Entry::turned("http.response.status_code", "status", status),
    Entry::part("user_agent.original", "agent"),
    Entry::new("source.address", From::Part("ip")).turn(turn::present),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::fields("related.ip", &["source.ip"]),
    remote::ip(From::Part("ip")),
    remote::address(From::Part("ip")),
    remote::port(From::Part("port")),
];

/// A code of HTTP; a request that was never answered has none.
fn status<'v>(value: Value<'v>, view: &crate::source::mapping::View<'_>) -> Option<Value<'v>> {
    turn::long(value, view).filter(|value| matches!(value, Value::Long(100..)))
}

web_kinds! {
    /// The kinds of requests.
    static REQUESTS of "kubernetes" with [REQUEST, web::TARGET]
}

/// A client that did not come so far as to ask for anything.
static AT_KUBELET: Kind = Kind::new("handshake with the kubelet", &[KUBELET, HANDSHAKE, REFUSED]);
static AT_KUBERNETES: Kind = Kind::new("handshake", &[KUBERNETES, HANDSHAKE, REFUSED]);
const KUBELET: &[Entry] = &remote::door(&["kubelet"], &["kubernetes"]);
const KUBERNETES: &[Entry] = &remote::door(&["kubernetes"], &["kubernetes"]);
const REFUSED: &[Entry] = &[Entry::fixed("event.action", &["tls-error"])];

/// Any other line.
static OTHER: Kind = Kind::new("other", &[]);

/// What the kubelet alone has under these names; others have them too.
const OF_KUBELET: &[&str] = &[
    "configz",
    "logs",
    "debug",
    "spec",
    "checkpoint",
    "attach",
    "cri",
    "containerlogs",
];

/// The kind of a line.
pub(super) fn kind(
    record: &Record<'_>,
    line: Option<&Line<'_>>,
    request: Option<&Request<'_>>,
) -> &'static Kind {
    let Some(request) = request else {
        return match line {
            Some(line) if is_handshake(line.text) && is_of_kubelet(record) => &AT_KUBELET,
            Some(line) if is_handshake(line.text) => &AT_KUBERNETES,
            _ => &OTHER,
        };
    };
    let api = web::Api::of(request.method(), request.target(), || true);
    let api = match api {
        // A component of Kubernetes has no API of Docker.
        Some(web::Api::Docker) | None if is_kubelet(record, request) => Some(web::Api::Kubelet),
        Some(web::Api::Docker) => None,
        api => api,
    };
    REQUESTS.find(request.status(), api, false)
}

/// Does the header say that the kubelet wrote it?
fn is_of_kubelet(record: &Record<'_>) -> bool {
    let program = record.program();
    program.is_some_and(|program| program.contains("kubel"))
}

/// Is this request for something that only the kubelet gives away?
fn is_kubelet(record: &Record<'_>, request: &Request<'_>) -> bool {
    let path = UrlParts::new(request.target()).path;
    let first = path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    // Whom it does not know is turned away whatever they ask for.
    let refused = matches!(request.status(), 401 | 403);
    is_of_kubelet(record) && (refused || OF_KUBELET.contains(&first))
}
