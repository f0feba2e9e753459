//! Syslog lines: framing, headers, times.
//!
//! ```
//! use gatewatch_ingest::format::syslog::Header;
//!
//! let header = Header::parse("Feb 21 21:54:44 web sshd[34]: Accepted password for joe from 192.0.2.7 port 9 ssh2");
//! assert_eq!(header.and_then(|header| header.program), Some("sshd"));
//! ```

mod frame;
mod header;
mod stamp;
mod year;

pub use frame::{Frame, Frames, MAX_RECORD};
pub use header::Header;
pub use stamp::Stamp;
pub use year::{Assumed, YearBasis, YearClock, YearSpan};
