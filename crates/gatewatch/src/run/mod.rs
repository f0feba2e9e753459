//! Reads all inputs on all threads.

mod batches;
mod in_order;
mod pool;
mod progress;
mod summary;

pub use batches::made_in_order;
pub use in_order::InOrder;
pub use pool::{Task, TaskReport, next_thread, run};
pub use progress::Progress;
pub use summary::{ReadSummary, write_unreadable};
