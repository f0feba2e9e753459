//! What a reader calls with the events it finds.

use std::cell::OnceCell;
use std::fmt;
use std::sync::{Arc, LazyLock};

use gatewatch_event::{Document, Event, Field, INDEX_FIELD, Known, Timestamp, Value};
use serde_json::Value as Json;

use crate::format::json::Traces;
use crate::format::text::TextTraces;
use crate::source::index;

/// Where a record lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named or found; a member of an archive is `ARCHIVE!MEMBER`.
    pub path: Arc<str>,
    /// Byte offset of the record in the file, or in the unpacked stream of a compressed one.
    pub offset: u64,
    /// The number in the log's own counting (EVTX `EventRecordID`), where there is one.
    pub record_id: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record_id {
            Some(id) => write!(f, "{}: record {id}", self.path),
            None => write!(f, "{}: offset {}", self.path, self.offset),
        }
    }
}

/// What kind of trouble a reader met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A record that could not be read: it counts as unreadable.
    Record,
    /// Damage around records that were read all the same: a wrong checksum, a stale header, trailing bytes.
    Damage,
    /// A file, or the rest of one, that could not be read.
    File,
    /// A file that is no log that gatewatch knows.
    NotALog,
    /// An assumption that had to be made: no time zone, no year.
    Assumption,
}

/// Trouble at a place: reported, never fatal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What kind.
    pub kind: ProblemKind,
    /// What is wrong, in one line.
    pub reason: String,
}

/// What there is to say of an event that is not read as a whole.
pub struct Peek<'p> {
    /// May the event matter, as far as the [traces](Consumer::traces) of its kind tell?
    pub shows_traces: bool,
    is_sure: &'p dyn Fn() -> bool,
}

impl<'p> Peek<'p> {
    /// `is_sure` says whether the event had the answer to all that was asked of it so far.
    pub fn new(shows_traces: bool, is_sure: &'p dyn Fn() -> bool) -> Self {
        Self {
            shows_traces,
            is_sure,
        }
    }

    /// Had the event the answer to all that was asked of it so far? If not, nothing follows from the answers.
    pub fn is_sure(&self) -> bool {
        (self.is_sure)()
    }
}

/// What came of a peek at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peeked {
    /// It does not matter.
    Unwanted,
    /// All that matters of it was taken.
    Taken,
    /// It must be handed out.
    Wanted,
}

/// Takes what a reader finds. One consumer serves one thread.
pub trait Consumer {
    /// Asked once for each kind of event and unit of reading: the number under which events of the kind are wanted, or
    /// `None` when none of them can matter; the reader then only counts them.
    fn kind(&mut self, known: &dyn Known) -> Option<u32>;

    /// Asked of some events before they are handed out, where a few fields can be read at less cost than a whole record: may
    /// the event matter? If not, it is not handed out. The answer must follow from the event's kind and fields alone.
    fn may_matter(&mut self, _kind: u32, _event: &Placed<'_>) -> bool {
        true
    }

    /// The same where it is known whether the event shows the [traces](Consumer::traces) of its kind, if it has any. Of some
    /// events a consumer needs no more than a few fields: it may take them now.
    fn peek(&mut self, kind: u32, event: &Placed<'_>, peek: &Peek<'_>) -> Peeked {
        if peek.shows_traces && (self.may_matter(kind, event) || !peek.is_sure()) {
            Peeked::Wanted
        } else {
            Peeked::Unwanted
        }
    }

