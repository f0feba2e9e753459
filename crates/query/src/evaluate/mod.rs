//! How expressions are computed.

mod code;
mod lower;
mod phrases;
mod test;
mod words;

pub(crate) use code::{Chosen, Code, Slot};
pub(crate) use lower::{field_test, lower, value_test};
pub(crate) use test::ValueTest;
