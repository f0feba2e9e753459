//! IIS: the logs of web sites in the W3C extended form, and that of HTTP.sys.
//!
//! Behind IIS stand the doors of Windows that face the outside: Remote Desktop's gateway and web access, Exchange. A file names its columns
//! in a line `#Fields:`, anew whenever they change.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
use crate::format::syslog::Stamp;
use line::{Log, Seen};

/// IIS.
pub struct Iis;

fn kind(seen: &Seen<'_>) -> &'static Kind {
    match seen.log {
        Log::Access => fields::kind(&seen.request),
        Log::Error => fields::error_kind(&seen.request),
    }
}

impl Source for Iis {
    fn name(&self) -> &'static str {
        "iis"
    }

    fn title(&self) -> &'static str {
        "IIS: Remote Desktop gateway, Exchange, web sites"
    }

    fn dataset(&self) -> &'static str {
        "iis.access"
    }

    fn more_datasets(&self) -> &'static [&'static str] {
        &["iis.error"]
    }

    fn indices(&self) -> &'static [&'static str] {
        &[]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        let Some(seen) = line::see(record) else {
            return line::is_header(record.raw)
                .then(|| Recognised::of(Confidence::Likely, &fields::OTHER));
        };
        let confidence = match seen.is_named {
            true => Confidence::Certain,
            false => Confidence::Likely,
        };
        Some(Recognised::of(confidence, kind(&seen)))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Line)
            && (opening.is_byte(b"#") || matches!(opening, Opening::Digits(_)))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            " GET /",
            " POST /",
            " HEAD /",
            " PUT /",
            " OPTIONS /",
            " DELETE /",
            " PROPFIND /",
            "_DATA /",
        ]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        line::stamp(record)
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        line::see(record).map_or(&fields::OTHER, |seen| kind(&seen))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(record, parts);
    }
}
