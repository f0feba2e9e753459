//! Kibana's filters.

use gatewatch_event::JsonEvent;
use gatewatch_query::{EcsSchema, Options, compile_filter};
use serde_json::{Value as Json, json};

#[track_caller]
fn check(filter: Json, event: Json, expect: bool) {
    let condition = compile_filter(&filter, &EcsSchema, &Options::default());
    let condition = condition.unwrap_or_else(|problems| panic!("{filter}: {problems:?}"));
    let found = condition.matches(&JsonEvent::new(event.clone()));
    assert_eq!(found, Ok(expect), "{filter} over {event}");
}

fn user(name: &str) -> Json {
    json!({"user": {"name": name}})
}

#[test]
fn queries_about_one_field() {
    check(json!({"term": {"user.name": "root"}}), user("root"), true);
    check(json!({"term": {"user.name": "root"}}), user("Root"), false);
    check(
        json!({"term": {"user.name": {"value": "root", "case_insensitive": true}}}),
        user("Root"),
        true,
    );
    check(
        json!({"terms": {"user.name": ["a", "root"]}}),
        user("root"),
        true,
    );
    check(json!({"terms": {"user.name": []}}), user("root"), false);
    check(
        json!({"match_phrase": {"user.name": "root"}}),
        user("root"),
        true,
    );
    check(
        json!({"match_phrase": {"message": {"query": "a b"}}}),
        json!({"message": "x A B"}),
        true,
    );
    check(
        json!({"match": {"message": "b c"}}),
        json!({"message": "a b"}),
        true,
    );
    check(
        json!({"match": {"message": {"query": "b c", "operator": "and"}}}),
        json!({"message": "a b"}),
        false,
    );
    check(
        json!({"match": {"message": {"query": "c b", "type": "phrase"}}}),
        json!({"message": "b c"}),
        false,
    );
    check(
        json!({"term": {"message": "Failed"}}),
        json!({"message": "Failed"}),
        false,
    );
    check(
        json!({"exists": {"field": "user.name"}}),
        user("root"),
        true,
    );
    check(json!({"exists": {"field": "user"}}), user("root"), true);
    check(json!({"exists": {"field": "us*"}}), user("root"), true);
    check(json!({"exists": {"field": "user.id"}}), user("root"), false);
    check(json!({"prefix": {"user.name": "ro*"}}), user("root"), false);
    check(
        json!({"prefix": {"user.name": {"value": "RO", "case_insensitive": true}}}),
        user("root"),
        true,
    );
    check(
        json!({"regexp": {"user.name": "ro{2}t"}}),
        user("root"),
        true,
    );
    check(json!({"regexp": {"user.name": "ro"}}), user("root"), false);
    check(
        json!({"term": {"source.ip": "192.0.2.0/24"}}),
        json!({"source": {"ip": "192.0.2.1"}}),
        true,
    );
    check(
        json!({"term": {"source.port": 22}}),
        json!({"source": {"port": "22"}}),
        true,
    );
    check(json!({"match_all": {}}), json!({}), true);
    check(json!({"match_none": {}}), json!({}), false);
}

#[test]
fn wildcards_have_escapes() {
    let filter = |pattern: &str, insensitive: bool| json!({"wildcard": {"file.path": {"value": pattern, "case_insensitive": insensitive}}});
    let file = |path: &str| json!({"file": {"path": path}});
    check(
        filter(r"?:\\Temp\\*.ps?1", true),
        file(r"c:\TEMP\x.psm1"),
        true,
    );
    check(
        filter(r"?:\\Temp\\*.ps?1", false),
        file(r"c:\TEMP\x.psm1"),
        false,
    );
    check(filter(r"a\?b*", true), file("A?bc"), true);
    check(filter(r"a\?b*", true), file("axbc"), false);
    // An escape that escapes nothing special.
    check(filter(r"C:\Temp*", false), file("C:Temp1"), true);
    check(json!({"wildcard": {"file.path": "a*"}}), file("ab"), true);
}

#[test]
fn ranges_are_met_by_one_value() {
    let filter = json!({"range": {"source.port": {"gte": 10, "lt": 20}}});
    check(filter.clone(), json!({"source": {"port": [5, 25]}}), false);
    check(filter.clone(), json!({"source": {"port": [5, 10]}}), true);
    check(filter, json!({"source": {"port": 20}}), false);
    check(
        json!({"range": {"event.created": {"gte": "2024-05-01", "lte": "2024-05-01", "format": "strict_date_optional_time"}}}),
        json!({"event": {"created": "2024-05-01T12:00:00Z"}}),
        true,
    );
}

#[test]
fn logic_is_that_of_bool() {
    let a = json!({"term": {"user.name": "a"}});
    let b = json!({"exists": {"field": "user.id"}});
    let one = json!({"user": {"name": "a"}});
    let both = json!({"user": {"name": "a", "id": "1"}});
    check(json!({"bool": {"must": [a, b]}}), one.clone(), false);
    check(
        json!({"bool": {"filter": a, "must_not": [b]}}),
        one.clone(),
        true,
    );
    check(json!({"bool": {"must_not": [a, b]}}), one.clone(), false);
    check(json!({"bool": {"should": [a, b]}}), one.clone(), true);
    check(json!({"bool": {"should": [b]}}), one.clone(), false);
    check(
        json!({"bool": {"must": [a], "should": [b]}}),
        one.clone(),
        true,
    );
    check(
        json!({"bool": {"must": [a], "should": [b], "minimum_should_match": 1}}),
        one.clone(),
        false,
    );
    check(
        json!({"bool": {"should": [a, b], "minimum_should_match": "2"}}),
        both.clone(),
        true,
    );
    check(
        json!({"bool": {"should": [a, b], "minimum_should_match": 2}}),
        one.clone(),
        false,
    );
    check(json!({"bool": {}}), one.clone(), true);
    check(
        json!({"bool": {"filter": {"bool": {"must_not": {"bool": {"must": [a, b]}}}}}}),
        both,
        false,
    );
    check(json!({"constant_score": {"filter": a}}), one, true);
}

