//! Windows event logs: from any carrier to ECS, as Elastic's Winlogbeat modules map them.
//!
//! A carrier (EVTX, XML, JSON) implements [`WindowsRecord`]; [`Kinds`] finds what all events of a provider, channel and
//! event id have in common ([`WindowsKind`]) and [`WindowsEvent`] answers any ECS field from the record on demand.
//! What a field comes from stands in tables, one folder a part of the mapping:
//!
//! | part | events |
//! |---|---|
//! | `base` | what every event has |
//! | `security` | the Security log |
//! | `powershell` | the two PowerShell logs |
//! | `sysmon` | Sysmon |
//! | `remote` | our own extension: remote-access channels that Elastic does not map |

mod arguments;
mod base;
mod entry;
mod event;
mod evtx;
mod family;
mod json_shapes;
mod kind;
mod kinds;
mod lookup;
mod powershell;
mod record;
mod remote;
mod security;
mod sysmon;
mod text;
mod tree;
mod view;

pub(crate) use arguments::split_as_runtime;
pub use event::WindowsEvent;
pub use evtx::{EvtxReading, EvtxRecord, read_evtx, read_evtx_stream};
pub use json_shapes::WindowsJson;
pub use kind::{Options, WindowsKind};
pub use kinds::{KindIndex, Kinds};
pub use record::WindowsRecord;
pub use remote::extension_fields;
