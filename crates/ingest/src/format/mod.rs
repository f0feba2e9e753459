//! The raw forms of logs.

mod buffer;
pub mod evtx;
pub mod json;
pub(crate) mod line_ends;
mod literals;
pub mod syslog;
pub mod text;
pub mod time;
pub mod user_agent;
pub(crate) mod utf16;
pub(crate) mod xml;
