//! Accounts, addresses and hosts, as the remote-access channels write them.

use std::borrow::Cow;
use std::net::IpAddr;

use gatewatch_event::{Value, parse_ip};

use crate::source::windows::text::endpoint;

/// An account in two: `DOMAIN\name`, `name@DOMAIN` or a bare name.
pub(super) fn account(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    if let Some((domain, name)) = text.split_once('\\') {
        return ((!domain.is_empty()).then_some(domain), name);
    }
    match text.split_once('@') {
        Some((name, domain)) if !name.is_empty() => ((!domain.is_empty()).then_some(domain), name),
        _ => (None, text),
    }
}

fn present(text: &str) -> Option<Value<'static>> {
    (!text.is_empty() && text != "-").then(|| Value::from(text.to_owned()))
}

/// The name of an account.
pub(super) fn account_name(text: Cow<'_, str>) -> Option<Value<'_>> {
    present(account(&text).1)
}

/// The domain of an account.
pub(super) fn account_domain(text: Cow<'_, str>) -> Option<Value<'_>> {
    account(&text).0.and_then(present)
}

/// A text, absent when it is blank or a lone `-`.
pub(super) fn text(text: Cow<'_, str>) -> Option<Value<'_>> {
    present(text.trim())
}

/// The address of an endpoint, without zone and port. `LOCAL` and names are none.
pub(super) fn address(text: Cow<'_, str>) -> Option<Value<'_>> {
    endpoint(&text).map(|(address, _)| Value::from(address))
}

/// The port of an endpoint. Port 0 says that it is not known.
pub(super) fn port(text: Cow<'_, str>) -> Option<Value<'_>> {
    let (_, port) = endpoint(&text)?;
    port.filter(|port| *port != 0)
        .map(|port| Value::Long(i64::from(port)))
}

/// The host that a client connects to: an address.
pub(super) fn host_address(text: Cow<'_, str>) -> Option<Value<'_>> {
    host(&text).0.map(Value::from)
}

/// The host that a client connects to: a name.
pub(super) fn host_name(text: Cow<'_, str>) -> Option<Value<'_>> {
    host(&text).1.and_then(present)
}

/// A host as it is written: `HOST`, `HOST:PORT`, or `HOST/wsman?...`.
fn host(text: &str) -> (Option<IpAddr>, Option<&str>) {
    let text = text.trim();
    let text = text.split_once('/').map_or(text, |(host, _)| host);
    if let Some((address, _)) = endpoint(text) {
        return (Some(address), None);
    }
    let name = match text.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => text,
    };
    (None, Some(name))
}

/// A transport that a channel names: `TCP`, `UDP`.
pub(super) fn transport(text: Cow<'_, str>) -> Option<Value<'_>> {
    let name = text.trim().to_ascii_lowercase();
    matches!(name.as_str(), "tcp" | "udp").then(|| Value::from(name))
}

/// Success for error code 0, failure for any other.
pub(super) fn outcome(text: Cow<'_, str>) -> Option<Value<'_>> {
    let code = crate::source::windows::text::parse_number(&text)?;
    Some(Value::from(if code == 0 { "success" } else { "failure" }))
}

/// Whole seconds as nanoseconds.
pub(super) fn seconds(text: Cow<'_, str>) -> Option<Value<'_>> {
    let seconds: i64 = text.trim().parse().ok()?;
    seconds.checked_mul(1_000_000_000).map(Value::Long)
}

/// Who opened a shell and from where, which newer builds of Windows add to the resource of WinRM 91:
/// `http://... (DOMAIN\name clientIP: 192.0.2.1)`.
fn shell_client(text: &str) -> Option<(&str, Option<IpAddr>)> {
    let (_, inner) = text.rsplit_once(" (")?;
    let inner = inner.strip_suffix(')')?;
    let (user, address) = inner.split_once("clientIP:")?;
    let address = address.trim();
    let address = endpoint(address)
        .map(|(address, _)| address)
        .or_else(|| parse_ip(address));
    Some((user.trim(), address))
}

/// The account that opened a shell.
pub(super) fn shell_user_name(text: Cow<'_, str>) -> Option<Value<'_>> {
    present(account(shell_client(&text)?.0).1)
}

/// The domain of the account that opened a shell.
pub(super) fn shell_user_domain(text: Cow<'_, str>) -> Option<Value<'_>> {
    account(shell_client(&text)?.0).0.and_then(present)
}

/// The address from which a shell was opened.
pub(super) fn shell_address(text: Cow<'_, str>) -> Option<Value<'_>> {
    shell_client(&text)?.1.map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::{account, host, shell_client};

    #[test]
    fn accounts_in_their_three_forms() {
        for (text, expect) in [
            (r"CORP\alice", (Some("CORP"), "alice")),
            (r"\alice", (None, "alice")),
            ("alice@corp.example", (Some("corp.example"), "alice")),
            ("alice@", (None, "alice")),
            ("@x", (None, "@x")),
            (r"CORP\a@b", (Some("CORP"), "a@b")),
            ("alice", (None, "alice")),
            ("", (None, "")),
        ] {
            assert_eq!(account(text), expect, "{text}");
        }
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        let shown = |text| {
            let (address, name) = host(text);
            (address.map(|ip| ip.to_string()), name)
        };
        assert_eq!(
            shown("192.0.2.1:3389"),
            (Some("192.0.2.1".to_owned()), None)
        );
        assert_eq!(shown("srv1.example"), (None, Some("srv1.example")));
        assert_eq!(shown("srv1:3390"), (None, Some("srv1")));
        assert_eq!(shown("srv1/wsman?PSVersion=5"), (None, Some("srv1")));
    }

    #[test]
    fn shells_may_tell_their_client() {
        let (user, address) = shell_client(r"http://x/y (CORP\eve clientIP: 203.0.113.9)")
            .expect("the client is told");
        assert_eq!(user, r"CORP\eve");
        assert_eq!(
            address.map(|ip| ip.to_string()).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(shell_client("http://x/y"), None);
    }
}
