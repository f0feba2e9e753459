//! The table of ECS field types.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

const TABLE: &str = "crates/event/src/ecs_fields.txt";
const HEAD: &str = "# Elastic Common Schema 9.5.0 field types (schema published by Elastic under Apache-2.0). Made by `cargo xtask ecs`; do not edit.\n# One field a line: name, type, and [] when the field holds an array.\n";

/// Writes the table from a CSV file with the columns field, type and array.
pub fn write(csv: &Path, root: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(csv).with_context(|| format!("cannot read {}", csv.display()))?;
    let path = root.join(TABLE);
    fs::write(&path, table(&text)?).with_context(|| format!("cannot write {}", path.display()))
}

/// The table's text.
fn table(csv: &str) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for line in csv.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.trim().split(',').collect();
        let [name, field_type, array] = cells[..] else {
            bail!("a line has not three columns: {line}");
        };
        rows.push((name, field_type, if array.is_empty() { "" } else { "[]" }));
    }
    rows.sort_unstable();
    let mut out = HEAD.to_owned();
    for (name, field_type, array) in rows {
        writeln!(out, "{name} {field_type}{array}")?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{TABLE, table};
    use crate::root;

    #[test]
    fn rows_are_sorted_and_arrays_marked() {
        let text = table("field,type,array\nb.c,ip,1\na,date,\n").expect("valid");
        assert!(
            text.ends_with("[].\na date\nb.c ip[]\n") || text.ends_with("\na date\nb.c ip[]\n")
        );
        table("field,type,array\nx,y\n").expect_err("two columns");
    }

    #[test]
    fn the_committed_table_is_fresh() {
        let shared = std::env::var_os("GATEWATCH_SHARED")
            .map_or_else(|| root().join("../shared"), std::path::PathBuf::from);
        let Ok(csv) = std::fs::read_to_string(shared.join("ecs/fields.csv")) else {
            println!("skipped: no shared folder, the ECS table is not compared with its source");
            return;
        };
        let committed = std::fs::read_to_string(root().join(TABLE)).expect("committed");
        assert_eq!(
            table(&csv).expect("valid"),
            committed,
            "run `cargo xtask ecs`"
        );
    }
}
