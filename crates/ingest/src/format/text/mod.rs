//! The forms in which lines hold values: read once here, used by every source.
//!
//! | form | who writes it | reader |
//! |---|---|---|
//! | `key=value key="a value"` | firewalls, auditd, SonicOS | [`Pairs`] |
//! | logfmt: the same with Go's quoting | Docker, Kubernetes, Grafana | [`Pairs::logfmt`] |
//! | comma-separated cells | PAN-OS, NPS | [`Cells`] |
//! | `CEF:0|...|k=v`, `LEEF:2.0|...|` | security products to a SIEM | [`Cef`], [`Leef`] |
//! | columns named by a `#Fields:` line | IIS, Zeek | [`Columns`] |
//! | sentences that differ in a few words | Cisco, most daemons | [`matches()`] |
//! | the web server's combined log | nginx, Apache, HAProxy in that form | [`AccessLine`] |
//! | distinguished names of certificates | Zeek, Suricata | [`NameParts`] |
//! | URLs, and what requests hold of them | Zeek, Suricata | [`UrlParts`] |
//! | names of the name service | Zeek, Suricata, Sysmon | [`DomainParts`] |
//!
//! All of them borrow from the line; none fails: what is no part of the form is passed over.

mod access;
mod cef;
mod cells;
mod columns;
mod domain;
mod names;
mod pairs;
mod split;
mod starts;
mod template;
mod traces;
mod url;

pub use access::{AccessLine, AccessTail, request_parts};
pub use cef::{Cef, Leef};
pub use cells::Cells;
pub use columns::{Columns, Typed};
pub use domain::DomainParts;
pub use names::NameParts;
pub use pairs::Pairs;
pub(crate) use split::{find_near, lines, split_pair, trim_front};
pub(crate) use starts::Starts;
pub use template::matches;
pub use traces::TextTraces;
pub use url::UrlParts;
