//! `gatewatch rules`

mod check;
mod convert;
mod list;
mod show;

pub(super) use list::parsed;
pub(super) use show::find;

use crate::exit::Ending;
use crate::flags::{RulesCommand, RulesFlags};

/// Lists, shows, checks, converts rules.
pub fn run(flags: &RulesFlags) -> anyhow::Result<Ending> {
    match &flags.command {
        RulesCommand::List(flags) => list::run(flags),
        RulesCommand::Show(flags) => show::run(flags),
        RulesCommand::Check(flags) => check::run(flags),
        RulesCommand::Convert(flags) => convert::run(flags),
    }
}
