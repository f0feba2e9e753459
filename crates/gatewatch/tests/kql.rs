//! `gatewatch query --language kql` gives what the same question in EQL gives.

mod support;

use support::{gatewatch, stdout};

const LOGS: [&str; 3] = ["corpus/windows", "corpus/json", "corpus/linux"];

#[track_caller]
fn same(eql: &str, kql: &str) {
    let run = |language: &str, query: &str| {
        let mut arguments = vec![
            "query",
            "--language",
            language,
            "--quiet",
            "--format",
            "ndjson",
        ];
        arguments.push(query);
        arguments.extend(LOGS);
        stdout(&arguments)
    };
    let answer = run("kql", kql);
    assert!(!answer.is_empty(), "{kql}");
    assert!(answer == run("eql", eql), "{kql}");
}

#[test]
fn both_languages_agree_where_they_ask_the_same() {
    same(
        r#"any where event.outcome == "failure" and not cidrMatch(source.ip, "10.0.0.0/8", "192.168.0.0/16")"#,
        "event.outcome: failure and not source.ip: (10.0.0.0/8 or 192.168.0.0/16)",
    );
    same(
        r#"any where event.code in ("4624", "4625") and source.port >= 1024"#,
        "event.code: (4624 or \"4625\") and source.port >= 1024",
    );
    same(
        r#"any where user.name like "*a*" and not user.name like ("root", "admin*")"#,
        "user.name: (*a* and not (root or admin*))",
    );
    same(
        r#"any where host.name != null and source.ip == null"#,
        "host.name: * and not source.ip: *",
    );
}

#[test]
fn patterns_of_names_find_fields_in_every_format() {
    same(
        r#"any where source.ip != null or source.address != null or source.domain != null or source.port != null"#,
        "source.ip: * or source.address: * or source.domain: * or source.port: *",
    );
    let count = |query: &str| {
        let mut arguments = vec![
            "query",
            "--language",
            "kql",
            "--quiet",
            "--format",
            "ndjson",
            query,
        ];
        arguments.extend(LOGS);
        stdout(&arguments).lines().count()
    };
    let named = count("user.name: root");
    assert!(named > 0);
    assert!(count("user.*: root") >= named);
    assert!(count("root") >= count("user.*: root"));
}

#[test]
fn explain_shows_the_query_and_its_cost() {
    let output = gatewatch(&[
        "query",
        "--language",
        "kql",
        "event.outcome:failure AND message:\"failed password\"",
        "corpus/linux",
        "--explain",
        "--quiet",
    ]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("event.outcome: failure and message: \"failed password\""),
        "{told}"
    );
    assert!(
        told.contains("message: match_only_text") || told.contains("message: text"),
        "{told}"
    );
    assert!(told.contains("any value: words"), "{told}");
}

#[test]
fn problems_point_into_the_query() {
    let output = gatewatch(&[
        "query",
        "--language",
        "kql",
        "user.name: not root",
        "corpus/linux",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("kql-not-after-colon"), "{told}");
    assert!(told.contains("1:12"), "{told}");
}
