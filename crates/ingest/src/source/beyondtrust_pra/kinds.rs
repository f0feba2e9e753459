//! The kinds of events.

use gatewatch_event::Value;

use crate::source::mapping::{Entry, From, Kind, Record, View, remote, turn};

const DOOR: &[Entry] = &remote::door(&["remote-tool"], &["beyondtrust-pra"]);

/// Who comes to the endpoint, and from where.
const WHO: &[Entry] = &[
    Entry::new(
        "user.name",
        From::First(&["data.username", "performed_by.name"]),
    ),
    Entry::part("user.id", "data.user_id"),
    Entry::fields("related.user", &["user.name"]),
    remote::user(From::First(&["data.username", "performed_by.name"])),
];
const FROM: &[Entry] = &[
    Entry::call("source.ip", |view, emit| {
        if let Some(address) = socket(view).0 {
            emit(Value::Ip(address));
        }
    }),
    Entry::call("source.port", |view, emit| {
        if let Some(port) = socket(view).1 {
            emit(Value::Long(port.into()));
        }
    }),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("gatewatch.remote.ip", &["source.ip"]),
    Entry::fields("gatewatch.remote.port", &["source.port"]),
];
/// The endpoint that is come to. Its addresses are not those of anybody who comes.
const ENDPOINT: &[Entry] = &[
    Entry::part("host.hostname", "data.hostname"),
    Entry::part("host.name", "data.name"),
    Entry::part("host.os.full", "data.os"),
    Entry::call("host.ip", |view, emit| {
        for address in [private(view), socket(view).0].into_iter().flatten() {
            if !emit(Value::Ip(address)) {
                return;
            }
        }
    }),
    Entry::fields("related.hosts", &["host.hostname"]),
    Entry::fields("related.ip", &["host.ip"]),
];
const START: &[Entry] = &[
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
];
const END: &[Entry] = &[
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
];
const FILE: &[Entry] = &[
    Entry::fixed("event.category", &["file"]),
    Entry::fixed("event.type", &["access"]),
    Entry::new("file.path", From::First(&["data.filename", "data.path"])),
    Entry::turned("file.size", "data.filesize", turn::long),
    Entry::part("file.hash.sha256", "data.sha256"),
];

static JOINED: Kind = Kind::new(
    "representative joined",
    &[
        DOOR,
        START,
        WHO,
        FROM,
        &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])],
    ],
);
static LEFT: Kind = Kind::new("representative left", &[DOOR, END, WHO, &[remote::END]]);
static ADDED: Kind = Kind::new("endpoint joined", &[START, ENDPOINT]);
static DEPARTED: Kind = Kind::new("endpoint left", &[END]);
static SESSION_START: Kind = Kind::new("session start", &[DOOR, START]);
static SESSION_END: Kind = Kind::new("session end", &[DOOR, END]);
static TRANSFER: Kind = Kind::new("file", &[FILE]);
static SHELL: Kind = Kind::new(
    "shell",
    &[&[
        Entry::fixed("event.category", &["process"]),
        Entry::fixed("event.type", &["info"]),
        Entry::part("process.command_line", "data.text"),
    ]],
);
static OTHER: Kind = Kind::new("other", &[]);

/// `ADDRESS:PORT` as the appliance sees the other end.
fn socket(view: &View<'_>) -> (Option<std::net::IpAddr>, Option<u16>) {
    let Some(text) = view.text("data.public_ip") else {
        return (None, None);
    };
    let (ip, port) = turn::split_port(&text);
    let address = turn::address(ip);
    (address, port.filter(|_| address.is_some()))
}

fn private(view: &View<'_>) -> Option<std::net::IpAddr> {
    turn::address(&view.text("data.private_ip")?)
}

/// The kind of an event.
pub(super) fn kind(record: &Record<'_>) -> &'static Kind {
    let Some(json) = record.json else {
        return &OTHER;
    };
    let event = json.get("event_type").and_then(|event| event.as_str());
    let by_representative = || {
        let by = json.get("performed_by").and_then(|by| by.get("type"));
        by.and_then(|by| by.as_str())
            .is_some_and(|by| by == "representative")
    };
    match event.as_deref() {
        Some("Conference Member Added") if by_representative() => &JOINED,
        Some("Conference Member Added") => &ADDED,
        Some("Conference Member Departed") if by_representative() => &LEFT,
        Some("Conference Member Departed") => &DEPARTED,
        Some("Session Start") => &SESSION_START,
        Some("Session End") => &SESSION_END,
        Some("Remote Shell Event") => &SHELL,
        Some(event) if event.starts_with("File ") || event == "Directory Created" => &TRANSFER,
        _ => &OTHER,
    }
}
