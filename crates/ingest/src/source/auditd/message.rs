//! The fields of one audit record.

use std::borrow::Cow;

use super::decode;
use super::head::Head;

/// Named texts, each name once.
pub(super) type List<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The text of a name.
pub(super) fn get<'l, 'a>(list: &'l List<'a>, name: &str) -> Option<&'l Cow<'a, str>> {
    list.iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// Sets the text of a name.
pub(super) fn set<'a>(
    list: &mut List<'a>,
    name: impl Into<Cow<'a, str>>,
    value: impl Into<Cow<'a, str>>,
) {
    let (name, value) = (name.into(), value.into());
    match list.iter_mut().find(|(known, _)| *known == name) {
        Some(entry) => entry.1 = value,
        None => list.push((name, value)),
    }
}

/// Takes a name out.
pub(super) fn take<'a>(list: &mut List<'a>, name: &str) -> Option<Cow<'a, str>> {
    let at = list.iter().position(|(known, _)| known == name)?;
    Some(list.remove(at).1)
}

/// A record has no more fields than this, arguments aside; what is beyond is left out.
const MOST_FIELDS: usize = 500;

/// One record of an event.
#[derive(Debug, Default)]
pub(super) struct Message<'a> {
    /// Its type.
    pub(super) kind: Cow<'a, str>,
    /// Its fields; of several of one name, the last.
    pub(super) fields: List<'a>,
    /// What auditd, when it enriches, or Laurel says that numbers are: `uid` to `root`.
    pub(super) names: List<'a>,
    /// The arguments of a command.
    pub(super) arguments: Vec<Cow<'a, str>>,
    /// The keys of the rules that wanted the event.
    pub(super) tags: Vec<Cow<'a, str>>,
    /// A bit for the name of each of the first fields, which names may share: what has none is none of them.
    pub(super) met: (u64, usize),
}

/// The bit of a name.
fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let at = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
    1 << ((at(0) + 7 * at(1) + 13 * at(bytes.len().saturating_sub(1)) + 29 * bytes.len()) % 64)
}

/// A field as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// What stands between the field before and this one.
    pub(super) before: &'a str,
    /// The name.
    pub(super) key: &'a str,
    /// The value, without quotes.
    pub(super) value: &'a str,
    /// Did it have quotes?
    pub(super) quoted: bool,
}

/// Reads `key=value key="value" msg='key=value'`: the fields inside `msg` are as those outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }
}

pub(super) fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'[' | b']')
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let bytes = self.rest.as_bytes();
            let assign = memchr::memchr(b'=', bytes)?;
            let start = bytes[..assign]
                .iter()
                .rposition(|byte| !is_key(*byte))
                .map_or(0, |at| at + 1);
            let (before, key) = (&self.rest[..start], &self.rest[start..assign]);
            let after = &self.rest[assign + 1..];
            if key.is_empty() {
                self.rest = after;
                continue;
            }
            let (value, quoted, rest) = match after.as_bytes().first() {
                Some(b'\'') if key == "msg" => {
                    self.rest = &after[1..];
                    continue;
                }
                Some(quote @ (b'"' | b'\'')) => {
                    let inside = &after[1..];
                    // A cut line may lack the quote that ends it.
                    match memchr::memchr(*quote, inside.as_bytes()) {
                        Some(end) => (&inside[..end], true, &inside[end + 1..]),
                        None => (inside, true, ""),
                    }
                }
                _ => {
                    let end = after
                        .bytes()
                        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''))
                        .unwrap_or(after.len());
                    (&after[..end], false, &after[end..])
                }
            };
            self.rest = rest;
            return Some(Field {
                before,
                key,
                value,
                quoted,
            });
        }
    }
}

/// Does the value of this field stand in digits when it has characters that are not plain?
fn is_coded(key: &str) -> bool {
    matches!(
        key,
        "acct"
            | "cmd"
            | "comm"
            | "cwd"
            | "data"
            | "dir"
            | "exe"
            | "file"
            | "name"
            | "path"
            | "proctitle"
            | "root_dir"
            | "sw"
            | "vm"
            | "watch"
    )
}

