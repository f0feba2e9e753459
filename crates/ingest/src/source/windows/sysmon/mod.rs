//! Sysmon, as Elastic's Sysmon pipeline maps it.

mod dns;
mod hash;
mod network;
mod registry;

use std::borrow::Cow;

use gatewatch_event::{FieldType, Value, coerce};

use super::arguments::split_as_runtime;
use super::base;
use super::entry::{Emit, Entry, Extract, Group, Moved, Shape};
use super::kind::Builder;
use super::text::{base_name_of_path, boolean, directory, domain_of, extension, name_of, number};
use super::view::View;

type Texts = &'static [&'static str];

/// Category and type of an event id.
const CODES: &[(u32, Texts, Texts)] = &[
    (1, &["process"], &["start"]),
    (2, &["file"], &["change"]),
    (3, &["network"], &["start", "connection", "protocol"]),
    (4, &["process"], &["change"]),
    (5, &["process"], &["end"]),
    (6, &["driver"], &["start"]),
    (7, &["process"], &["change"]),
    (8, &["process"], &["change"]),
    (9, &["process"], &["access"]),
    (10, &["process"], &["access"]),
    (11, &["file"], &["creation"]),
    (12, &["configuration", "registry"], &["change"]),
    (13, &["configuration", "registry"], &["change"]),
    (14, &["configuration", "registry"], &["change"]),
    (15, &["file"], &["access"]),
    (16, &["configuration"], &["change"]),
    (17, &["file"], &["creation"]),
    (18, &["file"], &["access"]),
    (19, &["process"], &["creation"]),
    (20, &["process"], &["creation"]),
    (21, &["process"], &["access"]),
    (22, &["network"], &["connection", "protocol", "info"]),
    (23, &["file"], &["deletion"]),
    (24, &[], &["change"]),
    (25, &["process"], &["change"]),
    (26, &["file"], &["deletion"]),
    (27, &["file"], &["creation", "denied"]),
    (28, &["file"], &["deletion", "denied"]),
    (29, &["file"], &["creation"]),
    (255, &["process"], &["error"]),
];

/// Fields of every Sysmon event.
const ENTRIES: &[Entry] = &[
    Entry::one("@timestamp", Extract::Call(timestamp)),
    Entry::one("event.created", Extract::Call(base::created)),
    Entry::one("rule.name", Extract::Data("RuleName")),
    Entry::one(
        "process.entity_id",
        Extract::First(&["ProcessGuid", "SourceProcessGuid", "SourceProcessGUID"]),
    ),
    Entry::one(
        "process.pid",
        Extract::FirstTurned(&["SourceProcessId", "ProcessId"], number),
    ),
    Entry::one(
        "process.thread.id",
        Extract::Turned("SourceThreadId", number),
    ),
    Entry::one(
        "process.executable",
        Extract::First(&["Image", "SourceImage", "Destination"]),
    ),
    Entry::one(
        "process.name",
        Extract::FirstTurned(&["Image", "SourceImage", "Destination"], base_name_of_path),
    ),
    Entry::one("user.id", Extract::Call(base::logging_user)),
    Entry::one("user.domain", Extract::Turned("User", domain_of)),
    Entry::one("user.name", Extract::Turned("User", name_of)),
    Entry::many("related.user", Extract::Turned("User", name_of)),
    Entry::many("related.hash", Extract::Call(hash::related)),
];

const MOVED: &[Moved] = &[
    Moved::always("UtcTime"),
    Moved::always("RuleName"),
    Moved::always("ProcessGuid"),
    Moved::always("SourceProcessGuid"),
    Moved::always("SourceProcessGUID"),
    Moved::always("ProcessId"),
    Moved::always("SourceProcessId"),
    Moved::always("SourceThreadId"),
    Moved::always("Image"),
    Moved::always("SourceImage"),
    Moved::always("Destination"),
    Moved::always("User"),
    Moved::always("Hash"),
    Moved::always("Hashes"),
];

