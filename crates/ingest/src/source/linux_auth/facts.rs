//! What a message says, whichever program wrote it.

use std::net::IpAddr;

use gatewatch_event::parse_ip;

use super::class::{Class, SshEvent};
use super::fields::FieldGroup;
use super::program::Role;
use super::sshd::{Form, Remote, SshdMessage};
use super::sudo::SudoCommand;
use super::{accounts, dropbear, pam, sentence, sshd, sudo};

/// A name and an id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub name: Option<&'a str>,
    pub id: Option<&'a str>,
}

impl Named<'_> {
    fn is_some(&self) -> bool {
        self.name.is_some() || self.id.is_some()
    }
}

/// What a message says. All texts are borrowed from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts<'a> {
    pub class: Class,
    pub user: Named<'a>,
    pub effective: Named<'a>,
    pub target: Named<'a>,
    pub group: Named<'a>,
    /// `source.address`; an empty one is kept where Elastic keeps it.
    pub source: Option<&'a str>,
    pub source_port: Option<u16>,
    pub ssh_event: Option<&'a str>,
    /// The same, as far as it makes a kind.
    pub known_event: SshEvent,
    pub ssh_method: Option<&'a str>,
    pub ssh_signature: Option<&'a str>,
    pub ssh_dropped: Option<IpAddr>,
    pub sudo: Option<SudoCommand<'a>>,
    pub home: Option<&'a str>,
    pub shell: Option<&'a str>,
    pub service: Option<&'a str>,
    /// What a daemon's message says, beyond what Elastic takes from it.
    pub login: Option<SshdMessage<'a>>,
}

impl<'a> Facts<'a> {
    /// Reads a message of a program of this role into empty facts.
    pub(super) fn fill(&mut self, role: Role, message: &'a str) {
        let told = match role {
            Role::Ssh => self.ssh(message),
            Role::Dropbear => dropbear::read(message).is_some_and(|login| self.dropbear(login)),
            Role::Sudo => sudo::read(message, self),
            Role::Accounts(account) => accounts::read(account, message, self),
            Role::GroupPassword => accounts::read_membership(message, self),
            Role::Other => false,
        };
        if !told {
            pam::read(message, self);
            self.pam_of_ssh(role);
        }
        if let Role::Accounts(account) = role {
            accounts::classify(account, message, self);
        }
    }

    /// `source.ip`, where the source is an address.
    pub(super) fn source_ip(&self) -> Option<IpAddr> {
        self.ssh_dropped.or_else(|| parse_ip(self.source?))
    }

    /// Takes a message of sshd; true when nothing else is to be taken from it.
    fn ssh(&mut self, message: &'a str) -> bool {
        if message.starts_with("pam_") {
            return false;
        }
        let Some(parsed) = sshd::parse(message) else {
            return sentence::is_of_sshd(message);
        };
        self.login = Some(parsed);
        match parsed.form {
            Form::Login | Form::User => self.attempt(&parsed),
            Form::Dropped => {
                self.ssh_dropped = parsed.remote.and_then(|remote| parse_ip(remote.address));
            }
            // Other sentences about users are not looked for: a stranger may have written any into it.
            Form::Other => {
                let ours =
                    message.starts_with("Disconnecting ") || message.starts_with("error: PAM: ");
                if ours && message.contains("authentication failure") {
                    pam::failure(self);
                }
            }
        }
        true
    }

    /// PAM's word on somebody who comes by sshd: from where and as whom. How it ended is in sshd's own message, or it would count twice.
    fn pam_of_ssh(&mut self, role: Role) {
        if role != Role::Ssh {
            return;
        }
        if let Some(address) = self.source.filter(|address| !address.is_empty()) {
            self.login = Some(SshdMessage {
                user: self.user.name.or(self.effective.name),
                remote: Some(Remote {
                    address,
                    port: None,
                }),
                ..SshdMessage::new(Form::Other)
            });
        }
    }

    fn attempt(&mut self, parsed: &SshdMessage<'a>) {
        self.ssh_event = parsed.event;
        self.ssh_method = parsed.method;
        self.ssh_signature = parsed.signature;
        self.user.name = parsed.user;
        if let Some(Remote { address, port }) = parsed.remote {
            self.source = Some(address);
            self.source_port = port.filter(|_| parsed.form == Form::Login);
        }
        self.known_event = SshEvent::of(parsed.event);
        // A repeated message has no class: its event is not one of those that have.
        self.class = Class::of_attempt(self.known_event);
    }

    /// Dropbear's messages are mapped as if sshd had written them.
    fn dropbear(&mut self, login: SshdMessage<'a>) -> bool {
        self.login = Some(login);
        if login.form != Form::Login {
            return false;
        }
        self.attempt(&login);
        true
    }

    /// The groups of fields that the event may have.
    pub(super) fn groups(&self) -> u16 {
        let mut groups = 0;
        let mut add =
            |group: FieldGroup, there: bool| groups |= if there { group.bit() } else { 0 };
        add(
            FieldGroup::User,
            self.user.is_some() || self.effective.is_some() || self.target.is_some(),
        );
        add(FieldGroup::Group, self.group.is_some());
        add(
            FieldGroup::Source,
            self.source.is_some() || self.ssh_dropped.is_some(),
        );
        add(
            FieldGroup::Ssh,
            self.ssh_event.is_some() || self.ssh_dropped.is_some(),
        );
        add(FieldGroup::Sudo, self.sudo.is_some());
        add(
            FieldGroup::Account,
            self.home.is_some() || self.shell.is_some(),
        );
        add(FieldGroup::Service, self.service.is_some());
        add(FieldGroup::Remote, self.login.is_some());
        groups
    }
}
