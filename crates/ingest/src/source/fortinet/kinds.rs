//! The kinds of lines.

use super::{event, traffic};
use crate::source::mapping::{Entry, Kind, find_kind, kinds, remote};

const VPN_DOOR: &[Entry] = &remote::door(&["vpn"], &["fortigate"]);
const OWN_DOOR: &[Entry] = &remote::door(&["firewall"], &["fortigate"]);
const AUTHENTICATOR_DOOR: &[Entry] = &remote::door(&["firewall"], &["fortiauthenticator"]);

const SUCCESS: &[Entry] = &[remote::SUCCESS];
const FAILURE: &[Entry] = &[remote::FAILURE];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const END: &[Entry] = &[remote::END];

kinds! {
    /// What the VPN does that is an access.
    static VPN by "event.action" {
        "negotiate" => [event::EVENT, event::VPN, VPN_DOOR, event::NEGOTIATE],
        "ssl-login-fail" => [event::EVENT, event::VPN, VPN_DOOR, FAILURE],
        "ssl-new-con" => [event::EVENT, event::VPN, VPN_DOOR, ATTEMPT],
        "tunnel-down" => [event::EVENT, event::VPN, VPN_DOOR, END],
        "tunnel-up" => [event::EVENT, event::VPN, VPN_DOOR, SUCCESS],
    }
}

static VPN_OTHER: Kind = Kind::new("vpn", &[event::EVENT, event::VPN, VPN_DOOR]);
static LOGIN: Kind = Kind::new(
    "system login",
    &[
        event::EVENT,
        event::ADMINISTRATOR,
        OWN_DOOR,
        event::BY_STATUS,
        &[Entry::fixed("event.action", &["login"])],
    ],
);
static LOGOUT: Kind = Kind::new(
    "system logout",
    &[
        event::EVENT,
        event::ADMINISTRATOR,
        OWN_DOOR,
        END,
        &[Entry::fixed("event.action", &["logout"])],
    ],
);
static STATISTICS: Kind = Kind::new(
    "system perf-stats",
    &[
        event::EVENT,
        &[
            Entry::fixed("event.category", &["host"]),
            Entry::fixed("event.type", &["info"]),
            Entry::fixed("event.action", &["perf-stats"]),
        ],
    ],
);
static UPDATE: Kind = Kind::new(
    "update",
    &[
        event::EVENT,
        &[
            Entry::fixed("event.category", &["host", "malware"]),
            Entry::fixed("event.type", &["info"]),
        ],
    ],
);
static AUTHENTICATION: Kind = Kind::new(
    "user authentication",
    &[event::EVENT, event::USER, OWN_DOOR, event::AUTHENTICATION],
);
static LOGON: Kind = Kind::new("user logon", &[event::EVENT, event::USER, event::LOGON]);
static LOGOFF: Kind = Kind::new("user logoff", &[event::EVENT, event::USER, event::LOGOFF]);
static USER: Kind = Kind::new("user", &[event::EVENT, event::USER]);
static AUTHENTICATOR: Kind = Kind::new(
    "FortiAuthenticator",
    &[
        event::EVENT,
        event::AUTHENTICATOR,
        AUTHENTICATOR_DOOR,
        event::BY_STATUS,
    ],
);
static EVENT: Kind = Kind::new("event", &[event::EVENT]);
static TRAFFIC: Kind = Kind::new("traffic", &[traffic::FLOW, traffic::TRAFFIC]);
static UTM: Kind = Kind::new("utm", &[traffic::FLOW, traffic::UTM]);
static ALERT: Kind = Kind::new(
    "utm alert",
    &[
        traffic::FLOW,
        traffic::UTM,
        &[Entry::fixed("event.kind", &["alert"])],
    ],
);
static INTRUSION: Kind = Kind::new(
    "utm ips",
    &[
        traffic::FLOW,
        traffic::UTM,
        &[
            Entry::fixed("event.kind", &["alert"]),
            Entry::fixed("event.category", &["network", "intrusion_detection"]),
        ],
    ],
);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a line of this log and subtype with this action.
pub(super) fn kind(log: &str, subtype: &str, action: &str) -> &'static Kind {
    match (log, subtype, action) {
        ("event", "vpn", _) => find_kind(&VPN, action).unwrap_or(&VPN_OTHER),
        ("event", "system", "login") => &LOGIN,
        ("event", "system", "logout") => &LOGOUT,
        ("event", _, "perf-stats") => &STATISTICS,
        ("event", "update", _) => &UPDATE,
        ("event", "user", "FSSO-logon" | "auth-logon") => &LOGON,
        ("event", "user", "FSSO-logoff" | "auth-logout") => &LOGOFF,
        ("event", "user", "authentication") => &AUTHENTICATION,
        ("event", "user", _) => &USER,
        ("event", "Authentication", "Authentication") => &AUTHENTICATOR,
        ("event", _, _) => &EVENT,
        ("traffic", _, _) => &TRAFFIC,
        ("utm" | "dns", "ips", _) => &INTRUSION,
        ("utm" | "dns", "virus", _) => &ALERT,
        ("utm" | "dns", _, _) => &UTM,
        _ => &OTHER,
    }
}
