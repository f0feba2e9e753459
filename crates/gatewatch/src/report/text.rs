//! Text for a terminal.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Makes log content safe to print: control characters (which could move the cursor, or recolour or retitle the
/// terminal) and text-direction marks become visible escapes.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                out.extend(c.escape_unicode());
            }
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// Cuts a text to a number of columns, with an ellipsis in place of what is cut.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + c.width().unwrap_or(0) + 1 > columns {
            break;
        }
        used += c.width().unwrap_or(0);
        out.push(c);
    }
    out.push('…');
    out
}

/// Lays rows out in columns, two spaces apart; no cell is cut but to `widest`.
pub fn columns(header: &[&str], rows: &[Vec<String>], widest: usize) -> Vec<String> {
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|text| cut(&printable(text), widest))
                .collect()
        })
        .collect();
    let mut widths: Vec<usize> = header.iter().map(|text| width(text)).collect();
    for row in &shown {
        for (column, text) in row.iter().enumerate() {
            widths[column] = widths[column].max(width(text));
        }
    }
    let header: Vec<String> = header.iter().map(|text| (*text).to_owned()).collect();
    std::iter::once(&header)
        .chain(&shown)
        .map(|row| {
            let mut line = String::new();
            for (column, text) in row.iter().enumerate() {
                line.push_str(text);
                if column + 1 < row.len() {
                    let gap = widths[column] - width(text) + 2;
                    line.extend(std::iter::repeat_n(' ', gap));
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// `1 file`, `2 files`, `1,234 files`
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

/// `1,234,567`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `512 bytes`, `1.4 MB`
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return count(number, "byte", "bytes");
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "one digit after the point is shown"
    )]
    let mut size = number as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::{bytes, columns, count, cut, printable, thousands, width};

    #[test]
    fn log_content_cannot_drive_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{202e}c\n"),
            "a\\u{1b}[31mb\\u{202e}c\\n"
        );
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(12), "12");
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_430_000), "1.4 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
    }

    #[test]
    fn columns_line_up_with_wide_characters() {
        let rows = vec![
            vec!["ユーザ".to_owned(), "x".to_owned()],
            vec!["bob".to_owned(), "y".to_owned()],
        ];
        let lines = columns(&["user", "z"], &rows, 30);
        assert_eq!(lines, ["user    z", "ユーザ  x", "bob     y"]);
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(width("é"), 1);
    }
}
