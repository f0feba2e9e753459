//! Requests to web servers: the parts of their target, and the doors that a proxy stands before - the APIs of Docker and Kubernetes.
//!
//! A request alone does not tell what answered it. What is taken for a call of an API is what hardly any other server
//! has under that path; a path that others have as well counts only from a client that is no browser.

use std::borrow::Cow;

use super::entry::Entry;
use super::kind::Kind;
use super::parts::Parts;
use super::turn;
use crate::format::text::UrlParts;

/// An API that gives the machines behind it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Docker's.
    Docker,
    /// The API server of Kubernetes.
    Kubernetes,
    /// That of a node of Kubernetes.
    Kubelet,
}

/// How a server answered a request to an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It did what was asked.
    In,
    /// It sent the client elsewhere, or did not answer.
    Attempt,
    /// It wants to know who asks, or forbids it.
    Refused,
    /// It failed, or has no such thing.
    Unknown,
}

impl Verdict {
    /// nginx answers 400 to a client that has not the certificate it must have, so that counts as refused.
    fn of(status: u16) -> Self {
        match status {
            0..=99 | 300..=303 | 305..=399 => Self::Attempt,
            100..=299 | 304 => Self::In,
            400 | 401 | 403 | 407 | 495 | 496 => Self::Refused,
            _ => Self::Unknown,
        }
    }
}

impl Api {
    /// The API that a request is for, if any. `by_tool` says whether the client is no browser.
    pub fn of(method: &str, target: &str, by_tool: impl FnOnce() -> bool) -> Option<Self> {
        let path = match target.as_bytes().first()? {
            b'/' => {
                let end = memchr::memchr2(b'?', b'#', target.as_bytes());
                &target[..end.unwrap_or(target.len())]
            }
            // What a proxy's client puts before it.
            _ => UrlParts::new(target).path,
        };
        // Most paths of most sites begin otherwise than any API does.
        let may_be =
            path.len() >= 4 && path.starts_with('/') && b"_aceioprv".contains(&path.as_bytes()[1]);
        if !may_be {
            return None;
        }
        let (api, is_sure) = docker(method, path)
            .or_else(|| kubernetes(path))
            .or_else(|| kubelet(path))?;
        (is_sure || by_tool()).then_some(api)
    }
}

/// What Docker's API has behind its version.
const DOCKER: [&str; 22] = [
    "_ping",
    "auth",
    "build",
    "commit",
    "configs",
    "containers",
    "distribution",
    "events",
    "exec",
    "grpc",
    "images",
    "info",
    "networks",
    "nodes",
    "plugins",
    "secrets",
    "services",
    "session",
    "swarm",
    "system",
    "tasks",
    "volumes",
];

/// What is done with a container or a command in one.
const DOCKER_VERBS: [&str; 14] = [
    "archive", "attach", "exec", "json", "kill", "logs", "pause", "resize", "restart", "start",
    "stats", "stop", "top", "wait",
];

fn docker(method: &str, path: &str) -> Option<(Api, bool)> {
    let sure = Some((Api::Docker, true));
    let rest = &path[1..];
    let mut steps = rest.split('/');
    let first = steps.next()?;
    if let Some(version) = first.strip_prefix("v1.") {
        let is_version =
            (1..=2).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_digit());
        let what = steps.next()?;
        let is_known = DOCKER.contains(&what) || what == "version";
        return (is_version && is_known).then_some((Api::Docker, true));
    }
    let second = steps.next();
    match (first, second) {
        ("containers", Some("json" | "create" | "prune")) | ("images", Some("json" | "create")) => {
            sure
        }
        ("containers" | "exec", Some(_)) => {
            let verb = steps.next()?;
            (steps.next().is_none() && DOCKER_VERBS.contains(&verb)).then_some((Api::Docker, true))
        }
        ("_ping" | "version" | "info" | "events", None) if matches!(method, "GET" | "HEAD") => {
            Some((Api::Docker, false))
        }
        _ => None,
    }
}

