//! The forms of a line.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::format::text::Cef;
use crate::source::mapping::{MOST_PAIRS, Parts, Record};

/// How far into a line its form is looked for.
const HEAD: usize = 256;

/// A line in one of its forms.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    /// `key:"value"; key:"value"`.
    Pairs(&'a str),
    /// The pairs of CEF.
    Cef(&'a str),
    /// `"NUMBER" "DATE" "TIME" "INTERFACE" "ORIGIN" "TYPE" "ACTION" ...`.
    Table(&'a str),
}

impl<'a> Form<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        if let Some(pairs) = exported(record) {
            return Some(Self::Pairs(pairs));
        }
        let raw = record.message();
        if let Some(extension) = cef(raw) {
            return Some(Self::Cef(extension));
        }
        is_table(raw).then_some(Self::Table(raw))
    }
}

static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" CheckPoint "));

/// What stands in the brackets of Log Exporter's lines.
fn exported<'a>(record: &Record<'a>) -> Option<&'a str> {
    let raw = record.raw;
    let mut end = raw.len().min(HEAD);
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    let head = &raw[..end];
    // Most lines of others have none.
    memchr::memchr(b'[', head.as_bytes())?;
    let open = if record.program() == Some("CheckPoint") {
        head.find('[')?
    } else if let Some(at) = NAME.find(before_values(head)) {
        // Only words of a header stand in front.
        let header = head[..at].split(' ').count() <= 6;
        at + header.then(|| head[at..].find('['))??
    } else if raw.starts_with("syslog[") && NAME.find(head.as_bytes()).is_none() {
        6
    } else {
        return None;
    };
    let pairs = raw[open + 1..].trim_end();
    let pairs = pairs.strip_suffix(']').unwrap_or(pairs);
    let key = pairs.split(':').next()?;
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (is_key && pairs[key.len()..].trim_start_matches(':').starts_with('"')).then_some(pairs)
}

/// The text up to where a quote, a bracket or a sign of equality shows that it is no header any more: a name of a person or a path
/// may hold anything. The name that is looked for has none of these.
fn before_values(text: &str) -> &[u8] {
    let bytes = text.as_bytes();
    let end = memchr::memchr3(b'"', b'[', b'=', bytes);
    &bytes[..end.unwrap_or(bytes.len())]
}

/// The pairs of a CEF message of Check Point, whose head may lack its start or have a part too many.
fn cef(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("CEF:").unwrap_or(message).trim_start();
    let rest = rest.strip_prefix("0|")?;
    let rest = rest.strip_prefix('|').unwrap_or(rest);
    let rest = rest.strip_prefix("Check Point|")?;
    let equals = rest.find('=')?;
    let bar = rest[..equals].rfind('|')?;
    Some(&rest[bar + 1..])
}

fn is_table(message: &str) -> bool {
    if !message.starts_with('"') {
        return false;
    }
    let mut cells = message.split(' ');
    let mut cell = || {
        let cell = cells.next()?.strip_prefix('"')?.strip_suffix('"')?;
        Some(cell.as_bytes())
    };
    let (Some(number), Some(date), Some(time)) = (cell(), cell(), cell()) else {
        return false;
    };
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits(number)
        && (8..=9).contains(&date.len())
        && digits(&date[date.len() - 4..])
        && time.len() == 8
        && time[2] == b':'
        && time[5] == b':'
}

/// Reads `key:"value"` pairs. A value ends at a quote behind which a semicolon or nothing stands; a bracket or a quote in it has a backslash
/// before it.
struct Bracketed<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Bracketed<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_start_matches([' ', ';']);
        let (key, rest) = rest.split_once(':')?;
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
        let Some(value) = rest.strip_prefix('"') else {
            let end = rest.find(';').unwrap_or(rest.len());
            self.rest = &rest[end..];
            return Some((key.trim(), rest[..end].trim()));
        };
        let end = memchr::memchr_iter(b'"', value.as_bytes())
            .find(|at| {
                let behind = value[at + 1..].trim_start();
                behind.is_empty() || behind.starts_with(';')
            })
            .unwrap_or(value.len());
        self.rest = value.get(end + 1..).unwrap_or_default();
        Some((key.trim(), &value[..end]))
    }
}

/// What a line is about.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) action: Cow<'a, str>,
    pub(super) product: Cow<'a, str>,
    pub(super) operation: Cow<'a, str>,
    pub(super) rule_action: Cow<'a, str>,
}

