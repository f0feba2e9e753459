//! What exception items take out, field type by field type.

use gatewatch_event::{JsonEvent, parse_iso};
use gatewatch_query::EcsSchema;
use gatewatch_rules::exceptions::{Exceptions, Expiry, ValueLists};
use gatewatch_rules::{Rule, RuleSource};
use serde_json::{Map, Value as Json, json};

fn rule(links: Json) -> Rule {
    let json = json!({
        "rule_id": "r", "name": "Rule", "description": "d", "type": "query", "query": "*", "severity": "low", "risk_score": 21,
        "exceptions_list": links,
    });
    let Json::Object(object) = json else {
        unreachable!("an object is written")
    };
    Rule::from_json("r.json", object).expect("a rule")
}

fn links() -> Json {
    json!([{"id": "1", "list_id": "lab", "type": "detection", "namespace_type": "single"}])
}

fn source(items: &[Json]) -> RuleSource {
    let mut text =
        "{\"list_id\":\"lab\",\"type\":\"detection\",\"name\":\"Lab\",\"namespace_type\":\"single\"}\n"
            .to_owned();
    for (number, item) in items.iter().enumerate() {
        let mut object: Map<String, Json> = item.as_object().expect("an object").clone();
        object.insert("item_id".into(), json!(format!("i{number}")));
        object.insert("list_id".into(), json!("lab"));
        object
            .entry("name")
            .or_insert_with(|| json!(format!("item {number}")));
        text.push_str(&Json::Object(object).to_string());
        text.push('\n');
    }
    RuleSource::read("exceptions.ndjson", &text)
}

fn lists() -> ValueLists {
    let mut lists = ValueLists::new();
    lists
        .add("ips.txt", "192.0.2.7\n192.0.2.8\n")
        .expect("small");
    lists
        .add("ranges.txt", "192.0.2.0/28\n198.51.100.5-198.51.100.9\n")
        .expect("small");
    lists.add("users", "Alice\nbob\n").expect("small");
    lists.add("words", "quick fox\nlazy\n").expect("small");
    lists
}

/// Does the item of these entries take the event out?
#[track_caller]
fn check(entries: Json, event: Json, expect: bool) {
    let source = source(&[json!({"entries": entries})]);
    let exceptions = Exceptions::read([&source], &lists(), &EcsSchema, Expiry::EventTime);
    let errors: Vec<_> = exceptions
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let (items, problems) = exceptions.of_rule(&rule(links()));
    assert_eq!(problems, []);
    let [item] = items.as_slice() else {
        panic!("one item, not {}", items.len())
    };
    let event = JsonEvent::new(event);
    assert_eq!(item.condition.matches(&event), Ok(expect));
}

fn entry(field: &str, kind: &str, value: Json) -> Json {
    json!([{"field": field, "type": kind, "operator": "included", "value": value}])
}

fn excluded(mut entries: Json) -> Json {
    entries[0]["operator"] = json!("excluded");
    entries
}

