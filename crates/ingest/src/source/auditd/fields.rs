//! From the parts of an event to ECS.

use gatewatch_event::Value;
use serde_json::{Map, Value as Json};

use super::calls;
use super::head::Form;
use super::laurel;
use super::parts;
use super::types;
use crate::format::time;
use crate::source::mapping::{Emit, Entry, From, Header, View, remote, turn};

/// The data of records that are numbers.
const NUMBERS: &[&str] = &[
    "added",
    "argc",
    "audit_pid",
    "changed",
    "dport",
    "entries",
    "items",
    "lport",
    "nargs",
    "new_vcpu",
    "nlnk_pid",
    "old_vcpu",
    "opid",
    "removed",
    "rport",
    "seqno",
    "spid",
    "sport",
    "vm_pid",
];

/// Fields of every event.
pub(super) const COMMON: &[Entry] = &[
    Entry::call("@timestamp", time_of),
    Entry::fixed("host.os.type", &["linux"]),
    Entry::part("host.name", "@host"),
    Entry::fixed("event.module", &["auditd"]),
    Entry::new("event.original", From::Raw),
    Entry::call("auditd.messages", |view, emit| {
        for line in view.record.raw.split('\n') {
            if !emit(line.trim_end_matches('\r').into()) {
                return;
            }
        }
    })
    .many(),
    Entry::turned("event.sequence", "@serial", turn::long),
    // As the integration that keeps each line has it.
    Entry::turned("auditd.log.sequence", "@serial", turn::long),
    Entry::part("event.id", "id"),
    Entry::call("event.outcome", |view, emit| {
        if let Some(result) = view.text("@result") {
            emit(if result == "fail" {
                "failure".into()
            } else {
                result.into_owned().into()
            });
        }
    }),
    Entry::part("auditd.result", "@result"),
    Entry::turned("auditd.message_type", "@type", turn::lower),
    Entry::part("auditd.session", "@session"),
    Entry::part("auditd.summary.actor.primary", "@actor.primary"),
    Entry::part("auditd.summary.actor.secondary", "@actor.secondary"),
    Entry::part("auditd.summary.object.primary", "@object.primary"),
    Entry::part("auditd.summary.object.secondary", "@object.secondary"),
    Entry::part("auditd.summary.object.type", "@object.type"),
    Entry::part("auditd.summary.how", "@how"),
    Entry::new("auditd.data", From::Open(data)),
    Entry::part("auditd.user.audit.id", "@audit.id"),
    Entry::part("auditd.user.audit.name", "@audit.name"),
    Entry::part("auditd.user.saved.id", "@saved.id"),
    Entry::part("auditd.user.saved.name", "@saved.name"),
    Entry::part("auditd.user.old_auid.id", "@old.id"),
    Entry::part("auditd.user.old_auid.name", "@old.name"),
    Entry::part("auditd.user.selinux.user", "@context.user"),
    Entry::part("auditd.user.selinux.role", "@context.role"),
    Entry::part("auditd.user.selinux.domain", "@context.domain"),
    Entry::part("auditd.user.selinux.level", "@context.level"),
    Entry::part("auditd.user.selinux.category", "@context.category"),
    Entry::part("user.id", "@user.id"),
    Entry::part("user.name", "@user.name"),
    Entry::part("user.group.id", "@user.group.id"),
    Entry::part("user.group.name", "@user.group.name"),
    Entry::part("user.effective.id", "@effective.id"),
    Entry::part("user.effective.name", "@effective.name"),
    Entry::part("process.name", "@name"),
    Entry::part("process.executable", "@exe"),
    Entry::turned("process.pid", "@pid", turn::long),
    Entry::turned("process.parent.pid", "@ppid", turn::long),
    Entry::part("process.title", "@title"),
    Entry::part("process.working_directory", "@cwd"),
    Entry::part("tags", "@tag").many(),
    Entry::fields(
        "related.user",
        &["user.name", "user.effective.name", "user.target.name"],
    ),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
];

