//! The parts of a name that was asked for, as Elasticsearch's processor `registered_domain` tells them: for the sources whose pipelines run it.
//!
//! All of it comes from `dns.question.name`, which the source says.

use gatewatch_event::Value;

use super::entry::{Emit, Entry};
use super::view::View;
use crate::format::text::DomainParts;

/// The registered domain, what stands before it, and behind its first label.
pub const QUESTION: &[Entry] = &[
    Entry::call("dns.question.registered_domain", |view, emit| {
        told(view, emit, DomainParts::registered);
    }),
    Entry::call("dns.question.subdomain", |view, emit| {
        told(view, emit, DomainParts::subdomain);
    }),
    Entry::call("dns.question.top_level_domain", |view, emit| {
        told(view, emit, |parts| Some(parts.top_level()));
    }),
];

fn told(view: &View<'_>, emit: Emit<'_>, pick: fn(&DomainParts) -> Option<&str>) {
    let mut parts = None;
    view.field("dns.question.name", &mut |name| {
        parts = DomainParts::new(&name.text());
        false
    });
    if let Some(text) = parts.as_ref().and_then(pick) {
        emit(Value::from(text));
    }
}
