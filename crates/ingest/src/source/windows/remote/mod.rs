//! Our own extension of Elastic's mapping: remote-access channels that Elastic leaves in the generic shape, and a few
//! fields without which rules cannot see what an event says. Kept apart, so that [`Options`] can turn it off and
//! [`extension_fields`] can list all of it. `docs/sources/windows-remote.md` describes it field by field.
//!
//! [`Options`]: super::Options

mod access;
mod gateway;
mod openssh;
mod security;
mod terminal;
mod tools;
mod values;
mod winrm;

use super::entry::{Entry, Group};
use super::family::Family;
use super::kind::Builder;

/// The events that a row is for.
#[derive(Clone, Copy)]
enum Place {
    /// The Security log.
    Security,
    /// A channel of the generic shape.
    Channel(&'static str),
    /// A provider in any channel of the generic shape, and its instances: `NAME Client (INSTANCE)`.
    Provider(&'static str),
}

/// Fields that the extension adds to the events with these ids.
struct Row {
    place: Place,
    ids: &'static [u32],
    fields: &'static [Entry],
}

impl Row {
    fn applies(
        &self,
        family: Family,
        provider: Option<&str>,
        channel: Option<&str>,
        id: Option<u32>,
    ) -> bool {
        let here = match self.place {
            Place::Security => family == Family::Security,
            Place::Channel(name) => family == Family::Generic && channel == Some(name),
            Place::Provider(name) => {
                let rest = provider.and_then(|provider| provider.strip_prefix(name));
                family == Family::Generic
                    && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" Client ("))
            }
        };
        here && id.is_some_and(|id| self.ids.contains(&id))
    }
}

/// The whole extension.
const ROWS: &[&[Row]] = &[
    security::ROWS,
    terminal::ROWS,
    gateway::ROWS,
    winrm::ROWS,
    openssh::ROWS,
    tools::ROWS,
    access::ROWS,
];

/// Adds the extension's fields to a kind.
pub(super) fn build(
    family: Family,
    provider: Option<&str>,
    channel: Option<&str>,
    id: Option<u32>,
    builder: &mut Builder,
) {
    for row in ROWS.iter().copied().flatten() {
        if row.applies(family, provider, channel, id) {
            builder.group(&Group {
                entries: row.fields,
                moved: &[],
            });
        }
    }
}

/// Every field that the extension sets: channel (or provider), event ids and field.
pub fn extension_fields() -> impl Iterator<Item = (&'static str, &'static [u32], &'static str)> {
    ROWS.iter().copied().flatten().flat_map(|row| {
        let channel = match row.place {
            Place::Security => "Security",
            Place::Channel(name) | Place::Provider(name) => name,
        };
        row.fields
            .iter()
            .map(move |entry| (channel, row.ids, entry.path))
    })
}
