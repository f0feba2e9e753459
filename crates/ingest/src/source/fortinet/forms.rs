//! The forms of a line: pairs, and CEF with the same values under other names.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem;

use crate::format::text::{Cef, Pairs, find_near};
use crate::source::mapping::{Confidence, MOST_PAIRS, Parts, Record};

/// How far into a line its marks are looked for.
const HEAD: usize = 1024;

/// The keys that lines begin with.
const FIRST: &[&str] = &[
    "date=",
    "time=",
    "devname=",
    "devid=",
    "device_id=",
    "logver=",
    "timestamp=",
    "eventtime=",
    "itime=",
    "logid=",
    "log_id=",
    "type=",
    "vd=",
];

static SUBTYPE: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(" subtype="));

/// The pairs of a line, without any header.
fn pairs<'a>(record: &Record<'a>) -> Option<&'a str> {
    let mut text = record.message();
    if let Some(program) = record.program().filter(|word| word.starts_with("time=")) {
        // `host time=14:38:46 ...`: the header's reader takes `time=14` for a program.
        let at = record.raw.find(program)?;
        text = &record.raw[at..];
    }
    let text = text.trim_start();
    let text = match text.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((digits, rest)) if (1..=3).contains(&digits.len()) => rest.trim_start(),
        _ => text,
    };
    let first = text.as_bytes().first();
    FIRST
        .iter()
        .any(|key| key.as_bytes().first() == first && text.starts_with(key))
        .then_some(text)
}

fn cef<'a>(record: &Record<'a>) -> Option<Cef<'a>> {
    let message = record.message();
    Cef::is_of(message, "Fortinet|")
        .then(|| Cef::parse(message))
        .flatten()
}

/// Is this a line of a Fortinet device? Told by its first key and by keys that only Fortinet has together.
pub(super) fn detect(record: &Record<'_>) -> Option<Confidence> {
    if let Some(text) = pairs(record) {
        let head = &text.as_bytes()[..text.len().min(HEAD)];
        let has = |key: &[u8]| memmem::find(head, key).is_some();
        let typed = || text.starts_with("type=") || has(b" type=");
        if SUBTYPE.find(head).is_some()
            && typed()
            && (has(b"logid=") || has(b" vd=") || has(b"devid="))
        {
            return Some(Confidence::Certain);
        }
        let dated = text.starts_with("date=")
            && find_near(text, b' ', 16) == Some(15)
            && text[16..].starts_with("time=");
        return (dated && (has(b" desc=") || has(b" devid=") || has(b" device_id=")))
            .then_some(Confidence::Likely);
    }
    Cef::is_of(record.message(), "Fortinet|Forti").then_some(Confidence::Certain)
}

/// What a line is about.
#[derive(Default)]
pub(super) struct What<'a> {
    /// `event`, `traffic`, `utm`...
    pub(super) log: Cow<'a, str>,
    /// `vpn`, `user`, `system`, `forward`...
    pub(super) subtype: Cow<'a, str>,
    /// `tunnel-up`, `login`...
    pub(super) action: Cow<'a, str>,
}

/// Reads no further than it must. Of a key that comes twice the first counts: what a client says of itself stands behind.
pub(super) fn what<'a>(record: &Record<'a>) -> What<'a> {
    let mut what = What::default();
    if let Some(text) = pairs(record) {
        for (key, value) in Pairs::new(text).verbatim().take(MOST_PAIRS) {
            let slot = match key {
                "type" => &mut what.log,
                "subtype" => &mut what.subtype,
                "action" => &mut what.action,
                _ => continue,
            };
            if slot.is_empty() {
                *slot = value;
            }
            let told = !what.log.is_empty() && !what.subtype.is_empty();
            if told && (what.log != "event" || !what.action.is_empty()) {
                break;
            }
        }
    } else if let Some(cef) = cef(record) {
        for (key, value) in cef.pairs().take(MOST_PAIRS) {
            let slot = match plain_key(key) {
                "cat" => {
                    (what.log, what.subtype) = category(value, what.subtype);
                    continue;
                }
                "subtype" => &mut what.subtype,
                "act" | "action" => &mut what.action,
                _ => continue,
            };
            if slot.is_empty() {
                *slot = value;
            }
        }
    }
    what
}