    /// An event of a kind that is wanted.
    fn event(&mut self, kind: u32, event: &Placed<'_>);

    /// Trouble.
    fn problem(&mut self, problem: Problem);

    /// Texts of which at least one must stand verbatim in the raw bytes of any record that can matter, provided the
    /// record holds the named fields as they are (see [`Needles`]); `None` when there is no such set.
    fn needles(&self) -> Option<&Needles> {
        None
    }

    /// Texts of which at least one stands in the `event.code` of every event that can matter, case-sensitive; `None` when
    /// nothing of the kind can be said. Records in which none stands need not be taken apart.
    fn codes(&self) -> Option<&[String]> {
        None
    }

    /// What the raw text of an ECS document of this kind shows if it can matter for more than what a
    /// [peek](Consumer::peek) takes; `None` when nothing of the kind can be said. Asked for kinds of which there are many. [`TracesByKind`](crate::TracesByKind) remembers the answers.
    fn traces(&mut self, _kind: u32) -> Option<Arc<Traces>> {
        None
    }

    /// Does a [peek](Consumer::peek) take something of every event of this kind, whatever its raw text shows?
    fn takes_all(&mut self, _kind: u32) -> bool {
        false
    }

    /// The same as [`traces`](Consumer::traces) for records whose fields are parts of their text, of which there are no peeks.
    fn text_traces(&mut self, _kind: u32) -> Option<Arc<TextTraces>> {
        None
    }
}

/// A literal prefilter: a JSON line in which none of these occurs cannot matter.
///
/// Valid only for records whose fields are written verbatim in the line (documents that are ECS already).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needles {
    /// The texts, case-sensitive, without characters that JSON may escape in more than one way other than `\u....`.
    pub texts: Vec<String>,
}

/// What one reader counted: `read` is the number of records met, readable or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bytes read, after unpacking.
    pub bytes: u64,
    /// Records met, the unreadable ones included.
    pub records: u64,
    /// Records that could not be read.
    pub unreadable: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.records += other.records;
        self.unreadable += other.unreadable;
    }
}

/// The fields that a place adds to documents, in the order in which [`Placed`] gives them.
pub(crate) const ADDED_FIELDS: [&str; 5] = [
    "log.file.path",
    "log.offset",
    HOST_ID,
    INPUT_PATH,
    INPUT_OFFSET,
];

/// An event and its place. Beside what the event says itself it answers:
///
/// - `gatewatch.input.path` and `gatewatch.input.offset`: the place, always;
/// - `log.file.path` and `log.offset`: the same, where the event brings none of its own;
/// - [`INDEX_FIELD`]: the indices that Elastic's tools might put it into, see `source::index`;
/// - `host.id`: the host's name, where the log holds no machine id. Elastic's agents add the id, raw logs have none, and
///   rules join on it.
pub struct Placed<'a> {
    event: &'a dyn Event,
    place: &'a Place,
}

const INPUT_PATH: &str = "gatewatch.input.path";
const INPUT_OFFSET: &str = "gatewatch.input.offset";
const HOST_ID: &str = "host.id";
/// What stands for a missing `host.id`, the first that is there.
const HOST_NAMES: [&str; 3] = ["host.name", "host.hostname", "winlog.computer_name"];

/// The fields that a place adds.
struct Added {
    input_path: Field,
    input_offset: Field,
    file_path: Field,
    offset: Field,
    host_id: Field,
    host_names: [Field; HOST_NAMES.len()],
    index: Field,
}

static ADDED: LazyLock<Added> = LazyLock::new(|| Added {
    input_path: Field::new(INPUT_PATH),
    input_offset: Field::new(INPUT_OFFSET),
    file_path: Field::new("log.file.path"),
    offset: Field::new("log.offset"),
    host_id: Field::new(HOST_ID),
    host_names: HOST_NAMES.map(Field::new),
    index: Field::new(INDEX_FIELD),
});

impl<'a> Placed<'a> {
    /// Puts an event at its place.
    pub fn new(event: &'a dyn Event, place: &'a Place) -> Self {
        Self { event, place }
    }

    /// The place.
    pub fn place(&self) -> &Place {
        self.place
    }

    /// Visits what stands for a missing `host.id`: rules join on it, so it is not copied.
    fn visit_host(&self, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        for name in ADDED.host_names {
            let mut seen = false;
            self.event.visit(name, &mut |value| {
                seen = true;
                visit(value);
                false
            });
            if seen {
                return;
            }
        }
    }

    /// What is answered for a field that the event itself does not have.
    fn added(&self, field: Field) -> Option<Value<'_>> {
        let added = &*ADDED;
        if field == added.input_path || field == added.file_path {
            Some(Value::from(self.place.path.as_ref()))
        } else if field == added.input_offset || field == added.offset {
            i64::try_from(self.place.offset).ok().map(Value::Long)
        } else if field == added.host_id {
            let mut names = added.host_names.iter();
            names.find_map(|name| self.event.first(*name))
        } else {
            None
        }
    }
}