#[test]
fn meta_says_how_a_filter_counts() {
    let query = json!({"term": {"user.name": "root"}});
    let with = |meta: Json| json!({"meta": meta, "$state": {"store": "appState"}, "query": query});
    check(
        with(json!({"negate": false, "disabled": false})),
        user("root"),
        true,
    );
    check(with(json!({"negate": true})), user("root"), false);
    check(with(json!({"negate": true})), json!({}), true);
    check(
        with(json!({"negate": true, "disabled": true})),
        user("root"),
        true,
    );
    // Old filters have the query beside `meta`.
    check(
        json!({"meta": {"negate": true}, "exists": {"field": "user.name"}}),
        user("root"),
        false,
    );
    let combined = json!({"meta": {"type": "combined", "relation": "OR", "params": [
        {"meta": {}, "query": {"term": {"user.name": "a"}}},
        {"meta": {"negate": true}, "query": {"exists": {"field": "user.id"}}},
    ]}});
    check(combined.clone(), user("b"), true);
    check(combined, json!({"user": {"name": "b", "id": "1"}}), false);
}

#[test]
fn nested_objects_are_asked_one_by_one() {
    let filter = json!({"nested": {"path": "vendor.rows", "query": {"bool": {"must": [
        {"term": {"vendor.rows.a": "1"}}, {"term": {"vendor.rows.b": "2"}},
    ]}}}});
    check(
        filter.clone(),
        json!({"vendor": {"rows": [{"a": "1", "b": "2"}]}}),
        true,
    );
    check(
        filter,
        json!({"vendor": {"rows": [{"a": "1"}, {"b": "2"}]}}),
        false,
    );
}

/// What is refused, by its code and how its message begins.
#[track_caller]
fn refused(filter: Json, expect: &[(&str, &str)]) {
    let problems = compile_filter(&filter, &EcsSchema, &Options::default())
        .map(|_| Vec::new())
        .unwrap_or_else(|problems| problems);
    assert_eq!(problems.len(), expect.len(), "{filter}: {problems:?}");
    for (problem, (code, message)) in problems.iter().zip(expect) {
        assert_eq!(problem.code, *code, "{problem}");
        assert!(problem.message.starts_with(message), "{problem}");
    }
}

#[test]
fn what_is_not_known_is_refused_by_its_place() {
    refused(
        json!({"meta": {}, "query": {"query_string": {"query": "a:b"}}}),
        &[("filter-unsupported", "`query.query_string`: ")],
    );
    refused(
        json!({"bool": {"must": [{"term": {"a": "b"}}, {"script": {}}, {"frobnicate": {}}]}}),
        &[
            ("filter-unsupported", "`bool.must[1].script`: "),
            ("filter-unsupported", "`bool.must[2].frobnicate`: "),
        ],
    );
    refused(
        json!({"bool": {"musst": []}}),
        &[("filter-unknown", "`bool.musst`: ")],
    );
    refused(
        json!({"wildcard": {"a": {"value": "b", "case": true}}}),
        &[("filter-unknown", "`wildcard.a.case`: ")],
    );
    refused(
        json!({"range": {"a": {"gte": 1, "lt": {}, "format": "yyyy"}}}),
        &[
            ("filter-shape", "`range.a.lt`: "),
            ("filter-unsupported", "`range.a.format`: "),
        ],
    );
    refused(
        json!({"terms": {"a": {"index": "x", "id": "1", "path": "y"}}}),
        &[("filter-unsupported", "`terms.a`: ")],
    );
    refused(
        json!({"bool": {"should": [{"term": {"a": 1}}, {"term": {"a": 2}}, {"term": {"a": 3}}],
        "minimum_should_match": 2}}),
        &[("filter-unsupported", "`bool.minimum_should_match`: ")],
    );
    refused(
        json!({"query": {"term": {}}}),
        &[("filter-shape", "`query.term`: ")],
    );
    refused(json!({"query": {}}), &[("filter-shape", "`query`: ")]);
    refused(json!([]), &[("filter-shape", "the filter: ")]);
    refused(
        json!({"meta": {"negate": "yes"}, "query": {"match_all": {}}}),
        &[("filter-shape", "`meta.negate`: ")],
    );
    refused(
        json!({"range": {"event.created": {"gte": "now-1d"}}}),
        &[("query-needs-clock", "")],
    );
    refused(json!({"regexp": {"a": "(("}}), &[("query-bad-pattern", "")]);
}

#[test]
fn nesting_is_bounded() {
    let mut filter = json!({"match_all": {}});
    for _ in 0..60 {
        filter = json!({"bool": {"must": filter}});
    }
    refused(filter, &[("filter-too-deep", "")]);
}
