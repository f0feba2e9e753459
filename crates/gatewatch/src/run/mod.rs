//! Reads all inputs on all threads.

mod pool;
mod progress;
mod summary;

pub use pool::{Task, TaskReport, next_thread, run};
pub use progress::Progress;
pub use summary::{ReadSummary, write_unreadable};
