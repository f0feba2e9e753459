//! The kinds of lines.

use super::{fields, threat, traffic};
use crate::source::mapping::{Entry, From, Kind, find_kind, kinds, remote, user_agent};

const DOOR: &[Entry] = &remote::door(&["vpn"], &["globalprotect"]);
/// The firewall's own doors, and whatever asks its authentication profiles.
const FIREWALL: &[Entry] = &remote::door(&["firewall"], &["pan-os"]);

/// The outcome is that of the line.
const BY_STATUS: &[Entry] = &[Entry::part("gatewatch.remote.outcome", "status")];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const END: &[Entry] = &[remote::END];
/// About somebody who is in, or about the client's settings.
const NO_ACCESS: &[Entry] = &[];

/// What Elastic's integration counts system events among, and ours about somebody's coming.
const CONFIGURATION: &[Entry] = &[Entry::fixed("event.category", &["configuration"])];
const AUTHENTICATION: &[Entry] = &[Entry::fixed("event.category", &["authentication"])];

kinds! {
    /// GlobalProtect's events, each a kind of its own, so that rules over `event.code` are decided before a line is taken apart.
    static EVENTS by "event.code" {
        "gateway-agent-msg" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-auth" => [fields::GLOBALPROTECT, fields::USER, DOOR, BY_STATUS],
        "gateway-config-release" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-connected" => [fields::GLOBALPROTECT, fields::USER, DOOR, BY_STATUS],
        "gateway-getconfig" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-hip-check" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-hip-report" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-inactivity-timeout" => [fields::GLOBALPROTECT, fields::USER, DOOR, END],
        "gateway-logout" => [fields::GLOBALPROTECT, fields::USER, DOOR, END],
        "gateway-prelogin" => [fields::GLOBALPROTECT, fields::USER, DOOR, ATTEMPT],
        "gateway-register" => [fields::GLOBALPROTECT, fields::USER, DOOR, BY_STATUS],
        "gateway-setup-ipsec" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-setup-ssl" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-switch-to-ssl" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "gateway-tunnel-latency" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "portal-auth" => [fields::GLOBALPROTECT, fields::USER, DOOR, BY_STATUS],
        "portal-gen-cookie" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "portal-getconfig" => [fields::GLOBALPROTECT, fields::USER, DOOR, NO_ACCESS],
        "portal-prelogin" => [fields::GLOBALPROTECT, fields::USER, DOOR, ATTEMPT],
    }
}

