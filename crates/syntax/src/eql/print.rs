//! From tree to text, in one style.

mod flat;

use flat::Flat;

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
    match &query.body {
        QueryBody::Event(filter) => printer.filter(filter, 0, 0),
        QueryBody::Sequence(sequence) => {
            printer.text("sequence");
            printer.keys(&sequence.by);
            if let Some(maxspan) = &sequence.maxspan {
                let unit = maxspan.unit.as_str();
                printer.text(&format!(" with maxspan={}{unit}", maxspan.value));
            }
            printer.terms(&sequence.terms);
            if let Some(until) = &sequence.until {
                printer.line(0);
                printer.text("until ");
                printer.term(until, 0);
            }
        }
        QueryBody::Sample(sample) => {
            printer.text("sample");
            printer.keys(&sample.by);
            printer.terms(&sample.terms);
        }
    }
    for pipe in &query.pipes {
        printer.line(0);
        printer.text(&format!("| {} {}", pipe.kind.as_str(), pipe.count));
    }
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
struct Printer {
    out: String,
    line_start: usize,
}

impl Printer {
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

    fn terms(&mut self, terms: &[Term]) {
        for term in terms {
            self.line(STEP);
            self.term(term, STEP);
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
        self.filter(&term.filter, indent, suffix.out.len());
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
        self.text(" where ");
        self.expr(&filter.condition, Level::Or, indent + STEP, tail);
    }

    /// Writes an expression on this line if it fits there, else over several, the further ones
    /// set in by `indent`. `tail` is the number of bytes that will follow it on its last line.
    fn expr(&mut self, expr: &Expr, required: Level, indent: usize, tail: usize) {
        let mut flat = Flat::limited(self.room(tail));
        if flat.expr(expr, required).is_ok() {
            return self.text(&flat.into_text());
        }
        if level(expr) < required {
            self.text("(");
            self.line(indent + STEP);
            self.broken(expr, indent + STEP, 0);
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
                    let lines = patterns.map(|pattern| flat::literal(&pattern.value));
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
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.text(operator);
                self.line(indent);
            }
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
            self.text(if index > 0 { "," } else { "" });
            self.line(indent + STEP);
            self.expr(element, Level::Or, indent + STEP, 1);
        }
        self.line(indent);
        self.text(")");
    }

    /// Ready pieces in parentheses, one a line.
    fn lines(&mut self, pieces: Vec<String>, indent: usize) {
        self.text("(");
        for (index, piece) in pieces.iter().enumerate() {
            self.text(if index > 0 { "," } else { "" });
            self.line(indent + STEP);
            self.text(piece);
        }
        self.line(indent);
        self.text(")");
    }
}
