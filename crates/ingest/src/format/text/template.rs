//! Sentences with holes.

use std::borrow::Cow;

use crate::source::mapping::Parts;

/// Matches a text against a sentence with holes and names what stands in them; on no match nothing is added.
///
/// - `{name}` takes up to the first place where the text behind the hole stands;
/// - `{>name}` takes up to the last such place: for names that a stranger chooses and in which that text may stand;
/// - `{name:word}` takes characters that are no white space, at least one, and then the text behind must follow;
/// - `{}` takes without naming; a hole at the end takes the rest.
///
/// The sentence must match from the start; what follows it is left alone unless it ends in a hole.
///
/// ```
/// use gatewatch_ingest::format::text::matches;
/// use gatewatch_ingest::source::mapping::Parts;
///
/// let mut parts = Parts::default();
/// let template = "Login denied from {ip}/{port} for user \"{>user}\"";
/// assert!(matches(template, r#"Login denied from 192.0.2.7/9 for user "a" x""#, &mut parts));
/// assert_eq!((parts.get("port"), parts.get("user")), (Some("9"), Some("a\" x")));
/// ```
pub fn matches<'a>(template: &'static str, text: &'a str, parts: &mut Parts<'a>) -> bool {
    let mut found = [("", ""); MOST_HOLES];
    let mut count = 0;
    let mut pattern = template;
    let mut rest = text;
    loop {
        let open = pattern.find('{').unwrap_or(pattern.len());
        let Some(tail) = rest.strip_prefix(&pattern[..open]) else {
            return false;
        };
        rest = tail;
        let Some((hole, after)) = pattern
            .get(open + 1..)
            .and_then(|rest| rest.split_once('}'))
        else {
            break;
        };
        pattern = after;
        let end = &pattern[..pattern.find('{').unwrap_or(pattern.len())];
        let (name, taken) = match hole.strip_suffix(":word") {
            Some(name) => {
                let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
                // The text behind the hole may begin inside of the word: its last place counts.
                let length = match rest[..length].rfind(end.split(' ').next().unwrap_or_default()) {
                    Some(at) if !end.is_empty() && !end.starts_with(' ') => at,
                    _ => length,
                };
                (name, (length > 0).then_some(length))
            }
            None => match hole.strip_prefix('>') {
                _ if end.is_empty() => (hole.trim_start_matches('>'), Some(rest.len())),
                Some(name) => (name, rest.rfind(end)),
                None => (hole, rest.find(end)),
            },
        };
        let Some(length) = taken else {
            return false;
        };
        if !name.is_empty() && count < MOST_HOLES {
            found[count] = (name, &rest[..length]);
            count += 1;
        }
        rest = &rest[length..];
    }
    for (name, value) in &found[..count] {
        parts.push(*name, Cow::Borrowed(*value));
    }
    true
}

/// No sentence has more holes with names.
const MOST_HOLES: usize = 24;

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, proptest};

    #[track_caller]
    fn check(template: &'static str, text: &str, expect: Option<&[(&str, &str)]>) {
        let mut parts = Parts::default();
        let matched = matches(template, text, &mut parts);
        let found: Vec<(&str, &str)> = parts.iter().collect();
        assert_eq!(
            matched.then_some(found.as_slice()),
            expect,
            "{template} on {text}"
        );
    }

    #[test]
    fn holes() {
        check("a {x} b", "a 1 b", Some(&[("x", "1")]));
        check("a {x} b", "a 1 b and more", Some(&[("x", "1")]));
        check(
            "a {x} b {y}",
            "a 1 b 2 b 3",
            Some(&[("x", "1"), ("y", "2 b 3")]),
        );
        check(
            "a {>x} b {y}",
            "a 1 b 2 b 3",
            Some(&[("x", "1 b 2"), ("y", "3")]),
        );
        check("a {} b", "a 1 b", Some(&[]));
        check("{x:word} is", "joe is", Some(&[("x", "joe")]));
        check(
            "{x:word}/{y:word} to",
            "2001:db8::1/22 to",
            Some(&[("x", "2001:db8::1"), ("y", "22")]),
        );
        check("{x:word} is", " is", None);
        check("a {x} b", "a 1 c", None);
        check("b", "a", None);
        check("", "a", Some(&[]));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), other in "[a b/ä]{0,20}") {
            for template in ["{x}", "a {x} b {>y} c", "{x:word}/{y:word} {z:word}", "{>x} {y}"] {
                matches(template, &text, &mut Parts::default());
                matches(template, &other, &mut Parts::default());
            }
        }
    }
}
