//! The Community ID of a flow, version 1: the same for both directions and in every tool.

use std::net::IpAddr;

use sha1::{Digest, Sha1};

/// IANA's number of a transport protocol by name.
pub fn protocol_number(name: &str) -> Option<u8> {
    Some(match name.to_ascii_lowercase().as_str() {
        "icmp" => 1,
        "igmp" => 2,
        "tcp" => 6,
        "udp" => 17,
        "gre" => 47,
        "ipv6-icmp" => 58,
        "sctp" => 132,
        _ => return None,
    })
}

/// One end of a flow.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The port; for ICMP the type, or the code of the other direction.
    pub port: u16,
}

impl End {
    /// Address and port in network order, the order in which ends compare.
    fn parts(self) -> (Vec<u8>, u16) {
        let octets = match self.address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        (octets, self.port)
    }
}

/// Has a protocol ports, or what stands for them?
fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 1 | 6 | 17 | 58 | 132)
}

/// The Community ID of a flow between two ends. Of protocols without ports those of the ends do not count.
pub fn community_id(protocol: u8, source: End, destination: End) -> String {
    let (source, destination) = (source.parts(), destination.parts());
    if source <= destination {
        hashed(protocol, &source, &destination)
    } else {
        hashed(protocol, &destination, &source)
    }
}

/// The Community ID of messages of ICMP, in the version that the addresses are of. A message that has an answer shares its id
/// with that; the others have a direction.
pub fn icmp_community_id(source: IpAddr, destination: IpAddr, kind: u8, code: u8) -> String {
    let protocol = if source.is_ipv4() { 1 } else { 58 };
    let end = |address, port: u8| End {
        address,
        port: u16::from(port),
    };
    match answer(protocol, kind) {
        Some(answer) => community_id(protocol, end(source, kind), end(destination, answer)),
        None => hashed(
            protocol,
            &end(source, kind).parts(),
            &end(destination, code).parts(),
        ),
    }
}

/// The type of ICMP that answers another one, or that it answers.
fn answer(protocol: u8, kind: u8) -> Option<u8> {
    Some(match (protocol, kind) {
        (1, 0) => 8,
        (1, 8) => 0,
        (1, 9 | 13 | 15 | 17) | (58, 128 | 130 | 133 | 135 | 139 | 144) => kind + 1,
        (1, 10 | 14 | 16 | 18) | (58, 129 | 131 | 134 | 136 | 140 | 145) => kind - 1,
        _ => return None,
    })
}

/// The id of ends that are in order.
fn hashed(protocol: u8, low: &(Vec<u8>, u16), high: &(Vec<u8>, u16)) -> String {
    let mut hash = Sha1::new();
    // The seed, 0 as everywhere.
    hash.update([0, 0]);
    hash.update(&low.0);
    hash.update(&high.0);
    hash.update([protocol, 0]);
    if has_ports(protocol) {
        hash.update(low.1.to_be_bytes());
        hash.update(high.1.to_be_bytes());
    }
    format!("1:{}", base64(&hash.finalize()))
}

/// Base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0usize;
        for at in 0..3 {
            bits = bits << 8 | usize::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            if at <= group.len() {
                text.push(char::from(ALPHABET[bits >> (18 - 6 * at) & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{End, base64, community_id, icmp_community_id};

    fn end(address: &str, port: u16) -> End {
        End {
            address: address.parse().expect("an address"),
            port,
        }
    }

    #[test]
    fn both_directions_have_one_id() {
        // The published example of the specification.
        let client = end("128.232.110.120", 34855);
        let server = end("66.35.250.204", 80);
        let id = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
        assert_eq!(community_id(6, client, server), id);
        assert_eq!(community_id(6, server, client), id);
    }

    /// The examples that come with the specification.
    #[test]
    fn messages_of_icmp() {
        let ip = |text: &str| text.parse().expect("an address");
        let (client, server) = (ip("192.168.0.89"), ip("192.168.0.1"));
        let echo = "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=";
        assert_eq!(icmp_community_id(client, server, 8, 0), echo);
        assert_eq!(icmp_community_id(server, client, 0, 0), echo);
        let one_way = "1:tz/fHIDUHs19NkixVVoOZywde+I=";
        assert_eq!(icmp_community_id(client, server, 20, 1), one_way);
        assert_ne!(icmp_community_id(server, client, 20, 1), one_way);
        let (here, there) = (
            ip("fe80::200:86ff:fe05:80da"),
            ip("fe80::260:97ff:fe07:69ea"),
        );
        let neighbour = "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=";
        assert_eq!(icmp_community_id(here, there, 135, 0), neighbour);
    }

    #[test]
    fn base64_is_padded() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
