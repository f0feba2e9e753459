//! From the parts of a line to ECS.

use gatewatch_event::Value;

use super::line::What;
use crate::source::mapping::{Entry, From, Header, Kind, View, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("process.name", &["tor"]),
    Entry::header("process.pid", Header::Pid),
    Entry::header("host.name", Header::Host),
    Entry::part("message", "message"),
    Entry::part("log.level", "level"),
    Entry::part("log.origin.function", "function"),
];

/// The name of a kind, its category and its type.
macro_rules! event {
    ($action:literal $category:literal $type:literal) => {
        &[
            Entry::fixed("event.action", &[$action]),
            Entry::fixed("event.category", &[$category]),
            Entry::fixed("event.type", &[$type]),
        ]
    };
}

/// tor holds the door to a hidden service.
const DOOR: &[Entry] = &remote::door(&["tor"], &["tor"]);

static STARTED: Kind = Kind::new(
    "started",
    &[
        event!("tor-started" "process" "start"),
        &[Entry::part("service.version", "version")],
    ],
);
static STOPPED: Kind = Kind::new("stopped", &[event!("tor-stopped" "process" "end")]);
static CONFIGURATION: Kind = Kind::new(
    "configuration",
    &[
        event!("tor-configuration-read" "configuration" "access"),
        &[Entry::part("file.path", "path")],
    ],
);

/// What tor has not scrubbed; it scrubs names and addresses unless told otherwise.
fn unscrubbed<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    (value.text() != "[scrubbed]").then_some(value)
}

/// The hidden service that a line is about.
const SERVICE_FIELDS: &[Entry] = &[
    Entry::part("tor.hidden_service.directory", "directory"),
    Entry::turned("tor.hidden_service.address", "onion", unscrubbed),
];
static SERVICE: Kind = Kind::new(
    "service",
    &[
        event!("tor-hidden-service-configured" "configuration" "info"),
        DOOR,
        SERVICE_FIELDS,
    ],
);
static PORT: Kind = Kind::new(
    "port",
    &[
        event!("tor-hidden-service-port" "configuration" "info"),
        DOOR,
        SERVICE_FIELDS,
        &[
            Entry::turned("tor.hidden_service.port", "port", turn::port),
            Entry::part("destination.address", "target.address"),
            Entry::turned("destination.ip", "target.address", turn::ip),
            Entry::turned("destination.port", "target.port", turn::port),
        ],
    ],
);
static KEYS: Kind = Kind::new(
    "keys",
    &[
        event!("tor-hidden-service-keys" "configuration" "info"),
        DOOR,
        &[Entry::part("file.path", "path")],
    ],
);
static INTRODUCTION: Kind = Kind::new(
    "introduction",
    &[
        event!("tor-hidden-service-reachable" "network" "info"),
        DOOR,
        SERVICE_FIELDS,
    ],
);
static VISIT: Kind = Kind::new(
    "visit",
    &[
        event!("tor-hidden-service-visit" "network" "start"),
        DOOR,
        SERVICE_FIELDS,
        &[
            remote::ATTEMPT,
            Entry::turned("gatewatch.remote.session", "cookie", unscrubbed),
        ],
    ],
);
static HEARTBEAT: Kind = Kind::new(
    "heartbeat",
    &[
        event!("tor-hidden-service-heartbeat" "network" "info"),
        DOOR,
        &[
            Entry::turned(
                "tor.hidden_service.introductions",
                "introductions",
                turn::long,
            ),
            Entry::turned("tor.hidden_service.rendezvous", "visits", turn::long),
        ],
    ],
);
static LISTENER: Kind = Kind::new(
    "listener",
    &[
        event!("tor-listener" "network" "info"),
        &[
            Entry::part("tor.listener", "listener"),
            Entry::part("server.address", "server.address"),
            Entry::turned("server.ip", "server.address", turn::ip),
            Entry::turned("server.port", "server.port", turn::port),
        ],
    ],
);
const PROGRESS: &[Entry] = &[Entry::turned(
    "tor.bootstrap.progress",
    "progress",
    turn::long,
)];
static BOOTSTRAP: Kind = Kind::new(
    "bootstrap",
    &[event!("tor-bootstrap" "network" "info"), PROGRESS],
);
static BOOTSTRAPPED: Kind = Kind::new(
    "bootstrapped",
    &[event!("tor-bootstrapped" "network" "info"), PROGRESS],
);

/// The port that steers tor is a door of its own.
const CONTROL_DOOR: &[Entry] = &remote::door(&["tor"], &["tor-control"]);
static CONTROL: Kind = Kind::new(
    "control",
    &[
        event!("tor-control-connection" "network" "connection"),
        CONTROL_DOOR,
        &[
            remote::ATTEMPT,
            Entry::turned("source.ip", "client", turn::ip),
            Entry::part("source.address", "client"),
            Entry::fields("related.ip", &["source.ip"]),
            remote::ip(From::Part("client")),
            remote::address(From::Part("client")),
        ],
    ],
);
static CONTROL_REFUSED: Kind = Kind::new(
    "control refused",
    &[
        event!("tor-control-refused" "authentication" "start"),
        CONTROL_DOOR,
        &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])],
    ],
);
static CONTROL_OPEN: Kind = Kind::new(
    "control open",
    &[event!("tor-control-open" "configuration" "info")],
);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line that says this.
pub(super) fn kind(what: What) -> &'static Kind {
    match what {
        What::Started => &STARTED,
        What::Stopped => &STOPPED,
        What::Configuration => &CONFIGURATION,
        What::Service => &SERVICE,
        What::Port => &PORT,
        What::Keys => &KEYS,
        What::Introduction => &INTRODUCTION,
        What::Visit => &VISIT,
        What::Heartbeat => &HEARTBEAT,
        What::Listener => &LISTENER,
        What::Bootstrap => &BOOTSTRAP,
        What::Bootstrapped => &BOOTSTRAPPED,
        What::Control => &CONTROL,
        What::ControlRefused => &CONTROL_REFUSED,
        What::ControlOpen => &CONTROL_OPEN,
        What::Other => &OTHER,
    }
}
