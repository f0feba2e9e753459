//! What an event is in ECS terms, and what that makes known of its fields.

use gatewatch_event::{Field, Known, Value};

use super::fields::{self, FieldGroup, Which};
use super::program::Program;
use super::sshd::Outcome;

/// `event.category`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Authentication = 1,
    Session = 2,
    Process = 4,
    Iam = 8,
}

const CATEGORIES: [(Category, &str); 4] = [
    (Category::Authentication, "authentication"),
    (Category::Session, "session"),
    (Category::Process, "process"),
    (Category::Iam, "iam"),
];

/// `event.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    User = 1,
    Group = 2,
    Info = 4,
    Start = 8,
    End = 16,
    Creation = 32,
    Change = 64,
    Deletion = 128,
}

const TYPES: [(Type, &str); 8] = [
    (Type::User, "user"),
    (Type::Group, "group"),
    (Type::Info, "info"),
    (Type::Start, "start"),
    (Type::End, "end"),
    (Type::Creation, "creation"),
    (Type::Change, "change"),
    (Type::Deletion, "deletion"),
];

/// `event.action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    SshLogin,
    LoggedOn,
    LoggedOff,
    AuthenticationFailure,
    AccountLocked,
    PasswordChanged,
    UserCreated,
    UserDeleted,
    GroupCreated,
    GroupDeleted,
    GroupMemberAdded,
    GroupMemberRemoved,
    GroupUserAdded,
    GroupUserRemoved,
    ServiceStart,
    ServiceStop,
    ServiceRestart,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::SshLogin => "ssh_login",
            Self::LoggedOn => "logged-on",
            Self::LoggedOff => "logged-off",
            Self::AuthenticationFailure => "authentication_failure",
            Self::AccountLocked => "account-locked",
            Self::PasswordChanged => "password-changed",
            Self::UserCreated => "user-created",
            Self::UserDeleted => "user-deleted",
            Self::GroupCreated => "group-created",
            Self::GroupDeleted => "group-deleted",
            Self::GroupMemberAdded => "group-member-added",
            Self::GroupMemberRemoved => "group-member-removed",
            Self::GroupUserAdded => "group-user-added",
            Self::GroupUserRemoved => "group-user-removed",
            Self::ServiceStart => "service-start",
            Self::ServiceStop => "service-stop",
            Self::ServiceRestart => "service-restart",
        }
    }
}

/// The values of the four fields that say what an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    categories: u8,
    types: u8,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
}

impl Class {
    /// The class of an attempt to log in; none when it has not ended.
    pub(super) fn of_attempt(event: SshEvent) -> Self {
        let outcome = match event {
            SshEvent::Accepted => Outcome::Success,
            SshEvent::Failed | SshEvent::Invalid => Outcome::Failure,
            SshEvent::None | SshEvent::Other => return Self::default(),
        };
        let mut class = Self::default();
        class.category(Category::Authentication);
        if outcome == Outcome::Success {
            class.category(Category::Session);
        }
        class.event_type(Type::Info);
        class.action = Some(Action::SshLogin);
        class.outcome = Some(outcome);
        class
    }

    pub(super) fn category(&mut self, category: Category) {
        self.categories |= category as u8;
    }

    pub(super) fn event_type(&mut self, event_type: Type) {
        self.types |= event_type as u8;
    }

    /// `event.category`, in a fixed order.
    pub(super) fn categories(self) -> impl Iterator<Item = &'static str> {
        CATEGORIES
            .into_iter()
            .filter(move |(category, _)| self.categories & *category as u8 != 0)
            .map(|(_, name)| name)
    }

    /// `event.type`, in a fixed order.
    pub(super) fn types(self) -> impl Iterator<Item = &'static str> {
        TYPES
            .into_iter()
            .filter(move |(event_type, _)| self.types & *event_type as u8 != 0)
            .map(|(_, name)| name)
    }

    pub(super) fn action_name(self) -> Option<&'static str> {
        self.action.map(Action::name)
    }

    pub(super) fn outcome_name(self) -> Option<&'static str> {
        self.outcome.map(outcome_name)
    }

    fn number(self) -> u64 {
        let action = self.action.map_or(0, |action| action as u64 + 1);
        let outcome = match self.outcome {
            None => 0,
            Some(Outcome::Success) => 1,
            Some(Outcome::Failure) => 2,
        };
        u64::from(self.categories) | u64::from(self.types) << 8 | action << 16 | outcome << 24
    }
}

pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
    }
}

/// `system.auth.ssh.event`, as far as rules tell events apart by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SshEvent {
    #[default]
    None,
    Accepted,
    Failed,
    Invalid,
    Other,
}

impl SshEvent {
    pub(super) fn of(event: Option<&str>) -> Self {
        match event {
            None => Self::None,
            Some("Accepted") => Self::Accepted,
            Some("Failed") => Self::Failed,
            Some("Invalid") => Self::Invalid,
            Some(_) => Self::Other,
        }
    }

    /// The name; `None` when it is not known beforehand.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Accepted => Some("Accepted"),
            Self::Failed => Some("Failed"),
            Self::Invalid => Some("Invalid"),
            Self::None | Self::Other => None,
        }
    }
}

/// What tells one kind of events from another: see [`AuthKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub program: Program,
    pub class: Class,
    pub ssh_event: SshEvent,
    /// The groups of fields that events of the kind may have, one bit each.
    pub groups: u16,
}

impl Key {
    /// A number that is the same for the same kind.
    pub(super) fn number(&self) -> u64 {
        let name = self.program.number();
        self.class.number()
            | name << 26
            | (self.ssh_event as u64) << 40
            | u64::from(self.groups) << 44
    }
}

/// A kind of events: those of one program with the same category, type, action and outcome, and the same groups of fields.
/// What holds for all of them is known before a value is read.
#[derive(Clone, Debug)]
pub struct AuthKind {
    key: Key,
    identity: String,
    categories: Vec<Value<'static>>,
    types: Vec<Value<'static>>,
    action: Vec<Value<'static>>,
    outcome: Vec<Value<'static>>,
    program: Option<Vec<Value<'static>>>,
    ssh_event: Option<Vec<Value<'static>>>,
    service: [Value<'static>; 1],
    product: [Value<'static>; 1],
}

impl AuthKind {
    pub(super) fn new(key: Key) -> Self {
        let one = |name: Option<&'static str>| name.map(Value::from).into_iter().collect();
        let ssh_event = match key.ssh_event {
            SshEvent::Other => None,
            known => Some(one(known.name())),
        };
        Self {
            identity: format!("linux_auth:{:x}", key.number()),
            categories: key.class.categories().map(Value::from).collect(),
            types: key.class.types().map(Value::from).collect(),
            action: one(key.class.action_name()),
            outcome: one(key.class.outcome_name()),
            program: key.program.name().map(|name| vec![Value::from(name)]),
            ssh_event,
            service: [Value::from("ssh")],
            product: [Value::from(key.program.product())],
            key,
        }
    }

    /// A number that is the same for the same kind, for a table of kinds met before.
    pub fn number(&self) -> u64 {
        self.key.number()
    }

    fn has(&self, group: FieldGroup) -> bool {
        group == FieldGroup::Always || self.key.groups & group.bit() != 0
    }
}

impl Known for AuthKind {
    fn known(&self, field: Field) -> Option<&[Value<'static>]> {
        let Some((which, group)) = fields::which(field) else {
            return Some(&[]);
        };
        if !self.has(group) {
            return Some(&[]);
        }
        match which {
            Which::Category => Some(&self.categories),
            Which::Type => Some(&self.types),
            Which::Action => Some(&self.action),
            Which::Outcome => Some(&self.outcome),
            Which::ProcessName => self.program.as_deref(),
            Which::SshEvent => self.ssh_event.as_deref(),
            Which::AccessService => Some(&self.service),
            Which::AccessProduct => Some(&self.product),
            // Other events are told apart only when they are read.
            Which::AccessOutcome => match self.key.ssh_event {
                SshEvent::None | SshEvent::Other => None,
                SshEvent::Accepted | SshEvent::Failed | SshEvent::Invalid => Some(&self.outcome),
            },
            other => fields::constant(other),
        }
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.identity)
    }
}
