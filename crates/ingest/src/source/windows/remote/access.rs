//! The access record, `gatewatch.remote.*`: who tried to come in through which door. `docs/sources/access-record.md` describes it.
//!
//! A logon is an access when it came over the network: from an address that is not this host's own.

use std::net::IpAddr;

use gatewatch_event::Value;

use super::values::{
    account_name, address, outcome as by_code, port, shell_address, shell_user_name,
};
use super::{Place, Row};
use crate::source::linux_auth::sshd::{self, SshdMessage};
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::text::endpoint;
use crate::source::windows::view::View;

const SERVICE: &str = "gatewatch.remote.service";
const PRODUCT: &str = "gatewatch.remote.product";
const OUTCOME: &str = "gatewatch.remote.outcome";
const METHOD: &str = "gatewatch.remote.method";
const USER: &str = "gatewatch.remote.user";
const IP: &str = "gatewatch.remote.ip";
const PORT: &str = "gatewatch.remote.port";
const SESSION: &str = "gatewatch.remote.session";

const RDP: Entry = fixed(SERVICE, &["rdp"]);
const REMOTE_DESKTOP: Entry = fixed(PRODUCT, &["remote-desktop"]);
const GATEWAY: Entry = fixed(PRODUCT, &["rd-gateway"]);
const WINRM: Entry = fixed(SERVICE, &["winrm"]);
const WINRM_PRODUCT: Entry = fixed(PRODUCT, &["winrm"]);
const SUCCESS: Entry = fixed(OUTCOME, &["success"]);
const FAILURE: Entry = fixed(OUTCOME, &["failure"]);
const ATTEMPT: Entry = fixed(OUTCOME, &["attempt"]);
const END: Entry = fixed(OUTCOME, &["end"]);

