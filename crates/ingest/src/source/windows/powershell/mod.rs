//! The PowerShell logs, as Elastic's PowerShell pipelines map them. Most of what they tell lies in one value of
//! `key=value` lines, which the view takes apart (see [`Block`]).

mod details;

use std::borrow::Cow;

use gatewatch_event::Value;

use super::arguments::split_as_runtime;
use super::base;
use super::entry::{Emit, Entry, Extract, Group, Moved, Shape, emit_distinct};
use super::family::Family;
use super::kind::Builder;
use super::text::{
    base_name_of_path, directory, domain_of, extension, name_of, number, parse_number,
};
use super::view::{Block, BlockStyle, View};

/// What both logs tell.
const COMMON: &[Entry] = &[
    Entry::one("event.sequence", Extract::Turned("SequenceNumber", number)),
    Entry::one("process.entity_id", Extract::First(&["HostId", "HostID"])),
    Entry::one("process.command_line", Extract::Data("HostApplication")),
    Entry::many("process.args", Extract::Call(arguments)),
    Entry::one("process.args_count", Extract::Call(argument_count)),
    Entry::one("process.title", Extract::Data("HostName")),
    Entry::one("powershell.engine.version", Extract::Data("EngineVersion")),
    Entry::one(
        "powershell.pipeline_id",
        Extract::First(&["PipelineId", "PipelineID"]),
    ),
    Entry::one(
        "powershell.runspace_id",
        Extract::First(&["RunspaceId", "RunspaceID"]),
    ),
    Entry::one(
        "powershell.process.executable_version",
        Extract::Data("HostVersion"),
    ),
    Entry::one("powershell.command.value", Extract::Data("CommandLine")),
    Entry::one("powershell.command.path", Extract::Data("CommandPath")),
    Entry::one("powershell.command.name", Extract::Data("CommandName")),
    Entry::one("powershell.command.type", Extract::Data("CommandType")),
];

const COMMON_MOVED: &[Moved] = &[
    Moved::always("SequenceNumber"),
    Moved::always("HostId"),
    Moved::always("HostID"),
    Moved::always("HostApplication"),
    Moved::always("HostName"),
    Moved::always("HostVersion"),
    Moved::always("EngineVersion"),
    Moved::always("PipelineId"),
    Moved::always("PipelineID"),
    Moved::always("RunspaceId"),
    Moved::always("RunspaceID"),
    Moved::always("CommandLine"),
    Moved::always("CommandPath"),
    Moved::always("CommandName"),
    Moved::always("CommandType"),
    Moved::always("ScriptName"),
];

fn split(view: &View<'_>) -> Option<Vec<String>> {
    view.data("HostApplication")
        .map(|command| split_as_runtime(&command))
}

fn arguments(view: &View<'_>, emit: Emit<'_>) {
    for argument in split(view).unwrap_or_default() {
        if !emit(Value::from(argument)) {
            return;
        }
    }
}

fn argument_count(view: &View<'_>, emit: Emit<'_>) {
    if let Some(count) = split(view).and_then(|all| i64::try_from(all.len()).ok()) {
        emit(Value::Long(count));
    }
}

/// The script, by the name that the classic log and 4103 give it.
const SCRIPT: &[Entry] = &[
    Entry::one("file.path", Extract::Turned("ScriptName", script_path)),
    Entry::one(
        "file.name",
        Extract::Turned("ScriptName", base_name_of_path),
    ),
    Entry::one("file.directory", Extract::Turned("ScriptName", directory)),
    Entry::one("file.extension", Extract::Turned("ScriptName", extension)),
];

fn script_path(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::Str(text))
}

const CLASSIC: &[Entry] = &[
    Entry::one("user.domain", Extract::Turned("UserId", domain_of)),
    Entry::one("user.name", Extract::Turned("UserId", name_of)),
    Entry::many("related.user", Extract::Turned("UserId", name_of)),
    Entry::one(
        "powershell.engine.new_state",
        Extract::Data("NewEngineState"),
    ),
    Entry::one(
        "powershell.engine.previous_state",
        Extract::Data("PreviousEngineState"),
    ),
    Entry::one(
        "powershell.provider.new_state",
        Extract::Data("NewProviderState"),
    ),
    Entry::one("powershell.provider.name", Extract::Data("ProviderName")),
    Entry::one("powershell.total", Extract::Turned("DetailTotal", number)),
    Entry::one(
        "powershell.sequence",
        Extract::Turned("DetailSequence", number),
    ),
];

const CLASSIC_MOVED: &[Moved] = &[
    Moved::always("param1"),
    Moved::always("param2"),
    Moved::always("param3"),
    Moved::always("UserId"),
    Moved::always("NewEngineState"),
    Moved::always("PreviousEngineState"),
    Moved::always("NewProviderState"),
    Moved::always("ProviderName"),
    Moved::always("DetailTotal"),
    Moved::always("DetailSequence"),
];

