//! The kinds of lines.

use super::event::{AUTHENTICATION, BY_SOURCE, BY_TUNNEL, EVENT, UPDATE};
use super::forms::Told;
use super::traffic;
use crate::source::mapping::{Entry, Kind, remote};

const VPN: &[Entry] = &remote::door(&["vpn"], &["sophos-firewall"]);
const OWN: &[Entry] = &remote::door(&["firewall"], &["sophos-firewall"]);
const SSH: &[Entry] = &remote::door(&["ssh"], &["sophos-firewall"]);

const IN: &[Entry] = &[remote::SUCCESS];
const REFUSED: &[Entry] = &[remote::FAILURE];
const OUT: &[Entry] = &[remote::END];
const UNKNOWN: &[Entry] = &[remote::UNKNOWN];

const SUCCESS: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];

/// What happened at a door.
#[derive(Clone, Copy)]
enum Step {
    In,
    Refused,
    Out,
    Other,
}

/// The kinds of one door, in the order of [`Step`].
type Door = [Kind; 4];

const CATEGORY: &[Entry] = &[Entry::fixed("event.category", &["authentication"])];
const STARTS: &[Entry] = &[Entry::fixed("event.type", &["start", "user"])];
const ENDS: &[Entry] = &[Entry::fixed("event.type", &["end", "user"])];

// Users whose client Elastic takes for a connection.
const CONNECTS: &[Entry] = &[
    Entry::fixed("event.category", &["authentication", "network"]),
    Entry::fixed("event.type", &["connection"]),
];
const CONNECTION_STARTS: &[Entry] = &[Entry::fixed("event.type", &["connection", "start", "user"])];
const CONNECTION_ENDS: &[Entry] = &[Entry::fixed("event.type", &["connection", "end", "user"])];

/// Users' authentications at one door: its access record, if it has one, for each [`Step`]; Elastic's category; the types of those that
/// come and go.
macro_rules! users {
    ($label:literal, [$($door:expr),*], [$in:expr, $refused:expr, $out:expr, $other:expr], $category:expr, $starts:expr, $ends:expr) => {
        [
            Kind::new(
                concat!($label, " in"),
                &[EVENT, AUTHENTICATION, $($door,)* $in, SUCCESS, $category, $starts],
            ),
            Kind::new(
                concat!($label, " refused"),
                &[EVENT, AUTHENTICATION, $($door,)* $refused, FAILURE, $category],
            ),
            Kind::new(
                concat!($label, " out"),
                &[EVENT, AUTHENTICATION, $($door,)* $out, SUCCESS, $category, $ends],
            ),
            Kind::new(
                concat!($label, " other"),
                &[EVENT, AUTHENTICATION, $($door,)* $other, $category],
            ),
        ]
    };
}

static VPN_USER: Door = users!(
    "vpn user",
    [VPN, BY_SOURCE],
    [IN, REFUSED, OUT, UNKNOWN],
    CATEGORY,
    STARTS,
    ENDS
);
static VPN_CLIENT: Door = users!(
    "vpn client",
    [VPN, BY_SOURCE],
    [IN, REFUSED, OUT, UNKNOWN],
    CONNECTS,
    CONNECTION_STARTS,
    CONNECTION_ENDS
);
static USER: Door = users!(
    "user",
    [OWN, BY_SOURCE],
    [IN, REFUSED, OUT, UNKNOWN],
    CATEGORY,
    STARTS,
    ENDS
);
// What an agent saw elsewhere is no access by this door.
static SEEN: Door = users!(
    "user seen",
    [],
    [&[], &[], &[], &[]],
    CATEGORY,
    STARTS,
    ENDS
);
static SEEN_CLIENT: Door = users!(
    "client seen",
    [],
    [&[], &[], &[], &[]],
    CONNECTS,
    CONNECTION_STARTS,
    CONNECTION_ENDS
);