const fn fixed(path: &'static str, values: &'static [&'static str]) -> Entry {
    Entry::one(path, Extract::Fixed(values))
}

const LISTENER: Place =
    Place::Channel("Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational");
const SESSIONS: Place =
    Place::Channel("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational");
const TRANSPORT: Place =
    Place::Channel("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational");
const GATEWAY_LOG: Place = Place::Channel("Microsoft-Windows-TerminalServices-Gateway/Operational");
const WINRM_LOG: Place = Place::Channel("Microsoft-Windows-WinRM/Operational");

/// A logon to this host, as the Security log has it.
macro_rules! logon {
    ($id:literal, $outcome:expr) => {
        Row {
            place: Place::Security,
            ids: &[$id],
            fields: &[
                Entry::one(SERVICE, Extract::Call(logon_service)),
                Entry::one(
                    PRODUCT,
                    Extract::Call(|view, emit| if_remote(view, "windows", emit)),
                ),
                Entry::one(
                    OUTCOME,
                    Extract::Call(|view, emit| if_remote(view, $outcome, emit)),
                ),
                Entry::one(METHOD, Extract::Call(logon_method)),
                Entry::one(USER, Extract::Call(logon_user)),
                Entry::one(IP, Extract::Call(logon_ip)),
                Entry::one(PORT, Extract::Call(logon_port)),
            ],
        }
    };
}

/// A session that is taken up again or left, as the Security log has it.
macro_rules! window_station {
    ($id:literal, $outcome:expr) => {
        Row {
            place: Place::Security,
            ids: &[$id],
            fields: &[
                Entry::one(
                    SERVICE,
                    Extract::Call(|view, emit| if_client(view, "rdp", emit)),
                ),
                Entry::one(
                    PRODUCT,
                    Extract::Call(|view, emit| if_client(view, "remote-desktop", emit)),
                ),
                Entry::one(
                    OUTCOME,
                    Extract::Call(|view, emit| if_client(view, $outcome, emit)),
                ),
                Entry::one(USER, Extract::Turned("AccountName", account_name)),
                Entry::one(IP, Extract::Turned("ClientAddress", address)),
                Entry::one(SESSION, Extract::Data("LogonID")),
            ],
        }
    };
}

/// A session of the session manager, whose address is `LOCAL` at the console.
macro_rules! session {
    ($ids:expr, $outcome:expr) => {
        Row {
            place: SESSIONS,
            ids: $ids,
            fields: &[
                Entry::one(
                    SERVICE,
                    Extract::Call(|view, emit| if_address(view, "rdp", emit)),
                ),
                Entry::one(
                    PRODUCT,
                    Extract::Call(|view, emit| if_address(view, "remote-desktop", emit)),
                ),
                Entry::one(
                    OUTCOME,
                    Extract::Call(|view, emit| if_address(view, $outcome, emit)),
                ),
                Entry::one(USER, Extract::UserTurned("User", account_name)),
                Entry::one(IP, Extract::UserTurned("Address", address)),
                Entry::one(PORT, Extract::UserTurned("Address", port)),
            ],
        }
    };
}

macro_rules! gateway {
    ($ids:expr, $outcome:expr) => {
        Row {
            place: GATEWAY_LOG,
            ids: $ids,
            fields: &[
                RDP,
                GATEWAY,
                $outcome,
                Entry::one(USER, Extract::UserTurned("Username", account_name)),
                Entry::one(IP, Extract::UserTurned("IpAddress", address)),
                Entry::one(PORT, Extract::UserTurned("IpAddress", port)),
            ],
        }
    };
}

pub(super) const ROWS: &[Row] = &[
    logon!(4624, "success"),
    logon!(4625, "failure"),
    Row {
        place: Place::Security,
        ids: &[4624],
        fields: &[Entry::one(SESSION, Extract::Data("TargetLogonId"))],
    },
    window_station!(4778, "success"),
    window_station!(4779, "end"),
    Row {
        place: LISTENER,
        ids: &[1149],
        fields: &[
            RDP,
            REMOTE_DESKTOP,
            SUCCESS,
            Entry::one(USER, Extract::UserTurned("Param1", account_name)),
            Entry::one(IP, Extract::UserTurned("Param3", address)),
            Entry::one(PORT, Extract::UserTurned("Param3", port)),
        ],
    },
    Row {
        place: LISTENER,
        ids: &[261],
        fields: &[RDP, REMOTE_DESKTOP, ATTEMPT],
    },
    session!(&[21, 25], "success"),
    session!(&[24], "end"),
    Row {
        place: TRANSPORT,
        ids: &[131],
        fields: &[
            RDP,
            REMOTE_DESKTOP,
            ATTEMPT,
            Entry::one(IP, Extract::Turned("ClientIP", address)),
            Entry::one(PORT, Extract::Turned("ClientIP", port)),
        ],
    },
    Row {
        place: TRANSPORT,
        ids: &[140],
        fields: &[
            RDP,
            REMOTE_DESKTOP,
            FAILURE,
            Entry::one(IP, Extract::Turned("IPString", address)),
            Entry::one(PORT, Extract::Turned("IPString", port)),
        ],
    },
    gateway!(
        &[200, 302],
        Entry::one(OUTCOME, Extract::UserTurned("ErrorCode", by_code))
    ),
    gateway!(&[201, 304], FAILURE),
    gateway!(&[303], END),
    Row {
        place: WINRM_LOG,
        ids: &[91],
        fields: &[
            WINRM,
            WINRM_PRODUCT,
            SUCCESS,
            Entry::one(USER, Extract::Turned("resourceUri", shell_user_name)),
            Entry::one(IP, Extract::Turned("resourceUri", shell_address)),
        ],
    },
    Row {
        place: WINRM_LOG,
        ids: &[161],
        fields: &[WINRM, WINRM_PRODUCT, FAILURE],
    },
    Row {
        place: WINRM_LOG,
        ids: &[169],
        fields: &[
            WINRM,
            WINRM_PRODUCT,
            SUCCESS,
            Entry::one(USER, Extract::Turned("username", account_name)),
        ],
    },
    Row {
        place: Place::Channel("OpenSSH/Operational"),
        ids: &[2, 3, 4],
        fields: &[
            Entry::one(
                SERVICE,
                Extract::Call(|view, emit| ssh(view, emit, |_, _| Some(Value::from("ssh")))),
            ),
            Entry::one(
                PRODUCT,
                Extract::Call(|view, emit| ssh(view, emit, |_, _| Some(Value::from("openssh")))),
            ),
            Entry::one(
                OUTCOME,
                Extract::Call(|view, emit| {
                    ssh(view, emit, |message, payload| {
                        sshd::access_outcome(message, payload).map(Value::from)
                    })
                }),
            ),
            Entry::one(
                METHOD,
                Extract::Call(|view, emit| {
                    ssh(view, emit, |message, _| {
                        Some(Value::from(sshd::method_name(message.method?)?.to_owned()))
                    })
                }),
            ),
            Entry::one(
                USER,
                Extract::Call(|view, emit| {
                    ssh(view, emit, |message, _| {
                        Some(Value::from(message.user?.to_owned()))
                    })
                }),
            ),
            Entry::one(
                IP,
                Extract::Call(|view, emit| {
                    ssh(view, emit, |message, _| {
                        address(message.remote?.address.to_owned().into())
                    })
                }),
            ),
            Entry::one(
                PORT,
                Extract::Call(|view, emit| {
                    ssh(view, emit, |message, _| {
                        Some(Value::Long(message.remote?.port?.into()))
                    })
                }),
            ),
        ],
    },
];

/// Emits what `read` finds in a message of sshd about a remote host.
fn ssh(
    view: &View<'_>,
    emit: Emit<'_>,
    read: impl FnOnce(&SshdMessage<'_>, &str) -> Option<Value<'static>>,
) {
    if let Some(payload) = view.data("payload")
        && let Some(value) = sshd::parse(&payload).and_then(|message| read(&message, &payload))
    {
        emit(value);
    }
}

/// The address that a logon came from, if it is another host's.
fn logon_address(view: &View<'_>) -> Option<IpAddr> {
    let (address, _) = endpoint(&view.data("IpAddress")?)?;
    let foreign = !address.is_loopback() && !address.is_unspecified();
    let by_network = matches!(view.data("LogonType")?.as_ref(), "3" | "7" | "8" | "10");
    (foreign && by_network).then_some(address)
}

fn if_remote(view: &View<'_>, value: &'static str, emit: Emit<'_>) {
    if logon_address(view).is_some() {
        emit(Value::from(value));
    }
}

fn if_client(view: &View<'_>, value: &'static str, emit: Emit<'_>) {
    if view
        .data("ClientAddress")
        .is_some_and(|text| endpoint(&text).is_some())
    {
        emit(Value::from(value));
    }
}

fn if_address(view: &View<'_>, value: &'static str, emit: Emit<'_>) {
    if view
        .user_data("Address")
        .is_some_and(|text| endpoint(&text).is_some())
    {
        emit(Value::from(value));
    }
}

/// Remote Desktop's logons are of types of their own, where network level authentication did not come first.
fn logon_service(view: &View<'_>, emit: Emit<'_>) {
    if logon_address(view).is_some() {
        let rdp = matches!(view.data("LogonType").as_deref(), Some("7" | "10"));
        emit(Value::from(if rdp { "rdp" } else { "windows" }));
    }
}

fn logon_method(view: &View<'_>, emit: Emit<'_>) {
    if logon_address(view).is_none() {
        return;
    }
    if view.data("TargetUserName").as_deref() == Some("ANONYMOUS LOGON") {
        emit(Value::from("anonymous"));
    } else if let Some(package) = view
        .data("AuthenticationPackageName")
        .filter(|text| text != "-")
    {
        emit(Value::from(package.to_lowercase()));
    }
}

fn logon_user(view: &View<'_>, emit: Emit<'_>) {
    if logon_address(view).is_some()
        && let Some(name) = view.data("TargetUserName").filter(|name| name != "-")
    {
        emit(Value::Str(name));
    }
}

fn logon_ip(view: &View<'_>, emit: Emit<'_>) {
    if let Some(address) = logon_address(view) {
        emit(Value::from(address));
    }
}

fn logon_port(view: &View<'_>, emit: Emit<'_>) {
    if logon_address(view).is_some()
        && let Some(port) = view
            .data("IpPort")
            .and_then(|text| text.parse::<u16>().ok())
        && port != 0
    {
        emit(Value::Long(port.into()));
    }
}
