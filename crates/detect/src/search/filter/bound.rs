//! A bound filter over one document.

use std::collections::HashSet;

use gatewatch_event::{Cidr, Event, FieldType, Value};
use gatewatch_query::Condition;
use gatewatch_query::mapping::{MappedEvent, MappedField};
use serde_json::Value as Json;

use super::parse::plain;
use super::text::{wildcard, words};
use super::{PatternKind, Words};
use crate::search::error::SearchError;

/// A filter that documents can be put to.
#[derive(Debug)]
pub(in crate::search) enum Bound<'m> {
    All(bool),
    Bool {
        must: Vec<Bound<'m>>,
        should: Vec<Bound<'m>>,
        must_not: Vec<Bound<'m>>,
        minimum: usize,
    },
    /// The id, or the index, is one of these.
    Id(HashSet<String>),
    Index(HashSet<String>),
    /// Any of these fields has a value.
    Exists(Vec<&'m MappedField>),
    /// Any value of the field passes.
    Any(&'m MappedField, Test),
    /// Answered by the condition of an equal EQL query.
    Condition(Box<Condition>),
}

/// What one value of a field must be.
#[derive(Debug)]
pub(in crate::search) enum Test {
    Texts {
        texts: Vec<String>,
        any_case: bool,
    },
    Text(Span<String>),
    Number(Vec<Span<Decimal>>),
    Dates(Vec<Span<i64>>),
    Flags(Vec<bool>),
    Blocks(Vec<Cidr>),
    Addresses(Span<u128>),
    /// The text, or any word of analysed text, fits.
    Pattern {
        pattern: String,
        kind: PatternKind,
        any_case: bool,
    },
    /// Analysed text has these words.
    Words {
        wanted: Vec<String>,
        how: Words,
    },
}

/// Values between two ends, each of which may be open or part of it.
#[derive(Clone, Debug)]
pub(in crate::search) struct Span<T> {
    pub(super) lower: Option<(T, bool)>,
    pub(super) upper: Option<(T, bool)>,
}

impl<T: PartialOrd> Span<T> {
    fn holds(&self, value: &T) -> bool {
        let above = self
            .lower
            .as_ref()
            .is_none_or(|(lower, inclusive)| value > lower || (*inclusive && value == lower));
        let below = self
            .upper
            .as_ref()
            .is_none_or(|(upper, inclusive)| value < upper || (*inclusive && value == upper));
        above && below
    }
}

impl<T: Clone> Span<T> {
    pub(super) fn exactly(value: T) -> Self {
        Self {
            lower: Some((value.clone(), true)),
            upper: Some((value, true)),
        }
    }
}

/// A number that compares by value: whole numbers exactly.
#[derive(Clone, Copy, Debug)]
pub(in crate::search) enum Decimal {
    Whole(i128),
    Fraction(f64),
}

impl Decimal {
    #[expect(
        clippy::cast_precision_loss,
        reason = "compared with a fraction, the nearest double is meant"
    )]
    fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Fraction(number) => number,
        }
    }

    fn of_value(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Long(number) => Some(Self::Whole((*number).into())),
            Value::Unsigned(number) => Some(Self::Whole((*number).into())),
            Value::Double(number) => Some(Self::Fraction(*number)),
            _ => None,
        }
    }

    pub(super) fn of_json(json: &Json) -> Option<Self> {
        let text = plain(json);
        let text = text.trim();
        if let Ok(number) = text.parse::<i128>() {
            return Some(Self::Whole(number));
        }
        let number: f64 = text.parse().ok()?;
        number.is_finite().then_some(Self::Fraction(number))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other)
            .is_some_and(std::cmp::Ordering::is_eq)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => left.partial_cmp(right),
            (left, right) => left.as_f64().partial_cmp(&right.as_f64()),
        }
    }
}

/// An address as a number, IPv4 as the IPv6 address that stands for it.
pub(super) fn address_number(address: std::net::IpAddr) -> u128 {
    match address {
        std::net::IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        std::net::IpAddr::V6(address) => address.to_bits(),
    }
}

