//! The same packets as ulogd's `JSON` writes them.

use super::prefix::{Prefix, Verdict};
use crate::format::json::LazyJson;
use crate::source::mapping::Parts;

/// The keys that are texts or numbers in the words of the kernel.
const WORDS: [(&str, &str); 16] = [
    ("oob.in", "IN"),
    ("oob.out", "OUT"),
    ("src_ip", "SRC"),
    ("dest_ip", "DST"),
    ("src_port", "SPT"),
    ("dest_port", "DPT"),
    ("ip.totlen", "LEN"),
    ("ip.ttl", "TTL"),
    ("ip6.hoplimit", "HOPLIMIT"),
    ("ip.id", "ID"),
    ("ip6.flowlabel", "FLOWLBL"),
    ("mac.saddr.str", "MACSRC"),
    ("mac.daddr.str", "MACDST"),
    ("tcp.window", "tcp.WINDOW"),
    ("icmp.type", "icmp.TYPE"),
    ("icmp.code", "icmp.CODE"),
];

const FLAGS: [(&str, &str); 5] = [
    ("tcp.ack", "ACK"),
    ("tcp.psh", "PSH"),
    ("tcp.rst", "RST"),
    ("tcp.syn", "SYN"),
    ("tcp.fin", "FIN"),
];

/// Is this object a packet of ulogd's?
pub(super) fn is_packet(json: LazyJson<'_>) -> bool {
    json.get("src_ip").is_some() && json.get("oob.hook").is_some()
}

fn text(json: LazyJson<'_>, key: &str) -> Option<String> {
    Some(json.get(key)?.scalar_text()?.into_owned())
}

fn is_set(json: LazyJson<'_>, key: &str) -> bool {
    text(json, key).as_deref() == Some("1")
}

/// The protocol as the kernel names it; what has no name here keeps its number.
pub(super) fn protocol(json: LazyJson<'_>) -> Option<String> {
    let number = text(json, "ip.protocol").or_else(|| text(json, "ip6.nexthdr"))?;
    Some(match number.as_str() {
        "1" => "ICMP".to_owned(),
        "6" => "TCP".to_owned(),
        "17" => "UDP".to_owned(),
        "58" => "ICMPv6".to_owned(),
        "132" => "SCTP".to_owned(),
        _ => number,
    })
}

/// What the prefix of the rule says.
pub(super) fn verdict(json: LazyJson<'_>) -> Verdict {
    let prefix = text(json, "oob.prefix").unwrap_or_default();
    Prefix::new(&prefix).verdict().0
}

/// Protocol and port that the packet goes to.
pub(super) fn target(json: LazyJson<'_>) -> Option<(String, u16)> {
    Some((protocol(json)?, text(json, "dest_port")?.parse().ok()?))
}

/// Did the packet come in from outside of the machine, and does it ask for a connection?
pub(super) fn is_first(json: LazyJson<'_>) -> bool {
    let is_inbound = text(json, "oob.in").is_some_and(|device| !device.is_empty());
    let is_tcp = protocol(json).as_deref() == Some("TCP");
    is_inbound && (!is_tcp || is_set(json, "tcp.syn") && !is_set(json, "tcp.ack"))
}

/// Names the parts as the words of the kernel's line are.
pub(super) fn take_apart(json: LazyJson<'_>, parts: &mut Parts<'_>) {
    if let Some(prefix) = text(json, "oob.prefix") {
        let mut of_prefix = Parts::default();
        Prefix::new(&prefix).take_apart(&mut of_prefix);
        for (name, value) in of_prefix.iter() {
            parts.push(name.to_owned(), value.to_owned());
        }
    }
    for (key, word) in WORDS {
        if let Some(value) = text(json, key) {
            parts.push(word, value);
        }
    }
    if let Some(protocol) = protocol(json) {
        parts.push("PROTO", protocol);
    }
    for (key, flag) in FLAGS {
        if is_set(json, key) {
            parts.push("flag", flag);
        }
    }
    if let Some(number) = text(json, "oob.protocol").and_then(|text| text.parse::<u16>().ok()) {
        parts.push("MACPROTO", format!("{number:04x}"));
    }
}
