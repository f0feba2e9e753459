//! The scripts of `xtask/lab` and what their heads say.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Where commands are looked for, in the order of the labs' own search path.
const FOLDERS: &[&str] = &["usr/sbin", "usr/bin", "sbin", "bin"];

/// A lab.
#[derive(Debug)]
pub struct Script {
    /// Its file name without the extension.
    pub name: String,
    pub path: PathBuf,
    /// The first sentence of its head.
    pub title: String,
    /// Where its logs go, below `corpus/`.
    pub folder: String,
    needs: Vec<Need>,
}

/// `# needs: PACKAGE: COMMAND...`; a command may have another name in another version: `xfreerdp|xfreerdp3`.
#[derive(Debug)]
struct Need {
    package: String,
    commands: Vec<String>,
}

/// What is not installed.
#[derive(Debug, Default)]
pub struct Missing {
    pub commands: Vec<String>,
    pub packages: BTreeSet<String>,
}

impl Missing {
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

/// All labs, by name. A script without a folder is a part of others.
pub fn all(folder: &Path) -> anyhow::Result<Vec<Script>> {
    let mut scripts = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_suffix(".sh"))
        else {
            continue;
        };
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        scripts.extend(parse(name, &path, &text));
    }
    scripts.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(scripts)
}

fn parse(name: &str, path: &Path, text: &str) -> Option<Script> {
    let head: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    let words = |key: &str| {
        head.iter()
            .filter_map(|line| Some(line.strip_prefix(key)?.strip_prefix(": ")?.trim()))
            .collect::<Vec<_>>()
    };
    let prose: Vec<&str> = head
        .iter()
        .copied()
        .take_while(|line| !line.is_empty())
        .collect();
    let title = prose.join(" ");
    let title = title.split(['.', ';']).next().unwrap_or_default();
    Some(Script {
        name: name.to_owned(),
        path: path.to_owned(),
        title: title.to_owned(),
        folder: (*words("folder").first()?).to_owned(),
        needs: words("needs")
            .iter()
            .filter_map(|need| {
                let (package, commands) = need.split_once(": ")?;
                Some(Need {
                    package: package.to_owned(),
                    commands: commands.split_whitespace().map(str::to_owned).collect(),
                })
            })
            .collect(),
    })
}

impl Script {
    /// The commands that `system` (the root of a Linux system) lacks, and the Debian packages that hold them.
    pub fn missing(&self, system: &Path) -> Missing {
        let found = |command: &str| match command.strip_prefix('/') {
            Some(path) => system.join(path).exists(),
            None => FOLDERS
                .iter()
                .any(|folder| system.join(folder).join(command).exists()),
        };
        let there = |command: &str| command.split('|').any(found);
        let mut missing = Missing::default();
        for need in &self.needs {
            let lacking = need.commands.iter().filter(|command| !there(command));
            for command in lacking {
                missing.commands.push(command.clone());
                missing.packages.insert(need.package.clone());
            }
        }
        missing
    }
}

/// Name and version of `system` for a folder: `debian-13`.
pub fn version(system: &Path) -> anyhow::Result<String> {
    let path = system.join("etc/os-release");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let value = |key: &str| {
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim_matches('"'))
    };
    let (Some(name), Some(version)) = (value("ID"), value("VERSION_ID")) else {
        bail!("{} tells no ID and VERSION_ID", path.display());
    };
    Ok(format!("{name}-{version}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{all, parse, version};
    use crate::root;

    const HEAD: &str = "# Logons by pigeon, and\n# by owl. More.\n#\n# folder: linux/pigeon\n\
        # needs: pigeon-server: pigeon|pigeond /lib/loft\n# needs: no-such-package: no-such-command\nrest\n# folder: no\n";

    #[test]
    fn the_head_says_what_a_lab_needs() {
        let script = parse("pigeon", Path::new("pigeon.sh"), HEAD).expect("a lab");
        assert_eq!(script.title, "Logons by pigeon, and by owl");
        assert_eq!(script.folder, "linux/pigeon");
        let system = std::env::temp_dir().join(format!("gatewatch-xtask-{}", std::process::id()));
        for file in ["usr/sbin/pigeond", "lib/loft"] {
            let file = system.join(file);
            std::fs::create_dir_all(file.parent().expect("below")).expect("writable");
            std::fs::write(file, "").expect("writable");
        }
        let missing = script.missing(&system);
        let release = "PRETTY_NAME=\"Loft 7\"\nVERSION_ID=\"7\"\nID=loft\n";
        std::fs::create_dir_all(system.join("etc")).expect("writable");
        std::fs::write(system.join("etc/os-release"), release).expect("writable");
        let name = version(&system).expect("told");
        std::fs::remove_dir_all(&system).expect("there");
        assert_eq!(name, "loft-7");
        assert_eq!(missing.commands, ["no-such-command"]);
        assert!(missing.packages.contains("no-such-package"));
        assert!(parse("part", Path::new("part.sh"), "# Parts.\nrest\n").is_none());
    }

    #[test]
    fn each_lab_has_a_folder_of_its_own() {
        let scripts = all(&root().join("xtask/lab")).expect("readable");
        assert!(!scripts.is_empty());
        for script in &scripts {
            assert!(!script.title.is_empty(), "{}", script.name);
            assert!(!script.needs.is_empty(), "{}", script.name);
            let owners = scripts.iter().filter(|other| {
                other.folder == script.folder
                    || other.folder.starts_with(&format!("{}/", script.folder))
            });
            assert_eq!(owners.count(), 1, "{}", script.folder);
        }
    }
}
