//! Mappings and documents seen through them.

use gatewatch_event::{Event, Field, FieldType, Timestamp};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{MappedEvent, Mapping};
use crate::{Schema, SchemaType};

fn mapping(json: &Json) -> Mapping {
    Mapping::from_json(json).unwrap_or_else(|error| panic!("{error}"))
}

/// The values of a field of a document, as text.
fn values(mapping: &Mapping, document: &Json, field: &str) -> Vec<String> {
    let source = document.as_object().expect("an object");
    MappedEvent::new(mapping, source, None)
        .all(Field::new(field))
        .iter()
        .map(|value| value.text().into_owned())
        .collect()
}

#[track_caller]
fn check(properties: Json, document: Json, field: &str, expect: &[&str]) {
    let mapping = mapping(&json!({"mappings": {"properties": properties}}));
    assert_eq!(values(&mapping, &document, field), expect);
}

#[track_caller]
fn refused(json: Json, reason: &str) {
    let error = Mapping::from_json(&json).expect_err("no mapping");
    assert!(error.to_string().contains(reason), "{error}");
}

fn declared(mapping: &Mapping, name: &str) -> Option<FieldType> {
    match mapping.field(name)?.field_type {
        SchemaType::Declared(field_type) => Some(field_type),
        SchemaType::Dynamic => None,
    }
}

#[test]
fn the_shapes_in_which_a_mapping_comes() {
    let properties = json!({"user": {"properties": {"name": {"type": "keyword"}}}});
    for json in [
        json!({"mappings": {"properties": properties}}),
        json!({"properties": properties}),
        json!({"my-index": {"mappings": {"properties": properties}}}),
        properties.clone(),
        json!({"user.name": {"type": "keyword"}}),
    ] {
        assert_eq!(
            declared(&mapping(&json), "user.name"),
            Some(FieldType::Keyword),
            "{json}"
        );
    }
    assert!(mapping(&json!({"mappings": {}})).names().is_empty());
    assert!(mapping(&json!({})).names().is_empty());
}

#[test]
fn a_field_may_be_called_properties() {
    let mapping = mapping(&json!({"properties": {"type": "keyword"}}));
    assert_eq!(declared(&mapping, "properties"), Some(FieldType::Keyword));
}

#[test]
fn what_is_no_mapping_is_refused() {
    refused(json!([]), "must be an object");
    refused(json!({"properties": {"a": "keyword"}}), "must be an object");
    refused(json!({"properties": {"a": {"type": 1}}}), "must be text");
    refused(
        json!({"properties": {"a": {"type": "alias"}}}),
        "The [path] property must be specified",
    );
    refused(
        json!({"properties": {"a": {"type": "alias", "path": "b"}}}),
        "Invalid [path] value [b]",
    );
    refused(
        json!({"properties": {"a": {"type": "date", "format": "yyyy-bb"}}}),
        "Unknown pattern letter",
    );
    refused(
        json!({"runtime": {"a": {"type": "long", "script": "emit(1)"}}}),
        "has a script",
    );
    refused(
        json!({"runtime": {"a": {}}}),
        "No type specified for runtime field [a]",
    );
    let mut deep = json!({"type": "long"});
    for _ in 0..40 {
        deep = json!({"properties": {"a": deep}});
    }
    refused(deep, "mapping depth");
}

#[test]
fn aliases_and_sub_fields_are_followed() {
    let properties = json!({
        "kind": {"type": "keyword"},
        "event": {"properties": {"category": {"type": "alias", "path": "kind"}}},
        "name": {"type": "text", "fields": {"raw": {"type": "keyword", "ignore_above": 4}}},
    });
    let document = json!({"kind": "process", "name": ["sshd", "longer"]});
    check(
        properties.clone(),
        document.clone(),
        "event.category",
        &["process"],
    );
    check(properties.clone(), document.clone(), "name.raw", &["sshd"]);
    let mapping = mapping(&properties);
    assert_eq!(
        mapping.field("name").expect("a field").field,
        Field::new("name.raw")
    );
    assert_eq!(
        mapping.field("event.category").expect("a field").field,
        Field::new("kind")
    );
}

