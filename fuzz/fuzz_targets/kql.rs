//! Any text read as KQL: no panic; what parses prints and parses again to the same print; what compiles answers for an
//! event, and its specialised form answers the same.
#![no_main]

use gatewatch_event::{JsonEvent, NothingKnown};
use gatewatch_query::{EcsSchema, Options, Specialised, compile_kql};
use gatewatch_syntax::kql::{parse_query, print};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(query) = parse_query(text).into_result() else {
        return;
    };
    let printed = print(&query);
    let again = parse_query(&printed).into_result().expect("what is printed parses");
    assert_eq!(print(&again), printed);
    let Ok(plan) = compile_kql(text, &EcsSchema, &Options::default()) else {
        return;
    };
    let event = JsonEvent::new(serde_json::json!({
        "event": {"category": ["process", "authentication"], "code": "4624"},
        "source": {"ip": ["203.0.113.7", "::1"], "port": 3389},
        "process": {"name": "cmd.exe", "pid": 4},
        "message": "Failed password for root", "rows": [{"a": 1}, {"a": null}]
    }));
    for condition in plan.conditions() {
        let whole = condition.matches(&event);
        let folded = match condition.specialise(&NothingKnown) {
            Specialised::Never => Ok(false),
            Specialised::Always => Ok(true),
            Specialised::Residual(rest) => rest.matches(&event),
        };
        assert_eq!(whole.is_ok(), folded.is_ok());
        if let (Ok(whole), Ok(folded)) = (whole, folded) {
            assert_eq!(whole, folded);
        }
    }
});
