//! `related.user` and `related.ip`: everyone and every address that an event names.

use gatewatch_event::Value;

use super::account::{
    ACTED_ON_IDS, EFFECTIVE_IDS, GROUP_IDS, SUBJECT_IDS, TARGET_IDS, member_text,
};
use super::logon::{SESSION_IDS, client_address};
use super::process::ORIGIN_IDS;
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::text::{account_text, ip};
use crate::source::windows::view::View;

pub(super) const ENTRIES: &[Entry] = &[
    Entry::many("related.user", Extract::Call(users)),
    Entry::many("related.ip", Extract::Call(addresses)),
];

/// Events whose subject is related without being the user.
const SUBJECT_TOO_IDS: &[u32] = &[4624, 4648, 4797, 5379, 5380, 5381, 5382];
/// Events whose target is related with its whole name.
const TARGET_TOO_IDS: &[u32] = &[
    4688, 4720, 4722, 4723, 4724, 4725, 4726, 4738, 4740, 4767, 4797, 4798,
];

#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, name: Option<impl Into<String>>) {
        if let Some(name) = name.map(Into::into)
            && !self.0.contains(&name)
        {
            self.0.push(name);
        }
    }
}

fn users(view: &View<'_>, emit: Emit<'_>) {
    let id = view.record.event_id().unwrap_or(0);
    let unless_dash = |name| view.data(name).filter(|text| text != "-");
    let mut names = Names::default();
    if SESSION_IDS.contains(&id) {
        names.add(view.data("AccountName"));
    }
    if TARGET_IDS.contains(&id) || id == 4648 {
        names.add(view.data("TargetUserName").map(account_text));
    }
    if GROUP_IDS.contains(&id) {
        names.add(view.data("MemberName").map(|name| member_text(&name)));
    }
    if SUBJECT_IDS.contains(&id) || id == 4648 {
        names.add(view.data("SubjectUserName"));
    }
    if ACTED_ON_IDS.contains(&id) || EFFECTIVE_IDS.contains(&id) {
        names.add(unless_dash("TargetUserName").map(account_text));
    }
    if id == 1102 {
        names.add(view.user_data("SubjectUserName"));
    }
    if SUBJECT_TOO_IDS.contains(&id) {
        names.add(unless_dash("SubjectUserName"));
    }
    if TARGET_TOO_IDS.contains(&id) {
        names.add(unless_dash("TargetUserName"));
    }
    names.add(unless_dash("NewTargetUserName"));
    names.add(unless_dash("OldTargetUserName"));
    for name in names.0 {
        if !emit(Value::from(name)) {
            return;
        }
    }
}

fn addresses(view: &View<'_>, emit: Emit<'_>) {
    let id = view.record.event_id().unwrap_or(0);
    let mut addresses: Vec<Value<'_>> = Vec::new();
    if SESSION_IDS.contains(&id) {
        addresses.extend(view.data("ClientAddress").and_then(client_address));
    }
    if ORIGIN_IDS.contains(&id) {
        addresses.extend(view.data("IpAddress").and_then(ip));
    }
    for address in addresses {
        if !emit(address) {
            return;
        }
    }
}
