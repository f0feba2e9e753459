//! From tree to text, in one style.

use super::ast::{Expr, ExprKind, Literal, LiteralKind, Query, Value, ValueKind};
use super::literal::is_special;

/// The width that lines are kept to where that is possible.
const WIDTH: usize = 100;

/// How far a nested line is set in.
const STEP: usize = 2;

/// Writes a query in one canonical style: reading what is printed gives the same tree, spans aside, for any tree that the
/// parser can give.
///
/// ```
/// use gatewatch_syntax::kql::{parse_query, print};
///
/// let query = parse_query("NOT a:1 and(b : 2)").tree;
/// assert!(query.is_none());
/// let query = parse_query("NOT a:1 and b :(2   OR \"x\")").into_result().expect("it is sound");
/// assert_eq!(print(&query), "not a: 1 and b: (2 or \"x\")");
/// ```
#[must_use]
pub fn print(query: &Query) -> String {
    query
        .body
        .as_ref()
        .map_or_else(String::new, print_expression)
}

/// Writes a part of a query in the style of [`print()`].
#[must_use]
pub fn print_expression(expr: &Expr) -> String {
    let mut printer = Printer::default();
    printer.node(Node::Expr(expr), Level::Or, 0, 0);
    printer.out
}

/// Writes a field name or a value as it would have to be written, with quotes if it had them.
#[must_use]
pub fn print_literal(literal: &Literal) -> String {
    let mut out = String::new();
    match &literal.kind {
        LiteralKind::Text(text) if literal.quoted => {
            out.push('"');
            for c in text.chars() {
                match c {
                    '\t' => out.push_str("\\t"),
                    '\r' => out.push_str("\\r"),
                    '\n' => out.push_str("\\n"),
                    '"' | '\\' => out.extend(['\\', c]),
                    c => out.push(c),
                }
            }
            out.push('"');
        }
        LiteralKind::Text(text) => unquoted(std::slice::from_ref(text), &mut out),
        LiteralKind::Wildcard(pieces) => unquoted(pieces, &mut out),
        LiteralKind::Boolean(_) | LiteralKind::Null => {
            out.push_str(literal.text().unwrap_or_default());
        }
    }
    out
}

/// Pieces joined by asterisks, with escapes for what would be read as something else.
fn unquoted(pieces: &[String], out: &mut String) {
    let text_is_empty = pieces.len() == 1 && pieces[0].is_empty();
    if text_is_empty {
        // Only white space that is trimmed off again gives an empty text without quotes.
        out.push_str("\\n");
        return;
    }
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            out.push('*');
        }
        let mut before = None;
        let is_last = index + 1 == pieces.len();
        for (at, c) in piece.char_indices() {
            let rest = &piece[at..];
            match c {
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                c if is_special(c) => out.extend(['\\', c]),
                // `\n` is a line feed, so that the escape for `not` does not work.
                c @ ('n' | 'N') if is_keyword(rest, "not", is_last) => {
                    out.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c if before.is_some_and(is_raw_space)
                    && (is_keyword(rest, "or", is_last) || is_keyword(rest, "and", is_last)) =>
                {
                    out.extend(['\\', c]);
                }
                c => out.push(c),
            }
            before = Some(c);
        }
    }
}

/// White space that is printed as it is.
const fn is_raw_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}')
}

/// Would the keyword be read here? At the end of a literal white space may follow.
fn is_keyword(rest: &str, keyword: &str, is_last: bool) -> bool {
    let word = rest.get(..keyword.len());
    word.is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        && rest[keyword.len()..]
            .chars()
            .next()
            .map_or(is_last, is_raw_space)
}

/// How tight a part binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    /// An operand of `and` or `or`: either of them is put into parentheses, for clearness too.
    Operand,
    /// An operand of `not`.
    Primary,
}

/// Expressions and lists of values are laid out alike.
#[derive(Clone, Copy)]
enum Node<'a> {
    Expr(&'a Expr),
    Value(&'a Value),
}

/// The operator of a node with its operands.
enum Parts<'a> {
    Chain(&'static str, Vec<Node<'a>>),
    Not(Node<'a>),
    One,
}

impl<'a> Node<'a> {
    fn parts(self) -> Parts<'a> {
        let exprs = |parts: &'a [Expr]| parts.iter().map(Node::Expr).collect();
        let values = |parts: &'a [Value]| parts.iter().map(Node::Value).collect();
        match self {
            Self::Expr(expr) => match &expr.kind {
                ExprKind::Or(parts) => Parts::Chain(" or", exprs(parts)),
                ExprKind::And(parts) => Parts::Chain(" and", exprs(parts)),
                ExprKind::Not(part) => Parts::Not(Node::Expr(part)),
                _ => Parts::One,
            },
            Self::Value(value) => match &value.kind {
                ValueKind::Or(parts) => Parts::Chain(" or", values(parts)),
                ValueKind::And(parts) => Parts::Chain(" and", values(parts)),
                ValueKind::Not(part) => Parts::Not(Node::Value(part)),
                ValueKind::Literal(_) => Parts::One,
            },
        }
    }

    fn level(self) -> Level {
        match self.parts() {
            Parts::Chain(..) => Level::Or,
            Parts::Not(_) => Level::Operand,
            Parts::One => Level::Primary,
        }
    }
}

