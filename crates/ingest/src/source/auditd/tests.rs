//! The audit trail in all its forms, against what Elastic makes of it and against what happened.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use gatewatch_event::Document;
use serde_json::{Map, Value as Json, json};

use super::Auditd;
use crate::source::check::{
    Collected, Reading, access, claimed, corpus, datasets_of, differences, golden, samples, shared,
};
use crate::source::{TextOptions, read_text};

#[test]
fn own_samples() {
    samples(&Auditd);
}

const NONE: &str = "- - - - -:-";

#[test]
fn access_records() {
    access(
        &Auditd,
        "audit.log",
        &[
            NONE,
            NONE,
            "ssh attempt - - 203.0.113.50:60967",
            NONE,
            "ssh attempt - - 203.0.113.50:60967",
            "ssh failure - - 203.0.113.50:-",
            "ssh failure - - 203.0.113.50:-",
            "ssh failure - root addr=192.0.2.99 res=success 203.0.113.50:-",
            "ssh failure key alice 2001:db8::7:-",
            "ssh attempt - alice 203.0.113.50:-",
            NONE,
            NONE,
            NONE,
            NONE,
            "ssh success - alice 203.0.113.50:-",
            "ssh success - - 203.0.113.50:-",
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            NONE,
            "rdp failure - bob 198.51.100.9:-",
            NONE,
            NONE,
            "ssh end - alice 203.0.113.50:-",
            NONE,
            NONE,
            NONE,
        ],
    );
    access(
        &Auditd,
        "enriched.log",
        &[
            NONE,
            "ssh success - alice 203.0.113.50:-",
            "ssh failure - carol 203.0.113.51:-",
            NONE,
        ],
    );
    access(
        &Auditd,
        "syslog.log",
        &[
            NONE,
            "ssh failure password dan 203.0.113.52:-",
            NONE,
            "ssh success - root 203.0.113.53:-",
            "ssh failure - erin 203.0.113.54:-",
            "ssh failure - frank 203.0.113.55:-",
            NONE,
            NONE,
        ],
    );
    access(
        &Auditd,
        "laurel.json",
        &[
            NONE,
            "ssh success - alice 203.0.113.56:-",
            "ssh failure - root x 203.0.113.57:-",
            "ssh attempt - - 203.0.113.50:42511",
            "ssh failure - grace 203.0.113.58:-",
            "ssh failure - heidi 203.0.113.59:-",
        ],
    );
}

/// Logs of the real auditd, and what was done to the machine.
#[test]
fn attempts_at_a_real_server() {
    corpus(
        &Auditd,
        &[
            "linux/auditd/debian-12/raw.log",
            "linux/auditd/debian-12/enriched.log",
            "linux/auditd/debian-12/syslog.log",
            "linux/auditd/debian-12/laurel.log",
        ],
    );
}

#[test]
fn files_are_known() {
    claimed(
        &Auditd,
        "linux-auditd",
        &[
            ("input.audit-rhel6.log", 0),
            ("input.audit-rhel7.log", 0),
            ("input.audit-rhel7_2.log", 0),
            ("input.audit-ubuntu1604.log", 0),
            ("input.avc.log", 0),
            ("input.crowdsec-auditd-logs.log", 0),
            ("input.crowdsec-laurel-logs.log", 0),
            ("input.execve.log", 0),
            ("input.fail2ban-selinux-ssh.log", 0),
            ("input.golibaudit-audit-rhel7.log", 0),
            ("input.golibaudit-audit-ubuntu17.log", 0),
            ("input.golibaudit-test3.log", 0),
            ("input.integration-test-auditd-enriched.log", 0),
            ("input.integration-test-auditd-raw.selection.log", 0),
            ("input.plaso-audit_enriched.log", 0),
            ("input.test.log", 0),
            ("input.useradd.log", 0),
        ],
    );
}

fn documents(text: &str) -> Vec<Document> {
    let mut collected = Collected::default();
    read_text(
        text.as_bytes(),
        "log".into(),
        &TextOptions::default(),
        &mut collected,
    );
    collected.documents
}

/// An event with more fields than any has is read in time, and is one event.
#[test]
fn events_of_fields_alone() {
    let mut text = String::new();
    for line in 0..300 {
        text.push_str("type=CWD msg=audit(1767603600.000:1):");
        for field in 0..100 {
            write!(text, " k{line}x{field}=1").expect("a String takes all");
        }
        text.push('\n');
    }
    let found = documents(&text);
    assert_eq!(found.len(), 1);
    let data = found[0]
        .get("auditd.data")
        .and_then(Json::as_object)
        .expect("data");
    assert!((500..=1000).contains(&data.len()), "{}", data.len());
}

