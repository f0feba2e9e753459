//! What audit records write in a code of their own: texts in hexadecimal digits, socket addresses.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The bytes that digits stand for. The kernel and the programs write capitals; other texts are none.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

/// The text that digits stand for, its parts, which NUL ends, with a space between them; any other text as it is.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    let Some(mut bytes) = bytes(text) else {
        return Cow::Borrowed(text);
    };
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    for byte in &mut bytes {
        if *byte == 0 {
            *byte = b' ';
        }
    }
    Cow::Owned(lossy(bytes))
}

/// The same up to the first NUL.
pub(super) fn argument(text: &str) -> Cow<'_, str> {
    let Some(mut bytes) = bytes(text) else {
        return Cow::Borrowed(text);
    };
    if let Some(end) = memchr::memchr(0, &bytes) {
        bytes.truncate(end);
    }
    Cow::Owned(lossy(bytes))
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What Laurel wrote with `%` and two digits, as bytes.
pub(super) fn percent(text: &str) -> Vec<u8> {
    let source = text.as_bytes();
    let digit = |at: usize| char::from(*source.get(at)?).to_digit(16);
    let mut plain = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(byte) = source.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high << 4 | low).unwrap_or(b'%'));
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    plain
}

/// The same as text.
pub(super) fn percent_text(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('%') {
        Cow::Owned(lossy(percent(&text)))
    } else {
        text
    }
}

/// Bytes as digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02X}").expect("a String takes all");
    }
    text
}

/// A socket's address in `saddr=`, as named values: `family`, and what the family has of `addr`, `port`, `path`.
pub(super) fn socket(saddr: &str) -> Vec<(&'static str, String)> {
    let Some(bytes) = bytes(&saddr.to_ascii_uppercase()) else {
        return Vec::new();
    };
    let Some((family, rest)) = bytes.split_first_chunk::<2>() else {
        return Vec::new();
    };
    // The family is in the machine's order: of the two bytes, one is zero.
    let family = u16::from_le_bytes(*family).min(u16::from_be_bytes(*family));
    let raw = |name: &str| vec![("family", name.to_owned()), ("saddr", saddr.to_owned())];
    let port = |rest: &[u8]| rest.first_chunk().map(|port| u16::from_be_bytes(*port));
    let inet = |name: &str, address: String, port: u16| {
        vec![
            ("family", name.to_owned()),
            ("addr", address),
            ("port", port.to_string()),
        ]
    };
    match family {
        1 => {
            // A name that begins with NUL is no path.
            let (mark, name) = match rest.strip_prefix(&[0]) {
                Some(name) if name.first().is_some_and(|byte| *byte != 0) => ("@", name),
                _ => ("", rest),
            };
            let end = memchr::memchr(0, name).unwrap_or(name.len());
            let path = format!("{mark}{}", String::from_utf8_lossy(&name[..end]));
            let mut socket = vec![("family", "unix".to_owned())];
            if !path.is_empty() {
                socket.push(("path", path));
            }
            socket
        }
        2 => match (port(rest), rest.get(2..).and_then(<[u8]>::first_chunk::<4>)) {
            (Some(port), Some(address)) => inet("ipv4", Ipv4Addr::from(*address).to_string(), port),
            _ => raw("ipv4"),
        },
        10 => match (
            port(rest),
            rest.get(6..).and_then(<[u8]>::first_chunk::<16>),
        ) {
            (Some(port), Some(address)) => {
                let address = Ipv6Addr::from(*address);
                // An IPv4 client of an IPv6 socket is one of IPv4.
                match address.to_ipv4_mapped() {
                    Some(address) => inet("ipv4", address.to_string(), port),
                    None => inet("ipv6", address.to_string(), port),
                }
            }
            _ => raw("ipv6"),
        },
        16 => raw("netlink"),
        other => raw(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{argument, percent, socket, text};

    #[test]
    fn texts() {
        for (from, to) in [
            ("6C73002D6C00", "ls -l"),
            ("ls", "ls"),
            ("", ""),
            ("C3A4", "ä"),
            ("FF41", "\u{fffd}A"),
            ("414", "414"),
            ("beef", "beef"),
        ] {
            assert_eq!(text(from), to, "{from}");
        }
        assert_eq!(argument("6C73002D6C"), "ls");
        assert_eq!(percent("a%00%2520%zz%"), b"a\0%20%zz%");
    }

    #[test]
    fn sockets() {
        for (saddr, expect) in [
            (
                "0200EE27CB0071320000000000000000",
                "family=ipv4 addr=203.0.113.50 port=60967",
            ),
            (
                "0A0091750000000020010DB800000000000000000000005000000000",
                "family=ipv6 addr=2001:db8::50 port=37237",
            ),
            (
                "0A0091750000000000000000000000000000FFFFCB00713200000000",
                "family=ipv4 addr=203.0.113.50 port=37237",
            ),
            ("01002F72756E2F7800", "family=unix path=/run/x"),
            ("0100002F72756E2F7800", "family=unix path=@/run/x"),
            (
                "100000000000000000000000",
                "family=netlink saddr=100000000000000000000000",
            ),
            ("0200EE", "family=ipv4 saddr=0200EE"),
            (
                "0002EE27CB007132",
                "family=ipv4 addr=203.0.113.50 port=60967",
            ),
            ("02", ""),
            ("x", ""),
        ] {
            let found: Vec<String> = socket(saddr)
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(found.join(" "), expect, "{saddr}");
        }
    }
}
