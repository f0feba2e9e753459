//! The measuring process, by its own door.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]
#![cfg(unix)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

fn measure(job: &Json) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gatewatch-bench"))
        .arg("measure")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(job.to_string().as_bytes()).unwrap();
    drop(input);
    child.wait_with_output().unwrap()
}

#[test]
fn time_memory_and_lines_of_all_commands_are_added_up() {
    let burn =
        "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo one; echo two; echo >&2 three";
    let commands = json!([["sh", "-c", burn], ["sh", "-c", "printf 'x\ny'"]]);
    let output = measure(&json!({"commands": commands, "count_lines": true}));
    let usage: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(usage["lines"], 4);
    let number = |name: &str| usage[name].as_u64().unwrap();
    assert!(number("cpu") > 1000, "{usage}");
    assert!(number("wall") > 1000, "{usage}");
    assert!(number("peak_kib") > 500, "{usage}");
}

#[test]
fn a_command_that_fails_is_an_error_with_its_words() {
    let commands = json!([["sh", "-c", "echo >&2 no such rule; exit 2"]]);
    let output = measure(&json!({"commands": commands, "count_lines": false}));
    assert!(!output.status.success());
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("no such rule"), "{complaint}");
}
