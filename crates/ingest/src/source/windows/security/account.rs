//! Who did it and to whom: `user.*`, `group.*`, and computer accounts.

use std::borrow::Cow;

use gatewatch_event::Value;

use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::text::{account, account_not_dash, account_text, not_dash};
use crate::source::windows::view::View;

/// Events whose target is the user.
pub(super) const TARGET_IDS: &[u32] = &[4624, 4625, 4634, 4647, 4768, 4769, 4770, 4771, 4776, 4964];

pub(super) const TARGET: &[Entry] = &[
    Entry::one("user.id", Extract::First(&["TargetUserSid", "TargetSid"])),
    Entry::one("user.name", Extract::Turned("TargetUserName", account)),
    Entry::one("user.domain", Extract::Data("TargetDomainName")),
];

/// Events whose subject, the one who acts, is the user.
pub(super) const SUBJECT_IDS: &[u32] = &[
    4657, 4662, 4670, 4672, 4673, 4674, 4688, 4689, 4697, 4698, 4699, 4700, 4701, 4702, 4704, 4705,
    4706, 4707, 4713, 4716, 4717, 4718, 4719, 4720, 4722, 4723, 4724, 4725, 4726, 4727, 4728, 4729,
    4730, 4731, 4732, 4733, 4734, 4735, 4737, 4738, 4739, 4740, 4741, 4742, 4743, 4744, 4745, 4746,
    4747, 4748, 4749, 4750, 4751, 4752, 4753, 4754, 4755, 4756, 4757, 4758, 4759, 4760, 4761, 4762,
    4763, 4764, 4767, 4781, 4797, 4798, 4799, 4817, 4904, 4905, 4907, 4912, 5136, 5137, 5140, 5141,
    5145, 5379, 5380, 5381, 5382,
];

pub(super) const SUBJECT: &[Entry] = &[
    Entry::one("user.id", Extract::Data("SubjectUserSid")),
    Entry::one("user.name", Extract::Data("SubjectUserName")),
    Entry::one("user.domain", Extract::Data("SubjectDomainName")),
];

/// A logon with explicit credentials: the subject acts, and where it has no name the target stands in.
pub(super) const EXPLICIT: &[Entry] = &[
    Entry::one(
        "user.id",
        Extract::First(&["SubjectUserSid", "TargetUserSid", "TargetSid"]),
    ),
    Entry::one("user.name", Extract::Call(explicit_name)),
    Entry::one(
        "user.domain",
        Extract::First(&["SubjectDomainName", "TargetDomainName"]),
    ),
];

fn explicit_name(view: &View<'_>, emit: Emit<'_>) {
    let name = view
        .data("SubjectUserName")
        .or_else(|| view.data("TargetUserName").map(account_text));
    if let Some(name) = name {
        emit(Value::Str(name));
    }
}

/// Events that someone does to another account.
pub(super) const ACTED_ON_IDS: &[u32] = &[
    4670, 4704, 4705, 4720, 4722, 4723, 4724, 4725, 4726, 4738, 4740, 4767, 4797, 4798, 4817, 4907,
];

pub(super) const ACTED_ON: &[Entry] = &[
    Entry::one("user.target.id", Extract::Turned("TargetSid", not_dash)),
    Entry::one("user.target.name", Extract::Call(acted_on_name)),
    Entry::one(
        "user.target.domain",
        Extract::Turned("TargetDomainName", not_dash),
    ),
];

fn acted_on_name(view: &View<'_>, emit: Emit<'_>) {
    let old = view.data("OldTargetUserName").map(Value::Str);
    let name = old.or_else(|| view.data("TargetUserName").and_then(account_not_dash));
    if let Some(name) = name {
        emit(name);
    }
}

/// Events in which the subject takes on another account's rights.
pub(super) const EFFECTIVE_IDS: &[u32] = &[4648, 4688];

pub(super) const EFFECTIVE: &[Entry] = &[
    Entry::one(
        "user.effective.id",
        Extract::Turned("TargetUserSid", not_dash),
    ),
    Entry::one(
        "user.effective.name",
        Extract::Turned("TargetUserName", account_not_dash),
    ),
    Entry::one(
        "user.effective.domain",
        Extract::Turned("TargetDomainName", not_dash),
    ),
];

/// Renamed accounts, whatever the event.
pub(super) const RENAMES: &[Entry] = &[
    Entry::one("user.target.name", Extract::Data("OldTargetUserName")),
    Entry::one("user.changes.name", Extract::Data("NewTargetUserName")),
];

