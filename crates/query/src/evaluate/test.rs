//! What is asked of one value.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use gatewatch_event::{Cidr, CidrSet, FieldType, Timestamp, parse_ip};

use super::words::WordsTest;
use crate::checked::Comparison;
use crate::date::Instants;
use crate::date_math::{NoDate, instants};
use crate::patterns::TextMatcher;
use crate::value::Computed;
use crate::version::version_key;
use crate::{Constant, Number, RuntimeError, Schema, SchemaType};

/// A question about one value that is not null.
#[derive(Clone, Debug)]
pub(crate) enum ValueTest {
    /// The answer is no, whatever the value.
    Never,
    /// The answer is yes, whatever the value.
    Always,
    /// The constant cannot be compared with the field: asking fails.
    Fails(RuntimeError),
    /// About text.
    Text(TextMatcher),
    /// Text before or after another, by bytes.
    TextOrder(Comparison, Box<str>),
    /// A number before, at or after another.
    Number(Comparison, Number),
    /// A number among others, sorted.
    Numbers(Box<[Number]>),
    /// Whether true and false are wanted: the first is for false.
    Boolean([bool; 2]),
    /// A date in any of these ranges, both ends included, in nanoseconds.
    Dates(Box<[(i64, i64)]>),
    /// An address in any of the blocks.
    Ips(CidrSet),
    /// An address before or after another.
    IpOrder(Comparison, IpAddr),
    /// A version before, at or after another.
    Version(Comparison, Box<[u8]>),
    /// A version among others, sorted.
    Versions(Box<[Box<[u8]>]>),
    /// A value of any kind: the test for its kind.
    ByKind(Box<ByKind>),
    /// Any of these.
    AnyOf(Box<[Arc<ValueTest>]>),
    /// All of these.
    AllOf(Box<[ValueTest]>),
    /// About the words of a text.
    Words(Arc<WordsTest>),
    /// The result of a function against a constant.
    Computed(Comparison, Constant),
    /// The result of a function among constants.
    ComputedIn(Box<[Constant]>),
}

/// Tests for a field of which the type is only known value by value.
#[derive(Clone, Debug)]
pub(crate) struct ByKind {
    text: ValueTest,
    number: ValueTest,
    boolean: ValueTest,
    date: ValueTest,
    ip: ValueTest,
}

/// What a field is compared with.
pub(crate) struct Against<'a> {
    pub(crate) comparison: Comparison,
    /// One constant, or several of which any will do under `==`. Never null.
    pub(crate) constants: &'a [Constant],
    /// The field, for its date format.
    pub(crate) field: &'a str,
    pub(crate) schema: &'a dyn Schema,
}

