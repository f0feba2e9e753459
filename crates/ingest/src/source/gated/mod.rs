//! Gated, an example.

use crate::format::text::Pairs;
use crate::source::mapping::{
    Confidence, Entry, From, Header, Kind, Parts, Record, Source, remote, turn,
};

/// Gated.
pub struct Gated;

const COMMON: &[Entry] = &[
    Entry::header("host.name", Header::Host),
    Entry::header("process.name", Header::Program),
    Entry::new("message", From::Message),
    Entry::part("user.name", "user"),
    // A turn changes a value or drops it: here all that is no address.
    Entry::call("source.ip", |view, emit| {
        if let Some(from) = view.text("from")
            && let Some(ip) = turn::address(turn::split_port(&from).0)
        {
            emit(ip.into());
        }
    }),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    Entry::fields("gatewatch.remote.ip", &["source.ip"]),
    remote::user(From::Part("user")),
];
const DOOR: &[Entry] = &remote::door(&["vpn"], &["gated"]);

static LOGIN: Kind = Kind::new(
    "login",
    &[
        DOOR,
        &[
            remote::SUCCESS,
            Entry::fixed("event.category", &["authentication"]),
            Entry::fixed("event.outcome", &["success"]),
        ],
    ],
);
static REFUSED: Kind = Kind::new(
    "refused",
    &[
        DOOR,
        &[
            remote::FAILURE,
            Entry::fixed("event.category", &["authentication"]),
            Entry::fixed("event.outcome", &["failure"]),
        ],
    ],
);
static OTHER: Kind = Kind::new("other", &[]);

impl Source for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }
    fn title(&self) -> &'static str {
        "Gated"
    }
    fn dataset(&self) -> &'static str {
        "gated.log"
    }
    fn indices(&self) -> &'static [&'static str] {
        &["logs-gated.log-default"]
    }
    fn programs(&self) -> &'static [&'static str] {
        &["gated"]
    }
    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        let message = record.message();
        message
            .starts_with("LOGIN ok user=")
            .then_some(Confidence::Likely)
    }
    fn lines_only(&self) -> bool {
        true
    }
    fn marks(&self) -> &'static [&'static str] {
        &["LOGIN "]
    }
    fn fields(&self) -> &'static [Entry] {
        COMMON
    }
    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        match record.message() {
            message if message.starts_with("LOGIN ok ") => &LOGIN,
            message if message.starts_with("LOGIN refused ") => &REFUSED,
            _ => &OTHER,
        }
    }
    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        parts.extend(Pairs::new(record.message()));
    }
}

#[cfg(test)]
mod tests {
    use super::Gated;
    use crate::source::check::{access, samples};

    #[test]
    fn own_samples() {
        samples(&Gated);
    }

    #[test]
    fn access_records() {
        access(&Gated, "gated.log", &["vpn success - joe 192.0.2.7:-"]);
    }
}
