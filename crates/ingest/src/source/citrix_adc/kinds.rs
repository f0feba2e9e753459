//! The kinds of lines, by feature and event.

use super::fields::{ADMINISTRATOR, CEF, CLIENT, COMMAND, NATIVE, PAGE, REQUEST, SESSION, WHOLE};
use super::line::{Form, Line};
use crate::source::mapping::{Entry, Kind, Record, remote, user_agent, web};

const DOOR: &[Entry] = &remote::door(&["citrix"], &["citrix-adc"]);
const OWN_DOOR: &[Entry] = &remote::door(&["firewall"], &["citrix-adc"]);

const AUTHENTICATION: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["info"]),
];
const NETWORK: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["info"]),
];
const FLOW: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["end", "connection"]),
];
const PROCESS: &[Entry] = &[
    Entry::fixed("event.category", &["process"]),
    Entry::fixed("event.type", &["start"]),
];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const BY_STATUS: &[Entry] = &[Entry::call("gatewatch.remote.outcome", |view, emit| {
    let failed = view
        .text("status")
        .is_some_and(|status| status != "Success");
    emit(if failed { "failure" } else { "success" }.into());
})];

/// A kind of one event of the gateway.
macro_rules! of_gateway {
    ($name:ident, $event:literal, [$($group:expr),*]) => {
        static $name: Kind = Kind::new($event, &[
            NATIVE, SESSION, user_agent::FIELDS, WHOLE, AUTHENTICATION, DOOR, CLIENT,
            &[Entry::fixed("citrix.name", &[$event])] $(, $group)*
        ]);
    };
}

static LOGIN_FAILED: Kind = Kind::new(
    "LOGIN_FAILED",
    &[
        NATIVE,
        SESSION,
        user_agent::FIELDS,
        AUTHENTICATION,
        DOOR,
        CLIENT,
        FAILURE,
        &[Entry::fixed("citrix.name", &["LOGIN_FAILED"])],
    ],
);
of_gateway!(LOGIN, "LOGIN", [&[remote::SUCCESS]]);
of_gateway!(LOGOUT, "LOGOUT", [&[remote::END]]);
of_gateway!(HTTPREQUEST, "HTTPREQUEST", [web::TARGET, PAGE]);
of_gateway!(ICASTART, "ICASTART", [&[remote::SUCCESS]]);
of_gateway!(ICAEND, "ICAEND_CONNSTAT", [&[remote::END]]);
static REJECTED: Kind = Kind::new(
    "Authentication is rejected",
    &[
        NATIVE,
        SESSION,
        user_agent::FIELDS,
        WHOLE,
        AUTHENTICATION,
        DOOR,
        CLIENT,
        &[remote::FAILURE],
    ],
);
static GATEWAY: Kind = Kind::new(
    "gateway",
    &[
        NATIVE,
        SESSION,
        user_agent::FIELDS,
        WHOLE,
        AUTHENTICATION,
        DOOR,
        CLIENT,
    ],
);
static ADMINISTRATOR_LOGIN: Kind = Kind::new(
    "login command",
    &[NATIVE, COMMAND, PROCESS, OWN_DOOR, ADMINISTRATOR, BY_STATUS],
);
static ADMINISTRATOR_LOGOUT: Kind = Kind::new(
    "logout command",
    &[
        NATIVE,
        COMMAND,
        PROCESS,
        OWN_DOOR,
        ADMINISTRATOR,
        &[remote::END],
    ],
);
static COMMANDS: Kind = Kind::new("command", &[NATIVE, COMMAND, PROCESS]);
static CONNECTION: Kind = Kind::new("TCP", &[NATIVE, SESSION, user_agent::FIELDS, WHOLE, FLOW]);
static FEATURE: Kind = Kind::new(
    "feature",
    &[NATIVE, SESSION, user_agent::FIELDS, WHOLE, NETWORK],
);
static FIREWALL: Kind = Kind::new(
    "web application firewall",
    &[
        NATIVE,
        SESSION,
        user_agent::FIELDS,
        REQUEST,
        web::TARGET,
        NETWORK,
    ],
);
static IN_CEF: Kind = Kind::new("CEF", &[web::TARGET, CEF]);
static APPLIANCE: Kind = Kind::new("appliance", &[]);

/// The kind of a line.
pub(super) fn kind(record: &Record<'_>) -> &'static Kind {
    match Form::of(record) {
        Some(Form::Native(line)) => native(&line),
        Some(Form::Cef(_)) => &IN_CEF,
        _ => &APPLIANCE,
    }
}

fn native(line: &Line<'_>) -> &'static Kind {
    match (line.feature, line.event) {
        ("AAA" | "AAATM" | "SSLVPN", "LOGIN_FAILED") => &LOGIN_FAILED,
        ("SSLVPN" | "AAATM" | "AAA", "LOGIN") => &LOGIN,
        ("SSLVPN" | "AAATM" | "AAA", "LOGOUT") => &LOGOUT,
        ("SSLVPN", "HTTPREQUEST") => &HTTPREQUEST,
        ("SSLVPN", "ICASTART") => &ICASTART,
        ("SSLVPN", "ICAEND_CONNSTAT") => &ICAEND,
        ("AAA", "Message")
            if line
                .text
                .trim_start_matches('"')
                .starts_with("Authentication is rejected for ") =>
        {
            &REJECTED
        }
        ("AAA" | "AAATM" | "SSLVPN", _) => &GATEWAY,
        ("UI" | "CLI" | "GUI" | "API" | "CONSOLE" | "", _) => command(line.text),
        ("TCP", _) => &CONNECTION,
        ("APPFW", _) => &FIREWALL,
        _ => &FEATURE,
    }
}

/// Commands that are somebody's coming and going. A command is quoted: what a stranger writes stands behind its first word.
fn command(text: &str) -> &'static Kind {
    match text.split_once(" - Command \"") {
        Some((_, command)) if command.starts_with("login") => &ADMINISTRATOR_LOGIN,
        Some((_, command)) if command.starts_with("logout") => &ADMINISTRATOR_LOGOUT,
        _ => &COMMANDS,
    }
}