static GLOBALPROTECT_OTHER: Kind = Kind::new(
    "GLOBALPROTECT",
    &[fields::GLOBALPROTECT, fields::USER, DOOR],
);
static HIPMATCH: Kind = Kind::new(
    "HIPMATCH",
    &[fields::HIPMATCH, fields::GROUPS, fields::USER],
);
static USERID: Kind = Kind::new("USERID", &[fields::USERID, fields::GROUPS, fields::USER]);
static SYSTEM: Kind = Kind::new("SYSTEM", &[fields::SYSTEM, fields::GROUPS, CONFIGURATION]);
static AUTH_SUCCESS: Kind = Kind::new(
    "SYSTEM auth-success",
    &[
        fields::SYSTEM,
        fields::GROUPS,
        fields::SYSTEM_AUTH,
        AUTHENTICATION,
        FIREWALL,
        &[
            remote::SUCCESS,
            Entry::fixed("event.code", &["auth-success"]),
        ],
    ],
);
static AUTH_FAIL: Kind = Kind::new(
    "SYSTEM auth-fail",
    &[
        fields::SYSTEM,
        fields::GROUPS,
        fields::SYSTEM_AUTH,
        AUTHENTICATION,
        FIREWALL,
        &[
            remote::FAILURE,
            Entry::fixed("event.code", &["auth-fail"]),
            Entry::fixed("event.outcome", &["failure"]),
        ],
    ],
);
/// A system event of GlobalProtect, as versions before 9.1 tell of logins.
macro_rules! of_gateway {
    ($name:ident, $title:literal, [$($entry:expr),*]) => {
        static $name: Kind = Kind::new($title, &[
            fields::SYSTEM, fields::GROUPS, fields::SYSTEM_GATEWAY, AUTHENTICATION, DOOR, &[$($entry),*],
        ]);
    };
}
of_gateway!(
    GATEWAY_AUTH,
    "SYSTEM GlobalProtect authentication",
    [remote::SUCCESS]
);
of_gateway!(
    GATEWAY_LOGIN,
    "SYSTEM GlobalProtect login",
    [remote::SUCCESS]
);
of_gateway!(
    GATEWAY_REFUSED,
    "SYSTEM GlobalProtect refusal",
    [remote::FAILURE, Entry::fixed("event.outcome", &["failure"])]
);
of_gateway!(GATEWAY_LOGOUT, "SYSTEM GlobalProtect logout", [remote::END]);
of_gateway!(GATEWAY_OTHER, "SYSTEM GlobalProtect", []);
static ADMIN_LOGIN: Kind = Kind::new(
    "SYSTEM administrator login",
    &[
        fields::SYSTEM,
        fields::GROUPS,
        fields::SYSTEM_ADMIN,
        AUTHENTICATION,
        FIREWALL,
        &[remote::SUCCESS],
    ],
);
static ADMIN_LOGOUT: Kind = Kind::new(
    "SYSTEM administrator logout",
    &[
        fields::SYSTEM,
        fields::GROUPS,
        fields::SYSTEM_ADMIN,
        AUTHENTICATION,
        FIREWALL,
        &[remote::END],
    ],
);
static CONFIG: Kind = Kind::new("CONFIG", &[fields::CONFIG, CONFIGURATION]);
static AUTH: Kind = Kind::new(
    "AUTH",
    &[
        fields::AUTH,
        fields::GROUPS,
        fields::USER,
        AUTHENTICATION,
        FIREWALL,
        &[
            remote::user(From::Part("account")),
            Entry::call("gatewatch.remote.outcome", |view, emit| {
                let told = view.text("eventid").unwrap_or_default().to_lowercase();
                emit(gatewatch_event::Value::from(if told.contains("succe") {
                    "success"
                } else if told.contains("fail") || told.contains("denied") {
                    "failure"
                } else {
                    "unknown"
                }));
            }),
        ],
    ],
);
static TRAFFIC: Kind = Kind::new(
    "TRAFFIC",
    &[
        fields::USER,
        traffic::FLOW,
        traffic::TRAFFIC,
        fields::GROUPS,
    ],
);
static THREAT: Kind = Kind::new(
    "THREAT",
    &[
        fields::USER,
        traffic::FLOW,
        threat::THREAT,
        fields::GROUPS,
        user_agent::FIELDS,
    ],
);
static OTHER: Kind = Kind::new("other", &[]);

/// The kind of a system event, by its name: `globalprotectgateway-auth-fail`, `globalprotectportal-auth-succ`, ...
fn system(event: &str) -> &'static Kind {
    let Some(what) = event
        .strip_prefix("globalprotectgateway-")
        .or_else(|| event.strip_prefix("globalprotectportal-"))
    else {
        return &SYSTEM;
    };
    match what {
        "auth-succ" => &GATEWAY_AUTH,
        "regist-succ" => &GATEWAY_LOGIN,
        "auth-fail" | "regist-fail" => &GATEWAY_REFUSED,
        "logout-succ" => &GATEWAY_LOGOUT,
        _ => &GATEWAY_OTHER,
    }
}

/// The kind of a system event without a name of its own, where its sentence tells of an administrator's coming or going.
pub(super) fn administrator(sentence: &str) -> Option<&'static Kind> {
    let (_, rest) = sentence.strip_prefix("User ")?.split_once(" logged ")?;
    if rest.starts_with("in via ") {
        Some(&ADMIN_LOGIN)
    } else {
        rest.starts_with("out via ").then_some(&ADMIN_LOGOUT)
    }
}

/// The kind of a line of this type with this event.
pub(super) fn kind(word: &str, event: &str) -> &'static Kind {
    match (word, event) {
        ("GLOBALPROTECT", _) => find_kind(&EVENTS, event).unwrap_or(&GLOBALPROTECT_OTHER),
        ("HIPMATCH" | "HIP-MATCH", _) => &HIPMATCH,
        ("USERID", _) => &USERID,
        ("SYSTEM", "auth-success") => &AUTH_SUCCESS,
        ("SYSTEM", "auth-fail") => &AUTH_FAIL,
        ("SYSTEM", _) => system(event),
        ("CONFIG", _) => &CONFIG,
        ("AUTH" | "AUTHENTICATION", _) => &AUTH,
        ("TRAFFIC", _) => &TRAFFIC,
        ("THREAT", _) => &THREAT,
        _ => &OTHER,
    }
}
