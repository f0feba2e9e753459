//! From the values of a line to ECS.

use gatewatch_event::Value;

use crate::source::mapping::{Emit, Entry, From, Header, View, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("event.timezone", |view, emit| {
        emit(Value::from(view.zone_name()));
    }),
    Entry::fixed("observer.vendor", &["SonicWall"]),
    Entry::fixed("observer.product", &["SonicOS"]),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::part("error.message", "error.message"),
    Entry::part("event.code", "m"),
    Entry::header("log.syslog.priority", Header::Priority),
];

/// Fields of every message.
pub(super) const NATIVE: &[Entry] = &[
    Entry::part("event.sequence", "n"),
    Entry::part("event.severity", "pri"),
    Entry::turned("log.level", "pri", |value, _| {
        let number: usize = value.text().parse().ok()?;
        LEVELS.get(number).copied().map(Value::from)
    }),
    Entry::turned("event.action", "fw_action", |value, _| {
        Some(Value::from(match &*value.text() {
            "forward" => "packet-forwarded",
            "drop" => "packet-dropped",
            "mgmt" => "packet-management",
            _ => return None,
        }))
    }),
    Entry::call("event.duration", |view, emit| {
        let number = |key: &str| view.text(key)?.parse::<i64>().ok();
        let seconds = number("dur").and_then(|dur| dur.checked_mul(1_000_000_000));
        let millis = || number("cdur").and_then(|dur| dur.checked_mul(1_000_000));
        if let Some(nanos) = millis().or(seconds) {
            emit(Value::Long(nanos));
        }
    }),
    Entry::call("message", |view, emit| {
        let text = match (view.text("msg"), view.text("note")) {
            (Some(message), Some(note)) => format!("{message} ({note})"),
            (Some(text), None) | (None, Some(text)) => text.into_owned(),
            (None, None) => return,
        };
        emit(Value::from(text));
    }),
    Entry::part("observer.name", "id"),
    Entry::part("observer.serial_number", "sn"),
    Entry::turned("observer.ip", "fw", turn::ip).one(),
    Entry::turned("observer.hostname", "fw", turn::domain),
    Entry::part("observer.ingress.interface.name", "src_if"),
    Entry::part("observer.ingress.zone", "srcZone"),
    Entry::part("observer.egress.interface.name", "dst_if"),
    Entry::part("observer.egress.zone", "dstZone"),
    Entry::turned("source.ip", "src_ip", turn::ip),
    Entry::turned("source.address", "src_ip", turn::domain),
    Entry::turned("source.port", "src_port", turn::port),
    Entry::part("source.domain", "src_host"),
    Entry::turned("source.mac", "srcMac", mac),
    Entry::turned("source.bytes", "sent", turn::long),
    Entry::turned("source.packets", "spkt", turn::long),
    Entry::new("source.nat.ip", From::First(&["natSrc", "natSrcV6"])).turn(nat_ip),
    Entry::new("source.nat.port", From::First(&["natSrc", "natSrcV6"])).turn(nat_port),
    Entry::turned("destination.ip", "dst_ip", turn::ip),
    Entry::turned("destination.address", "dst_ip", turn::domain),
    Entry::turned("destination.port", "dst_port", turn::port),
    Entry::part("destination.domain", "dst_host"),
    Entry::turned("destination.mac", "dstMac", mac),
    Entry::turned("destination.bytes", "rcvd", turn::long),
    Entry::turned("destination.packets", "rpkt", turn::long),
    Entry::new("destination.nat.ip", From::First(&["natDst", "natDstV6"])).turn(nat_ip),
    Entry::new("destination.nat.port", From::First(&["natDst", "natDstV6"])).turn(nat_port),
    Entry::call("network.bytes", |view, emit| {
        sum(view, ["sent", "rcvd"], emit)
    }),
    Entry::call("network.packets", |view, emit| {
        sum(view, ["spkt", "rpkt"], emit)
    }),
    Entry::turned("network.transport", "proto", |value, _| {
        let text = value.text();
        let word = text.split('/').next().unwrap_or_default();
        Some(Value::from(word.to_owned()))
    }),
    Entry::turned("network.protocol", "proto", |value, _| {
        let text = value.text();
        let (_, protocol) = text.split_once('/')?;
        // A number is the port once more.
        let is_port = protocol.bytes().all(|byte| byte.is_ascii_digit());
        (!is_port).then(|| Value::from(protocol.to_owned()))
    }),
    Entry::part("url.path", "arg"),
    Entry::call("url.domain", |view, emit| {
        if let (Some(_), Some(name)) = (view.text("arg"), view.text("dstname")) {
            emit(Value::from(name.into_owned()));
        }
    }),
    Entry::turned("http.request.method", "op", |value, _| {
        Some(Value::from(match &*value.text() {
            "1" => "GET",
            "2" => "POST",
            "3" => "HEAD",
            _ => return None,
        }))
    }),
    Entry::part("rule.id", "rule"),
    Entry::part("rule.uuid", "uuid"),
    Entry::part("user.name", "usr"),
    Entry::part("user_agent.original", "agent"),
    Entry::fields(
        "related.ip",
        &[
            "source.ip",
            "source.nat.ip",
            "destination.ip",
            "destination.nat.ip",
            "observer.ip",
        ],
    ),
    Entry::fields("related.user", &["user.name"]),
    Entry::new("sonicwall.firewall", From::Open(members)),
];

