//! Messages of the shadow utilities: users and groups that come and go.

use super::class::{Action, Category, Type};
use super::facts::{Facts, Named};
use super::program::Account;
use super::sshd::Outcome;
use super::text::user_word;

/// Reads a message of a program that changes accounts; true when nothing else is to be taken from it.
pub(super) fn read<'a>(account: Account, message: &'a str, facts: &mut Facts<'a>) -> bool {
    created(message, facts)
        || match account {
            Account::UserDelete | Account::UserModify | Account::GroupModify => {
                membership_removed(message, facts)
                    || membership_added(account, message, facts)
                    || group_removed(message, facts)
            }
            Account::GroupDelete => group_removed(message, facts),
            Account::UserAdd | Account::GroupAdd => false,
        }
        || user_deleted(account, message, facts)
}

/// Sets what Elastic sets for every message of these programs, whatever it says.
pub(super) fn classify(account: Account, message: &str, facts: &mut Facts<'_>) {
    facts.class.category(Category::Iam);
    facts.class.outcome = Some(if message.contains("fail") {
        Outcome::Failure
    } else {
        Outcome::Success
    });
    let about_group = match facts.class.action {
        Some(Action::GroupCreated | Action::GroupDeleted) => true,
        _ => matches!(
            account,
            Account::GroupAdd | Account::GroupDelete | Account::GroupModify
        ),
    };
    facts
        .class
        .event_type(if about_group { Type::Group } else { Type::User });
    facts.class.event_type(match account {
        Account::UserAdd | Account::GroupAdd => Type::Creation,
        Account::UserDelete | Account::GroupDelete => Type::Deletion,
        Account::UserModify | Account::GroupModify => Type::Change,
    });
}

/// `new user: name=..., UID=..., GID=..., home=..., shell=...`, `new group: name=..., GID=...` and
/// `group added to /etc/group: name=...[, GID=...]`.
fn created<'a>(message: &'a str, facts: &mut Facts<'a>) -> bool {
    if let Some(rest) = message.strip_prefix("new user: name=") {
        return new_user(rest, facts).is_some();
    }
    let (name, id) = if let Some(rest) = message.strip_prefix("new group: name=") {
        let Some((name, id)) = rest.split_once(", GID=") else {
            return false;
        };
        (name, Some(number(id)))
    } else {
        let Some((_, rest)) = message
            .strip_prefix("group added to ")
            .and_then(|rest| rest.split_once(": name="))
        else {
            return false;
        };
        match rest.split_once(", GID=") {
            Some((name, id)) => (name, Some(number(id))),
            None => (rest, None),
        }
    };
    facts.group = Named {
        name: Some(name),
        id: id.filter(|id| !id.is_empty()),
    };
    facts.class.action = Some(Action::GroupCreated);
    true
}

fn new_user<'a>(rest: &'a str, facts: &mut Facts<'a>) -> Option<()> {
    let (name, rest) = rest.split_once(", UID=")?;
    let (uid, rest) = rest.split_once(", GID=")?;
    let (gid, rest) = rest.split_once(", home=")?;
    let (home, shell) = rest.split_once(", shell=")?;
    facts.user = Named {
        name: Some(name),
        id: Some(uid),
    };
    facts.target = facts.user;
    facts.group.id = Some(gid);
    facts.home = Some(home);
    // Elastic takes the rest of the line, `, from=/dev/pts/1` and all.
    facts.shell = Some(shell);
    facts.class.action = Some(Action::UserCreated);
    Some(())
}

/// `delete user 'NAME'`.
fn user_deleted<'a>(account: Account, message: &'a str, facts: &mut Facts<'a>) -> bool {
    let deleted = message
        .strip_prefix("delete user ")
        .filter(|_| account == Account::UserDelete);
    let Some((name, _)) = deleted.and_then(quoted) else {
        return false;
    };
    facts.user.name = Some(name);
    facts.target.name = Some(name);
    facts.class.action = Some(Action::UserDeleted);
    true
}

