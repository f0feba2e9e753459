//! From the words of a packet to ECS, as Elastic's iptables integration has it.

use gatewatch_event::Value;

use super::line::Line;
use super::ulogd;
use crate::format::json::LazyJson;
use crate::source::mapping::{
    Emit, End, Entry, From, Header, Kind, View, community_id, door_of_port, icmp_community_id,
    network_type, protocol_number, remote, turn,
};

/// A number to the base of 16, with or without `0x`.
fn hexadecimal<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    i64::from_str_radix(digits, 16).ok().map(Value::Long)
}

/// A link address as ECS writes it: capitals, with hyphens.
fn mac<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let text = value.text().to_uppercase().replace(':', "-");
    Some(Value::from(text))
}

/// A protocol by name.
fn transport<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let name = value.text().to_lowercase();
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let name = if name == "icmpv6" {
        "ipv6-icmp".to_owned()
    } else {
        name
    };
    (!is_number).then(|| Value::from(name))
}

/// A protocol that has no name here.
fn iana_number<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let is_number = value.text().bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(value)
}

fn community(view: &View<'_>, emit: Emit<'_>) {
    let address = |part: &str| turn::address(&view.text(part)?);
    let number = |part: &str| view.text(part)?.parse::<u16>().ok();
    let find = || {
        let name = view.text("PROTO")?.to_lowercase();
        let name = if name == "icmpv6" {
            "ipv6-icmp"
        } else {
            name.as_str()
        };
        let (source, destination) = (address("SRC")?, address("DST")?);
        let (from, to) = match protocol_number(name)? {
            1 | 58 => {
                let kind = u8::try_from(number("icmp.TYPE")?).ok()?;
                let code = u8::try_from(number("icmp.CODE")?).ok()?;
                return Some(icmp_community_id(source, destination, kind, code));
            }
            6 | 17 | 132 => (number("SPT")?, number("DPT")?),
            _ => (0, 0),
        };
        let end = |address, port| End { address, port };
        Some(community_id(
            protocol_number(name)?,
            end(source, from),
            end(destination, to),
        ))
    };
    if let Some(id) = find() {
        emit(Value::from(id));
    }
}

/// Fields of every packet.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("event.category", &["network"]),
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::new("message", From::Message),
    Entry::header("host.name", Header::Host),
    Entry::header("observer.name", Header::Host),
    Entry::header("log.syslog.priority", Header::Priority),
    Entry::part("event.action", "action"),
    // Ubiquiti's rules have sets and numbers; any other rule is known by its prefix.
    Entry::new("rule.name", From::First(&["rule set", "prefix"])),
    Entry::part("rule.id", "rule"),
    Entry::part("iptables.ubiquiti.rule_set", "rule set"),
    Entry::part("iptables.ubiquiti.rule_number", "rule"),
    Entry::part("iptables.ubiquiti.input_zone", "zone in"),
    Entry::part("iptables.ubiquiti.output_zone", "zone out"),
    Entry::part("observer.ingress.zone", "zone in"),
    Entry::part("observer.egress.zone", "zone out"),
    Entry::part("iptables.input_device", "IN"),
    Entry::part("iptables.output_device", "OUT"),
    Entry::turned("observer.ingress.interface.name", "IN", turn::present),
    Entry::turned("observer.egress.interface.name", "OUT", turn::present),
    Entry::turned("iptables.ether_type", "MACPROTO", hexadecimal),
    Entry::turned("source.mac", "MACSRC", mac),
    Entry::turned("destination.mac", "MACDST", mac),
    Entry::turned("source.ip", "SRC", turn::ip),
    Entry::turned("destination.ip", "DST", turn::ip),
    Entry::turned("source.port", "SPT", turn::port),
    Entry::turned("destination.port", "DPT", turn::port),
    Entry::turned("network.transport", "PROTO", transport),
    Entry::turned("network.iana_number", "PROTO", iana_number),
    Entry::call("network.type", |view, emit| {
        if let Some(address) = view.text("SRC").and_then(|text| turn::address(&text)) {
            emit(network_type(address).into());
        }
    }),
    Entry::call("network.community_id", community),
    Entry::turned("iptables.length", "LEN", turn::long),
    Entry::new("iptables.tos", From::First(&["TOS", "TC"])).turn(hexadecimal),
    Entry::turned("iptables.precedence_bits", "PREC", hexadecimal),
    Entry::new("iptables.ttl", From::First(&["TTL", "HOPLIMIT"])).turn(turn::long),
    Entry::turned("iptables.id", "ID", turn::long),
    Entry::turned("iptables.flow_label", "FLOWLBL", turn::long),
    Entry::part("iptables.fragment_flags", "fragment").many(),
    Entry::turned("iptables.fragment_offset", "FRAG", turn::long),
    Entry::turned("iptables.tcp.window", "tcp.WINDOW", turn::long),
    Entry::turned("iptables.tcp.reserved_bits", "tcp.RES", hexadecimal),
    Entry::turned("iptables.tcp.seq", "tcp.SEQ", turn::long),
    Entry::turned("iptables.tcp.ack", "tcp.ACK", turn::long),
    Entry::part("iptables.tcp.flags", "flag").many(),
    Entry::turned("iptables.udp.length", "udp.LEN", turn::long),
    Entry::turned("iptables.icmp.type", "icmp.TYPE", turn::long),
    Entry::turned("iptables.icmp.code", "icmp.CODE", turn::long),
    Entry::turned("iptables.icmp.id", "icmp.ID", turn::long),
    Entry::turned("iptables.icmp.seq", "icmp.SEQ", turn::long),
    Entry::turned("iptables.icmp.parameter", "icmp.PARAMETER", turn::long),
    Entry::turned("iptables.icmp.redirect", "icmp.GATEWAY", turn::ip),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    remote::ip(From::Part("SRC")),
    remote::address(From::Part("SRC")),
    remote::port(From::Part("SPT")),
    remote::host(From::Header(Header::Host)),
];

