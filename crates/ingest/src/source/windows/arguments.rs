//! Splits command lines as Elastic's pipelines do.

/// A command line in the arguments that a Windows program receives: blanks part arguments outside quotes, `\"` is a
/// quote, `""` inside quotes is a quote that also ends them (the rule of Microsoft's runtime before 2008).
pub(crate) fn split_as_runtime(command: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut argument: Option<String> = None;
    let mut quoted = false;
    let mut rest = command;
    loop {
        // What stands for itself goes on as a whole.
        let plain = rest
            .bytes()
            .position(|byte| matches!(byte, b' ' | b'\t' | b'\\' | b'"'));
        let (text, special) = rest.split_at(plain.unwrap_or(rest.len()));
        if !text.is_empty() {
            argument.get_or_insert_default().push_str(text);
        }
        let Some(first) = special.chars().next() else {
            break;
        };
        rest = &special[1..];
        match first {
            '\\' => {
                let after = special.trim_start_matches('\\');
                let backslashes = special.len() - after.len();
                let text = argument.get_or_insert_default();
                rest = after;
                if let Some(after) = after.strip_prefix('"') {
                    // Before a quote two are one, and one that is left over takes the quote's meaning away.
                    text.extend(std::iter::repeat_n('\\', backslashes / 2));
                    if backslashes % 2 == 1 {
                        text.push('"');
                        rest = after;
                    }
                } else {
                    text.push_str(&special[..backslashes]);
                }
            }
            '"' => {
                let text = argument.get_or_insert_default();
                if quoted && let Some(after) = rest.strip_prefix('"') {
                    text.push('"');
                    rest = after;
                }
                quoted = !quoted;
            }
            blank if quoted => argument.get_or_insert_default().push(blank),
            _ => arguments.extend(argument.take()),
        }
    }
    arguments.extend(argument);
    arguments
}

/// A command line cut at every blank outside quotes, the quotes kept; two blanks leave an empty argument between them.
/// This is what Elastic's pipeline makes of a 4688, and differs from [`split_as_runtime`] on purpose.
pub(super) fn split_at_blanks(command: &str) -> impl Iterator<Item = &str> {
    let mut rest = (!command.is_empty()).then_some(command);
    std::iter::from_fn(move || {
        let text = rest?;
        let cut = first_blank(text);
        rest = cut.clone().map(|blank| &text[blank.end..]);
        Some(cut.map_or(text, |blank| &text[..blank.start]))
    })
}

/// Where the first blank outside quotes stands.
fn first_blank(text: &str) -> Option<std::ops::Range<usize>> {
    let mut quoted = false;
    // Few bytes begin a character that matters.
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b' ' | 0x09..=0x0d if !quoted => return Some(at..at + 1),
            0xc0.. if !quoted => {
                let blank = text[at..].chars().next().filter(|c| c.is_whitespace());
                if let Some(blank) = blank {
                    return Some(at..at + blank.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{split_as_runtime, split_at_blanks};

    #[test]
    fn arguments_as_the_runtime_sees_them() {
        for (command, expect) in [
            ("", &[] as &[&str]),
            ("  a  b\tc ", &["a", "b", "c"]),
            (
                r#""C:\Program Files\x.exe" -k"#,
                &[r"C:\Program Files\x.exe", "-k"],
            ),
            (r#"a "" b"#, &["a", "", "b"]),
            (r#"a\\b c\"d "e\\" f\"#, &[r"a\\b", "c\"d", r"e\", r"f\"]),
            (r#"a "b""c d" e"#, &["a", "b\"c", "d e"]),
            (r#"\"a b\\"c d" \\\"#, &["\"a", r"b\c d", r"\\\"]),
            (r#"'x y'"#, &["'x", "y'"]),
        ] {
            assert_eq!(split_as_runtime(command), expect, "{command}");
        }
    }

    #[test]
    fn arguments_of_a_created_process_keep_their_quotes() {
        for (command, expect) in [
            ("", &[] as &[&str]),
            (r#""C:\a b.exe" cl x"#, &[r#""C:\a b.exe""#, "cl", "x"]),
            ("a  b ", &["a", "", "b", ""]),
            ("\"a b", &["\"a b"]),
            (
                "\u{e9}\u{a0}b\u{3000}\"\u{a0}\" \u{e9}",
                &["\u{e9}", "b", "\"\u{a0}\"", "\u{e9}"],
            ),
        ] {
            let found: Vec<&str> = split_at_blanks(command).collect();
            assert_eq!(found, expect, "{command}");
        }
    }

    /// The same character by character.
    fn as_runtime_plainly(command: &str) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut argument: Option<String> = None;
        let (mut quoted, mut backslashes) = (false, 0);
        let mut characters = command.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\\' {
                argument.get_or_insert_default();
                backslashes += 1;
                continue;
            }
            let of_quote = character == '"';
            if backslashes > 0 || of_quote {
                let kept = if of_quote {
                    backslashes / 2
                } else {
                    backslashes
                };
                let text = argument.get_or_insert_default();
                text.extend(std::iter::repeat_n('\\', kept));
            }
            let escaped = of_quote && backslashes % 2 == 1;
            backslashes = 0;
            match character {
                ' ' | '\t' if !quoted => arguments.extend(argument.take()),
                '"' if !escaped => {
                    if quoted && characters.next_if_eq(&'"').is_some() {
                        argument.get_or_insert_default().push('"');
                    }
                    quoted = !quoted;
                }
                other => argument.get_or_insert_default().push(other),
            }
        }
        if let Some(text) = &mut argument {
            text.extend(std::iter::repeat_n('\\', backslashes));
        }
        arguments.extend(argument);
        arguments
    }

    proptest! {
        #[test]
        fn arguments_are_those_of_a_plain_search(command in "[ab\\\\\" \t\u{a0}\u{e9}]{0,24}") {
            prop_assert_eq!(split_as_runtime(&command), as_runtime_plainly(&command));
            let mut quoted = false;
            let plainly: Vec<&str> = command
                .split(|c: char| {
                    quoted ^= c == '"';
                    c.is_whitespace() && !quoted
                })
                .collect();
            let found: Vec<&str> = split_at_blanks(&command).collect();
            if command.is_empty() {
                prop_assert!(found.is_empty());
            } else {
                prop_assert_eq!(found, plainly);
            }
        }
    }
}
