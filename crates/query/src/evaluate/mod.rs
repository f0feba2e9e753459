//! How expressions are computed.

mod code;
mod lower;
mod test;

pub(crate) use code::{Chosen, Code, Slot};
pub(crate) use lower::{field_test, lower};
pub(crate) use test::ValueTest;
