//! The forms of a line: what stands in front of its text.

use std::sync::LazyLock;

use super::kinds;
use crate::format::syslog::{Stamp, classic_stamp, iso_stamp};
use crate::format::text::{Starts, trim_front};
use crate::source::mapping::{Confidence, Recognised, Record, turn};

/// How far into a text its peer is looked for.
const HEAD: usize = 192;

/// A line without its time.
#[derive(Clone, Copy, Default)]
pub(super) struct Line<'a> {
    /// The name of a peer that was let in.
    pub(super) name: Option<&'a str>,
    /// `ADDRESS:PORT` of the peer, or the address alone.
    pub(super) peer: Option<&'a str>,
    /// What happened.
    pub(super) text: &'a str,
    /// A syslog header says when, where and by which program.
    pub(super) through_syslog: bool,
}

/// The texts that a line without a peer begins with, which nobody else writes.
static STARTS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "OpenVPN 2",
        "OpenVPN CLIENT LIST",
        "OpenVPN STATISTICS",
        "TITLE,OpenVPN ",
        "TITLE\tOpenVPN ",
        "HEADER,CLIENT_LIST,",
        "HEADER\tCLIENT_LIST\t",
        "HEADER,ROUTING_TABLE,",
        "HEADER\tROUTING_TABLE\t",
        "CLIENT_LIST,",
        "CLIENT_LIST\t",
        "ROUTING_TABLE,",
        "ROUTING_TABLE\t",
        "GLOBAL_STATS,",
        "GLOBAL_STATS\t",
        "Common Name,Real Address,",
        "Virtual Address,Common Name,",
        "TLS Error: ",
        "TLS Auth Error: ",
        "TLS: ",
        "tls-crypt unwrap error",
        "TCP connection established with [AF_INET",
        "MULTI: ",
        "SENT CONTROL [",
        "AUTH: Received control message: ",
        "Initialization Sequence Completed",
        "Diffie-Hellman initialized with ",
        "Incoming Control Channel ",
        "Outgoing Control Channel ",
        "Incoming Data Channel",
        "Outgoing Data Channel",
        "net_route_v",
        "net_addr_v",
        "net_iface_",
        "TUN/TAP device ",
        "Closing TUN/TAP interface",
        "Socket Buffers: R=[",
        "UDPv4 link ",
        "UDPv6 link ",
        "TCPv4_SERVER link ",
        "TCPv6_SERVER link ",
        "IFCONFIG POOL ",
        "ifconfig_pool_read()",
        "succeeded -> ifconfig_pool_set",
        "Could not determine IPv4/IPv6 protocol",
        "ROUTE_GATEWAY ",
        "event_wait : ",
        "read UDPv",
        "setsockopt(IPV6_V6ONLY",
        "SIGTERM[",
        "SIGUSR1[",
        "SIGINT[",
        "LDAP bind failed: ",
        "Incorrect password supplied for LDAP DN \"",
        "CRL: loaded ",
        "DCO version: ",
        "Note: Kernel support for ovpn-dco ",
        "Note: --cipher is not set.",
        "library versions: OpenSSL ",
    ])
});

/// How texts begin that follow a peer.
static PEER_STARTS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "TLS",
        "VERIFY ",
        "MULTI",
        "SENT CONTROL",
        "PUSH: ",
        "peer info: ",
        "Peer Connection Initiated",
        "Control Channel: ",
        "Data Channel",
        "Incoming Data Channel",
        "Outgoing Data Channel",
        "Incoming Control Channel",
        "Outgoing Control Channel",
        "Timers: ",
        "Protocol options: ",
        "Connection reset",
        "Delayed exit",
        "SIGTERM[",
        "SIGUSR1[",
        "WARNING: ",
        "AUTH",
        "Authentication ",
        "OpenSSL: ",
        "Sent fatal SSL alert",
        "TCP connection established",
        "CC-EEN ",
        "Re-using SSL/TLS context",
        "LZO compression",
        "Control Channel MTU",
        "Data Channel MTU",
        "CRL ",
        "Username/Password",
        "Replay-window",
        "Bad LZO",
        "Inactivity timeout",
        "[inactive]",
        "PLUGIN_CALL",
        "Float",
        "peer ",
    ])
});

