//! The doors that what watches a network tells by their port.

/// The doors, as `gatewatch.remote.service` names them.
pub const DOORS: [&str; 9] = [
    "citrix",
    "docker",
    "kubelet",
    "kubernetes",
    "rdp",
    "ssh",
    "vnc",
    "vpn",
    "winrm",
];

/// The door that usually lies at a port.
///
/// ```
/// use gatewatch_ingest::source::mapping::door_of_port;
///
/// assert_eq!(door_of_port("tcp", 3389), Some("rdp"));
/// assert_eq!(door_of_port("udp", 22), None);
/// ```
pub fn door_of_port(transport: &str, port: u16) -> Option<&'static str> {
    let is_tcp = transport.eq_ignore_ascii_case("tcp");
    if !is_tcp && !transport.eq_ignore_ascii_case("udp") {
        return None;
    }
    Some(match (is_tcp, port) {
        (true, 22) => "ssh",
        (true, 1494 | 2598) => "citrix",
        (true, 2375 | 2376) => "docker",
        (_, 3389) => "rdp",
        (true, 5900..=5909) => "vnc",
        (true, 5985 | 5986) => "winrm",
        (true, 6443) => "kubernetes",
        (true, 10250 | 10255) => "kubelet",
        // OpenVPN, PPTP; IKE and its passage through NAT, L2TP, WireGuard.
        (_, 1194) | (true, 1723) | (false, 500 | 1701 | 4500 | 51820) => "vpn",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{DOORS, door_of_port};

    #[test]
    fn every_door_is_in_the_list() {
        assert!(DOORS.is_sorted());
        for transport in ["tcp", "UDP"] {
            for port in 0..=u16::MAX {
                let door = door_of_port(transport, port);
                assert!(door.is_none_or(|door| DOORS.contains(&door)), "{port}");
            }
        }
    }
}