#[test]
fn text_without_an_exact_form_says_why() {
    let mapping = mapping(&json!({
        "plain": {"type": "text"},
        "both": {"type": "text", "fields": {"a": {"type": "keyword"}, "b": {"type": "keyword"}}},
        "low": {"type": "keyword", "normalizer": "lowercase"},
        "half": {"type": "text", "fields": {"low": {"type": "keyword", "normalizer": "lowercase"}}},
    }));
    let inexact = |name: &str| {
        mapping
            .field(name)
            .expect("a field")
            .inexact
            .expect("a reason")
    };
    assert!(
        inexact("plain").starts_with("No keyword/multi-field defined exact matches for [plain]")
    );
    assert!(inexact("half").starts_with("No keyword/multi-field defined exact matches for [half]"));
    assert!(inexact("both").starts_with("Multiple exact keyword candidates available for [both]"));
    assert!(inexact("low").starts_with("Normalized keyword field"));
}

#[test]
fn fields_that_no_query_may_name_say_why() {
    let mapping = mapping(&json!({
        "range": {"type": "integer_range"},
        "place": {"type": "geo_point"},
        "labels": {"type": "flattened"},
        "odd": {"type": "no_such_type"},
        "outer": {"type": "nested", "properties": {"inner": {"properties": {"pid": {"type": "long"}}}}},
        "object": {"properties": {"pid": {"type": "long"}}},
    }));
    let why = |name: &str| {
        mapping
            .field(name)
            .expect("a field")
            .inexact
            .unwrap_or_default()
    };
    assert_eq!(
        why("range"),
        "Cannot use field [range] with unsupported type [integer_range]"
    );
    assert_eq!(
        why("place"),
        "Cannot use field [place] with unsupported type [geo_point]"
    );
    assert_eq!(
        why("labels"),
        "Cannot use field [labels] with unsupported type [flattened]"
    );
    assert_eq!(
        why("odd"),
        "Cannot use field [odd] with unsupported type [no_such_type]"
    );
    assert!(why("outer").ends_with("due to nested fields not being supported yet"));
    assert!(why("outer.inner.pid").ends_with("(field [outer])"));
    assert!(why("object").ends_with("only its subfields"));
    assert_eq!(why("object.pid"), "");
    assert!(mapping.field("labels.key").is_none());
    assert_eq!(mapping.names(), ["object.pid"]);
}

#[test]
fn values_take_the_type_of_their_field() {
    check(
        json!({"a": {"type": "keyword"}}),
        json!({"a": [1, true, "x", 1.5]}),
        "a",
        &["1", "true", "x", "1.5"],
    );
    check(
        json!({"a": {"type": "long"}}),
        json!({"a": ["7", 7.9, "x", true, 8]}),
        "a",
        &["7", "7", "8"],
    );
    check(
        json!({"a": {"type": "byte"}}),
        json!({"a": [127, 128, -129]}),
        "a",
        &["127"],
    );
    check(
        json!({"a": {"type": "unsigned_long"}}),
        json!({"a": [u64::MAX, -1]}),
        "a",
        &["18446744073709551615"],
    );
    check(
        json!({"a": {"type": "scaled_float", "scaling_factor": 10}}),
        json!({"a": 1.26}),
        "a",
        &["1.3"],
    );
    check(
        json!({"a": {"type": "boolean"}}),
        json!({"a": ["true", "", "no"]}),
        "a",
        &["true", "false"],
    );
    check(
        json!({"a": {"type": "ip"}}),
        json!({"a": ["::ffff:192.0.2.1", "x"]}),
        "a",
        &["192.0.2.1"],
    );
    check(
        json!({"a": {"type": "version"}}),
        json!({"a": "1.2.3"}),
        "a",
        &["1.2.3"],
    );
    check(
        json!({"a": {"type": "date"}}),
        json!({"a": ["10", 10, "2020", "2020-01-01T00:00:00.0001Z", "x"]}),
        "a",
        &[
            "1970-01-01T00:00:00.010Z",
            "1970-01-01T00:00:00.010Z",
            "2020-01-01T00:00:00.000Z",
            "2020-01-01T00:00:00.000Z",
        ],
    );
    check(
        json!({"a": {"type": "date_nanos"}}),
        json!({"a": "2020-01-01T00:00:00.000000001Z"}),
        "a",
        &["2020-01-01T00:00:00.000000001Z"],
    );
    check(
        json!({"a": {"type": "date", "format": "dd-MM-yyyy"}}),
        json!({"a": "31-12-2022"}),
        "a",
        &["2022-12-31T00:00:00.000Z"],
    );
    check(
        json!({"a": {"type": "wildcard", "ignore_above": 2}}),
        json!({"a": ["ab", "abc"]}),
        "a",
        &["ab"],
    );
    check(
        json!({"a": {"type": "constant_keyword", "value": "prod"}}),
        json!({}),
        "a",
        &["prod"],
    );
    check(
        json!({"a": {"type": "keyword", "normalizer": "lowercase"}}),
        json!({"a": "ABC"}),
        "a",
        &["abc"],
    );
}

