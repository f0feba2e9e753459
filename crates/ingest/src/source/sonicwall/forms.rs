//! The forms of a line: pairs, and CEF with the same values under other names.

use std::borrow::Cow;

use memchr::memmem;

use crate::format::syslog::Stamp;
use crate::format::text::{Cef, Pairs};
use crate::format::time;
use crate::source::mapping::{MOST_PAIRS, Parts, Record, turn};

/// How far into a line its marks are looked for.
const HEAD: usize = 256;

/// A line in one of its forms.
pub(super) enum Form<'a> {
    Pairs(&'a str),
    Cef(Cef<'a>),
}

impl<'a> Form<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        let message = record.message();
        let text = match message
            .strip_prefix('<')
            .and_then(|rest| rest.split_once('>'))
        {
            Some((digits, rest)) if (1..=3).contains(&digits.len()) => rest,
            _ => message,
        };
        let text = text.trim_start();
        if text.starts_with("id=") {
            let head = &text.as_bytes()[..text.len().min(HEAD)];
            let time = memmem::find(head, b" time=\"")?;
            // Pulse Secure's lines of this form have no serial number.
            memmem::find(&head[..time], b" sn=")?;
            return Some(Self::Pairs(text));
        }
        Cef::is_of(text, "SonicWall|")
            .then(|| Cef::parse(text).map(Self::Cef))
            .flatten()
    }
}

fn pairs<'a>(text: &'a str) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
    Pairs::new(text).verbatim().quoted_by(b"\"'")
}

/// What a line is about.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) is_sma: bool,
    pub(super) code: Cow<'a, str>,
    pub(super) message: Cow<'a, str>,
}

/// Reads no further than it must.
pub(super) fn told<'a>(record: &Record<'a>) -> Told<'a> {
    let mut told = Told::default();
    match Form::of(record) {
        Some(Form::Pairs(text)) => {
            for (key, value) in pairs(text).take(MOST_PAIRS) {
                match key {
                    "id" => told.is_sma = value == "sslvpn",
                    "m" if told.code.is_empty() => told.code = value,
                    "msg" if told.message.is_empty() => told.message = value,
                    _ => continue,
                }
                let done = if told.is_sma {
                    &told.message
                } else {
                    &told.code
                };
                if !done.is_empty() {
                    break;
                }
            }
        }
        Some(Form::Cef(cef)) => told.code = cef.class,
        None => {}
    }
    told
}

/// The line's own time; the syslog header's is that of the relay.
pub(super) fn stamp(record: &Record<'_>) -> Option<Stamp> {
    let Some(Form::Pairs(text)) = Form::of(record) else {
        return None;
    };
    let (_, rest) = text.split_once(" time=\"")?;
    let mut stamp = time::fixed("YYYY-MM-DD hh:mm:ss", rest.get(..19)?)?;
    if rest.get(19..)?.starts_with(" UTC") {
        stamp.offset = Some(0);
    }
    Some(stamp)
}

/// What SonicOS calls the value of a CEF key.
fn own_key(key: &str) -> &str {
    match key {
        "smac" => "srcMac",
        "dmac" => "dstMac",
        "susr" | "suser" => "usr",
        "cnt" => "n",
        "in" => "rcvd",
        "out" => "sent",
        "cs1" => "rule",
        "cn1Label" => "rpkt",
        "cn2Label" => "spkt",
        "cn3Label" => "cdur",
        "cs3Label" => "srcZone",
        "cs4Label" => "dstZone",
        "src" => "src_ip",
        "spt" => "src_port",
        "dst" => "dst_ip",
        "dpt" => "dst_port",
        "deviceInboundInterface" => "src_if",
        "deviceOutboundInterface" => "dst_if",
        "cat" => "c",
        key => key,
    }
}

/// The ends of a connection: the key, that of an IPv6 address, and the names of the parts.
const ENDS: &[(&str, &str, [&str; 4])] = &[
    ("src", "srcV6", ["src_ip", "src_port", "src_if", "src_host"]),
    ("dst", "dstV6", ["dst_ip", "dst_port", "dst_if", "dst_host"]),
];

/// Names the values of a line. Of a key that comes twice the first counts.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let mut all = Parts::default();
    match Form::of(record) {
        Some(Form::Pairs(text)) => {
            all.extend_bounded(pairs(text).filter(|(_, value)| !value.is_empty()));
            for (key, version6, names) in ENDS {
                end(&all, key, version6, names, parts);
            }
            if let Some(user) = all.get("usr").or_else(|| all.get("user")) {
                parts.push("usr", user.to_owned());
            }
            // A key of the line may have the name of a part.
            let own: Vec<&str> = ENDS.iter().flat_map(|(_, _, names)| *names).collect();
            parts.append_firsts(all, &own);
        }
        Some(Form::Cef(cef)) => {
            let pairs = cef.pairs().filter(|(_, value)| !value.is_empty());
            all.extend_bounded(pairs.map(|(key, value)| {
                let plain = value.trim_matches('"').to_owned();
                (own_key(key), plain)
            }));
            all.push("m", cef.class);
            all.push("msg", cef.name);
            parts.append_firsts(all, &[]);
        }
        None => {}
    }
}

/// `IP:PORT:INTERFACE:HOST`, of which all but the first may be missing, and the first too where it is an IPv6 address.
fn end(
    all: &Parts<'_>,
    key: &str,
    version6: &str,
    names: &[&'static str; 4],
    parts: &mut Parts<'_>,
) {
    // A user name may hold ` src=`: where the line names several it cannot be told which is the true one.
    let mut ends: Vec<&str> = all.all(key).collect();
    ends.dedup();
    if ends.len() > 1 {
        return;
    }
    if let Some(address) = all.get(version6) {
        parts.push(names[0], address.to_owned());
    }
    let end = ends.first().copied().unwrap_or_default();
    // Where an IPv6 address stands here, its colons are no separators.
    if turn::address(end).is_some() {
        parts.push(names[0], end.to_owned());
        return;
    }
    // `[2001:db8::7]:443:X1`
    if let Some((address, rest)) = end.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        parts.push(names[0], address.to_owned());
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        for (name, value) in names[1..].iter().zip(rest.split(':')) {
            if !value.is_empty() {
                parts.push(*name, value.to_owned());
            }
        }
        return;
    }
    for (name, value) in names.iter().zip(end.split(':')) {
        if !value.is_empty() {
            parts.push(*name, value.to_owned());
        }
    }
}
