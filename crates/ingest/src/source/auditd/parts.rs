//! The parts of an event: `@name` what is made of it, others the data of its records.

use std::borrow::Cow;

use super::access;
use super::coalesce::Event;
use super::head::Form;
use super::laurel;
use super::message::{Message, get, take};
use super::norm::Norm;
use super::summary;
use crate::source::mapping::{Parts, turn};

/// An event has no more records than this that are looked at.
const MOST_RECORDS: usize = 1000;

/// An event has no more arguments, paths and keys than this that are shown.
const MOST_VALUES: usize = 4096;

/// The event in this form.
pub(super) fn event<'a>(form: &Form<'a>) -> Event<'a> {
    Event::of(match form {
        Form::Lines(head, raw) => Form::heads(*head, raw)
            .take(MOST_RECORDS)
            .map(|head| Message::read(&head))
            .collect(),
        Form::Laurel(json) => laurel::messages(*json),
    })
}

/// Takes an event apart.
pub(super) fn push<'a>(form: &Form<'a>, parts: &mut Parts<'a>) {
    let mut event = event(form);
    let (host, serial) = match form {
        Form::Lines(head, _) => (
            head.host.map(Cow::Borrowed),
            head.serial().map(Cow::Borrowed),
        ),
        Form::Laurel(json) => {
            let (host, id) = laurel::head(*json);
            let serial = id
                .rsplit_once(':')
                .map(|(_, serial)| Cow::Owned(serial.to_owned()));
            (host, serial)
        }
    };
    for (part, value) in [("@host", host.clone()), ("@serial", serial)] {
        if let Some(value) = value {
            parts.push(part, value);
        }
    }
    parts.push("@type", event.kind.clone());
    parts.push("@result", event.result);
    if let Some(session) = event.session.clone().filter(|session| session != "unset") {
        parts.push("@session", session);
    }
    let norm = summary::norm_of(&event);
    summary::push(&event, &norm, parts);
    access::push(&event, host.as_ref(), parts);
    push_ends(&mut event, &norm, parts);
    push_process(&mut event, parts);
    for tag in std::mem::take(&mut event.tags)
        .into_iter()
        .take(MOST_VALUES)
    {
        parts.push("@tag", tag);
    }
    for (key, value) in std::mem::take(&mut event.context) {
        parts.push(format!("@context.{key}"), value);
    }
    for (key, value) in event.data {
        match key.contains('-') {
            true => parts.push(key.replace('-', "_"), value),
            false => parts.push(key, value),
        }
    }
}

/// The other end of a connection, or where somebody came from.
fn push_ends<'a>(event: &mut Event<'a>, norm: &Norm, parts: &mut Parts<'a>) {
    let call = get(&event.data, "syscall").map(|call| call.as_ref());
    let ends = match call {
        Some("recvfrom" | "recvmsg" | "accept" | "accept4") => {
            Some(("ingress", "@source.ip", "@source.port", "@source.address"))
        }
        Some("connect" | "sendto" | "sendmsg") => Some((
            "egress",
            "@destination.ip",
            "@destination.port",
            "@destination.address",
        )),
        _ => None,
    };
    if let Some((direction, ip, port, address)) = ends
        && get(&event.data, "socket_family").is_some()
    {
        parts.push("@direction", direction);
        for (part, key) in [
            (ip, "socket_addr"),
            (port, "socket_port"),
            (address, "socket_path"),
        ] {
            if let Some(value) = get(&event.data, key) {
                parts.push(part, value.clone());
            }
        }
    }
    if parts.get("@source.ip").is_some() {
        return;
    }
    // Auditbeat takes the address of some types out of the data, and leaves it there in others.
    let address = match norm.has_source {
        true => take(&mut event.data, "addr"),
        false => get(&event.data, "addr").cloned(),
    };
    if let Some(address) = address {
        if norm.has_source {
            parts.push("@direction", "ingress");
        }
        if turn::address(&address).is_some() {
            parts.push("@source.ip", address.clone());
        }
        parts.push("@source.address", address);
    }
}

/// The process.
fn push_process<'a>(event: &mut Event<'a>, parts: &mut Parts<'a>) {
    let program = get(&event.data, "exe").and_then(|exe| {
        let exe = exe.strip_suffix(" (deleted)").unwrap_or(exe);
        exe.rsplit('/')
            .next()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
    });
    // Of a command whose system call is missing, the first argument is what is known.
    if event.kind == "EXECVE"
        && let Some(first) = event.arguments.first()
    {
        parts.push("@exe", first.clone());
    }
    for (part, key) in [
        ("@pid", "pid"),
        ("@ppid", "ppid"),
        ("@title", "proctitle"),
        ("@name", "comm"),
        ("@exe", "exe"),
        ("@cwd", "cwd"),
    ] {
        if let Some(value) = take(&mut event.data, key) {
            parts.push(part, value);
        }
    }
    // Programs that write records themselves do not say what they are called.
    if parts.get("@name").is_none()
        && let Some(program) = program
    {
        parts.push("@name", program);
    }
    let mut arguments = std::mem::take(&mut event.arguments);
    if event.kind == "USER_CMD"
        && let Some(command) = get(&event.data, "cmd")
    {
        parts.push("@command_line", command.clone());
        arguments = command
            .split_ascii_whitespace()
            .map(|word| Cow::Owned(word.to_owned()))
            .collect();
    } else if !arguments.is_empty() {
        parts.push("@command_line", arguments.join(" "));
    }
    if !arguments.is_empty() {
        parts.push("@args_count", arguments.len().to_string());
    }
    for argument in arguments.into_iter().take(MOST_VALUES) {
        parts.push("@arg", argument);
    }
}