impl Against<'_> {
    /// The test for values of this type.
    pub(crate) fn test(&self, field_type: SchemaType) -> ValueTest {
        match field_type {
            SchemaType::Declared(declared) => self.declared(declared),
            SchemaType::Dynamic => ValueTest::ByKind(Box::new(ByKind {
                text: self.loose_text(),
                number: self.numbers(),
                boolean: or_never(self.booleans()),
                date: or_never(self.dates(false)),
                ip: or_never(self.ips()),
            })),
        }
    }

    fn declared(&self, field_type: FieldType) -> ValueTest {
        match field_type {
            FieldType::Keyword
            | FieldType::ConstantKeyword
            | FieldType::Wildcard
            | FieldType::Text
            | FieldType::Flattened => self.texts(),
            FieldType::Long | FieldType::UnsignedLong | FieldType::Double => self.numbers(),
            FieldType::Boolean => self.booleans(),
            FieldType::Date => self.dates(true),
            FieldType::DateNanos => self.dates(false),
            FieldType::Ip => self.ips(),
            FieldType::Version => self.versions(),
            FieldType::Object | FieldType::Nested | FieldType::Unsupported => ValueTest::Never,
        }
    }

    /// The text forms of the constants: a number against a keyword compares with the text of the number.
    fn constant_texts(&self) -> Vec<Cow<'_, str>> {
        self.constants.iter().filter_map(Constant::text).collect()
    }

    fn texts(&self) -> ValueTest {
        let texts = self.constant_texts();
        match (self.comparison, texts.as_slice()) {
            (_, []) => ValueTest::Never,
            (Comparison::Equal, texts) => {
                ValueTest::Text(TextMatcher::equal(texts.iter().map(AsRef::as_ref), false))
            }
            (comparison, [text, ..]) => ValueTest::TextOrder(comparison, text.as_ref().into()),
        }
    }

    /// Text of a field that no mapping declares. Before or after a number, it is a number itself or nothing: sources
    /// write numbers as text more often than they mean their alphabetic order.
    fn loose_text(&self) -> ValueTest {
        match (self.comparison, self.constants) {
            (Comparison::Equal, _) | (_, [Constant::Text(_), ..]) => self.texts(),
            _ => self.numbers(),
        }
    }

    /// Constants that are no numbers equal none. Elasticsearch lets such a search fail; the check warns of them.
    fn numbers(&self) -> ValueTest {
        let mut numbers: Vec<Number> = self
            .constants
            .iter()
            .filter_map(|constant| Computed::of_constant(constant).to_number())
            .collect();
        match (self.comparison, numbers.as_slice()) {
            (_, []) => ValueTest::Never,
            (comparison, [number]) => ValueTest::Number(comparison, *number),
            _ => {
                numbers.sort_by(|a, b| a.compare(*b));
                ValueTest::Numbers(numbers.into())
            }
        }
    }

    fn booleans(&self) -> ValueTest {
        let mut wanted = [false; 2];
        for constant in self.constants {
            let flag = match constant {
                Constant::Boolean(flag) => *flag,
                Constant::Text(text) if **text == *"true" => true,
                Constant::Text(text) if **text == *"false" => false,
                other => return unusable(other, "boolean", "true or false"),
            };
            for value in [false, true] {
                wanted[usize::from(value)] |= self.comparison.holds(value.cmp(&flag));
            }
        }
        ValueTest::Boolean(wanted)
    }

    fn dates(&self, whole_milliseconds: bool) -> ValueTest {
        let mut ranges = Vec::with_capacity(self.constants.len());
        for constant in self.constants {
            let mut instants = match self.instants(constant) {
                Ok(instants) => instants,
                Err(test) => return test,
            };
            if whole_milliseconds {
                instants = instants.in_milliseconds();
            }
            ranges.push(match self.comparison {
                Comparison::Equal => (instants.first, instants.last),
                Comparison::Less => (i64::MIN, instants.first.saturating_sub(1)),
                Comparison::LessOrEqual => (i64::MIN, instants.last),
                Comparison::Greater => (instants.last.saturating_add(1), i64::MAX),
                Comparison::GreaterOrEqual => (instants.first, i64::MAX),
            });
        }
        ValueTest::Dates(ranges.into())
    }

    /// What a constant means as a date: one of the field's format, or date math.
    fn instants(&self, constant: &Constant) -> Result<Instants, ValueTest> {
        if let Some(instants) = Instants::of(constant, self.field, self.schema) {
            return Ok(instants);
        }
        let wanted = "a date such as 2024-03-01T10:00:00Z";
        let Constant::Text(text) = constant else {
            return Err(unusable(constant, "date", wanted));
        };
        instants(text, self.field, self.schema, self.schema.now()).map_err(|reason| match reason {
            NoDate::Malformed => unusable(constant, "date", wanted),
            NoDate::NeedsClock => ValueTest::Fails(RuntimeError::new(
                "query-needs-clock",
                format!("[{text}] depends on the time at which it is asked, which is not known"),
            )),
        })
    }

    fn ips(&self) -> ValueTest {
        let mut blocks = Vec::with_capacity(self.constants.len());
        for constant in self.constants {
            let Constant::Text(text) = constant else {
                return unusable(constant, "ip", "an address");
            };
            match (self.comparison, parse_ip(text), Cidr::parse(text)) {
                (Comparison::Equal, Some(address), _) => blocks.push(Cidr::single(address)),
                (Comparison::Equal, None, Some(block)) => blocks.push(block),
                (comparison, Some(address), _) => {
                    return ValueTest::IpOrder(comparison, address.to_canonical());
                }
                (_, None, _) => return unusable(constant, "ip", "an address"),
            }
        }
        ValueTest::Ips(blocks.into_iter().collect())
    }

    fn versions(&self) -> ValueTest {
        let mut keys: Vec<Box<[u8]>> = self
            .constant_texts()
            .iter()
            .map(|text| version_key(text).into())
            .collect();
        match keys.len() {
            0 => ValueTest::Never,
            1 => ValueTest::Version(self.comparison, keys.remove(0)),
            _ => {
                keys.sort_unstable();
                ValueTest::Versions(keys.into())
            }
        }
    }
}

