//! An event of this source.

use std::borrow::Cow;

use gatewatch_event::{Document, Event, Field, Timestamp, Value, parse_ip};
use jiff::tz::{Offset, TimeZone};
use serde_json::Value as Json;

use super::class::{self, AuthKind, Key};
use super::facts::Facts;
use super::fields::{self, FIELDS, FieldGroup, Shape, Which};
use super::journal::JournalLine;
use super::program::{Program, Role};
use super::sshd;
use crate::format::syslog::Header;

/// An authentication message: answers from the line it stands in.
///
/// ```
/// use gatewatch_event::{Event, Field, Value};
/// use gatewatch_ingest::format::syslog::Header;
/// use gatewatch_ingest::source::linux_auth::AuthEvent;
///
/// let line = "Feb 21 21:54:44 web sshd[34]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
/// let header = Header::parse(line).expect("a syslog line");
/// let zone = jiff::tz::TimeZone::UTC;
/// let event = AuthEvent::new(header, &zone);
/// assert_eq!(event.first(Field::new("event.action")), Some(Value::from("ssh_login")));
/// ```
#[derive(Clone, Copy)]
pub struct AuthEvent<'a> {
    header: Header<'a>,
    program: Program,
    facts: Facts<'a>,
    /// When, by the header.
    time: Option<Timestamp>,
    zone: &'a TimeZone,
    journal: Option<&'a JournalLine<'a>>,
}

/// The door.
const SERVICE: &str = "ssh";

