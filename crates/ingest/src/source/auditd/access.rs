//! The access record: who came in through which program.

use super::coalesce::Event;
use super::message::get;
use crate::source::mapping::{Parts, door_of_program, turn};

/// What sshd writes for a user that does not exist.
const NOBODY: &[&str] = &["(invalid user)", "(unknown user)", "(unknown)", "?"];

/// How it ended.
fn outcome(event: &Event<'_>) -> Option<&'static str> {
    let succeeded = event.result == "success";
    Some(match (event.kind.as_ref(), succeeded) {
        ("USER_LOGIN" | "USER_START", true) => "success",
        ("USER_LOGIN" | "USER_START" | "USER_AUTH" | "USER_ACCT" | "USER_ERR", false) => "failure",
        // Who has proved who they are may still be turned away.
        ("USER_AUTH", true) => "attempt",
        ("USER_END" | "USER_LOGOUT", _) => "end",
        (
            "ANOM_LOGIN_FAILURES"
            | "ANOM_LOGIN_TIME"
            | "ANOM_LOGIN_SESSIONS"
            | "ANOM_LOGIN_LOCATION",
            _,
        ) => "failure",
        ("CRYPTO_SESSION", true)
            if is(event, "op", "start") && is(event, "direction", "from-client") =>
        {
            "attempt"
        }
        ("SYSCALL", true) => "attempt",
        _ => return None,
    })
}

fn is(event: &Event<'_>, key: &str, value: &str) -> bool {
    get(&event.data, key).is_some_and(|known| known == value)
}

/// How they proved it, as far as the program says.
fn method(event: &Event<'_>) -> Option<&'static str> {
    match get(&event.data, "op")?.as_ref() {
        "password" => Some("password"),
        "pubkey" | "pubkey_auth" => Some("key"),
        "gssapi" => Some("kerberos"),
        "hostbased" => Some("hostbased"),
        "challenge-response" => Some("keyboard-interactive"),
        _ => None,
    }
}

/// Adds the access, if the event is one. `host` is the machine.
pub(super) fn push<'a>(
    event: &Event<'a>,
    host: Option<&std::borrow::Cow<'a, str>>,
    parts: &mut Parts<'a>,
) {
    let door = get(&event.data, "exe").and_then(|exe| door_of_program(exe));
    let Some((service, product)) = door else {
        return;
    };
    let is_call = event.kind == "SYSCALL";
    if is_call
        && !["accept", "accept4"]
            .iter()
            .any(|call| is(event, "syscall", call))
    {
        return;
    }
    let (address, port) = match event.kind.as_ref() {
        "SYSCALL" => ("socket_addr", "socket_port"),
        "CRYPTO_SESSION" => ("addr", "rport"),
        _ => ("addr", ""),
    };
    let address = get(&event.data, address);
    let ip = address.filter(|address| turn::address(address).is_some());
    // On the machine's own terminals programs let people in who are there.
    if ip.is_none() && (is_call || service != "ssh") {
        return;
    }
    // A name of no account is no user, and what sshd says instead neither.
    let user = get(&event.data, "acct").filter(|acct| !NOBODY.contains(&acct.as_ref()));
    if let Some(user) = user
        && parts.get("@user.name").is_none()
        && !is_call
    {
        parts.push("@user.name", user.clone());
    }
    let Some(outcome) = outcome(event) else {
        return;
    };
    parts.push("@remote.service", service);
    parts.push("@remote.product", product);
    parts.push("@remote.outcome", outcome);
    if let Some(ip) = ip {
        parts.push("@remote.ip", ip.clone());
    }
    if let Some(address) = get(&event.data, "hostname").or(address) {
        parts.push("@remote.address", address.clone());
    }
    if let Some(port) = get(&event.data, port) {
        parts.push("@remote.port", port.clone());
    }
    if let Some(user) = user.or_else(|| event.name("id")) {
        parts.push("@remote.user", user.clone());
    }
    if let Some(method) = method(event) {
        parts.push("@remote.method", method);
    }
    if let Some(session) = event
        .session
        .as_ref()
        .filter(|session| *session != "unset" && !is_call)
    {
        parts.push("@remote.session", session.clone());
    }
    if let Some(host) = host {
        parts.push("@remote.host", host.clone());
    }
}
