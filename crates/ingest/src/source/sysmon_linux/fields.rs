//! From the parts of an event to ECS.

use gatewatch_event::{Value, parse_ip};

use crate::format::syslog::iso_stamp;
use crate::source::mapping::{
    Emit, End, Entry, From, Kind, View, community_id, find_kind, kinds, protocol_number, remote,
    turn,
};
use crate::source::windows::split_as_runtime;

/// Fields of every event.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("@timestamp", |view, emit| {
        let own = view
            .text("@time")
            .and_then(|time| iso_stamp(&time)?.at(view.record.zone));
        if let Some(time) = own.or_else(|| view.record.time()) {
            emit(Value::Date(time));
        }
    }),
    Entry::fixed("event.action", &["log"]),
    Entry::part("event.code", "@code"),
    Entry::turned("event.created", "@time", turn::iso),
    Entry::part("event.provider", "@provider"),
    Entry::fixed("host.os.type", &["linux"]),
    Entry::new("host.hostname", From::First(&["@host", "@computer"])),
    Entry::new("host.name", From::First(&["@host", "@computer"])),
    Entry::part("log.level", "@level"),
    Entry::part("winlog.channel", "@channel"),
    Entry::part("winlog.computer_name", "@computer"),
    Entry::part("winlog.event_id", "@code"),
    Entry::part("winlog.opcode", "@opcode"),
    Entry::turned("winlog.process.pid", "@process", turn::long),
    Entry::turned("winlog.process.thread.id", "@thread", turn::long),
    Entry::part("winlog.provider_guid", "@guid"),
    Entry::part("winlog.record_id", "@record"),
    Entry::turned("winlog.version", "@version", turn::long),
    Entry::new("winlog.event_data", From::Open(data)),
    Entry::part("rule.name", "RuleName"),
    Entry::new(
        "process.entity_id",
        From::First(&["ProcessGuid", "SourceProcessGuid", "SourceProcessGUID"]),
    ),
    Entry::new(
        "process.pid",
        From::First(&["ProcessId", "SourceProcessId", "@pid"]),
    )
    .turn(turn::long),
    Entry::new(
        "process.executable",
        From::First(&["Image", "SourceImage", "Destination"]),
    ),
    Entry::part("process.name", "@program"),
    Entry::part("user.name", "User"),
    Entry::fields("related.user", &["user.name"]),
    Entry::call("related.hash", |view, emit| hashes(view, "", emit)),
];

/// Data that have become fields, and those that Elastic leaves out.
const MOVED: &[&str] = &[
    "Archived",
    "CommandLine",
    "CurrentDirectory",
    "Destination",
    "DestinationHostname",
    "DestinationIp",
    "DestinationIsIpv6",
    "DestinationPort",
    "DestinationPortName",
    "Device",
    "Hash",
    "Hashes",
    "ID",
    "Image",
    "ImageLoaded",
    "Initiated",
    "IsExecutable",
    "OriginalFileName",
    "ParentCommandLine",
    "ParentImage",
    "ParentProcessGuid",
    "ParentProcessId",
    "PipeName",
    "ProcessGuid",
    "ProcessId",
    "Protocol",
    "RuleName",
    "SourceHostname",
    "SourceImage",
    "SourceIp",
    "SourceIsIpv6",
    "SourcePort",
    "SourcePortName",
    "SourceProcessGUID",
    "SourceProcessGuid",
    "SourceProcessId",
    "SourceThreadId",
    "TargetFilename",
    "User",
    "UtcTime",
];

fn data(view: &View<'_>, emit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
    for (name, value) in view.parts.iter() {
        if !name.starts_with('@')
            && name != "message"
            && !MOVED.contains(&name)
            && !emit(name, value.into())
        {
            return;
        }
    }
}

