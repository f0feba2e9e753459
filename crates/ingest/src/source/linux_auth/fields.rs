//! The fields that events of this source have.

use std::sync::LazyLock;

use gatewatch_event::{Field, FieldType, Value};

/// A field of the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Which {
    Timestamp,
    Message,
    EcsVersion,
    Kind,
    Module,
    Dataset,
    Category,
    Type,
    Action,
    Outcome,
    Code,
    Timezone,
    StreamType,
    StreamDataset,
    StreamNamespace,
    HostName,
    HostHostname,
    HostId,
    HostOsType,
    ProcessName,
    ProcessPid,
    ProcessExecutable,
    ProcessCommandLine,
    ProcessArgs,
    ProcessArgsCount,
    SyslogPriority,
    SyslogFacility,
    SyslogVersion,
    UserName,
    UserId,
    UserGroupId,
    EffectiveName,
    EffectiveId,
    EffectiveGroupId,
    TargetName,
    TargetId,
    GroupName,
    GroupId,
    SourceAddress,
    SourceIp,
    SourcePort,
    SourceDomain,
    RelatedHosts,
    RelatedIp,
    RelatedUser,
    ServiceName,
    SshEvent,
    SshMethod,
    SshSignature,
    SshDropped,
    SudoTty,
    SudoPwd,
    SudoUser,
    SudoCommand,
    SudoError,
    UserAddHome,
    UserAddShell,
    LoginEvent,
    LoginMethod,
    LoginOutcome,
    LoginUser,
    RemoteAddress,
    RemoteIp,
    RemotePort,
    RemoteAmbiguous,
    AccessService,
    AccessProduct,
    AccessOutcome,
    AccessMethod,
    AccessUser,
    AccessSession,
    AccessHost,
    RepeatedCount,
    Relay,
    StructuredData,
}

/// Fields that an event has or lacks together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldGroup {
    Always,
    User,
    Group,
    Source,
    Ssh,
    Sudo,
    Account,
    Service,
    Remote,
    Journal,
}

impl FieldGroup {
    /// The group's bit in a [`Key`](super::class::Key).
    pub(super) fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// Is a field an array in a document, however many values it has?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    Many,
}

pub(super) struct Entry {
    pub name: &'static str,
    pub which: Which,
    pub group: FieldGroup,
    pub shape: Shape,
}

const fn one(name: &'static str, which: Which, group: FieldGroup) -> Entry {
    Entry {
        name,
        which,
        group,
        shape: Shape::One,
    }
}

const fn many(name: &'static str, which: Which, group: FieldGroup) -> Entry {
    Entry {
        name,
        which,
        group,
        shape: Shape::Many,
    }
}

