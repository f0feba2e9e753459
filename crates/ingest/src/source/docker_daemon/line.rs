//! Lines of the daemon, and what they say.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::format::text::{Pairs, Starts, find_near};
use crate::source::mapping::{Parts, Record, is_handshake, push_handshake};

/// Most pairs of a line that are looked at; the daemon writes a handful.
const MOST_PAIRS: usize = 64;

/// Most mounts of a container that are named.
const MOST_MOUNTS: usize = 256;

/// The levels as logrus prints them on a terminal, and as it writes them.
const LEVELS: [(&str, &str); 7] = [
    ("TRAC[", "trace"),
    ("DEBU[", "debug"),
    ("INFO[", "info"),
    ("WARN[", "warning"),
    ("ERRO[", "error"),
    ("FATA[", "fatal"),
    ("PANI[", "panic"),
];

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

/// The head of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The time as written; on a terminal perhaps the seconds since the start.
    pub(super) time: &'a str,
    level: &'a str,
    /// The message, behind its opening quote; what follows it may still be there, and quotes in it have backslashes.
    text: &'a str,
    is_logfmt: bool,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The API was called.
    Call,
    /// What a call brought: a container to create, a command to run in one.
    Form,
    /// The daemon listens on a socket.
    Listen,
    /// A client did not get through the handshake of TLS: the one message that has its address.
    Handshake,
    /// It listens without TLS.
    Exposed,
    /// A call that failed.
    Failed,
    /// A call that a plugin refused.
    Denied,
    /// Something else that only Docker says.
    Known,
    /// Anything else.
    Other,
}

/// How messages begin that only the daemon writes.
static KNOWN: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Docker daemon",
        "Daemon has completed initialization",
        "Listener created for HTTP on ",
        "Sending kill signal ",
        "Loading containers: ",
        "Processing signal 'terminated'",
        "Default bridge (docker0) is assigned",
        "containerd not running, starting managed containerd",
    ])
});

static EXPOSED: LazyLock<Starts<()>> = LazyLock::new(|| {
    Starts::of(&[
        "Binding to IP address without --tlsverify",
        "Binding to an IP address",
        "[!] DON'T BIND ON ANY IP ADDRESS",
        "[DEPRECATION NOTICE] In future versions this will be a hard failure preventing the daemon from starting",
        "[DEPRECATION NOTICE]: API is accessible on ",
    ])
});

/// The daemon's own part of a record. Docker Desktop writes `TIME dockerd time="..."`, where a syslog header's host and program would be.
pub(super) fn text<'a>(record: &Record<'a>) -> &'a str {
    let start = "time=\"";
    let is_desktop = record.has_header
        && record
            .program()
            .is_some_and(|program| program.starts_with(start));
    if !is_desktop {
        return record.message();
    }
    let at = record.raw.find(start);
    at.map_or(record.message(), |at| &record.raw[at..])
}

impl<'a> Line<'a> {
    /// The head of a line, without a syslog header.
    pub(super) fn of(message: &'a str) -> Option<Self> {
        let Some(rest) = message.strip_prefix("time=\"") else {
            return Self::of_terminal(message);
        };
        let (time, rest) = rest.split_at_checked(find_near(rest, b'"', 48)?)?;
        let rest = rest.strip_prefix("\" level=")?;
        let (level, rest) = rest.split_at_checked(find_near(rest, b' ', 10)?)?;
        let text = rest.strip_prefix(" msg=")?;
        Some(Self {
            time,
            level,
            text: text.strip_prefix('"').unwrap_or(text),
            is_logfmt: true,
        })
    }

