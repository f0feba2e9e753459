//! IIS: the logs of web sites in the W3C extended form, and that of HTTP.sys.
//!
//! Behind IIS stand the doors of Windows that face the outside: Remote Desktop's gateway and web access, Exchange. A file names its columns
//! in a line `#Fields:`, anew whenever they change.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};
use crate::format::syslog::Stamp;
use line::{Log, Request};

/// IIS.
pub struct Iis;

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
        match line::recognise(record) {
            Some((true, _)) => Some(Confidence::Certain),
            Some((false, _)) => Some(Confidence::Likely),
            None => line::is_header(record.raw).then_some(Confidence::Likely),
        }
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
        match line::recognise(record) {
            Some((_, Log::Access)) => fields::kind(&Request::of(record)),
            Some((_, Log::Error)) => fields::error_kind(&Request::of(record)),
            None => &fields::OTHER,
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(record, parts);
    }
}
