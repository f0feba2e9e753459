//! Makes a filter ready for a mapping.

use gatewatch_event::{Cidr, FieldType, Timestamp, parse_ip};
use gatewatch_query::PlanBody;
use gatewatch_query::mapping::{DateFormat, MappedField, Mapping};
use gatewatch_syntax::eql::parse_query;
use serde_json::Value as Json;

use super::bound::{Bound, Decimal, Span, Test, address_number};
use super::date_math::{DateReader, Rounding};
use super::parse::plain;
use super::text::{wildcard, words};
use super::{Filter, PatternKind, Range, Words};
use crate::search::error::SearchError;

/// What a filter is bound to.
pub(super) struct Context<'m> {
    pub(super) mapping: &'m Mapping,
    pub(super) now: Option<Timestamp>,
}

type Binds<'m> = Result<Bound<'m>, SearchError>;

fn refused(reason: impl Into<String>) -> SearchError {
    SearchError::execution(
        "query_shard_exception",
        format!("failed to create query: {}", reason.into()),
    )
}

pub(super) fn bind<'m>(filter: &Filter, context: &Context<'m>) -> Binds<'m> {
    let all = |filters: &[Filter]| -> Result<Vec<Bound<'m>>, SearchError> {
        filters.iter().map(|filter| bind(filter, context)).collect()
    };
    match filter {
        Filter::All(answer) => Ok(Bound::All(*answer)),
        Filter::Bool {
            must,
            should,
            must_not,
            minimum,
        } => Ok(Bound::Bool {
            must: all(must)?,
            should: all(should)?,
            must_not: all(must_not)?,
            minimum: minimum_of(*minimum, should.len(), must.is_empty()),
        }),
        Filter::Ids(ids) => Ok(Bound::Id(ids.iter().cloned().collect())),
        Filter::Exists(name) => Ok(exists(name, context.mapping)),
        Filter::Terms {
            field,
            values,
            any_case,
        } => terms(field, values, *any_case, context),
        Filter::Range(range) => bind_range(range, context),
        Filter::Match { field, value, how } => bind_words(field, value, *how, context),
        Filter::Pattern {
            field,
            pattern,
            kind,
            any_case,
        } => bind_pattern(field, pattern, *kind, *any_case, context),
    }
}

/// How many of `should` must be met.
fn minimum_of(asked: Option<i64>, should: usize, alone: bool) -> usize {
    match asked {
        None => usize::from(alone && should > 0),
        Some(count) if count < 0 => {
            should.saturating_sub(usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX))
        }
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
    }
}

fn exists<'m>(name: &str, mapping: &'m Mapping) -> Bound<'m> {
    if matches!(name, "_id" | "_index") {
        return Bound::All(true);
    }
    let below = format!("{name}.");
    let fields: Vec<&MappedField> = mapping
        .leaves()
        .into_iter()
        .filter(|(leaf, _)| {
            *leaf == name
                || (mapping.is_object(name) && leaf.starts_with(&below))
                || (name.contains('*') && wildcard(name, leaf))
        })
        .map(|(_, field)| field)
        .collect();
    Bound::Exists(fields)
}

/// The field, or the answer where there is none.
fn field_of<'m>(name: &str, mapping: &'m Mapping) -> Result<Option<&'m MappedField>, SearchError> {
    if let Some(field) = mapping.get(name) {
        // Members of nested objects are out of reach without a nested query.
        let reachable = field.is_leaf() && field.nested_parent().is_none();
        return Ok(reachable.then_some(field));
    }
    let flattened = name.match_indices('.').any(|(at, _)| {
        mapping
            .get(&name[..at])
            .is_some_and(|field| field.field_type() == FieldType::Flattened)
    });
    if flattened {
        return Err(refused(format!(
            "[{name}] lies below a flattened field, which a filter cannot ask for here"
        )));
    }
    Ok(None)
}

fn unsupported(field: &MappedField) -> SearchError {
    refused(format!(
        "Field [{}] of type [{}] does not support this kind of query here",
        field.name(),
        field.type_name()
    ))
}

