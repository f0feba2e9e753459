//! The columns of a line: those that the file names, and else those of the forms that IIS writes unless told otherwise.

use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::Columns;
use crate::source::mapping::{Parts, Record, web};

/// What is logged by default; before IIS 7.5 without the referrer.
const DEFAULT: [&str; 15] = [
    "date",
    "time",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
    "cs(Referer)",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "time-taken",
];
const WITHOUT_REFERRER: [&str; 14] = [
    "date",
    "time",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "time-taken",
];
/// All columns there are.
const ALL: [&str; 22] = [
    "date",
    "time",
    "s-sitename",
    "s-computername",
    "s-ip",
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs-version",
    "cs(User-Agent)",
    "cs(Cookie)",
    "cs(Referer)",
    "cs-host",
    "sc-status",
    "sc-substatus",
    "sc-win32-status",
    "sc-bytes",
    "cs-bytes",
    "time-taken",
];

/// What HTTP.sys logs.
const HTTP_SYS: [&str; 13] = [
    "date",
    "time",
    "c-ip",
    "c-port",
    "s-ip",
    "s-port",
    "cs-version",
    "cs-method",
    "cs-uri",
    "sc-status",
    "s-siteid",
    "s-reason",
    "s-queuename",
];

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log {
    /// A web site's.
    Access,
    /// That of the kernel's part, HTTP.sys.
    Error,
}

/// Which log has these columns, if it is one of IIS.
pub(super) fn log_of(columns: &Columns) -> Option<Log> {
    if columns.is_table() {
        None
    } else if columns.has("cs-uri-stem") {
        Some(Log::Access)
    } else if columns.has("s-reason") && columns.has("cs-uri") {
        Some(Log::Error)
    } else {
        None
    }
}

/// The columns of a line whose file names none: the forms differ in their number, and each has its method where it should.
fn usual(line: &str) -> Option<(&'static [&'static str], Log)> {
    let bytes = line.as_bytes();
    let is_dated = bytes.first()?.is_ascii_digit()
        && (bytes.get(4), bytes.get(10), bytes.get(19)) == (Some(&b'-'), Some(&b' '), Some(&b' '));
    if !is_dated {
        return None;
    }
    let (columns, log): (&'static [&'static str], Log) =
        match memchr::memchr_iter(b' ', bytes).count() {
            12 => (&HTTP_SYS, Log::Error),
            13 => (&WITHOUT_REFERRER, Log::Access),
            14 => (&DEFAULT, Log::Access),
            21 => (&ALL, Log::Access),
            _ => return None,
        };
    let cell = |name: &str| {
        let at = columns.iter().position(|column| *column == name)?;
        line.split(' ').nth(at)
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match log {
        Log::Access => {
            is_method(cell("cs-method")?)
                && cell("cs-uri-stem")?.starts_with('/')
                && is_number(cell("s-port")?)
                && is_number(cell("sc-status")?)
        }
        Log::Error => {
            let version = cell("cs-version")?;
            is_number(cell("c-port")?)
                && is_number(cell("s-port")?)
                && (version == "-" || version.starts_with("HTTP/"))
        }
    };
    fits.then_some((columns, log))
}

fn is_method(text: &str) -> bool {
    (3..=20).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
}

/// Is this a line of IIS? True and the log where its columns are named, false and the log where they are guessed.
pub(super) fn recognise(record: &Record<'_>) -> Option<(bool, Log)> {
    if let Some(columns) = record.columns
        && let Some(log) = log_of(columns)
    {
        return record
            .raw
            .starts_with(|first: char| first.is_ascii_digit())
            .then_some((true, log));
    }
    usual(record.raw).map(|(_, log)| (false, log))
}

/// Is this the line that names the columns?
pub(super) fn is_header(raw: &str) -> bool {
    raw.starts_with("#Fields: ") && {
        let mut columns = Columns::default();
        columns.directive(raw) && log_of(&columns).is_some()
    }
}

