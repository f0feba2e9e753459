//! The kinds of lines, by action and product.

use gatewatch_event::Value;

use super::fields::{ACCESS, CONNECTION};
use super::forms::Told;
use crate::source::mapping::{Entry, Kind, remote};

const VPN_DOOR: &[Entry] = &remote::door(&["vpn"], &["checkpoint"]);
const OWN_DOOR: &[Entry] = &remote::door(&["firewall"], &["checkpoint"]);

const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["allowed"]),
    Entry::fixed("event.action", &["logged-in"]),
    Entry::fixed("event.outcome", &["success"]),
];
const FAILURE: &[Entry] = &[
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["denied"]),
    Entry::fixed("event.action", &["logon-failed"]),
    Entry::fixed("event.outcome", &["failure"]),
];
const LOGOUT: &[Entry] = &[
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.action", &["logged-out"]),
    Entry::fixed("event.outcome", &["success"]),
];
const ADMINISTRATOR: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::call("gatewatch.remote.outcome", |view, emit| {
        let failed = view.text("audit_status").as_deref() == Some("Failure");
        emit(Value::from(if failed { "failure" } else { "success" }));
    }),
];
/// A key was agreed: with a user it is remote access, else two gateways.
const KEY: &[Entry] = &[Entry::call("gatewatch.remote.outcome", |view, emit| {
    if view.has("_login") {
        emit(Value::from("success"));
    }
})];

static VPN_LOGIN: Kind = Kind::new(
    "Log In",
    &[CONNECTION, LOGIN, VPN_DOOR, ACCESS, &[remote::SUCCESS]],
);
static VPN_FAILURE: Kind = Kind::new(
    "Failed Log In",
    &[CONNECTION, FAILURE, VPN_DOOR, ACCESS, &[remote::FAILURE]],
);
static VPN_LOGOUT: Kind = Kind::new(
    "Log Out",
    &[CONNECTION, LOGOUT, VPN_DOOR, ACCESS, &[remote::END]],
);
static OWN_LOGIN: Kind = Kind::new(
    "Log In elsewhere",
    &[CONNECTION, LOGIN, OWN_DOOR, ACCESS, &[remote::SUCCESS]],
);
static OWN_FAILURE: Kind = Kind::new(
    "Failed Log In elsewhere",
    &[CONNECTION, FAILURE, OWN_DOOR, ACCESS, &[remote::FAILURE]],
);
static OWN_LOGOUT: Kind = Kind::new(
    "Log Out elsewhere",
    &[CONNECTION, LOGOUT, OWN_DOOR, ACCESS, &[remote::END]],
);
static AUDITED_LOGIN: Kind = Kind::new(
    "operation Log In",
    &[CONNECTION, ADMINISTRATOR, OWN_DOOR, ACCESS],
);
static AUDITED_LOGOUT: Kind = Kind::new(
    "operation Log Out",
    &[CONNECTION, OWN_DOOR, ACCESS, &[remote::END]],
);
static KEY_INSTALL: Kind = Kind::new("Key Install", &[CONNECTION, VPN_DOOR, ACCESS, KEY]);
static ALERT: Kind = Kind::new(
    "alert",
    &[CONNECTION, &[Entry::fixed("event.kind", &["alert"])]],
);
static INTRUSION: Kind = Kind::new(
    "intrusion",
    &[
        CONNECTION,
        &[
            Entry::fixed("event.kind", &["alert"]),
            Entry::fixed("event.category", &["network", "intrusion_detection"]),
        ],
    ],
);
static OTHER: Kind = Kind::new("other", &[CONNECTION]);

/// The kind of a line.
pub(super) fn kind(told: &Told<'_>) -> &'static Kind {
    // Identity Awareness tells of users inside, the consoles of administrators.
    let own = matches!(
        &*told.product,
        "Identity Awareness"
            | "SmartConsole"
            | "SmartDashboard"
            | "WEB_API"
            | "System Monitor"
            | "Web-UI"
            | "Gaia"
    );
    match (&*told.action, &*told.operation) {
        ("Log In", _) => {
            if own {
                &OWN_LOGIN
            } else {
                &VPN_LOGIN
            }
        }
        ("Failed Log In", _) => {
            if own {
                &OWN_FAILURE
            } else {
                &VPN_FAILURE
            }
        }
        ("Log Out", _) => {
            if own {
                &OWN_LOGOUT
            } else {
                &VPN_LOGOUT
            }
        }
        (_, "Log In") => &AUDITED_LOGIN,
        (_, "Log Out") => &AUDITED_LOGOUT,
        ("Key Install", _) => &KEY_INSTALL,
        _ => match &*told.rule_action {
            "Detect" | "Prevent" => &INTRUSION,
            "Quarantine" => &ALERT,
            _ => &OTHER,
        },
    }
}
