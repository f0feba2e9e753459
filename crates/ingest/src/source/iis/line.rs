//! The columns of a line: those that the file names, and else those of the sets that are usual.

use crate::format::syslog::{Stamp, iso_stamp};
use crate::format::text::Columns;
use crate::source::mapping::{Parts, Record, turn, web};

/// What is logged by default; before IIS 7.5 without the referrer. Of the columns that can be added, Elastic's pipeline knows the
/// sets below, each with a proxy's client behind it or without.
const DEFAULT: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus \
    sc-win32-status time-taken";
const WITHOUT_REFERRER: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus \
    sc-win32-status time-taken";
const WITH_COOKIE: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) sc-status \
    sc-substatus sc-win32-status time-taken";
const WITH_BYTES: &str = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) sc-status \
    sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
const WITH_COMPUTER: &str = "date time s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) \
    sc-status sc-substatus sc-win32-status time-taken";
const OF_SITE: &str = "date time s-sitename cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs(Referer) cs-host \
    sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
const OF_SITE_AND_ADDRESS: &str = "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) \
    cs(Cookie) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";
/// All columns there are.
const ALL: &str = "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) \
    cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken";

/// What the FTP service logs by default.
const FTP: &str = "date time c-ip cs-username s-ip s-port cs-method cs-uri-stem sc-status sc-win32-status sc-substatus x-session x-fullpath";

/// What HTTP.sys logs; since Windows Server 2016 with the stream, since 2022 with the transport, and in 2003 without the queue.
const HTTP_SYS: &str = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason s-queuename";
const HTTP_SYS_OF_STREAM: &str = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename";
const HTTP_SYS_OF_TRANSPORT: &str = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid streamid_ex sc-status s-siteid s-reason s-queuename transport";
const HTTP_SYS_OLD: &str =
    "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid s-reason";

/// Columns of the longest form, and one for a proxy's client.
const MOST_COLUMNS: usize = 23;

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

/// A form of lines whose file names no columns.
struct Form {
    columns: &'static str,
    count: usize,
    kind: FormKind,
    /// Where the columns stand that decide the kind, in the order of [`Request`]'s fields.
    request: [usize; 7],
    /// Where those stand that tell the form: ports, addresses, the version and the time.
    ports: [usize; 2],
    addresses: [usize; 2],
    version: usize,
    taken: usize,
}

/// What tells lines of a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FormKind {
    Access,
    Ftp,
    HttpSys,
}

impl Form {
    const fn new(columns: &'static str, kind: FormKind) -> Self {
        Self {
            columns,
            count: place(columns, "").0,
            kind,
            request: [
                place(columns, "cs-method").1,
                place(columns, "cs-uri-stem").1,
                place(columns, "cs-uri-query").1,
                place(columns, "sc-status").1,
                place(columns, "sc-substatus").1,
                place(columns, "sc-win32-status").1,
                place(columns, "cs-username").1,
            ],
            ports: [place(columns, "s-port").1, place(columns, "c-port").1],
            addresses: [place(columns, "s-ip").1, place(columns, "c-ip").1],
            version: place(columns, "cs-version").1,
            taken: place(columns, "time-taken").1,
        }
    }

    fn log(&self) -> Log {
        match self.kind {
            FormKind::HttpSys => Log::Error,
            _ => Log::Access,
        }
    }

    /// Has a line of so many cells this form, perhaps with a proxy's client behind?
    fn may_have(&self, count: usize) -> bool {
        let is_longer = self.kind == FormKind::Access && count == self.count + 1;
        count == self.count || is_longer
    }
}

/// Where a column stands that a form does not have.
const NOWHERE: usize = usize::MAX;

