//! What a simulation gives.

use std::fmt;

use gatewatch_event::Document;
use gatewatch_rules::NotRun;

/// Events that belong together, ordered by time.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSet {
    /// Which set it is, counted from 0; the near misses of a set have its number.
    pub number: u64,
    /// What was broken; `None` for a set that fires the rule.
    pub broken: Option<Broken>,
    /// The events, as ECS documents with `@timestamp`.
    pub events: Vec<Document>,
    /// The indicators that the events hold, for a rule of type threat_match; without them it finds nothing.
    pub indicators: Vec<Document>,
}

/// What makes a near miss miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What kind of need it is.
    pub kind: BrokenKind,
    /// The need: the text of the predicate, with `not` before it where it had to be false, or words for what is no
    /// predicate.
    pub need: String,
    /// The event that was changed, counted from 0 in the set it comes from.
    pub event: usize,
}

/// The kinds of need that a near miss breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BrokenKind {
    /// A predicate over one event gives the other answer.
    Predicate,
    /// The last event has another join key.
    Join,
    /// The last event comes too late.
    Maxspan,
    /// Two events come in the wrong order.
    Order,
    /// An event of `until` comes before the last.
    Until,
    /// An event comes that must be missing.
    Missing,
    /// One event too few.
    Count,
    /// One distinct value too few.
    Cardinality,
    /// The event holds no indicator.
    Indicator,
}

impl BrokenKind {
    /// The word for it in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Predicate => "predicate",
            Self::Join => "join",
            Self::Maxspan => "maxspan",
            Self::Order => "order",
            Self::Until => "until",
            Self::Missing => "missing",
            Self::Count => "count",
            Self::Cardinality => "cardinality",
            Self::Indicator => "indicator",
        }
    }
}

impl fmt::Display for BrokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why no events can be made for a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The rule is not run, so that nothing could show that the events fire it. The spans of problems lie in the query's
    /// text.
    NotRun(NotRun),
    /// No event meets its condition, whatever is in it.
    Never,
    /// It asks for more events than are made.
    TooMany {
        /// How many it asks for.
        asked: u64,
        /// How many are made at most.
        most: u64,
    },
    /// No events were found that fire it: it may contradict itself, or ask for more than is looked for.
    NotFound {
        /// How often it was tried.
        tries: u32,
        /// Where the last try ended.
        last: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRun(reason) => reason.fmt(f),
            Self::Never => f.write_str("its query is never true: it contradicts itself"),
            Self::TooMany { asked, most } => {
                write!(
                    f,
                    "it asks for {asked} events, more than the {most} that are made"
                )
            }
            Self::NotFound { tries, last } => {
                write!(
                    f,
                    "no events that fire it were found in {tries} tries: {last}"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}