fn terms<'m>(name: &str, values: &[Json], any_case: bool, context: &Context<'m>) -> Binds<'m> {
    let texts = || values.iter().map(plain).collect::<Vec<_>>();
    match name {
        "_id" => return Ok(Bound::Id(texts().into_iter().collect())),
        "_index" => return Ok(Bound::Index(texts().into_iter().collect())),
        _ => {}
    }
    let Some(field) = field_of(name, context.mapping)? else {
        return Ok(Bound::All(false));
    };
    let bad = |value: &Json| {
        refused(format!(
            "For input string: \"{}\" on field [{name}]",
            plain(value)
        ))
    };
    let test = match field.field_type() {
        FieldType::Keyword
        | FieldType::ConstantKeyword
        | FieldType::Wildcard
        | FieldType::Version
        | FieldType::Text => Test::Texts {
            texts: texts(),
            any_case,
        },
        FieldType::Long | FieldType::UnsignedLong | FieldType::Double => Test::Number(
            values
                .iter()
                .map(|value| {
                    Decimal::of_json(value)
                        .map(Span::exactly)
                        .ok_or_else(|| bad(value))
                })
                .collect::<Result<_, _>>()?,
        ),
        FieldType::Boolean => Test::Flags(
            values
                .iter()
                .map(|value| match plain(value).as_str() {
                    "true" => Ok(true),
                    "false" | "" => Ok(false),
                    other => Err(refused(format!(
                        "Can't parse boolean value [{other}], expected [true] or [false]"
                    ))),
                })
                .collect::<Result<_, _>>()?,
        ),
        FieldType::Date | FieldType::DateNanos => {
            let format = field
                .format(None)
                .cloned()
                .unwrap_or_else(DateFormat::of_date);
            let reader = date_reader(field, &format, 0, context);
            Test::Dates(
                values
                    .iter()
                    .map(|value| {
                        let text = plain(value);
                        Ok(Span {
                            lower: Some((
                                reader.read(&text, Rounding::Down).map_err(refused)?.nanos(),
                                true,
                            )),
                            upper: Some((
                                reader.read(&text, Rounding::Up).map_err(refused)?.nanos(),
                                true,
                            )),
                        })
                    })
                    .collect::<Result<_, SearchError>>()?,
            )
        }
        FieldType::Ip => Test::Blocks(
            values
                .iter()
                .map(|value| {
                    block(&plain(value)).ok_or_else(|| {
                        refused(format!("'{}' is not an IP string literal.", plain(value)))
                    })
                })
                .collect::<Result<_, _>>()?,
        ),
        FieldType::Flattened | FieldType::Object | FieldType::Nested | FieldType::Unsupported => {
            return Err(unsupported(field));
        }
    };
    Ok(Bound::Any(field, test))
}

/// An address as a block of one, or a block.
fn block(text: &str) -> Option<Cidr> {
    match parse_ip(text) {
        Some(address) => Some(Cidr::single(address)),
        None => Cidr::parse(text),
    }
}

fn date_reader<'a>(
    field: &MappedField,
    format: &'a DateFormat,
    offset: i64,
    context: &Context<'_>,
) -> DateReader<'a> {
    DateReader {
        format,
        now: context.now,
        nanos: field.field_type() == FieldType::DateNanos,
        offset,
    }
}

fn bind_range<'m>(range: &Range, context: &Context<'m>) -> Binds<'m> {
    let name = range.field.as_str();
    let Some(field) = field_of(name, context.mapping)? else {
        return Ok(Bound::All(false));
    };
    if range.format.is_some() && !field.field_type().is_date() {
        return Err(refused(format!(
            "Field [{name}] of type [{}] does not support custom formats",
            field.type_name()
        )));
    }
    let test = match field.field_type() {
        FieldType::Keyword | FieldType::ConstantKeyword | FieldType::Wildcard => {
            Test::Text(span(range, |value| Ok(plain(value)))?)
        }
        FieldType::Version => return version_range(range, context),
        FieldType::Long | FieldType::UnsignedLong | FieldType::Double => {
            let number = |value: &Json| {
                Decimal::of_json(value)
                    .ok_or_else(|| refused(format!("For input string: \"{}\"", plain(value))))
            };
            Test::Number(vec![span(range, number)?])
        }
        FieldType::Date | FieldType::DateNanos => {
            Test::Dates(vec![date_span(range, field, context)?])
        }
        FieldType::Ip => {
            let address = |value: &Json| {
                parse_ip(&plain(value)).map(address_number).ok_or_else(|| {
                    refused(format!("'{}' is not an IP string literal.", plain(value)))
                })
            };
            Test::Addresses(span(range, address)?)
        }
        _ => return Err(unsupported(field)),
    };
    Ok(Bound::Any(field, test))
}

fn span<T>(
    range: &Range,
    read: impl Fn(&Json) -> Result<T, SearchError>,
) -> Result<Span<T>, SearchError> {
    let end = |end: &Option<(Json, bool)>| match end {
        Some((value, inclusive)) => read(value).map(|value| Some((value, *inclusive))),
        None => Ok(None),
    };
    Ok(Span {
        lower: end(&range.lower)?,
        upper: end(&range.upper)?,
    })
}

