use serde_json::Value as Json;

use super::Zeek;
use crate::source::check::{Reading, access, claimed, datasets_of, golden, samples};

/// Filebeat's, which lists an address twice where both ends are the same; the integration says `allow_duplicates: false`.
const TWICE: &str = "related.ip";
fn check(name: &str, exceptions: &[(usize, &str, &str)]) {
    golden("net-zeek", name, &Reading::default(), exceptions);
}

#[test]
fn own_samples() {
    samples(&Zeek);
}

#[test]
fn as_elastic_maps() {
    for name in [
        "connection-json",
        "http-json",
        "notice-json",
        "rdp-json",
        "rfb-json",
        "ssl-json",
        "tunnel-json",
    ] {
        check(name, &[]);
    }
    check("socks-json", &[(0, TWICE, "each address once")]);
}

/// The documents of a sample, without their places in the file.
fn documents(ecs: &str) -> Vec<Json> {
    ecs.lines()
        .map(|line| {
            let mut document: Json = serde_json::from_str(line).expect("JSON");
            let map = document.as_object_mut().expect("an object");
            map.remove("log");
            if let Some(Json::Object(own)) = map.get_mut("gatewatch") {
                own.remove("input");
            }
            document
        })
        .collect()
}

#[test]
fn a_table_says_the_same_as_json() {
    let tables = documents(include_str!("samples/same-table.ecs.ndjson"));
    let json = documents(include_str!("samples/same.ecs.ndjson"));
    assert_eq!(tables.len(), 4);
    assert_eq!(tables, json);
}

#[test]
fn files_are_known() {
    let names = [
        "connection",
        "http",
        "notice",
        "rdp",
        "rfb",
        "socks",
        "ssl",
        "tunnel",
    ];
    for name in names {
        claimed(&Zeek, "net-zeek", &[(&format!("input.{name}-json.log"), 0)]);
    }
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &Zeek,
        "tables.log",
        &[
            "ssh attempt - - 203.0.113.7:40001",
            "rdp attempt - - 203.0.113.7:40002",
            none,
            "vpn attempt - - 2001:db8::7:51820",
            none,
            none,
            "rdp attempt - - 10.0.0.5:40005",
            "ssh success - - 203.0.113.7:40001",
            "ssh failure - - 203.0.113.7:40006",
            "ssh unknown - - 203.0.113.8:40007",
            "rdp attempt - alice 203.0.113.7:40002",
            "rdp failure - administr 203.0.113.7:40008",
            "rdp attempt - - 198.51.100.4:40009",
            "vnc failure password - 203.0.113.7:40010",
            "vnc success password - 203.0.113.7:40011",
            "vnc success anonymous - 198.51.100.4:40012",
            "vnc unknown - - 198.51.100.4:40013",
            none,
            none,
        ],
    );
    access(
        &Zeek,
        "lines.json",
        &[
            "docker attempt - - 203.0.113.7:41000",
            "ssh success - - 203.0.113.7:41001",
            "rdp attempt - bob 203.0.113.7:41002",
            "vnc success vencrypt - 203.0.113.7:41003",
            none,
            "docker success - - 203.0.113.7:41005",
            none,
            none,
            none,
            none,
            "windows failure ntlm erin 203.0.113.9:41008",
            none,
            none,
            none,
            none,
            none,
        ],
    );
}

#[test]
fn other_lines_among_them() {
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    let header = "#separator \\x09\n#path\tssh\n#fields\tts\tuid\tid.orig_h";
    let row = "1767600000.5\tC1\t203.0.113.7";
    assert_eq!(
        datasets_of(&format!(
            "{header}\n{row}\n{sshd}\nno line of anything\n{row}\n#close\tx\n"
        )),
        ["zeek.ssh", "system.auth", "zeek.ssh"]
    );
    // Without its head a table is nobody's, and neither is JSON that only has a time of that name.
    assert!(datasets_of(&format!("{row}\n")).is_empty());
    let json = r#"Jan  5 08:00:00 web app[7]: {"ts":1767600000.5,"level":"info","uid":"x"}"#;
    assert_eq!(datasets_of(json), ["system.auth"]);
    let json = r#"Jan  5 08:00:00 web zeek[7]: {"ts":1767600000.5,"uid":"x","id.orig_h":"203.0.113.7","auth_attempts":1}"#;
    assert_eq!(datasets_of(json), ["zeek.ssh"]);
}
