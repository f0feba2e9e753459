//! `gatewatch rules format`

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use gatewatch_rules::format_rule;

use crate::commands::load;
use crate::exit::Ending;
use crate::flags::RulesFormatFlags;
use crate::output;
use crate::report::problems;
use crate::report::text::count;

/// The largest rule that is read from stdin.
const MAX_BYTES: u64 = 16 << 20;

/// Formats rules.
pub(super) fn run(flags: &RulesFormatFlags) -> anyhow::Result<Ending> {
    let stdin = flags.paths.as_slice() == [Path::new("-")];
    let files = if stdin {
        let mut text = String::new();
        io::stdin()
            .lock()
            .take(MAX_BYTES)
            .read_to_string(&mut text)
            .context("cannot read a rule from stdin")?;
        vec![("stdin.toml".to_owned(), text)]
    } else {
        load::rule_files(&flags.paths)?
    };
    let to_stdout = !flags.check && !flags.write;
    if to_stdout && files.len() > 1 {
        bail!(
            "{} would be written to stdout: use --check to name those that differ, or --write to change them",
            count(files.len() as u64, "file", "files")
        );
    }
    if stdin && flags.write {
        bail!("a rule from stdin goes to stdout: leave --write out");
    }
    let mut out = output::results(None)?;
    let (mut changed, mut faults) = (0u64, 0u64);
    for (path, text) in &files {
        match format_rule(path, text) {
            Err(found) => {
                faults += 1;
                for problem in found {
                    output::complain(&problems::in_file(path, text, &problem));
                }
            }
            Ok(formatted) => {
                if to_stdout {
                    out.write_all(formatted.as_ref().unwrap_or(text).as_bytes())?;
                } else if let Some(formatted) = formatted {
                    changed += 1;
                    writeln!(out, "{path}")?;
                    if flags.write {
                        fs::write(path, formatted)
                            .with_context(|| format!("cannot write {path}"))?;
                    }
                }
            }
        }
    }
    out.flush()?;
    if !to_stdout {
        let done = if flags.write {
            "formatted"
        } else {
            "to be formatted"
        };
        output::complain(&format!(
            "{} {done}, {} with problems, {} as they should be.",
            count(changed, "file", "files"),
            faults,
            files.len() as u64 - changed - faults
        ));
    }
    Ok(if faults > 0 {
        Ending::Refused
    } else if flags.check && changed > 0 {
        Ending::Found
    } else {
        Ending::Done
    })
}