type Visit<'v> = &'v mut dyn FnMut(Value<'_>) -> bool;

impl<'a> AuthEvent<'a> {
    /// The event of a syslog line; times without a zone are in `zone`.
    pub fn new(header: Header<'a>, zone: &'a TimeZone) -> Self {
        let time = header.stamp.and_then(|stamp| stamp.at(zone));
        Self::at(|| header, time, zone)
    }

    /// The same for a header whose time is known already.
    #[inline]
    pub(in crate::source) fn at(
        header: impl FnOnce() -> Header<'a>,
        time: Option<Timestamp>,
        zone: &'a TimeZone,
    ) -> Self {
        // Made in place: it is large, and there is one for every line.
        let mut event = Self {
            header: header(),
            program: Program::OTHER,
            facts: Facts::default(),
            time,
            zone,
            journal: None,
        };
        event.program = event.header.program.map_or(Program::OTHER, Program::named);
        event.facts.fill(event.program.role, event.header.message);
        event
    }

    /// The event of a line of the journal, whose header was made up from its fields.
    pub(super) fn of_journal(header: Header<'a>, line: &'a JournalLine<'a>) -> Self {
        static ZONE: TimeZone = TimeZone::UTC;
        let mut event = Self::new(header, &ZONE);
        // Anybody may log under any name, but not hide which program did it.
        if event.program.role == Role::Ssh && line.is_impostor() {
            event.program = Program::OTHER;
            event.facts = Facts::default();
            event.facts.fill(Role::Other, header.message);
        }
        event.journal = Some(line);
        event
    }

    pub(super) fn key(&self) -> Key {
        let mut groups = self.facts.groups();
        if self.journal.is_some() {
            groups |= FieldGroup::Journal.bit() | FieldGroup::User.bit();
        }
        let named = self
            .journal
            .is_none_or(|line| line.process_name() == self.header.program);
        Key {
            program: if named {
                self.program
            } else {
                self.program.nameless()
            },
            class: self.facts.class,
            ssh_event: self.facts.known_event,
            groups,
        }
    }

    /// A number that is the same for events of the same kind.
    pub fn kind_number(&self) -> u64 {
        self.key().number()
    }

    /// The kind of the event: what is known of it without reading a value.
    pub fn kind(&self) -> AuthKind {
        AuthKind::new(self.key())
    }

    fn time(&self) -> Option<Timestamp> {
        match self.journal {
            Some(line) => line.time(),
            None => self.time,
        }
    }

    /// The log's zone at this moment.
    fn offset_at(&self, time: Option<Timestamp>) -> Option<Offset> {
        let second = time.map_or(0, |time| time.nanos().div_euclid(1_000_000_000));
        let at = jiff::Timestamp::from_second(second).ok()?;
        Some(self.zone.to_offset(at))
    }

    /// A time as a document shows it, in milliseconds: Elastic's pipeline leaves it in the zone that the shipper adds, but for the headers that
    /// always name one.
    fn shown(&self, time: Timestamp) -> String {
        let names_its_zone = self.journal.is_some() || self.header.version.is_some();
        let offset = self.offset_at(Some(time)).filter(|_| !names_its_zone);
        time.to_iso_at(3, offset.map_or(0, Offset::seconds))
    }

    /// The zone's offset at the time of the event, as Elastic's shippers add it.
    fn timezone(&self) -> Option<String> {
        if self.journal.is_some() {
            return None;
        }
        let offset = self.offset_at(self.time())?;
        if offset == Offset::UTC {
            return Some("+0000".to_owned());
        }
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        Some(format!(
            "{sign}{:02}:{:02}",
            minutes.abs() / 60,
            minutes.abs() % 60
        ))
    }

    /// The host that the event is of; an empty name is none.
    fn host(&self) -> Option<&'a str> {
        self.header.host.filter(|host| !host.is_empty())
    }

    fn process_name(&self) -> Option<&'a str> {
        match self.journal {
            Some(line) => line.process_name(),
            None => self.header.program,
        }
    }

    fn user_id(&self) -> Option<&'a str> {
        self.facts
            .user
            .id
            .or_else(|| self.journal.and_then(JournalLine::user_id))
    }

    fn effective_id(&self) -> Option<&'a str> {
        self.facts
            .effective
            .id
            .or_else(|| self.journal.and_then(JournalLine::effective_id))
    }

    /// `related.user`: each user once.
    fn related_users(&self, visit: Visit<'_>) {
        let users = [
            self.facts.user.name,
            self.facts.effective.name,
            self.facts.target.name,
        ];
        for (at, user) in users.iter().enumerate() {
            let Some(name) = user.filter(|name| !name.is_empty()) else {
                continue;
            };
            if !users[..at].contains(&Some(name)) && !visit(Value::from(name)) {
                return;
            }
        }
    }

    /// Calls `visit` with each value of a field, until it returns `false`.
    fn each(&self, which: Which, visit: Visit<'_>) {
        if let Some(text) = fields::constant_text(which) {
            visit(Value::from(text));
            return;
        }
        match which {
            Which::Category => all(self.facts.class.categories(), visit),
            Which::Type => all(self.facts.class.types(), visit),
            Which::RelatedUser => self.related_users(visit),
            Which::ProcessArgs => {
                if let Some(command_line) = self.journal.and_then(JournalLine::command_line) {
                    all(super::journal::arguments(command_line), visit);
                }
            }
            other => {
                if let Some(value) = self.one(other) {
                    visit(value);
                }
            }
        }
    }

    /// The value of a field that has one at most.
    fn one(&self, which: Which) -> Option<Value<'_>> {
        match which {
            Which::Timestamp => self.time().map(Value::Date),
            Which::Message => Some(Value::from(self.header.message)),
            Which::Action => self.facts.class.action_name().map(Value::from),
            Which::Outcome => self.facts.class.outcome_name().map(Value::from),
            Which::Timezone => self.timezone().map(Value::from),
            Which::ProcessName => self.process_name().map(Value::from),
            Which::ProcessPid => self.header.pid.map(Value::Long),
            Which::SourceIp | Which::RelatedIp => self.facts.source_ip().map(Value::Ip),
            Which::SourcePort => self.facts.source_port.map(|port| Value::Long(port.into())),
            Which::SshDropped => self.facts.ssh_dropped.map(Value::Ip),
            Which::SyslogPriority => self
                .header
                .priority
                .map(|priority| Value::Long(priority.into())),
            Which::SyslogFacility => self.journal?.facility().map(Value::Long),
            Which::ProcessArgsCount => {
                let count = super::journal::arguments(self.journal?.command_line()?).count();
                i64::try_from(count).ok().map(Value::Long)
            }
            Which::AccessSession => {
                let pid = self.facts.login.and(self.header.pid)?;
                Some(Value::from(pid.to_string()))
            }
            Which::RemoteIp | Which::RemotePort | Which::RemoteAmbiguous | Which::RepeatedCount => {
                self.login(which)
            }
            other => self.text(other).map(Value::from),
        }
    }

    /// The value of a field that is text.
    fn text(&self, which: Which) -> Option<&str> {
        let facts = &self.facts;
        match which {
            Which::Code => self.header.message_id,
            Which::HostName | Which::HostHostname | Which::RelatedHosts => self.host(),
            Which::HostId => self.journal?.machine_id(),
            Which::ProcessExecutable => self.journal?.executable(),
            Which::ProcessCommandLine => self.journal?.command_line(),
            Which::SyslogVersion => self.header.version,
            Which::UserName => facts.user.name,
            Which::UserId => self.user_id(),
            Which::UserGroupId => self.journal?.user_group_id(),
            Which::EffectiveName => facts.effective.name,
            Which::EffectiveId => self.effective_id(),
            Which::EffectiveGroupId => self.journal?.effective_group_id(),
            Which::TargetName => facts.target.name,
            Which::TargetId => facts.target.id,
            Which::GroupName => facts.group.name,
            Which::GroupId => facts.group.id,
            Which::SourceAddress => facts.source,
            Which::SourceDomain => facts.source.filter(|_| facts.source_ip().is_none()),
            Which::ServiceName => facts.service,
            Which::SshEvent => facts.ssh_event,
            Which::SshMethod => facts.ssh_method,
            Which::SshSignature => facts.ssh_signature,
            Which::SudoTty => facts.sudo?.tty,
            Which::SudoPwd => facts.sudo?.pwd,
            Which::SudoUser => facts.sudo?.user,
            Which::SudoCommand => Some(facts.sudo?.command),
            Which::SudoError => facts.sudo?.error,
            Which::UserAddHome => facts.home,
            Which::UserAddShell => facts.shell,
            Which::LoginEvent => facts.login?.single_event(),
            Which::LoginMethod => facts.login?.method,
            Which::LoginOutcome => facts.login?.outcome().map(class::outcome_name),
            Which::LoginUser => facts.login?.user,
            Which::AccessUser => facts.login?.user.filter(|user| !user.is_empty()),
            Which::AccessService => facts.login.map(|_| SERVICE),
            Which::AccessProduct => facts.login.map(|_| self.program.product()),
            Which::AccessOutcome => sshd::access_outcome(&facts.login?, self.header.message),
            Which::AccessMethod => facts.login?.method.and_then(sshd::method_name),
            Which::AccessHost => facts.login.and(self.host()),
            Which::RemoteAddress => Some(facts.login?.remote?.address),
            Which::Relay => self.header.relay,
            Which::StructuredData => self.header.structured_data,
            _ => None,
        }
    }

    /// What a daemon's message says beyond what Elastic takes from it, where it is no text.
    fn login(&self, which: Which) -> Option<Value<'static>> {
        let login = self.facts.login?;
        match which {
            Which::RemoteIp => {
                // A link-local address names its interface: `fe80::1%eth0`.
                let address = login.remote?.address;
                let address = address
                    .split_once('%')
                    .map_or(address, |(address, _)| address);
                parse_ip(address).map(Value::Ip)
            }
            Which::RemotePort => login.remote?.port.map(|port| Value::Long(port.into())),
            Which::RemoteAmbiguous => login.ambiguous.then_some(Value::Bool(true)),
            Which::RepeatedCount => login
                .repeated
                .map(|repeated| Value::Long(repeated.count.into())),
            _ => None,
        }
    }

    /// Sets the fields of a document from the mapping, those that `wanted` picks.
    pub(super) fn fill(&self, document: &mut Document, wanted: impl Fn(Which) -> bool) {
        for entry in FIELDS.iter().filter(|entry| wanted(entry.which)) {
            let mut values = Vec::new();
            self.each(entry.which, &mut |value| {
                values.push(match value {
                    Value::Date(time) => Json::from(self.shown(time)),
                    other => other.to_json(),
                });
                true
            });
            match (entry.shape, values.len()) {
                (_, 0) => {}
                (Shape::One, _) => document.set(entry.name, values.swap_remove(0)),
                (Shape::Many, _) => document.set(entry.name, Json::Array(values)),
            }
        }
    }
}

impl Event for AuthEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        if let Some((which, _)) = fields::which(field) {
            self.each(which, visit);
        }
    }

    fn document(&self) -> Document {
        let mut document = Document::new();
        self.fill(&mut document, |_| true);
        document
    }

    fn timestamp(&self) -> Option<Timestamp> {
        self.time()
    }
}

/// Visits texts until `visit` returns `false`.
fn all<'t, T: Into<Cow<'t, str>>>(texts: impl Iterator<Item = T>, visit: Visit<'_>) {
    for text in texts {
        if !visit(Value::Str(text.into())) {
            return;
        }
    }
}
