//! Who did what to what: the summary of an event, and the users it is about.

use std::borrow::Cow;

use super::calls;
use super::coalesce::{Event, Path};
use super::message::get;
use super::norm::{Norm, PLAIN, Users};
use super::types;
use crate::source::mapping::Parts;

/// Programs that run scripts: what they run is in their command's name.
const INTERPRETERS: &[&str] = &[
    "/usr/bin/python",
    "/usr/bin/sh",
    "/usr/bin/bash",
    "/usr/bin/perl",
];

/// How events like this are summed up.
pub(super) fn norm_of(event: &Event<'_>) -> Norm {
    if event.kind == "SYSCALL" {
        let call = get(&event.data, "syscall").map_or("", |call| call.as_ref());
        return calls::find(call).norm;
    }
    let norm = types::find(&event.kind).map_or(PLAIN, |record| record.norm);
    match get(&event.data, "apparmor") {
        Some(_) => Norm {
            what: "policy",
            ..norm
        },
        None => norm,
    }
}

/// Adds the summary.
pub(super) fn push<'a>(event: &Event<'a>, norm: &Norm, parts: &mut Parts<'a>) {
    let first = |keys: &[&'static str]| keys.iter().find(|key| event.value(key).is_some()).copied();
    let actor = first(norm.actor).unwrap_or("auid");
    let second = first(norm.second_actor).unwrap_or("uid");
    for (part, key) in [("@actor.primary", actor), ("@actor.secondary", second)] {
        if let Some(value) = event.name(key).or_else(|| event.value(key)) {
            parts.push(part, value.clone());
        }
    }
    let mut what = norm.what;
    match norm.what {
        "file" | "filesystem" => {
            if let Some(path) = object_path(&event.paths, norm.path) {
                what = "file";
                push_file(path, parts);
            }
        }
        "socket" => {
            for (part, keys) in [
                ("@object.primary", &["socket_addr", "socket_path"][..]),
                ("@object.secondary", &["socket_port"][..]),
            ] {
                if let Some(value) = keys.iter().find_map(|key| get(&event.data, key)) {
                    parts.push(part, value.clone());
                }
            }
        }
        _ => {}
    }
    if !what.is_empty() {
        parts.push("@object.type", what);
    }
    for (part, keys) in [
        ("@object.primary", norm.object),
        ("@object.secondary", norm.second_object),
    ] {
        if let Some(value) = keys.iter().find_map(|key| event.value(key)) {
            parts.replace(part, value.clone());
        }
    }
    if let Some(how) = norm
        .how
        .iter()
        .find_map(|key| event.value(key))
        .or_else(|| program(event))
    {
        parts.push("@how", how.clone());
    }
    push_users(
        event,
        norm.users,
        [actor, second],
        first(norm.object),
        parts,
    );
}

/// The program, or the script that it runs.
fn program<'e, 'a>(event: &'e Event<'a>) -> Option<&'e Cow<'a, str>> {
    let command = get(&event.data, "comm");
    match get(&event.data, "exe") {
        Some(exe) if INTERPRETERS.iter().any(|start| exe.starts_with(start)) => {
            command.or(Some(exe))
        }
        Some(exe) => Some(exe),
        None => command,
    }
}

/// Of several paths the one that was acted on: folders that only lead there are passed over.
fn object_path<'p, 'a>(paths: &'p [Path<'a>], hint: usize) -> Option<&'p Path<'a>> {
    let from = if paths.len() > hint { hint } else { 0 };
    let leads = |path: &&Path<'_>| {
        let nametype = get(&path.fields, "nametype").map(|nametype| nametype.as_ref());
        !matches!(nametype, Some("PARENT" | "UNKNOWN"))
    };
    paths
        .get(from..)?
        .iter()
        .find(leads)
        .or_else(|| paths.get(from))
}

