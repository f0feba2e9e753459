//! What is said about a query that cannot be run: all of it, with place, stage and hint.

use gatewatch_diagnostic::Diagnostic;
use gatewatch_event::{Field, FieldType};
use gatewatch_query::{EcsSchema, FieldInfo, Options, Plan, PlanBody, Schema, SchemaType, compile};
use gatewatch_syntax::eql::parse_query;
use proptest::prelude::*;

/// A few fields, and nothing else.
struct Few;

const FIELDS: &[(&str, FieldType)] = &[
    ("event.category", FieldType::Keyword),
    ("name", FieldType::Keyword),
    ("path", FieldType::Keyword),
    ("pid", FieldType::Long),
    ("ip", FieldType::Ip),
    ("date", FieldType::Date),
    ("flag", FieldType::Boolean),
    ("message", FieldType::Text),
    ("point", FieldType::Unsupported),
    ("children", FieldType::Nested),
    ("labels", FieldType::Flattened),
];

impl Schema for Few {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let (_, field_type) = FIELDS.iter().find(|(known, _)| *known == name)?;
        Some(FieldInfo {
            field: Field::new(name),
            field_type: SchemaType::Declared(*field_type),
            inexact: None,
        })
    }

    fn names(&self) -> Vec<String> {
        FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn compiled(text: &str, schema: &dyn Schema) -> Result<Plan, Vec<Diagnostic>> {
    let query = parse_query(text).into_result().expect("it is well formed");
    compile(&query, text, schema, &Options::default())
}

/// Every problem as `place stage code: message (hint)`, the place being the text it points to.
#[track_caller]
fn check(text: &str, expect: &[&str]) {
    let problems = compiled(text, &Few).expect_err("it is unsound");
    let found: Vec<String> = problems
        .iter()
        .map(|problem| {
            let place = problem.span.map_or("", |span| span.text(text));
            let hint = problem.hint.as_deref().map(|hint| format!(" ({hint})"));
            let Diagnostic {
                stage,
                code,
                message,
                ..
            } = problem;
            format!(
                "{place} | {stage} {code}: {message}{}",
                hint.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn all_problems_are_reported_at_once() {
    check(
        "nope where nam == 1 and pid : 3 and length(pid) > 2 and foo(name) and path in (name)",
        &[
            "nam | verification query-unknown-column: Unknown column [nam], did you mean [name]? (write `name`, or `?nam` if the field need not exist)",
            "pid : 3 | verification query-wrong-type: first argument of [:] must be [string], found value [pid] type [long]; consider using [==] instead",
            "length(pid) | verification query-wrong-type: argument of [length(pid)] must be [string], found value [pid] type [long]",
            "foo(name) | verification query-unknown-function: Unknown function [foo]",
            "path in (name) | verification query-field-in-list: Comparisons against fields are not (currently) supported; offender [name] in [path in (name)]",
        ],
    );
}

#[test]
fn conditions_are_boolean() {
    check(
        "any where pid",
        &[
            "pid | verification query-condition-not-boolean: Condition expression needs to be boolean, found [LONG]",
        ],
    );
    check(
        "any where flag and pid or name",
        &[
            "flag and pid | verification query-wrong-type: second argument of [flag and pid] must be [boolean], found value [pid] type [long]",
            "flag and pid or name | verification query-wrong-type: second argument of [flag and pid or name] must be [boolean], found value [name] type [keyword]",
        ],
    );
    check(
        "any where not pid",
        &[
            "not pid | verification query-wrong-type: argument of [not pid] must be [boolean], found value [pid] type [long]",
        ],
    );
}

#[test]
fn some_fields_cannot_be_compared() {
    check(
        "any where message == \"a\"",
        &[
            "message == \"a\" | verification query-inexact-field: [message == \"a\"] cannot operate on first argument field of data type [text]: No keyword/multi-field defined exact matches for [message]; define one or use MATCH/QUERY instead",
        ],
    );
    check(
        "any where point == 1 and children == 2 and labels == 3",
        &[
            "point | verification query-unusable-field: Cannot use field [point] with unsupported type [unsupported]",
            "children | verification query-unusable-field: Cannot use field [children] type [nested] due to nested fields not being supported yet",
            "labels | verification query-unusable-field: Cannot use field [labels] with unsupported type [flattened]",
        ],
    );
    check(
        "any where name == path or pid < pid + 1",
        &[
            "path | planning query-field-against-field: Comparisons against fields are not (currently) supported; offender [path] in [==] (compare each field with a constant)",
            "pid + 1 | planning query-field-against-field: Comparisons against fields are not (currently) supported; offender [pid + 1] in [<] (compare each field with a constant)",
        ],
    );
}

#[test]
fn calls_are_checked() {
    check(
        "any where length(name, path) > 1 and LENGTH~(name) > 1",
        &[
            "length(name, path) | parse query-argument-count: error building [length]: expects exactly one argument",
            "LENGTH~(name) | parse query-no-insensitive-form: Function [LENGTH] does not support case-(in)sensitivity (write `LENGTH` without `~`)",
        ],
    );
    check(
        "any where between(name, \"a\", \"b\", flag) == \"\"",
        &[
            "between(name, \"a\", \"b\", flag) | verification query-not-constant: fourth argument of [between(name, \"a\", \"b\", flag)] must be a constant, received [flag]",
        ],
    );
    check(
        "any where cidrMatch(name, \"10.0.0.0/8\") or cidrMatch(ip, \"10.0.0.0\", \"10.0.0.0/99\")",
        &[
            "cidrMatch(name, \"10.0.0.0/8\") | verification query-wrong-type: first argument of [cidrMatch(name, \"10.0.0.0/8\")] must be [ip], found value [name] type [keyword]",
        ],
    );
    check(
        "any where cidrMatch(ip, \"10.0.0.0\", \"10.0.0.0/99\")",
        &[
            "\"10.0.0.0/99\" | runtime query-bad-cidr: '10.0.0.0/99' is not an IP string literal (write an address block such as 192.0.2.0/24 or 2001:db8::/32)",
        ],
    );
    check(
        "any where arrayContains(name, \"a\") or wildcard(name, \"a*\")",
        &[
            "arrayContains(name, \"a\") | verification query-unknown-function: Unknown function [arrayContains], did you mean [stringcontains]? (a condition on an array is true if any of its values meets it; write the condition itself)",
            "wildcard(name, \"a*\") | verification query-unknown-function: Unknown function [wildcard] (use the operators `like~` and `regex~`)",
        ],
    );
}

#[test]
fn constants_that_fail_are_reported() {
    check(
        "any where pid == 2147483647 + 1 or pid == 1 / 0",
        &[
            "2147483647 + 1 | runtime query-overflow: integer overflow",
            "1 / 0 | runtime query-division-by-zero: division by zero",
        ],
    );
    check(
        "any where name regex \"a(b\" or name regex \"~(.*a.{20})\"",
        &[
            "name regex \"a(b\" | planning query-bad-pattern: a regular expression of [name regex \"a(b\"] cannot be used: `(` is not closed",
            "name regex \"~(.*a.{20})\" | planning query-bad-pattern: a regular expression of [name regex \"~(.*a.{20})\"] cannot be used: `~` or `&` needs an automaton of more than 10000 states",
        ],
    );
    check(
        "any where string(name) regex \"(?=a)\" or concat(name, path) regex \"(?=a)\"",
        &[
            "concat(name, path) regex \"(?=a)\" | planning query-bad-pattern: a regular expression of [concat(name, path) regex \"(?=a)\"] cannot be used: look-ahead is not supported: it cannot run in linear time",
        ],
    );
}

#[test]
fn keys_are_compared() {
    check(
        "sequence by zzz [any where true] by pid, ?gone [any where true] by name, date until [any where true] by ip, pid",
        &[
            "zzz | verification query-unknown-column: Unknown column [zzz] (write `?zzz` if the field need not exist)",
        ],
    );
    check(
        "sequence [any where true] by pid, ?gone [any where true] by name, date until [any where true] by ip, pid",
        &[
            "name | verification query-incompatible-keys: Sequence key [name] type [keyword] is incompatible with key [pid] type [long]",
            "ip | verification query-incompatible-keys: Sequence key [ip] type [ip] is incompatible with key [pid] type [long]",
        ],
    );
    check(
        "sample [any where true] by pid [any where true] by message",
        &[
            "message | verification query-inexact-field: Cannot use field [message] as a key: No keyword/multi-field defined exact matches for [message]; define one or use MATCH/QUERY instead",
        ],
    );
}

#[test]
fn plans_have_their_steps() {
    let text = "sequence by ?gone with maxspan=1m [process where pid > 1] by name with runs=2 ![any where true] by path \
                until [file where true] by name";
    let plan = compiled(text, &Few).expect("it is sound");
    let PlanBody::Sequence(sequence) = &plan.body else {
        panic!("it is a sequence");
    };
    let steps: Vec<(usize, bool, usize)> = sequence
        .steps
        .iter()
        .map(|step| (step.term, step.missing, step.keys.len()))
        .collect();
    assert_eq!(steps, [(0, false, 2), (0, false, 2), (1, true, 2)]);
    assert!(
        sequence.steps[0]
            .condition
            .is_same(&sequence.steps[1].condition)
    );
    assert_eq!(sequence.maxspan, Some(60_000));
    assert_eq!(sequence.until.as_ref().map(|until| until.term), Some(2));
    let names: Vec<&str> = plan.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["event.category", "name", "path", "pid"]);
    // A plain key must have a value, except for `until`.
    let fields = |step: &gatewatch_query::Step| -> Vec<&str> {
        step.condition
            .fields()
            .iter()
            .map(|field| field.name())
            .collect()
    };
    assert_eq!(fields(&sequence.steps[2]), ["path"]);
    assert_eq!(
        sequence.until.as_ref().map(fields),
        Some(vec!["event.category"])
    );
}

#[test]
fn what_is_hardly_meant_is_warned_of() {
    let warnings = |text: &str, schema: &dyn Schema| -> Vec<String> {
        let plan = compiled(text, schema).expect("it is sound");
        plan.warnings.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        warnings("any where pid == \"abc\"", &Few),
        [
            "warning[query-never-a-number]: [pid] holds numbers, and [\"abc\"] is none: nothing matches, and Elasticsearch lets the search fail"
        ]
    );
    assert_eq!(
        warnings(
            "any where proces.name == \"a\" and proces.name != \"b\"",
            &EcsSchema
        ),
        [
            "warning[query-almost-ecs]: [proces.name] is no field of ECS, [process.name] is (write `process.name` if that is meant)"
        ]
    );
    assert!(warnings("any where okta.actor.id == \"a\"", &EcsSchema).is_empty());
}

#[test]
fn lists_have_limits() {
    let many = vec!["\"a\""; 70_000].join(",");
    check_code(&format!("any where name in ({many})"), "query-too-many");
    check_code(&format!("any where name : ({many})"), "query-too-many");
    let long = "a".repeat(2_000);
    check_code(
        &format!("any where name regex \"{long}.\""),
        "query-bad-pattern",
    );
}

#[track_caller]
fn check_code(text: &str, code: &str) {
    let problems = compiled(text, &Few).expect_err("it is too much");
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        [code]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the parser takes, the check answers.
    #[test]
    fn nothing_panics(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "name", "pid", "ip", "date", "flag", "?gone", "message", "null", "true", "1", "-", "2.5", "\"a*\"", "\"x\"",
                "9223372036854775807", "18446744073709551615", "==", "!=", "<", ">=", "and", "or", "not", "in", "in~", ":", "like",
                "regex~", "(", ")", ",", "+", "*", "/", "%", "length(", "concat(", "between(", "number(", "cidrMatch(", "substring(",
                "indexOf~(", "string(", "nope(",
            ]),
            1..14,
        ),
    ) {
        let text = format!("process where {}", words.join(" "));
        if let Ok(query) = parse_query(&text).into_result() {
            for schema in [&Few as &dyn Schema, &EcsSchema] {
                match compile(&query, &text, schema, &Options::default()) {
                    Ok(_) => {}
                    Err(problems) => prop_assert!(!problems.is_empty()),
                }
            }
        }
    }
}

/// Each field of a predicate that computes is a level of recursion: so many are refused.
#[test]
fn a_predicate_takes_so_many_fields() {
    let fields = vec!["name"; 101].join(", ");
    check_code(
        &format!("any where concat({fields}) == \"a\""),
        "query-too-many",
    );
    let fields = vec!["name"; 100].join(", ");
    let plan =
        compiled(&format!("any where concat({fields}) == \"a\""), &Few).expect("it is allowed");
    let PlanBody::Event(condition) = plan.body else {
        panic!("it is an event query");
    };
    let event = gatewatch_event::JsonEvent::new(serde_json::json!({"name": ["a", "b"]}));
    assert!(
        condition.matches(&event).is_err(),
        "there are 2^100 combinations"
    );
}
