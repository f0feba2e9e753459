//! What Security events tell and Elastic leaves in `winlog.event_data`: the ends of connections that the filtering
//! platform saw, and the registry value that was changed.

use std::borrow::Cow;

use gatewatch_event::{Value, parse_ip};

use super::{Place, Row};
use crate::source::windows::entry::{Emit, Entry, Extract, emit_distinct};
use crate::source::windows::lookup::access;
use crate::source::windows::text::{base_name, ip, number, port};
use crate::source::windows::view::View;

pub(super) const ROWS: &[Row] = &[
    Row {
        place: Place::Security,
        ids: &[5152, 5156, 5157, 5158],
        fields: &[
            Entry::one("source.ip", Extract::Turned("SourceAddress", ip)),
            Entry::one("source.port", Extract::Turned("SourcePort", port)),
            Entry::one("destination.ip", Extract::Turned("DestAddress", ip)),
            Entry::one("destination.port", Extract::Turned("DestPort", port)),
            Entry::one("network.iana_number", Extract::Data("Protocol")),
            Entry::one("network.transport", Extract::Turned("Protocol", transport)),
            Entry::one("network.direction", Extract::Turned("Direction", direction)),
            Entry::one("network.type", Extract::Turned("SourceAddress", version)),
            Entry::many("related.ip", Extract::Call(related)),
        ],
    },
    Row {
        place: Place::Security,
        ids: &[4657],
        fields: &[
            Entry::one("process.pid", Extract::Turned("ProcessId", number)),
            Entry::one("process.executable", Extract::Data("ProcessName")),
            Entry::one("process.name", Extract::Turned("ProcessName", base_name)),
            Entry::one("registry.hive", Extract::Turned("ObjectName", hive)),
            Entry::one("registry.key", Extract::Turned("ObjectName", key)),
            Entry::one("registry.value", Extract::Data("ObjectValueName")),
            Entry::one("registry.path", Extract::Call(path)),
            Entry::many("registry.data.strings", Extract::Data("NewValue")),
            Entry::one(
                "registry.data.type",
                Extract::Turned("NewValueType", value_type),
            ),
        ],
    },
];

fn transport(text: Cow<'_, str>) -> Option<Value<'_>> {
    let name = match text.as_ref() {
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "58" => "ipv6-icmp",
        _ => return None,
    };
    Some(Value::from(name))
}

fn direction(text: Cow<'_, str>) -> Option<Value<'_>> {
    let name = match text.as_ref() {
        "%%14592" => "ingress",
        "%%14593" => "egress",
        _ => return None,
    };
    Some(Value::from(name))
}

fn version(text: Cow<'_, str>) -> Option<Value<'_>> {
    let address = parse_ip(&text)?;
    Some(Value::from(if address.is_ipv4() { "ipv4" } else { "ipv6" }))
}

fn related(view: &View<'_>, emit: Emit<'_>) {
    let ends = ["SourceAddress", "DestAddress"].map(|name| view.data(name).and_then(ip));
    emit_distinct(ends, emit);
}

/// The hive and the rest of a kernel path: `\REGISTRY\MACHINE\SOFTWARE` is `HKLM` and `SOFTWARE`.
fn parts(path: &str) -> Option<(&'static str, &str)> {
    const HIVES: [(&str, &str); 2] = [(r"\REGISTRY\MACHINE\", "HKLM"), (r"\REGISTRY\USER\", "HKU")];
    HIVES.iter().find_map(|(kernel, hive)| {
        let head = path.get(..kernel.len())?;
        head.eq_ignore_ascii_case(kernel)
            .then(|| (*hive, &path[kernel.len()..]))
    })
}

fn hive(text: Cow<'_, str>) -> Option<Value<'_>> {
    parts(&text).map(|(hive, _)| Value::from(hive))
}

fn key(text: Cow<'_, str>) -> Option<Value<'_>> {
    parts(&text).map(|(_, key)| Value::from(key.to_owned()))
}

fn path(view: &View<'_>, emit: Emit<'_>) {
    let Some(object) = view.data("ObjectName") else {
        return;
    };
    let key = match parts(&object) {
        Some((hive, key)) => format!("{hive}\\{key}"),
        None => object.into_owned(),
    };
    emit(Value::from(match view.data("ObjectValueName") {
        Some(value) => format!("{key}\\{value}"),
        None => key,
    }));
}

/// `REG_SZ` and the like; the explanation that Windows adds to one of the names is left out.
fn value_type(text: Cow<'_, str>) -> Option<Value<'_>> {
    let name = access::message(text.replace("%%", "").trim())?;
    let name = name.split(' ').next()?;
    Some(Value::from(name.to_owned()))
}
