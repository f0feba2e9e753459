//! Messages of Dropbear. Elastic maps none of them; these are mapped as sshd's are.

use super::sshd::{Form, Remote, SshdMessage};
use super::text::{digits, is_host};

/// Reads a message of Dropbear. `None` when it does not name the remote host.
pub(super) fn read(message: &str) -> Option<SshdMessage<'_>> {
    let message = strip_stamp(message);
    let (event, method) = event(message);
    // `Exit before auth from <HOST:PORT>: ...` has the host before anything that a stranger chose.
    let exit = message.starts_with("Exit ");
    let bracketed = message
        .split_once("from <")
        .and_then(|(_, rest)| rest.split_once('>'));
    let (told, address) = match bracketed.filter(|_| exit) {
        Some((address, rest)) => (rest, address),
        None => {
            let (before, rest) = message.rsplit_once(" from ")?;
            (before, &rest[..rest.find(' ').unwrap_or(rest.len())])
        }
    };
    let remote = host_and_port(address)?;
    // The sentence about an exit names the user once more at its end.
    let user = quoted(if exit {
        told.rsplit_once("user ")?.1
    } else {
        told
    });
    Some(SshdMessage {
        form: if event.is_some() {
            Form::Login
        } else {
            Form::Other
        },
        event,
        method,
        signature: None,
        user,
        remote: Some(remote),
        repeated: None,
        ambiguous: message.matches(" from ").count() > 1,
    })
}

/// What the sentence means in sshd's words, and the method.
fn event(message: &str) -> (Option<&'static str>, Option<&'static str>) {
    let starts = |start: &str| {
        message
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    if starts("password auth succeeded for ") || starts("PAM password auth succeeded for ") {
        (Some("Accepted"), Some("password"))
    } else if starts("pubkey auth succeeded for ") {
        (Some("Accepted"), Some("publickey"))
    } else if starts("bad password attempt for ") || starts("bad PAM password attempt for ") {
        (Some("Failed"), Some("password"))
    } else if starts("login attempt for nonexistent user") {
        (Some("Invalid"), None)
    } else {
        (None, None)
    }
}

/// Without the `[825] Jul 10 23:53:52 ` that it writes itself when it does not log through syslog.
fn strip_stamp(message: &str) -> &str {
    let stripped = || {
        let rest = message.strip_prefix('[')?;
        let pid = digits(rest, 10);
        let rest = rest[pid.len()..].strip_prefix("] ")?;
        let rest = rest.get(15..)?.strip_prefix(' ')?;
        (!pid.is_empty()).then_some(rest)
    };
    stripped().unwrap_or(message)
}

/// The text between the first apostrophe and the last.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('\'')?;
    rest.rsplit_once('\'').map(|(user, _)| user)
}

/// `HOST:PORT`; an IPv6 address has no brackets.
fn host_and_port(text: &str) -> Option<Remote<'_>> {
    let (address, port) = text.rsplit_once(':')?;
    is_host(address).then_some(Remote {
        address,
        port: port.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    /// `event method user address port`.
    #[track_caller]
    fn check(message: &str, expect: &str) {
        let got = read(message).map(|login| {
            let dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
            let remote = login.remote.expect("it is there");
            let port = remote.port.map_or("-".to_owned(), |port| port.to_string());
            format!(
                "{} {} {} {} {port}",
                dash(login.event),
                dash(login.method),
                dash(login.user),
                remote.address
            )
        });
        assert_eq!(got.as_deref().unwrap_or("none"), expect, "{message}");
    }

    #[test]
    fn messages() {
        check(
            "Bad password attempt for 'root' from 192.0.2.4:60588",
            "Failed password root 192.0.2.4 60588",
        );
        check(
            "bad PAM password attempt for 'a b' from 2001:db8::4:605",
            "Failed password a b 2001:db8::4 605",
        );
        check(
            "Bad password attempt for 'x' from 192.0.2.9:1' from 198.51.100.4:6",
            "Failed password x' from 192.0.2.9:1 198.51.100.4 6",
        );
        check(
            "Login attempt for nonexistent user from ::ffff:192.0.2.4:60794",
            "Invalid - - ::ffff:192.0.2.4 60794",
        );
        check(
            "Password auth succeeded for 'root' from 192.0.2.4:22",
            "Accepted password root 192.0.2.4 22",
        );
        check(
            "Pubkey auth succeeded for 'joe' with ssh-ed25519 key SHA256:x from 192.0.2.4:22",
            "Accepted publickey joe 192.0.2.4 22",
        );
        check(
            "[825] Jul 10 23:53:52 Bad password attempt for 'root' from 192.0.2.4:52289",
            "Failed password root 192.0.2.4 52289",
        );
        check(
            "Exit before auth from <192.0.2.3:52289>: (user 'root', 10 fails): Max auth tries reached - user 'root'",
            "- - root 192.0.2.3 52289",
        );
        check(
            "Exit before auth (user 'root', 10 fails): Max auth tries reached - user 'root' from 192.0.2.4:6",
            "- - root 192.0.2.4 6",
        );
        check("Exit (root): Disconnect received", "none");
        check("Child connection from 192.0.2.4:7", "- - - 192.0.2.4 7");
    }
}
