//! The kinds of lines: of each log, by what becomes of the connection or the logon.

use std::borrow::Cow;

use super::fields::{self, AT_THE_DOOR};
use super::logs::{self, object};
use super::row::Row;
use super::wire;
use crate::source::mapping::{
    DOORS, Entry, From, Kind, QUESTION, door_of_port, remote, user_agent,
};

/// The fields that say which log it is.
macro_rules! dataset {
    ($name:literal) => {
        &[
            Entry::fixed("event.dataset", &[$name]),
            Entry::fixed("data_stream.dataset", &[$name]),
        ]
    };
}

const NETWORK: &[Entry] = &[Entry::fixed("event.category", &["network"])];
const LOGON: &[Entry] = &[Entry::fixed(
    "event.category",
    &["network", "authentication"],
)];
const WEB: &[Entry] = &[Entry::fixed("event.category", &["network", "web"])];

/// `event.type`.
macro_rules! types {
    ($($name:literal),*) => {
        &[Entry::fixed("event.type", &[$($name),*])]
    };
}

const STARTED: &[Entry] = types!("connection", "start");
const STARTED_AND_ENDED: &[Entry] = types!("connection", "start", "end");
const INFO: &[Entry] = types!("connection", "info");
const PROTOCOL: &[Entry] = types!("connection", "protocol");

const SUCCEEDED: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const FAILED: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];

const SUCCESS: &[Entry] = &[remote::SUCCESS];
const FAILURE: &[Entry] = &[remote::FAILURE];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];
const UNKNOWN: &[Entry] = &[remote::UNKNOWN];

const SSH_DOOR: &[Entry] = &remote::door(&["ssh"], &["zeek"]);
const RDP_DOOR: &[Entry] = &remote::door(&["rdp"], &["zeek"]);
const VNC_DOOR: &[Entry] = &remote::door(&["vnc"], &["zeek"]);
const WINDOWS_DOOR: &[Entry] = &remote::door(&["windows"], &["zeek"]);
const DOCKER_DOOR: &[Entry] = &remote::door(&["docker"], &["zeek"]);
const WINRM_DOOR: &[Entry] = &remote::door(&["winrm"], &["zeek"]);

const CONN: &[Entry] = dataset!("zeek.connection");
static CONN_STARTED: Kind = Kind::new(
    "connection, started",
    &[CONN, NETWORK, STARTED, fields::CONN],
);
static CONN_ENDED: Kind = Kind::new(
    "connection, ended",
    &[CONN, NETWORK, STARTED_AND_ENDED, fields::CONN],
);
static CONN_DENIED: Kind = Kind::new(
    "connection, denied",
    &[
        CONN,
        NETWORK,
        types!("connection", "start", "denied"),
        fields::CONN,
    ],
);
static CONN_INFO: Kind = Kind::new("connection, other", &[CONN, NETWORK, INFO, fields::CONN]);
static CONN_UNTOLD: Kind = Kind::new("connection", &[CONN, NETWORK, fields::CONN]);

/// Connections that a door answered: for each door those that go on, those that ended, and the others.
macro_rules! doors {
    ($($door:literal),*) => {
        [$(
            {
                const DOOR: &[Entry] = &remote::door(&[$door], &["zeek"]);
                [
                    Kind::new(
                        concat!("connection to ", $door, ", started"),
                        &[CONN, NETWORK, STARTED, fields::CONN, DOOR, AT_THE_DOOR, ATTEMPT],
                    ),
                    Kind::new(
                        concat!("connection to ", $door, ", ended"),
                        &[CONN, NETWORK, STARTED_AND_ENDED, fields::CONN, DOOR, AT_THE_DOOR, ATTEMPT],
                    ),
                    Kind::new(
                        concat!("connection to ", $door, ", other"),
                        &[CONN, NETWORK, INFO, fields::CONN, DOOR, AT_THE_DOOR, ATTEMPT],
                    ),
                ]
            },
        )*]
    };
}

