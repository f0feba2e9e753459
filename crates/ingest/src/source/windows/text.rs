//! Small readers of text, shared by the mapping tables.

use std::borrow::Cow;
use std::net::IpAddr;

use gatewatch_event::{Value, parse_ip};

/// Keeps the text unless it is a lone `-`.
pub(super) fn not_dash(text: Cow<'_, str>) -> Option<Value<'_>> {
    (text != "-").then_some(Value::Str(text))
}

/// A whole number, written in decimal or with `0x`.
pub(super) fn parse_number(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16)
            .ok()
            .and_then(|number| i64::try_from(number).ok());
    }
    text.parse().ok()
}

/// A whole number, written in decimal or with `0x`, as a value.
pub(super) fn number(text: Cow<'_, str>) -> Option<Value<'_>> {
    parse_number(&text).map(Value::Long)
}

/// A port. Port 0 is kept: Elastic does, and it says that Windows did not know.
pub(super) fn port(text: Cow<'_, str>) -> Option<Value<'_>> {
    parse_number(&text)
        .filter(|port| (0..=65535).contains(port))
        .map(Value::Long)
}

/// `true` or `false` in any case.
pub(super) fn boolean(text: Cow<'_, str>) -> Option<Value<'_>> {
    if text.eq_ignore_ascii_case("true") {
        Some(Value::Bool(true))
    } else if text.eq_ignore_ascii_case("false") {
        Some(Value::Bool(false))
    } else {
        None
    }
}

/// The part of a borrowed or owned text.
fn part<'a>(text: Cow<'a, str>, cut: impl Fn(&str) -> std::ops::Range<usize>) -> Cow<'a, str> {
    let range = cut(&text);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

/// What stands after the last backslash; the whole text when there is none.
pub(super) fn base_name(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::Str(part(text, |text| {
        text.rfind('\\').map_or(0, |at| at + 1)..text.len()
    })))
}

/// What stands after the last backslash, if there is one and something follows it.
pub(super) fn base_name_of_path(text: Cow<'_, str>) -> Option<Value<'_>> {
    let at = text.rfind('\\')? + 1;
    (at < text.len()).then(|| Value::Str(part(text, |text| at..text.len())))
}

/// What stands before the last backslash.
pub(super) fn directory(text: Cow<'_, str>) -> Option<Value<'_>> {
    let at = text.rfind('\\')?;
    Some(Value::Str(part(text, |_| 0..at)))
}

/// The extension of the file that a path names, without the dot.
pub(super) fn extension(text: Cow<'_, str>) -> Option<Value<'_>> {
    let name = text.rfind('\\')? + 1;
    let dot = name + text[name..].rfind('.')? + 1;
    Some(Value::Str(part(text, |text| dot..text.len())))
}

/// The extension of a file name, without the dot.
pub(super) fn name_extension(text: Cow<'_, str>) -> Option<Value<'_>> {
    let dot = text.rfind('.')? + 1;
    Some(Value::Str(part(text, |text| dot..text.len())))
}

/// An account name up to the first `@`: `alice@corp.example` is `alice`.
pub(super) fn account(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::Str(account_text(text)))
}

/// As [`account`], absent for `-`.
pub(super) fn account_not_dash(text: Cow<'_, str>) -> Option<Value<'_>> {
    (text != "-").then(|| Value::Str(account_text(text)))
}

/// An account name up to the first `@`.
pub(super) fn account_text(text: Cow<'_, str>) -> Cow<'_, str> {
    part(text, |text| 0..text.find('@').unwrap_or(text.len()))
}

/// `DOMAIN\name` in two; `None` unless there is exactly one backslash.
fn domain_and_name(text: &str) -> Option<usize> {
    let at = text.find('\\')?;
    (!text[at + 1..].contains('\\')).then_some(at)
}

/// The domain of `DOMAIN\name`.
pub(super) fn domain_of(text: Cow<'_, str>) -> Option<Value<'_>> {
    let at = domain_and_name(&text).filter(|at| *at > 0)?;
    Some(Value::Str(part(text, |_| 0..at)))
}

/// The name of `DOMAIN\name`.
pub(super) fn name_of(text: Cow<'_, str>) -> Option<Value<'_>> {
    let at = domain_and_name(&text).filter(|at| at + 1 < text.len())?;
    Some(Value::Str(part(text, |text| at + 1..text.len())))
}

/// The text of an address as Elastic stores it in `source.ip`: `::ffff:` and brackets around a dotted quad are gone, other
/// forms stay as written. `None` for what is no address (a zone, white space, a name).
pub(super) fn ip_text(text: &str) -> Option<&str> {
    let quad = mapped_quad(text).unwrap_or(text);
    parse_ip(quad).is_some().then_some(quad)
}

/// The dotted quad in `::ffff:192.0.2.1`, `[::ffff:192.0.2.1]` or `[::ffff:192.0.2.1]:4321`.
fn mapped_quad(text: &str) -> Option<&str> {
    let (bracketed, text) = match text.strip_prefix('[') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let prefix = text.get(..7)?;
    if !prefix.eq_ignore_ascii_case("::ffff:") {
        return None;
    }
    let rest = &text[7..];
    let quad = if bracketed {
        let (quad, after) = rest.split_once(']')?;
        let port = after.is_empty()
            || after
                .strip_prefix(':')
                .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        if !port {
            return None;
        }
        quad
    } else {
        rest
    };
    quad.bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit())
        .then_some(quad)
}

/// An address, see [`ip_text`].
pub(super) fn ip(text: Cow<'_, str>) -> Option<Value<'_>> {
    let (start, len) = {
        let address = ip_text(&text)?;
        (
            address.as_ptr() as usize - text.as_ptr() as usize,
            address.len(),
        )
    };
    Some(Value::Str(part(text, |_| start..start + len)))
}

/// An address and a port in any of the forms that Windows' remote-access channels write: `192.0.2.1`, `192.0.2.1:4321`,
/// `[192.0.2.1]:4321`, `2001:db8::1`, `[2001:db8::1]:4321`, each also with a zone (`fe80::1%12`) or blanks around it.
/// `None` for anything else, such as `LOCAL`.
pub(super) fn endpoint(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let text = text.trim();
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return None,
        }
    } else {
        match text.split_once(':') {
            // One colon parts address and port; more than one is an IPv6 address without a port.
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (text, None),
        }
    };
    let host = host.split_once('%').map_or(host, |(host, _)| host);
    let address = parse_ip(host)?;
    let port = match port {
        Some(digits) => Some(digits.parse().ok()?),
        None => None,
    };
    Some((address, port))
}

#[cfg(test)]
mod tests {
    use super::{endpoint, extension, ip_text, parse_number};
    use std::borrow::Cow;

    #[test]
    fn addresses_are_read_strictly() {
        for (text, expect) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("::FFFF:192.0.2.1", Some("192.0.2.1")),
            ("[::ffff:192.0.2.1]", Some("192.0.2.1")),
            ("[::ffff:192.0.2.1]:33", Some("192.0.2.1")),
            ("2001:DB8::A", Some("2001:DB8::A")),
            ("::ffff:c000:201", Some("::ffff:c000:201")),
            ("[::ffff:192.0.2.1]x", None),
            ("[2001:db8::1]", None),
            ("fe80::1%12", None),
            (" 192.0.2.1", None),
            ("-", None),
            ("LOCAL", None),
            ("::ffffé192.0.2.1", None),
        ] {
            assert_eq!(ip_text(text), expect, "{text}");
        }
    }

    #[test]
    fn endpoints_come_in_many_forms() {
        for (text, address, port) in [
            ("192.0.2.1", "192.0.2.1", None),
            ("192.0.2.1:4321", "192.0.2.1", Some(4321)),
            ("[192.0.2.1]:4321", "192.0.2.1", Some(4321)),
            ("2001:DB8::1", "2001:db8::1", None),
            ("[2001:db8::1]:65535", "2001:db8::1", Some(65535)),
            ("[fe80::1%4]:5", "fe80::1", Some(5)),
            ("fe80::1%10", "fe80::1", None),
            (" 192.0.2.1 ", "192.0.2.1", None),
            ("::ffff:192.0.2.1", "192.0.2.1", None),
            ("192.0.2.1:0", "192.0.2.1", Some(0)),
        ] {
            let found = endpoint(text).map(|(ip, port)| (ip.to_string(), port));
            assert_eq!(found, Some((address.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            "LOCAL",
            "-",
            "192.0.2.1:x",
            "192.0.2.1:65536",
            "[::1",
            "[::1]5",
            "host:1",
        ] {
            assert_eq!(endpoint(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_extensions() {
        assert_eq!(parse_number("0x1fc"), Some(508));
        assert_eq!(parse_number("0"), Some(0));
        assert_eq!(parse_number("0xffffffffffffffff"), None);
        assert_eq!(parse_number("0x"), None);
        assert_eq!(parse_number("x"), None);
        let text = |path| extension(Cow::from(path)).map(|value| value.text().into_owned());
        assert_eq!(text(r"C:\a.b\c.d.exe").as_deref(), Some("exe"));
        assert_eq!(text(r"C:\a.b\c"), None);
    }
}
