//! Fields of the other logs: connections, and what was found in them.

use gatewatch_event::Value;

use super::fields::hand_on;
use crate::source::mapping::{Emit, Entry, From, View, turn};

/// Fields of connections.
pub(super) const FLOW: &[Entry] = &[
    Entry::turned("event.action", "log_subtype", turn::lower),
    Entry::turned("event.duration", "duration", turn::seconds),
    Entry::turned("source.port", "src_port", turn::long),
    Entry::new(
        "source.nat.ip",
        From::First(&["tran_src_ip", "src_trans_ip"]),
    )
    .turn(turn::ip),
    Entry::new(
        "source.nat.port",
        From::First(&["tran_src_port", "src_trans_port"]),
    )
    .turn(turn::long),
    Entry::new(
        "source.packets",
        From::First(&["sent_pkts", "packets_sent"]),
    )
    .turn(turn::long),
    Entry::turned("destination.port", "dst_port", turn::long),
    Entry::part("destination.mac", "dst_mac"),
    Entry::new(
        "destination.nat.ip",
        From::First(&["tran_dst_ip", "dst_trans_ip"]),
    )
    .turn(turn::ip),
    Entry::new(
        "destination.nat.port",
        From::First(&["tran_dst_port", "dst_trans_port"]),
    )
    .turn(turn::long),
    Entry::new(
        "destination.packets",
        From::First(&["recv_pkts", "packets_received"]),
    )
    .turn(turn::long),
    Entry::turned("network.transport", "protocol", turn::lower),
    Entry::new(
        "network.protocol",
        From::First(&["application", "app_name"]),
    )
    .turn(turn::lower),
    Entry::call("network.direction", direction),
    Entry::part("rule.id", "fw_rule_id"),
    Entry::part("rule.name", "fw_rule_name"),
    Entry::part("rule.ruleset", "policy_type"),
    Entry::part("url.original", "url"),
    Entry::part("observer.ingress.interface.name", "in_interface"),
    Entry::part("observer.egress.interface.name", "out_interface"),
    Entry::new(
        "observer.ingress.zone",
        From::First(&["srczonetype", "src_zone_type"]),
    ),
    Entry::new(
        "observer.egress.zone",
        From::First(&["dstzonetype", "dst_zone_type"]),
    ),
    Entry::new(
        "sophos.xg",
        From::Open(|view, emit| hand_on(view, MAPPED, emit)),
    ),
];

/// Keys that are fields of ECS here.
const MAPPED: &[&str] = &[
    "duration",
    "tran_src_ip",
    "src_trans_ip",
    "tran_src_port",
    "src_trans_port",
    "sent_pkts",
    "packets_sent",
    "tran_dst_ip",
    "dst_trans_ip",
    "tran_dst_port",
    "dst_trans_port",
    "recv_pkts",
    "packets_received",
    "protocol",
    "application",
    "app_name",
    "fw_rule_id",
    "fw_rule_name",
    "policy_type",
    "url",
    "in_interface",
    "out_interface",
    "srczonetype",
    "src_zone_type",
    "dstzonetype",
    "dst_zone_type",
];

/// The firewall's own log.
pub(super) const FIREWALL: &[Entry] = &[
    Entry::fixed("event.category", &["network"]),
    // So Elastic has it, whether the connection was allowed or denied: the rule did what it says.
    Entry::fixed("event.outcome", &["success"]),
    Entry::call("event.type", |view, emit| {
        let step = view.text("connevent").or_else(|| view.text("con_event"));
        let types: &[&str] = match step.as_deref() {
            Some("Start" | "Interim") => &["allowed", "connection", "start"],
            Some("Stop") => &["allowed", "connection", "end"],
            _ if is_denied(view) => &["connection", "denied"],
            _ => &["connection"],
        };
        for word in types {
            if !emit(Value::from(*word)) {
                return;
            }
        }
    }),
];

/// Intrusions: the rule is the signature, the firewall's rule keeps its own key.
pub(super) const INTRUSION: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.category", &["intrusion_detection", "network"]),
    // So Elastic has it, for signatures that drop and for those that only tell.
    Entry::fixed("event.type", &["connection", "denied"]),
    Entry::fixed("event.outcome", &["success"]),
    Entry::part("rule.id", "signature_id"),
    Entry::part("rule.name", "signature_msg"),
    Entry::part("rule.category", "classification"),
    Entry::new(
        "sophos.xg",
        From::Open(|view, emit| {
            let own = ["signature_id", "signature_msg", "classification"];
            let flow = MAPPED.iter().filter(|key| !key.starts_with("fw_rule_"));
            let mapped: Vec<&str> = own.iter().chain(flow).copied().collect();
            hand_on(view, &mapped, emit);
        }),
    ),
];

fn is_denied(view: &View<'_>) -> bool {
    view.text("status").as_deref() == Some("Deny")
        || view.text("log_subtype").as_deref() == Some("Denied")
}

/// From and into what kinds of zones a connection goes.
fn direction(view: &View<'_>, emit: Emit<'_>) {
    let zone = |keys: [&str; 2]| keys.iter().find_map(|key| view.text(key));
    let (Some(from), Some(to)) = (
        zone(["srczonetype", "src_zone_type"]),
        zone(["dstzonetype", "dst_zone_type"]),
    ) else {
        return;
    };
    let is_inside = |zone: &str| matches!(zone, "LAN" | "DMZ" | "VPN" | "WiFi");
    let word = match (is_inside(&from), is_inside(&to)) {
        (true, true) => "internal",
        (true, false) if to == "WAN" => "outbound",
        (false, true) if from == "WAN" => "inbound",
        (false, false) if from == "WAN" && to == "WAN" => "external",
        _ => return,
    };
    emit(Value::from(word));
}