/// Calls `emit` with each column of a line that says something.
fn cells<'a>(record: &Record<'a>, emit: &mut dyn FnMut(&str, &'a str)) {
    match record.columns.filter(|columns| log_of(columns).is_some()) {
        Some(columns) => {
            for (name, cell) in columns.cells(record.raw) {
                emit(name, cell);
            }
        }
        None => {
            for (name, cell) in usual(record.raw)
                .map_or(&[][..], |(columns, _)| columns)
                .iter()
                .zip(record.raw.split(' '))
                .filter(|(_, cell)| *cell != "-")
            {
                emit(name, cell);
            }
        }
    }
}

/// What decides the kind of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) status: u16,
    pub(super) sub_status: u32,
    pub(super) win32_status: u32,
    pub(super) has_user: bool,
}

impl<'a> Request<'a> {
    pub(super) fn of(record: &Record<'a>) -> Self {
        let mut request = Self::default();
        cells(record, &mut |name, cell| match name {
            "cs-method" => request.method = cell,
            "cs-uri-stem" => request.path = cell,
            "cs-uri-query" => request.query = cell,
            "sc-status" => request.status = cell.parse().unwrap_or(0),
            "sc-substatus" => request.sub_status = cell.parse().unwrap_or(0),
            "sc-win32-status" => request.win32_status = cell.parse().unwrap_or(0),
            // Between Exchange's servers; nobody in particular.
            "cs-username" => request.has_user = !cell.eq_ignore_ascii_case("anonymous"),
            _ => {}
        });
        request
    }
}

/// The time of a line, which is always in UTC.
pub(super) fn stamp(record: &Record<'_>) -> Option<Stamp> {
    let in_utc = |stamp| Stamp {
        offset: Some(0),
        ..stamp
    };
    // The two stand at the start of nearly every file.
    let is_usual = record
        .columns
        .is_none_or(|columns| columns.names().take(2).eq(["date", "time"]));
    if is_usual {
        return iso_stamp(record.raw).map(in_utc);
    }
    let (mut date, mut time) = (None, None);
    cells(record, &mut |name, cell| match name {
        "date" => date = Some(cell),
        "time" => time = Some(cell),
        _ => {}
    });
    iso_stamp(&format!("{} {}", date?, time?)).map(in_utc)
}

/// A text in which `+` stands for a space.
fn unplussed(text: &str) -> String {
    web::decoded(&text.replace('+', " ")).into_owned()
}

/// Parts are named as the columns are.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    cells(record, &mut |name, cell| {
        let name: &'static str = match name {
            "s-ip" => "s-ip",
            "s-port" => "s-port",
            "s-sitename" => "s-sitename",
            "s-computername" => "s-computername",
            "c-ip" => "c-ip",
            "c-port" => "c-port",
            "cs-method" => "cs-method",
            "cs-username" => "cs-username",
            "cs-host" => "cs-host",
            "cs-bytes" => "cs-bytes",
            "sc-status" => "sc-status",
            "sc-substatus" => "sc-substatus",
            "sc-win32-status" => "sc-win32-status",
            "sc-bytes" => "sc-bytes",
            "time-taken" => "time-taken",
            "cs(Referer)" => "referrer",
            "cs(Cookie)" => "cookie",
            "s-siteid" => "s-siteid",
            "s-reason" => "s-reason",
            "s-queuename" => "s-queuename",
            // A proxy's list of clients: the word of whoever sent it.
            "X-Forwarded-For" | "cs(X-Forwarded-For)" | "x-forwarded-for" => "forwarded",
            "cs-version" => {
                parts.push_some("version", cell.strip_prefix("HTTP/"));
                return;
            }
            "cs(User-Agent)" => {
                parts.push("agent", unplussed(cell));
                return;
            }
            "cs-uri-stem" => {
                parts.push("url.original", cell);
                web::push_path(parts, cell);
                return;
            }
            "cs-uri-query" => {
                parts.push("url.query", unplussed(cell));
                return;
            }
            "cs-uri" => {
                web::push_target(parts, cell);
                return;
            }
            _ => return,
        };
        parts.push(name, cell);
    });
}