/// The time that Sysmon itself noted, not the one of the record.
fn timestamp(view: &View<'_>, emit: Emit<'_>) {
    let noted = view
        .data("UtcTime")
        .and_then(|text| coerce(Value::Str(text), FieldType::Date).ok());
    match noted {
        Some(time) => {
            emit(time);
        }
        None => base::created(view, emit),
    }
}

/// The executable that a process event is about.
const PROCESS_FILE: &[Entry] = &[
    Entry::one("process.pe.company", Extract::Data("Company")),
    Entry::one("process.pe.description", Extract::Data("Description")),
    Entry::one("process.pe.file_version", Extract::Data("FileVersion")),
    Entry::one(
        "process.pe.original_file_name",
        Extract::Data("OriginalFileName"),
    ),
    Entry::one("process.pe.product", Extract::Data("Product")),
];

/// Process creation.
const PROCESS_CREATE: &[Entry] = &[
    Entry::many("process.args", Extract::Call(arguments)),
    Entry::one("process.args_count", Extract::Call(argument_count)),
    Entry::one("process.command_line", Extract::Data("CommandLine")),
    Entry::one(
        "process.working_directory",
        Extract::Data("CurrentDirectory"),
    ),
    Entry::many("process.parent.args", Extract::Call(parent_arguments)),
    Entry::one(
        "process.parent.args_count",
        Extract::Call(parent_argument_count),
    ),
    Entry::one(
        "process.parent.command_line",
        Extract::Data("ParentCommandLine"),
    ),
    Entry::one(
        "process.parent.entity_id",
        Extract::Data("ParentProcessGuid"),
    ),
    Entry::one("process.parent.executable", Extract::Data("ParentImage")),
    Entry::one(
        "process.parent.name",
        Extract::Turned("ParentImage", base_name_of_path),
    ),
    Entry::one(
        "process.parent.pid",
        Extract::Turned("ParentProcessId", number),
    ),
];

const PROCESS_CREATE_MOVED: &[Moved] = &[
    Moved::always("CommandLine"),
    Moved::always("CurrentDirectory"),
    Moved::always("ParentCommandLine"),
    Moved::always("ParentProcessGuid"),
    Moved::always("ParentImage"),
    Moved::always("ParentProcessId"),
];

/// The text goes on as arguments, so both are cut by one function.
fn split(view: &View<'_>, name: &str) -> Option<Vec<String>> {
    view.data(name).map(|command| split_as_runtime(&command))
}

fn emit_arguments(view: &View<'_>, name: &str, emit: Emit<'_>) {
    for argument in split(view, name).unwrap_or_default() {
        if !emit(Value::from(argument)) {
            return;
        }
    }
}

fn emit_count(view: &View<'_>, name: &str, emit: Emit<'_>) {
    if let Some(count) = split(view, name).and_then(|all| i64::try_from(all.len()).ok()) {
        emit(Value::Long(count));
    }
}

fn arguments(view: &View<'_>, emit: Emit<'_>) {
    emit_arguments(view, "CommandLine", emit);
}

fn argument_count(view: &View<'_>, emit: Emit<'_>) {
    emit_count(view, "CommandLine", emit);
}

fn parent_arguments(view: &View<'_>, emit: Emit<'_>) {
    emit_arguments(view, "ParentCommandLine", emit);
}

fn parent_argument_count(view: &View<'_>, emit: Emit<'_>) {
    emit_count(view, "ParentCommandLine", emit);
}

const FILE_NAMES: &[&str] = &["TargetFilename", "Device", "ImageLoaded"];

/// Events about files, images, drivers and devices.
const FILE: &[Entry] = &[
    Entry::one("file.path", Extract::First(FILE_NAMES)),
    Entry::one(
        "file.name",
        Extract::FirstTurned(FILE_NAMES, base_name_of_path),
    ),
    Entry::one(
        "file.directory",
        Extract::FirstTurned(FILE_NAMES, directory),
    ),
    Entry::one(
        "file.extension",
        Extract::FirstTurned(FILE_NAMES, extension),
    ),
    Entry::one(
        "file.code_signature.subject_name",
        Extract::Data("Signature"),
    ),
    Entry::one(
        "file.code_signature.status",
        Extract::Data("SignatureStatus"),
    ),
    Entry::one(
        "file.code_signature.signed",
        Extract::Turned("Signed", if_true),
    ),
    Entry::one(
        "file.code_signature.valid",
        Extract::Turned("SignatureStatus", if_valid),
    ),
    Entry::one("sysmon.file.archived", Extract::Turned("Archived", boolean)),
    Entry::one(
        "sysmon.file.is_executable",
        Extract::Turned("IsExecutable", boolean),
    ),
];

