//! The mappings: one folder a log source, from raw record to ECS.
//!
//! Windows events and Linux authentication logs have readers of their own; every other source is a
//! [`Source`] in the table [`SOURCES`]: adding one takes its folder, one `pub mod` and one line of the
//! table.

pub mod anydesk;
pub mod auditd;
pub mod beyondtrust_pra;
#[cfg(test)]
mod check;
pub mod checkpoint;
pub mod cisco_asa;
pub mod citrix_adc;
pub mod docker_daemon;
pub mod fail2ban;
mod find;
pub mod fortinet;
#[cfg(test)]
pub mod gated;
pub mod guacamole;
pub mod haproxy;
pub mod iis;
pub(crate) mod index;
pub mod iptables;
pub mod k8s_audit;
pub mod kubelet;
pub mod linux_auth;
pub mod mapping;
pub mod meshcentral;
pub mod nginx_access;
pub mod nginx_error;
pub mod openvpn;
pub mod panos;
pub mod pulse_secure;
pub mod softether;
pub mod sonicwall;
pub mod sophos_xg;
pub mod suricata;
pub mod sysmon_linux;
pub mod teamviewer;
mod text;
pub mod tor;
pub mod vnc;
pub mod windows;
pub mod wireguard;
pub mod xrdp;
pub mod zeek;

pub(crate) use find::Claims;
pub use find::{Claim, claim, claim_by_content, find_source};
pub(crate) use text::{Carried, Sourced, is_known_line, route_carried, stamp_carried};
pub use text::{TextOptions, check_bytes, read_text};

use jiff::tz::TimeZone;
use mapping::Source;

/// The zone of times that name none, where nobody says which it is.
pub(crate) static UTC: TimeZone = TimeZone::UTC;

/// Every source but Windows and Linux authentication, in the order of their names. Where two are equally sure of a record,
/// the first has it, and the tie is reported.
pub static SOURCES: &[&dyn Source] = &[
    &anydesk::AnyDesk,
    &auditd::Auditd,
    &beyondtrust_pra::BeyondTrustPra,
    &checkpoint::CheckPoint,
    &cisco_asa::CiscoAsa,
    &citrix_adc::CitrixAdc,
    &docker_daemon::DockerDaemon,
    &fail2ban::Fail2Ban,
    &fortinet::Fortinet,
    // The worked example of CONTRIBUTING.md.
    #[cfg(test)]
    &gated::Gated,
    &guacamole::Guacamole,
    &haproxy::HaProxy,
    &iis::Iis,
    &iptables::Iptables,
    &k8s_audit::KubernetesAudit,
    &kubelet::Kubelet,
    &meshcentral::MeshCentral,
    &nginx_access::NginxAccess,
    &nginx_error::NginxError,
    &openvpn::OpenVpn,
    &panos::Panos,
    &pulse_secure::PulseSecure,
    &softether::SoftEther,
    &sonicwall::SonicWall,
    &sophos_xg::SophosXg,
    &suricata::Suricata,
    &sysmon_linux::SysmonLinux,
    &teamviewer::TeamViewer,
    &tor::Tor,
    &vnc::Vnc,
    &wireguard::WireGuard,
    &xrdp::Xrdp,
    &zeek::Zeek,
];

#[cfg(test)]
mod tests {
    use super::SOURCES;

    #[test]
    fn the_table_is_in_order() {
        let names: Vec<&str> = SOURCES.iter().map(|source| source.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    /// What CONTRIBUTING.md shows is what is compiled here, and tested like any other source.
    #[test]
    fn the_worked_example_works() {
        let page = include_str!("../../../../CONTRIBUTING.md");
        let (_, example) = page.split_once("```rust\n").expect("there is an example");
        let (example, _) = example.split_once("```").expect("the example ends");
        assert_eq!(example, include_str!("gated/mod.rs"));
        assert!(SOURCES.iter().any(|source| source.name() == "gated"));
    }
}
