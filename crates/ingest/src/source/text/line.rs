//! One file being read, line by line.

use std::borrow::Cow;
use std::rc::Rc;

use gatewatch_event::Timestamp;
use jiff::tz::TimeZone;

use super::head::text_of;
use crate::format::json::{Index, LazyJson};
use crate::format::syslog::{Assumed, Header, LastHeader, Plain, Stamp, YearClock};
use crate::format::text::Columns;
use crate::source::Claims;
use crate::source::linux_auth::{Attempt, AuthEvent, AuthKinds, Told};
use crate::source::mapping::{Confidence, Record, Source, SourceKinds};
use crate::{Consumer, Counts, Place, Placed, Problem, ProblemKind};

pub(super) struct Lines<'r> {
    pub(super) consumer: &'r mut dyn Consumer,
    pub(super) place: Place,
    /// How many bytes of the file bytes of a record take there.
    pub(super) width: fn(&[u8]) -> u64,
    pub(super) zone: &'r TimeZone,
    pub(super) zone_assumed: bool,
    pub(super) clock: YearClock,
    pub(super) last_header: LastHeader,
    /// The time of the plain line before, with its year. None where another line was dated since.
    pub(super) dated: Option<Dated>,
    /// The time of the last message about authentication.
    pub(super) last_time: Option<(Stamp, Option<Timestamp>)>,
    pub(super) counts: Counts,
    /// The source that most lines are of.
    pub(super) main: Option<&'static dyn Source>,
    pub(super) auth: AuthKinds,
    pub(super) kinds: SourceKinds,
    pub(super) claims: Claims,
    /// The source whose last record had a time of its own that left nothing open.
    pub(super) settled: Option<&'static str>,
    pub(super) columns: Rc<Columns>,
    pub(super) index: Index,
    /// Pairs of sources of which it was said that both claim a line.
    pub(super) told: Vec<(&'static str, &'static str)>,
}

/// A time that has its year, and the point in time, once somebody asked for it.
#[derive(Clone, Copy)]
pub(super) struct Dated {
    stamp: Stamp,
    time: Option<Option<Timestamp>>,
}

