//! What `gatewatch rules` shows: problems in place, failing cases, explanations, conversions.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::documents;

const RULE: &str = r#"[metadata]
creation_date = "2026/03/01"
maturity = "production"

[rule]
author = ["Lab"]
description = "A logon with a password from outside, then a shell."
from = "now-6m"
name = "Logon, then shell"
risk_score = 47
rule_id = "00000000-0000-4000-8000-0000000000aa"
severity = "medium"
type = "eql"
index = ["logs-system.security*"]
language = "eql"
query = '''
sequence by host.id with maxspan=5m
  [authentication where event.outcome == "success" and
     source.ip != null and not cidrmatch(source.ip, "10.0.0.0/8")]
  [process where process.name : ("cmd.exe", "powershell.exe")]
'''
"#;

const EVENT_RULE: &str = r#"[rule]
description = "A logon with a password from outside."
name = "Logon"
risk_score = 21
rule_id = "00000000-0000-4000-8000-0000000000ab"
severity = "low"
type = "eql"
language = "eql"
query = "authentication where event.outcome == \"success\" and (user.name : \"admin*\" or source.ip == \"198.51.100.7\") and length(user.name) > 3"
"#;

/// Runs gatewatch in a folder: what it wrote on stdout and stderr, and its exit code.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_gatewatch"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program was built");
    format!(
        "{}{}exit {}\n",
        String::from_utf8(output.stdout).expect("UTF-8"),
        String::from_utf8(output.stderr).expect("UTF-8"),
        output.status.code().expect("it ended by itself")
    )
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, text).expect("writable");
    }
    folder
}

#[test]
fn check_shows_problems_in_place() {
    let broken = RULE
        .replace("event.outcome ==", "event.outcome =")
        .replace("risk_score = 47", "risk_score = 470")
        .replace("severity = \"medium\"", "severity = \"grave\"");
    let odd = RULE
        .replace("00aa", "00ac")
        .replace("maxspan=5m", "maxspan=2h")
        .replace("Logon, then shell", "Other")
        .replace("host.id", "okta.actor.id")
        .replace("process.name : (", "process.nmae in (\"c*.exe\", ")
        + "\n[[rule.threat]]\nframework = \"MITRE ATT&CK\"\n[rule.threat.tactic]\nid = \"TA0001\"\nname = \"Execution\"\n[[rule.threat.technique]]\nid = \"T1059\"\nname = \"Command and Scripting Interpreter\"\n[[rule.threat.technique.subtechnique]]\nid = \"T1021.001\"\nname = \"Remote Desktop Protocol\"\n";
    let line = "{\"rule_id\":\"00000000-0000-4000-8000-0000000000aa\",\"name\":\"Exported\",\"description\":\"d\",\"type\":\"query\",\"language\":\"kuery\",\"query\":\"event.action: \\\"logged*\\\" and (\",\"severity\":\"low\",\"risk_score\":99,\"indx\":[]}\n";
    let folder = folder(&[
        ("broken.toml", &broken),
        ("export.ndjson", line),
        ("good.toml", RULE),
        ("no.toml", "[rule\n"),
        ("odd.toml", &odd),
    ]);
    insta::assert_snapshot!("check_text", run(folder.path(), &["rules", "check", "."]));
    insta::assert_snapshot!(
        "check_json",
        run(folder.path(), &["rules", "check", ".", "--json"])
    );
}

#[test]
fn check_ends_as_it_should() {
    let warned = RULE.replace("risk_score = 47", "risk_score = 99");
    let folder = folder(&[("good.toml", RULE), ("warned.toml", &warned)]);
    let code = |arguments: &[&str]| {
        let shown = run(folder.path(), arguments);
        shown.trim_end().rsplit(' ').next().map(str::to_owned)
    };
    assert_eq!(code(&["rules", "check", "good.toml"]).as_deref(), Some("0"));
    assert_eq!(
        code(&["rules", "check", "warned.toml"]).as_deref(),
        Some("0")
    );
    assert_eq!(
        code(&["rules", "check", "warned.toml", "--strict"]).as_deref(),
        Some("1")
    );
    assert_eq!(code(&["rules", "check", "."]).as_deref(), Some("2"));
}