fn push_file<'a>(path: &Path<'a>, parts: &mut Parts<'a>) {
    for (part, key) in [
        ("@file.path", "name"),
        ("@object.primary", "name"),
        ("@file.inode", "inode"),
        ("@file.device", "rdev"),
        ("@file.uid", "ouid"),
        ("@file.gid", "ogid"),
    ] {
        if let Some(value) = get(&path.fields, key) {
            parts.push(part, value.clone());
        }
    }
    for (part, key) in [("@file.owner", "ouid"), ("@file.group", "ogid")] {
        if let Some(name) = get(&path.names, key) {
            parts.push(part, name.clone());
        }
    }
    let mode = get(&path.fields, "mode").and_then(|mode| u32::from_str_radix(mode, 8).ok());
    if let Some(mode) = mode {
        parts.push("@file.mode", format!("{:04o}", mode & 0o7777));
    }
}

/// A user or group: number and name, as far as they are known.
#[derive(Clone, Debug, Default)]
struct Entity<'a> {
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
}

impl<'a> Entity<'a> {
    /// The one that a field names, by number or by name.
    fn of(event: &Event<'a>, key: &str) -> Self {
        match event.value(key) {
            Some(value)
                if value.bytes().all(|byte| byte.is_ascii_digit()) && value != "4294967295" =>
            {
                Self {
                    id: Some(value.clone()),
                    name: event.name(key).cloned(),
                }
            }
            Some(value) if value != "unset" && value != "-1" => Self {
                id: None,
                name: Some(value.clone()),
            },
            _ => Self::default(),
        }
    }

    /// The one with this number.
    fn numbered(event: &Event<'a>, key: &str) -> Self {
        Self {
            id: event.id(key).cloned(),
            name: event.name(key).filter(|_| event.id(key).is_some()).cloned(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Option<Cow<'_, str>>, other: &Option<Cow<'_, str>>| {
            one.is_some() && one == other
        };
        same(&self.id, &other.id) || same(&self.name, &other.name)
    }

    fn push(self, id: &'static str, name: &'static str, parts: &mut Parts<'a>) {
        if let Some(value) = self.id {
            parts.push(id, value);
        }
        if let Some(value) = self.name {
            parts.push(name, value);
        }
    }
}

/// Adds the users and groups.
fn push_users<'a>(
    event: &Event<'a>,
    users: Users,
    [actor, second]: [&'static str; 2],
    object: Option<&'static str>,
    parts: &mut Parts<'a>,
) {
    let mut user = Entity::numbered(event, "uid");
    let mut effective = Entity::numbered(event, "euid");
    let changed = || object.map(|key| Entity::of(event, key));
    let mut target = None;
    let mut group = None;
    if users != Users::Owner {
        user = Entity::of(event, actor);
        effective = Entity::of(event, second);
    }
    match users {
        Users::Owner | Users::Session => {}
        Users::Login => effective = changed().unwrap_or_default(),
        Users::Target => target = changed(),
        Users::Group => group = changed(),
        Users::Changed => {
            target = Some(effective);
            effective = Entity::of(event, "uid");
        }
        Users::ChangedGroup => {
            group = Some(effective);
            effective = Entity::of(event, "uid");
        }
    }
    // The effective user is told where it is another.
    if !effective.is_same(&user) {
        effective.push("@effective.id", "@effective.name", parts);
        Entity::numbered(event, "egid").push("@effective.group.id", "@effective.group.name", parts);
    }
    user.push("@user.id", "@user.name", parts);
    target
        .unwrap_or_default()
        .push("@target.id", "@target.name", parts);
    group
        .unwrap_or_default()
        .push("@group.id", "@group.name", parts);
    for (key, id, name) in [
        ("gid", "@user.group.id", "@user.group.name"),
        ("auid", "@audit.id", "@audit.name"),
        ("suid", "@saved.id", "@saved.name"),
        ("sgid", "@saved.group.id", "@saved.group.name"),
        ("fsuid", "@filesystem.id", "@filesystem.name"),
        ("fsgid", "@filesystem.group.id", "@filesystem.group.name"),
        ("old-auid", "@old.id", "@old.name"),
    ] {
        Entity::numbered(event, key).push(id, name, parts);
    }
}