/// `event:vpn`, or the log alone.
fn category<'a>(value: Cow<'a, str>, subtype: Cow<'a, str>) -> (Cow<'a, str>, Cow<'a, str>) {
    let Some((log, of)) = value.split_once(':') else {
        return (value, subtype);
    };
    let of = if subtype.is_empty() {
        Cow::Owned(of.to_owned())
    } else {
        subtype
    };
    (Cow::Owned(log.to_owned()), of)
}

/// A key of CEF without what FortiOS, or an administrator, puts in front of those that CEF does not know.
fn plain_key(key: &str) -> &str {
    let stripped = ["FTNTFGT", "FortinetFortiGate"]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix));
    match stripped {
        Some(key) => key,
        None => key.split_once('.').map_or(key, |(_, key)| key),
    }
}

/// What FortiOS calls the value of a CEF key. In VPN events the ends are called remote and local.
fn own_key(key: &str, vpn: bool) -> &str {
    match (plain_key(key), vpn) {
        ("deviceExternalId", _) => "devid",
        ("dvchost", _) => "devname",
        ("dst", true) => "remip",
        ("dpt", true) => "remport",
        ("src", true) => "locip",
        ("spt", true) => "locport",
        ("dst", false) => "dstip",
        ("dpt", false) => "dstport",
        ("src", false) => "srcip",
        ("spt", false) => "srcport",
        ("duser" | "suser", _) => "user",
        ("act", _) => "action",
        ("outcome", _) => "status",
        ("sproc", _) => "ui",
        ("deviceInboundInterface", _) => "srcintf",
        ("deviceOutboundInterface", _) => "dstintf",
        ("deviceSeverity", _) => "level",
        ("app", _) => "service",
        ("out", _) => "sentbyte",
        ("in", _) => "rcvdbyte",
        ("externalId" | "externalID", _) => "sessionid",
        ("sourceTranslatedAddress", _) => "transip",
        ("sourceTranslatedPort", _) => "transport",
        (key, _) => key,
    }
}

/// Values that say nothing.
fn is_unset(value: &str) -> bool {
    matches!(value, "" | "N/A" | "undefined")
}

/// Names the values of a line.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let mut all = Parts::default();
    if let Some(text) = pairs(record) {
        if text.contains('\0') {
            let clean = text.replace('\0', "");
            let pairs = Pairs::new(&clean).verbatim();
            let set = pairs.filter(|(_, value)| !is_unset(value));
            all.extend_bounded(set.map(|(key, value)| (key.to_owned(), value.into_owned())));
        } else {
            let pairs = Pairs::new(text).verbatim();
            all.extend_bounded(pairs.filter(|(_, value)| !is_unset(value)));
        }
    } else if let Some(cef) = cef(record) {
        let what = what(record);
        let vpn = what.subtype == "vpn";
        let pairs = cef.pairs().filter(|(_, value)| !is_unset(value));
        all.extend_bounded(pairs.map(|(key, value)| (own_key(key, vpn), value)));
        all.push("type", what.log);
        all.push("subtype", what.subtype);
    }
    // Of a key that comes twice the first counts: what a client says of itself stands behind.
    parts.append_firsts(all, &["_from"]);
    // Administrators before FortiOS 6 have their address here alone: `https(192.0.2.7)`.
    let from = ["ui", "userfrom"].iter().find_map(|key| {
        let ui = parts.get(key)?;
        let (_, address) = ui.strip_suffix(')').unwrap_or(ui).rsplit_once('(')?;
        crate::source::mapping::turn::address(address).map(|_| address.to_owned())
    });
    if let Some(from) = from {
        parts.push("_from", from);
    }
}