impl Event for Placed<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        if field == ADDED.index {
            for name in &index::of_event(self.event) {
                if !visit(name.borrowed()) {
                    break;
                }
            }
            return;
        }
        let mut seen = false;
        self.event.visit(field, &mut |value| {
            seen = true;
            visit(value)
        });
        if seen {
            return;
        }
        if field == ADDED.host_id {
            return self.visit_host(visit);
        }
        if let Some(value) = self.added(field) {
            visit(value);
        }
    }

    fn visit_all(&self, visit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        let mut more = true;
        self.event.visit_all(&mut |name, value| {
            more = visit(name, value);
            more
        });
        for name in ADDED_FIELDS {
            if more
                && let Some(value) = self.added(Field::new(name))
                && !self.event.has(Field::new(name))
            {
                more = visit(name, value);
            }
        }
    }

    fn has(&self, field: Field) -> bool {
        self.added(field).is_some() || self.event.has(field)
    }

    fn document(&self) -> Document {
        let mut document = self.event.document();
        for name in ["log.file.path", "log.offset", HOST_ID] {
            if document.get(name).is_none()
                && let Some(value) = self.added(Field::new(name))
            {
                document.set(name, value.to_json());
            }
        }
        document.set(INPUT_PATH, Json::from(self.place.path.as_ref()));
        document.set(INPUT_OFFSET, Json::from(self.place.offset));
        document
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        let added = ADDED_FIELDS.map(|name| {
            let value = self.added(Field::new(name));
            (name, value.map(|value| value.to_json()))
        });
        if !self.event.write_with(&added, out) {
            serde_json::to_writer(out, self.document().as_map()).unwrap_or_default();
        }
    }

    fn timestamp(&self) -> Option<Timestamp> {
        self.event.timestamp()
    }
}

/// What is known of a kind of events once they are [`Placed`]: nothing of the fields that a place may add, and the indices.
pub struct PlacedKind<'a> {
    known: &'a dyn Known,
    index: OnceCell<Option<Vec<Value<'static>>>>,
}

impl<'a> PlacedKind<'a> {
    /// Puts a kind at its place.
    pub fn new(known: &'a dyn Known) -> Self {
        Self {
            known,
            index: OnceCell::new(),
        }
    }
}

impl Known for PlacedKind<'_> {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        match field.name() {
            name if ADDED_FIELDS.contains(&name) => None,
            INDEX_FIELD => self
                .index
                .get_or_init(|| index::of_kind(self.known))
                .as_deref(),
            _ => self.known.known(field),
        }
    }

    fn identity(&self) -> Option<&str> {
        self.known.identity()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gatewatch_event::{Event as _, Field, JsonEvent, Value};
    use serde_json::json;

    use super::{Place, Placed};

    #[test]
    fn a_place_adds_what_the_event_lacks_and_no_more() {
        let place = Place {
            path: Arc::from("a.log"),
            offset: 7,
            record_id: None,
        };
        let bare = JsonEvent::new(json!({"host": {"name": "gw-lab"}}));
        let placed = Placed::new(&bare, &place);
        for field in [
            "log.file.path",
            "log.offset",
            "host.id",
            "gatewatch.input.path",
            "gatewatch.input.offset",
        ] {
            let seen = placed.first(Field::new(field)).map(|value| value.to_json());
            assert_eq!(seen.as_ref(), placed.document().get(field), "{field}");
            assert!(seen.is_some(), "{field}");
        }
        let own = JsonEvent::new(
            json!({"host": {"id": "m1", "name": "gw-lab"}, "log.file.path": "/var/log/x"}),
        );
        let placed = Placed::new(&own, &place);
        assert_eq!(placed.first(Field::new("host.id")), Some(Value::from("m1")));
        assert_eq!(
            placed.first(Field::new("log.file.path")),
            Some(Value::from("/var/log/x"))
        );
        assert_eq!(
            placed.document().get("log.file.path"),
            Some(&json!("/var/log/x"))
        );
    }
}
