//! Messages of sudo.

use super::class::{Action, Category, Type};
use super::facts::Facts;

/// A command that somebody ran, or tried to run, by sudo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SudoCommand<'a> {
    pub error: Option<&'a str>,
    pub tty: Option<&'a str>,
    pub pwd: Option<&'a str>,
    pub user: Option<&'a str>,
    pub command: &'a str,
}

/// `USER : [ERROR ; ][TTY=... ; ]PWD=... ; USER=... ; [...=... ; ]COMMAND=...`. The first of each key counts, so that a directory or a command
/// named like one changes nothing before it.
pub(super) fn read<'a>(message: &'a str, facts: &mut Facts<'a>) -> bool {
    let Some((user, rest)) = message.split_once(" : ") else {
        return false;
    };
    let mut sudo = SudoCommand::default();
    let mut rest = rest;
    let mut complete = false;
    for at in 0.. {
        if let Some(command) = rest.strip_prefix("COMMAND=") {
            sudo.command = command;
            complete = true;
            break;
        }
        let Some((part, tail)) = rest.split_once(" ; ") else {
            break;
        };
        rest = tail;
        match part.split_once('=') {
            Some(("TTY", tty)) => sudo.tty = sudo.tty.or(Some(tty)),
            Some(("PWD", pwd)) => sudo.pwd = sudo.pwd.or(Some(pwd)),
            Some(("USER", user)) => sudo.user = sudo.user.or(Some(user)),
            _ if at == 0 => sudo.error = Some(part),
            _ => {}
        }
    }
    if !complete || sudo.pwd.is_none() || sudo.user.is_none() {
        return false;
    }
    facts.user.name = Some(user);
    facts.effective.name = sudo.user;
    facts.class.category(Category::Process);
    service(sudo.command, facts);
    facts.sudo = Some(sudo);
    true
}

/// Tells when the command starts, stops or restarts a service.
fn service<'a>(command: &'a str, facts: &mut Facts<'a>) {
    let mut words = command
        .split_ascii_whitespace()
        .filter(|word| !word.starts_with('-'));
    let program = words.next().and_then(|program| program.rsplit('/').next());
    let change = match (program, words.next()) {
        (Some("systemctl"), Some("start")) => Some((Action::ServiceStart, Type::Start)),
        (Some("systemctl"), Some("stop")) => Some((Action::ServiceStop, Type::End)),
        (Some("systemctl"), Some("restart")) => Some((Action::ServiceRestart, Type::Change)),
        _ => None,
    };
    if let (Some((action, event_type)), Some(unit)) = (change, words.next()) {
        facts.class.action = Some(action);
        facts.class.event_type(event_type);
        facts.service = Some(unit.strip_suffix(".service").unwrap_or(unit));
    } else {
        facts.class.event_type(Type::Start);
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source::linux_auth::facts::Facts;

    /// `user | error | tty | pwd | run as | command`.
    #[track_caller]
    fn check(message: &str, expect: &str) {
        let mut facts = Facts::default();
        let got = read(message, &mut facts).then(|| {
            let sudo = facts.sudo.expect("it was read");
            let parts = [
                facts.user.name,
                sudo.error,
                sudo.tty,
                sudo.pwd,
                sudo.user,
                Some(sudo.command),
            ];
            parts.map(|part| part.unwrap_or("-")).join(" | ")
        });
        assert_eq!(got.as_deref().unwrap_or("none"), expect, "{message}");
    }

    #[test]
    fn commands() {
        check(
            "joe : TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/ls",
            "joe | - | pts/0 | /home/joe | root | /bin/ls",
        );
        check(
            "joe : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls -l ; id",
            "joe | user NOT in sudoers | pts/1 | / | root | /bin/ls -l ; id",
        );
        check(
            "joe : PWD=/ ; USER=root ; GROUP=adm ; COMMAND=/bin/id",
            "joe | - | - | / | root | /bin/id",
        );
        check(
            "joe : TTY=pts/1 ; PWD=/tmp/a ; USER=evil ; USER=root ; COMMAND=a ; COMMAND=b",
            "joe | - | pts/1 | /tmp/a | evil | a ; COMMAND=b",
        );
        check(
            "    joe : TTY=x ; PWD=/ ; USER=root ; COMMAND=c",
            "    joe | - | x | / | root | c",
        );
        check(
            "joe : 3 incorrect password attempts ; TTY=x ; PWD=/ ; USER=root ; COMMAND=c",
            "joe | 3 incorrect password attempts | x | / | root | c",
        );
        check(
            "pam_unix(sudo:session): session opened for user root by joe(uid=1)",
            "none",
        );
        check("joe : unable to resolve host web", "none");
        check("joe : TTY=x ; COMMAND=c", "none");
    }

    #[test]
    fn services() {
        for (command, service) in [
            ("/bin/systemctl stop rsyslog", Some("rsyslog")),
            ("systemctl --user restart --now a.service", Some("a")),
            ("/bin/systemctl status a", None),
            ("/bin/echo systemctl stop a", None),
        ] {
            let message = format!("joe : TTY=x ; PWD=/ ; USER=root ; COMMAND={command}");
            let mut facts = Facts::default();
            assert!(read(&message, &mut facts));
            assert_eq!(facts.service, service, "{command}");
        }
    }
}
