//! Walking over a tree.

use gatewatch_diagnostic::Span;

use super::ast::{EventFilter, Expr, ExprKind, Field, Query, QueryBody, Term};

impl Query {
    /// The filters in order: that of an event query, or those of all steps and then of `until`.
    ///
    /// ```
    /// use gatewatch_syntax::eql::parse_query;
    ///
    /// let query = parse_query("sequence [a where true] [b where x == 1] until [c where true]");
    /// let query = query.into_result().expect("the query is sound");
    /// let names: Vec<_> = query.filters().map(|filter| filter.category.name.as_deref()).collect();
    /// assert_eq!(names, [Some("a"), Some("b"), Some("c")]);
    /// ```
    pub fn filters(&self) -> impl Iterator<Item = &EventFilter> {
        let single = match &self.body {
            QueryBody::Event(filter) => Some(filter),
            QueryBody::Sequence(_) | QueryBody::Sample(_) => None,
        };
        single
            .into_iter()
            .chain(self.terms().map(|term| &term.filter))
    }

    /// The steps of a sequence or sample in order, then `until`; nothing for an event query.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        let (terms, until) = match &self.body {
            QueryBody::Event(_) => (&[][..], None),
            QueryBody::Sequence(sequence) => (&sequence.terms[..], sequence.until.as_ref()),
            QueryBody::Sample(sample) => (&sample.terms[..], None),
        };
        terms.iter().chain(until)
    }

    /// Where the part before the pipes ends.
    pub(super) fn body_end(&self) -> u32 {
        match &self.body {
            QueryBody::Event(filter) => filter.span.end,
            QueryBody::Sequence(sequence) => sequence.span.end,
            QueryBody::Sample(sample) => sample.span.end,
        }
    }

    /// Sets all spans to nothing, so that trees of different texts can be compared.
    pub fn clear_spans(&mut self) {
        let nothing = Span::default();
        self.span = nothing;
        for pipe in &mut self.pipes {
            pipe.span = nothing;
        }
        let mut no_until = None;
        let terms = match &mut self.body {
            QueryBody::Event(filter) => return clear_filter(filter),
            QueryBody::Sequence(sequence) => {
                sequence.span = nothing;
                clear_fields(&mut sequence.by);
                if let Some(maxspan) = &mut sequence.maxspan {
                    maxspan.span = nothing;
                }
                sequence.terms.iter_mut().chain(&mut sequence.until)
            }
            QueryBody::Sample(sample) => {
                sample.span = nothing;
                clear_fields(&mut sample.by);
                sample.terms.iter_mut().chain(&mut no_until)
            }
        };
        for term in terms {
            term.span = nothing;
            clear_filter(&mut term.filter);
            clear_fields(&mut term.by);
            if let Some(runs) = &mut term.runs {
                runs.span = nothing;
            }
        }
    }
}

impl Expr {
    /// The expressions directly within, in the order of the text.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Field(_) => Vec::new(),
            ExprKind::Call(call) => call.arguments.iter().collect(),
            ExprKind::Unary(_, inner) | ExprKind::Not(inner) => vec![inner],
            ExprKind::Arithmetic(arithmetic) => vec![&arithmetic.left, &arithmetic.right],
            ExprKind::Comparison(comparison) => vec![&comparison.left, &comparison.right],
            ExprKind::StringMatch(matching) => vec![&matching.operand],
            ExprKind::InList(list) => std::iter::once(&list.operand)
                .chain(&list.elements)
                .collect(),
            ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().collect(),
        }
    }

    /// Calls `visit` for this expression and then for all within, in the order of the text.
    ///
    /// ```
    /// use gatewatch_syntax::eql::{ExprKind, parse_expression};
    ///
    /// let expr = parse_expression("length(a) > 1 and b : \"x\"").into_result().expect("sound");
    /// let mut fields = Vec::new();
    /// expr.walk(&mut |expr| {
    ///     if let ExprKind::Field(field) = &expr.kind {
    ///         fields.push(field.name());
    ///     }
    /// });
    /// assert_eq!(fields, ["a", "b"]);
    /// ```
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        let mut waiting = vec![self];
        while let Some(expr) = waiting.pop() {
            visit(expr);
            waiting.extend(expr.children().into_iter().rev());
        }
    }

    /// Sets all spans to nothing, so that trees of different texts can be compared.
    pub fn clear_spans(&mut self) {
        let nothing = Span::default();
        self.span = nothing;
        match &mut self.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Field(field) => clear_field(field),
            ExprKind::Call(call) => {
                call.name_span = nothing;
                clear_all(&mut call.arguments);
            }
            ExprKind::Unary(_, inner) | ExprKind::Not(inner) => inner.clear_spans(),
            ExprKind::Arithmetic(arithmetic) => {
                arithmetic.operator_span = nothing;
                arithmetic.left.clear_spans();
                arithmetic.right.clear_spans();
            }
            ExprKind::Comparison(comparison) => {
                comparison.operator_span = nothing;
                comparison.left.clear_spans();
                comparison.right.clear_spans();
            }
            ExprKind::StringMatch(matching) => {
                matching.operator_span = nothing;
                matching.operand.clear_spans();
                for pattern in &mut matching.patterns {
                    pattern.span = nothing;
                }
            }
            ExprKind::InList(list) => {
                list.operator_span = nothing;
                list.operand.clear_spans();
                clear_all(&mut list.elements);
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => clear_all(operands),
        }
    }
}

fn clear_all(expressions: &mut [Expr]) {
    for expr in expressions {
        expr.clear_spans();
    }
}

fn clear_filter(filter: &mut EventFilter) {
    filter.span = Span::default();
    filter.category.span = Span::default();
    filter.condition.clear_spans();
}

fn clear_fields(fields: &mut [Field]) {
    for field in fields {
        clear_field(field);
    }
}

fn clear_field(field: &mut Field) {
    field.span = Span::default();
    for part in &mut field.parts {
        part.span = Span::default();
    }
}