/// No further fields.
pub(super) const NOTHING: &[Entry] = &[];

/// Fields of events with a system call.
pub(super) const SYSTEM_CALL: &[Entry] = &[
    Entry::part("host.architecture", "arch"),
    Entry::part("user.effective.group.id", "@effective.group.id"),
    Entry::part("user.effective.group.name", "@effective.group.name"),
    Entry::part("auditd.user.saved.group.id", "@saved.group.id"),
    Entry::part("auditd.user.saved.group.name", "@saved.group.name"),
    Entry::part("auditd.user.filesystem.id", "@filesystem.id"),
    Entry::part("auditd.user.filesystem.name", "@filesystem.name"),
    Entry::part("auditd.user.filesystem.group.id", "@filesystem.group.id"),
    Entry::part(
        "auditd.user.filesystem.group.name",
        "@filesystem.group.name",
    ),
    Entry::new("auditd.paths", From::Object(paths)),
    Entry::part("auditd.data.socket.addr", "socket_addr"),
    Entry::part("auditd.data.socket.family", "socket_family"),
    Entry::part("auditd.data.socket.path", "socket_path"),
    Entry::turned("auditd.data.socket.port", "socket_port", turn::long),
    Entry::part("auditd.data.socket.saddr", "socket_saddr"),
    Entry::part("file.path", "@file.path"),
    Entry::turned("file.name", "@file.path", turn::file_name),
    Entry::turned("file.directory", "@file.path", turn::directory),
    Entry::turned("file.extension", "@file.path", turn::extension),
    Entry::part("file.device", "@file.device"),
    Entry::part("file.inode", "@file.inode"),
    Entry::part("file.mode", "@file.mode"),
    Entry::part("file.uid", "@file.uid"),
    Entry::part("file.gid", "@file.gid"),
    Entry::part("file.owner", "@file.owner"),
    Entry::part("file.group", "@file.group"),
    Entry::part("network.direction", "@direction"),
    Entry::turned("source.ip", "@source.ip", turn::ip),
    Entry::turned("source.port", "@source.port", turn::long),
    Entry::part("source.address", "@source.address"),
    Entry::turned("destination.ip", "@destination.ip", turn::ip),
    Entry::turned("destination.port", "@destination.port", turn::long),
    Entry::part("destination.address", "@destination.address"),
];

/// Fields of commands.
pub(super) const COMMAND: &[Entry] = &[
    Entry::part("process.args", "@arg"),
    Entry::turned("process.args_count", "@args_count", turn::long),
    Entry::part("process.command_line", "@command_line"),
];

/// What a system call adds to an event of another type.
pub(super) const ADDED: &[Entry] = &[
    Entry::part("process.args", "@arg"),
    Entry::turned("process.args_count", "@args_count", turn::long),
    Entry::part("process.command_line", "@command_line"),
    Entry::call("event.category", |view, emit| {
        meanings(view, emit, Meaning::Category)
    }),
    Entry::call("event.type", |view, emit| {
        meanings(view, emit, Meaning::Type)
    }),
];

/// Where somebody is.
pub(super) const ADDRESS: &[Entry] = &[
    Entry::part("network.direction", "@direction"),
    Entry::turned("source.ip", "@source.ip", turn::ip),
    Entry::part("source.address", "@source.address"),
    Entry::part("user.terminal", "terminal"),
];

/// Fields of what programs write when somebody comes, is known, or goes.
pub(super) const DOOR: &[Entry] = &[
    Entry::part("network.direction", "@direction"),
    Entry::turned("source.ip", "@source.ip", turn::ip),
    Entry::part("source.address", "@source.address"),
    Entry::part("user.terminal", "terminal"),
    Entry::part("gatewatch.remote.service", "@remote.service"),
    Entry::part("gatewatch.remote.product", "@remote.product"),
    Entry::part("gatewatch.remote.outcome", "@remote.outcome"),
    remote::ip(From::Part("@remote.ip")),
    remote::port(From::Part("@remote.port")),
    remote::address(From::Part("@remote.address")),
    remote::user(From::Part("@remote.user")),
    remote::method(From::Part("@remote.method")),
    remote::session(From::Part("@remote.session")),
    remote::host(From::Part("@remote.host")),
];

