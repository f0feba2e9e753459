//! The mappings: one folder a log source, from raw record to ECS.

pub mod linux_auth;
pub mod windows;
