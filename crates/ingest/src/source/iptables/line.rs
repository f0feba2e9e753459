//! A packet as the kernel writes it: `PREFIX IN=eth0 OUT= MAC=... SRC=... DST=... LEN=60 ... PROTO=TCP SPT=1 DPT=2 ... SYN URGP=0`.

use super::prefix::Prefix;
use crate::format::syslog::{Stamp, kernel_time};
use crate::source::mapping::{Parts, Record};

/// How far the prefix of a rule may reach: nftables allows 127 characters, and the time since the start of the machine stands before it.
const MOST_PREFIX: usize = 200;

/// More words than any packet has.
const MOST_WORDS: usize = 64;

/// Where a packet begins: at `IN=`, behind which `OUT=` and, after the device and link addresses, `SRC=` follow.
fn find_packet(text: &[u8]) -> Option<usize> {
    let named = |at: usize, name: &[u8]| text[..at].ends_with(name);
    let mut signs = memchr::memchr_iter(b'=', &text[..text.len().min(2 * MOST_PREFIX)]);
    let at = signs.find(|at| named(*at, b"IN"))?.checked_sub(2)?;
    // `[WAN_LOCAL-4000-D]IN=eth0` of Ubiquiti has no space.
    if at > MOST_PREFIX || at > 0 && !matches!(text[at - 1], b' ' | b']' | b':') {
        return None;
    }
    signs.find(|at| named(*at, b" OUT"))?;
    signs.find(|at| named(*at, b" SRC"))?;
    Some(at)
}

/// A line that tells of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The prefix of the rule.
    pub(super) prefix: Prefix<'a>,
    /// From `IN=` on.
    packet: &'a str,
    /// The time that `dmesg -T` writes.
    pub(super) time: Option<Stamp>,
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        let message = record.message();
        let program = record.program();
        let is_kernel = program == Some("kernel");
        // A rule's prefix with a colon reads as a program, and then nothing stands before the packet. Others may write such
        // texts into the middle of their lines.
        let is_bare = is_kernel || program.is_none();
        if !is_bare && !message.starts_with("IN=") {
            return None;
        }
        // A line by itself begins with the time since the start of the machine, or with the packet.
        if !record.has_header && !message.starts_with(['[', 'I']) {
            return None;
        }
        let message = after_kernel(message);
        let (time, text) = kernel_time(message).unwrap_or((None, message));
        let at = find_packet(text.as_bytes())?;
        let packet = &text[at..];
        let prefix = match program {
            Some(program) if !is_kernel => program,
            _ => &text[..at],
        };
        Some(Self {
            prefix: Prefix::new(prefix),
            packet,
            time,
        })
    }

    /// The words of the packet; those of a packet inside an error of ICMP stand in brackets.
    fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let bytes = self.packet.as_bytes();
        let end = memchr::memchr_iter(b'[', bytes).find(|at| *at > 0 && bytes[at - 1] == b' ');
        self.packet[..end.map_or(bytes.len(), |at| at - 1)]
            .split_ascii_whitespace()
            .take(MOST_WORDS)
    }

    /// Did the packet come in from outside of the machine?
    pub(super) fn is_inbound(&self) -> bool {
        !self.packet.starts_with("IN= ")
    }

    /// Does the packet ask for a connection? Protocols other than TCP do not tell.
    pub(super) fn is_first(&self) -> bool {
        let mut words = self.words().skip_while(|word| !word.starts_with("PROTO="));
        let is_tcp = words.next() == Some("PROTO=TCP");
        let mut has_syn = false;
        for word in words {
            match word {
                "ACK" => return !is_tcp,
                "SYN" => has_syn = true,
                _ => {}
            }
        }
        !is_tcp || has_syn
    }

    /// Protocol and port that the packet goes to.
    pub(super) fn target(&self) -> Option<(&'a str, u16)> {
        let mut words = self.words();
        let protocol = words.find_map(|word| word.strip_prefix("PROTO="))?;
        let port = words.find_map(|word| word.strip_prefix("DPT="))?;
        Some((protocol, port.parse().ok()?))
    }

    /// Parts are named as the words of the line are; what comes twice has the name of the protocol before it.
    pub(super) fn take_apart(&self, parts: &mut Parts<'a>) {
        self.prefix.take_apart(parts);
        let mut protocol = "";
        for word in self.words() {
            match (word.split_once('='), protocol) {
                (Some(("MAC", value)), "") => push_mac(parts, value),
                (Some(("PROTO", value)), "") => {
                    protocol = match value {
                        "ICMP" | "ICMPv6" => "icmp",
                        "UDP" | "UDPLITE" => "udp",
                        _ => "tcp",
                    };
                    parts.push("PROTO", value);
                }
                (Some((name, value)), "") => parts.push(name, value),
                (Some((name @ ("SPT" | "DPT"), value)), _) => parts.push(name, value),
                (Some((name, value)), _) => parts.push(format!("{protocol}.{name}"), value),
                (None, "") if matches!(word, "CE" | "DF" | "MF") => parts.push("fragment", word),
                (None, "tcp")
                    if matches!(
                        word,
                        "CWR" | "ECE" | "URG" | "ACK" | "PSH" | "RST" | "SYN" | "FIN"
                    ) =>
                {
                    parts.push("flag", word);
                }
                (None, _) => {
                    if let Some(offset) = word.strip_prefix("FRAG:") {
                        parts.push("FRAG", offset);
                    }
                }
            }
        }
    }
}

