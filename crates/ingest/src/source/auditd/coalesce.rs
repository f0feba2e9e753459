//! One event from its records, as Auditbeat puts it together.

use std::borrow::Cow;

use super::decode;
use super::message::{List, Message, get, set, take};
use super::numbers;
use super::types;

/// The number of nobody, in its spellings.
const UNSET: &[&str] = &["4294967295", "-1", "unset"];

/// The parts of a security context, in order.
const CONTEXT: [&str; 5] = ["user", "role", "domain", "level", "category"];

/// An event has no more data than this; what is beyond is left out.
const MOST_DATA: usize = 1000;

/// A file or folder that an event is about.
#[derive(Debug, Default)]
pub(super) struct Path<'a> {
    pub(super) fields: List<'a>,
    /// What its owner and group are called.
    pub(super) names: List<'a>,
}

/// An event.
#[derive(Debug, Default)]
pub(super) struct Event<'a> {
    /// The type of its first record.
    pub(super) kind: Cow<'a, str>,
    /// What is no number of a user or group.
    pub(super) data: List<'a>,
    /// Numbers of users and groups.
    pub(super) ids: List<'a>,
    /// What they are called.
    pub(super) names: List<'a>,
    /// The security context of the process.
    pub(super) context: List<'a>,
    pub(super) paths: Vec<Path<'a>>,
    pub(super) arguments: Vec<Cow<'a, str>>,
    pub(super) tags: Vec<Cow<'a, str>>,
    /// `success`, `fail`, or `unknown`.
    pub(super) result: &'static str,
    pub(super) session: Option<Cow<'a, str>>,
}

impl<'a> Event<'a> {
    /// Puts the records of an event together. The record of the system call says most; others add what it lacks.
    pub(super) fn of(mut messages: Vec<Message<'a>>) -> Self {
        messages.retain(|message| message.kind != "EOE" && message.kind != "1320");
        for message in &mut messages {
            normalise(message);
        }
        let base = messages
            .iter()
            .position(|message| message.kind == "SYSCALL")
            .unwrap_or(0);
        let compound = messages.len() > 1;
        let mut event = Self {
            kind: messages
                .first()
                .map(|first| first.kind.clone())
                .unwrap_or_default(),
            result: "unknown",
            ..Self::default()
        };
        if let Some(message) = messages.get_mut(base) {
            let message = std::mem::take(message);
            event.begin(message, compound);
        }
        for (number, message) in messages.into_iter().enumerate() {
            if number != base {
                event.add(message);
            }
        }
        event
    }

    fn begin(&mut self, message: Message<'a>, compound: bool) {
        let is_call = message.kind == "SYSCALL";
        self.tags = message.tags;
        self.arguments = message.arguments;
        self.names = message.names;
        for (key, value) in message.fields {
            match key.as_ref() {
                "result" => {
                    self.result = if value == "success" {
                        "success"
                    } else {
                        "fail"
                    }
                }
                "ses" => self.session = Some(value),
                // It is only of use while records are put together.
                "items" if is_call && compound => {}
                key_text if key_text.ends_with("uid") || key_text.ends_with("gid") => {
                    self.ids.push((key, value));
                }
                key_text if key_text.starts_with("subj_") => {
                    self.context
                        .push((Cow::Owned(key_text["subj_".len()..].to_owned()), value));
                }
                _ => self.data.push((key, value)),
            }
        }
    }

    fn add(&mut self, message: Message<'a>) {
        match message.kind.as_ref() {
            "PATH" => {
                self.paths.push(Path {
                    fields: message.fields,
                    names: message.names,
                });
                return;
            }
            "SOCKADDR" => {
                for (key, value) in message.fields {
                    set(&mut self.data, format!("socket_{key}"), value);
                }
                return;
            }
            "EXECVE" => {
                if let Some((_, count)) = message.fields.into_iter().find(|(key, _)| key == "argc")
                {
                    set(&mut self.data, "argc", count);
                }
                self.arguments.extend(message.arguments);
                return;
            }
            _ => {}
        }
        for (list, fields) in [
            (&mut self.data, message.fields),
            (&mut self.names, message.names),
        ] {
            for (key, value) in fields {
                if list.len() >= MOST_DATA {
                    break;
                }
                if get(list, &key).is_none() {
                    list.push((key, value));
                }
            }
        }
        if self.tags.is_empty() {
            self.tags = message.tags;
        }
    }

    /// A value, wherever it is.
    pub(super) fn value(&self, key: &str) -> Option<&Cow<'a, str>> {
        get(&self.data, key).or_else(|| get(&self.ids, key))
    }

    /// The number of a user or group, unless it stands for nobody.
    pub(super) fn id(&self, key: &str) -> Option<&Cow<'a, str>> {
        get(&self.ids, key).filter(|id| *id != "unset")
    }

    /// What a number is called.
    pub(super) fn name(&self, key: &str) -> Option<&Cow<'a, str>> {
        get(&self.names, key)
    }
}

/// Gives the values of a record the form in which they are compared.
fn normalise(message: &mut Message<'_>) {
    for key in ["auid", "old-auid", "ses"] {
        if get(&message.fields, key).is_some_and(|value| UNSET.contains(&value.as_ref())) {
            set(&mut message.fields, key, "unset");
        }
    }
    split_context(&mut message.fields, "subj");
    // System calls say `success`, others `res`.
    let result = take(&mut message.fields, "success").or_else(|| take(&mut message.fields, "res"));
    if let Some(result) = result {
        let result = if types::is_success(&result) {
            "success"
        } else {
            "fail"
        };
        set(&mut message.fields, "result", result);
    }
    if let Some(error) = get(&message.fields, "exit").and_then(|exit| numbers::error(exit)) {
        set(&mut message.fields, "exit", error);
    }
    match message.kind.as_ref() {
        "SYSCALL" | "SECCOMP" => call(message),
        "PATH" => split_context(&mut message.fields, "obj"),
        "SOCKADDR" => {
            if let Some(saddr) = take(&mut message.fields, "saddr") {
                for (key, value) in decode::socket(&saddr) {
                    set(&mut message.fields, key, value);
                }
            }
        }
        _ => {}
    }
}

/// Names architecture and system call: by their numbers, else as an enriched log does.
fn call(message: &mut Message<'_>) {
    let architecture = get(&message.fields, "arch");
    let named = architecture.and_then(|number| numbers::architecture(number));
    let call = get(&message.fields, "syscall").and_then(|call| {
        numbers::system_call_by_number(architecture.map_or("", |number| number.as_ref()), call)
    });
    for (key, name) in [("arch", named), ("syscall", call)] {
        let name = name
            .map(Cow::Borrowed)
            .or_else(|| get(&message.names, key).cloned());
        if let Some(name) = name {
            set(&mut message.fields, key, name);
        }
    }
}

/// Splits `user:role:domain:level:category`.
fn split_context(fields: &mut List<'_>, key: &str) {
    if let Some(context) = take(fields, key) {
        for (name, part) in CONTEXT.iter().zip(context.splitn(CONTEXT.len(), ':')) {
            set(fields, format!("{key}_{name}"), part.to_owned());
        }
    }
}