/// The process of an event that says more of it.
const PROCESS: &[Entry] = &[
    Entry::call("process.args", |view, emit| {
        arguments(view, "CommandLine", emit)
    }),
    Entry::call("process.args_count", |view, emit| {
        count(view, "CommandLine", emit)
    }),
    Entry::part("process.command_line", "CommandLine"),
    Entry::part("process.working_directory", "CurrentDirectory"),
    Entry::call("process.parent.args", |view, emit| {
        arguments(view, "ParentCommandLine", emit)
    }),
    Entry::call("process.parent.args_count", |view, emit| {
        count(view, "ParentCommandLine", emit)
    }),
    Entry::part("process.parent.command_line", "ParentCommandLine"),
    Entry::part("process.parent.entity_id", "ParentProcessGuid"),
    Entry::part("process.parent.executable", "ParentImage"),
    Entry::turned("process.parent.name", "ParentImage", turn::file_name),
    Entry::turned("process.parent.pid", "ParentProcessId", turn::long),
    Entry::part("process.pe.company", "Company"),
    Entry::part("process.pe.description", "Description"),
    Entry::part("process.pe.file_version", "FileVersion"),
    Entry::part("process.pe.original_file_name", "OriginalFileName"),
    Entry::part("process.pe.product", "Product"),
];

const PROCESS_HASH: &[Entry] = &[
    Entry::call("process.hash.md5", |view, emit| hashes(view, "md5", emit)),
    Entry::call("process.hash.sha1", |view, emit| hashes(view, "sha1", emit)),
    Entry::call("process.hash.sha256", |view, emit| {
        hashes(view, "sha256", emit)
    }),
];

const FILE_PATHS: &[&str] = &["TargetFilename", "Device", "ImageLoaded"];

const FILE: &[Entry] = &[
    Entry::new("file.path", From::First(FILE_PATHS)),
    Entry::new("file.name", From::First(FILE_PATHS)).turn(turn::file_name),
    Entry::new("file.directory", From::First(FILE_PATHS)).turn(turn::directory),
    Entry::new("file.extension", From::First(FILE_PATHS)).turn(turn::extension),
    Entry::turned("sysmon.file.archived", "Archived", turn::flag),
    Entry::turned("sysmon.file.is_executable", "IsExecutable", turn::flag),
];

const FILE_HASH: &[Entry] = &[
    Entry::call("file.hash.md5", |view, emit| hashes(view, "md5", emit)),
    Entry::call("file.hash.sha1", |view, emit| hashes(view, "sha1", emit)),
    Entry::call("file.hash.sha256", |view, emit| {
        hashes(view, "sha256", emit)
    }),
];

const NETWORK: &[Entry] = &[
    Entry::turned("source.ip", "SourceIp", turn::ip),
    Entry::turned("source.port", "SourcePort", turn::long),
    Entry::part("source.domain", "SourceHostname"),
    Entry::turned("destination.ip", "DestinationIp", turn::ip),
    Entry::turned("destination.port", "DestinationPort", turn::long),
    Entry::part("destination.domain", "DestinationHostname"),
    Entry::part("network.transport", "Protocol"),
    Entry::new(
        "network.protocol",
        From::First(&["DestinationPortName", "SourcePortName"]),
    ),
    Entry::call("network.direction", |view, emit| {
        choose(view, "Initiated", ["egress", "ingress"], emit);
    }),
    Entry::call("network.type", |view, emit| {
        choose(view, "SourceIsIpv6", ["ipv6", "ipv4"], emit);
    }),
    Entry::call("network.community_id", |view, emit| {
        let end = |address: &str, port: &str| {
            Some(End {
                address: parse_ip(&view.text(address)?)?,
                port: view.text(port)?.parse().ok()?,
            })
        };
        let protocol = view
            .text("Protocol")
            .and_then(|name| protocol_number(&name));
        if let Some(protocol) = protocol
            && let Some(source) = end("SourceIp", "SourcePort")
            && let Some(destination) = end("DestinationIp", "DestinationPort")
        {
            emit(community_id(protocol, source, destination).into());
        }
    }),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    Entry::part("gatewatch.remote.service", "@remote.service"),
    Entry::part("gatewatch.remote.product", "@remote.product"),
    Entry::part("gatewatch.remote.outcome", "@remote.outcome"),
    remote::ip(From::Part("@remote.ip")),
    remote::address(From::Part("@remote.ip")),
    remote::port(From::Part("@remote.port")),
    remote::host(From::Part("@remote.host")),
];

