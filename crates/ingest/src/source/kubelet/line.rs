//! Lines in klog's form, and the requests in them.

use std::borrow::Cow;

use crate::format::json::LazyJson;
use crate::format::syslog::Stamp;
use crate::format::text::Pairs;
use crate::source::mapping::{Parts, Record, push_handshake, turn, web};

/// A request has no more pairs than this that are looked at.
const MOST_PAIRS: usize = 64;

/// The file that writes the requests down.
const REQUESTS: &str = "httplog.go";

/// The head of a line: `Immdd HH:MM:SS.uuuuuu THREAD FILE:LINE] `.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    level: u8,
    time: &'a str,
    pid: &'a str,
    file: &'a str,
    number: &'a str,
    /// What is behind it.
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn of(record: &Record<'a>) -> Option<Self> {
        Self::read(record.message())
    }

    fn read(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let level = *bytes.first()?;
        // `I0124 21:42:49.760800 `
        let is_head = matches!(level, b'I' | b'W' | b'E' | b'F')
            && bytes.len() > 24
            && bytes[1..22].iter().enumerate().all(|(at, byte)| match at {
                4 => *byte == b' ',
                7 | 10 => *byte == b':',
                13 => *byte == b'.',
                20 => *byte == b' ',
                _ => byte.is_ascii_digit(),
            });
        if !is_head {
            return None;
        }
        // The first bracket with a space behind it, else the first.
        let rest = text.get(22..)?;
        let mut brackets = memchr::memchr_iter(b']', rest.as_bytes());
        let first = brackets.next()?;
        let spaced = |at: &usize| rest.as_bytes().get(at + 1) == Some(&b' ');
        let (place, behind) = match Some(first).filter(spaced).or_else(|| brackets.find(spaced)) {
            Some(at) => (&rest[..at], &rest[at + 2..]),
            None => (&rest[..first], &rest[first + 1..]),
        };
        let (pid, place) = place.trim_start().split_once(' ')?;
        let (file, number) = place.rsplit_once(':')?;
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_file = file.ends_with(".go") && !file.contains(' ');
        (digits(pid) && digits(number) && is_file).then_some(Self {
            level,
            time: &text[1..21],
            pid,
            file,
            number,
            text: behind,
        })
    }

    /// The time, which has no year.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let number = |from: usize, to: usize| self.time[from..to].parse::<i8>().ok();
        Some(Stamp {
            year: None,
            month: number(0, 2)?,
            day: number(2, 4)?,
            hour: number(5, 7)?,
            minute: number(8, 10)?,
            second: number(11, 13)?.min(59),
            nanos: self.time[14..20].parse::<i32>().ok()? * 1000,
            offset: None,
        })
    }

    fn level(&self) -> &'static str {
        match self.level {
            b'I' => "info",
            b'W' => "warning",
            b'E' => "error",
            _ => "fatal",
        }
    }
}

/// A request that was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request<'a> {
    verb: Cow<'a, str>,
    target: Cow<'a, str>,
    latency: Cow<'a, str>,
    agent: Cow<'a, str>,
    audit_id: Cow<'a, str>,
    client: Cow<'a, str>,
    status: Cow<'a, str>,
    hijacked: bool,
}

/// Is this object a request, as components write it with `--logging-format=json`?
pub(super) fn is_request(json: LazyJson<'_>) -> bool {
    let text = |key: &str| json.get(key).and_then(|value| value.as_str());
    text("msg").is_some_and(|message| message == "HTTP")
        && text("verb").is_some()
        && text("URI").is_some()
        && json.get("ts").is_some()
}

impl<'a> Request<'a> {
    /// The request that a record tells of.
    pub(super) fn of(record: &Record<'a>, line: Option<&Line<'a>>) -> Option<Self> {
        if let Some(json) = record.json {
            return is_request(json).then(|| Self::of_json(json));
        }
        let line = line.filter(|line| line.file == REQUESTS)?;
        if let Some(pairs) = line
            .text
            .strip_prefix("\"HTTP\" ")
            .or(Some(line.text))
            .filter(|text| text.starts_with("verb="))
        {
            return Self::of_pairs(pairs);
        }
        Self::of_sentence(line.text)
    }

