//! Event Query Language, as Elasticsearch reads it.

pub mod ast;
mod lexer;
mod parser;
mod print;
mod problems;
mod token;
mod visit;

pub use ast::{Expr, ExprKind, Query, QueryBody};
pub use parser::{MAX_DEPTH, MAX_LENGTH, comments, parse_expression, parse_query};
pub use print::{print, print_expression, print_with_comments};