const CASES: &str = r#"
[[case]]
name = "in order"
alerts = 1
[[case.event]]
document = '{"event": {"category": "authentication", "outcome": "success"}, "source": {"ip": "192.0.2.7"}, "host": {"id": "h"}}'
[[case.event]]
document = '{"event": {"category": "process"}, "process": {"name": "CMD.EXE"}, "host": {"id": "h"}}'
[[case.expect]]
"host.id" = "h"
"kibana.alert.severity" = "medium"

[[case]]
name = "from inside"
alerts = 1
[[case.event]]
document = '{"event": {"category": "authentication", "outcome": "success"}, "source": {"ip": "10.0.0.7"}, "host": {"id": "h"}}'
[[case.event]]
document = '{"event": {"category": "process"}, "process": {"name": "cmd.exe"}, "host": {"id": "h"}}'

[[case]]
name = "another host"
alerts = 1
[[case.event]]
document = '{"event": {"category": "authentication", "outcome": "success"}, "source": {"ip": "192.0.2.7"}, "host": {"id": "h"}}'
[[case.event]]
document = '{"event": {"category": "process"}, "process": {"name": "cmd.exe"}, "host": {"id": "g"}}'

[[case]]
name = "other severity"
alerts = 1
[[case.event]]
document = '{"event": {"category": "authentication", "outcome": "success"}, "source": {"ip": "192.0.2.7"}, "host": {"id": "h"}}'
[[case.event]]
document = '{"event": {"category": "process"}, "process": {"name": "cmd.exe"}, "host": {"id": "h"}}'
[[case.expect]]
"kibana.alert.severity" = "high"
"#;

const EVENT_CASES: &str = r#"
[[case]]
name = "a log"
alerts = 2
file = "samples/events.ndjson"
filter = 'any where host.name == "gate"'

[[case]]
name = "no match wanted"
alerts = 0
[[case.event]]
document = '{"event.category": "authentication", "event.outcome": "success", "user.name": "administrator"}'
"#;

const EVENTS: &str = r#"{"@timestamp":"2026-03-01T10:00:00Z","ecs":{"version":"8.0.0"},"event":{"category":["authentication"],"outcome":"success"},"user":{"name":"adminx"},"host":{"name":"gate"}}
{"@timestamp":"2026-03-01T10:00:01Z","ecs":{"version":"8.0.0"},"event":{"category":["authentication"],"outcome":"success"},"user":{"name":"adminy"},"host":{"name":"gate"}}
{"@timestamp":"2026-03-01T10:00:02Z","ecs":{"version":"8.0.0"},"event":{"category":["authentication"],"outcome":"success"},"user":{"name":"adminz"},"host":{"name":"other"}}
"#;

#[test]
fn test_shows_what_decided() {
    let folder = folder(&[
        ("logon.toml", EVENT_RULE),
        ("logon.test.toml", EVENT_CASES),
        ("shell.toml", RULE),
        ("shell.test.toml", CASES),
        ("samples/events.ndjson", EVENTS),
    ]);
    insta::assert_snapshot!("test_text", run(folder.path(), &["rules", "test", "."]));
    insta::assert_snapshot!(
        "test_json",
        run(
            folder.path(),
            &["rules", "test", ".", "--format", "json", "--case", "A"]
        )
    );
    insta::assert_snapshot!(
        "test_junit",
        run(folder.path(), &["rules", "test", ".", "--format", "junit"])
    );
}

#[test]
fn test_files_that_are_wrong_are_told() {
    let folder = folder(&[
        ("logon.toml", EVENT_RULE),
        (
            "logon.test.toml",
            "[[case]]\nname = \"x\"\nalert = 1\n[[case]]\nname = \"y\"\nalerts = 1\nfile = \"none.log\"\n",
        ),
        ("shell.toml", RULE),
        (
            "shell.test.toml",
            "[[case]]\nname = \"y\"\nalerts = 1\nfile = \"none.log\"\n",
        ),
    ]);
    insta::assert_snapshot!("test_wrong", run(folder.path(), &["rules", "test", "."]));
}