/// Every field, in the order of a document.
pub(super) const FIELDS: &[Entry] = &[
    one("@timestamp", Which::Timestamp, FieldGroup::Always),
    one("message", Which::Message, FieldGroup::Always),
    one("ecs.version", Which::EcsVersion, FieldGroup::Always),
    one("event.kind", Which::Kind, FieldGroup::Always),
    one("event.module", Which::Module, FieldGroup::Always),
    one("event.dataset", Which::Dataset, FieldGroup::Always),
    many("event.category", Which::Category, FieldGroup::Always),
    many("event.type", Which::Type, FieldGroup::Always),
    one("event.action", Which::Action, FieldGroup::Always),
    one("event.outcome", Which::Outcome, FieldGroup::Always),
    one("event.code", Which::Code, FieldGroup::Always),
    one("event.timezone", Which::Timezone, FieldGroup::Always),
    one("data_stream.type", Which::StreamType, FieldGroup::Always),
    one(
        "data_stream.dataset",
        Which::StreamDataset,
        FieldGroup::Always,
    ),
    one(
        "data_stream.namespace",
        Which::StreamNamespace,
        FieldGroup::Always,
    ),
    one("host.name", Which::HostName, FieldGroup::Always),
    one("host.hostname", Which::HostHostname, FieldGroup::Always),
    one("host.id", Which::HostId, FieldGroup::Journal),
    one("host.os.type", Which::HostOsType, FieldGroup::Always),
    one("process.name", Which::ProcessName, FieldGroup::Always),
    one("process.pid", Which::ProcessPid, FieldGroup::Always),
    one(
        "process.executable",
        Which::ProcessExecutable,
        FieldGroup::Journal,
    ),
    one(
        "process.command_line",
        Which::ProcessCommandLine,
        FieldGroup::Journal,
    ),
    many("process.args", Which::ProcessArgs, FieldGroup::Journal),
    one(
        "process.args_count",
        Which::ProcessArgsCount,
        FieldGroup::Journal,
    ),
    one(
        "log.syslog.priority",
        Which::SyslogPriority,
        FieldGroup::Always,
    ),
    one(
        "log.syslog.facility.code",
        Which::SyslogFacility,
        FieldGroup::Journal,
    ),
    one(
        "system.auth.syslog.version",
        Which::SyslogVersion,
        FieldGroup::Always,
    ),
    one("user.name", Which::UserName, FieldGroup::User),
    one("user.id", Which::UserId, FieldGroup::User),
    one("user.group.id", Which::UserGroupId, FieldGroup::Journal),
    one(
        "user.effective.name",
        Which::EffectiveName,
        FieldGroup::User,
    ),
    one("user.effective.id", Which::EffectiveId, FieldGroup::User),
    one(
        "user.effective.group.id",
        Which::EffectiveGroupId,
        FieldGroup::Journal,
    ),
    one("user.target.name", Which::TargetName, FieldGroup::User),
    one("user.target.id", Which::TargetId, FieldGroup::User),
    one("group.name", Which::GroupName, FieldGroup::Group),
    one("group.id", Which::GroupId, FieldGroup::Group),
    one("source.address", Which::SourceAddress, FieldGroup::Source),
    one("source.ip", Which::SourceIp, FieldGroup::Source),
    one("source.port", Which::SourcePort, FieldGroup::Source),
    one("source.domain", Which::SourceDomain, FieldGroup::Source),
    many("related.hosts", Which::RelatedHosts, FieldGroup::Always),
    many("related.ip", Which::RelatedIp, FieldGroup::Source),
    many("related.user", Which::RelatedUser, FieldGroup::User),
    one("service.name", Which::ServiceName, FieldGroup::Service),
    one("system.auth.ssh.event", Which::SshEvent, FieldGroup::Ssh),
    one("system.auth.ssh.method", Which::SshMethod, FieldGroup::Ssh),
    one(
        "system.auth.ssh.signature",
        Which::SshSignature,
        FieldGroup::Ssh,
    ),
    one(
        "system.auth.ssh.dropped_ip",
        Which::SshDropped,
        FieldGroup::Ssh,
    ),
    one("system.auth.sudo.tty", Which::SudoTty, FieldGroup::Sudo),
    one("system.auth.sudo.pwd", Which::SudoPwd, FieldGroup::Sudo),
    one("system.auth.sudo.user", Which::SudoUser, FieldGroup::Sudo),
    one(
        "system.auth.sudo.command",
        Which::SudoCommand,
        FieldGroup::Sudo,
    ),
    one("system.auth.sudo.error", Which::SudoError, FieldGroup::Sudo),
    one(
        "system.auth.useradd.home",
        Which::UserAddHome,
        FieldGroup::Account,
    ),
    one(
        "system.auth.useradd.shell",
        Which::UserAddShell,
        FieldGroup::Account,
    ),
    one(
        "gatewatch.login.event",
        Which::LoginEvent,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.login.method",
        Which::LoginMethod,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.login.outcome",
        Which::LoginOutcome,
        FieldGroup::Remote,
    ),
    one("gatewatch.login.user", Which::LoginUser, FieldGroup::Remote),
    one(
        "gatewatch.remote.address",
        Which::RemoteAddress,
        FieldGroup::Remote,
    ),
    one("gatewatch.remote.ip", Which::RemoteIp, FieldGroup::Remote),
    one(
        "gatewatch.remote.port",
        Which::RemotePort,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.ambiguous",
        Which::RemoteAmbiguous,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.service",
        Which::AccessService,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.product",
        Which::AccessProduct,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.outcome",
        Which::AccessOutcome,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.method",
        Which::AccessMethod,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.user",
        Which::AccessUser,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.session",
        Which::AccessSession,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.remote.host",
        Which::AccessHost,
        FieldGroup::Remote,
    ),
    one(
        "gatewatch.repeated.count",
        Which::RepeatedCount,
        FieldGroup::Remote,
    ),
    one("gatewatch.syslog.relay", Which::Relay, FieldGroup::Always),
    one(
        "gatewatch.syslog.structured_data",
        Which::StructuredData,
        FieldGroup::Always,
    ),
];

