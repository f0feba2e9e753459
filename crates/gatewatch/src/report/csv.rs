//! Alerts as comma-separated values (RFC 4180).

use std::io::Write;

use gatewatch_detect::Alert;
use gatewatch_rules::Rule;

use super::{Reporter, Row, account::Context};

const HEADER: &str = "time,severity,rule,host,user,source,outcome,events,file,record,techniques,id";

/// One line an alert.
pub struct Csv {
    out: Box<dyn Write>,
    begun: bool,
}

impl Csv {
    /// Writes to `out`.
    pub fn new(out: Box<dyn Write>) -> Self {
        Self { out, begun: false }
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        if !self.begun {
            self.begun = true;
            write!(self.out, "{HEADER}\r\n")?;
        }
        Ok(())
    }
}

/// A cell: quoted when it must be. A leading `=`, `+`, `-` or `@` would be run as a formula by a spreadsheet, and log
/// content is hostile, so a quote mark is put before it.
fn cell(text: &str) -> String {
    let mut text = text.to_owned();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != "-" {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

impl Reporter for Csv {
    type Entry = String;
    type Form = ();

    fn entry((): &(), rule: &Rule, alert: &Alert) -> anyhow::Result<String> {
        let row = Row::of(rule, alert);
        let events = row.events.to_string();
        let cells = [
            &row.time,
            &row.severity,
            &row.rule,
            &row.host,
            &row.user,
            &row.source,
            &row.outcome,
            &events,
            &row.file,
            &row.record,
            &row.techniques,
            &row.id,
        ];
        let line: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        Ok(format!("{}\r\n", line.join(",")))
    }

    fn take(&mut self, _: usize, line: Option<String>) -> anyhow::Result<()> {
        self.begin()?;
        self.out.write_all(line.unwrap_or_default().as_bytes())?;
        Ok(())
    }

    fn finish(&mut self, _: &Context<'_>) -> anyhow::Result<()> {
        self.begin()?;
        self.out.flush()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_cannot_be_formulas() {
        for (text, expect) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1,B1)", "\"'@SUM(A1,B1)\""),
            ("-", "-"),
        ] {
            assert_eq!(cell(text), expect);
        }
    }
}