fn unusable(constant: &Constant, type_name: &str, wanted: &str) -> ValueTest {
    let text = constant.text().unwrap_or(Cow::Borrowed("null"));
    ValueTest::Fails(RuntimeError::new(
        "query-unusable-constant",
        format!("a field of type {type_name} cannot be compared with [{text}]: it is not {wanted}"),
    ))
}

/// For a value of unknown type: what cannot be compared is not equal.
fn or_never(test: ValueTest) -> ValueTest {
    match test {
        ValueTest::Fails(_) => ValueTest::Never,
        test => test,
    }
}

impl ValueTest {
    /// The answer for a value; `None` when it is not known, as for a comparison of different kinds.
    pub(crate) fn answer(&self, value: &Computed<'_>) -> Result<Option<bool>, RuntimeError> {
        Ok(Some(match self {
            Self::Never => false,
            Self::Always => true,
            Self::Fails(error) => return Err(error.clone()),
            Self::Text(matcher) => with_text(value, |text| matcher.is_match(text)),
            Self::TextOrder(comparison, bound) => {
                with_text(value, |text| comparison.holds(text.cmp(bound)))
            }
            Self::Number(comparison, bound) => value
                .to_number()
                .is_some_and(|number| comparison.holds(number.compare(*bound))),
            Self::Numbers(numbers) => value.to_number().is_some_and(|number| {
                numbers
                    .binary_search_by(|known| known.compare(number))
                    .is_ok()
            }),
            Self::Boolean(wanted) => match value {
                Computed::Boolean(flag) => wanted[usize::from(*flag)],
                _ => false,
            },
            Self::Dates(ranges) => match value {
                Computed::Date(time) => in_ranges(ranges, *time),
                _ => false,
            },
            Self::Ips(blocks) => value
                .to_ip()
                .is_some_and(|address| blocks.contains(address)),
            Self::IpOrder(comparison, bound) => value
                .to_ip()
                .is_some_and(|address| comparison.holds(ip_key(address).cmp(&ip_key(*bound)))),
            Self::Version(comparison, bound) => with_text(value, |text| {
                comparison.holds(version_key(text).as_slice().cmp(bound))
            }),
            Self::Versions(keys) => with_text(value, |text| {
                let key = version_key(text);
                keys.binary_search_by(|known| (**known).cmp(&key)).is_ok()
            }),
            Self::ByKind(tests) => return tests.answer(value),
            Self::AnyOf(tests) => {
                for test in tests {
                    if test.answer(value)? == Some(true) {
                        return Ok(Some(true));
                    }
                }
                false
            }
            Self::AllOf(tests) => {
                for test in tests {
                    if test.answer(value)? != Some(true) {
                        return Ok(Some(false));
                    }
                }
                true
            }
            Self::Words(test) => with_text(value, |text| test.is_match(text)),
            Self::Computed(comparison, constant) => match value.compare(constant) {
                Some(order) => comparison.holds(order),
                None if *comparison == Comparison::Equal && !constant.is_null() => false,
                None => return Ok(None),
            },
            Self::ComputedIn(constants) => {
                let equal = |constant| value.compare(constant).is_some_and(|order| order.is_eq());
                if constants.iter().any(equal) {
                    true
                } else if constants.iter().any(Constant::is_null) {
                    return Ok(None);
                } else {
                    false
                }
            }
        }))
    }

