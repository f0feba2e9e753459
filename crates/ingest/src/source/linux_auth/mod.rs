//! Linux authentication logs: `auth.log`, `secure`, and the same messages in the systemd journal.
//!
//! The mapping is that of Elastic's `system.auth` integration. Where it goes beyond - daemons that Elastic does not map,
//! the true remote host behind a user name made to look like one, repeated messages unrolled - the fields are named
//! `gatewatch.*`; `docs/sources/linux-auth.md` lists them with the places where ours and Elastic's answers differ on purpose.
//!
//! ```
//! use gatewatch_ingest::source::linux_auth::sshd;
//!
//! let message = sshd::parse("Failed password for invalid user x from 192.0.2.1 port 1 ssh2 from 198.51.100.7 port 9 ssh2");
//! let remote = message.and_then(|message| message.remote).map(|remote| remote.address);
//! assert_eq!(remote, Some("198.51.100.7"));
//! ```

mod accounts;
mod attempt;
mod class;
mod dropbear;
mod event;
mod facts;
mod fields;
mod journal;
mod kinds;
mod pam;
mod program;
mod sentence;
pub mod sshd;
mod sudo;
mod text;
mod usual;

pub(super) use attempt::Attempt;
pub use class::AuthKind;
pub use event::AuthEvent;
pub use fields::{EXTENSION_FIELDS, field_names};
pub use journal::{JournalFields, JournalLine, from_filebeat, is_filebeat_journal, is_journal};
pub use kinds::AuthKinds;
pub(super) use kinds::Told;
pub(super) use program::is_own_program;