/// Is this the program that a configuration named?
fn is_program(name: &str) -> bool {
    name.starts_with("ovpn-") || name.starts_with("openvpn")
}

/// The own time at the start of a line, and how much of the line it takes.
fn own_time(raw: &str) -> Option<(Stamp, usize)> {
    let bytes = raw.as_bytes();
    if bytes.first()?.is_ascii_digit() {
        // Fractions are not OpenVPN's.
        let bare = bytes.get(10) == Some(&b' ') && bytes.get(19) == Some(&b' ');
        let stamp = bare.then(|| iso_stamp(raw.get(..19)?)).flatten()?;
        return stamp.offset.is_none().then_some((stamp, 20));
    }
    // `Tue Aug 12 08:26:30 2025 `, perhaps with `us=340080 `.
    if bytes.get(3) != Some(&b' ') || bytes.get(24) != Some(&b' ') {
        return None;
    }
    let day = raw.get(..4)?;
    let known = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];
    if !known.contains(&day) {
        return None;
    }
    let mut stamp = classic_stamp(raw.get(4..24)?)?;
    stamp.year = Some(raw.get(20..24)?.parse().ok()?);
    let mut length = 25;
    if let Some((micros, _)) = raw
        .get(25..)
        .and_then(|rest| rest.strip_prefix("us="))
        .and_then(|rest| rest.split_once(' '))
        && let Ok(number @ 0..1_000_000) = micros.parse::<i32>()
    {
        stamp.nanos = number * 1000;
        length += 3 + micros.len() + 1;
    }
    Some((stamp, length))
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Self {
        if let Some((_, length)) = own_time(record.raw) {
            return Self::whole(record.raw.get(length..).unwrap_or_default());
        }
        if !record.program().is_some_and(is_program) {
            return Self::whole(record.raw);
        }
        Self {
            through_syslog: true,
            ..Self::whole(record.message())
        }
    }

    fn whole(text: &'a str) -> Self {
        Self::parse(text, first_word(text))
    }

    /// `word` is the first of the text.
    fn parse(text: &'a str, word: &'a str) -> Self {
        let whole = Self {
            text,
            ..Self::default()
        };
        if let Some((peer, name)) = peer(word) {
            return Self {
                name,
                peer: Some(peer),
                text: text[word.len()..].trim_start(),
                ..Self::default()
            };
        }
        // The name of a peer may hold spaces, and slashes.
        let head = &text.as_bytes()[..text.len().min(HEAD)];
        for at in memchr::memchr_iter(b'/', head) {
            // Paths and dates have many more slashes.
            if !text.as_bytes().get(at + 1).is_some_and(begins_peer) {
                continue;
            }
            let word = first_word(&text[at + 1..]);
            if let Some((peer, None)) = peer(word)
                && text[at + 1 + word.len()..].starts_with(' ')
            {
                return Self {
                    name: Some(&text[..at]),
                    peer: Some(peer),
                    text: text[at + 1 + word.len()..].trim_start(),
                    ..Self::default()
                };
            }
        }
        whole
    }
}

/// What stands before the first space.
fn first_word(text: &str) -> &str {
    memchr::memchr(b' ', text.as_bytes()).map_or(text, |at| &text[..at])
}

/// Servers with several sockets name the protocol before a peer: `udp4:192.0.2.7:9`, `tcp6-server:[2001:db8::7]:9`.
fn without_protocol(word: &str) -> &str {
    if !word.starts_with("udp") && !word.starts_with("tcp") {
        return word;
    }
    let protocol = |name: &str| {
        let version = name[3..].strip_suffix("-server").unwrap_or(&name[3..]);
        matches!(version, "" | "4" | "6")
    };
    match word.split_once(':') {
        Some((name, rest)) if protocol(name) => rest,
        _ => word,
    }
}

/// May a peer begin with this byte? The protocol may stand before its address.
fn begins_peer(byte: &u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'[' | b':' | b'u' | b't')
}

