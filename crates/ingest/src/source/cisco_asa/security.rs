//! Security events of Firepower: `Key: Value, Key: Value, ...`.

use gatewatch_event::Value;

use crate::source::mapping::{Emit, Entry, From, Parts, View, turn};

/// What keys are called as parts.
const KEYS: &[(&str, &str)] = &[
    ("ACPolicy", "policy"),
    ("AccessControlRuleAction", "verdict"),
    ("AccessControlRuleName", "acl"),
    ("ApplicationProtocol", "app"),
    ("Client", "client.application"),
    ("ConnectionDuration", "duration"),
    ("DNSQuery", "dns.question"),
    ("DstIP", "dst"),
    ("DstPort", "dport"),
    ("EgressInterface", "if.dst"),
    ("EgressZone", "zone.dst"),
    ("FileName", "file"),
    ("FilePolicy", "policy"),
    ("FileSHA256", "sha256"),
    ("FileSize", "size"),
    ("HTTPReferer", "referrer"),
    ("HTTPResponse", "status"),
    ("ICMPCode", "icmp.code"),
    ("ICMPType", "icmp.type"),
    ("IngressInterface", "if.src"),
    ("IngressZone", "zone.src"),
    ("InitiatorBytes", "xmt"),
    ("InitiatorPackets", "packets.src"),
    ("InlineResult", "verdict"),
    ("IntrusionPolicy", "policy"),
    ("Message", "signature"),
    ("Protocol", "proto"),
    ("ReferencedHost", "url.domain"),
    ("ResponderBytes", "rcv"),
    ("ResponderPackets", "packets.dst"),
    ("SID", "signature.id"),
    ("SSLServerName", "server.name"),
    ("SrcIP", "src"),
    ("SrcPort", "sport"),
    ("ThreatName", "threat.category"),
    ("URI", "url"),
    ("URL", "url"),
    ("User", "user.own"),
    ("UserAgent", "agent"),
    ("WebApplication", "application"),
];

/// Names the values. Of a key that comes again the first counts: pages and agents, which strangers choose, stand behind the ends of the flow.
pub(super) fn read<'a>(text: &'a str, parts: &mut Parts<'a>) {
    /// More keys than any event has.
    const MOST: usize = 200;
    let mut rest = text;
    for _ in 0..MOST {
        let Some((key, value)) = rest.split_once(": ") else {
            return;
        };
        let end = next_key(value).unwrap_or(value.len());
        if let Ok(at) = KEYS.binary_search_by_key(&key, |(name, _)| name) {
            let name = KEYS[at].1;
            if parts.get(name).is_none() {
                parts.push_some(name, Some(value[..end].trim_ascii()));
            }
        }
        let Some(tail) = value.get(end + 2..) else {
            return;
        };
        rest = tail;
    }
}

/// Where the comma stands behind which a key follows: words of letters and digits, then a colon.
fn next_key(value: &str) -> Option<usize> {
    /// Longer is no key.
    const LONGEST: usize = 40;
    value.match_indices(", ").map(|(at, _)| at).find(|at| {
        let behind = &value.as_bytes()[at + 2..];
        let key = behind
            .iter()
            .take(LONGEST)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_'))
            .count();
        key > 0 && behind[key..].starts_with(b": ")
    })
}

/// Fields of all security events.
pub(super) const SECURITY: &[Entry] = &[
    Entry::part("observer.ingress.zone", "zone.src"),
    Entry::part("observer.egress.zone", "zone.dst"),
    Entry::new("cisco.asa.rule_name", From::First(&["acl", "policy"])),
    Entry::part("user.name", "user.own"),
    Entry::new(
        "network.application",
        From::First(&["application", "client.application"]),
    ),
    Entry::part("url.original", "url"),
    Entry::part("url.domain", "url.domain"),
    Entry::part("server.domain", "server.name"),
    Entry::part("user_agent.original", "agent"),
    Entry::part("http.request.referrer", "referrer"),
    Entry::turned("http.response.status_code", "status", turn::long),
    Entry::part("dns.question.name", "dns.question"),
    Entry::turned("source.bytes", "xmt", turn::long),
    Entry::turned("destination.bytes", "rcv", turn::long),
    Entry::turned("source.packets", "packets.src", turn::long),
    Entry::turned("destination.packets", "packets.dst", turn::long),
    Entry::fields("related.user", &["user.name", "source.user.name"]),
];

/// A connection that began.
pub(super) const BEGAN: &[Entry] = &[
    Entry::fixed("event.action", &["connection-started"]),
    Entry::call("event.type", |view, emit| types(view, "start", emit)),
    Entry::fixed("event.outcome", &["success"]),
];

/// A connection that ended.
pub(super) const FINISHED: &[Entry] = &[
    Entry::fixed("event.action", &["connection-finished"]),
    Entry::call("event.type", |view, emit| types(view, "end", emit)),
    Entry::fixed("event.outcome", &["success"]),
];

/// What an intrusion rule saw.
pub(super) const INTRUSION: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.action", &["intrusion-detected"]),
    Entry::fixed("event.category", &["intrusion_detection"]),
    Entry::part("rule.description", "signature"),
    Entry::part("rule.id", "signature.id"),
];

const FILE: [Entry; 5] = [
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.category", &["malware"]),
    Entry::part("file.name", "file"),
    Entry::part("file.hash.sha256", "sha256"),
    Entry::turned("file.size", "size", turn::long),
];
pub(super) const FILE_SEEN: &[Entry] = &FILE;
pub(super) const FILE_EVENT: &[Entry] = &[Entry::fixed("event.action", &["file-detected"])];
pub(super) const MALWARE: &[Entry] = &[
    Entry::fixed("event.action", &["malware-detected"]),
    Entry::part("cisco.asa.threat_category", "threat.category"),
];

fn types(view: &View<'_>, turn: &'static str, emit: Emit<'_>) {
    let verdict = view.text("verdict").unwrap_or_default();
    // `Block`, `Block with reset`, `Interactive Block`; `Allow`, `Trust`, `Monitor`.
    let denied = verdict.contains("Block");
    let verdict = (!verdict.is_empty()).then_some(if denied { "denied" } else { "allowed" });
    let _ = [Some("connection"), Some(turn), verdict]
        .into_iter()
        .flatten()
        .all(|one| emit(Value::from(one)));
}

#[cfg(test)]
mod tests {
    use super::{KEYS, read};
    use crate::source::mapping::Parts;

    #[test]
    fn keys_are_in_order() {
        assert!(KEYS.is_sorted_by(|left, right| left.0 < right.0));
    }

    #[test]
    fn values_may_hold_commas() {
        let mut parts = Parts::default();
        read(
            "SrcIP: 2001:db8::7, DstIP: 192.0.2.20, UserAgent: a, b; SrcIP: x, SrcIP: 198.51.100.66, Prefilter Policy: Default, User: alice",
            &mut parts,
        );
        for (name, expect) in [
            ("src", "2001:db8::7"),
            ("dst", "192.0.2.20"),
            ("agent", "a, b; SrcIP: x"),
            ("user.own", "alice"),
        ] {
            assert_eq!(parts.get(name), Some(expect), "{name}");
        }
    }
}
