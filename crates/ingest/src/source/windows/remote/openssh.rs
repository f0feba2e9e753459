//! OpenSSH for Windows: the text of sshd lies in the value `payload`, and is read as that of sshd on Linux.

use gatewatch_event::Value;

use super::values::address;
use super::{Place, Row};
use crate::source::linux_auth::sshd::{self, Form, Outcome, SshdMessage};
use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::view::View;

pub(super) const ROWS: &[Row] = &[Row {
    place: Place::Channel("OpenSSH/Operational"),
    // By how much it matters to sshd: error, warning, information.
    ids: &[2, 3, 4],
    fields: &[
        Entry::one("process.name", Extract::Data("process")),
        Entry::one("message", Extract::Data("payload")),
        Entry::many("event.category", Extract::Call(category)),
        Entry::many("event.type", Extract::Call(types)),
        Entry::one("event.action", Extract::Call(action)),
        Entry::one("event.outcome", Extract::Call(outcome)),
        Entry::one("user.name", Extract::Call(user)),
        Entry::many("related.user", Extract::Call(user)),
        Entry::one("source.ip", Extract::Call(source_address)),
        Entry::one("source.port", Extract::Call(source_port)),
        Entry::many("related.ip", Extract::Call(source_address)),
        Entry::one("system.auth.ssh.event", Extract::Call(ssh_event)),
        Entry::one("system.auth.ssh.method", Extract::Call(ssh_method)),
        Entry::one("system.auth.ssh.signature", Extract::Call(ssh_signature)),
    ],
}];

/// Emits what `read` finds in the message.
fn told(
    view: &View<'_>,
    emit: Emit<'_>,
    read: impl FnOnce(&SshdMessage<'_>) -> Option<Value<'static>>,
) {
    if let Some(payload) = view.data("payload")
        && let Some(value) = sshd::parse(&payload).and_then(|message| read(&message))
    {
        emit(value);
    }
}

fn text(text: &str) -> Value<'static> {
    Value::from(text.to_owned())
}

fn category(view: &View<'_>, emit: Emit<'_>) {
    let payload = view.data("payload").unwrap_or_default();
    let outcome = sshd::parse(&payload).and_then(|message| message.outcome());
    let categories: &[&'static str] = match outcome {
        Some(Outcome::Success) => &["authentication", "session"],
        Some(Outcome::Failure) => &["authentication"],
        None => &[],
    };
    for category in categories {
        if !emit(Value::from(*category)) {
            return;
        }
    }
}

fn types(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| {
        message.outcome().map(|_| Value::from("info"))
    });
}

fn action(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| {
        message.outcome().map(|_| Value::from("ssh_login"))
    });
}

fn outcome(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| {
        message.outcome().map(|outcome| match outcome {
            Outcome::Success => Value::from("success"),
            Outcome::Failure => Value::from("failure"),
        })
    });
}

fn user(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| message.user.map(text));
}

fn source_address(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| {
        address(message.remote?.address.to_owned().into())
    });
}

fn source_port(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| {
        let port = message.remote?.port.filter(|port| *port != 0)?;
        Some(Value::Long(i64::from(port)))
    });
}

/// The event, method and key of an attempt to log in; other sentences have none.
fn of_attempt<'m>(message: &SshdMessage<'m>, part: Option<&'m str>) -> Option<Value<'static>> {
    matches!(message.form, Form::Login | Form::User)
        .then_some(part)
        .flatten()
        .map(text)
}

fn ssh_event(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| of_attempt(message, message.event));
}

fn ssh_method(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| of_attempt(message, message.method));
}

fn ssh_signature(view: &View<'_>, emit: Emit<'_>) {
    told(view, emit, |message| of_attempt(message, message.signature));
}
