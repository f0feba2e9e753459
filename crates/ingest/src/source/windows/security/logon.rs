//! Logons and tickets: what kind, and why they fail.

use std::borrow::Cow;

use gatewatch_event::Value;

use super::data_list;
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::lookup::{kerberos, logon};
use crate::source::windows::text::parse_number;
use crate::source::windows::view::View;

/// Any event with these values.
pub(super) const ENTRIES: &[Entry] = &[
    Entry::one(
        "winlog.logon.type",
        Extract::Turned("LogonType", logon_type),
    ),
    Entry::one("winlog.logon.id", Extract::Call(logon_id)),
    Entry::one(
        "winlog.logon.failure.reason",
        Extract::Turned("FailureReason", failure_reason),
    ),
    data_list(
        "winlog.event_data.TicketOptionsDescription",
        Extract::Call(ticket_options),
    ),
    Entry::one(
        "winlog.event_data.TicketEncryptionTypeDescription",
        Extract::Turned("TicketEncryptionType", encryption_type),
    ),
];

fn logon_type(text: Cow<'_, str>) -> Option<Value<'_>> {
    logon::logon_type(&text).map(Value::from)
}

fn failure_reason(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::from(logon::failure_reason(&text)))
}

/// The logon of the subject; events that only have a target tell that of the target.
fn logon_id(view: &View<'_>, emit: Emit<'_>) {
    let id = view.data("SubjectLogonId").or_else(|| {
        matches!(view.record.event_id(), Some(4634 | 4647 | 4964))
            .then(|| view.data("TargetLogonId"))
            .flatten()
    });
    if let Some(id) = id {
        emit(Value::Str(id));
    }
}

fn bits(text: &str) -> Option<u64> {
    parse_number(text).and_then(|number| u64::try_from(number).ok())
}

fn ticket_options(view: &View<'_>, emit: Emit<'_>) {
    let options = view.data("TicketOptions").and_then(|text| bits(&text));
    for name in kerberos::ticket_options(options.unwrap_or(0)) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

fn encryption_type(text: Cow<'_, str>) -> Option<Value<'_>> {
    let number = bits(&text).and_then(|number| u32::try_from(number).ok())?;
    kerberos::encryption_type(number).map(Value::from)
}

/// Kerberos events with a result code.
pub(super) const TICKET_IDS: &[u32] = &[4768, 4769, 4770, 4771];

pub(super) const TICKET: &[Entry] = &[Entry::one(
    "winlog.event_data.StatusDescription",
    Extract::Turned("Status", ticket_status),
)];

fn ticket_status(text: Cow<'_, str>) -> Option<Value<'_>> {
    let number = bits(&text).and_then(|number| u32::try_from(number).ok())?;
    kerberos::result(number).map(Value::from)
}

/// Events with an NTSTATUS.
pub(super) const STATUS_IDS: &[u32] = &[4625, 4776];

pub(super) const STATUS: &[Entry] = &[
    Entry::one(
        "winlog.logon.failure.status",
        Extract::Turned("Status", status),
    ),
    Entry::one(
        "winlog.logon.failure.sub_status",
        Extract::Turned("SubStatus", status),
    ),
];

fn status(text: Cow<'_, str>) -> Option<Value<'_>> {
    logon::status(&text).map(Value::from)
}

/// Sessions that are taken up again or left.
pub(super) const SESSION_IDS: &[u32] = &[4778, 4779];

pub(super) const SESSION: &[Entry] = &[
    Entry::one("user.name", Extract::Data("AccountName")),
    Entry::one("user.domain", Extract::Data("AccountDomain")),
    Entry::one(
        "source.ip",
        Extract::Turned("ClientAddress", client_address),
    ),
    Entry::one("source.domain", Extract::Data("ClientName")),
    Entry::one(
        "winlog.logon.id",
        Extract::First(&["SubjectLogonId", "LogonID"]),
    ),
    Entry::one(
        "winlog.event_data.ClientAddress",
        Extract::Turned("ClientAddress", client_address_data),
    ),
];

/// `LOCAL` is the console, which Elastic writes as the loopback address.
const LOCAL: &str = "LOCAL";
const LOOPBACK: &str = "127.0.0.1";

pub(super) fn client_address(text: Cow<'_, str>) -> Option<Value<'_>> {
    if text == LOCAL {
        return Some(Value::from(LOOPBACK));
    }
    crate::source::windows::text::ip(text)
}

fn client_address_data(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(if text == LOCAL {
        Value::from(LOOPBACK)
    } else {
        Value::Str(text)
    })
}
