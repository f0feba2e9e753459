//! From tree to text, in one style.

mod flat;
mod notes;

use flat::Flat;
use gatewatch_diagnostic::Span;
use notes::Notes;

use super::ast::{Expr, ExprKind, Field, Query, QueryBody, Term};

/// The width that lines are kept to where that is possible.
const WIDTH: usize = 100;

/// How far a nested line is set in.
const STEP: usize = 2;

/// Writes a query in one canonical style: reading what is printed gives the same tree, spans
/// aside, for any tree that the parser can give.
///
/// Comments are not in the tree and so are not printed.
///
/// ```
/// use gatewatch_syntax::eql::{parse_query, print};
///
/// let query = parse_query(r#"sequence by host.id[a where(x==1)]   [b where not y in("q")]"#)
///     .into_result()
///     .expect("the query is sound");
/// assert_eq!(
///     print(&query),
///     "sequence by host.id\n  [a where x == 1]\n  [b where not y in (\"q\")]"
/// );
/// ```
#[must_use]
pub fn print(query: &Query) -> String {
    let mut printer = Printer::default();
    printer.query(query);
    printer.out
}

/// Writes a query in the style of [`print()`], with the comments of the text that it was read from. Each keeps its place
/// as far as that is one between the parts that the style puts on lines of their own: a comment that shared its line with
/// what it follows does so again, others have a line to themselves.
///
/// ```
/// use gatewatch_syntax::eql::{parse_query, print_with_comments};
///
/// let text = "any where a==1 and // one\n/* two */ b==2";
/// let query = parse_query(text).into_result().expect("the query is sound");
/// assert_eq!(
///     print_with_comments(&query, text),
///     "any where a == 1 and // one\n  /* two */\n  b == 2"
/// );
/// ```
#[must_use]
pub fn print_with_comments(query: &Query, text: &str) -> String {
    // A comment within a part moves to the end of that part, which may then fit on one line: what is printed is printed
    // again until it stays.
    const ROUNDS: usize = 4;
    let mut printed = printed_once(query, text);
    for _ in 0..ROUNDS {
        let Ok(again) = super::parse_query(&printed).into_result() else {
            return printed;
        };
        let next = printed_once(&again, &printed);
        if next == printed {
            break;
        }
        printed = next;
    }
    printed
}

fn printed_once(query: &Query, text: &str) -> String {
    let mut printer = Printer {
        notes: Notes::new(text, super::comments(text)),
        ..Printer::default()
    };
    while let Some((comment, _)) = printer.notes.take(query.span.start, 0) {
        printer.text(comment);
        printer.line(0);
    }
    printer.query(query);
    printer.comments(u32::MAX, query.span.end, 0);
    printer.out
}

/// Writes a single expression in the style of [`print()`].
#[must_use]
pub fn print_expression(expr: &Expr) -> String {
    let mut printer = Printer::default();
    printer.expr(expr, Level::Or, 0, 0);
    printer.out
}

/// How tight an expression binds; a place for an operand asks for a level or tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Predicate,
    Primary,
}

fn level(expr: &Expr) -> Level {
    use super::ast::ArithmeticOperator::{Add, Subtract};
    match &expr.kind {
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Comparison(_) => Level::Comparison,
        ExprKind::Arithmetic(arithmetic) => match arithmetic.operator {
            Add | Subtract => Level::Sum,
            _ => Level::Product,
        },
        ExprKind::Unary(..) => Level::Sign,
        ExprKind::StringMatch(_) | ExprKind::InList(_) => Level::Predicate,
        ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::Call(_) => Level::Primary,
    }
}

/// What an operand of `and` and `or` must be to stand without parentheses. `and` within `or`
/// could, and is easier to read with them.
const LOGICAL_OPERAND: Level = Level::Not;

#[derive(Default)]
struct Printer<'a> {
    out: String,
    line_start: usize,
    notes: Notes<'a>,
}