/// In the order of [`DOORS`].
static TO_DOORS: [[Kind; 3]; DOORS.len()] = doors!(
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

const SSH: &[Entry] = dataset!("zeek.ssh");
static SSH_SUCCESS: Kind = Kind::new(
    "ssh, came in",
    &[
        SSH,
        NETWORK,
        PROTOCOL,
        fields::SSH_PROTOCOL,
        fields::SSH,
        SUCCEEDED,
        SSH_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static SSH_FAILURE: Kind = Kind::new(
    "ssh, turned away",
    &[
        SSH,
        NETWORK,
        PROTOCOL,
        fields::SSH_PROTOCOL,
        fields::SSH,
        FAILED,
        SSH_DOOR,
        AT_THE_DOOR,
        FAILURE,
    ],
);
static SSH_UNKNOWN: Kind = Kind::new(
    "ssh",
    &[
        SSH,
        NETWORK,
        PROTOCOL,
        fields::SSH_PROTOCOL,
        fields::SSH,
        SSH_DOOR,
        AT_THE_DOOR,
        UNKNOWN,
    ],
);

const RDP: &[Entry] = dataset!("zeek.rdp");
const RDP_TYPES: &[Entry] = types!("protocol", "info");
static RDP_ATTEMPT: Kind = Kind::new(
    "rdp",
    &[
        RDP,
        NETWORK,
        RDP_TYPES,
        fields::RDP_PROTOCOL,
        fields::RDP,
        RDP_DOOR,
        AT_THE_DOOR,
        ATTEMPT,
    ],
);
static RDP_REFUSED: Kind = Kind::new(
    "rdp, refused",
    &[
        RDP,
        NETWORK,
        RDP_TYPES,
        fields::RDP_PROTOCOL,
        fields::RDP,
        RDP_DOOR,
        AT_THE_DOOR,
        FAILURE,
    ],
);

/// `event.outcome` is left out, as in Elastic's pipeline.
const RFB: &[Entry] = dataset!("zeek.rfb");
static RFB_SUCCESS: Kind = Kind::new(
    "rfb, came in",
    &[
        RFB,
        NETWORK,
        INFO,
        fields::RFB_PROTOCOL,
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static RFB_FAILURE: Kind = Kind::new(
    "rfb, turned away",
    &[
        RFB,
        NETWORK,
        INFO,
        fields::RFB_PROTOCOL,
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        FAILURE,
    ],
);
static RFB_UNKNOWN: Kind = Kind::new(
    "rfb",
    &[
        RFB,
        NETWORK,
        INFO,
        fields::RFB_PROTOCOL,
        fields::RFB,
        VNC_DOOR,
        AT_THE_DOOR,
        UNKNOWN,
    ],
);

static SSL: Kind = Kind::new(
    "ssl",
    &[
        dataset!("zeek.ssl"),
        NETWORK,
        PROTOCOL,
        fields::SSL,
        fields::HANDSHAKE,
        fields::CERTIFICATES,
    ],
);

const HTTP: &[Entry] = dataset!("zeek.http");
const HTTP_TYPES: &[Entry] = types!("connection", "protocol", "info");
static HTTP_SUCCEEDED: Kind = Kind::new(
    "http, answered",
    &[
        HTTP,
        WEB,
        HTTP_TYPES,
        fields::HTTP_PROTOCOL,
        fields::HTTP,
        user_agent::FIELDS,
        SUCCEEDED,
    ],
);
static HTTP_FAILED: Kind = Kind::new(
    "http, refused",
    &[
        HTTP,
        WEB,
        HTTP_TYPES,
        fields::HTTP_PROTOCOL,
        fields::HTTP,
        user_agent::FIELDS,
        FAILED,
    ],
);
static HTTP_UNTOLD: Kind = Kind::new(
    "http",
    &[
        HTTP,
        WEB,
        HTTP_TYPES,
        fields::HTTP_PROTOCOL,
        fields::HTTP,
        user_agent::FIELDS,
    ],
);
static HTTP_DOCKER: Kind = Kind::new(
    "http, a call of Docker that was answered",
    &[
        HTTP,
        WEB,
        HTTP_TYPES,
        fields::HTTP_PROTOCOL,
        fields::HTTP,
        user_agent::FIELDS,
        SUCCEEDED,
        DOCKER_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static HTTP_WINRM: Kind = Kind::new(
    "http, a call of WinRM that was answered",
    &[
        HTTP,
        WEB,
        HTTP_TYPES,
        fields::HTTP_PROTOCOL,
        fields::HTTP,
        user_agent::FIELDS,
        SUCCEEDED,
        WINRM_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);

const SOCKS: &[Entry] = dataset!("zeek.socks");
static SOCKS_SUCCEEDED: Kind = Kind::new(
    "socks, passed on",
    &[
        SOCKS,
        NETWORK,
        PROTOCOL,
        fields::SOCKS_PROTOCOL,
        fields::SOCKS,
        SUCCEEDED,
    ],
);
static SOCKS_FAILED: Kind = Kind::new(
    "socks, refused",
    &[
        SOCKS,
        NETWORK,
        types!("connection", "protocol", "error"),
        fields::SOCKS_PROTOCOL,
        fields::SOCKS,
        FAILED,
    ],
);
static SOCKS_UNTOLD: Kind = Kind::new(
    "socks",
    &[
        SOCKS,
        NETWORK,
        PROTOCOL,
        fields::SOCKS_PROTOCOL,
        fields::SOCKS,
    ],
);

static TUNNEL: Kind = Kind::new(
    "tunnel",
    &[
        dataset!("zeek.tunnel"),
        NETWORK,
        types!("connection"),
        fields::TUNNEL,
    ],
);

const NOTICE: &[Entry] = dataset!("zeek.notice");
const ALERT: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.category", &["intrusion_detection"]),
];
static NOTICE_ALLOWED: Kind = Kind::new(
    "notice, allowed",
    &[NOTICE, ALERT, types!("info", "allowed"), fields::NOTICE],
);
static NOTICE_DENIED: Kind = Kind::new(
    "notice, denied",
    &[NOTICE, ALERT, types!("info", "denied"), fields::NOTICE],
);
static NOTICE_UNTOLD: Kind = Kind::new("notice", &[NOTICE, ALERT, types!("info"), fields::NOTICE]);

const NTLM: &[Entry] = dataset!("zeek.ntlm");
static NTLM_SUCCESS: Kind = Kind::new(
    "ntlm, came in",
    &[
        NTLM,
        LOGON,
        INFO,
        fields::NTLM_PROTOCOL,
        fields::NTLM,
        SUCCEEDED,
        WINDOWS_DOOR,
        AT_THE_DOOR,
        SUCCESS,
    ],
);
static NTLM_FAILURE: Kind = Kind::new(
    "ntlm, turned away",
    &[
        NTLM,
        LOGON,
        INFO,
        fields::NTLM_PROTOCOL,
        fields::NTLM,
        FAILED,
        WINDOWS_DOOR,
        AT_THE_DOOR,
        FAILURE,
    ],
);
static NTLM_UNKNOWN: Kind = Kind::new(
    "ntlm",
    &[
        NTLM,
        LOGON,
        INFO,
        fields::NTLM_PROTOCOL,
        fields::NTLM,
        WINDOWS_DOOR,
        AT_THE_DOOR,
        UNKNOWN,
    ],
);

const KERBEROS: &[Entry] = dataset!("zeek.kerberos");
const TICKET: &[Entry] = types!("connection", "protocol", "access");
static KERBEROS_SUCCEEDED: Kind = Kind::new(
    "kerberos, granted",
    &[
        KERBEROS,
        LOGON,
        TICKET,
        fields::KERBEROS_PROTOCOL,
        fields::KERBEROS,
        fields::TICKETS,
        SUCCEEDED,
    ],
);
static KERBEROS_FAILED: Kind = Kind::new(
    "kerberos, refused",
    &[
        KERBEROS,
        LOGON,
        TICKET,
        fields::KERBEROS_PROTOCOL,
        fields::KERBEROS,
        fields::TICKETS,
        FAILED,
    ],
);
static KERBEROS_UNTOLD: Kind = Kind::new(
    "kerberos",
    &[
        KERBEROS,
        LOGON,
        TICKET,
        fields::KERBEROS_PROTOCOL,
        fields::KERBEROS,
        fields::TICKETS,
    ],
);

/// How the columns of a log are shown: as they are, where nothing is said.
macro_rules! shown {
    () => {
        &logs::OTHER
    };
    ($log:ident) => {
        &wire::$log
    };
}

/// Logs whose columns are kept as they are, some with fields of ECS beside them.
macro_rules! plain {
    ($($path:literal => $dataset:literal $(over $transport:literal)? $(as $protocol:literal)? $(with [$($fields:path),+])? $(shown $log:ident)?),* $(,)?) => {
        /// By the name of the log.
        static PLAIN: [(&str, Kind); [$($path),*].len()] = [$((
            $path,
            Kind::new(
                $dataset,
                &[
                    dataset!($dataset),
                    NETWORK,
                    INFO,
                    &[
                        Entry::part("network.transport", "proto"),
                        $(Entry::fixed("network.transport", &[$transport]),)?
                        $(Entry::fixed("network.protocol", &[$protocol]),)?
                        Entry::new(
                            $dataset,
                            From::Object(|view| object(view, shown!($($log)?))),
                        ),
                    ],
                    $($($fields,)+)?
                ],
            ),
        )),*];
        /// The datasets of all kinds.
        pub(super) static DATASETS: [&str; 11 + [$($path),*].len()] = [
            "zeek.connection",
            "zeek.ssh",
            "zeek.rdp",
            "zeek.rfb",
            "zeek.ssl",
            "zeek.http",
            "zeek.socks",
            "zeek.tunnel",
            "zeek.notice",
            "zeek.ntlm",
            "zeek.kerberos",
            $($dataset),*
        ];
    };
}
plain! {
    "dce_rpc" => "zeek.dce_rpc" over "tcp" as "dce_rpc" with [wire::CALLS],
    "dhcp" => "zeek.dhcp" over "udp" as "dhcp",
    "dnp3" => "zeek.dnp3" over "tcp" as "dnp3",
    "dns" => "zeek.dns" as "dns" with [wire::NAMES, QUESTION],
    "dpd" => "zeek.dpd",
    "files" => "zeek.files",
    "ftp" => "zeek.ftp" over "tcp" as "ftp",
    "intel" => "zeek.intel",
    "irc" => "zeek.irc" over "tcp" as "irc",
    "known_certs" => "zeek.known_certs",
    "known_hosts" => "zeek.known_hosts",
    "known_services" => "zeek.known_services",
    "modbus" => "zeek.modbus" over "tcp" as "modbus",
    "mysql" => "zeek.mysql" over "tcp" as "mysql",
    "ntp" => "zeek.ntp" over "udp" as "ntp",
    "radius" => "zeek.radius" over "udp" as "radius",
    "signatures" => "zeek.signature",
    "sip" => "zeek.sip" over "udp" as "sip",
    "smb_cmd" => "zeek.smb_cmd" over "tcp" as "smb" with [wire::COMMANDS],
    "smb_files" => "zeek.smb_files" over "tcp" as "smb" with [wire::FILES] shown SMB_FILES,
    "smb_mapping" => "zeek.smb_mapping" over "tcp" as "smb" with [wire::SPOKEN],
    "smtp" => "zeek.smtp" over "tcp" as "smtp",
    "snmp" => "zeek.snmp" over "udp" as "snmp",
    "software" => "zeek.software",
    "syslog" => "zeek.syslog" as "syslog",
    "traceroute" => "zeek.traceroute",
    "weird" => "zeek.weird",
    "x509" => "zeek.x509",
}

/// Any other log.
pub(super) static OTHER: Kind = Kind::new(
    "other",
    &[&[Entry::new(
        "zeek.log",
        From::Object(|view| object(view, &logs::OTHER)),
    )]],
);

/// The kind of a line.
pub(super) fn kind(row: &Row<'_>) -> &'static Kind {
    let path = row.path();
    match path.as_ref() {
        "conn" => conn(row),
        "ssh" => {
            let [success] = row.texts(["auth_success"]);
            by_flag(success, [&SSH_SUCCESS, &SSH_FAILURE, &SSH_UNKNOWN])
        }
        "rdp" => {
            let [result] = row.texts(["result"]);
            // What the server says of a client that it will not talk to as that wants.
            let refused = result.is_some_and(|result| {
                result.ends_with("_BY_SERVER")
                    || result.ends_with("_ON_SERVER")
                    || result == "INCONSISTENT_FLAGS"
            });
            if refused { &RDP_REFUSED } else { &RDP_ATTEMPT }
        }
        "rfb" => {
            let [auth, method, name] = row.texts(["auth", "authentication_method", "desktop_name"]);
            // Old versions do not say that nobody was asked for a password.
            if auth.is_none() && method.as_deref() == Some("None") && name.is_some() {
                return &RFB_SUCCESS;
            }
            by_flag(auth, [&RFB_SUCCESS, &RFB_FAILURE, &RFB_UNKNOWN])
        }
        "ssl" => &SSL,
        "http" => http(row),
        "socks" => {
            let [status] = row.texts(["status"]);
            match status.as_deref() {
                Some("succeeded") => &SOCKS_SUCCEEDED,
                Some(_) => &SOCKS_FAILED,
                None => &SOCKS_UNTOLD,
            }
        }
        "tunnel" => &TUNNEL,
        "notice" => {
            let [dropped] = row.texts(["dropped"]);
            by_flag(dropped, [&NOTICE_DENIED, &NOTICE_ALLOWED, &NOTICE_UNTOLD])
        }
        "ntlm" => {
            let [success] = row.texts(["success"]);
            by_flag(success, [&NTLM_SUCCESS, &NTLM_FAILURE, &NTLM_UNKNOWN])
        }
        "kerberos" => {
            let [success] = row.texts(["success"]);
            by_flag(
                success,
                [&KERBEROS_SUCCEEDED, &KERBEROS_FAILED, &KERBEROS_UNTOLD],
            )
        }
        other => crate::source::mapping::find_kind(&PLAIN, other).unwrap_or(&OTHER),
    }
}

/// The first where the flag is set, the second where it is not, else the third.
fn by_flag(flag: Option<Cow<'_, str>>, kinds: [&'static Kind; 3]) -> &'static Kind {
    match flag.as_deref() {
        Some("T" | "true") => kinds[0],
        Some("F" | "false") => kinds[1],
        _ => kinds[2],
    }
}

fn conn(row: &Row<'_>) -> &'static Kind {
    let [state, service, transport, port] =
        row.texts(["conn_state", "service", "proto", "id.resp_p"]);
    let (answered, plain) = match state.as_deref() {
        Some("S1") => (Some(0), &CONN_STARTED),
        Some("SF") => (Some(1), &CONN_ENDED),
        Some("S2" | "S3" | "RSTO" | "RSTR") => (Some(2), &CONN_INFO),
        Some("S0") => (None, &CONN_STARTED),
        Some("REJ") => (None, &CONN_DENIED),
        Some("RSTOS0" | "RSTRH" | "SH" | "SHR" | "OTH") => (None, &CONN_INFO),
        _ => (None, &CONN_UNTOLD),
    };
    let Some(answered) = answered else {
        return plain;
    };
    let spoken = service.as_deref().and_then(|services| {
        services.split(',').find_map(|service| {
            Some(match service {
                "ssh" => "ssh",
                "rdp" => "rdp",
                "rfb" => "vnc",
                _ => return None,
            })
        })
    });
    let door = spoken.or_else(|| door_of_port(transport.as_deref()?, port?.parse().ok()?));
    match door.and_then(|door| DOORS.binary_search(&door).ok()) {
        Some(at) => &TO_DOORS[at][answered],
        None => plain,
    }
}

fn http(row: &Row<'_>) -> &'static Kind {
    let [status, port] = row.texts(["status_code", "id.resp_p"]);
    let Some(status) = status.and_then(|status| status.parse::<u32>().ok()) else {
        return &HTTP_UNTOLD;
    };
    match port.as_deref() {
        _ if status >= 400 => &HTTP_FAILED,
        Some("2375") => &HTTP_DOCKER,
        Some("5985") => &HTTP_WINRM,
        _ => &HTTP_SUCCEEDED,
    }
}

#[cfg(test)]
mod tests {
    use super::{DOORS, PLAIN, TO_DOORS};

    #[test]
    fn tables_are_in_order() {
        assert!(PLAIN.is_sorted_by_key(|(path, _)| *path));
        for (door, kinds) in DOORS.iter().zip(&TO_DOORS) {
            for kind in kinds {
                assert!(kind.name().contains(door), "{door}");
            }
        }
    }
}
