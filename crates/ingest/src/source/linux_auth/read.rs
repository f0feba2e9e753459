//! Reads a syslog file.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::event::AuthEvent;
use super::kinds::AuthKinds;
use crate::format::syslog::{
    Assumed, Frames, Header, Plain, Stamp, YearBasis, YearClock, YearSpan,
};
use crate::{Consumer, Counts, Place, Placed, Problem, ProblemKind};

/// How to read a syslog file.
#[derive(Clone, Debug)]
pub struct SyslogOptions {
    /// The zone of times that have none.
    pub zone: TimeZone,
    /// The zone was not given but assumed; then it is stated.
    pub zone_assumed: bool,
    /// What the year of times that have none is taken from.
    pub year: YearBasis,
    /// What a first pass over the file found. A file that fits into one block needs none: the reader looks itself.
    pub span: Option<YearSpan>,
}

impl Default for SyslogOptions {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            zone_assumed: true,
            year: YearBasis::Unknown,
            span: None,
        }
    }
}

/// Reads a stream of syslog lines from its start to its end, in order. Each line that can be read is an event or, when the
/// consumer does not want its kind, is counted; each that cannot is a problem.
///
/// ```
/// use gatewatch_ingest::source::linux_auth::{SyslogOptions, read_syslog};
/// # use gatewatch_event::{Event, Field, Known};
/// # use gatewatch_ingest::{Consumer, Placed, Problem};
/// # #[derive(Default)]
/// # struct Users(Vec<String>);
/// # impl Consumer for Users {
/// #     fn kind(&mut self, _: &dyn Known) -> Option<u32> { Some(0) }
/// #     fn event(&mut self, _: u32, event: &Placed<'_>) {
/// #         self.0.extend(event.first(Field::new("user.name")).map(|user| user.text().into_owned()));
/// #     }
/// #     fn problem(&mut self, _: Problem) {}
/// # }
/// let log = "Feb 21 21:54:44 web sshd[34]: Accepted password for joe from 192.0.2.7 port 9 ssh2\n";
/// let mut users = Users::default();
/// let counts = read_syslog(log.as_bytes(), "auth.log".into(), &SyslogOptions::default(), &mut users);
/// assert_eq!((counts.records, users.0), (1, vec!["joe".to_owned()]));
/// ```
pub fn read_syslog(
    reader: impl Read,
    path: Arc<str>,
    options: &SyslogOptions,
    consumer: &mut dyn Consumer,
) -> Counts {
    let mut frames = Frames::new(reader);
    let mut span = options.span.clone();
    // An error shows again when the first record is asked for.
    if span.is_none()
        && let Ok((bytes, true)) = frames.peek()
    {
        let mut found = YearSpan::default();
        found.lines(bytes);
        span = Some(found);
    }
    let mut lines = Lines {
        consumer,
        place: Place {
            path,
            offset: 0,
            record_id: None,
        },
        zone: &options.zone,
        zone_assumed: options.zone_assumed,
        clock: YearClock::new(options.year, options.zone.clone(), span),
        kinds: AuthKinds::default(),
        counts: Counts::default(),
    };
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) => {
                lines.place.offset = frame.offset;
                lines.counts.records += 1;
                if frame.cut {
                    lines.unreadable("longer than any syslog line");
                } else {
                    lines.record(frame.bytes);
                }
            }
            Ok(None) => break,
            Err(error) => {
                lines.place.offset = frames.bytes_read();
                lines.problem(ProblemKind::File, format!("cannot be read on: {error}"));
                break;
            }
        }
    }
    let mut counts = lines.counts;
    counts.bytes = frames.bytes_read();
    counts
}

/// Reads any bytes as a syslog file and throws away what it finds: for fuzzing. It must not panic.
pub fn check_bytes(bytes: &[u8]) {
    struct Nobody;
    impl Consumer for Nobody {
        fn kind(&mut self, _: &dyn gatewatch_event::Known) -> Option<u32> {
            Some(0)
        }
        fn event(&mut self, _: u32, event: &Placed<'_>) {
            let _ = gatewatch_event::Event::document(event);
        }
        fn problem(&mut self, _: Problem) {}
    }
    let options = SyslogOptions {
        year: YearBasis::Given(2024),
        ..SyslogOptions::default()
    };
    let counts = read_syslog(bytes, Arc::from("fuzz"), &options, &mut Nobody);
    assert!(counts.unreadable <= counts.records);
    assert_eq!(counts.bytes, bytes.len() as u64);
    // The same as a message, whichever program wrote it.
    let text = String::from_utf8_lossy(bytes);
    for program in [
        "sshd", "dropbear", "sudo", "useradd", "userdel", "usermod", "groupadd", "groupdel",
        "groupmod", "gpasswd", "su",
    ] {
        let header = Header {
            program: Some(program),
            message: &text,
            ..Header::default()
        };
        let _ = gatewatch_event::Event::document(&AuthEvent::new(header, &options.zone));
    }
}

struct Lines<'r> {
    consumer: &'r mut dyn Consumer,
    place: Place,
    zone: &'r TimeZone,
    zone_assumed: bool,
    clock: YearClock,
    kinds: AuthKinds,
    counts: Counts,
}

impl Lines<'_> {
    fn record(&mut self, bytes: &[u8]) {
        // A crash leaves blocks of NUL in the file; the next line follows at once.
        let start = bytes
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(bytes.len());
        if start == bytes.len() {
            return self.unreadable("NUL bytes and nothing else");
        }
        let bytes = &bytes[start..];
        let mut plain = Plain::find(bytes);
        if let Some(plain) = &mut plain {
            self.date(&mut plain.stamp);
            if self
                .kinds
                .is_unwanted(plain.program(bytes), plain.message(bytes), self.consumer)
            {
                return;
            }
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned()),
        };
        let header = match &plain {
            Some(plain) => plain.header(&text),
            None => {
                let Some(mut header) = Header::parse_any(&text) else {
                    return self.unreadable("no syslog header");
                };
                if let Some(stamp) = &mut header.stamp {
                    self.date(stamp);
                }
                header
            }
        };
        let event = AuthEvent::new(header, self.zone);
        self.kinds.deliver(&event, &self.place, self.consumer);
    }

    /// Gives a time its year, and states what had to be assumed.
    fn date(&mut self, stamp: &mut Stamp) {
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

    fn unreadable(&mut self, reason: &str) {
        self.counts.unreadable += 1;
        self.problem(ProblemKind::Record, reason.to_owned());
    }

    fn problem(&mut self, kind: ProblemKind, reason: String) {
        self.consumer.problem(Problem {
            place: self.place.clone(),
            kind,
            reason,
        });
    }
}
