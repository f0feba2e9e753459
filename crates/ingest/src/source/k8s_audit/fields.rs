//! From an audit event to ECS.

use gatewatch_event::Value;

use super::audit;
use crate::source::mapping::{Entry, From, View, remote, turn};

/// Fields of every event.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::part("event.action", "verb"),
    Entry::turned("user.name", "user.username", turn::present),
    Entry::turned("user.id", "user.uid", turn::present),
    Entry::turned("source.ip", "sourceIPs", turn::ip).many(),
    Entry::turned("client.ip", "sourceIPs", turn::ip).many(),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.id", "user.name"]),
    Entry::turned("user_agent.original", "userAgent", turn::present),
    Entry::fixed("orchestrator.type", &["kubernetes"]),
    Entry::part("orchestrator.api_version", "apiVersion"),
    Entry::turned(
        "orchestrator.namespace",
        "objectRef.namespace",
        turn::present,
    ),
    Entry::turned(
        "orchestrator.resource.name",
        "objectRef.name",
        turn::present,
    ),
    Entry::turned(
        "orchestrator.resource.type",
        "objectRef.resource",
        turn::present,
    ),
    Entry::new("kubernetes.audit", From::Object(audit::object)),
];

/// The access record of any request.
pub(super) const DOOR: &[Entry] = &remote::door(&["kubernetes"], &["kube-apiserver"]);

/// Who asks, and from where. The list of addresses is `X-Forwarded-For`, then `X-Real-Ip`, then the connection's own: "all
/// but the last IP can be arbitrarily set by the client" (the API reference of `audit.k8s.io/v1`), so the last is the true one.
pub(super) const WHO: &[Entry] = &[
    remote::user(From::Part("user.username")),
    remote::session(From::Part("auditID")),
    Entry::call("gatewatch.remote.ip", |view, emit| {
        let addresses = addresses(view);
        if let Some(address) = addresses.last().and_then(|last| turn::address(last)) {
            emit(Value::Ip(address));
        }
    }),
    Entry::call("gatewatch.remote.ambiguous", |view, emit| {
        let addresses = addresses(view);
        if addresses
            .iter()
            .any(|address| Some(address) != addresses.last())
        {
            emit(Value::Bool(true));
        }
    }),
];

/// How somebody without a name comes in.
pub(super) const ANONYMOUS: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["anonymous"])];

fn addresses(view: &View<'_>) -> Vec<String> {
    let mut addresses = Vec::new();
    view.visit("sourceIPs", &mut |value| {
        addresses.push(value.text().into_owned());
        true
    });
    addresses
}