/// Of a key that comes twice the first counts.
pub(super) fn told<'a>(record: &Record<'a>) -> Told<'a> {
    let mut told = Told::default();
    let mut one = |key: &str, value: Cow<'a, str>| {
        let slot = match key {
            "action" | "act" => &mut told.action,
            "product" => &mut told.product,
            "operation" => &mut told.operation,
            "rule_action" => &mut told.rule_action,
            _ => return,
        };
        if slot.is_empty() {
            *slot = value;
        }
    };
    match Form::of(record) {
        Some(Form::Pairs(text)) => {
            for (key, value) in (Bracketed { rest: text }).take(MOST_PAIRS) {
                one(key, value.into());
            }
        }
        Some(Form::Cef(extension)) => {
            for (key, value) in pairs_of_cef(extension).take(MOST_PAIRS) {
                one(key, value);
            }
        }
        Some(Form::Table(text)) => {
            if let Some(action) = table(text).nth(6) {
                one("action", action.into());
            }
        }
        None => {}
    }
    told
}

fn pairs_of_cef<'a>(extension: &'a str) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
    let cef = Cef {
        vendor: Cow::Borrowed(""),
        product: Cow::Borrowed(""),
        version: Cow::Borrowed(""),
        class: Cow::Borrowed(""),
        name: Cow::Borrowed(""),
        severity: Cow::Borrowed(""),
        extension,
    };
    cef.pairs()
}

fn table(text: &str) -> impl Iterator<Item = &str> {
    text.split("\" \"").map(|cell| cell.trim_matches('"'))
}

/// What Log Exporter calls the value of a CEF key elsewhere.
fn own_key(key: &str) -> &str {
    match key {
        "act" => "action",
        "spt" => "s_port",
        "dpt" => "service",
        "rt" => "time",
        "suser" => "user",
        "duser" => "dst_user",
        "shost" => "src_machine_name",
        "dhost" => "dst_machine_name",
        "sourceTranslatedAddress" => "xlatesrc",
        "sourceTranslatedPort" => "xlatesport",
        "destinationTranslatedAddress" => "xlatedst",
        "destinationTranslatedPort" => "xlatedport",
        "requestMethod" => "method",
        "request" => "resource",
        "requestClientApplication" => "user_agent",
        "msg" => "message",
        key => key,
    }
}

/// What the cells of the table are, in order; `_` are not read.
const COLUMNS: &[&str] = &[
    "_",
    "_",
    "_",
    "ifname",
    "origin",
    "_",
    "action",
    "service",
    "s_port",
    "src",
    "dst",
    "_proto",
    "rule",
    "rule_name",
    "_",
    "_",
    "information",
    "product",
];

/// Names the values of a line.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let mut all = Parts::default();
    match Form::of(record) {
        Some(Form::Pairs(text)) => all.extend_bounded(
            Bracketed { rest: text }
                .filter(|(_, value)| !value.is_empty())
                // Elastic's reader ends a value at `; `, so that of a list the first stays.
                .map(|(key, value)| {
                    let value = value.split("; ").next().unwrap_or(value);
                    (key, unescape(value))
                }),
        ),
        Some(Form::Cef(extension)) => all.extend_bounded(
            pairs_of_cef(extension)
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| (own_key(key), value)),
        ),
        Some(Form::Table(text)) => {
            let mut cells = table(text);
            let (date, time) = (cells.nth(1), cells.next());
            if let (Some(date), Some(time)) = (date, time) {
                all.push("_table_time", format!("{date} {time}"));
            }
            let cells = COLUMNS[3..].iter().zip(cells);
            for (name, value) in cells.filter(|(name, value)| **name != "_" && !value.is_empty()) {
                all.push(*name, value);
            }
        }
        None => {}
    }
    // Of a key that comes twice the first counts: keys are sorted, and a user's name stands behind his address.
    parts.append_firsts(all, &["_login", "_transport"]);
}

/// Takes the backslashes before brackets and quotes off.
fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.replace("\\]", "]").replace("\\\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::Bracketed;

    #[test]
    fn pairs_in_brackets() {
        let text = r#"a:"1"; b::"x "y" \"z\" [\]"; c:"k=v;w" ; d: "; e; f:"open"#;
        let found: Vec<_> = Bracketed { rest: text }.collect();
        assert_eq!(found[0], ("a", "1"));
        assert_eq!(found[1], ("b", r#"x "y" \"z\" [\]"#));
        assert_eq!(found[2], ("c", "k=v;w"));
        assert_eq!(found.last().map(|(key, _)| *key), Some("d"));
    }
}
