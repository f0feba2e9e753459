//! The access record: one form for "somebody tried to come in", whatever the log.

use gatewatch_event::FieldType;

use super::entry::Entry;
use super::kind::Slot;

/// A field of the access record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessField {
    /// The field.
    pub name: &'static str,
    /// Its type.
    pub field_type: FieldType,
    /// What it says.
    pub meaning: &'static str,
}

const fn keyword(name: &'static str, meaning: &'static str) -> AccessField {
    AccessField {
        name,
        field_type: FieldType::Keyword,
        meaning,
    }
}

/// Every field of the access record. `docs/sources/access-record.md` says the same at length.
pub const ACCESS_FIELDS: &[AccessField] = &[
    keyword(
        "gatewatch.remote.service",
        "the door: vpn, ssh, rdp, winrm, vnc, citrix, docker, kubernetes, kubelet, tor, remote-tool, web, ...",
    ),
    keyword("gatewatch.remote.product", "what keeps the door"),
    keyword(
        "gatewatch.remote.outcome",
        "success, failure, attempt (its end is not in this record), end (of an access that was granted), unknown",
    ),
    keyword(
        "gatewatch.remote.method",
        "password, key, certificate, mfa, kerberos, anonymous, or the log's own word",
    ),
    keyword("gatewatch.remote.user", "who, without domain"),
    AccessField {
        name: "gatewatch.remote.ip",
        field_type: FieldType::Ip,
        meaning: "the remote address",
    },
    AccessField {
        name: "gatewatch.remote.port",
        field_type: FieldType::Long,
        meaning: "the remote port",
    },
    keyword(
        "gatewatch.remote.address",
        "the remote address or name, as the log has it",
    ),
    keyword(
        "gatewatch.remote.session",
        "what names the session in this log",
    ),
    keyword(
        "gatewatch.remote.host",
        "the machine that was entered, or that keeps the door",
    ),
];

/// Programs that let people in from elsewhere: the end of their path, the door, the product.
const DOORS: &[(&str, &str, &str)] = &[
    ("sshd", "ssh", "openssh"),
    ("sshd-session", "ssh", "openssh"),
    ("sshd-auth", "ssh", "openssh"),
    ("dropbear", "ssh", "dropbear"),
    ("xrdp-sesman", "rdp", "xrdp"),
    ("xrdp-sesexec", "rdp", "xrdp"),
    ("xrdp", "rdp", "xrdp"),
    ("vsftpd", "ftp", "vsftpd"),
    ("proftpd", "ftp", "proftpd"),
    ("pure-ftpd", "ftp", "pure-ftpd"),
    ("cockpit-session", "web", "cockpit"),
    ("openvpn", "vpn", "openvpn"),
    ("ocserv", "vpn", "ocserv"),
    ("charon", "vpn", "strongswan"),
    ("x11vnc", "vnc", "x11vnc"),
    ("vncserver-x11-core", "vnc", "realvnc"),
    ("Xvnc", "vnc", "tigervnc"),
    ("login", "telnet", "login"),
    ("in.rlogind", "rlogin", "rlogind"),
];

/// The door that a program of Linux keeps, and its product, told from the program's path.
///
/// ```
/// use gatewatch_ingest::source::mapping::door_of_program;
///
/// assert_eq!(door_of_program("/usr/sbin/sshd"), Some(("ssh", "openssh")));
/// assert_eq!(door_of_program("/usr/bin/sudo"), None);
/// ```
pub fn door_of_program(path: &str) -> Option<(&'static str, &'static str)> {
    // So the kernel names a program whose file was replaced.
    let program = path.strip_suffix(" (deleted)").unwrap_or(path);
    let program = program.rsplit('/').next().unwrap_or(program);
    DOORS
        .iter()
        .find(|(name, ..)| *name == program)
        .map(|(_, service, product)| (*service, *product))
}

/// Entries of the access record. A kind whose events are no access has none of them.
pub mod remote {
    use super::super::entry::{Entry, From};
    use super::super::turn;

    /// Which door, and what keeps it: both constants, so that rules are decided by kind.
    pub const fn door(
        service: &'static [&'static str],
        product: &'static [&'static str],
    ) -> [Entry; 2] {
        [
            Entry::fixed("gatewatch.remote.service", service),
            Entry::fixed("gatewatch.remote.product", product),
        ]
    }

    /// Somebody came in.
    pub const SUCCESS: Entry = Entry::fixed("gatewatch.remote.outcome", &["success"]);
    /// Somebody was turned away.
    pub const FAILURE: Entry = Entry::fixed("gatewatch.remote.outcome", &["failure"]);
    /// Somebody is at the door; how it ends is told elsewhere.
    pub const ATTEMPT: Entry = Entry::fixed("gatewatch.remote.outcome", &["attempt"]);
    /// Somebody who had come in left.
    pub const END: Entry = Entry::fixed("gatewatch.remote.outcome", &["end"]);
    /// The log does not say how it ended.
    pub const UNKNOWN: Entry = Entry::fixed("gatewatch.remote.outcome", &["unknown"]);

    /// The remote address, from wherever; what is no address makes the field absent.
    pub const fn ip(from: From) -> Entry {
        Entry::new("gatewatch.remote.ip", from).turn(turn::set_ip)
    }

    /// The remote address or name.
    pub const fn address(from: From) -> Entry {
        Entry::new("gatewatch.remote.address", from).turn(turn::stated)
    }

    /// The remote port.
    pub const fn port(from: From) -> Entry {
        Entry::new("gatewatch.remote.port", from).turn(turn::port)
    }

    /// Who.
    pub const fn user(from: From) -> Entry {
        Entry::new("gatewatch.remote.user", from).turn(turn::stated)
    }

    /// How they proved it.
    pub const fn method(from: From) -> Entry {
        Entry::new("gatewatch.remote.method", from).turn(turn::stated)
    }

    /// What names the session.
    pub const fn session(from: From) -> Entry {
        Entry::new("gatewatch.remote.session", from).turn(turn::stated)
    }

    /// The machine that was entered; without this entry it is the host of the event.
    pub const fn host(from: From) -> Entry {
        Entry::new("gatewatch.remote.host", from).turn(turn::stated)
    }
}

/// The hosts that stand for the machine that was entered, the first that an event may have.
const HOSTS: &[&str] = &[
    "host.name",
    "host.hostname",
    "observer.hostname",
    "observer.name",
];

/// Adds what follows from the rest: an event with an outcome is an access, and its host is the machine.
pub(super) fn complete(slots: &mut Vec<Slot>) {
    const HOST: &str = "gatewatch.remote.host";
    let has = |slots: &[Slot], path: &str| slots.iter().any(|slot| slot.entry.path == path);
    if has(slots, "gatewatch.remote.outcome")
        && !has(slots, HOST)
        && HOSTS.iter().any(|path| has(slots, path))
    {
        slots.push(Slot {
            entry: Entry::call(HOST, |view, emit| {
                let mut told = false;
                for path in HOSTS {
                    view.field(path, &mut |value| {
                        told = true;
                        emit(value);
                        false
                    });
                    if told {
                        return;
                    }
                }
            }),
            array: false,
            constant: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::ACCESS_FIELDS;

    #[test]
    fn types_are_those_of_the_schema() {
        for field in ACCESS_FIELDS {
            assert_eq!(
                gatewatch_event::ecs_type(field.name),
                field.field_type,
                "{}",
                field.name
            );
        }
    }
}
