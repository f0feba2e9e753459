//! `gatewatch rules`

mod check;
mod convert;
mod explain;
mod format;
mod list;
mod show;
mod test;

pub(super) use list::parsed;
pub(super) use show::find;

use crate::exit::Ending;
use crate::flags::{RulesCommand, RulesFlags};

/// Lists, shows, checks, tests, explains, formats and converts rules.
pub fn run(flags: &RulesFlags) -> anyhow::Result<Ending> {
    match &flags.command {
        RulesCommand::List(flags) => list::run(flags),
        RulesCommand::Show(flags) => show::run(flags),
        RulesCommand::Check(flags) => check::run(flags),
        RulesCommand::Test(flags) => test::run(flags),
        RulesCommand::Explain(flags) => explain::run(flags),
        RulesCommand::Format(flags) => format::run(flags),
        RulesCommand::Convert(flags) => convert::run(flags),
    }
}
