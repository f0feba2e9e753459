//! Rule files with their queries in one style.

use std::ops::Range;

use gatewatch_diagnostic::{Diagnostic, Stage};
use gatewatch_syntax::{eql, kql};
use serde_json::Value as Json;
use toml::de::DeValue;

use crate::read::parse_toml;
use crate::toml_text::escaped;
use crate::{RuleSource, SourceRule};

/// Prints the EQL and KQL of a rule file in one style, comments kept. Only what stands between the quotes of `query` and
/// `threat_query` changes, or the quotes themselves where a query of one line becomes several; every other byte stays. `None` when
/// nothing is to be changed: also for rules in other languages.
///
/// ```
/// use gatewatch_rules::format_rule;
///
/// let text = "[rule]\ntype = \"eql\" # kept\nquery = 'any where(a==1)'\n";
/// let formatted = format_rule("a.toml", text).expect("the query is sound");
/// assert_eq!(
///     formatted.as_deref(),
///     Some("[rule]\ntype = \"eql\" # kept\nquery = 'any where a == 1'\n")
/// );
/// ```
///
/// # Errors
///
/// A file that is no rule, and problems of its queries with their places in the file.
pub fn format_rule(path: &str, text: &str) -> Result<Option<String>, Vec<Diagnostic>> {
    let source = RuleSource::read(path, text);
    if !source.problems.is_empty() {
        return Err(source.problems);
    }
    let [rule] = source.rules.as_slice() else {
        return Ok(None);
    };
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut problems = Vec::new();
    for key in ["query", "threat_query"] {
        match query(rule, key) {
            Ok(Some(edit)) => edits.push(edit),
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut out = text.to_owned();
    for (range, written) in edits {
        out.replace_range(range, &written);
    }
    if out == text {
        return Ok(None);
    }
    verified(&out, rule)?;
    Ok(Some(out))
}

/// The language of a query of a rule, by the rule's keys.
fn language<'r>(rule: &'r SourceRule, key: &str) -> Option<&'r str> {
    let named = match key {
        "query" => rule.string("language"),
        _ => rule.string("threat_language"),
    };
    match rule.string("type")? {
        "eql" => Some("eql"),
        "query" | "saved_query" | "threshold" | "new_terms" | "threat_match" => {
            Some(named.unwrap_or("kuery"))
        }
        _ => None,
    }
}

/// The text of a query in the style of its language; `None` for another language.
fn printed(language: &str, text: &str) -> Result<Option<String>, Vec<Diagnostic>> {
    match language {
        "eql" => {
            let tree = eql::parse_query(text).into_result()?;
            Ok(Some(eql::print_with_comments(&tree, text)))
        }
        "kuery" => {
            let tree = kql::parse_query(text).into_result()?;
            Ok(Some(kql::print(&tree)))
        }
        _ => Ok(None),
    }
}

/// The string that is to stand where a query stands.
fn query(rule: &SourceRule, key: &str) -> Result<Option<(Range<usize>, String)>, Vec<Diagnostic>> {
    let (Some(value), Some(language), Some(range)) =
        (rule.string(key), language(rule, key), rule.range(key))
    else {
        return Ok(None);
    };
    let in_file = |found: Vec<Diagnostic>| {
        found
            .into_iter()
            .map(|problem| rule.in_file(key, problem))
            .collect::<Vec<_>>()
    };
    let Some(formatted) = printed(language, value).map_err(in_file)? else {
        return Ok(None);
    };
    if formatted.is_empty() {
        return Ok(None);
    }
    let quoted = rule.text.get(range.clone()).unwrap_or_default();
    Ok(Some((range, quote(&formatted, quoted))))
}

/// Quotes a query as the string that it replaces was quoted, as far as that can be.
fn quote(text: &str, before: &str) -> String {
    let triple = before.starts_with("'''") || before.starts_with("\"\"\"");
    let literal = !text
        .chars()
        .any(|character| character.is_control() && character != '\n' && character != '\t');
    if triple || text.contains('\n') {
        let body = if !literal || text.contains("'''") || before.starts_with("\"\"\"") {
            format!("\"\"\"\n{}\n\"\"\"", escaped(text, true))
        } else {
            format!("'''\n{text}\n'''")
        };
        return if before.contains("\r\n") {
            body.replace('\n', "\r\n")
        } else {
            body
        };
    }
    if literal && before.starts_with('\'') && !text.contains('\'') {
        format!("'{text}'")
    } else {
        format!("\"{}\"", escaped(text, false))
    }
}

