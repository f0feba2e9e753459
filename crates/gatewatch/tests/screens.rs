//! What a person sees: help, tables, errors. Where one of these changes on purpose: `INSTA_UPDATE=always cargo test -p gatewatch --test
//! screens`, and read the difference.

mod support;

use support::gatewatch;

/// What the program wrote, and how it ended.
fn screen(arguments: &[&str]) -> String {
    let output = gatewatch(arguments);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let errors = text(output.stderr);
    let errors = if errors.is_empty() {
        errors
    } else {
        format!("--- stderr\n{errors}")
    };
    format!(
        "{}{errors}--- exit {}\n",
        text(output.stdout),
        output.status.code().expect("it ended by itself")
    )
}

#[test]
fn help() {
    for command in ["", "scan", "query", "normalize", "rules", "simulate"] {
        let arguments: Vec<&str> = [command, "--help"]
            .into_iter()
            .filter(|argument| !argument.is_empty())
            .collect();
        let name = if command.is_empty() { "all" } else { command };
        insta::assert_snapshot!(format!("help_{name}"), screen(&arguments));
    }
}

#[test]
fn a_scan_for_a_person() {
    insta::assert_snapshot!(screen(&[
        "scan",
        "corpus/windows/fs01",
        "corpus/linux/auth-classic.log",
        "corpus/linux/auth-iso.log",
        "--limit",
        "3",
        "--year",
        "2026",
        "--timezone",
        "UTC",
    ]));
}

#[test]
fn a_scan_that_finds_nothing_and_cannot_read_all() {
    insta::assert_snapshot!(screen(&[
        "scan",
        "LICENSE-MIT",
        "corpus/windows/gw01",
        "--user",
        "nobody-of-that-name"
    ]));
}

#[test]
fn what_is_said_of_many_files_is_said_once() {
    insta::assert_snapshot!(screen(&[
        "scan",
        "corpus/linux/fail2ban",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "--limit",
        "1",
        "--year",
        "2026",
    ]));
}

#[test]
fn alerts_as_csv() {
    let all = screen(&["scan", "corpus/windows/fs01", "--format", "csv"]);
    let first: Vec<&str> = all.lines().take(4).collect();
    insta::assert_snapshot!(first.join("\n"));
}

#[test]
fn a_query_for_a_person() {
    let query = "authentication where event.outcome == \"failure\" and source.ip != null | head 3";
    insta::assert_snapshot!(screen(&["query", query, "corpus/windows/fs01"]));
}

#[test]
fn errors_name_the_place_and_say_what_to_do() {
    let cases: [(&str, &[&str]); 8] = [
        ("no_such_file", &["scan", "no/such/file.evtx"]),
        (
            "no_such_rule",
            &[
                "scan",
                "corpus/windows/fs01",
                "--rules",
                "no/such/rule.toml",
            ],
        ),
        (
            "no_rule_left",
            &["scan", "corpus/windows/fs01", "--no-pack"],
        ),
        (
            "unknown_function",
            &[
                "query",
                "process where startWith(process.name, \"a\")",
                "corpus/windows/fs01",
            ],
        ),
        (
            "single_equals",
            &[
                "query",
                "process where process.name = \"a\"",
                "corpus/windows/fs01",
            ],
        ),
        (
            "open_string",
            &[
                "query",
                "process where process.name == \"a",
                "corpus/windows/fs01",
            ],
        ),
        ("unknown_flag", &["scan", "--rule", "x"]),
        (
            "empty_span",
            &[
                "scan",
                "corpus/windows/fs01",
                "--from",
                "2026-03-02",
                "--to",
                "2026-03-01",
            ],
        ),
    ];
    for (name, arguments) in cases {
        insta::assert_snapshot!(format!("error_{name}"), screen(arguments));
    }
}
