//! What every run promises: the same output however it is run, every record accounted for, clear errors.

mod support;

use support::{gatewatch, root, shared, stdout, text};

#[test]
fn output_does_not_depend_on_threads_or_on_the_order_of_arguments() {
    let mut paths: Vec<String> = ["corpus/windows", "corpus/json", "corpus/linux"]
        .map(str::to_owned)
        .to_vec();
    if let Some(folder) = shared("corpus") {
        paths.push(folder.join("evtx").display().to_string());
        paths.push(folder.join("linux").display().to_string());
    }
    for format in ["ndjson", "table", "csv"] {
        let run = |threads: &str, paths: &[String]| {
            let mut arguments = vec![
                "scan",
                "--format",
                format,
                "--limit",
                "0",
                "--threads",
                threads,
                "--quiet",
            ];
            arguments.extend(paths.iter().map(String::as_str));
            stdout(&arguments)
        };
        let one = run("1", &paths);
        assert!(!one.is_empty());
        assert_eq!(one, run("2", &paths), "{format}: two threads");
        let mut turned = paths.clone();
        turned.reverse();
        assert_eq!(
            one,
            run("8", &turned),
            "{format}: eight threads, arguments turned round"
        );
    }
}

#[test]
fn documents_come_in_the_order_of_the_inputs_on_any_number_of_threads() {
    let folder = shared("corpus").unwrap_or_else(|| root().join("corpus"));
    let run = |threads: &str| {
        stdout(&[
            "normalize",
            folder.to_str().expect("UTF-8"),
            "--threads",
            threads,
            "--quiet",
        ])
    };
    let one = run("1");
    assert!(!one.is_empty());
    for threads in ["2", "8"] {
        assert!(one == run(threads), "{threads} threads");
    }
}

/// The numbers of "Read F files, B: R records, M matched, N did not, U could not be read."
fn account(line: &str) -> Vec<u64> {
    let (_, line) = line.split_once(": ").expect("an account");
    let line = line.split_once(" could").expect("an account").0;
    line.split([' ', '.'])
        .filter_map(|word| word.replace(',', "").parse().ok())
        .collect()
}

#[test]
fn every_record_is_accounted_for_and_unreadable_ones_are_named() {
    let mut folders = vec![root().join("corpus")];
    folders.extend(shared("corpus"));
    for folder in folders {
        let named =
            std::env::temp_dir().join(format!("gatewatch-test-{}.ndjson", std::process::id()));
        let output = stdout(&[
            "scan",
            folder.to_str().expect("UTF-8"),
            "--quiet",
            "--unreadable",
            named.to_str().expect("UTF-8"),
        ]);
        let first = output.lines().next().expect("an account");
        let [records, matched, unmatched, unreadable] = account(first)[..] else {
            panic!("not four numbers: {first}");
        };
        assert_eq!(records, matched + unmatched + unreadable, "{first}");
        let lines = std::fs::read_to_string(&named).expect("written");
        std::fs::remove_file(&named).expect("there");
        let count = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
            .filter(|problem| text(problem, "kind") == "record")
            .count() as u64;
        assert_eq!(count, unreadable, "{}", folder.display());
    }
}

