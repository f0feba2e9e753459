//! Sentences of sshd that are known by how they start, so that a line nobody wants is passed over without being read.

use super::class::{Action, Category, Class, Key, SshEvent, Type};
use super::fields::FieldGroup;
use super::program::Program;
use super::sshd::Outcome;

/// How a sentence starts, and what events it can become.
const SENTENCES: [(&str, Becomes); 11] = [
    ("Accepted ", Becomes::Attempt(SshEvent::Accepted)),
    ("Failed ", Becomes::Attempt(SshEvent::Failed)),
    ("Invalid user ", Becomes::Attempt(SshEvent::Invalid)),
    ("Connection closed by ", Becomes::Remote),
    ("Connection from ", Becomes::Remote),
    ("Connection reset by ", Becomes::Remote),
    ("Disconnected from ", Becomes::Remote),
    ("Received disconnect from ", Becomes::Remote),
    (
        "pam_unix(sshd:auth): authentication failure; ",
        Becomes::Failure,
    ),
    (
        "pam_unix(sshd:session): session opened for user ",
        Becomes::Session(Action::LoggedOn),
    ),
    (
        "pam_unix(sshd:session): session closed for user ",
        Becomes::Session(Action::LoggedOff),
    ),
];

/// How many sentences there are.
pub(super) const COUNT: usize = SENTENCES.len();

/// What a sentence can become, if it goes on as expected; else it is an event without class.
#[derive(Clone, Copy)]
enum Becomes {
    /// An attempt to log in.
    Attempt(SshEvent),
    /// A message with the remote host.
    Remote,
    /// A failure to prove who one is, with or without user and source.
    Failure,
    /// The start or end of a session.
    Session(Action),
}

/// The number of the sentence that a message of sshd starts like.
pub(super) fn number(message: &[u8]) -> Option<usize> {
    let first = message.first()?;
    SENTENCES.iter().position(|(start, _)| {
        start.as_bytes()[0] == *first && message.starts_with(start.as_bytes())
    })
}

/// Is it one of sshd's own sentences, in which no other is to be looked for?
pub(super) fn is_of_sshd(message: &str) -> bool {
    number(message.as_bytes()).is_some_and(|number| !SENTENCES[number].0.starts_with("pam_"))
}

/// The kind of an attempt to log in.
fn attempt_of(program: Program, event: SshEvent) -> Key {
    let groups = [
        FieldGroup::User,
        FieldGroup::Source,
        FieldGroup::Ssh,
        FieldGroup::Remote,
    ];
    Key {
        program,
        class: Class::of_attempt(event),
        ssh_event: event,
        groups: groups.iter().fold(0, |bits, group| bits | group.bit()),
    }
}

/// The kind of event that this sentence is if it is an attempt to log in and goes on as expected; `None` for the others.
pub(super) fn attempt(program: Program, number: usize) -> Option<Key> {
    match SENTENCES[number].1 {
        Becomes::Attempt(event) => Some(attempt_of(program, event)),
        _ => None,
    }
}

/// Every kind that an event may be of whose message starts like this sentence.
pub(super) fn kinds(program: Program, number: usize) -> Vec<Key> {
    let kind = |class: Class, ssh_event: SshEvent, groups: &[FieldGroup]| Key {
        program,
        class,
        ssh_event,
        groups: groups.iter().fold(0, |bits, group| bits | group.bit()),
    };
    let nothing = kind(Class::default(), SshEvent::None, &[]);
    let (user, source) = (FieldGroup::User, FieldGroup::Source);
    match SENTENCES[number].1 {
        Becomes::Attempt(event) => vec![nothing, attempt_of(program, event)],
        Becomes::Remote => vec![
            nothing,
            kind(Class::default(), SshEvent::None, &[FieldGroup::Remote]),
        ],
        Becomes::Failure => {
            let mut class = Class::default();
            class.category(Category::Authentication);
            class.event_type(Type::Info);
            class.action = Some(Action::AuthenticationFailure);
            class.outcome = Some(Outcome::Failure);
            let remote = FieldGroup::Remote;
            let groups: [&[FieldGroup]; 6] = [
                &[],
                &[user],
                &[source],
                &[user, source],
                &[source, remote],
                &[user, source, remote],
            ];
            groups
                .map(|groups| kind(class, SshEvent::None, groups))
                .into()
        }
        Becomes::Session(action) => {
            let mut class = Class::default();
            class.category(Category::Session);
            class.action = Some(action);
            vec![kind(class, SshEvent::None, &[user])]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SENTENCES, kinds, number};
    use crate::format::syslog::Header;
    use crate::source::linux_auth::event::AuthEvent;
    use crate::source::linux_auth::program::Program;
    use jiff::tz::TimeZone;
    use proptest::prelude::{any, prop, proptest};

    const PIECES: &[&str] = &[
        "password",
        " for ",
        "invalid user ",
        "joe",
        " from ",
        "192.0.2.1",
        " port 22",
        " ssh2",
        ": ",
        " [preauth]",
        " by ",
        "(uid=0)",
        "rhost=",
        " rhost= ",
        " user=",
        "ruser=x ",
        "session opened for user ",
        "authentication failure",
        "pam_faillock(",
        "password changed",
        "for user ",
        "é",
        "\n",
        "'",
        " user '",
        "[",
        ";",
    ];

    proptest! {
        /// A line is passed over only if no event that it could become is wanted: so all of them must be listed.
        #[test]
        fn every_event_is_of_a_listed_kind(
            sentence in 0..SENTENCES.len(),
            rest in prop::collection::vec(prop::sample::select(PIECES), 0..10),
            tail in any::<String>(),
        ) {
            let message = format!("{}{}{tail}", SENTENCES[sentence].0, rest.concat());
            assert_eq!(number(message.as_bytes()), Some(sentence));
            let zone = TimeZone::UTC;
            for name in ["sshd", "sshd-session"] {
                let header = Header { program: Some(name), message: &message, ..Header::default() };
                let event = AuthEvent::new(header, &zone).kind_number();
                let listed = kinds(Program::named(name), sentence);
                assert!(listed.iter().any(|key| key.number() == event), "{message:?}");
            }
        }
    }
}