/// `ADDRESS:PORT`, `ADDRESS`, or either with a name behind a slash.
fn peer(word: &str) -> Option<(&str, Option<&str>)> {
    let word = without_protocol(word);
    if !word.as_bytes().first().is_some_and(begins_peer) {
        return None;
    }
    // Most words are no address at a glance.
    let bytes = word.as_bytes();
    let mut end = 0;
    let mut is_parted = false;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'.' | b':' => is_parted = true,
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'[' | b']' => {}
            b'/' | b'%' => break,
            _ => return None,
        }
        end += 1;
    }
    if !is_parted && memchr::memchr2(b'.', b':', &bytes[end..]).is_none() {
        return None;
    }
    let (peer, name) = match memchr::memchr(b'/', &bytes[end..]) {
        Some(at) => (&word[..end + at], Some(&word[end + at + 1..])),
        None => (word, None),
    };
    is_peer(peer).then_some((peer, name))
}

/// Is this an address, perhaps with a port?
fn is_peer(text: &str) -> bool {
    let colon = memchr::memchr(b':', text.as_bytes());
    let (host, port) = text.split_at(colon.unwrap_or(text.len()));
    // IPv4 is told without looking for brackets and zones.
    let is_plain = host.contains('.')
        && (port.is_empty() || port[1..].parse::<u16>().is_ok())
        && gatewatch_event::parse_ip(host).is_some();
    is_plain || turn::address(turn::split_port(text).0).is_some()
}

/// How lines of a status file begin that say little.
static OF_STATUS: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Updated,",
        "TIME,",
        "TIME\t",
        "Max bcast/mcast queue length,",
    ])
});

/// Is this a line of OpenVPN?
pub(super) fn recognise(record: &Record<'_>) -> Option<Recognised> {
    let unsure = |confidence| Recognised {
        confidence,
        kind: None,
    };
    if record.program().is_some_and(is_program) {
        return Some(unsure(Confidence::Certain));
    }
    let own = own_time(record.raw);
    if own.is_none() && record.has_header {
        return None;
    }
    let text = match own {
        Some((_, length)) => record.raw.get(length..)?,
        None => record.raw,
    };
    let word = first_word(text);
    // `ADDRESS - ` begins a line of a web server.
    if own.is_none() && text[word.len()..].starts_with(" - ") {
        return None;
    }
    let certain = |line: &Line<'_>| Some(Recognised::of(Confidence::Certain, kinds::kind(line)));
    if STARTS.begin(text) || is_pool_entry(text) {
        return certain(&Line::parse(text, word));
    }
    // `[NAME] Peer Connection Initiated with ...`; others write an address and a bracket as well.
    let is_named =
        |text: &str| text.starts_with('[') && text.contains("] Peer Connection Initiated");
    // A line with a time of its own may be OpenVPN's whatever it says, so that most need not be taken apart.
    if own.is_none() || may_follow_peer(text, word) {
        let line = Line::parse(text, word);
        if line.peer.is_some() && (is_named(line.text) || PEER_STARTS.begin(line.text)) {
            return certain(&line);
        }
        if line.peer.is_some() && !is_client_row(text) {
            return Some(unsure(Confidence::Possible));
        }
    }
    if is_client_row(text) {
        let kind = kinds::of_row(&Line::parse(text, word));
        return Some(Recognised::of(Confidence::Likely, kind));
    }
    let of_status =
        || matches!(text, "END" | "ROUTING TABLE" | "GLOBAL STATS") || OF_STATUS.begin(text);
    (own.is_some() || of_status()).then(|| unsure(Confidence::Possible))
}

/// Does anything stand in a text that could follow a peer? That is found out sooner than whether a peer stands before it.
fn may_follow_peer(text: &str, word: &str) -> bool {
    let fits = |text: &str| {
        let text = trim_front(text);
        text.starts_with('[') || PEER_STARTS.begin(text)
    };
    let behind = |start: usize| {
        let word = first_word(&text[start..]);
        &text[start + word.len()..]
    };
    let head = &text.as_bytes()[..text.len().min(HEAD)];
    fits(&text[word.len()..])
        || memchr::memchr_iter(b'/', head)
            .any(|at| text.as_bytes().get(at + 1).is_some_and(begins_peer) && fits(behind(at + 1)))
}

/// `NAME,ADDRESS,`: an entry of the file in which addresses are kept for names.
fn is_pool_entry(text: &str) -> bool {
    if !text.ends_with(',') {
        return false;
    }
    // Rows of numbers end so as well.
    if memchr::memchr_iter(b',', text.as_bytes()).take(3).count() != 2 {
        return false;
    }
    let mut cells = text.split(',');
    let (_, address) = (cells.next(), cells.next().unwrap_or_default());
    gatewatch_event::parse_ip(address).is_some()
        && cells.next() == Some("")
        && cells.next().is_none()
}