/// The number of columns, and where one of them stands.
const fn place(columns: &str, name: &str) -> (usize, usize) {
    let (columns, name) = (columns.as_bytes(), name.as_bytes());
    let (mut at, mut number, mut found) = (0, 0, NOWHERE);
    while at < columns.len() {
        let start = at;
        let mut is_same = true;
        while at < columns.len() && columns[at] != b' ' {
            is_same = is_same && at - start < name.len() && columns[at] == name[at - start];
            at += 1;
        }
        if is_same && at - start == name.len() {
            found = number;
        }
        number += 1;
        at += 1;
    }
    (number, found)
}

/// The forms: of those with as many columns the first that fits counts.
static FORMS: [Form; 13] = [
    Form::new(DEFAULT, FormKind::Access),
    Form::new(ALL, FormKind::Access),
    Form::new(WITHOUT_REFERRER, FormKind::Access),
    Form::new(OF_SITE, FormKind::Access),
    Form::new(OF_SITE_AND_ADDRESS, FormKind::Access),
    Form::new(WITH_COOKIE, FormKind::Access),
    Form::new(WITH_COMPUTER, FormKind::Access),
    Form::new(WITH_BYTES, FormKind::Access),
    Form::new(HTTP_SYS, FormKind::HttpSys),
    Form::new(HTTP_SYS_OF_STREAM, FormKind::HttpSys),
    Form::new(HTTP_SYS_OF_TRANSPORT, FormKind::HttpSys),
    Form::new(HTTP_SYS_OLD, FormKind::HttpSys),
    Form::new(FTP, FormKind::Ftp),
];

/// A line whose file names no columns, cut into its cells.
struct Usual<'a> {
    form: &'static Form,
    line: &'a str,
    /// Where each cell begins, and where one behind the last would.
    starts: [usize; MOST_COLUMNS + 1],
    count: usize,
}

impl<'a> Usual<'a> {
    /// Each form has its method where it should.
    fn of(line: &'a str) -> Option<Self> {
        let bytes = line.as_bytes();
        let is_dated = bytes.first()?.is_ascii_digit()
            && (bytes.get(4), bytes.get(10), bytes.get(19))
                == (Some(&b'-'), Some(&b' '), Some(&b' '));
        if !is_dated {
            return None;
        }
        let mut starts = [0; MOST_COLUMNS + 1];
        let mut count = 1;
        each_space(bytes, |at| {
            *starts.get_mut(count)? = at + 1;
            count += 1;
            Some(())
        })?;
        *starts.get_mut(count)? = bytes.len() + 1;
        let forms = FORMS.iter().filter(|form| form.may_have(count));
        forms
            .map(|form| Self {
                form,
                line,
                starts,
                count,
            })
            .find(|usual| usual.fits().is_some_and(|fits| fits))
    }

    /// Is this the form of the line?
    fn fits(&self) -> Option<bool> {
        let form = self.form;
        let cell = |place| self.cell(place);
        let [method, path, _, status, ..] = form.request;
        Some(match form.kind {
            FormKind::Access => {
                is_method(cell(method)?)
                    && cell(path)?.starts_with('/')
                    && is_number(cell(form.ports[0])?)
                    && is_number(cell(status)?)
                    && is_number(cell(form.taken)?)
                    && self.forwarded().is_none_or(|client| {
                        let first = client.split(',').next().unwrap_or_default();
                        first == "-" || turn::address(first).is_some()
                    })
            }
            FormKind::HttpSys => {
                let version = cell(form.version)?;
                let status = cell(status)?;
                is_number(cell(form.ports[0])?)
                    && is_number(cell(form.ports[1])?)
                    && (version == "-" || version.starts_with("HTTP/"))
                    && (status == "-" || is_number(status))
            }
            FormKind::Ftp => {
                let is_command = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
                is_number(cell(form.ports[0])?)
                    && is_command(cell(method)?)
                    && turn::address(cell(form.addresses[0])?).is_some()
                    && turn::address(cell(form.addresses[1])?).is_some()
            }
        })
    }

