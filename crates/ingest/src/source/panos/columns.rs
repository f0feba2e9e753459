//! What the cells of a line are called, by its type.
//!
//! The columns are those of Palo Alto Networks' "Syslog Field Descriptions"; `_` are reserved.

use std::borrow::Cow;

use super::names::{self, NAMES};
use super::{Form, cef_type};
use crate::format::text::{Cef, Cells, Leef};
use crate::source::mapping::{Parts, Record};

/// In front of every line.
const HEAD: &[&str] = &[
    "_",
    "received",
    "serial",
    "type",
    "subtype",
    "_",
    "generated",
];

const GLOBALPROTECT: &[&str] = &[
    "vsys",
    "eventid",
    "stage",
    "auth_method",
    "tunnel_type",
    "srcuser",
    "srcregion",
    "machinename",
    "public_ip",
    "public_ipv6",
    "private_ip",
    "private_ipv6",
    "hostid",
    "serialnumber",
    "client_ver",
    "client_os",
    "client_os_ver",
    "repeatcnt",
    "reason",
    "error",
    "opaque",
    "status",
    "location",
    "login_duration",
    "connect_method",
    "error_code",
    "portal",
    "seqno",
    "actionflags",
    "high_res",
    "selection_type",
    "response_time",
    "priority",
    "attempted_gateways",
    "gateway",
];

const HIPMATCH: &[&str] = &[
    "srcuser",
    "vsys",
    "machinename",
    "os",
    "src",
    "matchname",
    "repeatcnt",
    "matchtype",
    "_",
    "_",
    "seqno",
    "actionflags",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
    "vsys_id",
    "srcipv6",
    "hostid",
    "serialnumber",
    "mac",
];

const USERID: &[&str] = &[
    "vsys",
    "ip",
    "srcuser",
    "datasourcename",
    "eventid",
    "repeatcnt",
    "timeout",
    "beginport",
    "endport",
    "datasource",
    "datasourcetype",
    "seqno",
    "actionflags",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
    "vsys_id",
    "factortype",
    "factorcompletiontime",
    "factorno",
    "ugflags",
    "userbysource",
];

const SYSTEM: &[&str] = &[
    "vsys",
    "eventid",
    "object",
    "_",
    "_",
    "module",
    "severity",
    "opaque",
    "seqno",
    "actionflags",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
];

const CONFIG: &[&str] = &[
    "host",
    "vsys",
    "cmd",
    "admin",
    "client",
    "result",
    "path",
    "seqno",
    "actionflags",
];

const AUTH: &[&str] = &[
    "vsys",
    "ip",
    "srcuser",
    "normalizeuser",
    "object",
    "authpolicy",
    "repeatcnt",
    "authid",
    "vendor",
    "logset",
    "serverprofile",
    "desc",
    "clienttype",
    "eventid",
    "factorno",
    "seqno",
    "actionflags",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
    "vsys_id",
    "authproto",
];

const TRAFFIC: &[&str] = &[
    "src",
    "dst",
    "natsrc",
    "natdst",
    "rule",
    "srcuser",
    "dstuser",
    "app",
    "vsys",
    "from",
    "to",
    "inbound_if",
    "outbound_if",
    "logset",
    "_",
    "sessionid",
    "repeatcnt",
    "sport",
    "dport",
    "natsport",
    "natdport",
    "flags",
    "proto",
    "action",
    "bytes",
    "bytes_sent",
    "bytes_received",
    "packets",
    "start",
    "elapsed",
    "category",
    "_",
    "seqno",
    "actionflags",
    "srcloc",
    "dstloc",
    "_",
    "pkts_sent",
    "pkts_received",
    "session_end_reason",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
    "action_source",
    "_",
    "_",
    "_",
    "_",
    "_",
    "_",
    "tunnel_type",
    "_",
    "_",
    "_",
    "_",
    "rule_uuid",
    "http2_connection",
];

