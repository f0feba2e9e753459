//! Splits command lines as Elastic's pipelines do.

/// A command line in the arguments that a Windows program receives: blanks part arguments outside quotes, `\"` is a
/// quote, `""` inside quotes is a quote that also ends them (the rule of Microsoft's runtime before 2008).
pub(crate) fn split_as_runtime(command: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut argument: Option<String> = None;
    let mut quoted = false;
    let mut backslashes = 0;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' if !quoted => {
                if let Some(mut text) = argument.take() {
                    text.extend(std::iter::repeat_n('\\', backslashes));
                    arguments.push(text);
                }
                backslashes = 0;
            }
            '\\' => {
                argument.get_or_insert_default();
                backslashes += 1;
            }
            '"' => {
                let text = argument.get_or_insert_default();
                text.extend(std::iter::repeat_n('\\', backslashes / 2));
                if backslashes % 2 == 1 {
                    text.push('"');
                } else {
                    if quoted && characters.peek() == Some(&'"') {
                        text.push('"');
                        characters.next();
                    }
                    quoted = !quoted;
                }
                backslashes = 0;
            }
            other => {
                let text = argument.get_or_insert_default();
                text.extend(std::iter::repeat_n('\\', backslashes));
                backslashes = 0;
                text.push(other);
            }
        }
    }
    if let Some(mut text) = argument {
        text.extend(std::iter::repeat_n('\\', backslashes));
        arguments.push(text);
    }
    arguments
}

/// A command line cut at every blank outside quotes, the quotes kept; two blanks leave an empty argument between them.
/// This is what Elastic's pipeline makes of a 4688, and differs from [`split_as_runtime`] on purpose.
pub(super) fn split_at_blanks(command: &str) -> Vec<&str> {
    let mut quoted = false;
    if command.is_empty() {
        return Vec::new();
    }
    command
        .split(|character: char| {
            if character == '"' {
                quoted = !quoted;
            }
            character.is_whitespace() && !quoted
        })
        .collect()
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(split_at_blanks(command), expect, "{command}");
        }
    }
}
