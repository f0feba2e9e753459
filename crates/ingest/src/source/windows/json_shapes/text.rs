//! Texts as the mapping wants them, from values as writers of JSON leave them.

use std::borrow::Cow;
use std::str::FromStr;

use gatewatch_event::{Timestamp, parse_iso};

use crate::format::json::{JsonKind, LazyJson};

/// The members under which an element with attributes keeps its text.
const TEXT_KEYS: &[&str] = &["#text", "_", "$t", "$", "text", "Value"];

/// The text of a scalar, or of an element that is an object because it has attributes. Empty text is no text.
pub(super) fn of(value: LazyJson<'_>) -> Option<Cow<'_, str>> {
    let text = match value.kind() {
        JsonKind::Object => TEXT_KEYS
            .iter()
            .filter_map(|key| value.get(key))
            .find_map(|inner| inner.scalar_text()),
        JsonKind::Array => value.elements().find_map(|item| item.scalar_text()),
        _ => value.scalar_text(),
    };
    text.filter(|text| !text.is_empty())
}

/// The first of these members that has a text.
pub(super) fn first<'a>(record: LazyJson<'a>, keys: &[&str]) -> Option<Cow<'a, str>> {
    keys.iter().find_map(|key| of(record.get(key)?))
}

/// A decimal number.
pub(super) fn number<N: FromStr>(text: Option<Cow<'_, str>>) -> Option<N> {
    text?.trim().parse().ok()
}

/// All 64 bits of a number: hexadecimal with `0x`, or decimal, where NXLog writes the top bit as a minus sign.
pub(super) fn bits(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok();
    }
    text.parse::<u64>()
        .ok()
        .or_else(|| text.parse::<i64>().ok().map(i64::cast_unsigned))
}

/// A GUID in lower case and braces; other text as it is.
pub(super) fn guid(text: Cow<'_, str>) -> Cow<'_, str> {
    let bare = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(&text);
    if is_guid(bare) {
        Cow::Owned(format!("{{{}}}", bare.to_ascii_lowercase()))
    } else {
        text
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A value of GUID type, which `evtx_dump` writes in upper case without braces; a text that only looks like one has
/// letters in lower case somewhere.
pub(super) fn typed_guid(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_guid(&text) && !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        guid(text)
    } else {
        text
    }
}

/// A name, not a number in decimal or hexadecimal.
pub(super) fn is_word(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit() && byte != b'-')
}

/// A point in time: ISO text, milliseconds or seconds since 1970, or `/Date(milliseconds)/`.
pub(super) fn time(value: LazyJson<'_>) -> Option<Timestamp> {
    let text = of(value)?;
    if let Some(time) = parse_iso(text.trim()) {
        // A bare number of up to four digits would be a year.
        if text.trim().len() > 4 {
            return Some(time);
        }
    }
    let digits = text
        .trim()
        .strip_prefix("/Date(")
        .and_then(|text| text.strip_suffix(")/"))
        .unwrap_or(text.trim());
    let number = digits.parse::<i64>().ok()?;
    // Seconds reach this only in the year 5138.
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    let millis = if number.abs() < MILLISECONDS_FROM {
        number.checked_mul(1000)?
    } else {
        number
    };
    Some(Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::{bits, guid, typed_guid};

    #[test]
    fn keywords_keep_all_their_bits() {
        assert_eq!(bits("0x8020000000000000"), Some(0x8020_0000_0000_0000));
        assert_eq!(bits("-9214364837600034816"), Some(0x8020_0000_0000_0000));
        assert_eq!(bits("9232379236109516800"), Some(0x8020_0000_0000_0000));
        assert_eq!(bits("Audit Success"), None);
    }

    #[test]
    fn guids_take_one_form() {
        let expect = "{54849625-5478-4994-a5ba-3e3b0328c30d}";
        assert_eq!(guid("54849625-5478-4994-A5BA-3E3B0328C30D".into()), expect);
        assert_eq!(
            guid("{54849625-5478-4994-A5BA-3E3B0328C30D}".into()),
            expect
        );
        assert_eq!(guid("x".into()), "x");
        assert_eq!(
            typed_guid("54849625-5478-4994-A5BA-3E3B0328C30D".into()),
            expect
        );
        let text = "54849625-5478-4994-a5ba-3e3b0328c30d";
        assert_eq!(typed_guid(text.into()), text);
    }
}