    /// What one answer costs, by rough order.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Never | Self::Always | Self::Fails(_) | Self::Boolean(_) => 0,
            Self::Text(matcher) => matcher.cost(),
            Self::TextOrder(..) | Self::Number(..) => 1,
            Self::Numbers(_) | Self::Dates(_) | Self::Computed(..) => 2,
            Self::Ips(_) | Self::IpOrder(..) => 5,
            Self::Version(..) | Self::Versions(_) => 20,
            Self::ByKind(tests) => 2 + tests.text.cost(),
            Self::AnyOf(tests) => tests
                .iter()
                .fold(0, |sum, test| sum.saturating_add(test.cost())),
            Self::AllOf(tests) => tests
                .iter()
                .fold(0, |sum, test| sum.saturating_add(test.cost())),
            Self::Words(_) => 100,
            Self::ComputedIn(constants) => u32::try_from(constants.len()).unwrap_or(u32::MAX),
        }
    }

    /// Can it fail?
    pub(crate) fn can_fail(&self) -> bool {
        match self {
            Self::Fails(_) => true,
            Self::AnyOf(tests) => tests.iter().any(|test| test.can_fail()),
            Self::AllOf(tests) => tests.iter().any(Self::can_fail),
            _ => false,
        }
    }

    /// How it works, for people.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Never => "never".into(),
            Self::Always => "any".into(),
            Self::Fails(_) => "fails".into(),
            Self::Text(matcher) => format!("text: {}", matcher.describe()),
            Self::TextOrder(..) => "text: order".into(),
            Self::Number(..) => "number".into(),
            Self::Numbers(numbers) => format!("number: sorted set of {}", numbers.len()),
            Self::Boolean(_) => "boolean".into(),
            Self::Dates(_) => "date range".into(),
            Self::Ips(_) => "sorted address blocks".into(),
            Self::IpOrder(..) => "address order".into(),
            Self::Version(..) | Self::Versions(_) => "version".into(),
            Self::ByKind(tests) => format!("by the kind of each value; {}", tests.text.describe()),
            Self::AnyOf(tests) => tests
                .iter()
                .map(|test| test.describe())
                .collect::<Vec<_>>()
                .join(" or "),
            Self::AllOf(tests) => tests
                .iter()
                .map(Self::describe)
                .collect::<Vec<_>>()
                .join(" and "),
            Self::Words(test) => test.describe(),
            Self::Computed(..) => "comparison".into(),
            Self::ComputedIn(constants) => format!("list of {}", constants.len()),
        }
    }

    /// The test of texts, if values of no other kind pass: 5.0 would pass for 5 in a form of its own.
    fn only_text(&self) -> Option<&TextMatcher> {
        match self {
            Self::Text(matcher) => Some(matcher),
            Self::ByKind(tests) => {
                let others = [&tests.number, &tests.boolean, &tests.date, &tests.ip];
                let only_text = others.iter().all(|test| matches!(test, Self::Never));
                only_text.then(|| tests.text.only_text()).flatten()
            }
            _ => None,
        }
    }

    /// The texts, case aside, of which every value that passes is one.
    pub(crate) fn whole_texts(&self) -> Option<Vec<&str>> {
        self.only_text()?.whole_texts()
    }

    /// Texts of which every value that passes holds at least one, case aside.
    pub(crate) fn folded_literals(&self) -> Option<Vec<&str>> {
        self.only_text()?.folded_literals()
    }

    /// Texts of which every value that passes holds at least one.
    pub(crate) fn literals(&self) -> Option<Vec<&str>> {
        match self {
            Self::AnyOf(tests) => {
                let mut all = Vec::new();
                for test in tests {
                    all.extend(test.literals()?);
                }
                Some(all)
            }
            _ => self.only_text()?.literals(),
        }
    }
}

impl ByKind {
    fn answer(&self, value: &Computed<'_>) -> Result<Option<bool>, RuntimeError> {
        match value {
            Computed::Null => Ok(None),
            Computed::Boolean(_) => match self.boolean.answer(value)? {
                // `true` compared as the word.
                Some(false) => self.text.answer(value),
                answer => Ok(answer),
            },
            Computed::Number(_) => self.number.answer(value),
            Computed::Text(_) => self.text.answer(value),
            Computed::Date(_) => self.date.answer(value),
            Computed::Ip(_) => self.ip.answer(value),
        }
    }
}

/// Asks about the text form.
fn with_text(value: &Computed<'_>, ask: impl FnOnce(&str) -> bool) -> bool {
    value.with_text(ask).unwrap_or(false)
}

fn in_ranges(ranges: &[(i64, i64)], time: Timestamp) -> bool {
    ranges
        .iter()
        .any(|&(first, last)| (first..=last).contains(&time.nanos()))
}

/// Addresses in the order of an `ip` field: IPv4 where its mapped form lies.
fn ip_key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().into(),
        IpAddr::V6(address) => address.into(),
    }
}
