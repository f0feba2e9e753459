//! Registry events: the path taken apart, and the data as text.

use std::borrow::Cow;

use gatewatch_event::Value;

use crate::source::windows::entry::{Emit, Entry, Extract, Moved};
use crate::source::windows::view::View;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::one("registry.path", Extract::Data("TargetObject")),
    Entry::one("registry.hive", Extract::Turned("TargetObject", hive)),
    Entry::one("registry.key", Extract::Turned("TargetObject", key)),
    Entry::one("registry.value", Extract::Turned("TargetObject", value)),
    Entry::many("registry.data.strings", Extract::Call(strings)),
    Entry::one("registry.data.type", Extract::Call(data_type)),
];

pub(super) const MOVED: &[Moved] = &[Moved::always("TargetObject"), Moved::always("Details")];

const HIVES: &[(&str, &str)] = &[
    ("HKEY_CLASSES_ROOT", "HKCR"),
    ("HKEY_CURRENT_CONFIG", "HKCC"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKEY_DYN_DATA", "HKDD"),
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_PERFORMANCE_DATA", "HKPD"),
    ("HKEY_USERS", "HKU"),
];

/// The short name of the hive that a path starts with, and the rest of the path.
fn parts(path: &str) -> Option<(&'static str, Option<&str>)> {
    let (first, rest) = match path.split_once('\\') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let (_, hive) = HIVES
        .iter()
        .find(|(long, short)| *long == first || *short == first)?;
    Some((hive, rest))
}

fn hive(text: Cow<'_, str>) -> Option<Value<'_>> {
    parts(&text).map(|(hive, _)| Value::from(hive))
}

fn key(text: Cow<'_, str>) -> Option<Value<'_>> {
    parts(&text)?.1.map(|key| Value::from(key.to_owned()))
}

fn value(text: Cow<'_, str>) -> Option<Value<'_>> {
    crate::source::windows::text::base_name(text)
}

/// `DWORD (0x00000001)`, `QWORD (0x00000000-0x00000001)`, `Binary Data` or a string.
fn data(text: &str) -> (&'static str, Cow<'_, str>) {
    let inner = |prefix: &str| {
        let head = text.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix)
            .then(|| text[prefix.len()..].strip_suffix(')'))
            .flatten()
    };
    let hexadecimal = |digits: &str| {
        let digits = digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"))
            .filter(|digits| digits.len() == 8)?;
        u32::from_str_radix(digits, 16).ok()
    };
    if let Some(number) = inner("DWORD (").and_then(hexadecimal) {
        return ("SZ_DWORD", Cow::Owned(number.to_string()));
    }
    if let Some((high, low)) = inner("QWORD (").and_then(|inner| inner.split_once('-'))
        && let (Some(high), Some(low)) = (hexadecimal(high), hexadecimal(low))
    {
        let number = u64::from(high) << 32 | u64::from(low);
        return ("SZ_QWORD", Cow::Owned(number.to_string()));
    }
    if text == "Binary Data" {
        return ("REG_BINARY", Cow::Borrowed(text));
    }
    ("REG_SZ", Cow::Borrowed(text))
}

fn strings(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("Details") {
        emit(Value::Str(data(&text).1));
    }
}

fn data_type(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("Details") {
        emit(Value::from(data(&text).0));
    }
}

#[cfg(test)]
mod tests {
    use super::{data, parts};

    #[test]
    fn paths_and_data() {
        assert_eq!(parts(r"HKLM\a\b"), Some(("HKLM", Some(r"a\b"))));
        assert_eq!(parts("HKEY_USERS"), Some(("HKU", None)));
        assert_eq!(parts(r"\REGISTRY\x"), None);
        for (text, kind, expect) in [
            ("DWORD (0x00000d3d)", "SZ_DWORD", "3389"),
            ("QWORD (0x00000001-0x00000002)", "SZ_QWORD", "4294967298"),
            ("Binary Data", "REG_BINARY", "Binary Data"),
            ("DWORD (0x1)", "REG_SZ", "DWORD (0x1)"),
            ("é", "REG_SZ", "é"),
        ] {
            let (found, value) = data(text);
            assert_eq!((found, value.as_ref()), (kind, expect));
        }
    }
}
