//! The mappings: one folder a log source, from raw record to ECS.
//!
//! Windows events and Linux authentication logs have readers of their own; every other source is a
//! [`Source`](mapping::Source) in the table [`SOURCES`]: adding one takes its folder, one `pub mod` and one line of the
//! table.

#[cfg(test)]
mod check;
pub mod cisco_asa;
mod find;
pub(crate) mod index;
pub mod linux_auth;
pub mod mapping;
pub mod panos;
mod text;
pub mod windows;

pub use find::{Claim, claim, claim_by_content, find_source};
pub use text::{TextOptions, check_bytes, read_text};
pub(crate) use text::{is_known_line, is_sourced_text, route_carried};

use jiff::tz::TimeZone;
use mapping::Source;

/// The zone of times that name none, where nobody says which it is.
pub(crate) static UTC: TimeZone = TimeZone::UTC;

/// Every source but Windows and Linux authentication, in the order of their names. Where two are equally sure of a record,
/// the first has it, and the tie is reported.
pub static SOURCES: &[&dyn Source] = &[&cisco_asa::CiscoAsa, &panos::Panos];

#[cfg(test)]
mod tests {
    use super::SOURCES;

    #[test]
    fn the_table_is_in_order() {
        let names: Vec<&str> = SOURCES.iter().map(|source| source.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
