//! Sysmon for Linux: processes, connections, files.
//!
//! Sysmon writes a line of XML through syslog, of the same schema as on Windows. The mapping is that of Elastic's `sysmon_linux` integration, whose
//! wart is that `process.name` is the program that wrote the line; what it leaves out for paths with slashes is added.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Record, Source};

/// Sysmon for Linux.
pub struct SysmonLinux;

impl Source for SysmonLinux {
    fn name(&self) -> &'static str {
        "sysmon_linux"
    }

    fn title(&self) -> &'static str {
        "Sysmon for Linux"
    }

    fn dataset(&self) -> &'static str {
        "sysmon_linux.log"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-sysmon_linux.log-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["sysmon"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        line::is_event(record).then_some(Confidence::Certain)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message) && opening.is_byte(b"<")
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["winlog", "winlog.channel"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &["Linux-Sysmon"]
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        fields::kind(line::code(record).as_deref())
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(record, parts);
    }
}
