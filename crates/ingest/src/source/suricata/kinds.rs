//! The kinds of events.

use super::{dns, fields, tls};
use crate::format::json::LazyJson;
use crate::source::mapping::{
    DOORS, Entry, Kind, QUESTION, Record, door_of_port, find_kind, remote, user_agent,
};
use fields::AT_THE_DOOR;

const SUCCESS: &[Entry] = &[remote::SUCCESS];
const FAILURE: &[Entry] = &[remote::FAILURE];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const UNKNOWN: &[Entry] = &[remote::UNKNOWN];

const SUCCEEDED: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const FAILED: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];

const SSH_DOOR: &[Entry] = &remote::door(&["ssh"], &["suricata"]);
const RDP_DOOR: &[Entry] = &remote::door(&["rdp"], &["suricata"]);
const VNC_DOOR: &[Entry] = &remote::door(&["vnc"], &["suricata"]);
const DOCKER_DOOR: &[Entry] = &remote::door(&["docker"], &["suricata"]);
const WINRM_DOOR: &[Entry] = &remote::door(&["winrm"], &["suricata"]);

/// A protocol, whatever the event says of the flow.
macro_rules! protocol {
    ($name:literal) => {
        &[
            Entry::fixed("event.type", &["protocol"]),
            Entry::fixed("network.protocol", &[$name]),
        ]
    };
}

/// An alert may hold what the flow was about.
macro_rules! alert {
    ($name:literal, $($action:expr)?) => {
        Kind::new(
            $name,
            &[
                fields::FLOW,
                fields::HTTP, user_agent::FIELDS,
                tls::HANDSHAKE,
                tls::CERTIFICATE,
                dns::FIELDS, QUESTION,
                fields::DOMAIN,
                fields::ALERT,
                $($action)?
            ],
        )
    };
}
static ALERT_ALLOWED: Kind = alert!(
    "alert, allowed",
    &[Entry::fixed("event.type", &["allowed"])]
);
static ALERT_DENIED: Kind = alert!("alert, denied", &[Entry::fixed("event.type", &["denied"])]);
static ALERT_UNTOLD: Kind = alert!("alert",);

static FLOW_NEW: Kind = Kind::new(
    "flow, new",
    &[
        fields::FLOW,
        &[Entry::fixed("event.type", &["connection", "start"])],
    ],
);
static FLOW_CLOSED: Kind = Kind::new(
    "flow, closed",
    &[
        fields::FLOW,
        &[Entry::fixed("event.type", &["connection", "end"])],
    ],
);
static FLOW: Kind = Kind::new(
    "flow",
    &[fields::FLOW, &[Entry::fixed("event.type", &["connection"])]],
);

/// Flows that a door answered: for each door those that were closed, and the others.
macro_rules! doors {
    ($($door:literal),*) => {
        [$(
            {
                const DOOR: &[Entry] = &remote::door(&[$door], &["suricata"]);
                [
                    Kind::new(
                        concat!("flow to ", $door, ", closed"),
                        &[
                            fields::FLOW,
                            &[Entry::fixed("event.type", &["connection", "end"])],
                            DOOR,
                            AT_THE_DOOR,
                            ATTEMPT,
                        ],
                    ),
                    Kind::new(
                        concat!("flow to ", $door),
                        &[
                            fields::FLOW,
                            &[Entry::fixed("event.type", &["connection"])],
                            DOOR,
                            AT_THE_DOOR,
                            ATTEMPT,
                        ],
                    ),
                ]
            },
        )*]
    };
}

/// In the order of [`DOORS`].
static TO_DOORS: [[Kind; 2]; DOORS.len()] = doors!(
    "citrix",
    "docker",
    "kubelet",
    "kubernetes",
    "rdp",
    "ssh",
    "vnc",
    "vpn",
    "winrm"
);

static SSH: Kind = Kind::new("ssh", &[protocol!("ssh"), SSH_DOOR, AT_THE_DOOR, ATTEMPT]);

static RDP: Kind = Kind::new(
    "rdp, request",
    &[
        protocol!("rdp"),
        fields::RDP,
        RDP_DOOR,
        AT_THE_DOOR,
        ATTEMPT,
    ],
);
/// What follows the request is no access of its own.
static RDP_ON: Kind = Kind::new(
    "rdp",
    &[protocol!("rdp"), fields::RDP, RDP_DOOR, AT_THE_DOOR],
);

