//! The log of TLS: certificates and versions.

use std::borrow::Cow;

use gatewatch_event::Value;

use crate::format::text::NameParts;
use crate::source::mapping::{Emit, Entry, View, turn};

/// The columns that hold names, and where their attributes go in `zeek.ssl`.
pub(super) const NAMES: [(&str, &str); 4] = [
    ("issuer", "server.issuer"),
    ("subject", "server.subject"),
    ("client_issuer", "client.issuer"),
    ("client_subject", "client.subject"),
];

/// The attributes of names, as Elastic writes them: in `zeek.ssl`, and in `x509`.
const ATTRIBUTES: [(&str, &str, &str); 6] = [
    ("C", "country", "country"),
    ("CN", "common_name", "common_name"),
    ("L", "locality", "locality"),
    ("O", "organization", "organization"),
    ("OU", "organizational_unit", "organizational_unit"),
    ("ST", "state", "state_or_province"),
];

/// A name without its escaped commas, which Elastic's pipeline takes away.
pub(super) fn name(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains("\\,") {
        return Cow::Owned(text.replace("\\,", ""));
    }
    text
}

/// Calls `take` with the attributes of the name in a column.
pub(super) fn attributes(
    view: &View<'_>,
    column: &str,
    take: &mut dyn FnMut(&'static str, Value<'_>) -> bool,
) {
    let Some(text) = view
        .text(column)
        .or_else(|| view.text(renamed(column)))
        .map(name)
    else {
        return;
    };
    for (key, value) in NameParts::new(&text) {
        let known = ATTRIBUTES.iter().find(|(short, _, _)| *short == key);
        if let Some((_, name, _)) = known
            && !take(name, Value::from(value))
        {
            return;
        }
    }
}

/// The name that a column of Kerberos had before.
fn renamed(column: &str) -> &str {
    match column {
        "client_cert_subject" => "cert.client_subject",
        "server_cert_subject" => "cert.server_subject",
        other => other,
    }
}

/// Emits the attributes of this name in `x509`.
fn emit_attribute(view: &View<'_>, column: &str, attribute: &str, emit: Emit<'_>) {
    attributes(view, column, &mut |name, value| {
        let shown = ATTRIBUTES.iter().find(|(_, known, _)| *known == name);
        shown.is_none_or(|(_, _, shown)| *shown != attribute) || emit(value)
    });
}

fn emit_name(view: &View<'_>, column: &str, emit: Emit<'_>) {
    if let Some(text) = view.text(column) {
        emit(Value::from(name(text)));
    }
}

macro_rules! x509 {
    ($($path:literal, $column:literal, [$($attribute:literal),*];)*) => {
        &[$($(
            Entry::call(concat!($path, ".", $attribute), |view, emit| {
                emit_attribute(view, $column, $attribute, emit);
            }),
        )*)*]
    };
}

/// The parts of certificates' names.
pub(super) const CERTIFICATES: &[Entry] = x509! {
    "tls.server.x509.issuer", "issuer", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
    "tls.server.x509.subject", "subject", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
    "tls.client.x509.issuer", "client_issuer", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
    "tls.client.x509.subject", "client_subject", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
};

/// The same of Kerberos.
pub(super) const TICKETS: &[Entry] = x509! {
    "tls.server.x509.subject", "server_cert_subject", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
    "tls.client.x509.subject", "client_cert_subject", ["common_name", "country", "locality", "organization", "organizational_unit", "state_or_province"];
};

/// The handshake.
pub(super) const HANDSHAKE: &[Entry] = &[
    Entry::part("client.address", "id.orig_h"),
    Entry::part("server.address", "id.resp_h"),
    Entry::part("tls.cipher", "cipher"),
    Entry::part("tls.curve", "curve"),
    Entry::turned("tls.established", "established", turn::flag),
    Entry::turned("tls.resumed", "resumed", turn::flag),
    Entry::part("tls.next_protocol", "next_protocol"),
    Entry::part("tls.client.server_name", "server_name"),
    Entry::part("tls.client.ja3", "ja3"),
    Entry::part("tls.server.ja3s", "ja3s"),
    Entry::call("tls.version", |view, emit| {
        version(view, emit, |(_, number)| number)
    }),
    Entry::call("tls.version_protocol", |view, emit| {
        version(view, emit, |(protocol, _)| protocol.to_ascii_lowercase());
    }),
    Entry::call("tls.server.issuer", |view, emit| {
        emit_name(view, "issuer", emit)
    }),
    Entry::call("tls.server.subject", |view, emit| {
        emit_name(view, "subject", emit)
    }),
    Entry::call("tls.client.issuer", |view, emit| {
        emit_name(view, "client_issuer", emit)
    }),
    Entry::call("tls.client.subject", |view, emit| {
        emit_name(view, "client_subject", emit)
    }),
    Entry::turned("tls.server.not_after", "not_valid_after", turn::epoch),
    Entry::turned("tls.server.not_before", "not_valid_before", turn::epoch),
    Entry::turned(
        "tls.server.hash.sha1",
        "resp_certificate_sha1",
        |value, _| Some(Value::from(value.text().to_ascii_uppercase())),
    ),
];

/// `TLSv12` is TLS 1.2, `TLSv10` TLS 1.0, `SSLv3` SSL 3.0.
fn version(view: &View<'_>, emit: Emit<'_>, part: fn((&str, String)) -> String) {
    let Some(text) = view.text("version") else {
        return;
    };
    let Some((protocol, number)) = text.split_once('v') else {
        return;
    };
    let number = match number.as_bytes() {
        [major, minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            format!("{}.{}", &number[..1], &number[1..])
        }
        [major] if major.is_ascii_digit() => format!("{number}.0"),
        _ => return,
    };
    emit(Value::from(part((protocol, number))));
}
