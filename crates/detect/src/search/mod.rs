//! Answers whole requests as Elasticsearch's `_eql/search` does.
//!
//! [`answer`] takes a request body, a mapping and documents, and gives the response body. Beneath it, [`Search`] answers one
//! query over any stream of events on any number of threads; it knows nothing of requests and JSON.

mod answer;
mod collect;
mod error;
mod fields;
mod filter;
mod limits;
mod moment;
mod rank;
mod request;
mod worker;

pub use answer::{AnswerOptions, answer, response};
pub use collect::{Found, FoundSequence, Items, Search, SearchOptions};
pub use error::SearchError;
pub use limits::{Direction, Limits};
pub use moment::EventOrder;
pub use request::Request;
pub use worker::SearchWorker;
