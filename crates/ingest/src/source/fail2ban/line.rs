//! The forms of a line, and what it says.
//!
//! `2026-01-05 08:00:00,123 fail2ban.filter         [144]: INFO    [sshd] Found 192.0.2.7 - 2026-01-05 07:59:59`; through a syslog
//! `fail2ban.filter[144]: INFO [sshd] Found ...`; before 0.9 without a process.

use crate::format::syslog::{Stamp, iso_stamp};
use crate::source::mapping::{Parts, Record, turn};

const LEVELS: [&str; 11] = [
    "INFO",
    "NOTICE",
    "WARNING",
    "ERROR",
    "DEBUG",
    "CRITICAL",
    "MSG",
    "HEAVYDEBUG",
    "TRACEDEBUG",
    "WARN",
    "HEAVY",
];

/// A line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The line's own time.
    time: Option<&'a str>,
    component: Option<&'a str>,
    pid: Option<&'a str>,
    level: Option<&'a str>,
    text: &'a str,
}

/// What a line says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The jail's filter found a failure.
    Found,
    /// It found one that does not count.
    Ignored,
    Ban,
    /// A ban from before the daemon's start.
    Restored,
    /// A longer ban for one that comes again.
    Increased,
    AlreadyBanned,
    Unban,
    Other,
}

/// Does a program of this name write such lines into a syslog?
fn is_program(name: &str) -> bool {
    name == "fail2ban"
        || name
            .strip_prefix("fail2ban")
            .is_some_and(|rest| rest.starts_with(['.', '-']))
}

/// The line's own time, and where its component begins.
fn own_time(raw: &str) -> Option<(&str, &str)> {
    let bytes = raw.as_bytes();
    let is_dated = bytes.first()?.is_ascii_digit()
        && (bytes.get(4), bytes.get(10), bytes.get(13)) == (Some(&b'-'), Some(&b' '), Some(&b':'));
    if !is_dated {
        return None;
    }
    // The thousandths of a second, if any, stand behind a comma.
    let (time, rest) = raw.split_at_checked(if bytes.get(19) == Some(&b',') { 23 } else { 19 })?;
    Some((time, rest.strip_prefix(' ')?.trim_start()))
}

