//! The process behind an event, and the address behind a logon.

use gatewatch_event::Value;

use crate::source::windows::arguments::split_at_blanks;
use crate::source::windows::entry::{Emit, Entry, Extract, Moved};
use crate::source::windows::text::{base_name, ip, ip_text, number, parse_number, port};
use crate::source::windows::view::View;

/// Events whose process, address and workstation become ECS fields.
pub(super) const ORIGIN_IDS: &[u32] = &[
    1100, 1102, 1104, 1105, 1108, 4624, 4625, 4648, 4670, 4673, 4674, 4689, 4697, 4719, 4720, 4722,
    4723, 4724, 4725, 4726, 4727, 4728, 4729, 4730, 4731, 4732, 4733, 4734, 4735, 4737, 4738, 4740,
    4741, 4742, 4743, 4744, 4745, 4746, 4747, 4748, 4749, 4750, 4751, 4752, 4753, 4754, 4755, 4756,
    4757, 4758, 4759, 4760, 4761, 4762, 4763, 4764, 4767, 4768, 4769, 4770, 4771, 4798, 4799, 4817,
    4904, 4905, 4907, 4912, 5140, 5145,
];

pub(super) const ORIGIN: &[Entry] = &[
    Entry::one("process.pid", Extract::Turned("ProcessId", number)),
    Entry::one("process.executable", Extract::Data("ProcessName")),
    Entry::one("process.name", Extract::Turned("ProcessName", base_name)),
    Entry::one("source.ip", Extract::Turned("IpAddress", ip)),
    Entry::one("source.port", Extract::Turned("IpPort", port)),
    Entry::one("source.domain", Extract::Data("WorkstationName")),
];

/// A text that is no address, such as `-`, stays where it was.
pub(super) const ORIGIN_MOVED: &[Moved] = &[
    Moved::when("ProcessId", is_number),
    Moved::always("ProcessName"),
    Moved::when("IpAddress", is_address),
    Moved::when("IpPort", is_port),
    Moved::always("WorkstationName"),
];

fn is_number(text: &str) -> bool {
    parse_number(text).is_some()
}

fn is_address(text: &str) -> bool {
    ip_text(text).is_some()
}

fn is_port(text: &str) -> bool {
    port(text.into()).is_some()
}

/// A created process. `ProcessId` is that of its parent, and stays in `winlog.event_data` as well.
pub(super) const CREATED: &[Entry] = &[
    Entry::one("process.pid", Extract::Turned("NewProcessId", number)),
    Entry::one("process.executable", Extract::Data("NewProcessName")),
    Entry::one("process.name", Extract::Turned("NewProcessName", base_name)),
    Entry::many("process.args", Extract::Call(arguments)),
    Entry::one("process.args_count", Extract::Call(argument_count)),
    Entry::one("process.command_line", Extract::Data("CommandLine")),
    Entry::one("process.parent.pid", Extract::Turned("ProcessId", number)),
    Entry::one(
        "process.parent.executable",
        Extract::Data("ParentProcessName"),
    ),
    Entry::one(
        "process.parent.name",
        Extract::Turned("ParentProcessName", base_name),
    ),
];

pub(super) const CREATED_MOVED: &[Moved] = &[
    Moved::when("NewProcessId", is_number),
    Moved::always("NewProcessName"),
    Moved::always("ParentProcessName"),
];

fn arguments(view: &View<'_>, emit: Emit<'_>) {
    if let Some(command) = view.data("CommandLine") {
        for argument in split_at_blanks(&command) {
            if !emit(Value::from(argument)) {
                return;
            }
        }
    }
}

fn argument_count(view: &View<'_>, emit: Emit<'_>) {
    if let Some(command) = view.data("CommandLine")
        && let Ok(count) = i64::try_from(split_at_blanks(&command).count())
    {
        emit(Value::Long(count));
    }
}