    fn of_terminal(message: &'a str) -> Option<Self> {
        if message.as_bytes().get(4) != Some(&b'[') {
            return None;
        }
        let (_, level) = LEVELS.iter().find(|(head, _)| message.starts_with(head))?;
        let (time, text) = message.get(5..)?.split_once(']')?;
        let is_time = time.len() >= 4
            && time.len() < 40
            && time.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b':' | b'.' | b'T' | b'Z')
            });
        is_time.then_some(Self {
            time,
            level,
            text: text.strip_prefix(' ').unwrap_or(text),
            is_logfmt: false,
        })
    }

    pub(super) fn what(&self) -> What {
        let text = self.text;
        if call(text).is_some() || handled(text).is_some() {
            What::Call
        } else if is_handshake(text) {
            What::Handshake
        } else if text.starts_with("form data: {") {
            What::Form
        } else if text.starts_with("API listen on ") {
            What::Listen
        } else if EXPOSED.begin(text) {
            What::Exposed
        } else if failed(text).is_some() {
            match text.contains("authorization denied by plugin ") {
                true => What::Denied,
                false => What::Failed,
            }
        } else if KNOWN.begin(text) {
            What::Known
        } else {
            What::Other
        }
    }
}

/// `METHOD /PATH` at the start of a text, and what follows the method.
fn method(text: &str) -> Option<(&str, &str)> {
    /// No method is longer, with the space behind it.
    const LONGEST: usize = 8;
    let at = find_near(text, b' ', LONGEST)?;
    let (method, rest) = (&text[..at], &text[at + 1..]);
    (METHODS.contains(&method) && rest.starts_with('/')).then_some((method, rest))
}

/// Method and target of a call. Before Docker 1.11 the line had no `Calling` but always a version.
fn call(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix("Calling ") {
        Some(text) => method(text),
        None => method(text).filter(|(_, target)| target.starts_with("/v1.")),
    }
}

/// The method of a call in the words of Docker 27 and later, `handling POST request`, whose target is a pair of its own.
fn handled(text: &str) -> Option<&'static str> {
    let rest = text.strip_prefix("handling ")?;
    METHODS.into_iter().find(|method| {
        let behind = rest
            .strip_prefix(method)
            .and_then(|rest| rest.strip_prefix(" request"));
        behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['"', ' ']))
    })
}

/// Method, target and error of a call that failed.
fn failed(text: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = method(text.strip_prefix("Handler for ")?)?;
    let (target, error) = rest.split_once(" returned error: ")?;
    Some((method, target, error))
}