/// The details of a pipeline in the classic log.
const PIPELINE: &[Entry] = &[Entry::many(
    "powershell.command.invocation_details",
    Extract::Objects(details::of_param3),
)];

const OPERATIONAL: &[Entry] = &[
    Entry::one("user.id", Extract::Call(base::logging_user)),
    Entry::one(
        "powershell.sequence",
        Extract::Turned("MessageNumber", number),
    ),
    Entry::one("powershell.total", Extract::Turned("MessageTotal", number)),
    Entry::one("powershell.id", Extract::Data("ShellID")),
    Entry::one(
        "powershell.file.script_block_id",
        Extract::Data("ScriptBlockId"),
    ),
    Entry::one(
        "powershell.file.script_block_text",
        Extract::Data("ScriptBlockText"),
    ),
    Entry::one("file.path", Extract::First(&["Path", "ScriptName"])),
    Entry::one(
        "file.name",
        Extract::FirstTurned(&["Path", "ScriptName"], base_name_of_path),
    ),
    Entry::one(
        "file.directory",
        Extract::FirstTurned(&["Path", "ScriptName"], directory),
    ),
    Entry::one(
        "file.extension",
        Extract::FirstTurned(&["Path", "ScriptName"], extension),
    ),
];

const OPERATIONAL_MOVED: &[Moved] = &[
    Moved::when("MessageNumber", is_number),
    Moved::when("MessageTotal", is_number),
    Moved::always("ShellID"),
    Moved::always("ScriptBlockId"),
    Moved::always("ScriptBlockText"),
    Moved::always("Path"),
    Moved::always("ContextInfo"),
    Moved::always("Payload"),
    Moved::always("Severity"),
    Moved::always("User"),
    Moved::always("ConnectedUser"),
];

fn is_number(text: &str) -> bool {
    parse_number(text).is_some()
}

/// Module logging (4103): who runs the command, and who is connected, who then is the user.
const MODULE: &[Entry] = &[
    Entry::one(
        "user.domain",
        Extract::FirstTurned(&["ConnectedUser", "User"], domain_of),
    ),
    Entry::one(
        "user.name",
        Extract::FirstTurned(&["ConnectedUser", "User"], name_of),
    ),
    Entry::one(
        "source.user.domain",
        Extract::Turned("ConnectedUser", domain_of),
    ),
    Entry::one(
        "source.user.name",
        Extract::Turned("ConnectedUser", name_of),
    ),
    Entry::one("destination.user.domain", Extract::Call(run_by_domain)),
    Entry::one("destination.user.name", Extract::Call(run_by_name)),
    Entry::many("related.user", Extract::Call(related_users)),
    Entry::many(
        "powershell.command.invocation_details",
        Extract::Objects(details::of_payload),
    ),
];

/// The user whom the connected user's command runs as.
fn run_by(view: &View<'_>, part: super::entry::Turn, emit: Emit<'_>) {
    let connected = view
        .data("ConnectedUser")
        .is_some_and(|user| name_of(user).is_some());
    if connected && let Some(value) = view.data("User").and_then(part) {
        emit(value);
    }
}

fn run_by_domain(view: &View<'_>, emit: Emit<'_>) {
    run_by(view, domain_of, emit);
}

fn run_by_name(view: &View<'_>, emit: Emit<'_>) {
    run_by(view, name_of, emit);
}

fn related_users(view: &View<'_>, emit: Emit<'_>) {
    let names = ["User", "ConnectedUser"].map(|name| view.data(name).and_then(name_of));
    emit_distinct(names, emit);
}

/// Adds what the PowerShell pipelines make of an event id, and says which value holds the `key=value` lines.
pub(super) fn build(family: Family, id: u32, builder: &mut Builder) -> Option<Block> {
    builder.constant("event.category", Shape::One, &["process"]);
    let operational = family == Family::PowerShellOperational;
    builder.constant(
        "event.type",
        Shape::One,
        match (operational, id) {
            (false, 400) | (true, 4105) => &["start"],
            (false, 403) | (true, 4106) => &["end"],
            _ => &["info"],
        },
    );
    let mut add = |entries, moved| builder.group(&Group { entries, moved });
    add(COMMON, COMMON_MOVED);
    if operational {
        add(OPERATIONAL, OPERATIONAL_MOVED);
        if id == 4103 {
            add(MODULE, &[]);
            return Some(Block {
                holder: "ContextInfo",
                style: BlockStyle::Spaced,
            });
        }
        return None;
    }
    add(SCRIPT, &[]);
    add(CLASSIC, CLASSIC_MOVED);
    if id == 800 {
        add(PIPELINE, &[]);
    }
    Some(Block {
        holder: if id == 800 { "param2" } else { "param3" },
        style: BlockStyle::Tabbed,
    })
}
