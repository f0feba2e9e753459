//! Results of test cases: text, JSON, JUnit.

use std::io::Write;

use serde_json::json;

use super::{CaseResult, Tested};
use crate::flags::{RulesTestFlags, TestFormat};
use crate::output;
use crate::report::text::{count, printable};

/// Writes the results as asked.
pub(super) fn write(tested: &Tested, flags: &RulesTestFlags) -> anyhow::Result<()> {
    let mut out = output::results(flags.output.as_deref())?;
    match flags.format {
        TestFormat::Text => text(tested, &mut out)?,
        TestFormat::Json => json_lines(tested, &mut out)?,
        TestFormat::Junit => junit(tested, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

fn text(tested: &Tested, out: &mut dyn Write) -> std::io::Result<()> {
    for (_, shown) in &tested.unreadable {
        writeln!(out, "{shown}")?;
    }
    for case in &tested.cases {
        let Some(failure) = &case.failure else {
            continue;
        };
        writeln!(
            out,
            "FAILED {}\n  {}: {}",
            case.name, case.path, failure.message
        )?;
        for line in failure.details.lines() {
            writeln!(out, "    {}", printable(line))?;
        }
        writeln!(out)?;
    }
    for (path, reason) in &tested.not_run {
        writeln!(out, "not run: {path}: {reason}")?;
    }
    if tested.cases.is_empty() && tested.unreadable.is_empty() {
        writeln!(
            out,
            "There are no cases: they stand in NAME.test.toml beside NAME.toml."
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{} passed, {} failed.",
        count(tested.passed(), "case", "cases"),
        tested.failed()
    )
}

fn json_lines(tested: &Tested, out: &mut dyn Write) -> std::io::Result<()> {
    for (path, shown) in &tested.unreadable {
        writeln!(
            out,
            "{}",
            json!({"path": path, "outcome": "error", "message": shown})
        )?;
    }
    for (path, reason) in &tested.not_run {
        writeln!(
            out,
            "{}",
            json!({"path": path, "outcome": "not run", "message": reason})
        )?;
    }
    for case in &tested.cases {
        let mut line = json!({
            "path": case.path,
            "rule": case.rule,
            "case": case.name,
            "outcome": if case.failure.is_some() { "failed" } else { "passed" },
            "expected": case.alerts.0,
            "raised": case.alerts.1,
        });
        if let Some(failure) = &case.failure {
            line["message"] = json!(failure.message);
            line["details"] = json!(failure.details);
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// One suite a rule, as `<testsuites>` of JUnit.
fn junit(tested: &Tested, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"gatewatch rules\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        tested.cases.len() + tested.unreadable.len() + tested.not_run.len(),
        tested
            .cases
            .iter()
            .filter(|case| case.failure.is_some())
            .count(),
        tested.unreadable.len(),
        tested.not_run.len()
    )?;
    let mut at = 0;
    while let Some(first) = tested.cases.get(at) {
        let length = tested.cases[at..]
            .iter()
            .take_while(|case| case.path == first.path)
            .count();
        let suite = &tested.cases[at..at + length];
        at += length;
        suite_of(suite, out)?;
    }
    for (path, shown) in &tested.unreadable {
        single(path, "error", shown, out)?;
    }
    for (path, reason) in &tested.not_run {
        single(path, "skipped", reason, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite_of(cases: &[CaseResult], out: &mut dyn Write) -> std::io::Result<()> {
    let Some(first) = cases.first() else {
        return Ok(());
    };
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    writeln!(
        out,
        "  <testsuite name=\"{}\" file=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
        xml(&first.rule),
        xml(&first.path),
        cases.len()
    )?;
    for case in cases {
        write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\"",
            xml(&case.path),
            xml(&case.name)
        )?;
        match &case.failure {
            None => writeln!(out, "/>")?,
            Some(failure) => {
                writeln!(out, ">")?;
                writeln!(
                    out,
                    "      <failure message=\"{}\">{}</failure>",
                    xml(&failure.message),
                    xml(&failure.details)
                )?;
                writeln!(out, "    </testcase>")?;
            }
        }
    }
    writeln!(out, "  </testsuite>")
}

fn single(path: &str, kind: &str, message: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let path = xml(path);
    let (errors, skipped) = if kind == "error" { (1, 0) } else { (0, 1) };
    writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"{errors}\" skipped=\"{skipped}\">\n    <testcase classname=\"{path}\" name=\"{path}\">\n      <{kind} message=\"{}\"/>\n    </testcase>\n  </testsuite>",
        xml(message)
    )
}

/// Text for XML 1.0; what it has no form for becomes U+FFFD.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn xml_is_safe() {
        assert_eq!(
            xml("a<b & \"c\"\u{0}\n"),
            "a&lt;b &amp; &quot;c&quot;\u{fffd}&#10;"
        );
    }
}