    fn of_json(json: LazyJson<'a>) -> Self {
        let text = |key: &str| {
            json.get(key)
                .and_then(|value| value.scalar_text())
                .unwrap_or_default()
        };
        Self {
            verb: text("verb"),
            target: text("URI"),
            latency: text("latency"),
            agent: text("userAgent"),
            audit_id: text("audit-ID"),
            client: text("srcIP"),
            status: text("resp"),
            hijacked: text("hijacked") == "true",
        }
    }

    /// `verb="GET" URI="/pods" latency="1ms" userAgent="x" audit-ID="" srcIP="192.0.2.7:9" resp=200`. Of a key that comes twice the first
    /// counts; what the client chose is quoted.
    fn of_pairs(text: &'a str) -> Option<Self> {
        let mut request = Self::default();
        for (key, value) in Pairs::logfmt(text).take(MOST_PAIRS) {
            let slot = match key {
                "verb" => &mut request.verb,
                "URI" => &mut request.target,
                "latency" => &mut request.latency,
                "userAgent" | "UserAgent" => &mut request.agent,
                "audit-ID" => &mut request.audit_id,
                "srcIP" => &mut request.client,
                "resp" => &mut request.status,
                "hijacked" => {
                    request.hijacked = value == "true";
                    continue;
                }
                _ => continue,
            };
            if slot.is_empty() {
                *slot = value;
            }
        }
        (!request.target.is_empty()).then_some(request)
    }

    /// `GET /pods: (1.2ms) 200 [[agent] 192.0.2.7:9]`, as Kubernetes wrote it until 1.18. A target has no spaces, and the address is
    /// the last word, so that neither can be made up.
    fn of_sentence(text: &'a str) -> Option<Self> {
        let line = text.split('\n').next()?;
        let (verb, rest) = line.split_once(' ')?;
        let (target, rest) = rest.split_once(": (")?;
        let (latency, rest) = rest.split_once(") ")?;
        let (status, rest) = rest.split_once(' ')?;
        let (agent, client) = rest.trim_end().strip_suffix(']')?.rsplit_once(' ')?;
        let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_verb || target.contains(' ') {
            return None;
        }
        let agent = agent.strip_prefix('[').unwrap_or(agent);
        let agent = agent
            .strip_prefix('[')
            .and_then(|agent| agent.strip_suffix(']'))
            .unwrap_or(agent);
        Some(Self {
            verb: verb.into(),
            target: target.into(),
            latency: latency.into(),
            agent: agent.into(),
            client: client.into(),
            status: status.into(),
            ..Self::default()
        })
    }

    /// The answer. A connection that was taken over by another protocol has none, and is one that was switched.
    pub(super) fn status(&self) -> u16 {
        match self.status.parse() {
            Ok(status) => status,
            Err(_) if self.hijacked => 101,
            Err(_) => 0,
        }
    }

    /// The method of HTTP: the API server says what a request means instead.
    pub(super) fn method(&self) -> &str {
        match self.verb.as_ref() {
            "LIST" | "WATCH" | "WATCHLIST" => "GET",
            "APPLY" => "PATCH",
            "DELETECOLLECTION" => "DELETE",
            verb => verb,
        }
    }

    pub(super) fn target(&self) -> &str {
        &self.target
    }
}

