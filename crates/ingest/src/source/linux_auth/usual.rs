//! The words that most lines of sshd are.

use std::net::{IpAddr, Ipv4Addr};

use gatewatch_event::{leading_ipv4, parse_ip};

use super::sshd::{Form, Remote, STRANGERS, SshdMessage};
use super::text::{host_length, small_number};

/// An attempt to log in, in the words that most lines of sshd are. There is but one way to read them: the name is one word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual<'a> {
    message: &'a str,
    /// Where `Accepted`, `Failed` or `Invalid` ends.
    event_end: usize,
    /// Where the method behind it ends; `None` where the user is not known, [`Form::User`].
    method_end: Option<usize>,
    /// Where the user's name is, and the remote host's.
    user: (usize, usize),
    address: (usize, usize),
    /// The host, if it is an address of IPv4.
    ip: Option<Ipv4Addr>,
    port: Option<u16>,
}

impl<'a> Usual<'a> {
    /// Reads `Failed METHOD for [invalid user ]NAME from HOST port PORT ssh2` or `Invalid user NAME from HOST[ port PORT]`. Says what the
    /// reading of all sentences says, in a third of the time; all else is left to that.
    #[inline]
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let bytes = message.as_bytes();
        let event_end = match bytes {
            [b'F', b'a', b'i', b'l', b'e', b'd', b' ', ..] => 6,
            [b'A', b'c', b'c', b'e', b'p', b't', b'e', b'd', b' ', ..] => 8,
            [b'I', b'n', b'v', b'a', b'l', b'i', b'd', b' ', ..] => return Self::unknown(message),
            _ => return None,
        };
        let method_end = one_word(bytes, event_end + 1)?;
        let mut begin = method_end + b" for ".len();
        let rest = bytes[method_end..].strip_prefix(b" for ")?;
        if let [b'i', b'n' | b'l', ..] = rest
            && let Some(named) = STRANGERS
                .iter()
                .find_map(|prefix| rest.strip_prefix(prefix.as_bytes()))
        {
            begin += rest.len() - named.len();
        }
        let mut usual = Self::name_and_host(message, begin)?;
        let rest = bytes[usual.address.1..].strip_prefix(b" port ")?;
        let (number, digits) = small_number(rest);
        if digits == 0 || &rest[digits..] != b" ssh2" {
            return None;
        }
        usual.port = Some(u16::try_from(number).ok()?);
        usual.event_end = event_end;
        usual.method_end = Some(method_end);
        Some(usual)
    }

    /// The attempt of a user that there is not.
    fn unknown(message: &'a str) -> Option<Self> {
        let begin = message.len() - message.strip_prefix("Invalid user ")?.len();
        let mut usual = Self::name_and_host(message, begin)?;
        let rest = &message.as_bytes()[usual.address.1..];
        if !rest.is_empty() {
            let rest = rest.strip_prefix(b" port ")?;
            let (number, digits) = small_number(rest);
            if digits == 0 || digits < rest.len() {
                return None;
            }
            usual.port = Some(u16::try_from(number).ok()?);
        }
        usual.event_end = "Invalid".len();
        Some(usual)
    }

    /// `NAME from HOST` that begins there.
    #[inline]
    fn name_and_host(message: &'a str, begin: usize) -> Option<Self> {
        let bytes = message.as_bytes();
        let end = one_word(bytes, begin)?;
        let rest = bytes[end..].strip_prefix(b" from ")?;
        let start = bytes.len() - rest.len();
        let (ip, length) = match leading_ipv4(rest) {
            Some((ip, length)) if matches!(rest.get(length), None | Some(b' ' | b'\n')) => {
                (Some(ip), length)
            }
            _ => (None, host_length(&message[start..])?),
        };
        Some(Self {
            message,
            event_end: 0,
            method_end: None,
            user: (begin, end),
            address: (start, start + length),
            ip,
            port: None,
        })
    }

    fn part(&self, (start, end): (usize, usize)) -> &'a str {
        &self.message[start..end]
    }

    /// The user's name.
    pub(super) fn user(&self) -> &'a str {
        self.part(self.user)
    }

    /// The remote host, as sshd wrote it.
    pub(super) fn address(&self) -> &'a str {
        self.part(self.address)
    }

    /// The remote host, where it is an address.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        match self.ip {
            Some(address) => Some(address.into()),
            None => parse_ip(self.address()),
        }
    }

    /// The remote host's port where Elastic has it: not where the user is not known.
    pub(super) fn source_port(&self) -> Option<u16> {
        self.port.filter(|_| self.method_end.is_some())
    }

    /// The same as a message like any other.
    pub(super) fn message(&self) -> SshdMessage<'a> {
        let form = match self.method_end {
            Some(_) => Form::Login,
            None => Form::User,
        };
        SshdMessage {
            event: Some(self.part((0, self.event_end))),
            method: self
                .method_end
                .map(|end| self.part((self.event_end + 1, end))),
            user: Some(self.user()),
            remote: Some(Remote {
                address: self.address(),
                port: self.port,
            }),
            ..SshdMessage::new(form)
        }
    }
}

