//! The raw forms of logs.

pub mod evtx;
pub mod json;
pub mod syslog;
pub mod text;
pub mod time;