impl Bound<'_> {
    /// Does a document meet the filter?
    pub(in crate::search) fn matches(
        &self,
        id: &str,
        index: &str,
        event: &MappedEvent<'_>,
    ) -> Result<bool, SearchError> {
        Ok(match self {
            Self::All(answer) => *answer,
            Self::Bool {
                must,
                should,
                must_not,
                minimum,
            } => {
                for filter in must {
                    if !filter.matches(id, index, event)? {
                        return Ok(false);
                    }
                }
                for filter in must_not {
                    if filter.matches(id, index, event)? {
                        return Ok(false);
                    }
                }
                let mut met = 0;
                for filter in should {
                    if met >= *minimum {
                        break;
                    }
                    met += usize::from(filter.matches(id, index, event)?);
                }
                met >= *minimum
            }
            Self::Id(ids) => ids.contains(id),
            Self::Index(indices) => indices.contains(index),
            Self::Exists(fields) => fields
                .iter()
                .any(|field| !event.show_field(field, None).is_empty()),
            Self::Any(field, test) => {
                let mut passed = false;
                let analysed = field.field_type() == FieldType::Text;
                event.visit_field(field, &mut |value| {
                    passed = test.passes(&value, analysed);
                    !passed
                });
                passed
            }
            Self::Condition(condition) => condition.matches(event as &dyn Event)?,
        })
    }
}

impl Test {
    fn passes(&self, value: &Value<'_>, analysed: bool) -> bool {
        match self {
            Self::Number(spans) => Decimal::of_value(value)
                .is_some_and(|number| spans.iter().any(|span| span.holds(&number))),
            Self::Dates(spans) => match value {
                Value::Date(time) => spans.iter().any(|span| span.holds(&time.nanos())),
                _ => false,
            },
            Self::Flags(flags) => matches!(value, Value::Bool(flag) if flags.contains(flag)),
            Self::Blocks(blocks) => match value {
                Value::Ip(address) => blocks.iter().any(|block| block.contains(*address)),
                _ => false,
            },
            Self::Addresses(span) => match value {
                Value::Ip(address) => span.holds(&address_number(*address)),
                _ => false,
            },
            Self::Words { wanted, how } => has_words(&words(&value.text()), wanted, *how),
            Self::Texts { .. } | Self::Text(_) | Self::Pattern { .. } if analysed => {
                words(&value.text()).iter().any(|word| self.fits(word))
            }
            Self::Texts { .. } | Self::Text(_) | Self::Pattern { .. } => self.fits(&value.text()),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Texts {
                texts,
                any_case: false,
            } => texts.iter().any(|wanted| wanted == text),
            Self::Texts {
                texts,
                any_case: true,
            } => {
                let text = text.to_lowercase();
                texts.iter().any(|wanted| wanted.to_lowercase() == text)
            }
            Self::Text(span) => span.holds(&text.to_owned()),
            Self::Pattern {
                pattern,
                kind,
                any_case,
            } => {
                let lowered = any_case.then(|| text.to_lowercase());
                let text = lowered.as_deref().unwrap_or(text);
                match kind {
                    PatternKind::Prefix => text.starts_with(pattern.as_str()),
                    _ => wildcard(pattern, text),
                }
            }
            _ => false,
        }
    }
}

fn has_words(text: &[String], wanted: &[String], how: Words) -> bool {
    match how {
        Words::Any => wanted.iter().any(|word| text.contains(word)),
        Words::All => wanted.iter().all(|word| text.contains(word)),
        Words::Phrase { prefix } => text.windows(wanted.len()).any(|window| {
            let Some(((last_found, found), (last, before))) =
                window.split_last().zip(wanted.split_last())
            else {
                return false;
            };
            found == before
                && (last_found == last || (prefix && last_found.starts_with(last.as_str())))
        }),
    }
}
