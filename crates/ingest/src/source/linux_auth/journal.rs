//! The systemd journal: `journalctl -o json`, and what Filebeat's journald input hands on.

use std::borrow::Cow;

use gatewatch_event::{Document, Timestamp};
use serde_json::{Map, Value as Json};

use super::event::AuthEvent;
use super::fields::Which;
use super::program::{Program, Role};
use crate::format::json::{JsonKind, LazyJson};
use crate::format::syslog::Header;

/// The fields of one entry of the journal, in whatever form they are at hand.
pub trait JournalFields {
    /// The text of a field such as `_HOSTNAME`: a string as it is, a number in decimal, an array of byte values (how
    /// journalctl writes what is no UTF-8) as lossy UTF-8. The first of several values. `None` when there is no such field or it is null.
    fn text(&self, name: &str) -> Option<Cow<'_, str>>;
}

impl JournalFields for Map<String, Json> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        json_text(self.get(name)?)
    }
}

impl JournalFields for LazyJson<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.get(name)?;
        if value.kind() != JsonKind::Array {
            return value.scalar_text();
        }
        let byte = |element: LazyJson<'_>| match element.kind() {
            JsonKind::Number => element.raw().parse().ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = value.elements().map(byte).collect();
        match bytes {
            Some(bytes) if !bytes.is_empty() => {
                Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
            }
            _ => value.elements().next()?.scalar_text(),
        }
    }
}

fn json_text(value: &Json) -> Option<Cow<'_, str>> {
    match value {
        Json::String(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) => Some(Cow::Owned(number.to_string())),
        Json::Array(values) => {
            let bytes: Option<Vec<u8>> = values
                .iter()
                .map(|value| value.as_u64().and_then(|byte| u8::try_from(byte).ok()))
                .collect();
            match bytes {
                Some(bytes) if !bytes.is_empty() => {
                    Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
                }
                _ => values
                    .first()
                    .filter(|value| !value.is_array())
                    .and_then(json_text),
            }
        }
        Json::Bool(_) | Json::Null | Json::Object(_) => None,
    }
}

/// Does an object with these fields come from `journalctl -o json`?
pub fn is_journal(fields: &dyn JournalFields) -> bool {
    [
        "__REALTIME_TIMESTAMP",
        "_SOURCE_REALTIME_TIMESTAMP",
        "__CURSOR",
        "_BOOT_ID",
    ]
    .iter()
    .any(|name| fields.text(name).is_some())
        && fields.text("MESSAGE").is_some()
}

/// An entry of the journal, with the fields that an event needs.
#[derive(Clone, Debug, Default)]
pub struct JournalLine<'a> {
    message: Cow<'a, str>,
    time: Option<Timestamp>,
    host: Option<Cow<'a, str>>,
    machine_id: Option<Cow<'a, str>>,
    identifier: Option<Cow<'a, str>>,
    command: Option<Cow<'a, str>>,
    executable: Option<Cow<'a, str>>,
    command_line: Option<Cow<'a, str>>,
    pid: Option<i64>,
    priority: Option<u16>,
    facility: Option<i64>,
    user: Option<Cow<'a, str>>,
    group: Option<Cow<'a, str>>,
    login_user: Option<Cow<'a, str>>,
}

impl<'a> JournalLine<'a> {
    /// Reads an entry. `None` when it has no message.
    ///
    /// ```
    /// use gatewatch_event::{Event, Field};
    /// use gatewatch_ingest::source::linux_auth::JournalLine;
    ///
    /// let json = serde_json::json!({"MESSAGE": "Accepted password for joe from 192.0.2.7 port 9 ssh2", "SYSLOG_IDENTIFIER": "sshd"});
    /// let line = JournalLine::read(json.as_object().expect("an object")).expect("it has a message");
    /// let user = line.event().first(Field::new("user.name"));
    /// assert_eq!(user.and_then(|user| user.as_str().map(str::to_owned)).as_deref(), Some("joe"));
    /// ```
    pub fn read(fields: &'a dyn JournalFields) -> Option<Self> {
        let number = |name: &str| {
            fields
                .text(name)?
                .split(',')
                .next()?
                .trim()
                .parse::<i64>()
                .ok()
        };
        // The time at which the journal took the entry is always there and cannot be forged.
        let micros =
            number("__REALTIME_TIMESTAMP").or_else(|| number("_SOURCE_REALTIME_TIMESTAMP"));
        Some(Self {
            message: fields.text("MESSAGE")?,
            time: micros.map(|micros| Timestamp::from_millis(micros.div_euclid(1000))),
            host: fields.text("_HOSTNAME"),
            machine_id: fields.text("_MACHINE_ID"),
            identifier: fields.text("SYSLOG_IDENTIFIER"),
            command: fields.text("_COMM"),
            executable: fields.text("_EXE"),
            command_line: fields.text("_CMDLINE"),
            pid: number("_PID").or_else(|| number("SYSLOG_PID")),
            priority: number("PRIORITY").and_then(|priority| u16::try_from(priority).ok()),
            facility: number("SYSLOG_FACILITY"),
            user: fields.text("_UID"),
            group: fields.text("_GID"),
            login_user: fields.text("_AUDIT_LOGINUID"),
        })
    }

