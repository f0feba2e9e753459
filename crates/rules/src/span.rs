//! Spans of time as rules write them.

/// The nanoseconds of `5m`, `1h`, `30s`, `7d`, `2w`; months and years have no fixed length and are taken as 30 and 365
/// days. `None` for anything else.
pub fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let count: i64 = text[..unit_at].parse().ok()?;
    const SECOND: i64 = 1_000_000_000;
    let unit = match &text[unit_at..] {
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" | "H" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 7 * 86_400 * SECOND,
        "M" => 30 * 86_400 * SECOND,
        "y" => 365 * 86_400 * SECOND,
        _ => return None,
    };
    count.checked_mul(unit)
}

/// How long before now `now-9m`, `now-1d-1h` or `now` is, in nanoseconds. Rounding (`/d`) is left out. `None` for anything
/// else, such as a date.
pub fn before_now(text: &str) -> Option<i64> {
    let rest = text.trim().strip_prefix("now")?;
    let rest = rest.split('/').next().unwrap_or_default();
    let mut total = 0i64;
    for (number, part) in rest.split('-').enumerate() {
        if number == 0 {
            if !part.is_empty() {
                return None;
            }
            continue;
        }
        total = total.checked_add(duration(part)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::{before_now, duration};

    const MINUTE: i64 = 60_000_000_000;

    #[test]
    fn spans_are_read() {
        for (text, expect) in [
            ("5m", Some(5 * MINUTE)),
            ("2h", Some(120 * MINUTE)),
            ("1d", Some(1440 * MINUTE)),
            ("m", None),
            ("5", None),
            ("-5m", None),
            ("9999999999999999999d", None),
            ("999999999999999d", None),
        ] {
            assert_eq!(duration(text), expect, "{text}");
        }
        for (text, expect) in [
            ("now-9m", Some(9 * MINUTE)),
            ("now", Some(0)),
            ("now-1h-30m", Some(90 * MINUTE)),
            ("now-1d/d", Some(1440 * MINUTE)),
            ("now+1d", None),
            ("2026-01-01", None),
        ] {
            assert_eq!(before_now(text), expect, "{text}");
        }
    }
}
