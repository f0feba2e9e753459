//! What follows from the addresses and the protocol of a flow, as Elastic's pipelines have it.

use std::net::IpAddr;

/// Is this an address of a private network (RFC 1918, RFC 4193)?
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// `network.direction`, where private networks are inside.
///
/// ```
/// use gatewatch_ingest::source::mapping::direction;
///
/// let ip = |text: &str| text.parse().expect("an address");
/// assert_eq!(direction(ip("10.0.0.1"), ip("192.0.2.1")), "outbound");
/// ```
pub fn direction(source: IpAddr, destination: IpAddr) -> &'static str {
    match (is_private(source), is_private(destination)) {
        (true, true) => "internal",
        (true, false) => "outbound",
        (false, true) => "inbound",
        (false, false) => "external",
    }
}

/// `network.type`.
pub fn network_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "ipv4" } else { "ipv6" }
}

/// `network.transport` of IANA's number, for the protocols that firewalls name.
pub fn transport_name(number: &str) -> Option<&'static str> {
    Some(match number {
        "1" => "icmp",
        "2" => "igmp",
        "6" => "tcp",
        "17" => "udp",
        "58" => "ipv6-icmp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::direction;

    #[test]
    fn directions() {
        for (source, destination, expect) in [
            ("10.0.0.1", "192.168.0.1", "internal"),
            ("172.16.0.1", "192.0.2.1", "outbound"),
            ("2001:db8::1", "fd00::1", "inbound"),
            ("192.0.2.1", "198.51.100.1", "external"),
        ] {
            let ip = |text: &str| text.parse().expect("an address");
            assert_eq!(
                direction(ip(source), ip(destination)),
                expect,
                "{source} {destination}"
            );
        }
    }
}