impl Printer<'_> {
    fn query(&mut self, query: &Query) {
        match &query.body {
            QueryBody::Event(filter) => self.filter(filter, 0, 0),
            QueryBody::Sequence(sequence) => {
                self.text("sequence");
                self.keys(&sequence.by);
                let mut header = sequence.by.last().map(|key| key.span);
                if let Some(maxspan) = &sequence.maxspan {
                    let unit = maxspan.unit.as_str();
                    self.text(&format!(" with maxspan={}{unit}", maxspan.value));
                    header = Some(maxspan.span);
                }
                self.terms(
                    &sequence.terms,
                    header.unwrap_or(Span::at(sequence.span.start)),
                );
                if let Some(until) = &sequence.until {
                    let last = sequence.terms.last().map_or(0, |term| term.span.end);
                    self.comments(until.span.start, last, 0);
                    self.line(0);
                    self.text("until ");
                    self.term(until, 0);
                }
            }
            QueryBody::Sample(sample) => {
                self.text("sample");
                self.keys(&sample.by);
                let header = sample.by.last().map(|key| key.span);
                self.terms(&sample.terms, header.unwrap_or(Span::at(sample.span.start)));
            }
        }
        let mut after = query.body_end();
        for pipe in &query.pipes {
            self.comments(pipe.span.start, after, 0);
            self.line(0);
            self.text(&format!("| {} {}", pipe.kind.as_str(), pipe.count));
            after = pipe.span.end;
        }
    }

    /// Prints the comments that begin before a place: on this line those that stood on the line on which `after` ends, each of
    /// the others on a line of its own. Whoever calls must begin a new line if there were any.
    fn comments(&mut self, place: u32, after: u32, indent: usize) -> bool {
        let mut any = false;
        let mut may_join = true;
        while let Some((comment, joins)) = self.notes.take(place, after) {
            any = true;
            if may_join && joins {
                self.text(" ");
            } else {
                self.line(indent);
            }
            self.text(comment);
            // Nothing may follow a comment that runs to the end of its line.
            may_join = may_join && joins && !comment.starts_with("//");
        }
        any
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.line_start = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// What is left of the line, `tail` bytes kept free for what follows.
    fn room(&self, tail: usize) -> usize {
        let used = self.out.len() - self.line_start;
        WIDTH.saturating_sub(used + tail)
    }

    fn keys(&mut self, keys: &[Field]) {
        for (index, key) in keys.iter().enumerate() {
            self.text(if index == 0 { " by " } else { ", " });
            self.text(&flat::field(key));
        }
    }

    fn terms(&mut self, terms: &[Term], header: Span) {
        let mut after = header.end;
        for term in terms {
            self.comments(term.span.start, after, STEP);
            self.line(STEP);
            self.term(term, STEP);
            after = term.span.end;
        }
    }

    fn term(&mut self, term: &Term, indent: usize) {
        let mut suffix = Self::default();
        suffix.text("]");
        suffix.keys(&term.by);
        if let Some(runs) = term.runs {
            suffix.text(&format!(" with runs={}", runs.count));
        }
        self.text(if term.missing { "![" } else { "[" });
        if self.comments(term.filter.span.start, term.span.start, indent + STEP) {
            self.line(indent + STEP);
        }
        self.filter(&term.filter, indent, suffix.out.len());
        let end = term.filter.span.end;
        let closed = self.notes.closed(end, ']').unwrap_or(end);
        if self.comments(closed, end, indent + STEP) {
            self.line(indent);
        }
        self.text(&suffix.out);
    }

    fn filter(&mut self, filter: &super::ast::EventFilter, indent: usize, tail: usize) {
        match &filter.category.name {
            None => self.text("any"),
            Some(name) => {
                let name = flat::category(name);
                self.text(&name);
            }
        }
        self.text(" where");
        let condition = &filter.condition;
        if self.comments(
            condition.span.start,
            filter.category.span.end,
            indent + STEP,
        ) {
            self.line(indent + STEP);
        } else {
            self.text(" ");
        }
        self.expr(condition, Level::Or, indent + STEP, tail);
    }

    /// Writes an expression on this line if it fits there, else over several, the further ones
    /// set in by `indent`. `tail` is the number of bytes that will follow it on its last line.
    fn expr(&mut self, expr: &Expr, required: Level, indent: usize, tail: usize) {
        let closed = if level(expr) < required {
            self.notes.closed(expr.span.end, ')')
        } else {
            None
        };
        let end = closed.unwrap_or(expr.span.end);
        if !self.notes.before(end) {
            let mut flat = Flat::limited(self.room(tail));
            if flat.expr(expr, required).is_ok() {
                return self.text(&flat.into_text());
            }
        }
        if level(expr) < required {
            self.text("(");
            let opened = self.notes.opened(expr.span.start);
            self.comments(expr.span.start, opened.unwrap_or_default(), indent + STEP);
            self.line(indent + STEP);
            self.broken(expr, indent + STEP, 0);
            self.comments(end, expr.span.end, indent + STEP);
            self.line(indent);
            self.text(")");
        } else {
            self.broken(expr, indent, tail);
        }
    }

    /// Writes an expression over several lines.
    fn broken(&mut self, expr: &Expr, indent: usize, tail: usize) {
        match &expr.kind {
            ExprKind::And(operands) => self.chain(operands, " and", indent, tail),
            ExprKind::Or(operands) => self.chain(operands, " or", indent, tail),
            ExprKind::Not(inner) => {
                self.text("not ");
                self.expr(inner, Level::Not, indent, tail);
            }
            ExprKind::Unary(operator, inner) => {
                self.text(operator.as_str());
                self.expr(inner, Level::Sign, indent, tail);
            }
            ExprKind::Comparison(comparison) => {
                let operator = comparison.operator.as_str();
                self.expr(&comparison.left, Level::Sum, indent, operator.len() + 1);
                self.text(&format!(" {operator} "));
                self.expr(&comparison.right, Level::Sum, indent, tail);
            }
            ExprKind::Arithmetic(arithmetic) => {
                let own = level(expr);
                let right = if own == Level::Sum {
                    Level::Product
                } else {
                    Level::Sign
                };
                self.expr(&arithmetic.left, own, indent, 2);
                self.text(&format!(" {} ", arithmetic.operator.as_str()));
                self.expr(&arithmetic.right, right, indent, tail);
            }
            ExprKind::StringMatch(matching) => {
                self.expr(&matching.operand, Level::Primary, indent, 9);
                self.text(&format!(" {} ", matching.operator.as_str()));
                if let [pattern] = matching.patterns.as_slice() {
                    self.text(&flat::literal(&pattern.value));
                } else {
                    let patterns = matching.patterns.iter();
                    let lines =
                        patterns.map(|pattern| (pattern.span, flat::literal(&pattern.value)));
                    self.lines(lines.collect(), indent);
                }
            }
            ExprKind::InList(list) => {
                self.expr(&list.operand, Level::Primary, indent, 9);
                self.text(if list.negated { " not in" } else { " in" });
                self.text(if list.insensitive { "~ " } else { " " });
                self.elements(&list.elements, indent);
            }
            ExprKind::Call(call) => {
                self.text(&call.name);
                self.text(if call.insensitive { "~" } else { "" });
                self.elements(&call.arguments, indent);
            }
            ExprKind::Literal(literal) => self.text(&flat::literal(literal)),
            ExprKind::Field(field) => self.text(&flat::field(field)),
        }
    }

    fn chain(&mut self, operands: &[Expr], operator: &str, indent: usize, tail: usize) {
        let mut after = None;
        for (index, operand) in operands.iter().enumerate() {
            if let Some(after) = after {
                self.text(operator);
                // What stands within the parentheses of the operand is printed there.
                let start = operand.span.start;
                let own = (level(operand) < LOGICAL_OPERAND).then(|| self.notes.opened(start));
                self.comments(own.flatten().unwrap_or(start), after, indent);
                self.line(indent);
            }
            after = Some(operand.span.end);
            let last = index + 1 == operands.len();
            let tail = if last { tail } else { operator.len() };
            self.expr(operand, LOGICAL_OPERAND, indent, tail);
        }
    }

    /// Expressions in parentheses, one a line.
    fn elements(&mut self, elements: &[Expr], indent: usize) {
        if elements.is_empty() {
            return self.text("()");
        }
        self.text("(");
        for (index, element) in elements.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| elements[before].span);
            self.item(before, element.span, indent);
            self.expr(element, Level::Or, indent + STEP, 1);
        }
        self.end_of_list(elements.last().map(|last| last.span), indent);
    }

    /// Ready pieces in parentheses, one a line.
    fn lines(&mut self, pieces: Vec<(Span, String)>, indent: usize) {
        self.text("(");
        for (index, (span, piece)) in pieces.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| pieces[before].0);
            self.item(before, *span, indent);
            self.text(piece);
        }
        self.end_of_list(pieces.last().map(|(span, _)| *span), indent);
    }

    /// Begins the line of an element of a list.
    fn item(&mut self, before: Option<Span>, span: Span, indent: usize) {
        if before.is_some() {
            self.text(",");
        }
        let after = match before {
            Some(before) => before.end,
            None => self.notes.opened(span.start).unwrap_or(span.start),
        };
        self.comments(span.start, after, indent + STEP);
        self.line(indent + STEP);
    }

    fn end_of_list(&mut self, last: Option<Span>, indent: usize) {
        let end = last.map_or(0, |span| span.end);
        if let Some(closed) = self.notes.closed(end, ')') {
            self.comments(closed, end, indent + STEP);
        }
        self.line(indent);
        self.text(")");
    }
}
