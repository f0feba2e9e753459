//! The Security log, as Elastic's Security pipeline maps it.

mod account;
mod codes;
mod details;
mod logon;
mod network;
mod process;
mod related;

use super::entry::{Entry, Moved};
use super::entry::{Extract, Group, Shape};
use super::kind::Builder;

/// The events that a table is for.
enum Ids {
    All,
    These(&'static [u32]),
}

/// A table and the events that it is for. Of two tables that set a field, the later counts.
struct Table {
    ids: Ids,
    group: Group,
}

const fn every(entries: &'static [Entry], moved: &'static [Moved]) -> Table {
    Table {
        ids: Ids::All,
        group: Group { entries, moved },
    }
}

const fn of(ids: &'static [u32], entries: &'static [Entry], moved: &'static [Moved]) -> Table {
    Table {
        ids: Ids::These(ids),
        group: Group { entries, moved },
    }
}

static TABLES: &[Table] = &[
    every(details::ENTRIES, &[]),
    every(account::RENAMES, &[]),
    every(logon::ENTRIES, &[]),
    every(related::ENTRIES, &[]),
    of(account::TARGET_IDS, account::TARGET, &[]),
    of(account::SUBJECT_IDS, account::SUBJECT, &[]),
    of(account::ACTED_ON_IDS, account::ACTED_ON, &[]),
    of(&[4648], account::EXPLICIT, &[]),
    of(account::EFFECTIVE_IDS, account::EFFECTIVE, &[]),
    of(account::GROUP_IDS, account::GROUP, &[]),
    of(account::COMPUTER_IDS, account::COMPUTER, &[]),
    of(&[1102], account::LOG_CLEARED, &[]),
    of(logon::SESSION_IDS, logon::SESSION, &[]),
    of(logon::STATUS_IDS, logon::STATUS, &[]),
    of(logon::TICKET_IDS, logon::TICKET, &[]),
    of(details::PRIVILEGE_IDS, details::PRIVILEGES, &[]),
    of(process::ORIGIN_IDS, process::ORIGIN, process::ORIGIN_MOVED),
    of(&[4688], process::CREATED, process::CREATED_MOVED),
    of(network::SHARE_IDS, network::SHARE, &[]),
    of(network::FILTER_IDS, network::FILTER, &[]),
];

/// Adds what the Security pipeline makes of an event id.
pub(super) fn build(id: u32, builder: &mut Builder) {
    if let Some(code) = codes::find(id) {
        builder.constant("event.category", Shape::Many, code.category);
        builder.constant("event.type", Shape::Many, code.types);
        builder.constant(
            "event.action",
            Shape::One,
            std::slice::from_ref(&code.action),
        );
    }
    for table in TABLES {
        let applies = match table.ids {
            Ids::All => true,
            Ids::These(ids) => ids.contains(&id),
        };
        if applies {
            builder.group(&table.group);
        }
    }
}

/// The members of `winlog.event_data` that a table adds or turns into an array.
const fn data_list(path: &'static str, from: Extract) -> Entry {
    Entry::many(path, from)
}
