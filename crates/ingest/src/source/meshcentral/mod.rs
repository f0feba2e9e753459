//! MeshCentral: who logs in to the server that manages machines, from its file of logins (`authLog`) or through syslog.
//!
//! Elastic has no integration.

#[cfg(test)]
mod tests;

use super::mapping::{
    Confidence, Entry, From, Header, Kind, Opening, Part, Parts, Record, Source, remote, turn,
};

/// MeshCentral.
pub struct MeshCentral;

const COMMON: &[Entry] = &[
    Entry::new("message", From::Message),
    Entry::header("host.name", Header::Host),
    Entry::header("process.name", Header::Program),
    Entry::header("process.pid", Header::Pid),
    Entry::fixed("observer.product", &["MeshCentral"]),
    Entry::part("user.name", "user"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::turned("source.port", "port", turn::port),
    Entry::part("source.address", "ip"),
    Entry::fields("related.ip", &["source.ip"]),
    Entry::fields("related.user", &["user.name"]),
    remote::user(From::Part("user")),
    remote::ip(From::Part("ip")),
    remote::port(From::Part("port")),
    remote::address(From::Part("ip")),
];
const DOOR: &[Entry] = &remote::door(&["remote-tool"], &["meshcentral"]);
const LOGIN: &[Entry] = &[
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.action", &["remote-tool-login"]),
];
const SUCCESS: &[Entry] = &[remote::SUCCESS, Entry::fixed("event.outcome", &["success"])];
const FAILURE: &[Entry] = &[remote::FAILURE, Entry::fixed("event.outcome", &["failure"])];
const PASSWORD: &[Entry] = &[Entry::fixed("gatewatch.remote.method", &["password"])];

static ACCEPTED: Kind = Kind::new("password accepted", &[DOOR, LOGIN, SUCCESS, PASSWORD]);
static ADMITTED: Kind = Kind::new("accepted", &[DOOR, LOGIN, SUCCESS]);
static REFUSED: Kind = Kind::new("password refused", &[DOOR, LOGIN, FAILURE, PASSWORD]);
static FAILED: Kind = Kind::new("failed", &[DOOR, LOGIN, FAILURE]);
static OTHER: Kind = Kind::new("other", &[]);

/// How texts begin that tell of logins.
static STARTS: &[(&str, &Kind)] = &[
    ("Accepted password for ", &ACCEPTED),
    ("Accepted ", &ADMITTED),
    ("Failed password for ", &REFUSED),
    ("Failed ", &FAILED),
];

/// The parts of MeshCentral that write about logins: they stand where a syslog header has the program.
const PARTS: [&str; 4] = ["https", "mps", "relay", "sshd"];

impl Source for MeshCentral {
    fn name(&self) -> &'static str {
        "meshcentral"
    }

    fn title(&self) -> &'static str {
        "MeshCentral: logins"
    }

    fn dataset(&self) -> &'static str {
        "meshcentral.auth"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-meshcentral.auth-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &["meshcentral", "meshcentral-auth"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        // In its own file the server writes its name where a header has the host.
        let ours = record.header.host == Some("meshcentral")
            && record
                .program()
                .is_some_and(|program| PARTS.contains(&program));
        ours.then_some(Confidence::Certain)
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        match part {
            Part::Program => opening.is_byte(b"hmrs"),
            Part::Bare | Part::Line | Part::Message => false,
        }
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &["meshcentral"]
    }

    fn fields(&self) -> &'static [Entry] {
        COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        let message = record.message();
        STARTS
            .iter()
            .find(|(start, _)| message.starts_with(start))
            .map_or(&OTHER, |(_, kind)| kind)
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        let message = record.message();
        // A user name may hold anything; the address is the last that the line says.
        let Some((before, from)) = message.rsplit_once(" from ") else {
            return;
        };
        if let Some((_, user)) = before.split_once(" for ") {
            parts.push_some("user", Some(user).filter(|user| *user != "undefined"));
        }
        let from = from.split(',').next().unwrap_or(from).trim();
        let (ip, port) = match from.split_once(" port ") {
            Some((ip, port)) => (ip, Some(port)),
            None => {
                let (ip, port) = turn::split_port(from);
                (ip, port.and(from.rsplit(':').next()))
            }
        };
        if turn::address(ip).is_some() {
            parts.push("ip", ip);
            parts.push_some("port", port);
        }
    }
}