/// `NAME,ADDRESS:PORT,RECEIVED,SENT,SINCE`: a row of the status file of version 1.
pub(super) fn is_client_row(text: &str) -> bool {
    let mut commas = memchr::memchr_iter(b',', text.as_bytes());
    // The second cell is an address.
    let begins_so = commas.next().is_some_and(|at| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'[' | b':'))
    });
    if !begins_so || commas.count() != 3 {
        return false;
    }
    let mut cells = text.splitn(6, ',');
    let (Some(_), Some(peer), Some(received), Some(sent), Some(since), None) = (
        cells.next(),
        cells.next(),
        cells.next(),
        cells.next(),
        cells.next(),
        cells.next(),
    ) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(received)
        && digits(sent)
        && turn::address(turn::split_port(peer).0).is_some()
        && (iso_stamp(since).is_some() || since.len() == 24)
}

/// The time of a line, and of a row of the status file that when the client came in.
pub(super) fn stamp(record: &Record<'_>) -> Option<Stamp> {
    if let Some((stamp, _)) = own_time(record.raw) {
        return Some(stamp);
    }
    let raw = record.raw;
    let since = if is_client_row(raw) {
        raw.rsplit(',').next()?
    } else {
        let separator = match raw.strip_prefix("CLIENT_LIST")?.chars().next()? {
            separator @ (',' | '\t') => separator,
            _ => return None,
        };
        raw.split(separator)
            .find(|cell| iso_stamp(cell).is_some())?
    };
    iso_stamp(since).or_else(|| own_time(&format!("{since} ")).map(|(stamp, _)| stamp))
}

#[cfg(test)]
mod tests {
    use super::{Line, own_time};

    #[test]
    fn peers() {
        for (text, name, peer, rest) in [
            ("192.0.2.7:9 TLS: x", None, Some("192.0.2.7:9"), "TLS: x"),
            (
                "2001:db8::7 VERIFY OK: y",
                None,
                Some("2001:db8::7"),
                "VERIFY OK: y",
            ),
            (
                "joe/192.0.2.7:9 MULTI: x",
                Some("joe"),
                Some("192.0.2.7:9"),
                "MULTI: x",
            ),
            (
                "DOE Jane/192.0.2.7:9 peer info: a=b",
                Some("DOE Jane"),
                Some("192.0.2.7:9"),
                "peer info: a=b",
            ),
            (
                "192.0.2.7:9/joe Peer Connection",
                Some("joe"),
                Some("192.0.2.7:9"),
                "Peer Connection",
            ),
            (
                "udp4:192.0.2.7:9 [joe] Peer Connection",
                None,
                Some("192.0.2.7:9"),
                "[joe] Peer Connection",
            ),
            (
                "joe/tcp6-server:[2001:db8::7]:9 MULTI: x",
                Some("joe"),
                Some("[2001:db8::7]:9"),
                "MULTI: x",
            ),
            ("udpx:192.0.2.7:9 x", None, None, "udpx:192.0.2.7:9 x"),
            (
                "MULTI: Learn: 10.8.0.6 -> x",
                None,
                None,
                "MULTI: Learn: 10.8.0.6 -> x",
            ),
            ("", None, None, ""),
        ] {
            let line = Line::whole(text);
            assert_eq!(
                (line.name, line.peer, line.text),
                (name, peer, rest),
                "{text}"
            );
        }
    }

    #[test]
    fn own_times() {
        for (text, nanos, length) in [
            ("2026-01-02 03:04:05 x", Some(0), 20),
            (
                "Fri Jan  2 03:04:05 2026 us=340080 x",
                Some(340_080_000),
                35,
            ),
            ("Fri Jan  2 03:04:05 2026 x", Some(0), 25),
            ("2026-01-02 03:04:05.678 x", None, 0),
            ("2026-01-02T03:04:05 x", None, 0),
        ] {
            let found = own_time(text);
            assert_eq!(found.map(|(stamp, _)| stamp.nanos), nanos, "{text}");
            assert_eq!(found.map_or(0, |(_, length)| length), length, "{text}");
        }
    }
}