    /// The client that a proxy names, which stands behind all columns.
    fn forwarded(&self) -> Option<&'a str> {
        let is_there = self.count > self.form.count;
        self.cell(self.form.count).filter(|_| is_there)
    }

    /// The cell at this place.
    fn cell(&self, place: usize) -> Option<&'a str> {
        let start = *self.starts.get(place)?;
        let end = self.starts.get(place + 1)?.checked_sub(1)?;
        self.line.get(start..end)
    }

    /// Each column with its cell.
    fn cells(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let names = self.form.columns.split(' ').enumerate();
        let named = names.filter_map(|(place, name)| Some((name, self.cell(place)?)));
        named.chain(self.forwarded().map(|client| ("X-Forwarded-For", client)))
    }

    /// What decides the kind.
    fn request(&self) -> Request<'a> {
        let [method, path, query, status, sub_status, win32_status, user] = self.form.request;
        let said = |place| self.cell(place).filter(|cell| *cell != "-");
        let text = |place| said(place).unwrap_or_default();
        Request {
            method: text(method),
            path: text(path),
            query: text(query),
            status: text(status).parse().unwrap_or(0),
            sub_status: text(sub_status).parse().unwrap_or(0),
            win32_status: text(win32_status).parse().unwrap_or(0),
            has_user: said(user).is_some_and(is_somebody),
        }
    }
}

/// Calls `found` with where each space stands, until it gives `None`. Cells are short, so that a search for each would take longer: eight
/// bytes are looked at at once.
fn each_space(bytes: &[u8], mut found: impl FnMut(usize) -> Option<()>) -> Option<()> {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    let words = bytes.chunks_exact(8);
    let rest = words.remainder();
    for (number, word) in words.enumerate() {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        // Zero where a space stands; then the highest bit of each byte that is zero.
        let other = word ^ u64::from_le_bytes([b' '; 8]);
        let mut spaces = !(((other & LOW) + LOW) | other | LOW);
        while spaces != 0 {
            found(number * 8 + spaces.trailing_zeros() as usize / 8)?;
            spaces &= spaces - 1;
        }
    }
    let start = bytes.len() - rest.len();
    for (at, byte) in rest.iter().enumerate() {
        if *byte == b' ' {
            found(start + at)?;
        }
    }
    Some(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_method(text: &str) -> bool {
    (3..=20).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
}

/// What a line of IIS says, at first sight.
pub(super) struct Seen<'a> {
    /// Did the file name the columns? Else they are guessed.
    pub(super) is_named: bool,
    pub(super) log: Log,
    pub(super) request: Request<'a>,
}

/// Is this a line of IIS?
pub(super) fn see<'a>(record: &Record<'a>) -> Option<Seen<'a>> {
    if let Some(columns) = record.columns
        && let Some(log) = log_of(columns)
    {
        return record
            .raw
            .starts_with(|first: char| first.is_ascii_digit())
            .then(|| Seen {
                is_named: true,
                log,
                request: Request::of(record.raw, columns),
            });
    }
    Usual::of(record.raw).map(|usual| Seen {
        is_named: false,
        log: usual.form.log(),
        request: usual.request(),
    })
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
            let usual = Usual::of(record.raw);
            let cells = usual.iter().flat_map(Usual::cells);
            for (name, cell) in cells.filter(|(_, cell)| *cell != "-") {
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

/// Between Exchange's servers it is nobody in particular.
fn is_somebody(name: &str) -> bool {
    !name.eq_ignore_ascii_case("anonymous")
}

impl<'a> Request<'a> {
    fn of(line: &'a str, columns: &Columns) -> Self {
        let mut request = Self::default();
        for (name, cell) in columns.cells(line) {
            match name {
                "cs-method" => request.method = cell,
                "cs-uri-stem" => request.path = cell,
                "cs-uri-query" => request.query = cell,
                "sc-status" => request.status = cell.parse().unwrap_or(0),
                "sc-substatus" => request.sub_status = cell.parse().unwrap_or(0),
                "sc-win32-status" => request.win32_status = cell.parse().unwrap_or(0),
                "cs-username" => request.has_user = is_somebody(cell),
                _ => {}
            }
        }
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
            "x-session" => "session",
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