/// `DESTINATION:SOURCE:TYPE` in bytes with colons between; of a link without sources only the first.
fn push_mac<'a>(parts: &mut Parts<'a>, value: &'a str) {
    const ADDRESS: usize = 17;
    if let Some(destination) = value.get(..ADDRESS) {
        parts.push("MACDST", destination);
    }
    if let Some(source) = value.get(ADDRESS + 1..2 * ADDRESS + 1) {
        parts.push("MACSRC", source);
    }
    if let Some(kind) = value.get(2 * ADDRESS + 2..2 * ADDRESS + 7) {
        parts.push("MACPROTO", kind.replace(':', ""));
    }
}

/// Without the facility, severity and program of a busybox's syslog: `kern.warn kernel: `.
fn after_kernel(message: &str) -> &str {
    /// The names of facility and severity are shorter.
    const LONGEST: usize = 20;
    let near = &message.as_bytes()[..message.len().min(LONGEST)];
    let Some(end) = memchr::memchr(b' ', near) else {
        return message;
    };
    let (level, rest) = message.split_at(end);
    let of_level = |byte: u8| byte.is_ascii_lowercase() || byte == b'.';
    match rest.strip_prefix(" kernel: ") {
        Some(rest) if level.contains('.') && level.bytes().all(of_level) => rest,
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Prefix};
    use crate::source::UTC;
    use crate::source::iptables::prefix::Verdict;
    use crate::source::mapping::{Parts, Record};
    use proptest::prelude::{any, prop, proptest};

    const PACKET: &str = "IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=203.0.113.7 DST=192.0.2.1 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=9 DPT=3389 WINDOW=64240 RES=0x00 SYN URGP=0";

    /// A message behind a header that names no program.
    fn headed(text: &str) -> Record<'_> {
        Record {
            has_header: true,
            ..Record::line(text, &UTC)
        }
    }

    #[test]
    fn prefixes() {
        for (prefix, shown, verdict, action) in [
            (
                "[UFW BLOCK] ",
                "[UFW BLOCK]",
                Verdict::Denied,
                Some("block"),
            ),
            (
                "[16539.599407] [UFW ALLOW] ",
                "[UFW ALLOW]",
                Verdict::Allowed,
                Some("allow"),
            ),
            (
                "[   12.5] iptables DROP_INPUT: ",
                "iptables DROP_INPUT",
                Verdict::Denied,
                Some("drop_input"),
            ),
            (
                "FINAL_REJECT: ",
                "FINAL_REJECT",
                Verdict::Denied,
                Some("reject"),
            ),
            (
                "[WAN_LOCAL-default-D]",
                "[WAN_LOCAL-default-D]",
                Verdict::Denied,
                Some("drop"),
            ),
            (
                "[LAN_IN-2000-A]",
                "[LAN_IN-2000-A]",
                Verdict::Allowed,
                Some("accept"),
            ),
            ("lab-vnc: ", "lab-vnc", Verdict::Untold, None),
            (
                "kern.warn kernel: [   12.5] REJECT wan in: ",
                "REJECT wan in",
                Verdict::Denied,
                Some("reject"),
            ),
            ("", "", Verdict::Untold, None),
        ] {
            let text = format!("{prefix}{PACKET}");
            let line = Line::of(&headed(&text)).expect("a packet");
            assert_eq!(line.prefix, Prefix::new(shown), "{prefix}");
            assert_eq!(line.prefix.verdict().0, verdict, "{prefix}");
            assert_eq!(line.prefix.action().as_deref(), action, "{prefix}");
            assert_eq!(line.target(), Some(("TCP", 3389)));
            assert!(line.is_inbound() && line.is_first());
        }
        for text in [
            "PLUGIN=x OUT=y SRC=z",
            "IN=a OUT=b",
            "user said IN=eth0 to us",
            "",
        ] {
            assert!(Line::of(&headed(text)).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec!["IN=", "eth0 ", "OUT= ", "MAC=0ä:", " SRC=", "DST=1.2.3.4 ", "PROTO=ICMP ", "PROTO=", "TCP ", "SPT=1 ", "[", "] ", "ä", "FRAG:1 "]), 0..16)) {
            for text in [text.clone(), format!("{}{text}", words.concat()), format!("IN= OUT=ä SRC={}{text}", words.concat())] {
                if let Some(line) = Line::of(&headed(&text)) {
                    let _ = (line.target(), line.is_first(), line.prefix.verdict());
                    line.take_apart(&mut Parts::default());
                }
            }
        }
    }
}
