//! Function calls.

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use gatewatch_syntax::eql::ast::Call;

use super::operators::{Ordinal, Wanted, wider};
use super::{Checker, Checks};
use crate::checked::{DataType, Expression, Function, Kind};
use crate::functions::FUNCTIONS;
use crate::similar::similar;

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call, span: Span) -> Checks<Expression> {
        self.limit(call.arguments.len(), "arguments", span)?;
        let function = self.function(call, span);
        let arguments = self.expressions(&call.arguments);
        let (function, arguments) = function.zip(arguments)?;
        self.arguments(function, &arguments, span)?;
        let data_type = match function {
            Function::Between | Function::Concat | Function::String | Function::Substring => {
                DataType::Keyword
            }
            Function::CidrMatch
            | Function::EndsWith
            | Function::StartsWith
            | Function::StringContains => DataType::Boolean,
            Function::IndexOf | Function::Length => DataType::Integer,
            Function::Number => DataType::Double,
            Function::Add
            | Function::Divide
            | Function::Modulo
            | Function::Multiply
            | Function::Subtract => wider(arguments[0].data_type, arguments[1].data_type),
        };
        let kind = Kind::Call {
            function,
            insensitive: call.insensitive,
            arguments,
        };
        Some(self.typed(kind, data_type, span))
    }

    /// The function of this name, if it takes `~` and as many arguments as there are.
    fn function(&mut self, call: &Call, span: Span) -> Checks<Function> {
        let Some(function) = Function::from_name(&call.name) else {
            self.unknown_function(call, span);
            return None;
        };
        if call.insensitive && !function.allows_insensitive() {
            self.report(
                Diagnostic::error(
                    Stage::Parse,
                    "query-no-insensitive-form",
                    format!(
                        "Function [{}] does not support case-(in)sensitivity",
                        call.name
                    ),
                )
                .with_span(span)
                .with_hint(format!("write `{}` without `~`", call.name)),
            );
            return None;
        }
        let arity = function.arity();
        if !(arity.least..=arity.most).contains(&call.arguments.len()) {
            self.report(
                Diagnostic::error(
                    Stage::Parse,
                    "query-argument-count",
                    format!("error building [{}]: {}", function.name(), arity.words),
                )
                .with_span(span),
            );
            return None;
        }
        Some(function)
    }

    fn unknown_function(&mut self, call: &Call, span: Span) {
        let lower = call.name.to_lowercase();
        let matches = similar(&lower, FUNCTIONS.iter().map(|(name, _)| *name));
        let suggestion = match matches.as_slice() {
            [] => String::new(),
            [only] => format!(", did you mean [{only}]?"),
            several => format!(", did you mean any of [{}]?", several.join(", ")),
        };
        let diagnostic = Diagnostic::error(
            Stage::Verification,
            "query-unknown-function",
            format!("Unknown function [{}]{suggestion}", call.name),
        )
        .with_span(span);
        let hint = match lower.as_str() {
            "wildcard" | "match" | "matchlite" => {
                Some("use the operators `like~` and `regex~`".to_owned())
            }
            "arraycontains" | "arraysearch" | "arraycount" => Some(
                "a condition on an array is true if any of its values meets it; write the condition itself".to_owned(),
            ),
            _ => matches.first().map(|first| format!("write `{first}`")),
        };
        self.report(match hint {
            Some(hint) => diagnostic.with_hint(hint),
            None => diagnostic,
        });
    }

    /// Do the arguments fit? Elasticsearch stops at the first that does not.
    fn arguments(
        &mut self,
        function: Function,
        arguments: &[Expression],
        span: Span,
    ) -> Checks<()> {
        let operation = match function.operator() {
            Some(_) => symbol(function),
            None => self.source(span),
        };
        for (index, argument) in arguments.iter().enumerate() {
            let ordinal = if arguments.len() == 1 {
                Ordinal::Only
            } else {
                Ordinal::Nth(index)
            };
            let (wanted, constant) = wanted(function, index);
            // `number` names its first argument even where it is the only one.
            let ordinal = match function {
                Function::Number => Ordinal::Nth(index),
                _ => ordinal,
            };
            if function == Function::CidrMatch && index == 0 {
                self.address(argument, operation, span)?;
                continue;
            }
            self.require(argument, wanted, operation, ordinal, "", span)?;
            if constant && !argument.field_references().is_empty() {
                let which = match index {
                    1 => "second ",
                    2 => "third ",
                    3 => "fourth ",
                    4 => "fifth ",
                    _ => "",
                };
                let message = format!(
                    "{which}argument of [{operation}] must be a constant, received [{}]",
                    argument.text
                );
                return self.refuse("query-not-constant", message, span);
            }
        }
        Some(())
    }

    /// The first argument of `cidrMatch`: an address, or a constant text.
    fn address(&mut self, argument: &Expression, operation: &str, span: Span) -> Checks<()> {
        let fits = match argument.data_type {
            DataType::Ip | DataType::Null | DataType::Dynamic => true,
            DataType::Keyword => argument.field_references().is_empty(),
            _ => false,
        };
        if fits {
            return Some(());
        }
        let message = format!(
            "first argument of [{operation}] must be [ip], found value [{}] type [{}]",
            argument.text,
            argument.data_type.name()
        );
        self.refuse("query-wrong-type", message, span)
    }
}

/// What an argument must be, and whether it must be constant.
fn wanted(function: Function, index: usize) -> (Wanted, bool) {
    match (function, index) {
        (Function::Concat | Function::String, _) => (Wanted::Any, false),
        (Function::Between, 3) => (Wanted::Boolean, true),
        (Function::IndexOf, 2) | (Function::Substring, 1 | 2) => (Wanted::Whole, false),
        (Function::Number, 1) => (Wanted::Whole, true),
        (Function::CidrMatch, _) => (Wanted::Text, true),
        (
            Function::Add
            | Function::Divide
            | Function::Modulo
            | Function::Multiply
            | Function::Subtract,
            _,
        ) => (Wanted::Numeric, false),
        _ => (Wanted::Text, false),
    }
}

fn symbol(function: Function) -> &'static str {
    match function {
        Function::Add => "+",
        Function::Divide => "/",
        Function::Modulo => "%",
        Function::Multiply => "*",
        _ => "-",
    }
}
