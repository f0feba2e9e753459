//! Questions about every field whose name matches a pattern.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Label, Searcher, Target, truth};
use crate::checked::{AnyField, Expression, Kind, PatternLanguage};
use crate::patterns::TextMatcher;
use crate::{FieldKind, SearchedField};

impl Searcher<'_> {
    /// Asks every field whose name matches the [escaped](PatternLanguage::Escaped) pattern; `ask` makes the question for
    /// one kind of field.
    pub(crate) fn any_field(
        &mut self,
        names: &str,
        label: &Label,
        ask: &mut dyn FnMut(&mut Searcher<'_>, &Target) -> Expression,
    ) -> Expression {
        let matcher = TextMatcher::patterns(&[names], PatternLanguage::Escaped, false, true);
        let Ok(matcher) = matcher else {
            self.report(
                gatewatch_diagnostic::Severity::Error,
                "query-bad-pattern",
                "this pattern of field names is too long",
                label,
                None,
            );
            return label.constant(false);
        };
        let mut questions = Questions {
            names,
            list: Vec::new(),
            known: HashMap::new(),
        };
        let mut declared: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        for name in self.schema.names() {
            if !matcher.is_match(&name) {
                continue;
            }
            let Some(searched) = self.schema.searched(&name) else {
                continue;
            };
            let asked = declared.entry(searched.field.name().into()).or_default();
            if let Some(index) = questions.of(self, &searched, ask)
                && !asked.contains(&index)
            {
                asked.push(index);
            }
        }
        // Does the schema take names that it does not list?
        let other = self
            .schema
            .searched("gatewatch\u{1}no such field")
            .and_then(|searched| questions.of(self, &searched, ask));
        if questions.list.is_empty() {
            return label.constant(false);
        }
        label.expression(Kind::AnyField(Box::new(AnyField {
            names: names.into(),
            questions: questions.list,
            declared,
            other,
        })))
    }
}

struct Questions<'a> {
    names: &'a str,
    list: Vec<Expression>,
    known: HashMap<FieldKind, Option<usize>>,
}

impl Questions<'_> {
    /// The number of the question for fields of this kind; nothing if no value of theirs can answer it.
    fn of(
        &mut self,
        searcher: &mut Searcher<'_>,
        searched: &SearchedField,
        ask: &mut dyn FnMut(&mut Searcher<'_>, &Target) -> Expression,
    ) -> Option<usize> {
        if let Some(index) = self.known.get(&searched.kind) {
            return *index;
        }
        let mut target = Target::new(self.names, searched);
        target.lenient = true;
        let holds_values = !matches!(
            target.declared(),
            Some(gatewatch_event::FieldType::Object | gatewatch_event::FieldType::Nested)
        );
        let question = holds_values.then(|| ask(searcher, &target));
        let index = question
            .filter(|question| truth(question).is_none())
            .map(|question| {
                self.list.push(question);
                self.list.len() - 1
            });
        self.known.insert(searched.kind, index);
        index
    }
}