#[test]
fn explain_gives_every_part_its_value() {
    let event = "{\"event\":{\"category\":\"authentication\",\"outcome\":\"success\"},\"user\":{\"name\":\"bob\"},\"source\":{\"ip\":\"198.51.100.7\"},\"host\":{\"id\":\"h\"}}";
    let folder = folder(&[
        ("logon.toml", EVENT_RULE),
        ("shell.toml", RULE),
        ("event.json", event),
    ]);
    insta::assert_snapshot!(
        "explain_event",
        run(
            folder.path(),
            &["rules", "explain", "logon.toml", "event.json"]
        )
    );
    insta::assert_snapshot!(
        "explain_sequence",
        run(
            folder.path(),
            &["rules", "explain", "shell.toml", "event.json"]
        )
    );
    insta::assert_snapshot!(
        "explain_json",
        run(
            folder.path(),
            &["rules", "explain", "logon.toml", "event.json", "--json"]
        )
    );
    insta::assert_snapshot!(
        "explain_errors",
        run(
            folder.path(),
            &["rules", "explain", "no such rule", "event.json"]
        ) + &run(
            folder.path(),
            &["rules", "explain", "logon.toml", "logon.toml"]
        )
    );
}

#[test]
fn convert_goes_both_ways() {
    let list = "{\"list_id\":\"lab\",\"type\":\"detection\",\"name\":\"Lab\",\"description\":\"d\",\"namespace_type\":\"single\"}\n{\"item_id\":\"i\",\"list_id\":\"lab\",\"type\":\"simple\",\"name\":\"vpn\",\"description\":\"d\",\"namespace_type\":\"single\",\"entries\":[{\"field\":\"source.ip\",\"type\":\"match\",\"operator\":\"included\",\"value\":\"192.0.2.7\"}]}\n";
    let folder = folder(&[
        ("in/logon.toml", EVENT_RULE),
        ("in/shell.toml", RULE),
        ("in/list.ndjson", list),
    ]);
    let there = run(
        folder.path(),
        &[
            "rules",
            "convert",
            "in",
            "--to",
            "ndjson",
            "-o",
            "all.ndjson",
        ],
    );
    assert_eq!(there, "exit 0\n");
    let back = run(
        folder.path(),
        &[
            "rules",
            "convert",
            "all.ndjson",
            "--to",
            "toml",
            "-o",
            "out",
        ],
    );
    insta::assert_snapshot!(
        "convert",
        fs::read_to_string(folder.path().join("all.ndjson")).expect("written")
            + &back
            + &fs::read_to_string(folder.path().join("out/logon_then_shell.toml"))
                .expect("written")
            + &fs::read_to_string(folder.path().join("out/exceptions/lab.toml")).expect("written")
            + &run(
                folder.path(),
                &["rules", "convert", "all.ndjson", "--to", "toml"]
            )
            + &run(
                folder.path(),
                &[
                    "rules",
                    "convert",
                    "all.ndjson",
                    "--to",
                    "toml",
                    "-o",
                    "out"
                ]
            )
    );
    fs::write(
        folder.path().join("again.ndjson"),
        run(
            folder.path(),
            &["rules", "convert", "out", "--to", "ndjson"],
        )
        .strip_suffix("exit 0\n")
        .expect("it went well"),
    )
    .expect("writable");
    assert_eq!(
        fs::read_to_string(folder.path().join("again.ndjson")).expect("written"),
        fs::read_to_string(folder.path().join("all.ndjson")).expect("written")
    );
}

#[test]
fn the_pack_passes_its_tests() {
    let results = documents(&["rules", "test", "--format", "json"]);
    assert!(results.len() > 60, "{}", results.len());
    for result in results {
        assert_eq!(result["outcome"], "passed", "{result}");
    }
}

