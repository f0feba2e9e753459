//! Questions about the values of one field.

use std::sync::Arc;

use gatewatch_event::{Cidr, FieldType, parse_ip};

use super::{Label, MatchMode, Searcher, Target, Wanted};
use crate::analysis::lowered;
use crate::checked::{Comparison, Expression, Function, Kind, PatternLanguage, Words};
use crate::date::Instants;
use crate::date_math::NoDate;
use crate::patterns::escape;
use crate::{Constant, Number, SchemaType};

impl Searcher<'_> {
    /// Is any value of the field any of those wanted?
    pub(crate) fn any_value(
        &mut self,
        target: &Target,
        wanted: &[Wanted],
        label: &Label,
    ) -> Expression {
        let field_type = match target.kind.field_type {
            SchemaType::Dynamic => return self.strings(target, wanted, label, false),
            SchemaType::Declared(field_type) => field_type,
        };
        match field_type {
            FieldType::Keyword | FieldType::Flattened | FieldType::Version => {
                self.strings(target, wanted, label, false)
            }
            // Kibana asks these through Elasticsearch's query syntax, which cuts a pattern at its spaces.
            FieldType::ConstantKeyword | FieldType::Wildcard => {
                self.strings(target, wanted, label, true)
            }
            FieldType::Text => self.words(target, wanted, label),
            FieldType::Long
            | FieldType::UnsignedLong
            | FieldType::Double
            | FieldType::Boolean
            | FieldType::Date
            | FieldType::DateNanos
            | FieldType::Ip => self.typed(target, field_type, wanted, label),
            FieldType::Object | FieldType::Nested | FieldType::Unsupported => {
                self.warn(
                    target,
                    "query-no-values",
                    format!(
                        "[{}] has the type {} and no values to compare",
                        target.reference.name,
                        field_type.name()
                    ),
                    label,
                    "name one of its members, or ask for `field: *`",
                );
                label.constant(false)
            }
        }
    }

    /// Exact text. Of a field that no mapping declares, too: then an address block means its addresses.
    fn strings(
        &mut self,
        target: &Target,
        wanted: &[Wanted],
        label: &Label,
        cuts: bool,
    ) -> Expression {
        let all_insensitive = target.kind.lowercase;
        let mut exact: [Vec<Constant>; 2] = Default::default();
        let mut patterns: Vec<Patterns> = Vec::new();
        let mut blocks = Vec::new();
        for wanted in wanted {
            let (value, insensitive) = match wanted {
                Wanted::Term { value, insensitive } => (value, *insensitive),
                Wanted::Match { value, .. } => (value, false),
                Wanted::Wildcard(pieces) => {
                    let alternatives = if cuts {
                        cut(pieces)
                    } else {
                        vec![pieces.clone()]
                    };
                    self.tell_of_cuts(target, &alternatives, label);
                    for pieces in alternatives {
                        match pieces.as_slice() {
                            [text] => exact[usize::from(all_insensitive)]
                                .push(Constant::from(text.as_str())),
                            pieces => add_pattern(
                                &mut patterns,
                                PatternLanguage::Escaped,
                                all_insensitive,
                                pattern_of(pieces).into(),
                            ),
                        }
                    }
                    continue;
                }
                Wanted::Pattern {
                    language,
                    pattern,
                    insensitive,
                } => {
                    let insensitive = *insensitive || all_insensitive;
                    add_pattern(&mut patterns, *language, insensitive, Arc::clone(pattern));
                    continue;
                }
            };
            if let (Constant::Text(text), SchemaType::Dynamic) = (value, target.kind.field_type)
                && Cidr::parse(text).is_some()
            {
                blocks.push(value.clone());
            }
            exact[usize::from(insensitive || all_insensitive)].push(value.clone());
        }
        let mut parts = Vec::new();
        for (insensitive, constants) in [false, true].into_iter().zip(exact) {
            // Case only counts for text.
            let constants = if insensitive {
                constants
                    .iter()
                    .filter_map(Constant::text)
                    .map(|text| Constant::from(text.as_ref()))
                    .collect()
            } else {
                constants
            };
            parts.extend(in_list(target, constants, insensitive, label));
        }
        for (language, insensitive, patterns) in patterns {
            parts.push(label.expression(Kind::Match {
                operand: target.operand(),
                language,
                insensitive,
                patterns,
            }));
        }
        if !blocks.is_empty() {
            let mut arguments = vec![*target.operand()];
            arguments.extend(blocks.into_iter().map(|block| constant(block, label)));
            parts.push(label.expression(Kind::Call {
                function: Function::CidrMatch,
                insensitive: false,
                arguments,
            }));
        }
        label.any(parts)
    }

    /// Analysed text.
    fn words(&mut self, target: &Target, wanted: &[Wanted], label: &Label) -> Expression {
        let analyzer = target.kind.analyzer;
        let words = |text: &str| -> Vec<Arc<str>> {
            analyzer
                .list(text)
                .iter()
                .map(|word| Arc::from(&**word))
                .collect()
        };
        let mut asked = Vec::new();
        for wanted in wanted {
            match wanted {
                Wanted::Term { value, insensitive } => {
                    let Some(text) = value.text() else { continue };
                    asked.push(if *insensitive {
                        Words::Pattern {
                            language: PatternLanguage::Escaped,
                            pattern: escape(&text).into(),
                            insensitive: true,
                        }
                    } else {
                        Words::Any(vec![text.as_ref().into()])
                    });
                }
                Wanted::Match { value, mode } => {
                    let Some(text) = value.text() else { continue };
                    let words = words(&text);
                    asked.push(match mode {
                        MatchMode::Any => Words::Any(words),
                        MatchMode::All => Words::All(words),
                        MatchMode::Phrase => Words::Phrase(words),
                    });
                }
                Wanted::Wildcard(pieces) => {
                    for pieces in cut(pieces) {
                        asked.push(match pieces.as_slice() {
                            [text] => Words::Any(words(text)),
                            pieces => Words::Pattern {
                                language: PatternLanguage::Escaped,
                                pattern: lowered(&pattern_of(pieces)).into(),
                                insensitive: false,
                            },
                        });
                    }
                }
                Wanted::Pattern {
                    language,
                    pattern,
                    insensitive,
                } => asked.push(Words::Pattern {
                    language: *language,
                    pattern: Arc::clone(pattern),
                    insensitive: *insensitive,
                }),
            }
        }
        asked.retain(|words| !words.is_empty());
        if asked.is_empty() {
            return label.constant(false);
        }
        label.expression(Kind::Words {
            operand: target.operand(),
            analyzer,
            wanted: asked,
        })
    }

    /// Numbers, dates, addresses, true and false.
    fn typed(
        &mut self,
        target: &Target,
        field_type: FieldType,
        wanted: &[Wanted],
        label: &Label,
    ) -> Expression {
        let mut constants = Vec::new();
        let mut parts = Vec::new();
        for wanted in wanted {
            let value = match wanted {
                Wanted::Term { value, .. } | Wanted::Match { value, .. } => value,
                Wanted::Wildcard(_) | Wanted::Pattern { .. } => {
                    self.no_patterns(target, field_type, label);
                    continue;
                }
            };
            if field_type.is_date() {
                match self.date(target, value, label) {
                    Some(Some(instants)) => parts.push(between(target, instants, label)),
                    Some(None) => constants.push(value.clone()),
                    None => {}
                }
            } else if let Some(value) = self.fitting(target, field_type, value, label) {
                constants.push(value);
            }
        }
        parts.extend(in_list(target, constants, false, label));
        label.any(parts)
    }

    /// The constant as the type can be compared with it; told if it cannot.
    pub(super) fn fitting(
        &mut self,
        target: &Target,
        field_type: FieldType,
        value: &Constant,
        label: &Label,
    ) -> Option<Constant> {
        let text = value.text()?;
        let fits = match field_type {
            FieldType::Long | FieldType::UnsignedLong | FieldType::Double => {
                if let Some(number) = Number::parse(&text) {
                    return Some(Constant::Number(number));
                }
                false
            }
            FieldType::Boolean => matches!(text.as_ref(), "true" | "false"),
            FieldType::Ip => parse_ip(&text).is_some() || Cidr::parse(&text).is_some(),
            _ => true,
        };
        if fits {
            return Some(Constant::from(text.as_ref()));
        }
        let hint = match field_type {
            FieldType::Boolean => "write true or false",
            FieldType::Ip => "write an address or a block such as 192.0.2.0/24",
            _ => "write a number",
        };
        self.warn(
            target,
            "query-unusable-constant",
            format!(
                "the field [{}] of type {} equals [{text}] never; Elasticsearch lets such a search fail",
                target.reference.name,
                field_type.name()
            ),
            label,
            hint,
        );
        None
    }

    /// What a constant means on a date field: instants of date math, or `Some(None)` for a plain date. Told if neither.
    pub(super) fn date(
        &mut self,
        target: &Target,
        value: &Constant,
        label: &Label,
    ) -> Option<Option<Instants>> {
        let name = target.reference.field.name();
        if Instants::of(value, name, self.schema).is_some() {
            return Some(None);
        }
        let text = value.text()?.into_owned();
        match crate::date_math::instants(&text, name, self.schema, self.now) {
            Ok(instants) => Some(Some(instants)),
            Err(NoDate::NeedsClock) => {
                self.report(
                    gatewatch_diagnostic::Severity::Error,
                    "query-needs-clock",
                    format!("[{text}] depends on the time at which it is asked; a scan of logs reads no clock"),
                    label,
                    Some("write the date itself, such as 2024-05-01, or one to count from: `2024-05-01||-1d`"),
                );
                None
            }
            Err(NoDate::Malformed) => {
                self.warn(
                    target,
                    "query-unusable-constant",
                    format!("[{text}] is no date: the field [{}] equals it never; Elasticsearch lets such a search fail", target.reference.name),
                    label,
                    "write a date such as 2024-05-01T10:00:00Z",
                );
                None
            }
        }
    }

    /// A pattern that is cut at its spaces matches more than it seems to.
    fn tell_of_cuts(&mut self, target: &Target, parts: &[Vec<String>], label: &Label) {
        if parts.len() > 1 {
            self.warn(
                target,
                "query-cut-pattern",
                format!(
                    "the field [{}] is no plain keyword: Kibana cuts this pattern at its spaces and takes any of {} parts",
                    target.reference.name,
                    parts.len()
                ),
                label,
                "write one pattern for each part, joined with `and`, in place of the spaces `*`",
            );
        }
    }

    fn no_patterns(&mut self, target: &Target, field_type: FieldType, label: &Label) {
        let hint = if field_type == FieldType::Ip {
            "write a block such as 192.0.2.0/24"
        } else {
            "write values, or a range"
        };
        self.warn(
            target,
            "query-no-patterns",
            format!(
                "the field [{}] of type {} matches no pattern; Elasticsearch lets such a search fail",
                target.reference.name,
                field_type.name()
            ),
            label,
            hint,
        );
    }
}

