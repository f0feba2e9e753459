//! `cargo xtask lab`: real daemons write the logs of `corpus/`, each on a machine of its own made of namespaces.
//!
//! A lab is a shell script in `xtask/lab`; its head says what it needs and where its logs go. `machine.sh` runs it, and
//! the script leaves behind, besides the logs, what was done (ground truth) and what each file is. Nothing is installed.
//! The logs of each system (Debian 12, Debian 13...) have a folder of their own.

#![expect(
    clippy::print_stderr,
    reason = "a lab takes minutes: it says what it does"
)]

mod outcome;
mod script;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use script::Script;

/// Where another system than the running one lies, whose daemons are to be used.
const ROOT_VARIABLE: &str = "GATEWATCH_LAB_ROOT";

/// Runs the labs `names` ("all" for every one), or lists them when there is no name.
pub fn run(names: &[&str], root: &Path) -> anyhow::Result<()> {
    let scripts = script::all(&root.join("xtask/lab"))?;
    if names.is_empty() {
        eprintln!(
            "cargo xtask lab NAME... (or all), as root; the labs and the folders of corpus/ that they write:"
        );
        for script in &scripts {
            eprintln!(
                "  {:<14} {:<24} {}",
                script.name, script.folder, script.title
            );
        }
        return Ok(());
    }
    let chosen = choose(&scripts, names)?;
    let system = std::env::var_os(ROOT_VARIABLE).map_or_else(|| PathBuf::from("/"), PathBuf::from);
    let mut failed = Vec::new();
    for script in chosen {
        eprintln!("lab {}: {}", script.name, script.title);
        if let Err(error) = make(script, &system, root) {
            eprintln!("lab {}: {error:#}", script.name);
            failed.push(script.name.as_str());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("no new logs from: {}", failed.join(" "))
    }
}

fn choose<'a>(scripts: &'a [Script], names: &[&str]) -> anyhow::Result<Vec<&'a Script>> {
    if names == ["all"] {
        return Ok(scripts.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            scripts
                .iter()
                .find(|script| script.name == *name)
                .with_context(|| format!("no lab `{name}`; `cargo xtask lab` lists them"))
        })
        .collect()
}

/// One lab: its logs replace those of its folder only when all went well.
fn make(script: &Script, system: &Path, root: &Path) -> anyhow::Result<()> {
    let missing = script.missing(system);
    if !missing.is_empty() {
        let packages: Vec<String> = missing.packages.into_iter().collect();
        bail!(
            "not installed: {}\n  apt-get install --no-install-recommends {}",
            missing.commands.join(", "),
            packages.join(" ")
        );
    }
    let made = std::env::temp_dir().join(format!(
        "gatewatch-lab-{}-{}",
        script.name,
        std::process::id()
    ));
    fs::create_dir(&made).with_context(|| format!("cannot make {}", made.display()))?;
    let status = Command::new(root.join("xtask/lab/machine.sh"))
        .args([&script.path, &made])
        .status()
        .context("cannot run xtask/lab/machine.sh")?;
    let result = if status.success() {
        let folder = format!("{}/{}", script.folder, script::version(system)?);
        outcome::keep(&made, &folder, &root.join("corpus"))
    } else {
        Err(anyhow::anyhow!("the script ended with {status}"))
    };
    fs::remove_dir_all(&made).with_context(|| format!("cannot remove {}", made.display()))?;
    result
}
