//! Handshakes of TLS and their certificates.

use gatewatch_event::Value;

use crate::format::text::NameParts;
use crate::source::mapping::{Emit, Entry, View, turn};

/// Calls `emit` with the values of an attribute of the name at a path.
fn attribute(view: &View<'_>, path: &str, short: &str, emit: Emit<'_>) {
    let Some(text) = view.text(path) else {
        return;
    };
    for (key, value) in NameParts::new(&text) {
        if key == short && !emit(Value::from(value)) {
            return;
        }
    }
}

macro_rules! x509 {
    ($($path:literal of $part:literal: [$($name:literal = $short:literal),*];)*) => {
        &[$($(
            Entry::call(concat!($path, ".", $name), |view, emit| {
                attribute(view, $part, $short, emit);
            }),
        )*)*]
    };
}

/// The parts of the certificate's names.
pub(super) const CERTIFICATE: &[Entry] = x509! {
    "tls.server.x509.subject" of "tls.subject": [
        "common_name" = "CN", "country" = "C", "locality" = "L", "organization" = "O",
        "organizational_unit" = "OU", "state_or_province" = "ST"
    ];
    "tls.server.x509.issuer" of "tls.issuerdn": [
        "common_name" = "CN", "country" = "C", "locality" = "L", "organization" = "O",
        "organizational_unit" = "OU", "state_or_province" = "ST"
    ];
};

/// The handshake.
pub(super) const HANDSHAKE: &[Entry] = &[
    Entry::turned("tls.server.subject", "tls.subject", turn::present),
    Entry::turned("tls.server.issuer", "tls.issuerdn", turn::present),
    Entry::turned("tls.resumed", "tls.session_resumed", turn::flag),
    Entry::call("tls.version", |view, emit| {
        version(view, emit, |(_, number)| number.to_owned())
    }),
    Entry::call("tls.version_protocol", |view, emit| {
        version(view, emit, |(protocol, _)| protocol.to_lowercase());
    }),
    Entry::turned("tls.client.server_name", "tls.sni", host),
    Entry::turned("tls.client.ja3", "tls.ja3.hash", turn::present),
    Entry::turned("tls.server.ja3s", "tls.ja3s.hash", turn::present),
    Entry::turned("tls.server.hash.sha1", "tls.fingerprint", |value, _| {
        let digits = value.text().replace(':', "").to_uppercase();
        (!digits.is_empty()).then(|| Value::from(digits))
    }),
    Entry::fields("related.hash", &["tls.server.hash.sha1"]),
    Entry::turned("tls.server.x509.serial_number", "tls.serial", |value, _| {
        let digits = value.text().replace(':', "");
        (!digits.is_empty()).then(|| Value::from(digits))
    }),
    Entry::turned("tls.server.not_before", "tls.notbefore", turn::iso),
    Entry::turned("tls.server.not_after", "tls.notafter", turn::iso),
    Entry::turned("tls.server.x509.not_before", "tls.notbefore", turn::iso),
    Entry::turned("tls.server.x509.not_after", "tls.notafter", turn::iso),
    Entry::part("tls.server.certificate", "tls.certificate"),
    Entry::part("tls.server.certificate_chain", "tls.chain"),
];

/// The name of a host, without the dot of the root.
pub(super) fn host<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let name = match value.text().strip_suffix('.') {
        Some(name) => Value::from(name.to_owned()),
        None => return Some(value),
    };
    Some(name)
}

/// `TLS 1.2`; other forms say too little.
fn version(view: &View<'_>, emit: Emit<'_>, part: fn((&str, &str)) -> String) {
    if let Some(text) = view.text("tls.version")
        && let Some(parts) = text.split_once(' ')
    {
        emit(Value::from(part(parts)));
    }
}