/// The text does not fit into what is left of the line.
struct TooLong;

/// Writes on one line, up to a limit.
struct Flat {
    out: String,
    limit: usize,
}

impl Flat {
    fn text(&mut self, text: &str) -> Result<(), TooLong> {
        self.out.push_str(text);
        if self.out.len() > self.limit {
            return Err(TooLong);
        }
        Ok(())
    }

    fn node(&mut self, node: Node<'_>, required: Level) -> Result<(), TooLong> {
        if node.level() < required {
            self.text("(")?;
            self.inner(node)?;
            return self.text(")");
        }
        self.inner(node)
    }

    fn inner(&mut self, node: Node<'_>) -> Result<(), TooLong> {
        match node.parts() {
            Parts::Chain(operator, parts) => {
                for (index, part) in parts.into_iter().enumerate() {
                    if index > 0 {
                        self.text(operator)?;
                        self.text(" ")?;
                    }
                    self.node(part, Level::Operand)?;
                }
                Ok(())
            }
            Parts::Not(part) => {
                self.text("not ")?;
                self.node(part, Level::Primary)
            }
            Parts::One => self.one(node),
        }
    }

    fn one(&mut self, node: Node<'_>) -> Result<(), TooLong> {
        let expr = match node {
            Node::Expr(expr) => expr,
            Node::Value(value) => {
                return match &value.kind {
                    ValueKind::Literal(literal) => self.text(&print_literal(literal)),
                    _ => Ok(()),
                };
            }
        };
        match &expr.kind {
            ExprKind::Nested { field, body } => {
                self.text(&print_literal(field))?;
                self.text(": { ")?;
                self.node(Node::Expr(body), Level::Or)?;
                self.text(" }")
            }
            ExprKind::Range {
                field,
                operator,
                value,
            } => {
                self.text(&print_literal(field))?;
                self.text(&format!(" {} ", operator.as_str()))?;
                self.text(&print_literal(value))
            }
            ExprKind::Is { field, value } => {
                self.text(&print_literal(field))?;
                self.text(": ")?;
                match &value.kind {
                    ValueKind::Literal(_) => self.node(Node::Value(value), Level::Or),
                    _ => {
                        self.text("(")?;
                        self.node(Node::Value(value), Level::Or)?;
                        self.text(")")
                    }
                }
            }
            ExprKind::Anywhere(literal) => self.text(&print_literal(literal)),
            ExprKind::Or(_) | ExprKind::And(_) | ExprKind::Not(_) => Ok(()),
        }
    }
}

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

    /// Writes a node on this line if it fits there, else over several. `tail` is the number of bytes that will follow it
    /// on its last line.
    fn node(&mut self, node: Node<'_>, required: Level, indent: usize, tail: usize) {
        let used = self.out.len() - self.line_start;
        let mut flat = Flat {
            out: String::new(),
            limit: WIDTH.saturating_sub(used + tail),
        };
        if flat.node(node, required).is_ok() {
            return self.text(&flat.out);
        }
        if node.level() < required {
            self.enclosed("(", node, ")", indent);
        } else {
            self.broken(node, indent, tail);
        }
    }

    fn enclosed(&mut self, open: &str, node: Node<'_>, close: &str, indent: usize) {
        self.text(open);
        self.line(indent + STEP);
        self.node(node, Level::Or, indent + STEP, 0);
        self.line(indent);
        self.text(close);
    }

    fn broken(&mut self, node: Node<'_>, indent: usize, tail: usize) {
        match node.parts() {
            Parts::Chain(operator, parts) => {
                let count = parts.len();
                for (index, part) in parts.into_iter().enumerate() {
                    if index > 0 {
                        self.text(operator);
                        self.line(indent);
                    }
                    let last = index + 1 == count;
                    let tail = if last { tail } else { operator.len() };
                    self.node(part, Level::Operand, indent, tail);
                }
            }
            Parts::Not(part) => {
                self.text("not ");
                self.node(part, Level::Primary, indent, tail);
            }
            Parts::One => self.broken_one(node, indent),
        }
    }

    fn broken_one(&mut self, node: Node<'_>, indent: usize) {
        if let Node::Expr(expr) = node {
            match &expr.kind {
                ExprKind::Nested { field, body } => {
                    self.text(&print_literal(field));
                    return self.enclosed(": {", Node::Expr(body), "}", indent);
                }
                ExprKind::Is { field, value } if !matches!(value.kind, ValueKind::Literal(_)) => {
                    self.text(&print_literal(field));
                    return self.enclosed(": (", Node::Value(value), ")", indent);
                }
                _ => {}
            }
        }
        // One word longer than a line.
        let mut flat = Flat {
            out: String::new(),
            limit: usize::MAX,
        };
        if flat.node(node, Level::Or).is_ok() {
            self.text(&flat.out);
        }
    }
}
