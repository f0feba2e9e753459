//! Values that Elastic explains or splits inside `winlog.event_data`, and the services, audit policies and trusts that
//! it names.

use std::borrow::Cow;

use gatewatch_event::Value;

use super::data_list;
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::lookup::{access, audit, directory};
use crate::source::windows::text::parse_number;
use crate::source::windows::view::View;

/// Any event with these values.
pub(super) const ENTRIES: &[Entry] = &[
    Entry::one("service.name", Extract::Data("ServiceName")),
    Entry::one("service.type", Extract::Turned("ServiceType", service_type)),
    data_list("winlog.event_data.NewUACList", Extract::Call(account_flags)),
    data_list(
        "winlog.event_data.UserAccountControl",
        Extract::Call(account_control),
    ),
    Entry::one(
        "winlog.event_data.Category",
        Extract::Turned("SubcategoryGuid", audit_category),
    ),
    Entry::one(
        "winlog.event_data.SubCategory",
        Extract::Turned("SubcategoryGuid", audit_subcategory),
    ),
    data_list(
        "winlog.event_data.AuditPolicyChangesDescription",
        Extract::Call(policy_changes),
    ),
    data_list("winlog.event_data.AccessList", Extract::Call(access_list)),
    data_list(
        "winlog.event_data.AccessListDescription",
        Extract::Call(access_names),
    ),
    data_list("winlog.event_data.AccessMask", Extract::Call(access_mask)),
    data_list(
        "winlog.event_data.AccessMaskDescription",
        Extract::Call(access_mask_names),
    ),
    Entry::one(
        "winlog.event_data.DirectionDescription",
        Extract::Turned("Direction", message),
    ),
    Entry::one(
        "winlog.event_data.LayerNameDescription",
        Extract::Turned("LayerName", message),
    ),
    Entry::one("winlog.trustType", Extract::Turned("TdoType", trust_type)),
    Entry::one(
        "winlog.trustDirection",
        Extract::Turned("TdoDirection", trust_direction),
    ),
    Entry::one(
        "winlog.trustAttribute",
        Extract::Turned("TdoAttributes", trust_attribute),
    ),
];

fn service_type(text: Cow<'_, str>) -> Option<Value<'_>> {
    directory::service_type(&text).map(Value::from)
}

fn trust_type(text: Cow<'_, str>) -> Option<Value<'_>> {
    directory::trust_type(&text).map(Value::from)
}

fn trust_direction(text: Cow<'_, str>) -> Option<Value<'_>> {
    directory::trust_direction(&text).map(Value::from)
}

fn trust_attribute(text: Cow<'_, str>) -> Option<Value<'_>> {
    directory::trust_attribute(&text).map(Value::from)
}

fn audit_category(text: Cow<'_, str>) -> Option<Value<'_>> {
    audit::subcategory(&text).map(|(_, category)| Value::from(category))
}

fn audit_subcategory(text: Cow<'_, str>) -> Option<Value<'_>> {
    audit::subcategory(&text).map(|(subcategory, _)| Value::from(subcategory))
}

/// The message that `%%NUMBER` stands for.
fn message(text: Cow<'_, str>) -> Option<Value<'_>> {
    access::message(text.replace("%%", "").trim()).map(Value::Str)
}

/// `%%NUMBER` codes without their signs.
fn codes(text: &str, separator: impl Fn(char) -> bool) -> Vec<String> {
    text.split(separator)
        .map(|code| code.replace("%%", "").trim().to_owned())
        .filter(|code| !code.is_empty())
        .collect()
}

fn emit_all(values: impl IntoIterator<Item = String>, emit: Emit<'_>) {
    for value in values {
        if !emit(Value::from(value)) {
            return;
        }
    }
}

/// The messages of codes; a code without a message stands for itself.
fn messages(codes: Vec<String>) -> impl Iterator<Item = String> {
    codes
        .into_iter()
        .map(|code| access::message(&code).map_or(code, Cow::into_owned))
}

fn policy_changes(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("AuditPolicyChanges") {
        emit_all(messages(codes(&text, |character| character == ',')), emit);
    }
}

fn access_list(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("AccessList") {
        emit_all(codes(&text, char::is_whitespace), emit);
    }
}

fn access_names(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("AccessList") {
        emit_all(messages(codes(&text, char::is_whitespace)), emit);
    }
}

fn access_mask(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("AccessMask") {
        emit_all(messages(codes(&text, char::is_whitespace)), emit);
    }
}

fn access_mask_names(view: &View<'_>, emit: Emit<'_>) {
    let Some(text) = view.data("AccessMask") else {
        return;
    };
    let mut bits = 0;
    for code in codes(&text, char::is_whitespace) {
        bits |= match code.parse().ok().and_then(access::bit_of) {
            Some(bit) => bit,
            None => parse_number(&code)
                .and_then(|number| u64::try_from(number).ok())
                .unwrap_or(0),
        };
    }
    for name in access::mask(bits) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

fn new_account_control(view: &View<'_>) -> Vec<&'static str> {
    view.data("NewUacValue")
        .and_then(|text| parse_number(&text))
        .and_then(|number| u64::try_from(number).ok())
        .map(directory::account_control)
        .unwrap_or_default()
}

fn account_flags(view: &View<'_>, emit: Emit<'_>) {
    for name in new_account_control(view) {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

/// The changed flags as a list of codes; as they are when the new value of the flags is not told.
fn account_control(view: &View<'_>, emit: Emit<'_>) {
    let Some(text) = view.data("UserAccountControl") else {
        return;
    };
    if text == "-" || new_account_control(view).is_empty() {
        emit(Value::Str(text));
    } else {
        emit_all(codes(&text, |character| character == '\n'), emit);
    }
}

/// Events with a list of privileges.
pub(super) const PRIVILEGE_IDS: &[u32] = &[4672, 4673, 4674, 4704, 4705, 4741, 4742, 4743];

pub(super) const PRIVILEGES: &[Entry] = &[data_list(
    "winlog.event_data.PrivilegeList",
    Extract::Call(privileges),
)];

fn privileges(view: &View<'_>, emit: Emit<'_>) {
    if let Some(text) = view.data("PrivilegeList") {
        emit_all(text.split_whitespace().map(str::to_owned), emit);
    }
}
