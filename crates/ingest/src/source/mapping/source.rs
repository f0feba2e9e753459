//! What a source says of itself.

use gatewatch_event::Timestamp;

use super::entry::Entry;
use super::kind::Kind;
use super::opening::{Opening, Part};
use super::parts::Parts;
use super::record::Record;
use super::view::View;
use crate::format::syslog::{Framing, Stamp};

/// How sure a source is that a record is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It may be, if the records around it are.
    Possible,
    /// It looks like one. Another source may be surer.
    Likely,
    /// Nobody else writes such records.
    Certain,
}

/// How a time is shown: usually as Elasticsearch's `date` processor writes it, in milliseconds and UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeForm {
    /// The zone, in seconds east of Greenwich.
    pub east: i32,
    /// Nanoseconds below the millisecond, to be shown as microseconds.
    pub rest: Option<i32>,
}

impl TimeForm {
    /// Milliseconds, in the zone that the record names or else the log's.
    pub fn zoned(view: &View<'_>, at: Timestamp) -> Self {
        Self {
            east: view.east_at(at),
            ..Self::default()
        }
    }

    /// The text of a time in this form.
    pub(super) fn text(self, time: Timestamp) -> String {
        match self.rest {
            None => time.to_iso_at(3, self.east),
            Some(rest) => {
                let nanos = time.nanos().saturating_add(rest.into());
                Timestamp::from_nanos(nanos).to_iso_at(6, self.east)
            }
        }
    }
}

/// What a source says of a record at first sight.
#[derive(Clone, Copy)]
pub struct Recognised {
    /// How sure it is that the record is its own.
    pub confidence: Confidence,
    /// The kind of the record, where finding that out needed no more.
    pub kind: Option<&'static Kind>,
}

impl Recognised {
    /// A record of this kind.
    pub fn of(confidence: Confidence, kind: &'static Kind) -> Self {
        Self {
            confidence,
            kind: Some(kind),
        }
    }
}

/// A log source. All of it is data and cheap functions; the state of reading is kept elsewhere.
pub trait Source: Sync {
    /// The name of the source's folder.
    fn name(&self) -> &'static str;

    /// What it is, for people: `Cisco ASA and FTD`.
    fn title(&self) -> &'static str;

    /// `event.dataset` and `data_stream.dataset`, as Elastic's integration has it: `cisco_asa.log`.
    fn dataset(&self) -> &'static str;

    /// Other datasets, which kinds have instead of [`dataset`](Self::dataset): [`Kind`]s that fix `event.dataset` and
    /// `data_stream.dataset`.
    fn more_datasets(&self) -> &'static [&'static str] {
        &[]
    }

    /// The indices in which a rule would look for these events: the integration's data stream, and that of the Filebeat module.
    /// None of them where they follow from the dataset of the event.
    fn indices(&self) -> &'static [&'static str];

    /// The names of syslog programs whose messages are all of this source, whatever they say.
    fn programs(&self) -> &'static [&'static str] {
        &[]
    }

    /// Is this record of this source? Asked for nearly every line of every log: it must reject by the first bytes. It must
    /// not find its marks inside text that a stranger may have written.
    fn detect(&self, record: &Record<'_>) -> Option<Confidence>;

    /// The same, together with the kind of a record that is likely to be of this source: for sources that would take most records
    /// apart once for each of the two.
    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        let confidence = self.detect(record)?;
        Some(Recognised {
            confidence,
            kind: None,
        })
    }

    /// May a line of this source begin so? [`detect`](Self::detect) is asked only where one of a line's parts may; a line without a
    /// header has one part, one with a header the other three. JSON objects are not told apart by this.
    fn may_open(&self, _part: Part, _opening: Opening) -> bool {
        true
    }

    /// Keys of which at least one stands in each JSON object of this source, not inside of others: [`detect`](Self::detect) is asked
    /// only about objects that have one. `None` when there are no such keys.
    fn object_keys(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Are all records of this source lines of text? It is then not asked about JSON objects.
    fn lines_only(&self) -> bool {
        false
    }

    /// Texts of which at least one stands in each record of this source as it stands in the log, without quotes and backslashes: a JSON
    /// line without any of them holds none of this source's records. Empty when there are no such texts; records inside other
    /// JSON are then not found.
    fn marks(&self) -> &'static [&'static str];

    /// How the lines of a file of this source become records.
    fn framing(&self) -> Framing {
        Framing::Indented
    }

    /// The record's own time, where it is not in a syslog header or must be preferred to the header's. It may lack the year.
    fn stamp(&self, _record: &Record<'_>) -> Option<Stamp> {
        None
    }

    /// How a document shows the time in a field of this record. Elasticsearch keeps the text of a date, and some of Elastic's
    /// pipelines leave it in the zone of the log, or with more digits.
    fn time_form(&self, _path: &str, _view: &View<'_>, _at: Timestamp) -> TimeForm {
        TimeForm::default()
    }

    /// Fields of all kinds. A kind's own entry for the same field goes before.
    fn fields(&self) -> &'static [Entry];

    /// Which kind of event this is, from as little of the record as possible: most records go no further.
    fn kind(&self, record: &Record<'_>) -> &'static Kind;

    /// Fields whose values, where they are made of a part, stand in what [`shows`](Self::shows) gives as they are: a value is a piece
    /// of one of the texts, or several with spaces between them. Of kinds of which there are many, records are then passed over that show
    /// nothing of what rules look for.
    fn shown(&self) -> &'static [&'static str] {
        &[]
    }

    /// Does `holds` say so of one of the texts that the values of the [`shown`](Self::shown) fields are pieces of? In doubt it does.
    fn shows(&self, record: &Record<'_>, holds: &mut dyn FnMut(&str) -> bool) -> bool {
        holds(record.raw)
    }

    /// Takes the record apart, for the entries that name its parts. A part that a JSON record lacks is looked for
    /// in the record, so that JSON sources need not take anything apart.
    fn take_apart<'a>(&self, _record: &Record<'a>, _parts: &mut Parts<'a>) {}
}
