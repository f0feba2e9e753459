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
        dated: None,
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
        let mut run = frames.run();
        while let Some((frame, text)) = run.next() {
            lines.place.offset = frame.offset;
            lines.record(frame.bytes, text);
        }
        let taken = run.taken();
        frames.pass(taken);
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
                        lines.record(bytes, None);
                    });
                } else {
                    lines.record(frame.bytes, None);
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
            lines.record(bytes, None);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gatewatch_event::{Event as _, Known, Timestamp};

    use super::{TextOptions, read_text};
    use crate::format::syslog::YearBasis;
    use crate::{Consumer, Placed, Problem};

    #[derive(Default)]
    struct Times(Vec<Option<Timestamp>>);

    impl Consumer for Times {
        fn kind(&mut self, _: &dyn Known) -> Option<u32> {
            Some(0)
        }
        fn event(&mut self, _: u32, event: &Placed<'_>) {
            self.0.push(event.timestamp());
        }
        fn problem(&mut self, _: Problem) {}
    }

    /// The years of lines that begin like this.
    fn years(starts: &[&str]) -> Vec<String> {
        let text: String = starts
            .iter()
            .map(|start| format!("{start} Failed password for a from 192.0.2.1 port 1 ssh2\n"))
            .collect();
        let options = TextOptions {
            year: YearBasis::Given(2020),
            ..TextOptions::default()
        };
        let unknown = TextOptions::default();
        let read = |options| {
            let mut times = Times::default();
            read_text(text.as_bytes(), Arc::from("x"), options, &mut times);
            let year = |time: &Option<Timestamp>| {
                time.map_or("-".into(), |at| at.to_string()[..4].to_owned())
            };
            times.0.iter().map(year).collect::<Vec<String>>().join(" ")
        };
        vec![read(&options), read(&unknown)]
    }

    #[test]
    fn a_time_that_comes_again_has_the_year_of_its_place() {
        let (december, january) = ("Dec 31 23:59:59 h sshd[1]:", "Jan  1 00:00:00 h sshd[1]:");
        assert_eq!(
            years(&[december, december, january, january, december]),
            ["2020 2020 2021 2021 2020", "1970 1970 1971 1971 1970"]
        );
        let dated = "2026-01-01T00:00:00Z h sshd[1]:";
        assert_eq!(
            years(&[december, dated, december, december]),
            ["2020 2026 2020 2020", "1970 2026 2025 2025"]
        );
        // A time as in the others, and no host behind it.
        let odd = "Jan  1 00:00:00 sshd[1]:";
        assert_eq!(
            years(&[december, odd, january, december, odd, december]),
            [
                "2020 2021 2021 2020 2021 2020",
                "1970 1971 1971 1970 1971 1970"
            ]
        );
    }
}