/// Takes a record apart.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    let line = Line::of(record);
    if let Some(line) = &line {
        parts.push("level", line.level());
        parts.push("pid", line.pid);
        parts.push("file", line.file);
        parts.push("line", line.number);
        parts.push("text", line.text);
    } else if let Some(json) = record.json {
        let caller = json.get("caller").and_then(|caller| caller.as_str());
        if let Some((file, number)) = caller.as_deref().and_then(|caller| caller.rsplit_once(':')) {
            let file = file.rsplit('/').next().unwrap_or(file);
            parts.push("file", file.to_owned());
            parts.push("line", number.to_owned());
        }
        parts.push("level", "info");
    } else {
        parts.push("text", record.message());
    }
    if let Some(program) = record.program() {
        parts.push("program", program);
    }
    if let Some(host) = record.header.host.filter(|host| !host.is_empty()) {
        parts.push("host", host);
    }
    let Some(request) = Request::of(record, line.as_ref()) else {
        if let Some(line) = &line {
            push_handshake(line.text, parts);
        }
        return;
    };
    parts.push("method", request.method().to_owned());
    parts.push("status", request.status().to_string());
    target(request.target, parts);
    {
        let (ip, port) = turn::split_port(&request.client);
        parts.push("ip", ip.to_owned());
        if let Some(port) = port {
            parts.push("port", port.to_string());
        }
    }
    for (part, value) in [
        ("verb", request.verb),
        ("latency", request.latency),
        ("agent", request.agent),
        ("id", request.audit_id),
    ] {
        if !value.is_empty() {
            parts.push(part, value);
        }
    }
}

fn target<'a>(target: Cow<'a, str>, parts: &mut Parts<'a>) {
    match target {
        Cow::Borrowed(target) => web::push_target(parts, target),
        // With quotes in it.
        Cow::Owned(target) => {
            let mut read = Parts::default();
            web::push_target(&mut read, &target);
            for (name, value) in read.iter() {
                parts.push(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A duration as Go writes it, in nanoseconds: `1m2.5s`, `293.046µs`.
pub(super) fn duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 7] = [
        ("ns", 1.0),
        ("µs", 1e3),
        ("μs", 1e3),
        ("us", 1e3),
        ("ms", 1e6),
        ("h", 3.6e12),
        ("m", 6e10),
    ];
    let mut rest = text;
    let mut nanos = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let unit = UNITS.iter().find(|(unit, _)| rest.starts_with(unit));
        let (unit, factor) = unit
            .copied()
            .or_else(|| rest.starts_with('s').then_some(("s", 1e9)))?;
        nanos += value * factor;
        rest = &rest[unit.len()..];
    }
    // Beyond this a duration is no number of nanoseconds.
    (nanos > 0.0 && nanos < 9e18).then_some(nanos.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::{Line, Request, duration};

    #[test]
    fn durations_of_go() {
        for (text, nanos) in [
            ("293.046µs", Some(293_046)),
            ("1.926865ms", Some(1_926_865)),
            ("1m2.5s", Some(62_500_000_000)),
            ("2h", Some(7_200_000_000_000)),
            ("5ns", Some(5)),
            ("", None),
            ("x", None),
            ("1", None),
            ("..s", None),
        ] {
            assert_eq!(duration(text), nanos, "{text}");
        }
    }

    #[test]
    fn heads() {
        let line =
            Line::read("I0124 21:42:49.760800       1 httplog.go:132] \"HTTP\" verb=\"GET\"")
                .expect("a line");
        assert_eq!(
            (line.file, line.number, line.pid, line.text),
            ("httplog.go", "132", "1", "\"HTTP\" verb=\"GET\"")
        );
        for text in [
            "",
            "I",
            "I0124 21:42:49.760800",
            "I0124 21:42:49.760800       1 httplog.go:132",
            "I0124 21:42:49.760800       x httplog.go:132] y",
            "I0124 21:42:49.760800       1 a b.go:132] y",
            "D0124 21:42:49.760800       1 httplog.go:132] y",
            "I0124 21:42:49.76080ä       1 httplog.go:132] y",
        ] {
            assert!(Line::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_a_client_chooses_makes_up_nothing() {
        let quoted = Request::of_pairs(r#"verb="GET" URI="/pods?x=\" srcIP=\"192.0.2.9:1\" resp=200" userAgent="a\" resp=200 srcIP=\"192.0.2.9:1" srcIP="192.0.2.7:9" resp=401"#)
            .expect("a request");
        assert_eq!(
            (quoted.client.as_ref(), quoted.status()),
            ("192.0.2.7:9", 401)
        );
        let old =
            Request::of_sentence("GET /pods: (1.2ms) 401 [[x] 192.0.2.9:1] 200 [y] 192.0.2.7:9]")
                .expect("a request");
        assert_eq!((old.client.as_ref(), old.status()), ("192.0.2.7:9", 401));
    }
}
