//! What may stand before a message beside the header: structured data, and the mark of a format that looks like a program's name.

/// Splits `-` or `[id name="value"]...` off; a backslash keeps the next character from ending a value.
pub(super) fn split_structured_data(text: &str) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = text.strip_prefix('-') {
        return (rest.is_empty() || rest.starts_with(' ')).then_some((None, rest));
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while bytes.get(at) == Some(&b'[') {
        let mut quoted = false;
        loop {
            at += 1;
            match bytes.get(at)? {
                b'\\' if quoted => at += 1,
                b'"' => quoted = !quoted,
                b']' if !quoted => break,
                _ => {}
            }
        }
        at += 1;
    }
    (at > 0).then(|| Some((Some(text.get(..at)?), text.get(at..)?)))?
}

/// Does `CEF:0|...` or `LEEF:1.0|...` begin here? Its first word looks like a program's name, and is part of the message. `behind` begins
/// behind the colon.
pub(super) fn is_format_mark(name: &[u8], behind: &[u8]) -> bool {
    let version = match behind {
        [b' ', rest @ ..] => rest,
        rest => rest,
    };
    matches!(name, b"CEF" | b"LEEF")
        && version.first().is_some_and(u8::is_ascii_digit)
        && matches!(version.get(1), Some(b'|' | b'.'))
}

#[cfg(test)]
mod tests {
    use crate::format::syslog::Header;

    #[test]
    fn marks_of_formats_are_no_programs() {
        for (line, program, message) in [
            (
                "Jan  2 03:04:05 gate CEF:0|Example|Gate|",
                None,
                "CEF:0|Example|Gate|",
            ),
            (
                "Jan  2 03:04:05 gate CEF: 0|Example|Gate|",
                None,
                "CEF: 0|Example|Gate|",
            ),
            (
                "<14>2026-01-02T03:04:05Z gate LEEF:1.0|Example|",
                None,
                "LEEF:1.0|Example|",
            ),
            ("Jan  2 03:04:05 gate CEF: started", Some("CEF"), "started"),
            ("Jan  2 03:04:05 gate CEF[7]: 0|x", Some("CEF"), "0|x"),
        ] {
            let header = Header::parse(line).expect(line);
            assert_eq!(
                (header.host, header.program, header.message),
                (Some("gate"), program, message),
                "{line}"
            );
        }
    }
}