/// Where the word ends that starts at `start`, if a space is what ends it, and no control character stands before that.
#[inline]
fn one_word(bytes: &[u8], start: usize) -> Option<usize> {
    /// In each byte the lowest bit, and the highest.
    const LOW: u64 = u64::MAX / 0xff;
    const HIGH: u64 = LOW << 7;
    let mut at = start;
    // Eight at once: the lowest of the highest bits that are set below belongs to the first byte up to a space.
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let eight = u64::from_le_bytes(*eight);
        let low = eight.wrapping_sub(LOW * (b' ' as u64 + 1)) & !eight & HIGH;
        if low != 0 {
            at += low.trailing_zeros() as usize / 8;
            return (bytes[at] == b' ').then_some(at);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    let end = rest.iter().position(|byte| *byte <= b' ')?;
    (rest[end] == b' ').then_some(at + end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Usual, one_word, parse_ip};
    use crate::source::linux_auth::sshd::one;

    /// Pieces of which sentences and what a stranger makes of them are put together.
    fn sentence() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "Failed",
            "Accepted",
            "Invalid user ",
            " user ",
            " ",
            "password",
            "keyboard-interactive/pam",
            " for ",
            " for",
            "invalid user ",
            "illegal user ",
            "inroot",
            "root",
            "größe",
            "\t",
            "\n",
            " from ",
            "192.0.2.7",
            "192.0.2.07",
            "1.2.3.4.5",
            "2001:db8::1",
            "host.example",
            " port ",
            "22",
            "65536",
            "123456",
            " ssh2",
            " ssh1",
            ": RSA SHA256:x",
            " [preauth]",
        ]);
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    fn whole() -> impl Strategy<Value = String> {
        let name = prop_oneof![Just("root".to_owned()), sentence()];
        let event = prop::sample::select(vec!["Failed", "Accepted", "Postponed", "Invalid"]);
        let stranger = prop::sample::select(vec!["", "invalid user ", "illegal user ", "invalid "]);
        let end = prop_oneof![Just(String::new()), sentence()];
        let unknown = prop::sample::select(vec!["", " port 22", " port 65536", " port"]);
        (event, stranger, name, end, unknown).prop_map(|(event, stranger, name, end, unknown)| {
            match event {
                "Invalid" => format!("Invalid user {name} from 192.0.2.7{unknown}{end}"),
                _ => format!(
                    "{event} password for {stranger}{name} from 192.0.2.7 port 22 ssh2{end}"
                ),
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_usual_reads_as_ever(message in prop_oneof![sentence(), whole()]) {
            if let Some(usual) = Usual::read(&message) {
                prop_assert_eq!(Some(usual.message()), one(&message));
                prop_assert_eq!(usual.ip(), parse_ip(usual.address()));
            }
        }
    }

    proptest! {
        #[test]
        fn a_word_ends_at_a_space(bytes in prop::collection::vec(prop::sample::select(b"abc\xe9\x80 \t\0".to_vec()), 0..30), start in 0..32usize) {
            let naive = || {
                let rest = bytes.get(start..)?;
                let end = rest.iter().position(|byte| *byte <= b' ')?;
                (rest[end] == b' ').then_some(start + end)
            };
            prop_assert_eq!(one_word(&bytes, start), naive());
        }
    }

    #[test]
    fn most_lines_are_usual() {
        for message in [
            "Failed password for root from 192.0.2.7 port 22 ssh2",
            "Failed none for invalid user x from 2001:db8::1 port 22 ssh2",
            "Accepted gssapi-with-mic for u from host.example port 65535 ssh2",
            "Invalid user x from 192.0.2.7",
            "Invalid user x from 192.0.2.7 port 22",
        ] {
            assert!(Usual::read(message).is_some(), "{message}");
        }
    }
}