#[test]
fn ignore_above_counts_as_java_does() {
    let properties = json!({"a": {"type": "keyword", "ignore_above": 2}});
    check(properties.clone(), json!({"a": "éé"}), "a", &["éé"]);
    check(properties.clone(), json!({"a": "😀"}), "a", &["😀"]);
    check(properties, json!({"a": "😀a"}), "a", &[]);
}

#[test]
fn a_null_value_stands_for_explicit_nulls_only() {
    let properties = json!({"a": {"type": "keyword", "null_value": "NULL"}});
    check(properties.clone(), json!({"a": null}), "a", &["NULL"]);
    check(
        properties.clone(),
        json!({"a": ["x", null]}),
        "a",
        &["x", "NULL"],
    );
    check(properties.clone(), json!({"a": []}), "a", &[]);
    check(properties, json!({}), "a", &[]);
}

#[test]
fn paths_reach_through_objects_dots_and_arrays() {
    let properties = json!({"a": {"properties": {"b": {"type": "long"}}}});
    check(
        properties.clone(),
        json!({"a": [{"b": 1}, {"b": [[2], 3]}]}),
        "a.b",
        &["1", "2", "3"],
    );
    check(properties, json!({"a.b": 4}), "a.b", &["4"]);
}

#[test]
fn values_are_copied_where_the_mapping_says() {
    let properties = json!({
        "a": {"type": "keyword", "copy_to": "all"},
        "b": {"type": "keyword", "copy_to": ["all"]},
        "all": {"type": "keyword"},
    });
    check(properties, json!({"a": "x", "b": "y"}), "all", &["x", "y"]);
}

#[test]
fn what_is_not_declared_is_mapped_from_the_documents() {
    let mut mapping = mapping(&json!({"mappings": {}}));
    let document = json!({
        "text": "abc", "whole": 5, "fraction": 5.5, "flag": true, "date": "2020-02-03T12:34:56Z", "slashed": "2020/02/03 +0000",
        "year": "2020", "spaced": "2020-02-03 12:34:56", "list": [null, 7], "nothing": null, "empty": [], "o": {"p": {"q": 1}}, "d.e": "x",
    });
    mapping.observe(document.as_object().expect("an object"));
    for (name, field_type) in [
        ("text", FieldType::Keyword),
        ("text.keyword", FieldType::Keyword),
        ("whole", FieldType::Long),
        ("fraction", FieldType::Double),
        ("flag", FieldType::Boolean),
        ("date", FieldType::Date),
        ("slashed", FieldType::Date),
        ("year", FieldType::Keyword),
        ("spaced", FieldType::Keyword),
        ("list", FieldType::Long),
        ("o", FieldType::Object),
        ("o.p", FieldType::Object),
        ("o.p.q", FieldType::Long),
        ("d.e", FieldType::Keyword),
    ] {
        assert_eq!(declared(&mapping, name), Some(field_type), "{name}");
    }
    assert_eq!(declared(&mapping, "nothing"), None);
    assert_eq!(declared(&mapping, "empty"), None);
    assert_eq!(
        values(&mapping, &document, "slashed"),
        ["2020-02-03T00:00:00.000Z"]
    );
    let long = json!({"text": "x".repeat(257)});
    assert!(values(&mapping, &long, "text.keyword").is_empty());
    // The first document decided.
    assert_eq!(values(&mapping, &json!({"whole": 6.9}), "whole"), ["6"]);
}

#[test]
fn dynamic_mapping_can_be_limited() {
    let documents =
        json!({"a": {"x": "t"}, "b": {"x": "t"}, "c": {"x": "t"}, "e": {"x": "t"}, "top": 1});
    let mut mapping = mapping(&json!({"mappings": {
        "dynamic": "runtime", "date_detection": false,
        "properties": {
            "a": {"type": "object", "dynamic": false},
            "b": {"type": "object", "dynamic": "true"},
            "e": {"type": "object", "enabled": false},
        },
    }}));
    mapping.observe(documents.as_object().expect("an object"));
    assert_eq!(declared(&mapping, "a.x"), None);
    assert_eq!(
        mapping.field("b.x").expect("a field").field,
        Field::new("b.x.keyword")
    );
    assert_eq!(
        mapping.field("c.x").expect("a field").field,
        Field::new("c.x")
    );
    assert_eq!(declared(&mapping, "e.x"), None);
    assert_eq!(declared(&mapping, "top"), Some(FieldType::Long));
}

