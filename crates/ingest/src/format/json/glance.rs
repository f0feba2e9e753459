//! A look at the first members of a record, enough to tell its kind, without taking it apart.

use super::deliver::{KIND_MEMBERS, close_field, push_value};
use super::index::{JsonKind, skip_space};
use super::shape::LINUX_CHANNEL;
use super::skip::container_end;
use super::string::{WITH_ESCAPES, string_end};

/// What a record is, as far as its kind goes. Holds as long as no key of the record is written with escapes, and none that
/// begins with `event.` or `winlog.` follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glance<'b> {
    /// An ECS document; the values that make its kind are in the key.
    Document,
    /// JSON without a category, in the key likewise: it may be of any form that has no `winlog.event_id`.
    Other,
    /// What Winlogbeat writes.
    Beat {
        provider: Option<&'b str>,
        channel: Option<&'b str>,
        event_id: u32,
    },
}

/// A member of an object, or its end.
enum Member<'b> {
    /// The key, and where the value begins.
    Is(&'b [u8], usize),
    End,
}

/// A scalar as it stands.
#[derive(Clone, Copy)]
struct Raw<'b> {
    kind: JsonKind,
    text: &'b [u8],
}

/// Looks at the record at the start of `bytes` and writes down the values that make its kind. `None` where a look is not
/// enough.
pub(super) fn glance<'b>(bytes: &'b [u8], key: &mut Vec<u8>) -> Option<Glance<'b>> {
    let mut event = None;
    let mut beat = None;
    let mut at = object_start(bytes, 0)?;
    while let Member::Is(name, value) = member(bytes, &mut at)? {
        match name {
            b"event" if event.is_none() => {
                let mapped = read_event(bytes, value, &mut at, key)?;
                if mapped {
                    return Some(Glance::Document);
                }
                event = Some(());
            }
            b"winlog" if beat.is_none() => {
                beat = Some(read_winlog(bytes, value, &mut at)?);
                if event.is_none() {
                    at = skip_value(bytes, value)?;
                }
            }
            // A second one does not count.
            b"event" | b"winlog" => at = skip_value(bytes, value)?,
            b"_source" | b"fields" | b"Event" | b"System" | b"event_id" | b"EventID"
            | b"EventId" | b"MESSAGE" | b"syslog" => return None,
            _ if name.starts_with(b"event.")
                || name.starts_with(b"winlog.")
                || name.starts_with(b"syslog.") =>
            {
                return None;
            }
            _ => at = skip_value(bytes, value)?,
        }
        if event.is_some()
            && let Some(beat) = beat
        {
            return Some(beat);
        }
    }
    if let Some(beat) = beat {
        return Some(beat);
    }
    if event.is_none() {
        key.clear();
        for _ in KIND_MEMBERS {
            close_field(key);
        }
    }
    Some(Glance::Other)
}

/// Reads the members of `event` that make a kind. Does it have a category?
fn read_event(bytes: &[u8], value: usize, at: &mut usize, key: &mut Vec<u8>) -> Option<bool> {
    let mut found: [Option<usize>; KIND_MEMBERS.len()] = [None; KIND_MEMBERS.len()];
    *at = object_start(bytes, value)?;
    while let Member::Is(name, value) = member(bytes, at)? {
        if let Some(number) = KIND_MEMBERS
            .iter()
            .position(|member| member.as_bytes() == name)
            && found[number].is_none()
        {
            found[number] = Some(value);
        } else if name.contains(&b'.') {
            return None;
        }
        *at = skip_value(bytes, value)?;
    }
    key.clear();
    let mut mapped = false;
    for (number, value) in found.into_iter().enumerate() {
        if let Some(value) = value {
            let before = key.len();
            push_scalars(bytes, value, key)?;
            mapped |= number == 0 && key.len() > before;
        }
        close_field(key);
    }
    Some(mapped)
}

/// Writes down a scalar, or those of an array of scalars; nulls are no values.
fn push_scalars(bytes: &[u8], at: usize, key: &mut Vec<u8>) -> Option<()> {
    if bytes.get(at) != Some(&b'[') {
        let (raw, _) = scalar(bytes, at)?;
        if raw.kind != JsonKind::Null {
            push_value(key, raw.kind, raw.text);
        }
        return Some(());
    }
    let mut at = skip_space(bytes, at + 1);
    while bytes.get(at) != Some(&b']') {
        let (raw, after) = scalar(bytes, at)?;
        if raw.kind != JsonKind::Null {
            push_value(key, raw.kind, raw.text);
        }
        at = skip_space(bytes, after);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
    }
    Some(())
}