#[test]
fn match_is_equality_by_the_type_of_the_field() {
    for (field, value, event, expect) in [
        (
            "user.name",
            "Alice",
            json!({"user": {"name": "Alice"}}),
            true,
        ),
        (
            "user.name",
            "alice",
            json!({"user": {"name": "Alice"}}),
            false,
        ),
        (
            "user.name",
            "Alice",
            json!({"user": {"name": ["bob", "Alice"]}}),
            true,
        ),
        ("user.name", "Alice", json!({}), false),
        (
            "user.name",
            "Ali*",
            json!({"user": {"name": "Alice"}}),
            false,
        ),
        (
            "source.ip",
            "192.0.2.7",
            json!({"source": {"ip": "192.0.2.7"}}),
            true,
        ),
        (
            "source.ip",
            "192.0.2.0/24",
            json!({"source": {"ip": "192.0.2.7"}}),
            true,
        ),
        (
            "source.ip",
            "192.0.2.0/24",
            json!({"source": {"ip": "198.51.100.7"}}),
            false,
        ),
        ("source.port", "22", json!({"source": {"port": 22}}), true),
        ("source.port", "22", json!({"source": {"port": "22"}}), true),
        ("source.port", "22", json!({"source": {"port": 220}}), false),
        (
            "process.code_signature.trusted",
            "true",
            json!({"process": {"code_signature": {"trusted": true}}}),
            true,
        ),
        (
            "process.code_signature.trusted",
            "true",
            json!({"process": {"code_signature": {"trusted": false}}}),
            false,
        ),
        // Analysed text: the words, in this order.
        (
            "message",
            "quick fox",
            json!({"message": "The Quick fox ran"}),
            true,
        ),
        (
            "message",
            "fox quick",
            json!({"message": "The quick fox ran"}),
            false,
        ),
        (
            "winlog.event_data.LogonType",
            "3",
            json!({"winlog": {"event_data": {"LogonType": "3"}}}),
            true,
        ),
    ] {
        check(entry(field, "match", json!(value)), event.clone(), expect);
        check(
            excluded(entry(field, "match", json!(value))),
            event,
            !expect,
        );
    }
}

#[test]
fn match_any_takes_any_of_its_values() {
    let values = json!(["Alice", "bob"]);
    for (event, expect) in [
        (json!({"user": {"name": "bob"}}), true),
        (json!({"user": {"name": "carol"}}), false),
        (json!({"user": {"name": ["carol", "Alice"]}}), true),
        (json!({}), false),
    ] {
        check(
            entry("user.name", "match_any", values.clone()),
            event.clone(),
            expect,
        );
        check(
            excluded(entry("user.name", "match_any", values.clone())),
            event,
            !expect,
        );
    }
    let addresses = json!(["192.0.2.7", "198.51.100.0/24"]);
    check(
        entry("source.ip", "match_any", addresses),
        json!({"source": {"ip": "198.51.100.200"}}),
        true,
    );
}

#[test]
fn wildcards_match_whole_values_and_case_counts() {
    for (value, name, expect) in [
        ("C:\\\\Tools\\\\*.exe", "C:\\Tools\\a.exe", true),
        ("C:\\\\tools\\\\*.exe", "C:\\Tools\\a.exe", false),
        ("*Tools*", "C:\\Tools\\a.exe", true),
        ("Tools", "C:\\Tools\\a.exe", false),
        ("C:\\\\Tools\\\\?.exe", "C:\\Tools\\a.exe", true),
        ("C:\\\\Tools\\\\?.exe", "C:\\Tools\\ab.exe", false),
    ] {
        let event = json!({"process": {"executable": name}});
        check(
            entry("process.executable", "wildcard", json!(value)),
            event.clone(),
            expect,
        );
        check(
            excluded(entry("process.executable", "wildcard", json!(value))),
            event,
            !expect,
        );
    }
}

#[test]
fn exists_asks_for_a_value() {
    for (event, expect) in [
        (json!({"user": {"name": "x"}}), true),
        (json!({"user": {"name": ""}}), true),
        (json!({"user": {"name": []}}), false),
        (json!({"user": {"name": null}}), false),
        (json!({}), false),
    ] {
        let entries = json!([{"field": "user.name", "type": "exists", "operator": "included"}]);
        check(entries.clone(), event.clone(), expect);
        check(excluded(entries), event, !expect);
    }
}

