//! Finds files, opens what is packed, tells logs from other files, and cuts the work into units.

mod sniff;
mod unit;
mod unpack;
mod walk;

pub use unit::{ReadOptions, Unit, units};
pub use walk::{Found, InputFile, find};