#[track_caller]
fn refused(arguments: &[&str], says: &[&str]) {
    let output = gatewatch(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    for part in says {
        assert!(
            errors.contains(part),
            "{arguments:?} does not say `{part}`: {errors}"
        );
    }
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    refused(
        &["query", "process where proces.name = \"x\"", "corpus"],
        &["query:1:", "==", "proces.name"],
    );
    refused(
        &["query", "process where true"],
        &["nothing to ask", "stdin"],
    );
    refused(&["query", "--fold", "lenght(\"x\")"], &["lenght", "length"]);
    refused(
        &["scan", "corpus", "--rules", "/no/such/rules"],
        &["/no/such/rules"],
    );
    refused(&["scan", "corpus", "--no-pack"], &["no rule"]);
    refused(
        &["scan", "corpus", "--from", "yesterday"],
        &["yesterday", "2026-03-01"],
    );
    refused(
        &["scan", "corpus", "--timezone", "Mars"],
        &["Mars", "Europe/Berlin"],
    );
    refused(&["scan"], &["<PATH>"]);
    refused(
        &["rules", "show", "no such rule"],
        &["no such rule", "rules list"],
    );
}

#[test]
fn a_missing_file_is_named_and_the_rest_is_read() {
    let ended = gatewatch(&["scan", "corpus/windows", "/no/such/file", "--quiet"]);
    assert_eq!(
        ended.status.code(),
        Some(2),
        "not all that was named was read"
    );
    let output = String::from_utf8(ended.stdout).expect("UTF-8");
    assert!(
        output.contains("/no/such/file: cannot be opened"),
        "{output}"
    );
    assert!(output.contains("alerts"), "{output}");
}

#[test]
fn fail_on_sets_the_exit_code() {
    let run = |severity: &str| {
        gatewatch(&["scan", "corpus", "--quiet", "--fail-on", severity])
            .status
            .code()
    };
    assert_eq!(run("high"), Some(1));
    let quiet = gatewatch(&["scan", "Cargo.toml", "--quiet", "--fail-on", "low"]);
    assert_eq!(quiet.status.code(), Some(0));
}

#[test]
fn the_shipped_pack_passes_its_own_check() {
    let output = stdout(&["rules", "check"]);
    assert!(output.contains(" 0 errors, 0 warnings"), "{output}");
}

#[test]
fn every_document_of_normalize_is_json_and_names_its_place() {
    let lines = stdout(&["normalize", "corpus", "--quiet"]);
    assert!(lines.lines().count() > 100);
    for line in lines.lines() {
        let document: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert!(!text(&document, "log.file.path").is_empty(), "{line}");
        assert!(!text(&document, "log.offset").is_empty(), "{line}");
    }
}

#[test]
fn folding_prints_json() {
    assert_eq!(stdout(&["query", "--fold", "length(\"gate\") + 1"]), "5\n");
    assert_eq!(stdout(&["query", "--fold", "null == null"]), "true\n");
}

/// Events of which no more is kept than rules count and join by are found again for alerts: the same as where they cannot be read
/// again, so that all are kept.
#[test]
fn events_of_which_little_is_kept_are_found_again() {
    let (folder, logs) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let rule = |rest: &str, id: u32| {
        format!(
            "[metadata]\nmaturity = \"production\"\n[rule]\nrule_id = \"00000000-0000-4000-8000-00000000000{id}\"\nname = \"rule {id}\"\n\
             description = \"-\"\nauthor = []\nlicense = \"-\"\nseverity = \"low\"\nrisk_score = 21\n{rest}"
        )
    };
    let rules = [
        rule(
            "type = \"threshold\"\nlanguage = \"kuery\"\nquery = \"event.kind:event\"\nthreshold = {field = [\"host.name\"], value = 50}\n",
            1,
        ),
        rule(
            "type = \"eql\"\nlanguage = \"eql\"\nquery = 'sequence by host.name [any where event.action == \"a\" and process.pid == 70] [any where process.pid == 250]'\n",
            2,
        ),
    ];
    for (number, text) in rules.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.toml")), text).expect("written");
    }
    let log = logs.path().join("log.ndjson");
    let document = |number: u32| {
        let (minute, second) = (number / 60, number % 60);
        // What a peek cannot be sure of, of every kind.
        let host = match number % 7 {
            3 => r#""host.name":"h""#,
            5 => r#""host":{"name":["h"]}"#,
            _ => r#""host":{"name":"h"}"#,
        };
        format!(
            r#"{{"@timestamp":"2026-01-05T09:{minute:02}:{second:02}Z","event":{{"category":"process","kind":"event","action":"a"}},{host},"process":{{"pid":{number}}}}}"#
        )
    };
    let lines: Vec<String> = (0..300).map(document).collect();
    std::fs::write(&log, lines.join("\n") + "\n").expect("written");
    let scan = |path: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gatewatch"));
        command.args([
            "scan",
            "--no-pack",
            "--ignore-index",
            "--quiet",
            "--format",
            "ndjson",
            "--rules",
        ]);
        command.arg(folder.path()).arg(path);
        command.stdin(std::fs::File::open(&log).expect("it is there"));
        let output = command.output().expect("the program was built");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let file = scan(&log.display().to_string());
    assert!(file.lines().count() >= 2, "{file}");
    assert!(
        file.contains(r#""pid":70"#) && file.contains(r#""pid":250"#),
        "{file}"
    );
    let name = serde_json::to_string(&log.display().to_string()).expect("text");
    assert_eq!(
        file.replace(&name, "\"-\""),
        scan("-").replace("\"stdin\"", "\"-\"")
    );
}
