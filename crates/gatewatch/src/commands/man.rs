//! `gatewatch man`

use clap::CommandFactory as _;

use crate::exit::Ending;
use crate::flags::Cli;
use crate::output;

/// Writes the manual page, one section for each command.
pub fn run() -> anyhow::Result<Ending> {
    let mut out = output::results(None)?;
    let mut root = Cli::command();
    root.build();
    clap_mangen::Man::new(root.clone()).render(&mut out)?;
    for command in root
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        clap_mangen::Man::new(command.clone()).render(&mut out)?;
    }
    out.flush()?;
    Ok(Ending::Done)
}