/// Events about groups and their members.
pub(super) const GROUP_IDS: &[u32] = &[
    4727, 4728, 4729, 4730, 4731, 4732, 4733, 4734, 4735, 4737, 4744, 4745, 4746, 4747, 4748, 4749,
    4750, 4751, 4752, 4753, 4754, 4755, 4756, 4757, 4758, 4759, 4760, 4761, 4762, 4763, 4764, 4799,
];

pub(super) const GROUP: &[Entry] = &[
    Entry::one("group.id", Extract::First(&["TargetSid", "TargetUserSid"])),
    Entry::one("group.name", Extract::Data("TargetUserName")),
    Entry::one(
        "group.domain",
        Extract::Turned("TargetDomainName", without_component),
    ),
    Entry::one(
        "user.target.name",
        Extract::Turned("MemberName", member_name),
    ),
    Entry::one(
        "user.target.domain",
        Extract::Turned("MemberName", member_domain),
    ),
    Entry::one("user.target.group.id", Extract::Call(member_group_id)),
    Entry::one("user.target.group.name", Extract::Call(member_group_name)),
    Entry::one(
        "user.target.group.domain",
        Extract::Call(member_group_domain),
    ),
];

fn without_component(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(if text.contains("DC=") || text.contains("dc=") {
        Value::from(text.replace("DC=", "").replace("dc=", ""))
    } else {
        Value::Str(text)
    })
}

/// The parts of a distinguished name; a comma after a backslash does not part.
fn name_parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, character) in name.char_indices() {
        if character == ',' && before != '\\' {
            parts.push(&name[start..at]);
            start = at + 1;
        }
        before = character;
    }
    parts.push(&name[start..]);
    parts
}

/// The first part of a distinguished name, without its `CN=`.
pub(super) fn member_text(name: &str) -> String {
    name_parts(name)[0].replace("CN=", "").replace("cn=", "")
}

fn member_name(text: Cow<'_, str>) -> Option<Value<'_>> {
    Some(Value::from(member_text(&text)))
}

/// The fourth part is what Elastic takes for the domain.
fn member_domain(text: Cow<'_, str>) -> Option<Value<'_>> {
    let domain = name_parts(&text)
        .get(3)?
        .replace("DC=", "")
        .replace("dc=", "");
    Some(Value::from(domain))
}

fn member_group(view: &View<'_>, value: Option<Value<'_>>, emit: Emit<'_>) {
    if view.data("MemberName").is_some()
        && let Some(value) = value
    {
        emit(value);
    }
}

fn member_group_id(view: &View<'_>, emit: Emit<'_>) {
    let id = view.first(&["TargetSid", "TargetUserSid"]).map(Value::Str);
    member_group(view, id, emit);
}

fn member_group_name(view: &View<'_>, emit: Emit<'_>) {
    member_group(view, view.data("TargetUserName").map(Value::Str), emit);
}

fn member_group_domain(view: &View<'_>, emit: Emit<'_>) {
    let domain = view.data("TargetDomainName").and_then(without_component);
    member_group(view, domain, emit);
}

/// Events about computer accounts.
pub(super) const COMPUTER_IDS: &[u32] = &[4741, 4742, 4743];

pub(super) const COMPUTER: &[Entry] = &[
    Entry::one("winlog.computerObject.id", Extract::Data("TargetSid")),
    Entry::one(
        "winlog.computerObject.name",
        Extract::Data("TargetUserName"),
    ),
    Entry::one(
        "winlog.computerObject.domain",
        Extract::Data("TargetDomainName"),
    ),
];

/// The cleared Security log: its data lie in `UserData`.
pub(super) const LOG_CLEARED: &[Entry] = &[
    Entry::one("user.id", Extract::User("SubjectUserSid")),
    Entry::one("user.name", Extract::User("SubjectUserName")),
    Entry::one("user.domain", Extract::User("SubjectDomainName")),
    Entry::one("winlog.logon.id", Extract::User("SubjectLogonId")),
];

#[cfg(test)]
mod tests {
    use super::{member_text, name_parts};

    #[test]
    fn distinguished_names_part_at_bare_commas() {
        assert_eq!(
            name_parts(r"CN=Doe\, Jane,OU=a,DC=b"),
            [r"CN=Doe\, Jane", "OU=a", "DC=b"]
        );
        assert_eq!(member_text("cn=x,DC=y"), "x");
        assert_eq!(member_text("-"), "-");
    }
}