/// Ends of a range of dates: what a text leaves open is filled so that the text as a whole lies within a range that
/// includes it, and without one that does not.
fn date_span(
    range: &Range,
    field: &MappedField,
    context: &Context<'_>,
) -> Result<Span<i64>, SearchError> {
    let format = match &range.format {
        Some(text) => DateFormat::new(text).map_err(SearchError::argument)?,
        None => field
            .format(None)
            .cloned()
            .unwrap_or_else(DateFormat::of_date),
    };
    let offset = match &range.time_zone {
        Some(zone) => offset_of(zone).ok_or_else(|| {
            refused(format!("[range] time_zone [{zone}] is not supported here, only UTC and offsets such as +01:00"))
        })?,
        None => 0,
    };
    let reader = date_reader(field, &format, offset, context);
    let read = |(value, inclusive): &(Json, bool), lower: bool| {
        let rounding = if lower == *inclusive {
            Rounding::Down
        } else {
            Rounding::Up
        };
        let time = reader.read(&plain(value), rounding).map_err(refused)?;
        Ok::<_, SearchError>((time.nanos(), *inclusive))
    };
    Ok(Span {
        lower: range
            .lower
            .as_ref()
            .map(|end| read(end, true))
            .transpose()?,
        upper: range
            .upper
            .as_ref()
            .map(|end| read(end, false))
            .transpose()?,
    })
}

fn offset_of(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "0"));
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// The order of versions is the business of queries.
fn version_range<'m>(range: &Range, context: &Context<'m>) -> Binds<'m> {
    let mut parts = Vec::new();
    if let Some((value, inclusive)) = &range.lower {
        let operator = if *inclusive { ">=" } else { ">" };
        parts.push(format!(
            "{} {operator} {}",
            quoted_field(&range.field),
            quoted_text(&plain(value))
        ));
    }
    if let Some((value, inclusive)) = &range.upper {
        let operator = if *inclusive { "<=" } else { "<" };
        parts.push(format!(
            "{} {operator} {}",
            quoted_field(&range.field),
            quoted_text(&plain(value))
        ));
    }
    if parts.is_empty() {
        return Ok(exists(&range.field, context.mapping));
    }
    condition(&parts.join(" and "), context)
}

fn condition<'m>(text: &str, context: &Context<'m>) -> Binds<'m> {
    let text = format!("any where {text}");
    let problem = |problems: Vec<gatewatch_diagnostic::Diagnostic>| {
        let reason = problems.first().map(|problem| problem.message.clone());
        refused(reason.unwrap_or_default())
    };
    let query = parse_query(&text).into_result().map_err(problem)?;
    let options = gatewatch_query::Options::default();
    let plan =
        gatewatch_query::compile(&query, &text, context.mapping, &options).map_err(problem)?;
    match plan.body {
        PlanBody::Event(condition) => Ok(Bound::Condition(Box::new(condition))),
        _ => Ok(Bound::All(false)),
    }
}

/// A field as a query writes it.
fn quoted_field(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as a query writes it.
fn quoted_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{{{:x}}}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn bind_words<'m>(name: &str, value: &Json, how: Words, context: &Context<'m>) -> Binds<'m> {
    let Some(field) = field_of(name, context.mapping)? else {
        return Ok(Bound::All(false));
    };
    if field.field_type() != FieldType::Text {
        if how == (Words::Phrase { prefix: true }) {
            return Err(refused(format!(
                "Can only use phrase prefix queries on text fields - not on [{name}] which is of type [{}]",
                field.type_name()
            )));
        }
        return terms(name, std::slice::from_ref(value), false, context);
    }
    let wanted = words(&plain(value));
    if wanted.is_empty() {
        return Ok(Bound::All(false));
    }
    Ok(Bound::Any(field, Test::Words { wanted, how }))
}

fn bind_pattern<'m>(
    name: &str,
    pattern: &str,
    kind: PatternKind,
    any_case: bool,
    context: &Context<'m>,
) -> Binds<'m> {
    let Some(field) = field_of(name, context.mapping)? else {
        return Ok(Bound::All(false));
    };
    match field.field_type() {
        FieldType::Keyword | FieldType::ConstantKeyword | FieldType::Wildcard => {}
        FieldType::Text if kind != PatternKind::Regexp => {}
        _ => {
            return Err(refused(format!(
                "Can only use wildcard, prefix and regexp queries on keyword and text fields - not on [{name}] which is of type [{}]",
                field.type_name()
            )));
        }
    }
    if kind == PatternKind::Regexp {
        let operator = if any_case { "regex~" } else { "regex" };
        return condition(
            &format!("{} {operator} {}", quoted_field(name), quoted_text(pattern)),
            context,
        );
    }
    Ok(Bound::Any(
        field,
        Test::Pattern {
            pattern: if any_case {
                pattern.to_lowercase()
            } else {
                pattern.to_owned()
            },
            kind,
            any_case,
        },
    ))
}
