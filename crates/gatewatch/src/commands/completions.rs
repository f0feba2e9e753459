//! `gatewatch completions`

use clap::CommandFactory as _;

use crate::exit::Ending;
use crate::flags::{Cli, CompletionsFlags};
use crate::output;

/// Writes a completion script.
pub fn run(flags: &CompletionsFlags) -> anyhow::Result<Ending> {
    let mut out = output::results(None)?;
    clap_complete::generate(flags.shell, &mut Cli::command(), "gatewatch", &mut out);
    out.flush()?;
    Ok(Ending::Done)
}