#[test]
fn value_lists_are_looked_up_by_their_type() {
    let list = |field: &str, id: &str, list_type: &str| json!([{"field": field, "type": "list", "operator": "included", "list": {"id": id, "type": list_type}}]);
    for (field, id, list_type, event, expect) in [
        (
            "source.ip",
            "ips.txt",
            "ip",
            json!({"source": {"ip": "192.0.2.8"}}),
            true,
        ),
        (
            "source.ip",
            "ips",
            "ip",
            json!({"source": {"ip": "192.0.2.9"}}),
            false,
        ),
        (
            "source.ip",
            "ranges.txt",
            "ip_range",
            json!({"source": {"ip": "192.0.2.15"}}),
            true,
        ),
        (
            "source.ip",
            "ranges.txt",
            "ip_range",
            json!({"source": {"ip": "192.0.2.16"}}),
            false,
        ),
        (
            "source.ip",
            "ranges.txt",
            "ip_range",
            json!({"source": {"ip": "198.51.100.9"}}),
            true,
        ),
        (
            "source.ip",
            "ranges.txt",
            "ip_range",
            json!({"source": {"ip": "198.51.100.10"}}),
            false,
        ),
        (
            "user.name",
            "users",
            "keyword",
            json!({"user": {"name": "Alice"}}),
            true,
        ),
        (
            "user.name",
            "users",
            "keyword",
            json!({"user": {"name": "alice"}}),
            false,
        ),
        (
            "message",
            "words",
            "text",
            json!({"message": "a fox, a Quick one"}),
            true,
        ),
        (
            "message",
            "words",
            "text",
            json!({"message": "a fox"}),
            false,
        ),
    ] {
        check(list(field, id, list_type), event.clone(), expect);
        check(excluded(list(field, id, list_type)), event, !expect);
    }
}

#[test]
fn entries_are_joined_by_and() {
    let entries = json!([
        {"field": "user.name", "type": "match", "operator": "included", "value": "bob"},
        {"field": "source.ip", "type": "match", "operator": "excluded", "value": "192.0.2.0/24"},
    ]);
    check(
        entries.clone(),
        json!({"user": {"name": "bob"}, "source": {"ip": "198.51.100.7"}}),
        true,
    );
    check(
        entries.clone(),
        json!({"user": {"name": "bob"}, "source": {"ip": "192.0.2.7"}}),
        false,
    );
    check(entries.clone(), json!({"user": {"name": "bob"}}), true);
    check(entries, json!({"source": {"ip": "198.51.100.7"}}), false);
}

#[test]
fn one_object_meets_all_of_a_nested_entry() {
    let nested = |field: &str| {
        json!([{"field": field, "type": "nested", "entries": [
            {"field": "name", "type": "match", "operator": "included", "value": "a"},
            {"field": "code", "type": "match_any", "operator": "included", "value": ["1", "2"]},
        ]}])
    };
    let event = |first: &str, second: &str| {
        json!({"threat": {"enrichments": [
            {"name": "a", "code": first}, {"name": "b", "code": second},
        ]}})
    };
    check(nested("threat.enrichments"), event("2", "9"), true);
    check(nested("threat.enrichments"), event("9", "1"), false);
}

#[test]
fn an_item_for_a_system_asks_for_the_system() {
    let source = source(&[json!({
        "os_types": ["windows", "macos"],
        "entries": [{"field": "user.name", "type": "match", "operator": "included", "value": "bob"}],
    })]);
    let exceptions = Exceptions::read([&source], &lists(), &EcsSchema, Expiry::EventTime);
    assert_eq!(exceptions.problems, []);
    let (items, _) = exceptions.of_rule(&rule(links()));
    for (event, expect) in [
        (
            json!({"user": {"name": "bob"}, "host": {"os": {"type": "windows"}}}),
            true,
        ),
        (
            json!({"user": {"name": "bob"}, "host": {"os": {"name": "macOS"}}}),
            true,
        ),
        (
            json!({"user": {"name": "bob"}, "host": {"os": {"type": "linux"}}}),
            false,
        ),
        (json!({"user": {"name": "bob"}}), false),
    ] {
        let matches = items[0].condition.matches(&JsonEvent::new(event.clone()));
        assert_eq!(matches, Ok(expect), "{event}");
    }
}