/// What only Kubernetes has in the first version of its API, and what others may have as well.
const KUBERNETES: [(&str, bool); 15] = [
    ("namespaces", true),
    ("pods", true),
    ("configmaps", true),
    ("serviceaccounts", true),
    ("endpoints", true),
    ("persistentvolumes", true),
    ("persistentvolumeclaims", true),
    ("replicationcontrollers", true),
    ("componentstatuses", true),
    ("limitranges", true),
    ("resourcequotas", true),
    ("nodes", false),
    ("secrets", false),
    ("services", false),
    ("events", false),
];

fn kubernetes(path: &str) -> Option<(Api, bool)> {
    let found = |is_sure| Some((Api::Kubernetes, is_sure));
    let mut steps = path[1..].split('/');
    match (steps.next()?, steps.next(), steps.next()) {
        ("api", Some("v1"), Some(what)) => {
            let known = KUBERNETES.iter().find(|(name, _)| *name == what)?;
            found(known.1)
        }
        ("apis", None | Some(""), None) => found(false),
        ("apis", Some("apps" | "batch" | "autoscaling" | "policy" | "extensions"), _) => {
            found(true)
        }
        ("apis", Some(group), _) if group.ends_with(".k8s.io") => found(true),
        // Groups of extensions are named like domains.
        ("apis", Some(group), Some(version)) if group.contains('.') && version.starts_with('v') => {
            found(false)
        }
        ("openapi", Some("v2" | "v3"), _) => found(false),
        _ => None,
    }
}

fn kubelet(path: &str) -> Option<(Api, bool)> {
    let found = |is_sure| Some((Api::Kubelet, is_sure));
    let mut steps = path[1..].split('/');
    let first = steps.next()?;
    let (is_sure, count) = match first {
        "runningpods" => return found(true),
        // Of a container in a pod in a namespace.
        "containerLogs" => (true, 3),
        "exec" | "run" | "attach" => (false, 3),
        "portForward" => (true, 2),
        "pods" => (false, 0),
        _ => return None,
    };
    (steps.filter(|step| !step.is_empty()).count() == count).then_some((Api::Kubelet, is_sure))
}

/// The kinds of requests, for sources whose requests are told apart by answer and API: see `web_kinds!`.
pub struct WebKinds {
    /// Of no interest as an access: answered, or not.
    pub(crate) plain: [Kind; 2],
    /// Somebody logged in to the server, or was turned away.
    pub(crate) web: [Kind; 2],
    /// Calls of an [`Api`], by [`Verdict`].
    pub(crate) apis: [[Kind; 4]; 3],
}

