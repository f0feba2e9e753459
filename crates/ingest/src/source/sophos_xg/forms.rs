//! The form of a line: pairs, behind a header of syslog, behind `<PRI>` alone, or bare.

use std::borrow::Cow;

use memchr::memmem;

use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::Pairs;
use crate::format::time;
use crate::source::mapping::{MOST_PAIRS, Parts, Record};

/// How far into a line its marks are looked for.
const HEAD: usize = 512;

/// The keys that lines begin with: of the older and the newer format.
const FIRST: &[&str] = &["device=\"", "device_name=\""];

/// Is this what stands first in a line?
pub(super) fn is_first(text: &str) -> bool {
    FIRST.iter().any(|key| text.starts_with(key))
}

/// The pairs of a line.
fn text<'a>(record: &Record<'a>) -> Option<&'a str> {
    let message = record.message();
    let text = match message
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
    {
        Some((digits, rest)) if (1..=3).contains(&digits.len()) => rest,
        _ => message,
    };
    let text = text.trim_start();
    if is_first(text) {
        return Some(text);
    }
    // `Jan  2 03:04:05 device="SFW" date=...`: the header's reader takes the first pair for the host.
    let host = record.header.host.filter(|host| is_first(host))?;
    record.raw.find(host).map(|at| &record.raw[at..])
}

fn pairs<'a>(text: &'a str) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
    Pairs::new(text).verbatim().spaced()
}

/// Is this a line of a Sophos Firewall? Told by its first key and by keys that stand before anything a stranger may write.
pub(super) fn is_own(record: &Record<'_>) -> bool {
    text(record).is_some_and(|text| {
        let head = &text.as_bytes()[..text.len().min(HEAD)];
        [" log_id=", " log_type=\"", " log_component=\""]
            .iter()
            .all(|key| memmem::find(head, key.as_bytes()).is_some())
    })
}

/// What a line is about.
#[derive(Default)]
pub(super) struct Told<'a> {
    /// `Event`, `Firewall`, `IDP`...
    pub(super) log: Cow<'a, str>,
    /// `SSL VPN Authentication`, `IPSec`, `CLI`...
    pub(super) component: Cow<'a, str>,
    /// `Authentication`, `Admin`, `System`, `Allowed`...
    pub(super) subtype: Cow<'a, str>,
    /// `Successful`, `Failed`, `Established`...
    pub(super) status: Cow<'a, str>,
    /// With the log that it is of, and the severity.
    pub(super) id: Cow<'a, str>,
    /// By which client a user came: `IPSec`, `Web Client`...
    pub(super) client: Cow<'a, str>,
    pub(super) message: Cow<'a, str>,
}

impl Told<'_> {
    /// The message's number: `17701`.
    pub(super) fn code(&self) -> &str {
        code(&self.id).unwrap_or_default()
    }
}

/// The message's number in `062910617701`: what stands behind the log, the component, the subtype and the severity.
pub(super) fn code(id: &str) -> Option<&str> {
    id.get(7..).filter(|code| !code.is_empty())
}

/// The severity in it, as syslog counts.
pub(super) fn severity(id: &str) -> Option<u8> {
    let digit = *id.as_bytes().get(6)?;
    matches!(digit, b'0'..=b'7').then(|| digit - b'0')
}

/// Reads no further than it must. Of a key that comes twice the first counts.
pub(super) fn told<'a>(record: &Record<'a>) -> Told<'a> {
    let mut told = Told::default();
    let Some(text) = text(record) else {
        return told;
    };
    for (key, value) in pairs(text).take(MOST_PAIRS) {
        let slot = match key {
            "log_id" => &mut told.id,
            "log_type" => &mut told.log,
            "log_component" => &mut told.component,
            "log_subtype" => &mut told.subtype,
            "status" => &mut told.status,
            "auth_client" => &mut told.client,
            "message" => &mut told.message,
            _ => continue,
        };
        if slot.is_empty() {
            *slot = value;
        }
        // Only events are told apart by more than what every line begins with.
        if told.log != "Event" && !told.log.is_empty() && !told.subtype.is_empty() {
            break;
        }
    }
    told
}

/// The line's own time; the syslog header's is that of the relay.
pub(super) fn stamp(record: &Record<'_>) -> Option<Stamp> {
    let text = text(record)?;
    let (mut date, mut clock, mut zone, mut whole) = (None, None, None, None);
    for (key, value) in pairs(text).take(MOST_PAIRS) {
        let slot = match key {
            "date" => &mut date,
            "time" => &mut clock,
            "timezone" => &mut zone,
            "timestamp" => &mut whole,
            // The times stand before it.
            "log_type" => break,
            _ => continue,
        };
        slot.get_or_insert(value);
    }
    if let (Some(date), Some(clock)) = (date, clock) {
        let stamp = time::fixed("YYYY-MM-DD hh:mm:ss", &format!("{date} {clock}"))?;
        return Some(Stamp {
            offset: zone.and_then(|zone| time::zone_named(&zone)),
            ..stamp
        });
    }
    iso_stamp(&whole?)
}

/// Values that say nothing.
fn is_unset(value: &str) -> bool {
    matches!(value, "" | "-" | "N/A")
}

/// Where somebody came from. A user name may hold ` src_ip=` and stands before the true one: where a line names several it cannot be
/// told which that is.
const ORIGINS: &[&str] = &["src_ip", "remoteinterfaceip", "remote_ip"];

/// Names the values of a line, keys in small letters. Of a key that comes twice the first counts.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let Some(text) = text(record) else {
        return;
    };
    let mut all = Parts::default();
    let pairs = pairs(text).filter(|(_, value)| !is_unset(value));
    all.extend_bounded(pairs.map(|(key, value)| {
        let is_small = !key.bytes().any(|byte| byte.is_ascii_uppercase());
        let key = if is_small {
            Cow::Borrowed(key)
        } else {
            Cow::Owned(key.to_ascii_lowercase())
        };
        (key, value)
    }));
    let mut doubtful = Vec::new();
    for key in ORIGINS {
        let first = all.get(key);
        if all.all(key).any(|other| Some(other) != first) {
            doubtful.push(*key);
        }
    }
    parts.append_firsts(all, &doubtful);
}