/// Makes sure that the new file says what the old one said.
fn verified(out: &str, rule: &SourceRule) -> Result<(), Vec<Diagnostic>> {
    let wrong = || {
        vec![Diagnostic::error(
            Stage::Planning,
            "format-changed-meaning",
            "the formatted query would not mean the same: the file is left as it is",
        )]
    };
    let file = parse_toml(out).map_err(|_| wrong())?;
    let Some(DeValue::Table(table)) = file.get_ref().get("rule").map(toml::Spanned::get_ref) else {
        return Err(wrong());
    };
    for (key, before) in &rule.object {
        let now = table
            .get(key.as_str())
            .map(|value| crate::read::to_json(value.get_ref()));
        let same = match (before, &now) {
            (Json::String(before), Some(Json::String(now))) if key.ends_with("query") => {
                same_tree(language(rule, key), before, now)
            }
            (before, now) => now.as_ref() == Some(before),
        };
        if !same {
            return Err(wrong());
        }
    }
    Ok(())
}

fn same_tree(language: Option<&str>, before: &str, now: &str) -> bool {
    match language {
        Some("eql") => {
            let tree = |text: &str| {
                let mut tree = eql::parse_query(text).into_result().ok()?;
                tree.clear_spans();
                Some(tree)
            };
            tree(before) == tree(now)
        }
        Some("kuery") => {
            let print = |text: &str| kql::parse_query(text).tree.map(|tree| kql::print(&tree));
            print(before) == print(now)
        }
        _ => before == now,
    }
}

#[cfg(test)]
mod tests {
    use super::format_rule;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let formatted = format_rule("a.toml", text).expect("sound");
        assert_eq!(formatted.as_deref().unwrap_or(text), expect);
        assert_eq!(format_rule("a.toml", expect).expect("sound"), None);
    }

    #[test]
    fn only_the_query_changes() {
        check(
            "# head\n[rule]\ntype='eql'   # odd spacing\nquery = '''\nprocess   where a==1 // why\n and b==2\n'''\nname = \"x\"\n",
            "# head\n[rule]\ntype='eql'   # odd spacing\nquery = '''\nprocess where a == 1 and // why\n  b == 2\n'''\nname = \"x\"\n",
        );
        check(
            "[rule]\ntype = \"query\"\nquery = \"a:1   AND b:\\\"x\\\"\"\n",
            "[rule]\ntype = \"query\"\nquery = \"a: 1 and b: \\\"x\\\"\"\n",
        );
        check(
            "[rule]\ntype = \"threat_match\"\nthreat_query = '*:*'\nquery = \"\"\"a:1 AND\nb:\"x\\\\y\"\"\"\"\n",
            "[rule]\ntype = \"threat_match\"\nthreat_query = '*: *'\nquery = \"\"\"\na: 1 and b: \\\"x\\\\\\\\y\\\"\n\"\"\"\n",
        );
    }

    #[test]
    fn other_languages_stay() {
        check(
            "[rule]\ntype = \"esql\"\nquery = 'from  x'\n",
            "[rule]\ntype = \"esql\"\nquery = 'from  x'\n",
        );
        check(
            "[rule]\ntype = \"query\"\nlanguage = \"lucene\"\nquery = 'a:1   AND b:2'\n",
            "[rule]\ntype = \"query\"\nlanguage = \"lucene\"\nquery = 'a:1   AND b:2'\n",
        );
    }

    #[test]
    fn problems_are_in_the_file() {
        let text = "[rule]\ntype = \"eql\"\nquery = \"any\\twhere a = 1\"\n";
        let problems = format_rule("a.toml", text).expect_err("not sound");
        assert_eq!(problems[0].span.expect("a place").text(text), "=");
    }
}