/// The fields of this source that neither ECS nor Elastic's integration has, and their types.
pub const EXTENSION_FIELDS: &[(&str, FieldType)] = &[
    ("gatewatch.login.event", FieldType::Keyword),
    ("gatewatch.login.method", FieldType::Keyword),
    ("gatewatch.login.outcome", FieldType::Keyword),
    ("gatewatch.login.user", FieldType::Keyword),
    ("gatewatch.remote.address", FieldType::Keyword),
    ("gatewatch.remote.ip", FieldType::Ip),
    ("gatewatch.remote.port", FieldType::Long),
    ("gatewatch.remote.ambiguous", FieldType::Boolean),
    ("gatewatch.remote.service", FieldType::Keyword),
    ("gatewatch.remote.product", FieldType::Keyword),
    ("gatewatch.remote.outcome", FieldType::Keyword),
    ("gatewatch.remote.method", FieldType::Keyword),
    ("gatewatch.remote.user", FieldType::Keyword),
    ("gatewatch.remote.session", FieldType::Keyword),
    ("gatewatch.remote.host", FieldType::Keyword),
    ("gatewatch.repeated.count", FieldType::Long),
    ("gatewatch.syslog.relay", FieldType::Keyword),
    ("gatewatch.syslog.structured_data", FieldType::Keyword),
];

/// The names of all fields that events of this source may have.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|entry| entry.name)
}

/// By the numbers of the fields.
static BY_FIELD: LazyLock<Vec<Option<(Which, FieldGroup)>>> = LazyLock::new(|| {
    let mut by_field = Vec::new();
    for entry in FIELDS {
        let number = Field::new(entry.name).number();
        if by_field.len() <= number {
            by_field.resize(number + 1, None);
        }
        by_field[number] = Some((entry.which, entry.group));
    }
    by_field
});

/// The field's place in the mapping; `None` when no event of this source has it.
pub(super) fn which(field: Field) -> Option<(Which, FieldGroup)> {
    BY_FIELD.get(field.number()).copied().flatten()
}

static CONSTANTS: LazyLock<Vec<(Which, [Value<'static>; 1])>> = LazyLock::new(|| {
    let all = [
        Which::EcsVersion,
        Which::Kind,
        Which::Module,
        Which::Dataset,
        Which::StreamType,
        Which::StreamDataset,
        Which::StreamNamespace,
        Which::HostOsType,
    ];
    all.into_iter()
        .filter_map(|which| Some((which, [Value::from(constant_text(which)?)])))
        .collect()
});

/// The value of a field that is the same in every event.
pub(super) fn constant_text(which: Which) -> Option<&'static str> {
    Some(match which {
        Which::EcsVersion => "8.11.0",
        Which::Kind => "event",
        Which::Module => "system",
        Which::Dataset | Which::StreamDataset => "system.auth",
        Which::StreamType => "logs",
        Which::StreamNamespace => "default",
        Which::HostOsType => "linux",
        _ => return None,
    })
}

/// The same as a slice that outlives everything.
pub(super) fn constant(which: Which) -> Option<&'static [Value<'static>]> {
    CONSTANTS
        .iter()
        .find(|(constant, _)| *constant == which)
        .map(|(_, value)| value.as_slice())
}

#[cfg(test)]
mod tests {
    use super::{EXTENSION_FIELDS, FIELDS, Shape, field_names, which};
    use gatewatch_event::{Field, ecs_is_array, ecs_type};

    #[test]
    fn the_table_is_whole() {
        for (at, entry) in FIELDS.iter().enumerate() {
            assert_eq!(entry.which as usize, at, "{} is out of order", entry.name);
            let found = which(Field::new(entry.name)).map(|(which, _)| which);
            assert_eq!(found, Some(entry.which));
            let array = entry.shape == Shape::Many;
            assert_eq!(array, ecs_is_array(entry.name), "{}", entry.name);
        }
        assert_eq!(which(Field::new("winlog.channel")), None);
    }

    #[test]
    fn extensions_are_named_as_such() {
        let named: Vec<&str> = field_names()
            .filter(|name| name.starts_with("gatewatch."))
            .collect();
        let listed: Vec<&str> = EXTENSION_FIELDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, listed);
        for (name, field_type) in EXTENSION_FIELDS {
            if matches!(*name, "gatewatch.remote.ip" | "gatewatch.remote.port") {
                assert_eq!(ecs_type(name), *field_type, "{name}");
            }
        }
    }
}