/// A container's id or the start of it: 12 to 64 hexadecimal digits.
fn is_id(text: &str) -> bool {
    (12..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The parts of a line: `level`, `msg`, `error`, `socket`; of a call `method`, `path`, `query`, `container`, `name`; of
/// what a call brought `image`, `argument`, `mount`, `privileged`.
pub(super) fn take_apart<'a>(message: &'a str, parts: &mut Parts<'a>) {
    let Some(line) = Line::of(message) else {
        // Of a program that is Docker's, but no line of logrus.
        push_handshake(message, parts);
        parts.push("msg", message);
        return;
    };
    let mut target = None;
    parts.push("level", line.level);
    let mut text = Cow::Borrowed(line.text.trim_end());
    if line.is_logfmt {
        let mut pairs = Pairs::logfmt(message).take(MOST_PAIRS).skip(2);
        if let Some((_, value)) = pairs.next() {
            text = value;
        }
        for (key, value) in pairs {
            match key {
                "error" => parts.push("error", value),
                "host" => parts.push("socket", value.into_owned()),
                "request-url" => target = Some(value),
                "container" if is_id(&value) => parts.push("container", value),
                _ => {}
            }
        }
    }
    match line.what() {
        What::Call => {
            if let Some((method, target)) = call(&text) {
                push_call(parts, method, target);
            } else if let (Some(method), Some(target)) = (handled(&text), &target) {
                push_call(parts, method, target);
            }
        }
        What::Failed | What::Denied => {
            if let Some((method, target, error)) = failed(&text) {
                push_call(parts, method, target);
                parts.push("error", error.to_owned());
            }
        }
        What::Form => {
            if let Some(form) = text.strip_prefix("form data: ") {
                push_form(parts, form);
            }
        }
        What::Listen => {
            if let Some(socket) = text.strip_prefix("API listen on ") {
                parts.push("socket", socket.to_owned());
            }
        }
        What::Handshake => push_handshake(&text, parts),
        What::Exposed | What::Known | What::Other => {}
    }
    let first_id = || text.split(' ').find(|word| is_id(word) && word.len() == 64);
    if parts.get("container").is_none()
        && let Some(id) = first_id()
    {
        parts.push("container", id.to_owned());
    }
    parts.push("msg", text);
}

fn push_call(parts: &mut Parts<'_>, method: &str, target: &str) {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    parts.push("method", method.to_owned());
    parts.push("path", path.to_owned());
    if let Some(query) = query {
        parts.push("query", query.to_owned());
    }
    // /v1.41/containers/ID/start, and the same without a version.
    let mut steps = path.split('/').skip_while(|step| *step != "containers");
    if let Some(name) = steps.nth(1)
        && !matches!(name, "" | "create" | "json" | "prune")
    {
        let part = if is_id(name) { "container" } else { "name" };
        parts.push(part, name.to_owned());
    }
}

/// What a call to create a container, or to run a command in one, asks for. Half a form says nothing.
fn push_form(parts: &mut Parts<'_>, form: &str) {
    let Ok(form) = serde_json::from_str::<Json>(form) else {
        return;
    };
    let texts = |json: &Json| -> Vec<String> {
        let list = json.as_array().map_or(&[][..], Vec::as_slice);
        let list = list.iter().take(MOST_MOUNTS);
        list.filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    if let Some(image) = form["Image"].as_str() {
        parts.push("image", image.to_owned());
    }
    for argument in texts(&form["Entrypoint"])
        .into_iter()
        .chain(texts(&form["Cmd"]))
    {
        parts.push("argument", argument);
    }
    let host = &form["HostConfig"];
    for mount in texts(&host["Binds"]) {
        parts.push("mount", mount);
    }
    for mount in host["Mounts"]
        .as_array()
        .into_iter()
        .flatten()
        .take(MOST_MOUNTS)
    {
        if let (Some(source), Some(target)) = (mount["Source"].as_str(), mount["Target"].as_str()) {
            parts.push("mount", format!("{source}:{target}"));
        }
    }
    let privileged = [&host["Privileged"], &form["Privileged"]];
    if let Some(privileged) = privileged.iter().find_map(|flag| flag.as_bool()) {
        parts.push("privileged", if privileged { "true" } else { "false" });
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, What, take_apart};
    use crate::source::mapping::Parts;
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn texts_that_look_alike() {
        for (line, what) in [
            (
                r#"time="2026-01-02T03:04:05Z" level=debug msg="Calling GET /info""#,
                Some(What::Call),
            ),
            // A traveller's text is no call.
            (
                r#"time="2026-01-02T03:04:05Z" level=info msg="user said Calling GET /info""#,
                Some(What::Other),
            ),
            (
                r#"time="2026-01-02T03:04:05Z" level=info msg="GET /login""#,
                Some(What::Other),
            ),
            (r#"level=info msg="Calling GET /info""#, None),
            ("INFO[0000] API listen on [::]:2375", Some(What::Listen)),
            (
                r#"time="2026-01-02T03:04:05Z" level=debug msg="handling POST request" method=POST"#,
                Some(What::Call),
            ),
            (
                r#"time="2026-01-02T03:04:05Z" level=debug msg="handling POST requests""#,
                Some(What::Other),
            ),
            ("INFO[no] API listen on [::]:2375", None),
        ] {
            assert_eq!(Line::of(line).map(|line| line.what()), what, "{line}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), words in prop::collection::vec(prop::sample::select(vec!["Calling ", "GET ", "/containers/", "?", "form data: {", "\"", "}", "\\", "ä", " msg=", "Handler for ", " returned error: "]), 0..12)) {
            take_apart(&text, &mut Parts::default());
            let line = format!("time=\"2026-01-02T03:04:05Z\" level=debug msg=\"{}{text}", words.concat());
            take_apart(&line, &mut Parts::default());
        }
    }
}
