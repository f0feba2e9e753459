//! What follows from the values of a line.

use std::borrow::Cow;

use gatewatch_event::{Value, parse_ip};

use crate::format::time;
use crate::source::mapping::{Parts, View, turn};

/// Adds the parts that several fields are made of.
pub(super) fn derive(parts: &mut Parts<'_>) {
    let text = |parts: &Parts<'_>, name: &str| parts.get(name).map(str::to_owned);
    if let Some((domain, user, whole)) = text(parts, "srcuser").and_then(|user| account(&user)) {
        if let Some(domain) = domain {
            parts.push("user.domain", domain);
        }
        parts.push("user.name", user);
        parts.push("account", whole);
    }
    if let Some((domain, user, _)) = text(parts, "dstuser").and_then(|user| account(&user)) {
        if let Some(domain) = domain {
            parts.push("dstuser.domain", domain);
        }
        parts.push("dstuser.name", user);
    }
    if let Some(message) = text(parts, "opaque").filter(|_| parts.get("type") == Some("SYSTEM")) {
        if message.starts_with("GlobalProtect ") {
            gateway(&message, parts);
            return;
        }
        administrator(&message, parts);
        for (name, mark) in [
            ("auth.user", "for user "),
            ("auth.user", "When authenticating user "),
        ] {
            if let Some(value) = quoted_after(&message, mark) {
                parts.push(name, value.to_owned());
                break;
            }
        }
        let from = message
            .rsplit_once(", From: ")
            .or_else(|| message.rsplit_once(" From: "));
        let address = match from {
            Some((_, from)) => Some(from.trim_end_matches(['.', ' ']).to_owned()),
            None => message
                .split_once("' from '")
                .and_then(|(_, rest)| Some(rest.split_once('\'')?.0.to_owned())),
        };
        if let Some(address) = address.filter(|address| parse_ip(address).is_some()) {
            parts.push("auth.ip", address);
        }
        if let Some((_, reason)) = message.split_once("Reason: ") {
            let end = reason
                .find(". ")
                .or_else(|| reason.find(" auth profile "))
                .unwrap_or(reason.len());
            parts.push(
                "auth.reason",
                reason[..end].trim_end_matches('.').to_owned(),
            );
        }
    }
}

/// `GlobalProtect gateway user authentication failed. Login from: A, Source region: R, User name: U, Client OS version: V, Reason: R, Auth
/// type: T.`: the address stands before the name, which a stranger chooses.
fn gateway(message: &str, parts: &mut Parts<'_>) {
    /// What may follow a name.
    const BEHIND: &[&str] = &[
        ", Client OS version: ",
        ", Auth type: ",
        ", Reason: ",
        ", Private IP: ",
        ", Client version: ",
        ", Time: ",
    ];
    let after = |mark: &str| message.split_once(mark).map(|(_, rest)| rest);
    let until = |text: &'_ str, ends: &[&str]| {
        let end = ends.iter().filter_map(|end| text.find(end)).min();
        text[..end.unwrap_or(text.len())]
            .trim_end_matches(['.', ' '])
            .to_owned()
    };
    let user_at = message.find("User name: ").unwrap_or(message.len());
    if let Some(address) = message[..user_at]
        .split_once("Login from: ")
        .map(|(_, rest)| until(rest, &[","]))
        .filter(|address| parse_ip(address).is_some())
    {
        parts.push("auth.ip", address);
    }
    let user = after("User name: ").map(|rest| until(rest, BEHIND));
    if let Some((domain, user, whole)) = user.and_then(|user| account(&user)) {
        if let Some(domain) = domain {
            parts.push("user.domain", domain);
        }
        parts.push("user.name", user);
        parts.push("account", whole);
    }
    if let Some((_, reason)) = message.rsplit_once(", Reason: ") {
        parts.push("auth.reason", until(reason, &[", Auth type: "]));
    }
}

/// `User NAME logged in via Web from ADDRESS using https`.
fn administrator(message: &str, parts: &mut Parts<'_>) {
    let Some((user, rest)) = message
        .strip_prefix("User ")
        .and_then(|rest| rest.split_once(" logged "))
    else {
        return;
    };
    let address = rest
        .rsplit_once(" from ")
        .and_then(|(_, rest)| rest.split(' ').next())
        .map(|address| address.trim_end_matches('.').to_owned());
    parts.push("admin.user", user.trim_matches('\'').to_owned());
    if let Some(address) = address.filter(|text| parse_ip(text).is_some()) {
        parts.push("admin.ip", address);
    }
}

