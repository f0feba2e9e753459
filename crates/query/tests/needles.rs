//! Literals for a search through raw bytes.

use gatewatch_event::Field;
use gatewatch_query::{EcsSchema, Options, PlanBody, compile};
use gatewatch_syntax::eql::parse_query;

#[track_caller]
fn check(condition: &str, expect: &[&[&str]]) {
    let text = format!("any where {condition}");
    let query = parse_query(&text).into_result().expect("it is well formed");
    let plan = compile(&query, &text, &EcsSchema, &Options::default()).expect("it is sound");
    let PlanBody::Event(condition) = plan.body else {
        panic!("it is an event query");
    };
    // What a reader derives is not in the raw bytes.
    let verbatim = |field: Field| field.name() != "event.category";
    let sets = condition.needle_sets(&verbatim);
    assert_eq!(sets, expect);
    assert_eq!(condition.needles(&verbatim), sets.first().cloned());
}

#[test]
fn every_set_must_be_met() {
    check(
        r#"event.code == "4624" and event.category == "authentication" and event.provider == "Microsoft-Windows-Security-Auditing""#,
        &[&["Microsoft-Windows-Security-Auditing"], &["4624"]],
    );
    check(
        r#"event.code in ("4624", "4625") and winlog.event_data.LogonType == "10""#,
        &[&["4624", "4625"]],
    );
}

#[test]
fn alternatives_are_joined_or_say_nothing() {
    check(
        r#"process.name == "cmd.exe" or process.name like ("powershell*", "*wsh*")"#,
        &[&["cmd.exe", "powershell", "wsh"]],
    );
    check(r#"process.name == "cmd.exe" or process.pid == 4"#, &[]);
    check(
        r#"process.name == "cmd.exe" or process.name : "powershell.exe""#,
        &[],
    );
}

#[test]
fn only_what_stands_in_the_bytes_counts() {
    check(r#"not process.name == "cmd.exe""#, &[]);
    check(r#"process.name : "cmd.exe""#, &[]);
    check("process.pid == 4624", &[]);
    check(r#"source.ip == "192.0.2.1""#, &[]);
    check(r#"user.name == "ab""#, &[]);
    // The longest part that no writer escapes.
    check(
        r#"process.executable == "C:\\Windows\\System32\\cmd.exe""#,
        &[&["System32"]],
    );
    check(r#"user.name == "Ünïcöde""#, &[]);
    check(
        r#"endsWith(user.name, "admin") and stringContains(process.command_line, "-enc ")"#,
        &[&["-enc "], &["admin"]],
    );
    check(r#"startsWith~(user.name, "admin")"#, &[]);
    // A field of unknown type may hold the number 5000.0.
    check(r#"vendor.code == "5000""#, &[]);
    check(r#"vendor.code == "abc""#, &[&["abc"]]);
}
