//! Turns the values that logs hold into those that fields hold. A source may write its own.

use std::borrow::Cow;

use gatewatch_event::{Value, parse_ip, parse_iso};

use super::view::View;
use crate::format::time;

/// Turns a value; `None` when the field is then absent. The view is for what depends on the record: the zone of times.
pub type Turn = for<'v> fn(Value<'v>, &View<'_>) -> Option<Value<'v>>;

/// A piece of a text value, borrowed where the value is.
fn piece<'v>(value: Value<'v>, piece: fn(&str) -> &str) -> Value<'v> {
    match value {
        Value::Str(Cow::Borrowed(text)) => Value::from(piece(text)),
        Value::Str(Cow::Owned(text)) => Value::from(piece(&text).to_owned()),
        other => other,
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    matches!(value, Value::Str(text) if text.is_empty())
}

/// A value that says something: not empty.
pub fn present<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    (!is_empty(&value)).then_some(value)
}

/// A value that says something: neither empty, nor `-`, `N/A`, `(null)`.
pub fn stated<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let says_nothing = matches!(&value, Value::Str(text)
        if matches!(text.as_ref(), "" | "-" | "N/A" | "n/a" | "(null)" | "null"));
    (!says_nothing).then_some(value)
}

/// Without white space around it; absent if nothing is left.
pub fn trimmed<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let value = piece(value, str::trim);
    (!is_empty(&value)).then_some(value)
}

/// In small letters; absent if empty.
pub fn lower<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    (!text.is_empty()).then(|| Value::from(text.to_lowercase()))
}

/// The name of an account without its domain: `DOMAIN\name`, `name@domain`; absent if it says nothing.
pub fn account<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    stated(
        piece(value, |text| {
            let name = text.rsplit_once('\\').map_or(text, |(_, name)| name);
            name.rsplit_once('@').map_or(name, |(name, _)| name).trim()
        }),
        view,
    )
}

/// The last name of a path with slashes; absent if it ends in one.
pub fn file_name<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let value = piece(value, |path| path.rsplit('/').next().unwrap_or(path));
    (!is_empty(&value)).then_some(value)
}

/// The folder that a path with slashes leads to; absent if it names none.
pub fn directory<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let value = piece(value, |path| match path.rfind('/') {
        Some(0) => &path[..1],
        Some(at) => &path[..at],
        None => "",
    });
    (!is_empty(&value)).then_some(value)
}

/// The extension of the last name of a path with slashes, without the dot; a name that begins with its only dot has none.
pub fn extension<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let value = piece(value, |path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let parts = name.rsplit_once('.').filter(|(name, _)| !name.is_empty());
        parts.map_or("", |(_, extension)| extension)
    });
    (!is_empty(&value)).then_some(value)
}

/// A whole number. Text that is none makes the field absent.
pub fn long<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    match value {
        Value::Long(_) | Value::Unsigned(_) => Some(value),
        Value::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            // Whole and small enough for the conversion to be exact.
            Some(Value::Long(number as i64))
        }
        other => other.text().trim().parse().ok().map(Value::Long),
    }
}

/// A number that may have a fraction.
pub fn double<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let number: f64 = value.text().trim().parse().ok()?;
    number.is_finite().then_some(Value::Double(number))
}

/// The text of a number: for codes.
pub fn text<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    match value {
        Value::Str(_) => Some(value),
        other => Some(Value::from(other.text().into_owned())),
    }
}

/// A port: 1 to 65535.
pub fn port<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    long(value, view).filter(|port| matches!(port, Value::Long(1..=65_535)))
}

/// An address; a name makes the field absent. Brackets and a zone are no part of it.
pub fn ip<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    address(&value.text()).map(Value::Ip)
}

/// An address, unless it is the one that stands for none.
pub fn set_ip<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    ip(value, view).filter(|value| !matches!(value, Value::Ip(ip) if ip.is_unspecified()))
}

/// A name; an address makes the field absent.
pub fn domain<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let is_name = {
        let text = value.text();
        !text.is_empty() && text != "-" && address(&text).is_none()
    };
    is_name.then_some(value)
}

/// The address that a text is: `192.0.2.7`, `[2001:db8::1]`, `fe80::1%eth0`, `::ffff:192.0.2.7`.
pub fn address(text: &str) -> Option<std::net::IpAddr> {
    let text = text.trim();
    let text = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    parse_ip(text.split_once('%').map_or(text, |(text, _)| text))
}

/// Splits `ADDRESS:PORT` and `[ADDRESS]:PORT`; the port may be missing.
pub fn split_port(text: &str) -> (&str, Option<u16>) {
    let parts = text.rsplit_once(':').filter(|(host, _)| {
        // More colons are those of an address without brackets.
        !host.contains(':') || host.ends_with(']')
    });
    match parts.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
        Some((host, port)) => (
            host.strip_prefix('[')
                .and_then(|host| host.strip_suffix(']'))
                .unwrap_or(host),
            Some(port),
        ),
        None => (text, None),
    }
}

/// True or false, however it is spelled.
pub fn flag<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    if matches!(value, Value::Bool(_)) {
        return Some(value);
    }
    match value.text().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "1" | "on" => Some(Value::Bool(true)),
        "false" | "f" | "no" | "0" | "off" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Seconds, perhaps with a fraction, as nanoseconds: `event.duration`.
pub fn seconds<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let seconds: f64 = value.text().trim().parse().ok()?;
    let nanos = (seconds * 1e9).round();
    // Beyond this range a duration is no number of nanoseconds.
    (nanos.abs() < 9e18).then_some(Value::Long(nanos as i64))
}

/// A time since 1970, in whatever unit: see [`time::epoch`].
pub fn epoch<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    match value {
        // The text of a number may have an exponent; a double of today's seconds is good to a microsecond.
        Value::Double(number) => time::epoch(&format!("{number:.6}")).map(Value::Date),
        other => time::epoch(other.text().trim()).map(Value::Date),
    }
}

/// A time in ISO 8601; one without a zone is in that of the log.
pub fn iso<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    match crate::format::syslog::iso_stamp(text.trim()) {
        Some(stamp) => view.at(stamp).map(Value::Date),
        None => parse_iso(&text).map(Value::Date),
    }
}

/// A time of this form, in the words of `strftime`; one without a zone is in that of the log.
///
/// ```text
/// Entry::turned("event.start", "start", |value, view| turn::time(value, view, "%Y/%m/%d %H:%M:%S"))
/// ```
pub fn time<'v>(value: Value<'v>, view: &View<'_>, form: &str) -> Option<Value<'v>> {
    let stamp = time::stamp(form, value.text().trim())?;
    view.at(stamp).map(Value::Date)
}

#[cfg(test)]
mod tests {
    use super::{address, split_port};

    #[test]
    fn addresses_and_ports() {
        for (text, host, port) in [
            ("192.0.2.7:22", "192.0.2.7", Some(22)),
            ("[2001:db8::1]:22", "2001:db8::1", Some(22)),
            ("2001:db8::1", "2001:db8::1", None),
            ("192.0.2.7", "192.0.2.7", None),
            ("gate:x", "gate:x", None),
            ("192.0.2.7:70000", "192.0.2.7:70000", None),
        ] {
            assert_eq!(split_port(text), (host, port), "{text}");
        }
        for (text, expect) in [
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            (" 192.0.2.7 ", Some("192.0.2.7")),
            ("gate.example", None),
        ] {
            let found = address(text).map(|ip| ip.to_string());
            assert_eq!(found.as_deref(), expect, "{text}");
        }
    }
}