static ADMINISTRATOR: Door = [
    Kind::new("admin in", &[EVENT, OWN, BY_SOURCE, IN, SUCCESS]),
    Kind::new("admin refused", &[EVENT, OWN, BY_SOURCE, REFUSED, FAILURE]),
    Kind::new("admin out", &[EVENT, OWN, BY_SOURCE, OUT]),
    Kind::new("admin", &[EVENT]),
];
static SHELL: Door = [
    Kind::new("ssh in", &[EVENT, SSH, BY_SOURCE, IN, SUCCESS]),
    Kind::new("ssh refused", &[EVENT, SSH, BY_SOURCE, REFUSED, FAILURE]),
    Kind::new("ssh out", &[EVENT, SSH, BY_SOURCE, OUT]),
    Kind::new("ssh", &[EVENT]),
];
// Whoever is at the machine itself came from nowhere.
static CONSOLE: Door = [
    Kind::new("console in", &[EVENT, SUCCESS]),
    Kind::new("console refused", &[EVENT, FAILURE]),
    Kind::new("console out", &[EVENT]),
    Kind::new("console", &[EVENT]),
];
static TUNNEL: Door = [
    Kind::new("tunnel up", &[EVENT, VPN, BY_TUNNEL, IN]),
    Kind::new("tunnel refused", &[EVENT, VPN, BY_TUNNEL, REFUSED]),
    Kind::new("tunnel down", &[EVENT, VPN, BY_TUNNEL, OUT]),
    Kind::new("tunnel", &[EVENT, VPN, BY_TUNNEL, UNKNOWN]),
];

static DEFINITIONS: Kind = Kind::new("virus definitions", &[EVENT, UPDATE]);
static EVENT_OTHER: Kind = Kind::new("event", &[EVENT]);
static FIREWALL: Kind = Kind::new("firewall", &[traffic::FLOW, traffic::FIREWALL]);
static FIREWALL_ALERT: Kind = Kind::new(
    "firewall alert",
    &[
        traffic::FLOW,
        traffic::FIREWALL,
        &[
            Entry::fixed("event.kind", &["alert"]),
            Entry::fixed("event.category", &["intrusion_detection", "network"]),
        ],
    ],
);
static INTRUSION: Kind = Kind::new("idp", &[traffic::FLOW, traffic::INTRUSION]);
static OTHER: Kind = Kind::new("other", &[traffic::FLOW]);

/// The kind of a line.
pub(super) fn kind(told: &Told<'_>) -> &'static Kind {
    let code = told.code();
    match (&*told.log, &*told.subtype, &*told.component) {
        ("Event", "Authentication", _) => {
            let step = match (&*told.status, code) {
                (_, "17703" | "17706" | "17709" | "17712" | "17715") => Step::Out,
                ("Successful", _) => Step::In,
                ("Failed", _) => Step::Refused,
                _ => Step::Other,
            };
            &users(told)[step as usize]
        }
        ("Event", "Admin", component) => {
            let step = match (&*told.status, code) {
                ("Failed", "17507") => Step::Refused,
                ("Successful", _) if told.message.contains(" logged out") => Step::Out,
                ("Successful", "17507") => Step::In,
                _ => Step::Other,
            };
            let door = match component {
                "CLI" if told.message.contains(" using ssh") => &SHELL,
                "CLI" if told.message.contains(" using console") => &CONSOLE,
                "Console" => &CONSOLE,
                _ => &ADMINISTRATOR,
            };
            &door[step as usize]
        }
        ("Event", "System", "SSL VPN" | "IPSec" | "L2TP" | "PPTP") => {
            let step = match &*told.status {
                "Established" => Step::In,
                "Failed" | "Deny" => Step::Refused,
                "Terminated" => Step::Out,
                _ => Step::Other,
            };
            &TUNNEL[step as usize]
        }
        ("Event", ..) if code == "17819" => &DEFINITIONS,
        ("Event", ..) => &EVENT_OTHER,
        // Denial of service, and spoofed addresses.
        ("Firewall", ..) if matches!(code, "03001" | "05001" | "05151" | "00003" | "00004") => {
            &FIREWALL_ALERT
        }
        ("Firewall", ..) => &FIREWALL,
        ("IDP", ..) if matches!(code, "06001" | "06002" | "07001" | "07002") => &INTRUSION,
        _ => &OTHER,
    }
}

/// By which door a user came, told by the component and, of users of the firewall, by their client.
fn users(told: &Told<'_>) -> &'static Door {
    let client = &*told.client;
    // Those that Elastic takes for connections.
    let connects = matches!(client, "SSLVPN" | "IPSec" | "Thin Client" | "Radius SSO");
    match (&*told.component, client) {
        ("VPN Authentication" | "SSL VPN Authentication" | "Dial-In Authentication", _)
        | (_, "SSLVPN" | "IPSec" | "L2TP" | "PPTP") => match connects {
            true => &VPN_CLIENT,
            false => &VPN_USER,
        },
        (_, "Thin Client" | "Radius SSO") => &SEEN_CLIENT,
        (_, "CTA" | "STAS" | "NTLM" | "Kerberos" | "Heartbeat") => &SEEN,
        _ => &USER,
    }
}
