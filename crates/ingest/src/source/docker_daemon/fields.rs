//! From the parts of a line to ECS.

use gatewatch_event::Value;

use super::line::What;
use crate::source::mapping::{Entry, HANDSHAKE, Header, Kind, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("process.name", &["dockerd"]),
    Entry::header("process.pid", Header::Pid),
    // Docker Desktop puts the program where a header has the host.
    Entry::call("host.name", |view, emit| {
        let host = view.record.header.host.unwrap_or_default();
        if !host.is_empty() && host != "dockerd" {
            emit(host.into());
        }
    }),
    Entry::part("message", "msg"),
    Entry::part("log.level", "level"),
    Entry::part("error.message", "error"),
    Entry::part("container.id", "container"),
];

/// The call of a line.
const CALL: &[Entry] = &[
    Entry::fixed("event.category", &["api"]),
    Entry::part("http.request.method", "method"),
    Entry::part("url.path", "path"),
    Entry::part("url.query", "query"),
    Entry::part("container.name", "name"),
];

/// A call that the daemon takes has come in. The log has neither client nor user.
const CAME_IN: &[Entry] = &[
    Entry::fixed("event.type", &["access"]),
    Entry::fixed("event.action", &["docker_api_call"]),
    remote::SUCCESS,
];

const DOOR: &[Entry] = &remote::door(&["docker"], &["dockerd"]);

static CALLED: Kind = Kind::new("call", &[CALL, DOOR, CAME_IN]);
static FAILED: Kind = Kind::new(
    "failed call",
    &[
        CALL,
        &[
            Entry::fixed("event.type", &["access"]),
            Entry::fixed("event.action", &["docker_api_error"]),
            Entry::fixed("event.outcome", &["failure"]),
        ],
    ],
);
static DENIED: Kind = Kind::new(
    "denied call",
    &[
        CALL,
        DOOR,
        &[
            Entry::fixed("event.type", &["denied"]),
            Entry::fixed("event.action", &["docker_api_denied"]),
            Entry::fixed("event.outcome", &["failure"]),
            remote::FAILURE,
        ],
    ],
);
/// A client that did not come so far as to ask for anything.
static REFUSED: Kind = Kind::new(
    "handshake",
    &[
        DOOR,
        HANDSHAKE,
        &[Entry::fixed("event.action", &["docker_tls_error"])],
    ],
);
static FORM: Kind = Kind::new(
    "form",
    &[&[
        Entry::fixed("event.category", &["api"]),
        Entry::fixed("event.type", &["info"]),
        Entry::fixed("event.action", &["docker_api_form"]),
        Entry::part("container.image.name", "image"),
        Entry::turned(
            "container.security_context.privileged",
            "privileged",
            turn::flag,
        ),
        Entry::part("docker.daemon.mounts", "mount").many(),
        Entry::part("docker.daemon.args", "argument").many(),
    ]],
);
/// The socket of a line: `[::]:2375`, `tcp://0.0.0.0:2375`, `/var/run/docker.sock`.
const SOCKET: &[Entry] = &[
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["info"]),
    Entry::call("server.address", |view, emit| {
        if let Some(socket) = view.text("socket") {
            emit(turn::split_port(without_scheme(&socket)).0.into());
        }
    }),
    Entry::call("server.port", |view, emit| {
        if let Some(socket) = view.text("socket")
            && let Some(port) = turn::split_port(without_scheme(&socket)).1
        {
            emit(Value::Long(port.into()));
        }
    }),
];
static LISTEN: Kind = Kind::new(
    "listen",
    &[
        SOCKET,
        &[Entry::fixed("event.action", &["docker_api_listen"])],
    ],
);
static EXPOSED: Kind = Kind::new(
    "exposed",
    &[
        SOCKET,
        &[Entry::fixed("event.action", &["docker_api_exposed"])],
    ],
);
static OTHER: Kind = Kind::new("other", &[]);

fn without_scheme(socket: &str) -> &str {
    socket.split_once("://").map_or(socket, |(_, rest)| rest)
}

/// The kind of a line that says this.
pub(super) fn kind(what: What) -> &'static Kind {
    match what {
        What::Call => &CALLED,
        What::Form => &FORM,
        What::Listen => &LISTEN,
        What::Handshake => &REFUSED,
        What::Exposed => &EXPOSED,
        What::Failed => &FAILED,
        What::Denied => &DENIED,
        What::Known | What::Other => &OTHER,
    }
}
