//! What a scan should find, by short code that knows nothing of EQL.
//!
//! The definitions are those of the reference query and of its three companions: failures that end
//! in a success, and the two steps of a Remote Desktop logon.

use std::net::IpAddr;

use crate::evtx::Event;

const WINDOW_OF_FAILURES: u64 = 600 * 10_000_000;
const WINDOW_OF_CHAIN: u64 = 300 * 10_000_000;
const FAILURES: usize = 5;

/// The address of a logon, if it is one: an IPv4 address mapped into IPv6 is that IPv4 address, and
/// texts such as `-`, `LOCAL` or an address with a zone are none.
#[must_use]
pub fn source_address(event: &Event) -> Option<IpAddr> {
    let text = event.value("IpAddress")?.to_text();
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical())
}

/// Whether the reference query matches: 4624 of type 3 or 10, from an address outside the ranges
/// that it lists, of a user who is not a machine. An event without a user name matches too: Winlogbeat drops what is
/// empty, and in EQL `!=` holds for a field without a value.
#[must_use]
pub fn is_external_logon(event: &Event) -> bool {
    if event.event_id != 4624 || event.provider != "Microsoft-Windows-Security-Auditing" {
        return false;
    }
    let text = |name| event.value(name).map(|value| value.to_text());
    let logon_type = text("LogonType").unwrap_or_default();
    if logon_type != "3" && logon_type != "10" {
        return false;
    }
    let user = text("TargetUserName").unwrap_or_default();
    if user == "-" || user.ends_with('$') {
        return false;
    }
    source_address(event).is_some_and(|address| !is_listed(address))
}

/// The ranges that the reference query lists, and no others.
fn is_listed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_private() || address.is_loopback() || address.is_link_local()
        }
        IpAddr::V6(address) => address.is_loopback(),
    }
}

/// The logons (their indices) that five or more failures from the same address precede within ten
/// minutes. The events must be in the order of time.
#[must_use]
pub fn failures_then_success(events: &[&Event]) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, logon) in events.iter().enumerate() {
        let Some(address) = source_address(logon) else {
            continue;
        };
        if logon.event_id != 4624 || address.is_loopback() {
            continue;
        }
        let failures = events[..index]
            .iter()
            .filter(|event| event.event_id == 4625)
            .filter(|event| logon.time.0 - event.time.0 <= WINDOW_OF_FAILURES)
            .filter(|event| source_address(event) == Some(address))
            .count();
        if failures >= FAILURES {
            found.push(index);
        }
    }
    found
}

/// The sessions (their indices) that begin with event 21, or go on with 25, within five minutes
/// after the same host authenticated the same address with event 1149. The events must be in the
/// order of time.
#[must_use]
pub fn remote_desktop_chains(events: &[&Event], session_event: u16) -> Vec<usize> {
    let address = |event: &Event, name| -> Option<IpAddr> {
        let address: IpAddr = event.value(name)?.to_text().parse().ok()?;
        Some(address.to_canonical())
    };
    let mut found = Vec::new();
    for (index, session) in events.iter().enumerate() {
        if session.event_id != session_event || !session.channel.contains("LocalSessionManager") {
            continue;
        }
        let Some(client) = address(session, "Address") else {
            continue;
        };
        let authenticated = events[..index].iter().any(|event| {
            event.event_id == 1149
                && event.channel.contains("RemoteConnectionManager")
                && event.computer == session.computer
                && session.time.0 - event.time.0 <= WINDOW_OF_CHAIN
                && address(event, "Param3") == Some(client)
        });
        if authenticated {
            found.push(index);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::is_external_logon;
    use crate::windows::{Account, Host, Logon};

    #[test]
    fn only_outside_addresses_of_named_people_count() {
        let host = Host::new("web1.lab.example", "LAB");
        let check = |expected: bool, user: &'static str, address: &'static str| {
            let account = Account {
                name: user.into(),
                ..host.user("", 1104)
            };
            for logon in [
                Logon::network(account.clone(), address),
                Logon::remote_desktop(account, address),
            ] {
                let hit = is_external_logon(&host.logon(&logon));
                assert_eq!(hit, expected, "{user} {address}");
            }
        };
        check(true, "alice", "203.0.113.9");
        check(true, "alice", "::ffff:203.0.113.9");
        check(true, "alice", "2001:db8::9");
        check(true, "alice", "fe80::9");
        check(true, "alice", "100.64.0.1");
        check(false, "alice", "::ffff:10.0.0.1");
        check(false, "alice", "::FFFF:7f00:1");
        check(false, "alice", "fe80::9%12");
        check(false, "alice", "172.31.255.255");
        check(false, "alice", "169.254.0.1");
        check(false, "alice", "::1");
        check(false, "alice", "-");
        check(false, "alice", "203.0.113.9:3389");
        check(false, "WEB1$", "203.0.113.9");
        check(false, "-", "203.0.113.9");
        check(true, "", "203.0.113.9");

        let service = Logon::service(host.user("alice", 1104));
        assert!(!is_external_logon(&host.logon(&service)));
    }
}