/// The category and type of a kind.
macro_rules! of {
    ([$($category:literal),*], [$($type:literal),*]) => {
        &[
            Entry::fixed("event.category", &[$($category),*]),
            Entry::fixed("event.type", &[$($type),*]),
            Entry::fixed("winlog.channel", &["Linux-Sysmon/Operational"]),
        ]
    };
}

kinds! {
    /// The kinds of events.
    static CODES by "event.code" {
        "1" => [PROCESS, PROCESS_HASH, of!(["process"], ["start"])],
        "10" => [of!(["process"], ["access"])],
        "11" => [FILE, of!(["file"], ["creation"])],
        "15" => [FILE, FILE_HASH, of!(["file"], ["access"])],
        "16" => [of!(["configuration"], ["change"])],
        "17" => [PIPE, of!(["file"], ["creation"])],
        "18" => [PIPE, of!(["file"], ["access"])],
        "2" => [FILE, of!(["file"], ["change"])],
        "23" => [FILE, PROCESS_HASH, of!(["file"], ["deletion"])],
        "255" => [&[Entry::part("error.code", "ID")]],
        "26" => [FILE, PROCESS_HASH, of!(["file"], ["deletion"])],
        "3" => [NETWORK, of!(["network"], ["start", "connection", "protocol"])],
        "4" => [of!(["process"], ["change"])],
        "5" => [of!(["process"], ["end"])],
        "7" => [FILE, FILE_HASH, of!(["process"], ["change"])],
        "9" => [FILE],
    }
}

const PIPE: &[Entry] = &[Entry::part("file.name", "PipeName")];

/// Numbers that Elastic gives no category.
static OTHER: Kind = Kind::new("other", &[]);
/// What Sysmon says of itself.
static MESSAGE: Kind = Kind::new("message", &[&[Entry::part("message", "message")]]);

/// The kind of an event.
pub(super) fn kind(code: Option<&str>) -> &'static Kind {
    match code {
        Some(code) => find_kind(&CODES, code).unwrap_or(&OTHER),
        None => &MESSAGE,
    }
}

fn first<'a>(view: &View<'a>, parts: &[&str]) -> Option<std::borrow::Cow<'a, str>> {
    parts.iter().find_map(|part| view.text(part))
}

/// A command line as Elastic cuts it: by the rules of Windows.
fn arguments(view: &View<'_>, part: &str, emit: Emit<'_>) {
    for argument in view
        .text(part)
        .iter()
        .flat_map(|line| split_as_runtime(line))
    {
        if !emit(argument.into()) {
            return;
        }
    }
}

fn count(view: &View<'_>, part: &str, emit: Emit<'_>) {
    let count = view.text(part).map(|line| split_as_runtime(&line).len());
    if let Some(count) = count.and_then(|count| i64::try_from(count).ok()) {
        emit(Value::Long(count));
    }
}

fn choose(view: &View<'_>, part: &str, [yes, no]: [&'static str; 2], emit: Emit<'_>) {
    match view.text(part).as_deref() {
        Some("true") => {
            emit(yes.into());
        }
        Some("false") => {
            emit(no.into());
        }
        _ => {}
    }
}

/// The hash of this name, or all of them, in `SHA1=...,MD5=...`; zeros alone are none.
fn hashes(view: &View<'_>, wanted: &str, emit: Emit<'_>) {
    let Some(text) = first(view, &["Hashes", "Hash"]) else {
        return;
    };
    for (name, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
        let value = value.trim().to_ascii_lowercase();
        let is_wanted = wanted.is_empty() || name.trim().eq_ignore_ascii_case(wanted);
        if is_wanted && !value.bytes().all(|byte| byte == b'0') && !emit(value.into()) {
            return;
        }
    }
}
