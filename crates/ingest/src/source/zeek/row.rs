//! A line of a log, in either form.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::format::json::{JsonKind, LazyJson};
use crate::format::text::{Columns, Typed};
use crate::source::mapping::{Confidence, Record};

/// A line of a log.
#[derive(Clone, Copy)]
pub(super) enum Row<'a> {
    Json(LazyJson<'a>),
    Table(&'a Columns, &'a str),
}

/// Is the record a line of one of Zeek's logs?
pub(super) fn detect(record: &Record<'_>) -> Option<Confidence> {
    let Some(json) = record.json else {
        // Outside of a file nothing tells the columns, but a table is told by its first line.
        let is_row = record.columns.is_some_and(Columns::is_table)
            && matches!(record.raw.as_bytes().first(), Some(b'0'..=b'9' | b'-'));
        return (is_row || record.raw.starts_with("#separator \\x")).then_some(Confidence::Certain);
    };
    json.get("ts")?;
    let has_ends = || {
        json.get("id.orig_h").is_some()
            || json.get("id").is_some_and(|id| id.get("orig_h").is_some())
    };
    let ours = has_ends()
        || json.get("suppress_for").is_some() && json.get("note").is_some()
        || json.get("_write_ts").is_some() && json.get("_path").is_some();
    ours.then_some(Confidence::Certain)
}

impl<'a> Row<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        match (record.json, record.columns) {
            (Some(json), _) => Some(Self::Json(json)),
            (None, Some(columns)) if columns.is_table() => Some(Self::Table(columns, record.raw)),
            _ => None,
        }
    }

    /// Of what the log is: `conn`, `ssh`, ...; empty when nothing tells.
    pub(super) fn path(&self) -> Cow<'a, str> {
        match self {
            Self::Table(columns, _) => Cow::Borrowed(columns.path().unwrap_or_default()),
            Self::Json(json) => match json.get("_path").and_then(|path| path.as_str()) {
                Some(path) => path,
                None => Cow::Borrowed(told_by_keys(*json)),
            },
        }
    }

    /// The first value in each of these columns.
    pub(super) fn texts<const N: usize>(&self, columns: [&str; N]) -> [Option<Cow<'a, str>>; N] {
        match self {
            Self::Table(header, line) => header
                .find(line, columns)
                .map(|cell| cell.map(Cow::Borrowed)),
            Self::Json(json) => columns.map(|column| json.find(column)?.scalar_text()),
        }
    }

    /// Calls `take` with each column and what it holds.
    pub(super) fn each(&self, mut take: impl FnMut(&str, Json)) {
        match self {
            Self::Table(columns, line) => {
                for cell in columns.typed(line) {
                    take(cell.name, of_cell(&cell));
                }
            }
            Self::Json(json) => {
                for (key, value) in json.members() {
                    if value.kind() != JsonKind::Null {
                        take(&key, whole(value.to_json()));
                    }
                }
            }
        }
    }
}

/// The log that has such keys, where no other has them.
fn told_by_keys(json: LazyJson<'_>) -> &'static str {
    json.members()
        .find_map(|(key, _)| {
            Some(match key.as_ref() {
                "conn_state" => "conn",
                "cert_count" | "security_protocol" => "rdp",
                "auth_attempts" | "auth_success" | "kex_alg" => "ssh",
                "share_flag" | "client_major_version" | "server_major_version" => "rfb",
                "established" => "ssl",
                "request_body_len" => "http",
                "request_p" | "bound_p" => "socks",
                "tunnel_type" => "tunnel",
                "note" => "notice",
                "request_type" => "kerberos",
                "domainname" | "server_nb_computer_name" | "server_dns_computer_name" => "ntlm",
                "qtype_name" | "rejected" => "dns",
                "share_type" => "smb_mapping",
                "sub_command" => "smb_cmd",
                "times" | "times.modified" | "times.accessed" => "smb_files",
                "named_pipe" | "endpoint" => "dce_rpc",
                "reply_code" => "ftp",
                "helo" | "mailfrom" => "smtp",
                "framed_addr" | "tunnel_client" => "radius",
                "fc_request" => "dnp3",
                "func" => "modbus",
                "nick" => "irc",
                "stratum" => "ntp",
                "get_requests" => "snmp",
                "call_id" => "sip",
                "sig_id" => "signatures",
                "failure_reason" => "dpd",
                "facility" => "syslog",
                // `note` is that of notices.
                "notice" => "weird",
                _ => return None,
            })
        })
        .unwrap_or_default()
}

/// A number without a fraction as a whole number, as the pipelines write it.
fn whole(json: Json) -> Json {
    /// Doubles hold every whole number up to here.
    const EXACT: f64 = 9e15;
    match json.as_f64() {
        Some(number) if json.is_f64() && number.fract() == 0.0 && number.abs() < EXACT => {
            Json::from(number as i64)
        }
        _ => json,
    }
}

fn of_cell(cell: &Typed<'_, '_>) -> Json {
    let one = |text: &str| match cell.kind() {
        "count" | "int" | "port" => text.parse::<i64>().map_or_else(|_| text.into(), Json::from),
        "double" | "interval" | "time" => text
            .parse::<f64>()
            .map_or_else(|_| text.into(), |number| whole(Json::from(number))),
        "bool" => match text {
            "T" => true.into(),
            "F" => false.into(),
            _ => text.into(),
        },
        _ => text.into(),
    };
    if cell.is_list() {
        return cell.values().map(|value| one(&value)).collect();
    }
    cell.values().next().map_or(Json::Null, |value| one(&value))
}