fn constant(value: Constant, label: &Label) -> Expression {
    Expression {
        data_type: value.data_type(),
        text: value
            .text()
            .map_or_else(|| Arc::from("null"), |text| Arc::from(text.as_ref())),
        kind: Kind::Constant(value),
        span: label.span,
    }
}

fn in_list(
    target: &Target,
    constants: Vec<Constant>,
    insensitive: bool,
    label: &Label,
) -> Option<Expression> {
    if constants.is_empty() {
        return None;
    }
    Some(
        label.expression(Kind::In {
            operand: target.operand(),
            insensitive,
            elements: constants
                .into_iter()
                .map(|value| constant(value, label))
                .collect(),
        }),
    )
}

/// From the first instant to the last.
fn between(target: &Target, instants: Instants, label: &Label) -> Expression {
    let date = |nanos| {
        Constant::from(
            gatewatch_event::Timestamp::from_nanos(nanos)
                .to_iso(9)
                .as_str(),
        )
    };
    label.expression(Kind::Between {
        operand: target.operand(),
        bounds: vec![
            (Comparison::GreaterOrEqual, date(instants.first)),
            (Comparison::LessOrEqual, date(instants.last)),
        ],
    })
}

/// Patterns that are asked together: their language, whether case is ignored, and the patterns.
type Patterns = (PatternLanguage, bool, Vec<Option<Arc<str>>>);

fn add_pattern(
    patterns: &mut Vec<Patterns>,
    language: PatternLanguage,
    insensitive: bool,
    pattern: Arc<str>,
) {
    let same = patterns
        .iter_mut()
        .find(|(known, case, _)| *known == language && *case == insensitive);
    match same {
        Some((_, _, list)) => list.push(Some(pattern)),
        None => patterns.push((language, insensitive, vec![Some(pattern)])),
    }
}

/// The escaped pattern of pieces between asterisks.
pub(crate) fn pattern_of(pieces: &[String]) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| escape(piece)).collect();
    pieces.join("*")
}

/// The parts of a wildcard between its white space, each in pieces between asterisks.
fn cut(pieces: &[String]) -> Vec<Vec<String>> {
    let is_white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}');
    let mut parts = vec![vec![String::new()]];
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0
            && let Some(part) = parts.last_mut()
        {
            part.push(String::new());
        }
        for c in piece.chars() {
            if is_white(c) {
                parts.push(vec![String::new()]);
            } else if let Some(last) = parts.last_mut().and_then(|part| part.last_mut()) {
                last.push(c);
            }
        }
    }
    parts.retain(|part| part.as_slice() != [String::new()]);
    parts
}