const LEVELS: &[&str] = &[
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "info",
    "debug",
];

/// Groups of events, by `gcat`.
const GROUPS: &[&str] = &[
    "Value",
    "System",
    "Log",
    "Security Services",
    "Users",
    "Firewall Settings",
    "Network",
    "VPN",
    "High Availability",
    "3G/4G, Modem, and Module Firewall",
    "Wireless",
    "VoIP",
    "SSL VPN",
    "Anti-Spam",
    "WAN Acceleration",
    "SD-WAN",
    "Multi-Tenancy",
];

/// Keys that are fields of ECS, or say nothing of their own.
const MAPPED: &[&str] = &[
    "arg",
    "dstMac",
    "dstZone",
    "fw",
    "fw_action",
    "id",
    "m",
    "msg",
    "n",
    "natDst",
    "natDstV6",
    "natSrc",
    "natSrcV6",
    "op",
    "pri",
    "proto",
    "rcvd",
    "rpkt",
    "rule",
    "uuid",
    "sent",
    "spkt",
    "srcMac",
    "srcZone",
    "sn",
    "time",
    "user",
    "usr",
    "src",
    "dst",
    "srcV6",
    "dstV6",
    "dur",
    "cdur",
    "note",
    "c",
    "src_ip",
    "src_port",
    "src_if",
    "src_host",
    "dst_ip",
    "dst_port",
    "dst_if",
    "dst_host",
    "error.message",
    "agent",
];

/// The members of `sonicwall.firewall`: what is in no field of ECS, each key once.
fn members(view: &View<'_>, emit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
    let has_path = view.has("arg");
    for (key, value) in view.parts.firsts() {
        if MAPPED.contains(&key) || (key == "dstname" && has_path) {
            continue;
        }
        let told = match (key, value) {
            ("dpi", "0") => "false",
            ("dpi", "1") => "true",
            _ => value,
        };
        if !emit(key, Value::from(told)) {
            return;
        }
        if key == "gcat"
            && let Some(group) = value
                .parse::<usize>()
                .ok()
                .and_then(|number| GROUPS.get(number.checked_sub(1)?))
            && !emit("event_group_category", Value::from(*group))
        {
            return;
        }
    }
}

/// `00-53-12-34-56-78`.
fn mac<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    Some(Value::from(
        value.text().to_ascii_uppercase().replace(':', "-"),
    ))
}

fn nat_ip<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let text = value.text();
    turn::address(turn::split_port(&text).0).map(Value::Ip)
}

fn nat_port<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let port = turn::split_port(&value.text()).1?;
    Some(Value::Long(i64::from(port)))
}

/// What there is of two numbers, together.
fn sum(view: &View<'_>, keys: [&str; 2], emit: Emit<'_>) {
    let numbers: Vec<i64> = keys
        .iter()
        .filter_map(|key| view.text(key)?.parse().ok())
        .collect();
    let sum = numbers
        .iter()
        .try_fold(0i64, |sum, number| sum.checked_add(*number));
    if let Some(sum) = sum.filter(|_| !numbers.is_empty()) {
        emit(Value::Long(sum));
    }
}
