//! What every source is made of: a [`Source`] says which records are its own and which [`Kind`] each is; a kind is a table of
//! [`Entry`]s, from ECS field to where its values come from. The rest - lazy fields, documents, what is known of a kind
//! beforehand - is written once, here.
//!
//! ```text
//! Record ──detect──> Source ──kind──> Kind (constants are known, so most records end here)
//!                                      └──take_apart──> Parts ──Entry──> values of the fields that rules ask for
//! ```
//!
//! CONTRIBUTING.md, "Adding a source", has a worked example.

mod access;
mod community_id;
mod door;
mod entry;
mod event;
mod handshake;
mod kind;
mod kinds;
mod names;
mod network;
mod opening;
mod parts;
mod question;
mod record;
mod source;
pub mod turn;
pub mod user_agent;
mod view;
pub(crate) mod web;

pub use crate::format::syslog::{Framing, Piece, PieceOf, Pieces};
pub use access::{ACCESS_FIELDS, AccessField, door_of_program, remote};
pub use community_id::{End, community_id, icmp_community_id, protocol_number};
pub use door::{DOORS, door_of_port};
pub use entry::{Emit, Entry, From, Header, Shape};
pub use event::SourceEvent;
pub use handshake::{HANDSHAKE, is_handshake, push_handshake};
pub use kind::{Kind, Table, find_kind};
pub(crate) use kind::{assert_in_order, kinds};
pub(crate) use kinds::SourceKinds;
pub(crate) use names::NameMap;
pub use network::{direction, network_type, transport_name};
pub use opening::{Opening, Part};
pub use parts::{MOST_PAIRS, Parts};
pub use question::QUESTION;
pub use record::Record;
pub(crate) use record::lines_back;
pub use source::{Confidence, Recognised, Source, TimeForm};
pub use view::View;
pub(crate) use web::{Api, WebKinds, web_kinds};