impl WebKinds {
    /// The kind of a request. Who visits a web site has come in nowhere; who gave a name has, and who was asked for one has not.
    pub fn find(&'static self, status: u16, api: Option<Api>, has_user: bool) -> &'static Kind {
        match (api, status) {
            (Some(api), _) => &self.apis[api as usize][Verdict::of(status) as usize],
            (None, 401 | 407) => &self.web[1],
            (None, 403) if has_user => &self.web[1],
            (None, 100..=399) if has_user => &self.web[0],
            _ => &self.plain[usize::from(status >= 400)],
        }
    }
}

/// The kinds of requests that a source tells apart, with groups of entries that all of them have:
/// `web_kinds! { static KINDS of "nginx" with [GROUP] }`.
macro_rules! web_kinds {
    ($(#[$about:meta])* $visibility:vis static $table:ident of $product:literal with $groups:tt) => {
        $(#[$about])*
        $visibility static $table: $crate::source::mapping::WebKinds = {
            use $crate::source::mapping::{Entry, WebKinds, remote, web_kinds};
            const OK: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
            const BAD: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];
            const WEB: &[Entry] = &remote::door(&["web"], &[$product]);
            const DOCKER: &[Entry] = &remote::door(&["docker"], &[$product]);
            const KUBERNETES: &[Entry] = &remote::door(&["kubernetes"], &[$product]);
            const KUBELET: &[Entry] = &remote::door(&["kubelet"], &[$product]);
            const SUCCESS: &[Entry] = &[remote::SUCCESS];
            const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
            const FAILURE: &[Entry] = &[remote::FAILURE];
            const UNKNOWN: &[Entry] = &[remote::UNKNOWN];
            WebKinds {
                plain: [
                    web_kinds!(@kind "answered" $groups OK),
                    web_kinds!(@kind "not answered" $groups BAD),
                ],
                web: [
                    web_kinds!(@kind "web success" $groups OK WEB SUCCESS),
                    web_kinds!(@kind "web failure" $groups BAD WEB FAILURE),
                ],
                apis: [
                    [
                        web_kinds!(@kind "docker success" $groups OK DOCKER SUCCESS),
                        web_kinds!(@kind "docker attempt" $groups OK DOCKER ATTEMPT),
                        web_kinds!(@kind "docker failure" $groups BAD DOCKER FAILURE),
                        web_kinds!(@kind "docker unknown" $groups BAD DOCKER UNKNOWN),
                    ],
                    [
                        web_kinds!(@kind "kubernetes success" $groups OK KUBERNETES SUCCESS),
                        web_kinds!(@kind "kubernetes attempt" $groups OK KUBERNETES ATTEMPT),
                        web_kinds!(@kind "kubernetes failure" $groups BAD KUBERNETES FAILURE),
                        web_kinds!(@kind "kubernetes unknown" $groups BAD KUBERNETES UNKNOWN),
                    ],
                    [
                        web_kinds!(@kind "kubelet success" $groups OK KUBELET SUCCESS),
                        web_kinds!(@kind "kubelet attempt" $groups OK KUBELET ATTEMPT),
                        web_kinds!(@kind "kubelet failure" $groups BAD KUBELET FAILURE),
                        web_kinds!(@kind "kubelet unknown" $groups BAD KUBELET UNKNOWN),
                    ],
                ],
            }
        };
    };
    (@kind $name:literal [$($group:expr),*] $($more:ident)*) => {
        $crate::source::mapping::Kind::new($name, &[$($group,)* $($more),*])
    };
}
pub(crate) use web_kinds;

/// The target of a request, from the parts that [`push_target`] names.
pub const TARGET: &[Entry] = &[
    Entry::part("url.original", "url.original"),
    Entry::part("url.path", "url.path"),
    Entry::part("url.query", "url.query"),
    Entry::part("url.fragment", "url.fragment"),
    Entry::part("url.extension", "url.extension"),
    Entry::part("url.scheme", "url.scheme"),
    Entry::part("url.domain", "url.domain"),
    Entry::turned("url.port", "url.port", turn::port),
];

/// Names the parts of a target, as Elasticsearch's `uri_parts` does: paths and queries are decoded.
pub fn push_target<'a>(parts: &mut Parts<'a>, target: &'a str) {
    parts.push("url.original", target);
    let url = UrlParts::new(target);
    parts.push_some("url.scheme", url.scheme);
    parts.push_some("url.domain", url.domain);
    parts.push_some("url.port", url.port);
    push_path(parts, url.path);
    for (name, text) in [("url.query", url.query), ("url.fragment", url.fragment)] {
        if let Some(text) = text {
            parts.push(name, decoded(text));
        }
    }
}

/// Names a path and its extension.
pub fn push_path<'a>(parts: &mut Parts<'a>, path: &'a str) {
    let path = decoded(path);
    let name = path.rsplit('/').next().unwrap_or_default();
    if let Some((_, extension)) = name.rsplit_once('.')
        && !extension.is_empty()
    {
        parts.push("url.extension", extension.to_owned());
    }
    if !path.is_empty() {
        parts.push("url.path", path);
    }
}