#[test]
fn templates_decide_over_undeclared_fields() {
    let mut mapping = mapping(&json!({"mappings": {"dynamic_templates": [
        {"ports": {"path_match": "*.port", "match_mapping_type": "long", "mapping": {"type": "integer"}}},
        {"strings": {"match_mapping_type": "string", "unmatch": "*_text", "mapping": {"type": "keyword", "ignore_above": 8}}},
    ]}}));
    let document = json!({"source": {"port": 99_999_999_999_u64}, "name": "short", "long": "far too long", "a_text": "x"});
    mapping.observe(document.as_object().expect("an object"));
    assert!(values(&mapping, &document, "source.port").is_empty());
    assert_eq!(values(&mapping, &document, "name"), ["short"]);
    assert!(values(&mapping, &document, "long").is_empty());
    assert_eq!(
        mapping.field("a_text").expect("a field").field,
        Field::new("a_text.keyword")
    );
}

#[test]
fn runtime_fields_shadow_the_others() {
    let mut mapping = mapping(&json!({"a": {"type": "keyword"}}));
    let runtime = json!({"a": {"type": "long"}, "b": {"type": "date", "format": "dd-MM-yyyy"}});
    mapping
        .add_runtime(runtime.as_object().expect("an object"))
        .expect("usable fields");
    let document = json!({"a": "12", "b": "31-12-2022"});
    assert_eq!(declared(&mapping, "a"), Some(FieldType::Long));
    assert_eq!(
        values(&mapping, &document, "b"),
        ["2022-12-31T00:00:00.000Z"]
    );
}

#[test]
fn dates_are_read_by_the_format_of_their_index() {
    let mapping = mapping(
        &json!({"d": {"type": "date", "per_index_format": {"one": "dd-MM-yyyy", "two": "yyyy-MM-dd"}}}),
    );
    let document = json!({"d": "17-12-2022"});
    let source = document.as_object().expect("an object");
    let read = |index| MappedEvent::new(&mapping, source, Some(index)).all(Field::new("d"));
    assert_eq!(read("one").len(), 1);
    assert!(read("two").is_empty());
}

#[test]
fn date_constants_are_read_by_the_format_of_the_field() {
    let mapping =
        mapping(&json!({"a": {"type": "date", "format": "dd-MM-yyyy"}, "b": {"type": "date"}}));
    assert_eq!(
        mapping.parse_date("b", "1000"),
        mapping.parse_date("b", "1000-01-01")
    );
    assert_eq!(
        mapping.parse_date("b", "10"),
        Some(Timestamp::from_millis(10))
    );
    assert_eq!(mapping.parse_date("a", "2022-12-31"), None);
    assert!(mapping.parse_date("a", "31-12-2022").is_some());
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-c.]{0,3}".prop_map(Json::from),
        prop_oneof![
            Just("keyword"),
            Just("date"),
            Just("nested"),
            Just("object"),
            Just("alias"),
            Just("text"),
            Just("long"),
            Just("2020-02-03T12:34:56Z"),
            Just("yyyy[-MM]"),
            Just("runtime"),
        ]
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let name = prop_oneof![
            4 => "[a-c](\\.[a-c])?",
            4 => prop_oneof![
                Just("mappings"), Just("properties"), Just("type"), Just("fields"), Just("dynamic"), Just("format"),
                Just("path"), Just("runtime"), Just("copy_to"), Just("null_value"), Just("dynamic_templates"), Just("mapping"),
            ].prop_map(str::to_owned),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((name, inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_panics(mapping in any_json(), document in any_json(), names in proptest::collection::vec("[a-c](\\.[a-c]){0,2}", 4)) {
        let Ok(mut mapping) = Mapping::from_json(&mapping) else { return Ok(()) };
        let empty = serde_json::Map::new();
        let source = document.as_object().unwrap_or(&empty);
        mapping.observe(source);
        let event = MappedEvent::new(&mapping, source, None);
        for name in names.iter().chain(&mapping.names()) {
            let _ = mapping.field(name);
            let _ = event.all(Field::new(name));
        }
        for (_, field) in mapping.leaves() {
            let _ = event.show_field(field, None);
        }
    }
}
