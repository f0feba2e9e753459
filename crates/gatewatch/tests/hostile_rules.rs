//! Rules made to hang or to fill the memory: each is refused or run, in bounded time.

mod support;

use std::fs;
use std::time::{Duration, Instant};

use support::gatewatch;

/// What no rule may take longer than, on a slow and busy machine. Most take a hundredth.
const LONGEST: Duration = Duration::from_secs(30);

/// The text repeated.
fn times(text: &str, count: usize) -> String {
    text.repeat(count)
}

/// Numbered texts, joined.
fn list(count: usize, separator: &str, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(separator)
}

/// EQL queries of about this size.
fn eql(size: usize) -> Vec<String> {
    let named = "process where process.command_line";
    vec![
        format!("any where {}true{}", times("(", size), times(")", size)),
        format!("any where {}true", times("not ", size)),
        format!("any where {}1 > 2", times("1+", size)),
        format!(
            "any where {}process.name{} > 1",
            times("length(", size),
            times(")", size)
        ),
        format!("any where {}b == 1", times("a.", size)),
        format!("any where ?{}", times("(", size)),
        format!(
            "process where process.name in ({})",
            list(size * 4, ",", |n| format!("\"x{n}\""))
        ),
        format!(
            "any where {}",
            list(size, " or ", |n| format!("field{n} == \"v\""))
        ),
        format!(
            "any where concat({}) == \"x\"",
            list(size, ",", |_| "process.name".into())
        ),
        format!(
            "any where cidrmatch(source.ip, {})",
            list(size, ",", |n| format!(
                "\"10.{}.{}.0/24\"",
                n / 256 % 256,
                n % 256
            ))
        ),
        format!(
            "any where process.name : ({})",
            list(size, ",", |n| format!("\"*{}?*\"", times("ab", n % 9)))
        ),
        format!("any where process.name == \"{}\"", times("z", size * 100)),
        format!("{named} regex \"{}b\"", times("(a+)+", size.min(300))),
        format!("{named} regex~ \"{}y\"", times("(x|xx)*", size.min(300))),
        format!("{named} regex \"[a-z]{{{size}}}{{{size}}}\""),
        format!("{named} regex \".{{0,{size}}}.{{0,{size}}}b\""),
        format!("{named} like~ \"{}*b\"", times("*a", size)),
        format!(
            "sequence by host.id with maxspan=1h {}",
            times("[any where event.code == \"1\"] ", size.min(400))
        ),
        format!(
            "sequence {}",
            list(size.min(60), " ", |n| format!(
                "[any where event.code == \"{n}\"] by {}",
                list(size.min(60), ",", |_| "host.id".into())
            ))
        ),
        format!(
            "sample by host.id {}",
            times("[any where event.code == \"1\"] ", size.min(10))
        ),
    ]
}

/// The same in KQL.
fn kql(size: usize) -> Vec<String> {
    vec![
        format!("{}a:b{}", times("(", size), times(")", size)),
        format!("{}a:b", times("not ", size)),
        format!("{}b:c{}", times("a:{ ", size), times(" }", size)),
        format!(
            "process.name:({})",
            list(size, " or ", |n| format!("x{n}*"))
        ),
        list(size, " and ", |n| format!("f{n}:*{n}*")),
        format!("process.command_line:{}*b", times("*a", size)),
        format!("*:{}", times("*", size)),
    ]
}

fn rule(language: &str, query: &str) -> String {
    let kind = if language == "eql" { "eql" } else { "query" };
    let query = serde_json::to_string(query).expect("text");
    format!(
        "[rule]\nname = \"Hostile\"\nrule_id = \"hostile\"\ndescription = \"Made to hang.\"\nrisk_score = 1\n\
         severity = \"low\"\ntype = \"{kind}\"\nlanguage = \"{language}\"\nquery = {query}\n"
    )
}

#[test]
fn every_rule_is_refused_or_run_in_bounded_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("events.ndjson");
    let line = format!("{}{}", times("a", 20_000), times("x", 20_000));
    let documents: Vec<String> = (0..20)
        .map(|second| {
            serde_json::json!({
                "@timestamp": format!("2026-01-01T00:00:{second:02}Z"),
                "event": {"code": "1", "category": ["process"]},
                "host": {"id": "h"},
                "process": {"name": times("a", 200), "command_line": line},
                "source": {"ip": "10.1.2.3"},
            })
            .to_string()
        })
        .collect();
    fs::write(&events, documents.join("\n")).expect("written");
    let path = folder.path().join("rule.toml");
    let (events, rules) = (events.to_string_lossy(), path.to_string_lossy());
    let (mut ran, mut refused) = (0, 0);
    for size in [10, 1000, 5000] {
        let queries = eql(size).into_iter().map(|query| ("eql", query));
        for (language, query) in queries.chain(kql(size).into_iter().map(|query| ("kuery", query)))
        {
            let shown: String = query.chars().take(60).collect();
            fs::write(&path, rule(language, &query)).expect("written");
            let began = Instant::now();
            let ended = gatewatch(&[
                "scan",
                "--no-pack",
                "--rules",
                &rules,
                &events,
                "--format",
                "csv",
            ]);
            let took = began.elapsed();
            assert!(took < LONGEST, "{shown}... of size {size}: {took:?}");
            match ended.status.code() {
                Some(0) => ran += 1,
                Some(2) => {
                    refused += 1;
                    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
                    assert!(
                        said.contains("rule.toml"),
                        "{shown}... of size {size}: {said:.200}"
                    );
                }
                other => panic!("{shown}... of size {size}: ended with {other:?}"),
            }
        }
    }
    assert!(
        ran > 20 && refused > 10,
        "{ran} ran, {refused} were refused"
    );
}