/// A text without percent signs. What is no code stays as it is.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let value = |byte: Option<&u8>| match byte? {
        byte @ b'0'..=b'9' => Some(byte - b'0'),
        byte @ b'a'..=b'f' => Some(byte - b'a' + 10),
        byte @ b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (value(bytes.get(at + 1)), value(bytes.get(at + 2)));
        match (byte, code) {
            (b'%', (Some(high), Some(low))) => {
                plain.push(high << 4 | low);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(match String::from_utf8(plain) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Api, decoded, push_target};
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, proptest};

    #[test]
    fn apis() {
        const DOCKER: Option<Api> = Some(Api::Docker);
        const KUBERNETES: Option<Api> = Some(Api::Kubernetes);
        const KUBELET: Option<Api> = Some(Api::Kubelet);
        for (target, by_tool, by_browser) in [
            ("/v1.41/containers/create?name=x", DOCKER, DOCKER),
            ("http://192.0.2.1:2375/v1.24/info", DOCKER, DOCKER),
            ("/v1.41/version", DOCKER, DOCKER),
            ("/containers/json?all=1", DOCKER, DOCKER),
            ("/containers/ab12/start", DOCKER, DOCKER),
            ("/exec/ab12/start", DOCKER, DOCKER),
            ("/version", DOCKER, None),
            ("/_ping", DOCKER, None),
            ("/info", DOCKER, None),
            ("/info/us", None, None),
            ("/v1.0/users", None, None),
            ("/v1.x/containers", None, None),
            ("/containers/house", None, None),
            (
                "/api/v1/namespaces/kube-system/secrets",
                KUBERNETES,
                KUBERNETES,
            ),
            ("/api/v1/nodes", KUBERNETES, None),
            ("/api/v1/users", None, None),
            (
                "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                KUBERNETES,
                KUBERNETES,
            ),
            ("/apis/apps/v1/deployments", KUBERNETES, KUBERNETES),
            ("/apis/example.com/v1/things", KUBERNETES, None),
            ("/healthz", None, None),
            ("/exec/default/web/shell?command=id", KUBELET, None),
            ("/containerLogs/default/web/app", KUBELET, KUBELET),
            ("/runningpods/", KUBELET, KUBELET),
            ("/pods", KUBELET, None),
            ("/", None, None),
            ("", None, None),
            ("*", None, None),
            ("//", None, None),
        ] {
            assert_eq!(Api::of("GET", target, || true), by_tool, "{target}");
            assert_eq!(Api::of("GET", target, || false), by_browser, "{target}");
        }
        assert_eq!(Api::of("POST", "/version", || true), None);
    }

    #[track_caller]
    fn check(target: &str, expect: &[(&str, &str)]) {
        let mut parts = Parts::default();
        push_target(&mut parts, target);
        let found: Vec<(&str, &str)> = parts.iter().skip(1).collect();
        assert_eq!(found, expect, "{target}");
    }

    #[test]
    fn targets() {
        check(
            "/a%20b/c.txt?d=e%26#f",
            &[
                ("url.extension", "txt"),
                ("url.path", "/a b/c.txt"),
                ("url.query", "d=e&"),
                ("url.fragment", "f"),
            ],
        );
        check("/v1.41/info", &[("url.path", "/v1.41/info")]);
        check(
            "https://web.example:8443/x",
            &[
                ("url.scheme", "https"),
                ("url.domain", "web.example"),
                ("url.port", "8443"),
                ("url.path", "/x"),
            ],
        );
        check(
            "http://[2001:db8::1]:80",
            &[
                ("url.scheme", "http"),
                ("url.domain", "[2001:db8::1]"),
                ("url.port", "80"),
            ],
        );
        check("", &[]);
        assert_eq!(decoded("%41%zz%4"), "A%zz%4");
        assert_eq!(decoded("%ff"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), other in "[/a1.v:?#%@ä]{0,40}") {
            for text in [&text, &other] {
                push_target(&mut Parts::default(), text);
                let _ = Api::of("GET", text, || true);
            }
        }
    }
}
