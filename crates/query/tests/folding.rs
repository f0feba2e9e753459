//! Constant expressions give what Elasticsearch computes.

mod support;

use gatewatch_query::fold;
use gatewatch_syntax::eql::parse_expression;
use serde_json::Value as Json;

fn outcome(text: &str) -> Result<(Json, &'static str), &'static str> {
    let expression = parse_expression(text).into_result().map_err(|_| "parse")?;
    let folded = fold(&expression, text).map_err(|problems| {
        problems
            .iter()
            .map(|problem| problem.stage.as_str())
            .min_by_key(|stage| *stage != "parse")
            .unwrap_or("none")
    })?;
    Ok((folded.value.to_json(), folded.value.data_type().name()))
}

/// Three quotes, a backslash, six quotes: the case comes from a test of the function that takes quotes off, which gets
/// a text that the lexer would never hand to it.
const NOT_EQL: &[&str] = &["folding/233"];

#[test]
fn every_folding_case_holds() {
    let mut cases = support::cases("folding.jsonl");
    cases.retain(|case| !NOT_EQL.iter().any(|id| case["id"] == *id));
    let mut failures = Vec::new();
    for case in &cases {
        let text = case["expression"].as_str().expect("an expression");
        let expect = &case["expect"];
        let found = outcome(text);
        let holds = match (&found, expect.get("value"), expect["error"].as_str()) {
            (Ok((value, type_name)), Some(wanted), _) => {
                value == wanted
                    && expect["type"]
                        .as_str()
                        .is_none_or(|wanted| wanted == *type_name)
            }
            (Err(stage), None, Some(wanted)) => *stage == wanted,
            _ => false,
        };
        if !holds {
            failures.push(format!(
                "{}: {text} gives {found:?}, not {expect}",
                case["id"]
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} of {}",
        failures.join("\n"),
        failures.len(),
        cases.len()
    );
}

#[track_caller]
fn check(text: &str, expect: Json) {
    assert_eq!(outcome(text).map(|(value, _)| value), Ok(expect), "{text}");
}

#[track_caller]
fn check_fails(text: &str, stage: &str) {
    assert_eq!(outcome(text), Err(stage), "{text}");
}

#[test]
fn arithmetic_is_that_of_java() {
    check("7 / 2", 3.into());
    check("-7 / 2", (-3).into());
    check("-7 % 4", (-3).into());
    check("7 / 2.0", 3.5.into());
    check("2147483647 + 1.0", 2_147_483_648.0.into());
    check("2147483648 + 1", 2_147_483_649_i64.into());
    check(
        "18446744073709551615 - 1",
        18_446_744_073_709_551_614_u64.into(),
    );
    check("add(1, 2) * subtract(5, 3) / divide(4, 2)", 3.into());
    check("modulo(11, 10) + multiply(6, 7)", 43.into());
    check("1 + null", Json::Null);
    check("concat(5e14, \"|\", 1.0)", "5.0E14|1.0".into());
    check_fails("2147483647 + 1", "runtime");
    check_fails("9223372036854775807 * 2", "runtime");
    check_fails("1 / 0", "runtime");
    check_fails("1 % 0", "runtime");
    check_fails("1 / (1 - 1)", "runtime");
    check_fails("1 + \"a\"", "verification");
    check_fails("-\"a\"", "verification");
}

#[test]
fn logic_has_three_values() {
    check("null and false", false.into());
    check("not (null or false)", Json::Null);
    check("null == null", true.into());
    check("concat(\"a\", null) == null", true.into());
    check("null != 1", true.into());
    check("(1 < null) == null", true.into());
    check("not null == 1", true.into());
    check("null : \"a*\"", Json::Null);
    check("null like \"abc\"", false.into());
    check("not (null like \"abc\")", true.into());
    check("null like \"a*\"", Json::Null);
    check("null : \"*\"", false.into());
    check("null in (1, 2)", Json::Null);
    check("1 in (2, null)", Json::Null);
    check("1 in (1, null)", true.into());
    check("?nope < 1", Json::Null);
    check("not ?nope < 1", Json::Null);
    check("?nope != 1", true.into());
    check("\"5\" == 5", false.into());
    check("\"5\" < 6", Json::Null);
    check("true == (1 == 1)", true.into());
    check_fails("1 and true", "verification");
}

#[test]
fn names_make_no_constant() {
    check_fails("process.pid == 4", "verification");
    check_fails("nope(1)", "verification");
    check_fails("length~(\"a\")", "parse");
    check_fails("length(\"a\", \"b\")", "parse");
    check_fails("cidrMatch(\"192.0.2.1\", \"x\")", "runtime");
    check_fails("cidrMatch(\"x\", \"192.0.2.0/24\")", "runtime");
    check("cidrMatch(\"192.0.2.1\", \"192.0.2.0/24\")", true.into());
}
