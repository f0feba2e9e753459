//! Addresses and blocks of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads an address as an Elasticsearch `ip` field does: no port, no brackets, no white space, no leading zeros in
/// IPv4. IPv4-mapped IPv6 becomes IPv4, so that `::ffff:10.0.0.1` is in `10.0.0.0/8`. A zone (`fe80::1%eth0`) is not
/// part of an address: such text is no `ip` value.
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    // The longest form is an IPv6 address with a dotted quad at its end: 45 characters.
    if text.len() > 45 {
        return None;
    }
    if let Some(address) = parse_v4(text.as_bytes()) {
        return Some(IpAddr::V4(address));
    }
    // Every IPv6 address has a colon.
    if !text.as_bytes().contains(&b':') {
        return None;
    }
    text.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

/// Reads four numbers with dots between, as the standard library does, which takes several times as long.
fn parse_v4(text: &[u8]) -> Option<Ipv4Addr> {
    let (address, length) = leading_ipv4(text)?;
    (length == text.len()).then_some(address)
}

/// The address of IPv4 that a text begins with, and its length. What [`parse_ip`] says of a text that is nothing else.
#[inline]
pub fn leading_ipv4(text: &[u8]) -> Option<(Ipv4Addr, usize)> {
    let (first, rest) = octet(text)?;
    let (second, rest) = octet(rest.strip_prefix(b".")?)?;
    let (third, rest) = octet(rest.strip_prefix(b".")?)?;
    let (fourth, rest) = octet(rest.strip_prefix(b".")?)?;
    Some((
        Ipv4Addr::new(first, second, third, fourth),
        text.len() - rest.len(),
    ))
}

/// A number of at most 255 at the front, without needless zeros, and what follows it.
#[inline(always)]
fn octet(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
            let value = 100 * u16::from(a - b'0') + 10 * u16::from(b - b'0') + u16::from(c - b'0');
            Some((u8::try_from(value).ok()?, rest))
        }
        [a @ b'1'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some((10 * (a - b'0') + (b - b'0'), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((a - b'0', rest)),
        _ => None,
    }
}

/// A block of addresses. Host bits are allowed and ignored: `10.6.48.157/8` is `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    first: u128,
    last: u128,
}

/// Where IPv4 lies in the one number line that all addresses share (as mapped addresses do).
const MAPPED: u128 = 0xffff_0000_0000;

fn position(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => MAPPED | u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

impl Cidr {
    /// Reads `ADDRESS/LENGTH`. `None` when either part is not valid. As in Elasticsearch, a block written on an
    /// IPv4-mapped IPv6 address is refused as ambiguous.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        if length.is_empty() || length.len() > 3 || !length.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let length: u32 = length.parse().ok()?;
        match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) if length <= 32 => Some(Self::of_v4(address, length)),
            IpAddr::V6(address) if length <= 128 && address.to_ipv4_mapped().is_none() => {
                Some(Self::of_v6(address, length))
            }
            _ => None,
        }
    }

    /// The block that holds one address.
    pub fn single(address: IpAddr) -> Self {
        let at = position(address);
        Self {
            first: at,
            last: at,
        }
    }

    fn of_v4(address: Ipv4Addr, length: u32) -> Self {
        let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
        let network = u32::from(address) & !hosts;
        Self {
            first: MAPPED | u128::from(network),
            last: MAPPED | u128::from(network | hosts),
        }
    }

    fn of_v6(address: Ipv6Addr, length: u32) -> Self {
        let hosts = u128::MAX.checked_shr(length).unwrap_or(0);
        let network = u128::from(address) & !hosts;
        Self {
            first: network,
            last: network | hosts,
        }
    }

    /// Is the address in the block?
    pub fn contains(&self, address: IpAddr) -> bool {
        (self.first..=self.last).contains(&position(address))
    }
}

/// Many blocks, sorted and joined: one look-up costs a binary search, O(log n).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CidrSet {
    ranges: Vec<(u128, u128)>,
}