const THREAT: &[&str] = &[
    "src",
    "dst",
    "natsrc",
    "natdst",
    "rule",
    "srcuser",
    "dstuser",
    "app",
    "vsys",
    "from",
    "to",
    "inbound_if",
    "outbound_if",
    "logset",
    "_",
    "sessionid",
    "repeatcnt",
    "sport",
    "dport",
    "natsport",
    "natdport",
    "flags",
    "proto",
    "action",
    "misc",
    "threatid",
    "category",
    "severity",
    "direction",
    "seqno",
    "actionflags",
    "srcloc",
    "dstloc",
    "_",
    "content_type",
    "pcap_id",
    "file_hash",
    "_",
    "_",
    "user_agent",
    "file_type",
    "xff",
    "referrer",
    "sender",
    "subject",
    "recipient",
    "_",
    "dg1",
    "dg2",
    "dg3",
    "dg4",
    "vsys_name",
    "device_name",
    "_",
    "_",
    "_",
    "http_method",
    "_",
    "_",
    "_",
    "_",
    "tunnel_type",
    "threat_category",
    "_",
    "_",
    "_",
    "_",
    "_",
    "url_categories",
    "rule_uuid",
    "http2_connection",
];

fn columns(word: &str) -> &'static [&'static str] {
    match word {
        "GLOBALPROTECT" => GLOBALPROTECT,
        "HIPMATCH" | "HIP-MATCH" => HIPMATCH,
        "USERID" => USERID,
        "SYSTEM" => SYSTEM,
        "CONFIG" => CONFIG,
        "AUTH" | "AUTHENTICATION" => AUTH,
        "TRAFFIC" => TRAFFIC,
        "THREAT" => THREAT,
        _ => &[],
    }
}

/// The cell that says what happened.
pub(super) fn event_column(word: &str) -> usize {
    let named = columns(word).iter().position(|name| *name == "eventid");
    match (word, named) {
        ("GLOBALPROTECT" | "SYSTEM", Some(at)) => HEAD.len() + at,
        _ => 4,
    }
}

/// The cell of a line of type `SYSTEM` with the sentence.
pub(super) fn system_sentence_column() -> usize {
    let named = SYSTEM.iter().position(|name| *name == "opaque");
    HEAD.len() + named.unwrap_or_default()
}

/// Names the values of a record, whatever its form.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let add = |parts: &mut Parts<'a>, name: &'static str, value: Cow<'a, str>| {
        if name != "_" && !value.is_empty() {
            parts.push(name, value);
        }
    };
    match Form::of(record) {
        Some(Form::Cells(line)) => {
            let word = super::cell_type(line).unwrap_or_default();
            let names = HEAD.iter().chain(columns(word));
            for (name, value) in names.zip(Cells::new(line)) {
                add(parts, name, value);
            }
        }
        Some(Form::Cef(message)) => {
            let Some(cef) = Cef::parse(message) else {
                return;
            };
            let (word, subtype) = cef_type(&cef);
            let is_flow = matches!(word, "TRAFFIC" | "THREAT");
            for (key, value) in cef.pairs() {
                let named = NAMES.iter().find(|(name, cef, _)| {
                    // Of a flow, `duser` is who is at its other end.
                    *cef == key
                        && parts.get(name).is_none()
                        && !(is_flow && *name == "srcuser" && key == "duser")
                });
                if let Some((name, _, _)) = named {
                    add(parts, name, value);
                }
            }
            parts.push("type", word.to_owned());
            parts.push("subtype", subtype.to_owned());
            // What the firewall's own profile calls the rule, the zones and the page.
            for (at, name) in [(1, "rule"), (2, "category"), (4, "from"), (5, "to")] {
                let (label, key) = (format!("cs{at}Label"), format!("cs{at}"));
                let value = cef.pairs().find(|(found, _)| *found == key);
                if let Some((_, value)) = value.filter(|(_, value)| !value.is_empty())
                    && cef.pairs().any(|(found, _)| found == label)
                    && parts.get(name).is_none()
                    && is_flow
                {
                    add(parts, name, value);
                }
            }
        }
        Some(Form::Leef(message)) => {
            if let (Some(leef), Some(word)) = (Leef::parse(message), super::leef_type(message)) {
                names::take_leef(&leef, word, parts);
            }
        }
        Some(Form::Json) => {
            let Some(json) = record.json else {
                return;
            };
            for (name, _, key) in NAMES {
                if let Some(value) = json.get(key).and_then(|value| value.scalar_text())
                    && parts.get(name).is_none()
                {
                    add(parts, name, value);
                }
            }
        }
        None => {}
    }
}