impl<'a> Line<'a> {
    /// A line of fail2ban, in whatever file.
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        // What the header's reader takes for the host of an own line is its component.
        if let Some((time, rest)) = own_time(record.raw) {
            return Self::component(rest).map(|line| Self {
                time: Some(time),
                ..line
            });
        }
        let program = record.program().filter(|name| is_program(name))?;
        let message = record.message();
        // What the daemon prints into the journal has all of the above.
        let (time, rest) = match own_time(message) {
            Some((time, rest)) => (Some(time), rest),
            None => (None, message),
        };
        Some(match Self::component(rest) {
            Some(line) => Self { time, ..line },
            None => Self {
                component: Some(program),
                time,
                ..Self::levelled(rest)
            },
        })
    }

    /// `fail2ban.filter         [144]: INFO    TEXT`.
    fn component(text: &'a str) -> Option<Self> {
        if !text.starts_with("fail2ban.") {
            return None;
        }
        let (head, rest) = text.split_once(':')?;
        let rest = rest.strip_prefix(' ')?;
        let (name, pid) = match head.split_once('[') {
            Some((name, pid)) => (name.trim_end(), pid.strip_suffix(']')),
            None => (head.trim_end(), None),
        };
        let is_name = name.len() < 40
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        is_name.then(|| Self {
            component: Some(name),
            pid,
            ..Self::levelled(rest)
        })
    }

    fn levelled(text: &'a str) -> Self {
        let text = text.trim_start();
        let word = text.split(' ').next().unwrap_or_default();
        let is_level = LEVELS.contains(&word);
        Self {
            time: None,
            component: None,
            pid: None,
            level: is_level.then_some(word),
            text: if is_level {
                text[word.len()..].trim()
            } else {
                text
            },
        }
    }

    pub(super) fn stamp(&self) -> Option<Stamp> {
        iso_stamp(self.time?)
    }

    /// The jail, and what follows it.
    fn jail(&self) -> Option<(&'a str, &'a str)> {
        self.text.strip_prefix('[')?.split_once("] ")
    }

    /// What happened, and to what: mostly an address, but a jail may count names as well.
    fn split(&self) -> (What, Option<&'a str>) {
        let Some((_, rest)) = self.jail() else {
            return (What::Other, None);
        };
        for (start, what) in [
            ("Found ", What::Found),
            ("Ban ", What::Ban),
            ("Unban ", What::Unban),
            ("Restore Ban ", What::Restored),
            ("Increase Ban ", What::Increased),
            ("Ignore ", What::Ignored),
        ] {
            let Some(rest) = rest.strip_prefix(start) else {
                continue;
            };
            let (id, more) = rest.split_once(' ').unwrap_or((rest, ""));
            // `Ignore 192.0.2.7, expired bantime` is a ban that came too late.
            if what == What::Ignored && !more.starts_with("by ") {
                return (What::Other, Some(id.trim_end_matches(',')));
            }
            return (what, Some(id));
        }
        match rest.split_once(' ') {
            Some((id, "already banned")) => (What::AlreadyBanned, Some(id)),
            _ => (What::Other, None),
        }
    }

    pub(super) fn what(&self) -> What {
        self.split().0
    }

    /// The jail's name.
    pub(super) fn jail_name(&self) -> &'a str {
        self.jail().map_or("", |(name, _)| name)
    }

    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        parts.push_some("component", self.component);
        parts.push_some("pid", self.pid);
        parts.push_some("level", self.level);
        parts.push("message", self.text);
        if let Some((jail, rest)) = self.jail() {
            parts.push_some("jail", Some(jail));
            if let Some((_, time)) = rest.split_once(" - ")
                && self.what() == What::Found
            {
                parts.push("time", time);
            }
        }
        if let (_, Some(id)) = self.split() {
            let part = if turn::address(id).is_some() {
                "ip"
            } else {
                "id"
            };
            parts.push_some(part, Some(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, What};
    use crate::source::UTC;
    use crate::source::mapping::{Parts, Record};
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn forms() {
        for (line, what) in [
            (
                "2026-01-05 08:00:00,123 fail2ban.filter         [144]: INFO    [sshd] Found 192.0.2.7 - 2026-01-05 07:59:59",
                Some(What::Found),
            ),
            (
                "2013-01-05 08:00:00,123 fail2ban.actions: WARNING [ssh] Ban 192.0.2.7",
                Some(What::Ban),
            ),
            (
                "2026-01-05 08:00:00 fail2ban.actions [1]: NOTICE [sshd] Restore Ban 192.0.2.7",
                Some(What::Restored),
            ),
            (
                "2026-01-05 08:00:00,123 fail2ban.actions [1]: INFO [sshd] Ignore 192.0.2.7, expired bantime",
                Some(What::Other),
            ),
            (
                "2026-01-05 08:00:00,123 fail2ban.filter [1]: INFO [sshd] Ignore 192.0.2.7 by ip",
                Some(What::Ignored),
            ),
            (
                "2026-01-05 08:00:00,123 fail2ban.server [1]: INFO Starting Fail2ban",
                Some(What::Other),
            ),
            (
                "2026-01-05 08:00:00,123 other.filter [1]: INFO [sshd] Found 192.0.2.7",
                None,
            ),
            ("2026-01-05 08:00:00,12", None),
            ("", None),
        ] {
            let found = Line::of(&Record::line(line, &UTC)).map(|line| line.what());
            assert_eq!(found, what, "{line}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec!["fail2ban.", "filter", " [1]: ", "INFO ", "[sshd] ", "Found ", "Ignore ", "192.0.2.7", " - ", "ä", "already banned"]), 0..12)) {
            for line in [text.clone(), format!("2026-01-05 08:00:00,123 {}{text}", words.concat()), format!("2026-01-05 08:00:00ä{text}")] {
                if let Some(line) = Line::of(&Record::line(&line, &UTC)) {
                    line.take_apart(&mut Parts::default());
                }
            }
        }
    }
}
