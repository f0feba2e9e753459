//! `gatewatch query`

mod explain;
mod logs;
mod request;

use gatewatch_diagnostic::Source;
use gatewatch_syntax::eql::parse_expression;

use crate::exit::Ending;
use crate::flags::QueryFlags;
use crate::output;

/// Answers a query over logs, a request over documents, or folds a constant expression.
pub fn run(flags: &QueryFlags) -> anyhow::Result<Ending> {
    if let Some(expression) = &flags.fold {
        return fold(expression);
    }
    match &flags.request {
        Some(body) => request::run(flags, body),
        None => logs::run(flags),
    }
}

fn fold(expression: &str) -> anyhow::Result<Ending> {
    let folded = parse_expression(expression)
        .into_result()
        .and_then(|tree| gatewatch_query::fold(&tree, expression));
    match folded {
        Ok(folded) => {
            let mut out = output::results(None)?;
            writeln!(out, "{}", folded.value.to_json())?;
            out.flush()?;
            Ok(Ending::Done)
        }
        Err(problems) => {
            for problem in &problems {
                output::complain(
                    Source::new(expression)
                        .named("expression")
                        .render(problem)
                        .trim_end(),
                );
            }
            Ok(Ending::Refused)
        }
    }
}
