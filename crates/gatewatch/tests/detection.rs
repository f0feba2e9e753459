//! Every file of the shared inputs is read by its right source, and no line by a wrong one.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{gatewatch, shared};

/// Folders of inputs, and the datasets that their records may have. The longest prefix of a path counts. `-` stands for records
/// that are of no source: documents as they are.
const RIGHT: &[(&str, &[&str])] = &[
    ("anydesk", &["anydesk.log"]),
    ("docker-daemon/input.dockerd", &["docker.daemon"]),
    // A terminal's output, and access logs of nginx, carried by containers.
    ("docker-daemon/input.container", &["-"]),
    ("docker-daemon/input.crowdsec", &["nginx.access"]),
    ("extras", &["-"]),
    ("extras/haproxy-proxy", &["haproxy.log"]),
    ("extras/net-iptables", &["iptables.log"]),
    // Lines of syslog by programs that have no source.
    ("extras/net-socks-dante", &["system.auth"]),
    ("extras/vpn-sophos-xg", &["sophos.xg"]),
    ("extras/vpn-strongswan", &["system.auth"]),
    ("guacamole", &["guacamole.log"]),
    ("k8s-audit", &["kubernetes.audit_logs"]),
    ("kubelet", &["kubernetes.component_logs"]),
    ("linux-auditd", &["auditd_manager.auditd"]),
    ("linux-auditd/input.sekoia-auditbeat", &["-"]),
    ("linux-auth", &["system.auth"]),
    // Messages of sshd without what says that they are, save one.
    ("linux-auth/input.sekoia-openssh", &["-", "system.auth"]),
    ("linux-sysmon", &["sysmon_linux.log"]),
    ("net-suricata", &["suricata.eve"]),
    ("net-zeek/input.connection", &["zeek.connection"]),
    ("net-zeek/input.http", &["zeek.http"]),
    ("net-zeek/input.notice", &["zeek.notice"]),
    ("net-zeek/input.rdp", &["zeek.rdp"]),
    ("net-zeek/input.rfb", &["zeek.rfb"]),
    ("net-zeek/input.socks", &["zeek.socks"]),
    ("net-zeek/input.ssl", &["zeek.ssl"]),
    ("net-zeek/input.tunnel", &["zeek.tunnel"]),
    ("nginx-access", &["nginx.access"]),
    (
        "nginx-access/input.fail2ban-nginx-http-auth",
        &["nginx.error"],
    ),
    (
        "remote-access-tools/input.crowdsec-meshcentral",
        &["meshcentral.auth"],
    ),
    (
        "remote-access-tools/input.sekoia-beyondtrust",
        &["beyondtrust_pra.session"],
    ),
    ("teamviewer", &["teamviewer.log"]),
    ("tor", &["tor.log"]),
    ("vnc", &["vnc.log"]),
    ("vpn-checkpoint", &["checkpoint.firewall"]),
    ("vpn-cisco-asa", &["cisco_asa.log"]),
    ("vpn-citrix-adc", &["citrix_adc.log"]),
    ("vpn-fortinet", &["fortinet_fortigate.log"]),
    // A proxy's access log of an attack on the gateway.
    (
        "vpn-fortinet/input.crowdsec-fortinet-cve",
        &["nginx.access"],
    ),
    ("vpn-openvpn", &["openvpn.log"]),
    ("vpn-paloalto-globalprotect", &["panw.panos"]),
    ("vpn-pulse-ivanti", &["pulse_connect_secure.log"]),
    (
        "vpn-pulse-ivanti/input.crowdsec-pulse-secure-sslvpn-cve",
        &["nginx.access"],
    ),
    ("vpn-softether", &["softether.log"]),
    ("vpn-sonicwall", &["sonicwall_firewall.log"]),
    ("vpn-wireguard", &["wireguard.log"]),
    ("xrdp", &["xrdp.log"]),
];

/// Files in which nothing is to be found: no logs in any form that is read.
const NO_LOGS: &[&str] = &[
    "extras/mikrotik",
    "linux-auth/input.crowdsec-dropbear-logs.log",
    "remote-access-tools/input.eventxml-examples.xml",
];

fn inputs(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("readable");
    for path in entries.map(|entry| entry.expect("readable").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            inputs(&path, found);
        } else if name.starts_with("input.") && !name.ends_with(".yaml") {
            found.push(path);
        }
    }
}

fn dataset(line: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(line).expect("one document a line");
    ["data_stream", "event"]
        .iter()
        .find_map(|object| document[*object]["dataset"].as_str())
        .unwrap_or("-")
        .to_owned()
}

#[test]
fn every_file_gets_its_right_source() {
    let Some(folder) = shared("sources") else {
        return;
    };
    let mut paths = Vec::new();
    inputs(&folder, &mut paths);
    paths.sort();
    let mut faults = Vec::new();
    for path in paths {
        let shown = path
            .strip_prefix(&folder)
            .expect("inside")
            .to_string_lossy();
        let right = RIGHT
            .iter()
            .filter(|(prefix, _)| shown.starts_with(prefix))
            .max_by_key(|(prefix, _)| prefix.len());
        let is_no_log = NO_LOGS.iter().any(|prefix| shown.starts_with(prefix));
        if right.is_none() && !is_no_log {
            // Windows files are judged by their documents.
            assert!(
                shown.starts_with("windows-"),
                "{shown}: which source is it of?"
            );
            continue;
        }
        let output = gatewatch(&["normalize", &path.to_string_lossy()]);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
            *counts.entry(dataset(line)).or_default() += 1;
        }
        let allowed: &[&str] = if is_no_log {
            &[]
        } else {
            right.map_or(&[], |(_, allowed)| *allowed)
        };
        let is_right = counts.keys().all(|found| allowed.contains(&found.as_str()))
            && (is_no_log || !counts.is_empty());
        if !is_right {
            faults.push(format!("{shown}: {counts:?}, not {allowed:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