impl Lines<'_> {
    /// Lines that were read as one but are events of their own.
    pub(super) fn group(&mut self, bytes: &[u8]) {
        let text = text_of(bytes);
        let start = self.place.offset;
        let mut offset = start;
        // The text may be longer than the bytes that it stands for, where they are no UTF-8, but has the same lines.
        let (mut from, mut text_from) = (0, 0);
        loop {
            let raw = first_line(&bytes[from..]);
            let line = match &text {
                Cow::Borrowed(text) => &text[from..from + raw.len()],
                Cow::Owned(text) => {
                    let length = first_line(&text.as_bytes()[text_from..]).len();
                    let line = &text[text_from..text_from + length];
                    text_from += length + 1;
                    line
                }
            };
            self.place.offset = offset;
            offset += (self.width)(raw) + (self.width)(b"\n");
            let line = line.strip_suffix('\r').unwrap_or(line);
            // A crash leaves zeros in front of the next line.
            let line = match line.as_bytes().first() {
                Some(0) => line.trim_start_matches('\0'),
                _ => line,
            };
            if !line.trim_ascii_start().is_empty() {
                self.counts.records += 1;
                self.text(line, None, &text);
            }
            from += raw.len() + 1;
            if from > bytes.len() {
                break;
            }
        }
        self.place.offset = start;
    }

    /// One record; its text, if that is known to be such.
    pub(super) fn record(&mut self, bytes: &[u8], text: Option<&str>) {
        // A crash leaves blocks of NUL in the file; the next line follows at once.
        let start = bytes
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(bytes.len());
        if start == bytes.len() {
            self.counts.records += 1;
            return self.unreadable("NUL bytes and nothing else");
        }
        let bytes = &bytes[start..];
        let text = text.map(|text| &text[start..]);
        let to_text = || text.map_or_else(|| text_of(bytes), Cow::Borrowed);
        let mut plain = Plain::find_after(bytes, &mut self.last_header);
        if !self.last_header.has_same_time() {
            self.dated = None;
        }
        match &mut plain {
            Some(plain) => {
                self.date_plain(plain);
                let (program, message) = (plain.program(bytes), plain.message(bytes));
                if let Some(told) = self.auth.tell(program, message, self.consumer) {
                    self.counts.records += 1;
                    if told.is_wanted {
                        self.sentence(&to_text(), *plain, told);
                    }
                    return;
                }
            }
            None if bytes[0] == b'#' && self.directive(bytes) => return,
            None => {}
        }
        self.counts.records += 1;
        let text = to_text();
        self.text(&text, plain, &text);
    }

    /// A sentence of sshd: nobody else has those.
    fn sentence(&mut self, text: &str, plain: Plain, told: Told) {
        let zone = self.zone;
        let time = match &mut self.dated {
            Some(dated) => *dated.time.get_or_insert_with(|| dated.stamp.at(zone)),
            None => plain.stamp.at(zone),
        };
        if let Some(kind) = told.attempt
            && let Some(attempt) = Attempt::read(text, plain, time, zone)
        {
            if let Some(kind) = kind {
                let event = Placed::new(&attempt, &self.place);
                self.consumer.event(kind, &event);
            }
            return;
        }
        self.deliver_auth(time, || plain.header(text));
    }

    /// Gives a plain line's time its year: that of the line before where the time is the same.
    fn date_plain(&mut self, plain: &mut Plain) {
        if let Some(dated) = &self.dated {
            plain.stamp = dated.stamp;
            return;
        }
        self.date(&mut plain.stamp);
        self.dated = Some(Dated {
            stamp: plain.stamp,
            time: None,
        });
    }

    /// Is this line one that names columns, or tells of them?
    fn directive(&mut self, bytes: &[u8]) -> bool {
        Rc::make_mut(&mut self.columns).directive(&text_of(bytes))
    }

    fn text(&mut self, text: &str, plain: Option<Plain>, group: &str) {
        let header = match &plain {
            Some(plain) => Some(plain.header(text)),
            None => Header::parse_any(text).map(|mut header| {
                if let Some(stamp) = &mut header.stamp {
                    self.date(stamp);
                }
                header
            }),
        };
        let mut record = match header {
            Some(header) => Record::headed(text, header, self.zone),
            None => Record::line(text, self.zone),
        };
        record.group = group;
        let Some(json) = json_part(record.message()) else {
            return self.route(&mut record);
        };
        let mut index = std::mem::take(&mut self.index);
        record.json = index.build(json).ok().map(|()| LazyJson::new(json, &index));
        self.route(&mut record);
        self.index = index;
    }

    /// Gives a record to the source that it is of.
    fn route(&mut self, record: &mut Record<'_>) {
        if self.columns.is_known() {
            let columns = Rc::clone(&self.columns);
            self.claim(&mut Record {
                columns: Some(&columns),
                ..*record
            });
        } else {
            self.claim(record);
        }
    }

    /// The same for a record that knows its columns.
    fn claim(&mut self, record: &mut Record<'_>) {
        let main = self.main.map(Source::name);
        let claim = self.claims.claim(record).filter(|claim| {
            claim.confidence > Confidence::Possible || main == Some(claim.source.name())
        });
        if let Some(claim) = claim {
            if let Some(rival) = claim.rival {
                self.tie(claim.source.name(), rival.name());
            }
            let name = claim.source.name();
            let asked = self.kinds.ask(claim, record, false, self.consumer);
            // The time of a record that nobody wants is read only if the times around it may depend on it.
            if asked.is_wanted() || self.settled != Some(name) {
                if let Some(mut stamp) = claim.source.stamp(record) {
                    let zoned = stamp.offset.is_some() || !self.zone_assumed;
                    self.settled = (zoned && stamp.year.is_some()).then_some(name);
                    self.date(&mut stamp);
                    record.stamp = Some(stamp);
                }
                asked.deliver(record, None, &self.place, self.consumer);
            }
        } else if record.has_header {
            let time = self.time(record.header.stamp);
            self.deliver_auth(time, || record.header);
        } else {
            self.unreadable("no syslog header, and no line of a log that gatewatch knows");
        }
    }

    /// Hands a message about authentication on.
    fn deliver_auth<'a>(&mut self, time: Option<Timestamp>, header: impl FnOnce() -> Header<'a>)
    where
        Self: 'a,
    {
        let event = AuthEvent::at(header, time, self.zone);
        self.auth.deliver(&event, &self.place, self.consumer);
    }

    /// The point in time: mostly that of the event before, which is not worked out anew.
    fn time(&mut self, stamp: Option<Stamp>) -> Option<Timestamp> {
        let stamp = stamp?;
        match self.last_time {
            Some((last, time)) if last == stamp => time,
            _ => {
                let time = stamp.at(self.zone);
                self.last_time = Some((stamp, time));
                time
            }
        }
    }

    /// Says once that two sources claim the same lines.
    fn tie(&mut self, taken: &'static str, rival: &'static str) {
        if self.told.contains(&(taken, rival)) {
            return;
        }
        self.told.push((taken, rival));
        self.problem(
            ProblemKind::Assumption,
            format!("lines that read as {taken} and as {rival}: taken as {taken}"),
        );
    }

    /// Gives a time its year, and states what had to be assumed.
    fn date(&mut self, stamp: &mut Stamp) {
        self.dated = None;
        let zoneless = stamp.offset.is_none();
        if let Some(assumed) = self.clock.assign(stamp) {
            let reason = match assumed {
                Assumed::First { year, source } => {
                    format!(
                        "times without a year: the first is taken to be of {year}, {source}; --year sets it"
                    )
                }
                Assumed::LeapDay { year, taken } => {
                    format!(
                        "29 February of {year}, which has none: taken to be of {taken}; --year sets the first year"
                    )
                }
            };
            self.problem(ProblemKind::Assumption, reason);
        }
        if zoneless && std::mem::take(&mut self.zone_assumed) {
            let zone = self.zone.iana_name().unwrap_or("the given offset");
            let reason = format!("times without a zone: taken to be {zone}; --timezone sets it");
            self.problem(ProblemKind::Assumption, reason);
        }
    }

    pub(super) fn unreadable(&mut self, reason: &str) {
        self.counts.unreadable += 1;
        self.problem(ProblemKind::Record, reason.to_owned());
    }

    pub(super) fn problem(&mut self, kind: ProblemKind, reason: String) {
        self.consumer.problem(Problem {
            place: self.place.clone(),
            kind,
            reason,
        });
    }
}

/// A text up to the end of its first line.
fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text);
    &text[..end.unwrap_or(text.len())]
}

/// The JSON object that a message is, perhaps behind the mark that rsyslog and others put before one.
pub(super) fn json_part(message: &str) -> Option<&str> {
    let message = message
        .strip_prefix("@cee:")
        .unwrap_or(message)
        .trim_ascii();
    (message.starts_with('{') && message.ends_with('}')).then_some(message)
}
