//! `zeek.<log>`: what a log says beyond the fields of ECS, under the names that Elastic gives it.

use gatewatch_event::Document;
use serde_json::{Value as Json, json};

use super::row::Row;
use super::tls;
use crate::source::mapping::View;

/// What becomes of the columns of a log.
pub(super) struct Log {
    /// Columns that are fields of ECS and nothing more.
    pub(super) moved: &'static [&'static str],
    /// Columns with other names.
    pub(super) renamed: &'static [(&'static str, &'static str)],
    /// What is worked out.
    pub(super) more: fn(&View<'_>, &mut Document),
}

/// What every log has.
const EVERYWHERE: [&str; 6] = ["ts", "uid", "id", "_path", "_write_ts", "_system_name"];

/// Names of columns have few dots; a key that is made of them must not nest without end.
const MOST_DOTS: usize = 6;

fn nothing(_: &View<'_>, _: &mut Document) {}

const fn log(
    moved: &'static [&'static str],
    renamed: &'static [(&'static str, &'static str)],
) -> Log {
    Log {
        moved,
        renamed,
        more: nothing,
    }
}

/// The object of a log.
pub(super) fn object(view: &View<'_>, log: &Log) -> Option<Json> {
    let mut document = Document::new();
    Row::of(view.record)?.each(|column, value| {
        let is_moved = EVERYWHERE.contains(&column)
            || column.starts_with("id.")
            || log.moved.contains(&column)
            || column.matches('.').count() > MOST_DOTS;
        if !is_moved {
            let renamed = log.renamed.iter().find(|(from, _)| *from == column);
            document.set(renamed.map_or(column, |(_, to)| to), value);
        }
    });
    (log.more)(view, &mut document);
    (!document.as_map().is_empty()).then(|| document.into_json())
}

/// Any other log.
pub(super) static OTHER: Log = log(&[], &[]);

pub(super) static CONN: Log = Log {
    moved: &[
        "proto",
        "service",
        "duration",
        "orig_bytes",
        "resp_bytes",
        "orig_ip_bytes",
        "resp_ip_bytes",
        "orig_pkts",
        "resp_pkts",
        "orig_l2_addr",
        "resp_l2_addr",
        "tunnel_parents",
        "community_id",
    ],
    renamed: &[("conn_state", "state")],
    more: |view, document| {
        let message = view
            .text("conn_state")
            .and_then(|state| state_message(&state));
        if let Some(message) = message {
            document.set("state_message", message.into());
        }
        if view.text("proto").as_deref() == Some("icmp") {
            for (column, field) in [("id.orig_p", "icmp.type"), ("id.resp_p", "icmp.code")] {
                if let Some(number) = view.text(column).and_then(|text| text.parse::<i64>().ok()) {
                    document.set(field, number.into());
                }
            }
        }
    },
};

/// What a state of a connection means, in the words of Zeek's documentation.
fn state_message(state: &str) -> Option<&'static str> {
    Some(match state {
        "S0" => "Connection attempt seen, no reply.",
        "S1" => "Connection established, not terminated.",
        "SF" => "Normal establishment and termination.",
        "REJ" => "Connection attempt rejected.",
        "S2" => {
            "Connection established and close attempt by originator seen (but no reply from responder)."
        }
        "S3" => {
            "Connection established and close attempt by responder seen (but no reply from originator)."
        }
        "RSTO" => "Connection established, originator aborted (sent a RST).",
        "RSTR" => "Responder sent a RST.",
        "RSTOS0" => {
            "Originator sent a SYN followed by a RST, we never saw a SYN-ACK from the responder."
        }
        "RSTRH" => {
            "Responder sent a SYN ACK followed by a RST, we never saw a SYN from the (purported) originator."
        }
        "SH" => {
            "Originator sent a SYN followed by a FIN, we never saw a SYN ACK from the responder (hence the connection was 'half' open)."
        }
        "SHR" => {
            "Responder sent a SYN ACK followed by a FIN, we never saw a SYN from the originator."
        }
        "OTH" => {
            "No SYN seen, just midstream traffic (a 'partial connection' that was not later closed)."
        }
        _ => return None,
    })
}

pub(super) static SSH: Log = log(
    &[],
    &[
        ("auth_attempts", "auth.attempts"),
        ("auth_success", "auth.success"),
        ("cipher_alg", "algorithm.cipher"),
        ("mac_alg", "algorithm.mac"),
        ("compression_alg", "algorithm.compression"),
        ("kex_alg", "algorithm.key_exchange"),
        ("host_key_alg", "algorithm.host_key"),
    ],
);

pub(super) static RDP: Log = log(
    &[],
    &[
        ("client_build", "client.build"),
        ("client_name", "client.name"),
        ("client_dig_product_id", "client.product_id"),
        ("desktop_width", "desktop.width"),
        ("desktop_height", "desktop.height"),
        ("requested_color_depth", "desktop.color_depth"),
        ("cert_type", "cert.type"),
        ("cert_count", "cert.count"),
        ("cert_permanent", "cert.permanent"),
        ("encryption_level", "encryption.level"),
        ("encryption_method", "encryption.method"),
    ],
);