impl<'a> Message<'a> {
    /// Reads the record with this head.
    pub(super) fn read(head: &Head<'a>) -> Self {
        let kind = super::types::name_of(head.kind);
        let mut message = Self {
            kind: kind.into(),
            ..Self::default()
        };
        let (body, names) = enriched(head.body);
        let mut arguments = Arguments::default();
        for (number, field) in Fields::new(body).enumerate() {
            if kind == "EXECVE" && arguments.take(field) {
                continue;
            }
            if message.fields.len() >= MOST_FIELDS {
                break;
            }
            if kind == "AVC" && number == 0 {
                message.decision(field.before);
            }
            message.field(field);
        }
        message.arguments = arguments.finish();
        for field in Fields::new(names).take(MOST_FIELDS) {
            if field.key.bytes().any(|byte| byte.is_ascii_uppercase()) {
                message.name(field.key.to_ascii_lowercase(), field.value);
            }
        }
        message
    }

    /// Takes a field in.
    pub(super) fn field(&mut self, field: Field<'a>) {
        let Field {
            before,
            key,
            quoted,
            ..
        } = field;
        let mut value = field.value;
        if value.starts_with(' ') || value.ends_with(' ') {
            value = value.trim_matches(' ');
        }
        if !quoted {
            // Old versions of PAM write `(hostname=?, addr=?, terminal=ssh res=success)`.
            value = match key {
                "hostname" | "addr" => value.trim_end_matches(','),
                "res" => value.trim_end_matches(')'),
                _ => value,
            };
        }
        if matches!(value, "" | "?" | "(null)") {
            return;
        }
        if key == "key" {
            return self.tag(value, quoted);
        }
        let value = match !quoted && is_coded(key) {
            true => decode::text(value),
            false => Cow::Borrowed(value),
        };
        // Old kernels write `old auid=1 new auid=2`.
        let key = match before.trim_end() {
            _ if self.kind != "LOGIN" => Cow::Borrowed(key),
            old if old.ends_with("old") => Cow::Owned(format!("old_{key}")),
            new if new.ends_with("new") => Cow::Owned(format!("new_{key}")),
            _ => Cow::Borrowed(key),
        };
        let (bits, count) = self.met;
        let bit = bit(&key);
        if bits & bit == 0 && count == self.fields.len() {
            self.met = (bits | bit, count + 1);
            self.fields.push((key, value));
        } else {
            let is_known = count == self.fields.len();
            set(&mut self.fields, key, value);
            if is_known {
                self.met = (bits | bit, self.fields.len());
            }
        }
    }

    /// The keys of rules: one, or several with a character 1 between them and then in digits.
    fn tag(&mut self, value: &'a str, quoted: bool) {
        if let Some(bytes) = decode::bytes(value).filter(|_| !quoted) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.tags.extend(
                text.split('\u{1}')
                    .take(MOST_FIELDS)
                    .map(|tag| Cow::Owned(tag.to_owned())),
            );
        } else {
            let tag = value.split_once('=').map_or(value, |(_, tag)| tag);
            self.tags.push(Cow::Borrowed(tag));
        }
    }

    /// What SELinux decided: `avc:  denied  { read write } for  `.
    fn decision(&mut self, before: &'a str) {
        let parts = before.split_once('{').and_then(|(result, rest)| {
            let (permissions, _) = rest.split_once('}')?;
            Some((result.trim().rsplit(' ').next()?, permissions))
        });
        if let Some((result, permissions)) = parts {
            let permissions: Vec<&str> = permissions.split_ascii_whitespace().collect();
            set(&mut self.fields, "seresult", result);
            set(&mut self.fields, "seperms", permissions.join(","));
        }
    }

    /// Takes in what a number is called.
    pub(super) fn name(&mut self, key: String, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        if !matches!(value.as_ref(), "" | "unset" | "unknown" | "?") {
            set(&mut self.names, key, value);
        }
    }
}

/// Splits the names that auditd adds off: they follow the character 29, which syslog daemons write as `#035`.
fn enriched(body: &str) -> (&str, &str) {
    if let Some(at) = memchr::memchr(0x1d, body.as_bytes()) {
        return (&body[..at], &body[at + 1..]);
    }
    // No record without the sign has the mark.
    if memchr::memchr(b'#', body.as_bytes()).is_none() {
        return (body, "");
    }
    match body.rsplit_once("#035") {
        Some((body, names)) if names.starts_with(|c: char| c.is_ascii_uppercase()) => (body, names),
        _ => (body, ""),
    }
}

/// Arguments as they come: `a0="ls"`, and long ones in pieces `a1[0]=2F a1[1]=74`, with `a1_len=4` before.
#[derive(Default)]
struct Arguments<'a> {
    found: Vec<(&'a str, Cow<'a, str>, bool)>,
}