/// Reads provider, channel and event id, the first of each. `at` is then behind them, or behind the object.
fn read_winlog<'b>(bytes: &'b [u8], value: usize, at: &mut usize) -> Option<Glance<'b>> {
    let mut provider = None;
    let mut channel = None;
    let mut event_id = None;
    *at = object_start(bytes, value)?;
    while provider.is_none() || channel.is_none() || event_id.is_none() {
        let Member::Is(name, value) = member(bytes, at)? else {
            break;
        };
        let slot = match name {
            b"provider_name" => &mut provider,
            b"channel" => &mut channel,
            b"event_id" => &mut event_id,
            _ => {
                *at = skip_value(bytes, value)?;
                continue;
            }
        };
        let (raw, after) = scalar(bytes, value)?;
        let plain = !raw.text.contains(&b'\\') && !raw.text.is_empty();
        if !plain || !matches!(raw.kind, JsonKind::String | JsonKind::Number) {
            return None;
        }
        // The first of two counts.
        slot.get_or_insert(raw.text);
        *at = after;
    }
    // Only the whole record tells more.
    if channel == Some(LINUX_CHANNEL.as_bytes()) {
        return None;
    }
    let text = |raw: Option<&'b [u8]>| raw.map(|raw| std::str::from_utf8(raw).ok());
    let event_id = event_id.filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    Some(Glance::Beat {
        provider: text(provider).map_or(Some(None), |text| text.map(Some))?,
        channel: text(channel).map_or(Some(None), |text| text.map(Some))?,
        event_id: std::str::from_utf8(event_id).ok()?.parse().ok()?,
    })
}

/// The offset after the brace at `at`.
fn object_start(bytes: &[u8], at: usize) -> Option<usize> {
    (bytes.get(at) == Some(&b'{')).then_some(at + 1)
}

/// The next member of the object that is open at `at`, or its end, which `at` is then behind.
fn member<'b>(bytes: &'b [u8], at: &mut usize) -> Option<Member<'b>> {
    *at = skip_space(bytes, *at);
    if bytes.get(*at) == Some(&b',') {
        *at = skip_space(bytes, *at + 1);
    }
    match bytes.get(*at)? {
        b'}' => {
            *at += 1;
            return Some(Member::End);
        }
        b'"' => {}
        _ => return None,
    }
    let start = *at + 1;
    let (end, escaped) = string_end::<WITH_ESCAPES>(bytes, start).ok()?;
    let colon = skip_space(bytes, end + 1);
    if escaped || bytes.get(colon) != Some(&b':') {
        return None;
    }
    Some(Member::Is(&bytes[start..end], skip_space(bytes, colon + 1)))
}

/// The scalar at `at`, and the offset after it.
fn scalar(bytes: &[u8], at: usize) -> Option<(Raw<'_>, usize)> {
    let kind = match bytes.get(at)? {
        b'"' => {
            let (end, _) = string_end::<WITH_ESCAPES>(bytes, at + 1).ok()?;
            let text = &bytes[at + 1..end];
            return Some((
                Raw {
                    kind: JsonKind::String,
                    text,
                },
                end + 1,
            ));
        }
        b't' | b'f' => JsonKind::Bool,
        b'n' => JsonKind::Null,
        b'-' | b'0'..=b'9' => JsonKind::Number,
        _ => return None,
    };
    let end = word_end(bytes, at);
    Some((
        Raw {
            kind,
            text: &bytes[at..end],
        },
        end,
    ))
}

/// The end of the number or word at `at`.
fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') {
            break;
        }
        at += 1;
    }
    at
}

/// The offset after the value at `at`.
fn skip_value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => Some(string_end::<WITH_ESCAPES>(bytes, at + 1).ok()?.0 + 1),
        b'{' | b'[' => container_end(bytes, at),
        _ => Some(word_end(bytes, at)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Glance, glance};

    #[track_caller]
    fn check(text: &str, expect: Option<Glance<'_>>) {
        assert_eq!(glance(text.as_bytes(), &mut Vec::new()), expect, "{text}");
    }

    #[test]
    fn a_look_tells_documents_and_beats() {
        let beat = Some(Glance::Beat {
            provider: Some("p"),
            channel: None,
            event_id: 4624,
        });
        check(r#"{"a":1}"#, Some(Glance::Other));
        check(r#"{"event":{}}"#, Some(Glance::Other));
        check(
            r#"{"a":{"b":["}",{}]},"event":{"category":["x"]},broken"#,
            Some(Glance::Document),
        );
        check(
            r#"{"event":{"category":[]},"winlog":{"event_id":"4624","x":{},"provider_name":"p"},broken"#,
            beat,
        );
        check(
            r#"{"winlog":{"provider_name":"p","event_id":4624},"a":[1],"event":{"code":"1"},broken"#,
            beat,
        );
        check(r#"{"winlog":{"provider_name":"p","event_id":4624}}"#, beat);
        check(
            r#"{"winlog":{"event_id":"11"}}"#,
            Some(Glance::Beat {
                provider: None,
                channel: None,
                event_id: 11,
            }),
        );
        check(
            r#"{"winlog":{"event_id":1,"event_id":2}}"#,
            Some(Glance::Beat {
                provider: None,
                channel: None,
                event_id: 1,
            }),
        );
    }

    #[test]
    fn a_look_is_not_enough_for_the_rest() {
        for text in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":[",
            r#"{"a":1,"#,
            r#"{"event":[{"code":"1"}]}"#,
            r#"{"event":{"code":{"x":1}}}"#,
            r#"{"event":{"a.b":1}}"#,
            r#"{"event.code":"1"}"#,
            r#"{"winlog":{"channel":"x"}}"#,
            r#"{"winlog":{"event_id":"x"}}"#,
            r#"{"winlog":{"event_id":"+1"}}"#,
            r#"{"_source":{"event":{}}}"#,
            r#"{"EventID":1}"#,
        ] {
            check(text, None);
        }
    }
}
