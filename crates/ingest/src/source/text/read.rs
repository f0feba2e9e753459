//! Reads a file of text lines.

use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::gather::Gather;
use super::head::{Start, start};
use super::line::Lines;
use crate::format::json::Index;
use crate::format::syslog::{Frames, Framing, Header, LastHeader, YearBasis, YearClock, YearSpan};
use crate::format::text::Columns;
use crate::source::linux_auth::{AuthEvent, AuthKinds};
use crate::source::mapping::{Parts, Record, SourceKinds};
use crate::source::{Claims, SOURCES, mapping};
use crate::{Consumer, Counts, Place, Placed, Problem, ProblemKind};

/// How to read a file of text lines.
#[derive(Clone, Debug)]
pub struct TextOptions {
    /// The zone of times that have none.
    pub zone: TimeZone,
    /// The zone was not given but assumed; then it is stated.
    pub zone_assumed: bool,
    /// What the year of times that have none is taken from.
    pub year: YearBasis,
    /// What a first pass over the file found. A file that fits into one block needs none: the reader looks itself.
    pub span: Option<YearSpan>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            zone_assumed: true,
            year: YearBasis::Unknown,
            span: None,
        }
    }
}

/// Reads a stream of text lines, in UTF-8 or UTF-16, from its start to its end, in order. Each line that can be read is an event or, when the
/// consumer does not want its kind, is counted; each that cannot is a problem.
///
/// ```
/// use gatewatch_ingest::source::{TextOptions, read_text};
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
/// let counts = read_text(log.as_bytes(), "auth.log".into(), &TextOptions::default(), &mut users);
/// assert_eq!((counts.records, users.0), (1, vec!["joe".to_owned()]));
/// ```
pub fn read_text(
    reader: impl Read,
    path: Arc<str>,
    options: &TextOptions,
    consumer: &mut dyn Consumer,
) -> Counts {
    let mut frames = Frames::new(reader);
    let mut span = options.span.clone();
    let (bytes, is_all) = frames.peek();
    let Start { main, framing } = start(bytes);
    if span.is_none() && is_all {
        let mut found = YearSpan::default();
        found.lines(bytes);
        span = Some(found);
    }
    frames.set_framing(framing);
    let mut gather = match framing {
        Framing::Gathered(pieces) => Some(Gather::new(pieces.piece)),
        _ => None,
    };
    let grouped = matches!(framing, Framing::Grouped(_));
    let mut lines = Lines {
        consumer,
        place: Place {
            path,
            offset: 0,
            record_id: None,
        },
        width: frames.width(),
        zone: &options.zone,
        zone_assumed: options.zone_assumed,
        clock: YearClock::new(options.year, options.zone.clone(), span),
        last_header: LastHeader::default(),
        last_time: None,
        counts: Counts::default(),
        main,
        auth: AuthKinds::default(),
        kinds: SourceKinds::default(),
        claims: Claims::default(),
        settled: None,
        columns: Rc::new(Columns::default()),
        index: Index::new(),
        told: Vec::new(),
    };
    loop {
        match frames.next_frame() {
            Ok(Some(frame)) => {
                lines.place.offset = frame.offset;
                if frame.cut {
                    lines.counts.records += 1;
                    lines.unreadable("longer than any line of a log");
                } else if grouped {
                    lines.group(frame.bytes);
                } else if let Some(gather) = &mut gather {
                    gather.take(frame.bytes, frame.offset, &mut |bytes, offset| {
                        lines.place.offset = offset;
                        lines.record(bytes);
                    });
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
    if let Some(gather) = gather {
        gather.finish(&mut |bytes, offset| {
            lines.place.offset = offset;
            lines.record(bytes);
        });
    }
    for (offset, reason) in frames.flaws().told() {
        lines.place.offset = offset;
        lines.problem(ProblemKind::Damage, reason);
    }
    let mut counts = lines.counts;
    counts.bytes = frames.bytes_read();
    counts
}

/// Reads any bytes as a file of text lines, and as a record of every source, and throws away what it finds: for fuzzing. It must not panic.
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
    let options = TextOptions {
        year: YearBasis::Given(2024),
        ..TextOptions::default()
    };
    let counts = read_text(bytes, Arc::from("fuzz"), &options, &mut Nobody);
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
    for source in SOURCES {
        let headed = Header {
            message: &text,
            ..Header::default()
        };
        for record in [
            Record::line(&text, &options.zone),
            Record::headed(&text, headed, &options.zone),
        ] {
            let _ = (source.detect(&record), source.stamp(&record));
            source.take_apart(&record, &mut Parts::default());
            let event = mapping::SourceEvent::new(*source, source.kind(&record), &record);
            let _ = gatewatch_event::Event::document(&event);
        }
    }
}
