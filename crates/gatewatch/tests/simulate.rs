//! `gatewatch simulate`: what it writes fires the rule in `scan`, set by set.

mod support;

use std::io::Write as _;

use support::{gatewatch, stdout};

const RULE: &str = "ssh-fails-then-success";

#[test]
fn each_set_does_in_a_scan_what_it_says() {
    let all = stdout(&["simulate", RULE, "--near-misses", "--seed", "5"]);
    let lines: Vec<serde_json::Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let simulate = |line: &serde_json::Value, key: &str| line["gatewatch"]["simulate"][key].clone();
    let sets = lines
        .iter()
        .filter_map(|line| simulate(line, "set").as_u64())
        .max()
        .expect("at least one set")
        + 1;
    assert!(sets > 4, "{sets}");
    let file =
        std::env::temp_dir().join(format!("gatewatch-simulate-{}.ndjson", std::process::id()));
    for set in 0..sets {
        let of_set: Vec<&serde_json::Value> = lines
            .iter()
            .filter(|line| simulate(line, "set") == set)
            .collect();
        let fires = simulate(of_set[0], "fires") == true;
        assert_eq!(fires, set == 0);
        assert_eq!(simulate(of_set[0], "broken").is_null(), fires);
        let one = stdout(&[
            "simulate",
            RULE,
            "--near-misses",
            "--seed",
            "5",
            "--set",
            &set.to_string(),
        ]);
        assert_eq!(one.lines().count(), of_set.len());
        std::fs::File::create(&file)
            .and_then(|mut written| written.write_all(one.as_bytes()))
            .expect("a temporary file");
        let rule = support::root().join("rules/credential_access/ssh-fails-then-success.toml");
        let alerts = stdout(&[
            "scan",
            file.to_str().expect("UTF-8"),
            "--rules",
            rule.to_str().expect("UTF-8"),
            "--no-pack",
            "--ignore-index",
            "--format",
            "ndjson",
            "--quiet",
        ]);
        assert_eq!(
            alerts.lines().count() > 0,
            fires,
            "set {set}: {:?}",
            of_set[0]
        );
    }
    std::fs::remove_file(&file).expect("it was written");
}

#[test]
fn what_cannot_be_made_is_an_error_with_its_reason() {
    let run = |arguments: &[&str]| {
        let output = gatewatch(arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(run(&["simulate", "no such rule"]).contains("no rule is called `no such rule`"));
    assert!(run(&["simulate", RULE, "--set", "9"]).contains("there is no set 9: 1 were made"));
    assert!(run(&["simulate", "/no/such/rule.toml"]).contains("/no/such/rule.toml"));
}
