//! The file in which what rules have seen is kept from one scan to the next.
//!
//! NDJSON: a first line that names the form, then one line for each combination of values: the id of the rule, the values,
//! and when they were seen last.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use gatewatch_detect::KnownTerms;
use gatewatch_event::{Timestamp, parse_iso};
use gatewatch_query::KeyValue;
use serde_json::{Value as Json, json};

/// What the first line says.
const FORM: &str = "gatewatch known terms";
const VERSION: u64 = 1;

/// What is known; nothing when the file is not there yet.
pub fn read(path: &Path) -> anyhow::Result<KnownTerms> {
    let mut known = KnownTerms::default();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(known),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot read the state in {}", path.display()));
        }
    };
    for (number, line) in (1u64..).zip(BufReader::new(file).lines()) {
        let line = line.with_context(|| format!("cannot read the state in {}", path.display()))?;
        let json: Json = serde_json::from_str(&line).unwrap_or_default();
        if number == 1 {
            if json["form"] != FORM || json["version"] != VERSION {
                bail!(
                    "{} is no state file of this version of gatewatch; nothing was changed",
                    path.display()
                );
            }
            continue;
        }
        let Some((rule, terms, seen)) = entry(&json) else {
            bail!(
                "line {number} of {} is damaged; nothing was changed",
                path.display()
            );
        };
        known.insert(rule, &terms, seen);
    }
    Ok(known)
}

fn entry(json: &Json) -> Option<(&str, Vec<KeyValue>, Timestamp)> {
    let terms = json.get("terms")?.as_array()?;
    Some((
        json.get("rule_id")?.as_str()?,
        terms.iter().map(value).collect::<Option<_>>()?,
        parse_iso(json.get("last_seen")?.as_str()?)?,
    ))
}

/// Addresses and dates are text in JSON and so are named as what they are.
fn value(json: &Json) -> Option<KeyValue> {
    Some(match json {
        Json::Null => KeyValue::Null,
        Json::Bool(flag) => KeyValue::Boolean(*flag),
        Json::String(text) => KeyValue::Text(text.as_str().into()),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => KeyValue::Long(number),
            (None, Some(number)) => KeyValue::Unsigned(number),
            (None, None) => KeyValue::Double(number.as_f64()?),
        },
        Json::Object(object) => {
            match (object.get("ip"), object.get("date"), object.get("double")) {
                (Some(ip), _, _) => KeyValue::Ip(ip.as_str()?.parse().ok()?),
                (_, Some(date), _) => KeyValue::Date(parse_iso(date.as_str()?)?),
                (_, _, Some(bits)) => KeyValue::Double(f64::from_bits(bits.as_u64()?)),
                _ => return None,
            }
        }
        Json::Array(_) => return None,
    })
}

fn written(value: &KeyValue) -> Json {
    match value {
        KeyValue::Ip(_) => json!({"ip": value.to_json()}),
        KeyValue::Date(_) => json!({"date": value.to_json()}),
        KeyValue::Double(number) => json!({"double": number.to_bits()}),
        other => other.to_json(),
    }
}

/// Writes what is known: first beside the file, then in its place, so that a broken-off run leaves the old one.
pub fn write(path: &Path, known: &KnownTerms) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    let attempt = || -> anyhow::Result<()> {
        let mut out = BufWriter::new(File::create(beside)?);
        writeln!(out, "{}", json!({"form": FORM, "version": VERSION}))?;
        for (rule, terms, seen) in known.iter() {
            let terms: Vec<Json> = terms.iter().map(written).collect();
            let line = json!({"rule_id": rule, "terms": terms, "last_seen": seen.to_string()});
            writeln!(out, "{line}")?;
        }
        out.into_inner()
            .map_err(std::io::IntoInnerError::into_error)?
            .sync_all()?;
        fs::rename(beside, path)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write the state to {}", path.display()))
}

#[cfg(test)]
mod tests {
    use gatewatch_detect::KnownTerms;
    use gatewatch_event::Timestamp;
    use gatewatch_query::KeyValue;

    use super::{read, write};

    #[test]
    fn what_is_written_comes_back() {
        let path = std::env::temp_dir().join(format!("gatewatch-{}-state", std::process::id()));
        assert!(read(&path).expect("absent is empty").is_empty());
        let mut known = KnownTerms::default();
        let terms = [
            KeyValue::Null,
            KeyValue::Boolean(true),
            KeyValue::Long(-1),
            KeyValue::Unsigned(u64::MAX),
            KeyValue::Double(1.0),
            KeyValue::Ip("192.0.2.1".parse().expect("an address")),
            KeyValue::Date(Timestamp::from_nanos(1_000_000_001)),
            KeyValue::Text("größe".into()),
        ];
        known.insert(
            "a",
            &terms,
            Timestamp::from_nanos(1_700_000_000_123_456_789),
        );
        known.insert("b", &terms[..1], Timestamp::from_nanos(0));
        write(&path, &known).expect("writable");
        let again = read(&path).expect("valid");
        assert!(again.iter().eq(known.iter()));
        std::fs::write(&path, "{}\n").expect("writable");
        read(&path).expect_err("no state");
        std::fs::remove_file(&path).expect("removable");
    }
}