/// Each line that fail2ban knows is an attack has its address.
#[test]
fn true_hosts() {
    let Some(directory) = shared("linux-auditd") else {
        return;
    };
    let text = fs::read_to_string(directory.join("input.fail2ban-selinux-ssh.log"))
        .expect("the log is there");
    let truth = fs::read_to_string(directory.join("fail2ban-selinux-ssh.match.json"))
        .expect("the truth is there");
    let truth: Json = serde_json::from_str(&truth).expect("JSON");
    let mut compared = 0;
    for (line, truth) in text.lines().zip(truth.as_array().expect("a list")) {
        let Some(host) = truth.pointer("/fail2ban/host") else {
            continue;
        };
        let document = documents(line).remove(0);
        assert_eq!(document.get("gatewatch.remote.ip"), Some(host), "{line}");
        assert_eq!(
            document.get("gatewatch.remote.outcome"),
            Some(&json!("failure")),
            "{line}"
        );
        compared += 1;
    }
    assert_eq!(compared, 11);
}

/// Elastic's document of a login that an agent has put together.
#[test]
fn coalesced_login() {
    golden(
        "linux-auditd",
        "integration-coalesced-user-login",
        &Reading::default(),
        &[
            (
                0,
                "auditd.summary.action",
                "Auditbeat has it in event.action alone",
            ),
            (
                0,
                "user.id",
                "the owner of the process; Auditbeat's user is who logged in, whom nobody was yet",
            ),
            (0, "user.name", "the same"),
            (0, "related.user", "the same"),
        ],
    );
}