/// The account or group that was changed.
pub(super) const TARGET: &[Entry] = &[
    Entry::part("network.direction", "@direction"),
    Entry::turned("source.ip", "@source.ip", turn::ip),
    Entry::part("source.address", "@source.address"),
    Entry::part("user.terminal", "terminal"),
    Entry::part("user.target.id", "@target.id"),
    Entry::part("user.target.name", "@target.name"),
    Entry::part("group.id", "@group.id"),
    Entry::part("group.name", "@group.name"),
];

/// Types without a meaning are called by their name.
pub(super) const UNNAMED: &[Entry] = &[Entry::turned("event.action", "@type", turn::lower)];

/// What auditd says of itself.
pub(super) const MESSAGE: &[Entry] = &[
    Entry::new("message", From::Message),
    Entry::header("host.name", Header::Host),
    Entry::header("process.name", Header::Program),
    Entry::header("process.pid", Header::Pid),
    Entry::nothing("event.outcome"),
];

/// When the kernel or the program wrote it; else what the header says.
fn time_of(view: &View<'_>, emit: Emit<'_>) {
    let own = match Form::of(view.record) {
        Some(Form::Lines(head, _)) => head.time(view.record),
        Some(Form::Laurel(json)) => {
            let (_, id) = laurel::head(json);
            id.rsplit_once(':').and_then(|(time, _)| time::epoch(time))
        }
        None => None,
    };
    if let Some(time) = own.or_else(|| view.record.time()) {
        emit(Value::Date(time));
    }
}

/// The data of the records.
fn data(view: &View<'_>, emit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
    for (name, value) in view.parts.iter() {
        if name.starts_with('@') || name == "id" || name.starts_with("socket_") {
            continue;
        }
        let number = NUMBERS
            .contains(&name)
            .then(|| value.parse().ok())
            .flatten();
        let value = number.map_or_else(|| Value::from(value), Value::Long);
        if !emit(name, value) {
            return;
        }
    }
}

/// The files and folders, as the kernel lists them.
fn paths(view: &View<'_>) -> Option<Json> {
    let event = parts::event(&Form::of(view.record)?);
    let paths: Vec<Json> = event
        .paths
        .into_iter()
        .map(|path| {
            let fields = path.fields.into_iter();
            let fields: Map<String, Json> = fields
                .map(|(name, value)| (name.into_owned(), Json::String(value.into_owned())))
                .collect();
            Json::Object(fields)
        })
        .collect();
    (!paths.is_empty()).then_some(Json::Array(paths))
}

/// What is asked of the meaning of an event.
#[derive(Clone, Copy)]
enum Meaning {
    Category,
    Type,
}

/// What the type of an event means, and then what its system call means.
fn meanings(view: &View<'_>, emit: Emit<'_>, meaning: Meaning) {
    let record = view.text("@type").and_then(|kind| types::find(&kind));
    let call = view.text("syscall").map(|call| calls::find(&call));
    let of_type = record.map(|record| (record.category, record.types));
    let of_call = call.map(|call| (call.category, call.types));
    // A type without a meaning of its own has only that of its class.
    let of_type = of_type.filter(|(_, types)| !types.is_empty() || of_call.is_none());
    let of_call = of_call.filter(|of_call| of_type != Some(*of_call));
    for (category, types) in of_type.into_iter().chain(of_call) {
        let values = match meaning {
            Meaning::Category => category,
            Meaning::Type => types,
        };
        for value in values {
            if !emit(Value::from(*value)) {
                return;
            }
        }
    }
}
