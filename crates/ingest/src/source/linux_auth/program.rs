//! Which program wrote a message.

/// What kind of messages a program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// OpenSSH's daemon, under any of its names.
    Ssh,
    /// Dropbear.
    Dropbear,
    /// sudo.
    Sudo,
    /// A program that changes user accounts.
    Accounts(Account),
    /// gpasswd.
    GroupPassword,
    /// Any other.
    Other,
}

/// The programs that Elastic counts as identity management.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Account {
    UserAdd,
    UserDelete,
    UserModify,
    GroupAdd,
    GroupDelete,
    GroupModify,
}

/// A program: its role, and its place among the names known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub role: Role,
    known: u8,
}

/// Names that come often enough to be decided on before a line is read.
const NAMES: &[(&str, Role)] = &[
    ("sshd", Role::Ssh),
    ("sshd-session", Role::Ssh),
    ("sshd-auth", Role::Ssh),
    ("dropbear", Role::Dropbear),
    ("sudo", Role::Sudo),
    ("su", Role::Other),
    ("CRON", Role::Other),
    ("cron", Role::Other),
    ("crond", Role::Other),
    ("systemd", Role::Other),
    ("systemd-logind", Role::Other),
    ("kernel", Role::Other),
    ("login", Role::Other),
    ("passwd", Role::Other),
    ("chage", Role::Other),
    ("chpasswd", Role::Other),
    ("chfn", Role::Other),
    ("chsh", Role::Other),
    ("unix_chkpwd", Role::Other),
    ("polkitd", Role::Other),
    ("useradd", Role::Accounts(Account::UserAdd)),
    ("userdel", Role::Accounts(Account::UserDelete)),
    ("usermod", Role::Accounts(Account::UserModify)),
    ("groupadd", Role::Accounts(Account::GroupAdd)),
    ("groupdel", Role::Accounts(Account::GroupDelete)),
    ("groupmod", Role::Accounts(Account::GroupModify)),
    ("gpasswd", Role::GroupPassword),
];

/// The place of a name that is not in the table.
const UNKNOWN: u8 = u8::MAX;

impl Program {
    /// No program, or one of no interest.
    pub(super) const OTHER: Self = Self {
        role: Role::Other,
        known: UNKNOWN,
    };

    /// The program of this name. A path, and the module that old PAM appended (`sshd(pam_unix)`), do not change what it is.
    pub(super) fn named(name: &str) -> Self {
        if let Some(program) = Self::exactly(name) {
            return program;
        }
        let base = name.rsplit('/').next().unwrap_or(name);
        let base = base.split_once('(').map_or(base, |(base, _)| base);
        Self::exactly(base).map_or(Self::OTHER, |program| Self {
            known: UNKNOWN,
            ..program
        })
    }

    fn exactly(name: &str) -> Option<Self> {
        let at = NAMES.iter().position(|(known, _)| *known == name)?;
        Some(Self {
            role: NAMES[at].1,
            known: u8::try_from(at).expect("the table is short"),
        })
    }

    /// The name, where it is known beforehand.
    pub(super) fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.known)).map(|(name, _)| *name)
    }

    /// The same program under a name that is not known beforehand.
    pub(super) fn nameless(self) -> Self {
        Self {
            known: UNKNOWN,
            ..self
        }
    }

    /// The name of the product in the access record.
    pub(super) fn product(self) -> &'static str {
        match self.role {
            Role::Dropbear => "dropbear",
            _ => "openssh",
        }
    }

    /// A number for the program: the same for the same name, one for all unknown names of a role.
    pub(super) fn number(self) -> u64 {
        let role = match self.role {
            Role::Ssh => 0,
            Role::Dropbear => 1,
            Role::Sudo => 2,
            Role::Accounts(account) => 3 + account as u64,
            Role::GroupPassword => 9,
            Role::Other => 10,
        };
        role << 8 | u64::from(self.known)
    }
}

/// Are all messages of this program read here?
pub(in crate::source) fn is_own_program(name: &str) -> bool {
    Program::named(name).role != Role::Other
}

#[cfg(test)]
mod tests {
    use super::{Account, Program, Role};

    #[test]
    fn names_lead_to_roles() {
        for (name, role, known) in [
            ("sshd", Role::Ssh, Some("sshd")),
            ("sshd-session", Role::Ssh, Some("sshd-session")),
            ("/usr/sbin/sshd", Role::Ssh, None),
            ("sshd(pam_unix)", Role::Ssh, None),
            ("fakesshd", Role::Other, None),
            ("useradd", Role::Accounts(Account::UserAdd), Some("useradd")),
            ("", Role::Other, None),
            ("(systemd)", Role::Other, None),
        ] {
            let program = Program::named(name);
            assert_eq!((program.role, program.name()), (role, known), "{name}");
        }
    }
}
