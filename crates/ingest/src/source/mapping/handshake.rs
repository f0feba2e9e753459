//! Handshakes of TLS that failed, as servers written in Go tell of them: Docker's daemon, the components of Kubernetes.

use super::{Entry, From, Parts, remote, turn};
use crate::format::time;

/// The words that stand before the client's address: Go's, and nobody else's.
const MARK: &str = "http: TLS handshake error from ";

/// Is this a text about a handshake that failed, perhaps behind the time of Go's own logger?
pub fn is_handshake(text: &str) -> bool {
    without_time(text).starts_with(MARK)
}

/// Names the parts of `http: TLS handshake error from ADDRESS:PORT: REASON`: `ip`, `port`, `error`.
pub fn push_handshake(text: &str, parts: &mut Parts<'_>) {
    let Some(rest) = without_time(text).strip_prefix(MARK) else {
        return;
    };
    let (client, reason) = rest.split_once(": ").unwrap_or((rest, ""));
    let (ip, port) = turn::split_port(client);
    parts.push("ip", ip.to_owned());
    if let Some(port) = port {
        parts.push("port", port.to_string());
    }
    if !reason.is_empty() {
        parts.push("error", reason.to_owned());
    }
}

/// Without `2026/01/02 03:04:05 `.
fn without_time(text: &str) -> &str {
    match (text.get(..19), text.get(19..)) {
        (Some(time), Some(rest)) if time::fixed("YYYY/MM/DD hh:mm:ss", time).is_some() => {
            rest.trim_start()
        }
        _ => text,
    }
}

/// Fields of such a text. Who is refused for what they sent, or did not send, was turned away; who only hangs up may be a probe of a load
/// balancer.
pub const HANDSHAKE: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "error"]),
    Entry::part("error.message", "error"),
    Entry::part("source.address", "ip"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::call("gatewatch.remote.outcome", |view, emit| {
        let refused = view
            .text("error")
            .is_some_and(|text| text.contains("tls: "));
        emit(if refused { "failure" } else { "attempt" }.into());
    }),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
];

#[cfg(test)]
mod tests {
    use super::{is_handshake, push_handshake};
    use crate::source::mapping::Parts;

    #[test]
    fn clients_of_handshakes() {
        for (text, ip, port, error) in [
            (
                "http: TLS handshake error from 192.0.2.7:9: EOF",
                Some("192.0.2.7"),
                Some("9"),
                Some("EOF"),
            ),
            (
                "2026/01/02 03:04:05 http: TLS handshake error from [2001:db8::7]:9: remote error: tls: bad certificate",
                Some("2001:db8::7"),
                Some("9"),
                Some("remote error: tls: bad certificate"),
            ),
            (
                "said http: TLS handshake error from 192.0.2.7:9: EOF",
                None,
                None,
                None,
            ),
            ("", None, None, None),
        ] {
            let mut parts = Parts::default();
            push_handshake(text, &mut parts);
            assert_eq!(is_handshake(text), ip.is_some(), "{text}");
            assert_eq!(
                (parts.get("ip"), parts.get("port"), parts.get("error")),
                (ip, port, error),
                "{text}"
            );
        }
    }
}