/// The parts of go-libaudit's event, as Auditbeat and the pipeline of `auditd_manager` name them.
fn as_document(event: &Json) -> Map<String, Json> {
    let mut document = Document::new();
    let text = |path: &str| {
        event
            .pointer(path)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    let mut set = |path: &str, value: Option<&str>| {
        if let Some(value) = value {
            document.set(path, json!(value));
        }
    };
    set("@timestamp", text("/@timestamp"));
    set("auditd.message_type", text("/record_type"));
    set("auditd.result", text("/result"));
    set("event.action", text("/summary/action"));
    set(
        "event.outcome",
        text("/result").map(|result| if result == "fail" { "failure" } else { result }),
    );
    set(
        "auditd.session",
        text("/session").filter(|session| *session != "unset"),
    );
    for (from, to) in [
        ("actor/primary", "actor.primary"),
        ("actor/secondary", "actor.secondary"),
        ("object/primary", "object.primary"),
        ("object/secondary", "object.secondary"),
        ("object/type", "object.type"),
        ("how", "how"),
    ] {
        set(
            &format!("auditd.summary.{to}"),
            text(&format!("/summary/{from}")),
        );
    }
    for (from, to) in [
        ("pid", "pid"),
        ("ppid", "parent.pid"),
        ("title", "title"),
        ("name", "name"),
        ("exe", "executable"),
        ("cwd", "working_directory"),
    ] {
        set(&format!("process.{to}"), text(&format!("/process/{from}")));
    }
    for field in ["path", "device", "inode", "mode", "uid", "gid"] {
        set(&format!("file.{field}"), text(&format!("/file/{field}")));
    }
    for end in ["source", "destination"] {
        for (from, to) in [("ip", "ip"), ("port", "port"), ("path", "address")] {
            set(&format!("{end}.{to}"), text(&format!("/{end}/{from}")));
        }
    }
    set("network.direction", text("/network/direction"));
    for (name, value) in event["data"].as_object().into_iter().flatten() {
        let path = match name.strip_prefix("socket_") {
            Some(rest) => format!("auditd.data.socket.{rest}"),
            None if name == "id" => "event.id".to_owned(),
            None => format!("auditd.data.{}", name.replace('-', "_")),
        };
        set(&path, value.as_str());
    }
    for part in ["user", "role", "domain", "level", "category"] {
        set(
            &format!("auditd.user.selinux.{part}"),
            text(&format!("/user/selinux/{part}")),
        );
    }
    let mut users = users(event);
    for (path, value) in &mut users {
        set(path, Some(value));
    }
    for (path, value) in [
        ("process.args", &event["process"]["args"]),
        ("tags", &event["tags"]),
        ("event.category", &event["ecs"]["event"]["category"]),
        ("event.type", &event["ecs"]["event"]["type"]),
        ("event.sequence", &event["sequence"]),
    ] {
        if !value.is_null() {
            document.set(path, value.clone());
        }
    }
    document.into_map()
}

/// Who the event is about: its own users, before them the numbers of the process; an effective user that is another one.
fn users(event: &Json) -> BTreeMap<String, String> {
    let mut users = BTreeMap::new();
    for (from, to) in [
        ("uid", "user.id"),
        ("gid", "user.group.id"),
        ("euid", "user.effective.id"),
        ("egid", "user.effective.group.id"),
        ("suid", "auditd.user.saved.id"),
        ("sgid", "auditd.user.saved.group.id"),
        ("fsuid", "auditd.user.filesystem.id"),
        ("fsgid", "auditd.user.filesystem.group.id"),
        ("auid", "auditd.user.audit.id"),
    ] {
        let id = event
            .pointer(&format!("/user/ids/{from}"))
            .and_then(Json::as_str);
        if let Some(id) = id.filter(|id| *id != "unset") {
            users.insert(to.to_owned(), id.to_owned());
        }
    }
    for (from, to) in [
        ("", "user"),
        ("/effective", "user.effective"),
        ("/target", "user.target"),
    ] {
        let part = |part: &str| {
            let path = format!("/ecs/user{from}/{part}");
            event
                .pointer(&path)
                .and_then(Json::as_str)
                .map(str::to_owned)
        };
        let (id, name) = (part("id"), part("name"));
        if id.is_some() || name.is_some() {
            for (field, value) in [("id", id), ("name", name)] {
                users.remove(&format!("{to}.{field}"));
                if let Some(value) = value.filter(|value| value != "unset") {
                    users.insert(format!("{to}.{field}"), value);
                }
            }
        }
    }
    if users
        .get("user.id")
        .is_some_and(|id| users.get("user.effective.id") == Some(id))
    {
        users.retain(|path, _| !path.starts_with("user.effective."));
    }
    users
}

/// The events of a file of go-libaudit's, by name.
fn cases(yaml: &str) -> Vec<(String, String)> {
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in yaml.lines() {
        if let Some(record) = line.strip_prefix("    ") {
            if let Some((_, text)) = cases.last_mut() {
                text.push_str(record.trim());
                text.push('\n');
            }
        } else if let Some(name) = line.strip_prefix("  ")
            && let Some((name, _)) = name.rsplit_once(':')
            && !name.starts_with('#')
        {
            cases.push((name.trim_matches(['"', '\'']).to_owned(), String::new()));
        }
    }
    cases
}

/// go-libaudit's own events, which Auditbeat makes its documents of.
#[test]
fn coalesced_events() {
    /// Field, what is expected, and why it is not so here.
    const KNOWN: &[(&str, &str)] = &[(
        "process.name",
        "programs that write records do not say what they are called; here it is the end of their path",
    )];
    let Some(directory) = shared("linux-auditd") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut compared = 0;
    for name in [
        "random-internet",
        "ubuntu-16.10-linux-4.8.0",
        "ubuntu-17.04-linux-4.10.0",
        "ubuntu-20.04.6-linux-5.15.0-1034-gcp",
        "ubuntu-21.10-linux-5.13",
        "ubuntu-24.04-linux-6.8.0",
    ] {
        let read = |file: String| fs::read_to_string(directory.join(file)).expect("it is there");
        let golden: Json =
            serde_json::from_str(&read(format!("golibaudit-coalesce-{name}.golden.json")))
                .expect("JSON");
        let cases = cases(&read(format!("input.golibaudit-coalesce-{name}.yaml")));
        for expected in golden.as_array().expect("a list") {
            let test = expected["test_name"].as_str().expect("a name");
            let (_, text) = cases.iter().find(|(name, _)| name == test).expect(test);
            let found = documents(text);
            assert_eq!(found.len(), 1, "{name} {test}: {text}");
            compared += 1;
            let differences = differences(&as_document(&expected["event"]), &found[0]);
            wrong.extend(
                differences
                    .into_iter()
                    .filter(|difference| {
                        !KNOWN.iter().any(|(field, _)| difference.starts_with(field))
                    })
                    .map(|difference| format!("{name}, {test}: {difference}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared, 36);
}

/// What Elastic's documents of single lines (the integration `auditd`, Filebeat's module) have otherwise than those of whole events
/// (`auditd_manager`, Auditbeat), which are the ones here: what the line holds, the field, and why.
const PER_LINE: &[(&str, &str, &str)] = &[
    (
        "type=LOGIN",
        "user.effective.id",
        "absent where it is the user",
    ),
    (
        "type=VIRT_CONTROL",
        "user.name",
        "user= of the record is auditd.data.user",
    ),
    (
        "type=SYSTEM_",
        "event.type",
        "go-libaudit has start and end",
    ),
    (
        "type=ANOM_ABEND",
        "event.category",
        "go-libaudit's own expectation has intrusion_detection too",
    ),
    (
        "",
        "auditd.log.",
        "the values are in auditd.data, event.sequence, auditd.session, auditd.message_type",
    ),
    (
        "",
        "user.audit.id",
        "auditd.user.audit.id, and nobody is absent",
    ),
    ("", "user.saved.", "auditd.user.saved"),
    (
        "type=SYSCALL ",
        "user.filesystem.",
        "auditd.user.filesystem",
    ),
    (
        "type=SYSCALL ",
        "user.effective.",
        "absent where it is the user",
    ),
    (
        "type=SYSCALL ",
        "process.exit_code",
        "the result of a call is no exit code of the process: auditd.data.exit",
    ),
    (
        "type=SYSCALL ",
        "event.action",
        "by the call, not the record",
    ),
    ("type=SYSCALL ", "event.category", "the same"),
    ("type=SYSCALL ", "event.type", "the same"),
    (
        "type=SYSCALL ",
        "network.direction",
        "told with the address, which is in another record",
    ),
    (
        "exe=\"/usr/bin/sudo\"",
        "user.name",
        "acct is the effective user; who runs sudo is the user",
    ),
    ("exe=\"/bin/su\"", "user.name", "the same"),
    ("exe=\"/usr/bin/chfn\"", "user.name", "the same"),
    ("exe=\"/usr/bin/passwd\"", "user.name", "acct is the target"),
    (
        "avc:  denied",
        "event.action",
        "the module does not know SELinux' own form",
    ),
    (
        "type=ANOM_ABEND",
        "event.type",
        "go-libaudit's own expectation has end and info",
    ),
    (
        "type=MAC_IPSEC_EVENT",
        "event.outcome",
        "1 is no outcome: success",
    ),
    (
        "type=MAC_IPSEC_EVENT",
        "source.",
        "a network of a policy is nobody's address",
    ),
    ("type=MAC_IPSEC_EVENT", "destination.", "the same"),
    (
        "type=VIRT_MACHINE_ID",
        "container.",
        "a virtual machine is no container: auditd.data.vm",
    ),
    (
        "addr=1.2.3.4",
        "source.",
        "the suite sets it beside the line to 127.0.0.1",
    ),
];

/// Each line by itself against Elastic's document of it: what both forms have is the same.
#[test]
fn single_lines() {
    let Some(directory) = shared("linux-auditd") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut compared = 0;
    for name in [
        "audit-rhel6",
        "audit-rhel7",
        "audit-rhel7_2",
        "audit-ubuntu1604",
        "avc",
        "execve",
        "integration-preparsed-user-login",
        "integration-test-auditd-enriched",
        "integration-test-auditd-raw.selection",
        "test",
        "useradd",
    ] {
        let read = |file: String| fs::read_to_string(directory.join(file)).expect("it is there");
        let expected: Json =
            serde_json::from_str(&read(format!("expected.{name}.json"))).expect("JSON");
        let expected = expected["expected"].as_array().expect("a list");
        let log = read(format!("input.{name}.log"));
        let lines: Vec<&str> = log
            .split('\n')
            .filter(|line| !line.trim().is_empty())
            .collect();
        assert_eq!(lines.len(), expected.len(), "{name}");
        for (number, (line, expected)) in lines.iter().zip(expected).enumerate() {
            let found = documents(line);
            assert_eq!(found.len(), 1, "{line}");
            compared += 1;
            let expected = expected.as_object().expect("an object");
            let differences = differences(expected, &found[0]).into_iter();
            wrong.extend(
                differences
                    .filter(|difference| {
                        !PER_LINE.iter().any(|(holds, field, _)| {
                            line.contains(holds) && difference.starts_with(field)
                        })
                    })
                    .map(|difference| format!("{name}, {number}: {difference}")),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared, 181);
}

#[test]
fn other_lines_among_them() {
    let call = "type=SYSCALL msg=audit(1767603600.000:1): arch=c000003e syscall=59 success=yes exit=0 items=0 ppid=1 pid=2 comm=\"id\" exe=\"/usr/bin/id\"";
    let title = "type=PROCTITLE msg=audit(1767603600.000:1): proctitle=\"id\"";
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    let ours = "auditd_manager.auditd";
    assert_eq!(
        datasets_of(&format!(
            "{call}\n{sshd}\nno line of anything\ntime->Mon Jan  5 08:00:00 2026\n----\n{title}\n"
        )),
        ["system.auth", ours]
    );
    // What a stranger has written into another program's line is no record.
    let planted = format!(
        "Jan  5 08:00:00 web app[7]: {title}\nJan  5 08:00:00 web app[7]: audit: type=1112 audit(1767603600.000:1): x\n"
    );
    assert_eq!(datasets_of(&planted), ["system.auth", "system.auth"]);
    assert_eq!(
        datasets_of(&format!("{call}\n{planted}")),
        ["system.auth", "system.auth", ours]
    );
}