/// `add 'USER' to [shadow ]group 'GROUP'`.
fn membership_added<'a>(account: Account, message: &'a str, facts: &mut Facts<'a>) -> bool {
    let added = message
        .strip_prefix("add ")
        .filter(|_| account == Account::UserModify);
    let Some((user, group)) = added.and_then(|rest| user_and_group(rest, " to ")) else {
        return false;
    };
    facts.user.name = Some(user);
    facts.target.name = Some(user);
    facts.group.name = Some(group);
    facts.class.action = Some(Action::GroupMemberAdded);
    true
}

/// `delete 'USER' from [shadow ]group 'GROUP'`.
fn membership_removed<'a>(message: &'a str, facts: &mut Facts<'a>) -> bool {
    let removed = message
        .strip_prefix("delete ")
        .and_then(|rest| user_and_group(rest, " from "));
    let Some((user, group)) = removed else {
        return false;
    };
    facts.target.name = Some(user);
    facts.group.name = Some(group);
    facts.class.action = Some(Action::GroupMemberRemoved);
    true
}

/// `group 'GROUP' removed...`, `removed [shadow ]group 'GROUP'[ owned by 'USER']`.
fn group_removed<'a>(message: &'a str, facts: &mut Facts<'a>) -> bool {
    if let Some((group, rest)) = message.strip_prefix("group ").and_then(quoted)
        && rest.starts_with(" removed")
    {
        facts.group.name = Some(group);
        facts.class.action = Some(Action::GroupDeleted);
        return true;
    }
    let removed = message
        .strip_prefix("removed ")
        .map(|rest| rest.strip_prefix("shadow ").unwrap_or(rest));
    let Some((group, rest)) = removed
        .and_then(|rest| rest.strip_prefix("group "))
        .and_then(quoted)
    else {
        return false;
    };
    facts.group.name = Some(group);
    if let Some((owner, _)) = rest.strip_prefix(" owned by ").and_then(quoted) {
        facts.target.name = Some(owner);
        facts.class.action = Some(Action::GroupDeleted);
    }
    true
}

/// gpasswd: `user USER added by ACTOR to group GROUP`, `user USER removed by ACTOR from group GROUP`.
pub(super) fn read_membership<'a>(message: &'a str, facts: &mut Facts<'a>) -> bool {
    let mut read = || {
        let (_, rest) = message.split_once("user ")?;
        let user = user_word(rest)?;
        let rest = rest[user.len()..].strip_prefix(' ')?;
        let (action, rest) = rest.split_once(" by ")?;
        let actor = user_word(rest)?;
        let rest = &rest[actor.len()..];
        let group = rest
            .strip_prefix(" to group ")
            .or_else(|| rest.strip_prefix(" from group "))?;
        facts.user.name = Some(actor);
        facts.target.name = Some(user);
        facts.group.name = Some(group);
        facts.class.category(Category::Iam);
        facts.class.event_type(Type::Change);
        facts.class.outcome = Some(Outcome::Success);
        facts.class.action = match action {
            "added" => Some(Action::GroupUserAdded),
            "removed" => Some(Action::GroupUserRemoved),
            _ => None,
        };
        Some(())
    };
    read().is_some()
}

/// `'USER' to [shadow ]group 'GROUP'...`.
fn user_and_group<'a>(rest: &'a str, between: &str) -> Option<(&'a str, &'a str)> {
    let (user, rest) = quoted(rest)?;
    let rest = rest.strip_prefix(between)?;
    let rest = rest.strip_prefix("shadow ").unwrap_or(rest);
    let (group, _) = quoted(rest.strip_prefix("group ")?)?;
    Some((user, group))
}

/// A name in apostrophes at the front, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('\'')?.split_once('\'')
}

fn number(text: &str) -> &str {
    super::text::digits(text, 20)
}
