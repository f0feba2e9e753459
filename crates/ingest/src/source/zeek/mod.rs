//! Zeek: what it writes of connections and of the protocols in them, as tables (`#fields`) and as JSON.
//!
//! Both forms go through one mapping, that of Elastic's `zeek.*`. A table says of what it is (`#path`); JSON says so where `_path` was
//! added, and else by the keys that only one log has.

mod fields;
mod kinds;
mod logs;
mod row;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Record, Source};
use row::Row;

/// Zeek.
pub struct Zeek;

impl Source for Zeek {
    fn name(&self) -> &'static str {
        "zeek"
    }

    fn title(&self) -> &'static str {
        "Zeek"
    }

    fn dataset(&self) -> &'static str {
        "zeek.log"
    }

    fn more_datasets(&self) -> &'static [&'static str] {
        &kinds::DATASETS
    }

    fn indices(&self) -> &'static [&'static str] {
        &[]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        row::detect(record)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Line)
            && (opening.is_byte(b"#-") || matches!(opening, Opening::Digits(_)))
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["ts"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &["orig_h", "suppress_for", "_write_ts"]
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        Row::of(record).map_or(&kinds::OTHER, |row| kinds::kind(&row))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(Row::Table(columns, line)) = Row::of(record) {
            for cell in columns.typed(line) {
                parts.extend(cell.values().map(|value| (cell.name, value)));
            }
        }
    }
}
