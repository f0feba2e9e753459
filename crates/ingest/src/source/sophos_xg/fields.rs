//! Fields of every line.

use gatewatch_event::Value;

use super::forms;
use crate::source::mapping::{Entry, From, View, turn};

/// What Elastic calls the severities that `log_id` holds.
const LEVELS: [&str; 8] = [
    "unknown",
    "alert",
    "critical",
    "error",
    "warning",
    "notification",
    "informational",
    "debug",
];

/// Fields of all lines.
pub(super) const COMMON: &[Entry] = &[
    Entry::part("error.message", "error.message"),
    Entry::call("event.timezone", |view, emit| {
        let named = view.record.stamp.and_then(|stamp| stamp.offset);
        emit(Value::from(named.map_or_else(
            || view.zone_name(),
            |east| {
                let (hours, minutes) = (east.abs() / 3600, east.abs() / 60 % 60);
                let sign = if east < 0 { '-' } else { '+' };
                format!("{sign}{hours:02}:{minutes:02}")
            },
        )));
    }),
    Entry::fixed("event.kind", &["event"]),
    Entry::turned("event.code", "log_id", |value, _| {
        forms::code(&value.text()).map(|code| Value::from(code.to_owned()))
    }),
    Entry::turned("event.severity", "log_id", |value, _| {
        forms::severity(&value.text()).map(|level| Value::Long(level.into()))
    }),
    Entry::turned("log.level", "log_id", |value, _| {
        let level = forms::severity(&value.text())?;
        LEVELS.get(usize::from(level)).copied().map(Value::from)
    }),
    Entry::part("event.reason", "reason"),
    Entry::part("message", "message"),
    Entry::fixed("observer.vendor", &["Sophos"]),
    Entry::fixed("observer.product", &["XG"]),
    Entry::fixed("observer.type", &["firewall"]),
    Entry::new(
        "observer.serial_number",
        From::First(&["device_id", "device_serial_id"]),
    ),
    Entry::call("host.name", |view, emit| {
        if let Some(host) = view.record.header.host
            && !forms::is_first(host)
        {
            emit(Value::from(host));
        }
    }),
    Entry::new("source.ip", From::First(&["src_ip", "sourceip"])).turn(turn::ip),
    Entry::part("source.mac", "src_mac"),
    Entry::new("source.user.name", From::Part("user_name")),
    Entry::new(
        "source.user.group.name",
        From::First(&["usergroupname", "user_group", "user_gp"]),
    ),
    Entry::new("source.bytes", From::First(&["sent_bytes", "bytes_sent"])).turn(turn::long),
    Entry::new("destination.ip", From::First(&["dst_ip", "destinationip"])).turn(turn::ip),
    Entry::new(
        "destination.bytes",
        From::First(&["recv_bytes", "bytes_received"]),
    )
    .turn(turn::long),
    Entry::fields(
        "related.ip",
        &[
            "source.ip",
            "destination.ip",
            "source.nat.ip",
            "destination.nat.ip",
        ],
    ),
    Entry::fields("related.user", &["source.user.name"]),
    Entry::fields("related.hosts", &["host.name"]),
    Entry::new("sophos.xg", From::Open(members)),
];

/// Keys that are fields of ECS, or that Elastic's pipeline leaves out.
const MAPPED: &[&str] = &[
    "error.message",
    "date",
    "time",
    "timestamp",
    "message",
    "reason",
    "device_id",
    "device_serial_id",
    "src_ip",
    "sourceip",
    "remoteinterfaceip",
    "src_port",
    "src_mac",
    "dst_ip",
    "destinationip",
    "localinterfaceip",
    "dst_port",
    "dst_mac",
    "user_name",
    "name",
    "usergroupname",
    "user_group",
    "user_gp",
    "sent_bytes",
    "bytes_sent",
    "recv_bytes",
    "bytes_received",
    "dir_disp",
    "srczone",
    "dstzone",
];

/// The members of `sophos.xg`: what is in no field of ECS.
fn members(view: &View<'_>, emit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
    hand_on(view, &[], emit);
}

/// The same without further keys.
pub(super) fn hand_on(
    view: &View<'_>,
    mapped: &[&str],
    emit: &mut dyn FnMut(&str, Value<'_>) -> bool,
) {
    for (key, value) in view.parts.iter() {
        if !MAPPED.contains(&key) && !mapped.contains(&key) && !emit(key, Value::from(value)) {
            return;
        }
    }
}
