//! The raw forms of logs.
pub mod json;