#[test]
fn items_expire() {
    let source = source(&[json!({
        "expire_time": "2026-03-01T10:00:00.000Z",
        "entries": [{"field": "user.name", "type": "match", "operator": "included", "value": "bob"}],
    })]);
    let event = |time: &str| JsonEvent::new(json!({"@timestamp": time, "user": {"name": "bob"}}));
    let read = |expiry| {
        Exceptions::read([&source], &lists(), &EcsSchema, expiry)
            .of_rule(&rule(links()))
            .0
    };
    let by_event = read(Expiry::EventTime);
    for (time, expect) in [
        ("2026-03-01T09:59:59.999Z", true),
        ("2026-03-01T10:00:00.000Z", false),
        ("2026-04-01T10:00:00.000Z", false),
    ] {
        assert_eq!(
            by_event[0].condition.matches(&event(time)),
            Ok(expect),
            "{time}"
        );
    }
    let at = |text: &str| read(Expiry::At(parse_iso(text).expect("a time")));
    assert!(at("2026-03-01T10:00:00Z").is_empty());
    let before = at("2026-03-01T09:00:00Z");
    assert_eq!(
        before[0]
            .condition
            .matches(&event("2026-04-01T10:00:00.000Z")),
        Ok(true)
    );
}

#[test]
fn links_decide_which_items_a_rule_has() {
    let source =
        source(&[json!({"entries": [{"field": "a", "type": "exists", "operator": "included"}]})]);
    let exceptions = Exceptions::read([&source], &lists(), &EcsSchema, Expiry::EventTime);
    let (items, problems) = exceptions.of_rule(&rule(json!([])));
    assert!(items.is_empty() && problems.is_empty());
    let (items, problems) = exceptions.of_rule(&rule(json!([
        {"id": "1", "list_id": "lab", "type": "detection", "namespace_type": "agnostic"},
        {"id": "1", "list_id": "endpoint_list", "type": "endpoint", "namespace_type": "agnostic"},
    ])));
    assert!(items.is_empty());
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["exceptions-missing-list"]);
    assert_eq!(exceptions.unused([&rule(json!([]))]), ["Lab"]);
    assert!(exceptions.unused([&rule(links())]).is_empty());
    // A file in TOML ties its lists to rules.
    let toml = "[metadata]\nrule_ids = [\"r\"]\n[[exceptions]]\n[exceptions.container]\nlist_id = \"own\"\nname = \"Own\"\n[[exceptions.items]]\nitem_id = \"i\"\nlist_id = \"own\"\nname = \"n\"\n[[exceptions.items.entries]]\nfield = \"user.name\"\ntype = \"match\"\noperator = \"included\"\nvalue = \"bob\"\n";
    let tied = RuleSource::read("own.toml", toml);
    let exceptions = Exceptions::read([&tied], &lists(), &EcsSchema, Expiry::EventTime);
    let (items, problems) = exceptions.of_rule(&rule(json!([])));
    assert_eq!((items.len(), problems.len()), (1, 0));
    assert_eq!(items[0].list_name, "Own");
}

#[test]
fn what_cannot_be_applied_is_told() {
    for (entries, code) in [
        (
            json!([{"field": "source.ip", "type": "list", "operator": "included", "list": {"id": "none", "type": "ip"}}]),
            "value-list-missing",
        ),
        (
            entry("user.nmae", "match", json!("bob")),
            "exceptions-field-unknown",
        ),
        (
            entry("user.name", "match", json!("bo*")),
            "exceptions-literal-wildcard",
        ),
        (
            entry("process.executable", "wildcard", json!("C:\\Tools\\*")),
            "exceptions-backslash",
        ),
        (json!([]), "exceptions-entries"),
    ] {
        let source = source(&[json!({"entries": entries})]);
        let exceptions = Exceptions::read([&source], &lists(), &EcsSchema, Expiry::EventTime);
        let codes: Vec<&str> = exceptions
            .problems
            .iter()
            .map(|problem| problem.code)
            .collect();
        assert_eq!(codes, [code], "{entries}");
        let told = exceptions
            .problems
            .iter()
            .any(|problem| problem.message.contains("item 0"));
        assert!(told, "{:?}", exceptions.problems);
        let applied = !exceptions.of_rule(&rule(links())).0.is_empty();
        assert_eq!(applied, !exceptions.problems[0].is_error());
    }
}
