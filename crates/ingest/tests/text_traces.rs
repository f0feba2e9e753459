//! Records of a kind of which there are many are passed over where their text shows nothing that matters, and no others.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatewatch_event::{Anchor, AnchorValue, Event as _, Field, Known};
use gatewatch_ingest::format::json::JsonReader;
use gatewatch_ingest::source::{TextOptions, read_text};
use gatewatch_ingest::{Consumer, Placed, Problem, TextTraces, TracesByKind};

/// Wants events of programs and commands, all of them or those that show a trace.
struct Wants {
    by_traces: bool,
    traces: TracesByKind,
    met: usize,
    /// What was wanted, by the serial number of the event.
    found: BTreeMap<String, usize>,
}

fn anchors() -> Vec<Anchor> {
    let anchor = |field, value| Anchor {
        field: Field::new(field),
        value,
    };
    vec![
        anchor("process.name", AnchorValue::Equal("tor".into())),
        anchor(
            "process.command_line",
            AnchorValue::Holds("x --rc y".into()),
        ),
    ]
}

impl Consumer for Wants {
    fn kind(&mut self, _: &dyn Known) -> Option<u32> {
        Some(0)
    }

    fn event(&mut self, _: u32, event: &Placed<'_>) {
        self.met += 1;
        let text = |field| {
            let values = event.all(Field::new(field));
            let texts: Vec<String> = values.iter().map(|value| value.text().into()).collect();
            texts.join("|")
        };
        if text("process.name") == "tor" || text("process.command_line").contains("x --rc y") {
            *self.found.entry(text("event.sequence")).or_default() += 1;
        }
    }

    fn problem(&mut self, problem: Problem) {
        let is_assumption = problem.reason.starts_with("times without");
        assert!(is_assumption, "{problem:?}");
    }

    fn text_traces(&mut self, kind: u32) -> Option<Arc<TextTraces>> {
        let anchors = self.by_traces.then(anchors);
        self.traces.of_text(kind, || anchors)
    }
}

/// So many records of each kind are read before its traces are asked for, and more.
const BEFORE: usize = 70;

/// Reads records, after others of their kind. They are given with `#` where their serial number stands.
fn check(plain: &str, records: &[(&str, bool)], read: impl Fn(&str, &mut Wants)) {
    let all = std::iter::repeat_n(plain, BEFORE).chain(records.iter().map(|(record, _)| *record));
    let text: String = (1000..)
        .zip(all)
        .map(|(serial, record)| record.replace('#', &format!("{serial}")) + "\n")
        .collect();
    let wants = |by_traces| {
        let mut wants = Wants {
            by_traces,
            traces: TracesByKind::default(),
            met: 0,
            found: BTreeMap::new(),
        };
        read(&text, &mut wants);
        wants
    };
    let (with, without) = (wants(true), wants(false));
    let wanted = (1000 + BEFORE..)
        .zip(records)
        .filter(|(_, (_, found))| *found);
    let expect: BTreeMap<String, usize> =
        wanted.map(|(serial, _)| (serial.to_string(), 1)).collect();
    assert_eq!(without.found, expect);
    assert_eq!(with.found, expect);
    assert_eq!(without.met, BEFORE + records.len());
    assert!(with.met < without.met, "nothing was passed over");
}

fn read_lines(text: &str, wants: &mut Wants) {
    read_text(
        text.as_bytes(),
        "audit.log".into(),
        &TextOptions::default(),
        wants,
    );
}

#[test]
fn commands_in_every_code_are_found() {
    let call = "type=SYSCALL msg=audit(1767603615.000:#): arch=c000003e syscall=59 success=yes a0=3 pid=7 comm=\"ls\" exe=\"/bin/ls\"";
    let with = |more: &str| {
        format!(
            "{call}\n{}",
            more.replace("MSG", "msg=audit(1767603615.000:#):")
        )
    };
    let of = |program: &str| call.replace("comm=\"ls\" exe=\"/bin/ls\"", program);
    let records = [
        (of("comm=\"tor\" exe=\"/bin/tor\""), true),
        (of("comm=746F72 exe=\"/bin/x\""), true),
        (of("exe=2F62696E2F746F72"), true),
        (of("comm=\"TORX\" exe=\"/bin/x\""), false),
        (of("comm=\"ls\" exe=\"/bin/ls\""), false),
        (
            with("type=EXECVE MSG argc=3 a0=\"x\" a1=\"--rc\" a2=\"y\""),
            true,
        ),
        (
            with("type=EXECVE MSG argc=2 a0=\"ls\" a1=78202D2D72632079"),
            true,
        ),
        (
            with("type=EXECVE MSG argc=2 a0=\"ls\" a1[0]=78202D a1[1]=2D72632079"),
            true,
        ),
        (with("type=EXECVE MSG argc=2 a0=\"ls\" a1=\"y\""), false),
        (
            with("type=UNKNOWN[1309] MSG argc=2 a0=\"ls\" a1=78202D2D72632079"),
            true,
        ),
    ];
    let records: Vec<(&str, bool)> = records
        .iter()
        .map(|(text, found)| (text.as_str(), *found))
        .collect();
    check(call, &records, read_lines);
}

#[test]
fn commands_of_users_are_found() {
    let command = |cmd: &str| {
        format!(
            "Jan  5 10:00:00 gw audisp-syslog: type=USER_CMD msg=audit(1767603615.000:#): pid=7 uid=0 auid=0 ses=1 msg='cwd=\"/\" cmd={cmd} exe=\"/bin/sudo\" terminal=x res=success'"
        )
    };
    let records = [
        (command("78202D2D72632079"), true),
        (command("\"x --rc y\""), true),
        (command("\"x\""), false),
        (command("6C73"), false),
    ];
    let records: Vec<(&str, bool)> = records
        .iter()
        .map(|(text, found)| (text.as_str(), *found))
        .collect();
    check(&command("\"ls\""), &records, read_lines);
}

#[test]
fn commands_in_laurels_codes_are_found() {
    let event = |comm: &str, list: &str| {
        format!(
            r#"{{"ID":"1767607200.800:#","SYSCALL":{{"arch":"0xc000003e","syscall":59,"success":"yes","comm":"{comm}","SYSCALL":"execve","PPID":{{"comm":"tor"}}}},"EXECVE":{{"argc":2,"ARGV":[{list}]}}}}"#
        )
    };
    let records = [
        (event("tor", r#""x""#), true),
        (event("t%6Fr", r#""x""#), true),
        (event(r"t\u006fr", r#""x""#), true),
        (event("ls", r#""x","--rc","y""#), true),
        (event("ls", r#""sh","x --%72c y""#), true),
        (event("ls", r#""tor""#), false),
        (event("ls", r#""y""#), false),
    ];
    let records: Vec<(&str, bool)> = records
        .iter()
        .map(|(text, found)| (text.as_str(), *found))
        .collect();
    check(&event("ls", r#""ls""#), &records, |text, wants| {
        JsonReader::new().read(&mut text.as_bytes(), &Arc::from("laurel.json"), wants);
    });
}