#[test]
fn format_changes_the_query_alone() {
    let odd = RULE.replace(
        "sequence by host.id with",
        "sequence   by host.id /* why */ with",
    );
    let folder = folder(&[
        ("broken.toml", &RULE.replace("with maxspan", "with maxspam")),
        ("logon.toml", EVENT_RULE),
        ("odd.toml", &odd),
    ]);
    let shown = run(folder.path(), &["rules", "format", "odd.toml"])
        + &run(folder.path(), &["rules", "format", "."])
        + &run(folder.path(), &["rules", "format", ".", "--check"])
        + &run(
            folder.path(),
            &["rules", "format", "odd.toml", "logon.toml", "--write"],
        )
        + &run(
            folder.path(),
            &["rules", "format", "odd.toml", "logon.toml", "--check"],
        );
    insta::assert_snapshot!("format", shown);
}

#[test]
fn scan_leaves_out_what_exceptions_name() {
    let object = "{\"rule_id\":\"r\",\"name\":\"Logon\",\"description\":\"d\",\"type\":\"query\",\"language\":\"kuery\",\"query\":\"event.outcome: success\",\"severity\":\"low\",\"risk_score\":21,\"exceptions_list\":[{\"id\":\"1\",\"list_id\":\"lab\",\"type\":\"detection\",\"namespace_type\":\"single\"}]}\n";
    let list = "{\"list_id\":\"lab\",\"type\":\"detection\",\"name\":\"Lab list\",\"namespace_type\":\"single\"}\n";
    let item = |number: u32, entry: &str| {
        format!(
            "{{\"item_id\":\"i{number}\",\"list_id\":\"lab\",\"type\":\"simple\",\"name\":\"item {number}\",\"namespace_type\":\"single\",\"entries\":[{entry}]}}\n"
        )
    };
    let by_list = item(
        1,
        "{\"field\":\"host.ip\",\"type\":\"list\",\"operator\":\"included\",\"list\":{\"id\":\"known.txt\",\"type\":\"ip_range\"}}",
    );
    let by_name = item(
        2,
        "{\"field\":\"user.name\",\"type\":\"match\",\"operator\":\"included\",\"value\":\"adminy\"}",
    );
    let events = EVENTS.replace(
        "\"name\":\"other\"",
        "\"name\":\"other\",\"ip\":\"192.0.2.7\"",
    );
    let folder = folder(&[
        ("rules.ndjson", object),
        (
            "export.ndjson",
            &format!("{object}{list}{by_list}{by_name}"),
        ),
        ("exceptions.ndjson", &format!("{list}{by_name}")),
        ("lists/known.txt", "192.0.2.0/28\n"),
        ("events.ndjson", &events),
    ]);
    let scan = |more: &[&str]| {
        let mut arguments = vec![
            "scan",
            "events.ndjson",
            "--no-pack",
            "--ignore-index",
            "--color",
            "never",
        ];
        arguments.extend(more);
        run(folder.path(), &arguments)
    };
    let count = |shown: &str| {
        shown
            .lines()
            .filter(|line| line.contains("\"kibana.alert.uuid\"") || line.contains("\"uuid\""))
            .count()
    };
    let lines = |more: &[&str]| {
        let mut arguments = vec!["--format", "ndjson", "--quiet"];
        arguments.extend(more);
        count(&scan(&arguments))
    };
    assert_eq!(
        lines(&[
            "--rules",
            "rules.ndjson",
            "--exceptions",
            "exceptions.ndjson"
        ]),
        2
    );
    assert_eq!(lines(&["--rules", "export.ndjson", "--lists", "lists"]), 1);
    insta::assert_snapshot!(
        "scan_exceptions",
        scan(&["--rules", "export.ndjson", "--lists", "lists"])
            + &scan(&[
                "--rules",
                "export.ndjson",
                "--format",
                "csv",
                "--output",
                "out.csv"
            ])
            + &scan(&[
                "--rules",
                "rules.ndjson",
                "--format",
                "csv",
                "--output",
                "out.csv"
            ])
    );
}
