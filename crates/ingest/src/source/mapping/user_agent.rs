//! What a user agent says of itself, told as Elasticsearch's processor `user_agent` tells it: for the sources whose pipelines run it.
//!
//! All of it comes from `user_agent.original`, which the source says, and a record without that has none of it. It is worked out when a rule asks for
//! it, or a document shows it.

use gatewatch_event::Value;

use super::entry::{Emit, Entry};
use super::view::View;
use crate::format::user_agent::{Part, Told, tell};

/// What the processor names a program or a device that it does not know.
const OTHER: &str = "Other";

/// The program.
pub const NAME: Entry = Entry::call("user_agent.name", |view, emit| {
    told(view, Part::Program, emit, |told| Some(name_or_other(told)));
});

/// The version of the program.
pub const VERSION: Entry = Entry::call("user_agent.version", |view, emit| {
    told(view, Part::Program, emit, |told| told?.version.clone());
});

/// The device.
pub const DEVICE: Entry = Entry::call("user_agent.device.name", |view, emit| {
    told(view, Part::Device, emit, |told| Some(name_or_other(told)));
});

/// The system.
pub const SYSTEM: Entry = Entry::call("user_agent.os.name", |view, emit| {
    told(view, Part::System, emit, |told| Some(told?.name.clone()));
});

/// The version of the system.
pub const SYSTEM_VERSION: Entry = Entry::call("user_agent.os.version", |view, emit| {
    told(view, Part::System, emit, |told| told?.version.clone());
});

/// The system and its version, where there is one.
pub const SYSTEM_FULL: Entry = Entry::call("user_agent.os.full", |view, emit| {
    told(view, Part::System, emit, |told| {
        let told = told?;
        let version = told.version.as_ref()?;
        Some(format!("{} {version}", told.name))
    });
});

/// All of them.
pub const FIELDS: &[Entry] = &[NAME, VERSION, DEVICE, SYSTEM, SYSTEM_VERSION, SYSTEM_FULL];

fn name_or_other(told: Option<&Told>) -> String {
    told.map_or(OTHER, |told| &told.name).to_owned()
}

fn told(view: &View<'_>, part: Part, emit: Emit<'_>, say: fn(Option<&Told>) -> Option<String>) {
    let mut said = None;
    view.field("user_agent.original", &mut |text| {
        said = say(tell(&text.text(), part).as_deref());
        false
    });
    if let Some(said) = said {
        emit(Value::from(said));
    }
}