    /// What a syslog header would say.
    pub(crate) fn header(&'a self) -> Header<'a> {
        Header {
            priority: self.priority,
            host: self.host.as_deref(),
            program: self.program(),
            pid: self.pid,
            message: &self.message,
            ..Header::default()
        }
    }

    /// The event.
    pub fn event(&'a self) -> AuthEvent<'a> {
        AuthEvent::of_journal(self.header(), self)
    }

    /// The name that the program gave itself, else that of its file.
    fn program(&self) -> Option<&str> {
        self.identifier.as_deref().or(self.command.as_deref())
    }

    /// `process.name`: Filebeat takes the file's name, and the other where that is missing.
    pub(super) fn process_name(&self) -> Option<&str> {
        self.command.as_deref().or(self.identifier.as_deref())
    }

    /// Does a program that is not sshd log as sshd?
    pub(super) fn is_impostor(&self) -> bool {
        self.command
            .as_deref()
            .is_some_and(|command| Program::named(command).role != Role::Ssh)
    }

    /// When the journal took the entry.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.time
    }

    pub(super) fn machine_id(&self) -> Option<&str> {
        self.machine_id.as_deref()
    }

    pub(super) fn executable(&self) -> Option<&str> {
        self.executable.as_deref()
    }

    pub(super) fn command_line(&self) -> Option<&str> {
        self.command_line.as_deref().filter(|text| !text.is_empty())
    }

    pub(super) fn facility(&self) -> Option<i64> {
        self.facility
    }

    /// Did the user change identity since logging in?
    fn changed_user(&self) -> bool {
        self.login_user.is_some() && self.login_user != self.user
    }

    /// Who logged in, else whose process it is.
    pub(super) fn user_id(&self) -> Option<&str> {
        self.login_user.as_deref().or(self.user.as_deref())
    }

    pub(super) fn user_group_id(&self) -> Option<&str> {
        self.group.as_deref().filter(|_| !self.changed_user())
    }

    pub(super) fn effective_id(&self) -> Option<&str> {
        self.user.as_deref().filter(|_| self.changed_user())
    }

    pub(super) fn effective_group_id(&self) -> Option<&str> {
        self.group.as_deref().filter(|_| self.changed_user())
    }
}

/// The words of a command line as Filebeat cuts them: quoted text is one word and keeps its quotes.
pub(super) fn arguments(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let end = quoted_end(rest)
            .unwrap_or_else(|| rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word)
    })
}

/// Where the quoted text at the front ends, behind its quote.
fn quoted_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Is this what Filebeat's journald input hands on: a journal entry half translated to ECS?
pub fn is_filebeat_journal(document: &Document) -> bool {
    document.get("syslog.identifier").is_some() && document.get("message").is_some()
}

/// What an ingest pipeline of the `system` integration makes of such a document.
pub fn from_filebeat(mut document: Document) -> Document {
    let text = |path: &str| document.get(path).and_then(json_text).map(Cow::into_owned);
    let line = JournalLine {
        message: Cow::Owned(text("message").unwrap_or_default()),
        host: text("host.hostname").map(Cow::Owned),
        identifier: text("syslog.identifier").map(Cow::Owned),
        command: text("journald.process.name").map(Cow::Owned),
        ..JournalLine::default()
    };
    for path in [
        "journald",
        "syslog",
        "systemd",
        "message_id",
        "process.thread",
    ] {
        document.remove(path);
    }
    let event = line.event();
    // The input has set these already, and knows them better.
    event.fill(&mut document, |which| {
        !matches!(
            which,
            Which::Timestamp
                | Which::Message
                | Which::HostName
                | Which::HostHostname
                | Which::ProcessPid
                | Which::SyslogPriority
        )
    });
    document
}

