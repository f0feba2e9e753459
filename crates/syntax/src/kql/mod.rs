//! Kibana Query Language (KQL, "kuery"), as Kibana reads it.
//!
//! ```text
//! query    = ws [ or ] ws                       nothing matches everything
//! or       = and { WS "or" WS and }
//! and      = not { WS "and" WS not }
//! not      = "not" WS sub | sub
//! sub      = "(" ws or ws ")" | nested | comparison
//! nested   = field ws ":" ws "{" ws or ws "}"
//! comparison = field ws ( "<=" | ">=" | "<" | ">" ) ws literal
//!          | field ws ":" ws ( "(" ws list ws ")" | literal )
//!          | literal                            free text
//! list     = like `or`, with literals for what `or` has comparisons for
//! field    = literal
//! ```
//!
//! A literal is quoted, or it runs on, spaces and all, up to a special character or up to where a keyword begins: `and`
//! and `or` with white space at both sides, `not` with white space after it. Keywords have any case.

pub mod ast;
mod literal;
mod lucene;
mod parser;
mod print;
mod problems;

pub use ast::{Expr, ExprKind, Literal, LiteralKind, Query, RangeOperator, Value, ValueKind};
pub use parser::{MAX_DEPTH, MAX_LENGTH, parse_query};
pub use print::{print, print_expression, print_literal};
