//! The raw forms of logs.