pub(super) static RFB: Log = log(
    &[],
    &[
        ("client_major_version", "version.client.major"),
        ("client_minor_version", "version.client.minor"),
        ("server_major_version", "version.server.major"),
        ("server_minor_version", "version.server.minor"),
        ("auth", "auth.success"),
        ("authentication_method", "auth.method"),
    ],
);

pub(super) static SSL: Log = Log {
    moved: &[
        "issuer",
        "subject",
        "client_issuer",
        "client_subject",
        "not_valid_after",
        "not_valid_before",
        "resp_certificate_sha1",
    ],
    renamed: &[
        ("server_name", "server.name"),
        ("cert_chain", "server.cert_chain"),
        ("cert_chain_fuids", "server.cert_chain_fuids"),
        ("client_cert_chain", "client.cert_chain"),
        ("client_cert_chain_fuids", "client.cert_chain_fuids"),
        ("validation_status", "validation.status"),
        ("validation_code", "validation.code"),
    ],
    more: |view, document| {
        if document
            .get("client.cert_chain_fuids")
            .and_then(Json::as_array)
            .is_some_and(Vec::is_empty)
        {
            document.remove("client.cert_chain_fuids");
        }
        for (column, place) in tls::NAMES {
            tls::attributes(view, column, &mut |name, value| {
                document.append(&format!("{place}.{name}"), &value);
                true
            });
        }
    },
};

/// A password in a log is not copied any further.
pub(super) static HTTP: Log = log(
    &[
        "method",
        "referrer",
        "status_code",
        "version",
        "request_body_len",
        "response_body_len",
        "uri",
        "host",
        "username",
        "password",
        "user_agent",
    ],
    &[],
);

pub(super) static SOCKS: Log = log(
    &["password"],
    &[
        ("request.name", "request.host"),
        ("request_p", "request.port"),
        ("bound_p", "bound.port"),
    ],
);

pub(super) static TUNNEL: Log = log(&[], &[("tunnel_type", "type")]);

pub(super) static NOTICE: Log = log(
    &["src", "dst", "p", "proto", "remote_location"],
    &[
        ("iconn", "icmp_id"),
        ("f.id", "file.id"),
        ("f.parent_id", "file.parent_id"),
        ("f.source", "file.source"),
        ("f.is_orig", "file.is_orig"),
        ("f.seen_bytes", "file.seen_bytes"),
        ("f.total_bytes", "file.total_bytes"),
        ("file_mime_type", "file.mime_type"),
    ],
);

pub(super) static NTLM: Log = log(
    &[],
    &[
        ("domainname", "domain"),
        ("server_dns_computer_name", "server.name.dns"),
        ("server_nb_computer_name", "server.name.netbios"),
        ("server_tree_name", "server.name.tree"),
    ],
);

pub(super) static KERBEROS: Log = Log {
    moved: &["from", "till"],
    renamed: &[
        ("error_code", "error.code"),
        ("error_msg", "error.msg"),
        ("auth_ticket", "ticket.auth"),
        ("new_ticket", "ticket.new"),
        ("client_cert_subject", "cert.client.subject"),
        ("client_cert_fuid", "cert.client.fuid"),
        ("server_cert_subject", "cert.server.subject"),
        ("server_cert_fuid", "cert.server.fuid"),
        ("cert.client_subject", "cert.client.subject"),
        ("cert.client_fuid", "cert.client.fuid"),
        ("cert.server_subject", "cert.server.subject"),
        ("cert.server_fuid", "cert.server.fuid"),
        ("cert.client", "cert.client.value"),
        ("cert.server", "cert.server.value"),
    ],
    more: |view, document| {
        for field in ["cert.client.subject", "cert.server.subject"] {
            let plain = match document.get(field) {
                Some(Json::String(text)) => tls::name(text.as_str().into()).into_owned(),
                _ => continue,
            };
            document.set(field, plain.into());
        }
        let seconds = |column| view.text(column)?.parse::<f64>().ok();
        let date = |seconds: f64| {
            let millis = (seconds * 1e3).round() as i64;
            gatewatch_event::Timestamp::from_millis(millis).to_iso(3)
        };
        let (from, until) = (seconds("from"), seconds("till"));
        for (field, seconds) in [("valid.from", from), ("valid.until", until)] {
            if let Some(seconds) = seconds.filter(|seconds| seconds.abs() < 1e10) {
                document.set(field, date(seconds).into());
            }
        }
        if let (Some(from), Some(until)) = (from, until)
            && (until - from).abs() < 1e10
        {
            document.set(
                "valid.days",
                json!(((until - from) / 86_400.0).round() as i64),
            );
        }
    },
};