#[cfg(test)]
mod tests {
    use super::{JournalFields, JournalLine, arguments};
    use crate::format::json::{Index, LazyJson};
    use gatewatch_event::{Event, Field};
    use serde_json::{Value as Json, json};

    #[track_caller]
    fn check(entry: &Json, field: &str, expect: &[&str]) {
        let line = JournalLine::read(entry.as_object().expect("an object")).expect("a message");
        let values: Vec<String> = line
            .event()
            .all(Field::new(field))
            .iter()
            .map(|value| value.text().into_owned())
            .collect();
        assert_eq!(values, expect, "{field}");
    }

    #[test]
    fn forms_of_values() {
        let fields = json!({"A": "a", "B": [65, 66], "C": 7, "D": null, "E": ["x", "y"], "F": [255], "G": []});
        let text = fields.to_string();
        let mut index = Index::new();
        index.build(&text).expect("JSON");
        let lazy = LazyJson::new(&text, &index);
        let fields = fields.as_object().expect("an object");
        for (name, expect) in [
            ("A", Some("a")),
            ("B", Some("AB")),
            ("C", Some("7")),
            ("D", None),
            ("E", Some("x")),
            ("F", Some("\u{fffd}")),
            ("G", None),
        ] {
            assert_eq!(fields.text(name).as_deref(), expect, "{name}");
            assert_eq!(lazy.text(name).as_deref(), expect, "{name}");
        }
    }

    #[test]
    fn an_entry() {
        let entry = json!({
            "__REALTIME_TIMESTAMP": "1704066610123456", "_HOSTNAME": "web", "SYSLOG_IDENTIFIER": "sshd", "_COMM": "sshd", "_PID": "12",
            "MESSAGE": "Accepted password for joe from 192.0.2.7 port 9 ssh2", "PRIORITY": "6", "SYSLOG_FACILITY": "4", "_UID": "0",
            "_GID": "0", "_CMDLINE": "sshd: \"joe [priv]\"", "_MACHINE_ID": "abc",
        });
        check(&entry, "@timestamp", &["2023-12-31T23:50:10.123Z"]);
        check(&entry, "event.outcome", &["success"]);
        check(&entry, "host.name", &["web"]);
        check(&entry, "host.id", &["abc"]);
        check(&entry, "user.id", &["0"]);
        check(&entry, "user.group.id", &["0"]);
        check(&entry, "user.effective.id", &[]);
        check(&entry, "process.args", &["sshd:", "\"joe [priv]\""]);
        check(&entry, "process.args_count", &["2"]);
        check(&entry, "event.timezone", &[]);
        check(&entry, "log.syslog.facility.code", &["4"]);
    }

    #[test]
    fn nobody_can_log_as_sshd() {
        let entry = json!({
            "SYSLOG_IDENTIFIER": "sshd", "_COMM": "logger", "_UID": "1000", "_AUDIT_LOGINUID": "1001",
            "MESSAGE": "Accepted password for joe from 192.0.2.7 port 9 ssh2",
        });
        check(&entry, "event.outcome", &[]);
        check(&entry, "process.name", &["logger"]);
        check(&entry, "user.id", &["1001"]);
        check(&entry, "user.effective.id", &["1000"]);
    }

    #[test]
    fn words_of_a_command_line() {
        let words = |line| arguments(line).collect::<Vec<_>>();
        assert_eq!(words(" a  b\tc "), ["a", "b", "c"]);
        assert_eq!(
            words(r#""a b" c "d\" e" f"g h"#),
            [r#""a b""#, "c", r#""d\" e""#, "f\"g", "h"]
        );
        assert_eq!(words("\"never ends"), ["\"never", "ends"]);
        assert_eq!(words("\"\\"), ["\"\\"]);
    }
}