const FILE_MOVED: &[Moved] = &[
    Moved::always("TargetFilename"),
    Moved::always("Device"),
    Moved::always("ImageLoaded"),
    Moved::always("Archived"),
    Moved::always("IsExecutable"),
];

fn if_true(text: Cow<'_, str>) -> Option<Value<'_>> {
    text.eq_ignore_ascii_case("true")
        .then_some(Value::Bool(true))
}

fn if_valid(text: Cow<'_, str>) -> Option<Value<'_>> {
    (text == "Valid").then_some(Value::Bool(true))
}

/// A loaded image, of which the event tells the version.
const IMAGE_FILE: &[Entry] = &[
    Entry::one("file.pe.company", Extract::Data("Company")),
    Entry::one("file.pe.description", Extract::Data("Description")),
    Entry::one("file.pe.file_version", Extract::Data("FileVersion")),
    Entry::one(
        "file.pe.original_file_name",
        Extract::Data("OriginalFileName"),
    ),
    Entry::one("file.pe.product", Extract::Data("Product")),
];

const ORIGINAL_NAME_MOVED: &[Moved] = &[Moved::always("OriginalFileName")];

/// A named pipe.
const PIPE: &[Entry] = &[Entry::one("file.name", Extract::Data("PipeName"))];

const PIPE_MOVED: &[Moved] = &[Moved::always("PipeName")];

const TAMPERING: &[Entry] = &[Entry::one("message", Extract::Data("Type"))];

const TAMPERING_MOVED: &[Moved] = &[Moved::always("Type")];

const ERROR: &[Entry] = &[Entry::one("error.code", Extract::Data("ID"))];

const ERROR_MOVED: &[Moved] = &[Moved::always("ID")];

/// Adds what the Sysmon pipeline makes of an event id.
pub(super) fn build(id: u32, builder: &mut Builder) {
    if let Some((_, category, types)) = CODES.iter().find(|(code, ..)| *code == id) {
        if !category.is_empty() {
            builder.constant("event.category", Shape::Many, category);
        }
        builder.constant("event.type", Shape::Many, types);
    }
    let mut add = |entries, moved| builder.group(&Group { entries, moved });
    add(ENTRIES, MOVED);
    match id {
        1 => {
            add(PROCESS_FILE, ORIGINAL_NAME_MOVED);
            add(PROCESS_CREATE, PROCESS_CREATE_MOVED);
            add(hash::PROCESS, &[]);
        }
        3 => add(network::ENTRIES, network::MOVED),
        6 | 15 | 26 | 29 => {
            add(FILE, FILE_MOVED);
            add(hash::FILE, &[]);
        }
        7 => {
            add(FILE, FILE_MOVED);
            add(IMAGE_FILE, ORIGINAL_NAME_MOVED);
            add(hash::FILE, &[]);
        }
        2 | 9 | 11 | 27 | 28 => add(FILE, FILE_MOVED),
        12..=14 => add(registry::ENTRIES, registry::MOVED),
        17 | 18 => add(PIPE, PIPE_MOVED),
        22 => add(dns::ENTRIES, dns::MOVED),
        23 => {
            add(FILE, FILE_MOVED);
            add(hash::PROCESS, &[]);
        }
        24 => {
            add(hash::PROCESS, &[]);
            add(&[], FILE_MOVED);
        }
        25 => {
            add(TAMPERING, TAMPERING_MOVED);
            add(hash::PROCESS, &[]);
        }
        255 => add(ERROR, ERROR_MOVED),
        _ => {}
    }
}
