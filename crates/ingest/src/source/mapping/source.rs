//! What a source says of itself.

use super::entry::Entry;
use super::kind::Kind;
use super::parts::Parts;
use super::record::Record;
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

    /// Fields of all kinds. A kind's own entry for the same field goes before.
    fn fields(&self) -> &'static [Entry];

    /// Which kind of event this is, from as little of the record as possible: most records go no further.
    fn kind(&self, record: &Record<'_>) -> &'static Kind;

    /// Takes the record apart, for the entries that name its parts. A part that a JSON record lacks is looked for
    /// in the record, so that JSON sources need not take anything apart.
    fn take_apart<'a>(&self, _record: &Record<'a>, _parts: &mut Parts<'a>) {}
}