static RFB_SUCCESS: Kind = Kind::new(
    "rfb, came in",
    &[
        protocol!("rfb"),
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static RFB_FAILURE: Kind = Kind::new(
    "rfb, turned away",
    &[
        protocol!("rfb"),
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        FAILURE,
    ],
);
static RFB_UNKNOWN: Kind = Kind::new(
    "rfb",
    &[
        protocol!("rfb"),
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        UNKNOWN,
    ],
);

const WEB: &[Entry] = &[
    Entry::fixed("event.category", &["network", "web"]),
    Entry::fixed("event.type", &["access", "protocol"]),
    Entry::fixed("network.protocol", &["http"]),
];
static HTTP_SUCCEEDED: Kind = Kind::new(
    "http, answered",
    &[fields::HTTP, user_agent::FIELDS, WEB, SUCCEEDED],
);
static HTTP_FAILED: Kind = Kind::new(
    "http, refused",
    &[fields::HTTP, user_agent::FIELDS, WEB, FAILED],
);
static HTTP_UNTOLD: Kind = Kind::new("http", &[fields::HTTP, user_agent::FIELDS, WEB]);
static HTTP_DOCKER: Kind = Kind::new(
    "http, a call of Docker that was answered",
    &[
        fields::HTTP,
        user_agent::FIELDS,
        WEB,
        SUCCEEDED,
        DOCKER_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static HTTP_WINRM: Kind = Kind::new(
    "http, a call of WinRM that was answered",
    &[
        fields::HTTP,
        user_agent::FIELDS,
        WEB,
        SUCCEEDED,
        WINRM_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);

/// Events that need nothing but their type.
static PLAIN: [(&str, Kind); 9] = [
    (
        "dns",
        Kind::new("dns", &[dns::FIELDS, QUESTION, protocol!("dns")]),
    ),
    (
        "fileinfo",
        Kind::new(
            "fileinfo",
            &[fields::HTTP, user_agent::FIELDS, fields::FILE],
        ),
    ),
    ("ftp", Kind::new("ftp", &[protocol!("ftp")])),
    ("ftp_data", Kind::new("ftp_data", &[protocol!("ftp")])),
    ("mqtt", Kind::new("mqtt", &[protocol!("mqtt")])),
    ("smb", Kind::new("smb", &[protocol!("smb")])),
    (
        "stats",
        Kind::new("stats", &[&[Entry::fixed("event.kind", &["metric"])]]),
    ),
    ("tftp", Kind::new("tftp", &[protocol!("tftp")])),
    (
        "tls",
        Kind::new(
            "tls",
            &[
                tls::HANDSHAKE,
                tls::CERTIFICATE,
                fields::DOMAIN,
                protocol!("tls"),
            ],
        ),
    ),
];

static OTHER: Kind = Kind::new("other", &[fields::FLOW, fields::HTTP, user_agent::FIELDS]);

/// The kind of an event.
pub(super) fn kind(record: &Record<'_>) -> &'static Kind {
    let Some(json) = record.json else {
        return &OTHER;
    };
    let kind = json.get("event_type").and_then(|kind| kind.as_str());
    match kind.map(|kind| kind.to_ascii_lowercase()).as_deref() {
        Some("alert") => alert(json),
        Some("flow") => flow(json),
        Some("http" | "http2") => http(json),
        Some("ssh") => &SSH,
        Some("rdp") => {
            let part = json.find("rdp.event_type").and_then(|part| part.as_str());
            match part.as_deref() {
                Some("initial_request") => &RDP,
                _ => &RDP_ON,
            }
        }
        Some("rfb") => rfb(json),
        Some(other) => find_kind(&PLAIN, other).unwrap_or(&OTHER),
        None if json.get("alert").is_some() => alert(json),
        None => &OTHER,
    }
}

fn text<'a>(json: LazyJson<'a>, path: &str) -> Option<std::borrow::Cow<'a, str>> {
    json.find(path)?.scalar_text()
}

fn alert(json: LazyJson<'_>) -> &'static Kind {
    match text(json, "alert.action").as_deref() {
        Some("allowed") => &ALERT_ALLOWED,
        Some("blocked") => &ALERT_DENIED,
        _ => &ALERT_UNTOLD,
    }
}

fn flow(json: LazyJson<'_>) -> &'static Kind {
    let state = text(json, "flow.state");
    let is_closed = state.as_deref() == Some("closed");
    let plain = match state.as_deref() {
        Some("new") => return &FLOW_NEW,
        Some("closed") => &FLOW_CLOSED,
        _ => &FLOW,
    };
    if text(json, "flow.pkts_toclient").is_none_or(|packets| packets == "0") {
        return plain;
    }
    let door = match text(json, "app_proto").as_deref() {
        Some("ssh") => Some("ssh"),
        Some("rdp") => Some("rdp"),
        Some("rfb") => Some("vnc"),
        _ => text(json, "dest_port")
            .and_then(|port| port.parse().ok())
            .zip(text(json, "proto"))
            .and_then(|(port, transport)| door_of_port(&transport, port)),
    };
    match door.and_then(|door| DOORS.binary_search(&door).ok()) {
        Some(at) => &TO_DOORS[at][usize::from(!is_closed)],
        None => plain,
    }
}

fn http(json: LazyJson<'_>) -> &'static Kind {
    let status = text(json, "http.status").and_then(|status| status.parse::<u32>().ok());
    let Some(status) = status else {
        return &HTTP_UNTOLD;
    };
    match text(json, "dest_port").as_deref() {
        _ if status >= 400 => &HTTP_FAILED,
        Some("2375") => &HTTP_DOCKER,
        Some("5985") => &HTTP_WINRM,
        _ => &HTTP_SUCCEEDED,
    }
}

/// The result is there where the version of the protocol has one and Suricata saw it; the reason only where it went wrong.
fn rfb(json: LazyJson<'_>) -> &'static Kind {
    let has = |path: &str| json.find(path).is_some();
    match text(json, "rfb.authentication.security_result").as_deref() {
        Some("OK") => &RFB_SUCCESS,
        Some("FAIL" | "TOO_MANY") => &RFB_FAILURE,
        _ if has("rfb.server_security_failure_reason") => &RFB_FAILURE,
        _ if has("rfb.framebuffer") => &RFB_SUCCESS,
        _ => &RFB_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::{DOORS, PLAIN, TO_DOORS};

    #[test]
    fn tables_are_in_order() {
        assert!(PLAIN.is_sorted_by_key(|(name, _)| *name));
        for (door, kinds) in DOORS.iter().zip(&TO_DOORS) {
            for kind in kinds {
                assert!(kind.name().contains(door), "{door}");
            }
        }
    }
}
