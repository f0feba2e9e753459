//! From the parts of a line to ECS. What Elastic's pipeline leaves in the message - client, user, request - is ours.

use super::line::{Line, What};
use crate::source::mapping::{Api, Entry, From, Header, Kind, remote, turn, web};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("event.category", &["web"]),
    Entry::fixed("event.type", &["error"]),
    Entry::part("message", "message"),
    Entry::header("host.name", Header::Host),
    Entry::part("log.level", "level"),
    Entry::turned("process.pid", "pid", turn::long),
    Entry::turned("process.thread.id", "thread", turn::long),
    Entry::turned("nginx.error.connection_id", "connection", turn::long),
    Entry::part("source.address", "client"),
    Entry::turned("source.ip", "client", turn::ip),
    Entry::part("user.name", "user"),
    Entry::part("destination.domain", "server"),
    Entry::part("http.request.method", "method"),
    Entry::part("http.version", "version"),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::ip(From::Part("client")),
    remote::address(From::Part("client")),
    remote::user(From::Part("user")),
];

const WEB: &[Entry] = &remote::door(&["web"], &["nginx"]);
const DOCKER: &[Entry] = &remote::door(&["docker"], &["nginx"]);
const KUBERNETES: &[Entry] = &remote::door(&["kubernetes"], &["nginx"]);
const KUBELET: &[Entry] = &remote::door(&["kubelet"], &["nginx"]);

/// Somebody was turned away.
const REFUSED: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const BY_PASSWORD: &[Entry] = &[
    Entry::fixed("event.action", &["password-refused"]),
    Entry::fixed("gatewatch.remote.method", &["password"]),
];
const BY_CERTIFICATE: &[Entry] = &[
    Entry::fixed("event.action", &["certificate-refused"]),
    Entry::fixed("gatewatch.remote.method", &["certificate"]),
];
const BY_RULE: &[Entry] = &[Entry::fixed("event.action", &["forbidden-by-rule"])];

/// The kinds of refusals at one door: by password, certificate, rule.
macro_rules! refusals {
    ($door:ident $password:literal $certificate:literal $rule:literal) => {
        [
            Kind::new($password, &[web::TARGET, $door, REFUSED, BY_PASSWORD]),
            Kind::new($certificate, &[web::TARGET, $door, REFUSED, BY_CERTIFICATE]),
            Kind::new($rule, &[web::TARGET, $door, REFUSED, BY_RULE]),
        ]
    };
}

static WEB_REFUSALS: [Kind; 3] = refusals!(WEB "web password" "web certificate" "web rule");
static DOCKER_REFUSALS: [Kind; 3] =
    refusals!(DOCKER "docker password" "docker certificate" "docker rule");
static KUBERNETES_REFUSALS: [Kind; 3] =
    refusals!(KUBERNETES "kubernetes password" "kubernetes certificate" "kubernetes rule");
static KUBELET_REFUSALS: [Kind; 3] =
    refusals!(KUBELET "kubelet password" "kubelet certificate" "kubelet rule");

static HANDSHAKE: Kind = Kind::new(
    "handshake",
    &[
        WEB,
        REFUSED,
        &[Entry::fixed("event.action", &["tls-handshake-failed"])],
    ],
);

/// Any other line.
pub(super) static OTHER: Kind = Kind::new("other", &[web::TARGET]);

/// The kind of a line.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    let why = match line.what() {
        What::Password | What::NoPassword => 0,
        What::Certificate => 1,
        What::Forbidden => 2,
        What::Handshake => return &HANDSHAKE,
        What::Other => return &OTHER,
    };
    let refusals = match line.api() {
        Some(Api::Docker) => &DOCKER_REFUSALS,
        Some(Api::Kubernetes) => &KUBERNETES_REFUSALS,
        Some(Api::Kubelet) => &KUBELET_REFUSALS,
        None => &WEB_REFUSALS,
    };
    &refusals[why]
}