const DENIED: &[Entry] = &[Entry::fixed("event.type", &["connection", "denied"])];
const ALLOWED: &[Entry] = &[Entry::fixed("event.type", &["connection", "allowed"])];
const UNTOLD: &[Entry] = &[Entry::fixed("event.type", &["connection"])];
/// What is no access has no remote end.
const NO_ACCESS: &[Entry] = &[
    Entry::nothing("gatewatch.remote.ip"),
    Entry::nothing("gatewatch.remote.address"),
    Entry::nothing("gatewatch.remote.port"),
    Entry::nothing("gatewatch.remote.host"),
];
const FAILURE: &[Entry] = &[remote::FAILURE];
const ATTEMPT: &[Entry] = &[remote::ATTEMPT];

/// The kinds of packets to one door, by what the rule does: see [`Verdict`](super::prefix::Verdict).
macro_rules! doors {
    ($($table:ident $door:literal [$denied:literal $allowed:literal $untold:literal])*) => {
        $(
            static $table: [Kind; 3] = {
                const DOOR: &[Entry] = &remote::door(&[$door], &["netfilter"]);
                [
                    Kind::new($denied, &[DENIED, DOOR, FAILURE]),
                    Kind::new($allowed, &[ALLOWED, DOOR, ATTEMPT]),
                    Kind::new($untold, &[UNTOLD, DOOR, ATTEMPT]),
                ]
            };
        )*
    };
}
doors! {
    SSH "ssh" ["ssh denied" "ssh allowed" "ssh"]
    RDP "rdp" ["rdp denied" "rdp allowed" "rdp"]
    VNC "vnc" ["vnc denied" "vnc allowed" "vnc"]
    WINRM "winrm" ["winrm denied" "winrm allowed" "winrm"]
    DOCKER "docker" ["docker denied" "docker allowed" "docker"]
    KUBERNETES "kubernetes" ["kubernetes denied" "kubernetes allowed" "kubernetes"]
    KUBELET "kubelet" ["kubelet denied" "kubelet allowed" "kubelet"]
    CITRIX "citrix" ["citrix denied" "citrix allowed" "citrix"]
    VPN "vpn" ["vpn denied" "vpn allowed" "vpn"]
}
static OTHERS: [Kind; 3] = [
    Kind::new("denied", &[DENIED, NO_ACCESS]),
    Kind::new("allowed", &[ALLOWED, NO_ACCESS]),
    Kind::new("untold", &[UNTOLD, NO_ACCESS]),
];

/// What only looked like a packet.
pub(super) static OTHER: Kind = Kind::new("other", &[NO_ACCESS]);

/// The kinds of packets to the door behind a port.
fn door(protocol: &str, port: u16) -> Option<&'static [Kind; 3]> {
    Some(match door_of_port(protocol, port)? {
        "citrix" => &CITRIX,
        "docker" => &DOCKER,
        "kubelet" => &KUBELET,
        "kubernetes" => &KUBERNETES,
        "rdp" => &RDP,
        "ssh" => &SSH,
        "vnc" => &VNC,
        "vpn" => &VPN,
        "winrm" => &WINRM,
        _ => return None,
    })
}

/// The kind of a packet. Only what comes in from outside of the machine, and asks for a connection, is somebody at a door.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    let kinds = line
        .target()
        .and_then(|(protocol, port)| door(protocol, port))
        .filter(|_| line.is_inbound() && line.is_first());
    &kinds.unwrap_or(&OTHERS)[line.prefix.verdict().0 as usize]
}

/// The kind of a packet of ulogd's.
pub(super) fn kind_of_json(json: LazyJson<'_>) -> &'static Kind {
    let kinds = ulogd::target(json)
        .and_then(|(protocol, port)| door(&protocol, port))
        .filter(|_| ulogd::is_first(json));
    &kinds.unwrap_or(&OTHERS)[ulogd::verdict(json) as usize]
}

#[cfg(test)]
mod tests {
    use super::door;
    use crate::source::mapping::door_of_port;

    #[test]
    fn every_door_has_kinds() {
        for protocol in ["TCP", "UDP"] {
            for port in 0..=u16::MAX {
                assert_eq!(
                    door(protocol, port).is_some(),
                    door_of_port(protocol, port).is_some(),
                    "{port}"
                );
            }
        }
    }
}