impl CidrSet {
    /// Is the address in any of the blocks?
    pub fn contains(&self, address: IpAddr) -> bool {
        let at = position(address);
        let after = self.ranges.partition_point(|&(first, _)| first <= at);
        after > 0 && at <= self.ranges[after - 1].1
    }
}

impl FromIterator<Cidr> for CidrSet {
    fn from_iter<I: IntoIterator<Item = Cidr>>(blocks: I) -> Self {
        let mut sorted: Vec<(u128, u128)> = blocks
            .into_iter()
            .map(|block| (block.first, block.last))
            .collect();
        sorted.sort_unstable();
        let mut ranges: Vec<(u128, u128)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match ranges.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => {
                    previous.1 = previous.1.max(last);
                }
                _ => ranges.push((first, last)),
            }
        }
        Self { ranges }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cidr, CidrSet, parse_ip};

    #[test]
    fn odd_addresses_are_no_addresses() {
        for text in [
            "",
            "-",
            "LOCAL",
            "localhost",
            "8.8.8.8:33",
            " 10.23.2.9",
            "10.23.2.9 ",
            "010.23.2.9",
            "192.168.1.999",
            "0.0.0.0.0",
            "172.15.9.",
            "[::1]",
            "fe80::1%eth19",
            "::ffff:1.2.3",
            "1.2.3",
        ] {
            assert_eq!(parse_ip(text), None, "{text}");
        }
        assert_eq!(parse_ip("::FFFF:7f00:1"), parse_ip("127.0.0.1"));
        assert_eq!(
            parse_ip("2001:DB8::A").map(|a| a.to_string()).as_deref(),
            Some("2001:db8::a")
        );
    }

    #[test]
    fn four_numbers_are_read_as_the_standard_library_does() {
        let numbers = [
            "", "0", "00", "1", "01", "9", "10", "099", "99", "100", "255", "256", "999", "1234",
            "x",
        ];
        for first in numbers {
            for second in numbers {
                for third in ["0", "7", "255", "256", "03"] {
                    for last in numbers {
                        let text = format!("{first}.{second}.{third}.{last}");
                        assert_eq!(parse_ip(&text), text.parse().ok(), "{text}");
                    }
                }
            }
        }
        for text in [
            "1.2.3.4.",
            ".1.2.3.4",
            "1.2.3.4.5",
            "1..2.3",
            "1.2.3.4 ",
            "1,2,3,4",
        ] {
            assert_eq!(parse_ip(text), None, "{text}");
        }
    }

    #[test]
    fn blocks_hold_what_they_should() {
        let set: CidrSet = [
            "10.6.48.157/8",
            "::1/128",
            "fe80::/10",
            "0.0.0.0/32",
            "192.0.2.0/25",
            "192.0.2.128/25",
        ]
        .iter()
        .map(|text| Cidr::parse(text).expect("a valid block"))
        .collect();
        for (address, inside) in [
            ("10.255.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("11.0.0.1", false),
            ("::1", true),
            ("::2", false),
            ("fe80::1", true),
            ("fec0::1", false),
            ("0.0.0.0", true),
            ("::", false),
            ("192.0.2.200", true),
            ("192.0.3.0", false),
        ] {
            assert_eq!(
                set.contains(parse_ip(address).expect(address)),
                inside,
                "{address}"
            );
        }
    }

    #[test]
    fn bad_blocks_are_refused() {
        for text in [
            "10.0.0.0",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "x/8",
            "::ffff:0:0/96",
        ] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
        assert!(
            Cidr::parse("0.0.0.0/0")
                .expect("valid")
                .contains(parse_ip("203.0.113.1").expect("valid"))
        );
        assert!(
            !Cidr::parse("0.0.0.0/0")
                .expect("valid")
                .contains(parse_ip("2001:db8::1").expect("valid"))
        );
    }
}