/// The word after a mark, in single quotes or up to a full stop behind which a space follows.
fn quoted_after<'t>(message: &'t str, mark: &str) -> Option<&'t str> {
    let rest = message.split_once(mark)?.1;
    let name = match rest.strip_prefix('\'') {
        // A name may hold a quote: the one that ends it has punctuation behind it.
        Some(rest) => {
            let end = ["'.", "',", "' "]
                .iter()
                .filter_map(|end| rest.find(end))
                .min();
            &rest[..end.or_else(|| rest.find('\''))?]
        }
        None => &rest[..rest.find(". ").unwrap_or(rest.len())],
    };
    (!name.is_empty()).then_some(name)
}

/// Domain and name as Elastic takes them from `DOMAIN\NAME`, `NAME@DOMAIN` or `NAME`, and the name as it is. Where the forwarder
/// doubled the backslash, Elastic's name is the domain: kept, so that the same rules work.
fn account(text: &str) -> Option<(Option<String>, String, String)> {
    if text.is_empty() {
        return None;
    }
    let split = if let Some((domain, user)) = text.split_once("\\\\") {
        (None, domain.to_owned(), user.to_owned())
    } else if let Some((domain, user)) = text.split_once('\\') {
        (Some(domain.to_owned()), user.to_owned(), user.to_owned())
    } else if let Some((user, domain)) = text.rsplit_once('@') {
        (Some(domain.to_owned()), user.to_owned(), user.to_owned())
    } else {
        (None, text.to_owned(), text.to_owned())
    };
    let (domain, user, whole) = split;
    let domain = domain.filter(|domain| !domain.is_empty());
    (!user.is_empty()).then_some((domain, user, whole))
}

/// A time as a line has it: `2026/01/02 03:04:05`, ISO 8601, or that of CEF.
pub(super) fn moment<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    let text = text.trim();
    let stamp = crate::format::syslog::iso_stamp(text)
        .or_else(|| time::stamp("%Y/%m/%d %H:%M:%S", text))
        .or_else(|| time::stamp("%b %d %Y %H:%M:%S", text))?;
    view.at(stamp).map(Value::Date)
}

/// The address inside the tunnel; that of IPv6 where the other says nothing.
pub(super) fn private<'v>(view: &'v View<'_>) -> Option<Cow<'v, str>> {
    address(view, "private_ip", "private_ipv6")
}

/// The public address.
pub(super) fn public<'v>(view: &'v View<'_>) -> Option<Cow<'v, str>> {
    address(view, "public_ip", "public_ipv6")
}

fn address<'v>(view: &'v View<'_>, four: &str, six: &str) -> Option<Cow<'v, str>> {
    let is_unset = |text: &str| parse_ip(text).is_none_or(|ip| ip.is_unspecified());
    let four = view.text(four);
    let six = view.text(six).filter(|six| !is_unset(six));
    match four {
        Some(four) if !is_unset(&four) || six.is_none() => Some(four),
        other => six.or(other),
    }
}

/// What a status means.
pub(super) fn outcome<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    turn::lower(value, view)
}

#[cfg(test)]
mod tests {
    use super::{account, quoted_after};

    #[test]
    fn accounts_in_all_their_forms() {
        for (text, domain, user, whole) in [
            (r"corp\joe", Some("corp"), "joe", "joe"),
            (r"corp\\joe", None, "corp", "joe"),
            ("joe@corp.example", Some("corp.example"), "joe", "joe"),
            ("pre-logon", None, "pre-logon", "pre-logon"),
        ] {
            let found = account(text).expect(text);
            assert_eq!(
                found,
                (domain.map(str::to_owned), user.to_owned(), whole.to_owned())
            );
        }
        assert_eq!(account(""), None);
        assert_eq!(account("corp\\"), None);
    }

    #[test]
    fn users_in_sentences() {
        let mark = "for user ";
        for (text, expect) in [
            (
                "failed authentication for user 'joe'. Reason: x",
                Some("joe"),
            ),
            (
                "failed authentication for user 'o'neil'. Reason",
                Some("o'neil"),
            ),
            (
                "failed authentication for user john.doe. Reason: x",
                Some("john.doe"),
            ),
            ("nothing", None),
        ] {
            assert_eq!(quoted_after(text, mark), expect, "{text}");
        }
    }
}