impl<'a> Arguments<'a> {
    /// Takes a field that is one, or says something of one.
    fn take(&mut self, field: Field<'a>) -> bool {
        let Some(rest) = field.key.strip_prefix('a') else {
            return false;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = rest.split_at(digits);
        match rest {
            _ if number.is_empty() => return false,
            "_len" => return true,
            "" => {}
            piece if piece.starts_with('[') && piece.ends_with(']') => {
                if let Some((_, text, quoted)) =
                    self.found.last_mut().filter(|(last, ..)| *last == number)
                {
                    text.to_mut().push_str(field.value);
                    *quoted |= field.quoted;
                    return true;
                }
            }
            _ => return false,
        }
        self.found
            .push((number, Cow::Borrowed(field.value), field.quoted));
        true
    }

    fn finish(self) -> Vec<Cow<'a, str>> {
        self.found
            .into_iter()
            .map(|(_, text, quoted)| match text {
                text if quoted => text,
                Cow::Borrowed(text) => decode::argument(text),
                Cow::Owned(text) => Cow::Owned(decode::argument(&text).into_owned()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::super::head::Head;
    use super::{Fields, Message};

    fn read(line: &str) -> String {
        let head = Head::of(line).expect(line);
        let message = Message::read(&head);
        let list = |list: &super::List<'_>| {
            let texts: Vec<String> = list
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            texts.join(" ")
        };
        format!(
            "{} | {} | {} | {}",
            list(&message.fields),
            list(&message.names),
            message.arguments.join(" "),
            message.tags.join(" ")
        )
    }

    #[test]
    fn records_of_every_form() {
        for (line, expect) in [
            (
                "type=USER_LOGIN msg=audit(1.2:3): user pid=7 uid=0 msg='op=login acct=726F6F7420616363743D78 exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 res=failed'\u{1d}UID=\"root\" AUID=\"unset\"",
                "pid=7 uid=0 op=login acct=root acct=x exe=/usr/sbin/sshd addr=192.0.2.7 res=failed | uid=root |  | ",
            ),
            (
                "type=USER_START msg=audit(1.2:3): user pid=7 msg='PAM: session open acct=\"root\" : exe=\"/usr/sbin/crond\" (hostname=?, addr=?, terminal=cron res=success)'",
                "pid=7 acct=root exe=/usr/sbin/crond terminal=cron res=success |  |  | ",
            ),
            (
                "type=LOGIN msg=audit(1.2:3): pid=7 uid=0 old auid=700 new auid=701 old ses=1 new ses=2",
                "pid=7 uid=0 old_auid=700 new_auid=701 old_ses=1 new_ses=2 |  |  | ",
            ),
            (
                "type=EXECVE msg=audit(1.2:3): argc=4 a0=\"ls\" a1=612062 a2_len=4 a2[0]=6162 a2[1]=6364 a3=x",
                "argc=4 |  | ls a b abcd x | ",
            ),
            (
                "type=SYSCALL msg=audit(1.2:3): syscall=59 key=6B31016B32",
                "syscall=59 |  |  | k1 k2",
            ),
            (
                "type=SYSCALL msg=audit(1.2:3): syscall=59 key=\"key=net\"",
                "syscall=59 |  |  | net",
            ),
            (
                "type=AVC msg=audit(1.2:3): avc:  denied  { read write } for  pid=7 comm=\"x\" tclass=file",
                "seresult=denied seperms=read,write pid=7 comm=x tclass=file |  |  | ",
            ),
            (
                "type=SERVICE_START msg=audit(1.2:3): pid=1 msg='unit=x comm=\"systemd\" res=success",
                "pid=1 unit=x comm=systemd res=success |  |  | ",
            ),
            (
                "Nov 25 16:45:27 gw audispd: type=USER_END msg=audit(1.2:3): pid=1 msg='acct=\"joe\" res=success'#035UID=\"root\"",
                "pid=1 acct=joe res=success | uid=root |  | ",
            ),
            ("type=CWD msg=audit(1.2:3): cwd=\"/tmp", "cwd=/tmp |  |  | "),
        ] {
            assert_eq!(read(line), expect, "{line}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), chosen in prop::collection::vec(prop::sample::select(vec!['a', '=', '"', '\'', ' ', '4', 'ä', '[']), 0..60)) {
            let chosen: String = chosen.into_iter().collect();
            for text in [text.as_str(), chosen.as_str()] {
                for _ in Fields::new(text) {}
                for kind in ["EXECVE", "AVC", "LOGIN", "USER_LOGIN"] {
                    Message::read(&Head { host: None, kind, id: "1.2:3", body: text });
                }
            }
        }
    }
}
