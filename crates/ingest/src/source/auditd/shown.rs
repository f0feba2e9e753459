//! The texts of a record, so that one look at them shows what is not in it.

use memchr::memchr_iter;

use super::decode;
use super::head::Head;
use super::message::{Message, is_key};

/// Fields whose values are pieces of the text of a record, or of what stands there in digits.
pub(super) const SHOWN: &[&str] = &[
    "file.directory",
    "file.extension",
    "file.name",
    "file.path",
    "process.args",
    "process.command_line",
    "process.executable",
    "process.name",
    "process.working_directory",
];

/// The type of records with the arguments of a command, and its number.
const COMMAND: [&[u8]; 2] = [b"EXECVE", b"1309"];

/// Does `holds` say so of the text, or of one that stands in it in digits or in pieces? In doubt it does.
pub(super) fn shows(raw: &str, holds: &mut dyn FnMut(&str) -> bool) -> bool {
    holds(raw) || raw.split('\n').any(|line| code_shows(line, holds))
}

/// The same of what stands in a line in digits or in pieces.
fn code_shows(line: &str, holds: &mut dyn FnMut(&str) -> bool) -> bool {
    let bytes = line.as_bytes();
    let mut is_command = None;
    let mut is_of_command = || {
        let has = |kind: &[u8]| memchr::memmem::find(bytes, kind).is_some();
        *is_command.get_or_insert_with(|| COMMAND.iter().any(|kind| has(kind)))
    };
    let mut are_in_pieces = false;
    let is_shown = memchr_iter(b'=', bytes).any(|at| {
        let (before, after) = (&bytes[..at], &line[at + 1..]);
        let is_digits = matches!(after.as_bytes().first(), Some(b'0'..=b'9' | b'A'..=b'F'));
        match before.last() {
            Some(b']') => {
                are_in_pieces |= is_of_command();
                false
            }
            Some(b'0'..=b'9') if is_digits && is_argument(before) => {
                is_of_command() && holds(&decode::text(value(after)))
            }
            _ if is_digits && is_coded(before) => holds(&decode::text(value(after))),
            _ => false,
        }
    });
    is_shown || are_in_pieces && arguments_show(line, holds)
}

/// A value without quotes, up to what ends it.
fn value(text: &str) -> &str {
    let is_end = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let end = text.bytes().position(is_end);
    &text[..end.unwrap_or(text.len())]
}

/// Does a text end with a key of something that these fields are made of, where it may stand in digits? Arguments of commands aside.
fn is_coded(text: &[u8]) -> bool {
    let ([front @ .., b'c', b'm', b'd']
    | [front @ .., b'c', b'o', b'm', b'm']
    | [front @ .., b'c', b'w', b'd']
    | [front @ .., b'e', b'x', b'e']
    | [front @ .., b'n', b'a', b'm', b'e']) = text
    else {
        return false;
    };
    !front.last().is_some_and(|byte| is_key(*byte))
}

/// Does a text end with `a` and digits?
fn is_argument(text: &[u8]) -> bool {
    let name = text.iter().rposition(|byte| !byte.is_ascii_digit());
    name.is_some_and(|at| text[at] == b'a')
}

/// The same of the arguments of a command, whose pieces are put together.
fn arguments_show(line: &str, holds: &mut dyn FnMut(&str) -> bool) -> bool {
    match Head::of(line.trim_start_matches('\0')) {
        Some(head) => Message::read(&head)
            .arguments
            .iter()
            .any(|argument| holds(argument)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::laurel;
    use super::shows;
    use crate::format::json::{Index, LazyJson};

    #[test]
    fn what_stands_in_digits_is_shown() {
        for (text, expect) in [
            (
                "type=SYSCALL msg=audit(1.2:3): a0=746F72 uid=0 comm=\"ls\" key=746F72",
                false,
            ),
            ("type=SYSCALL msg=audit(1.2:3): comm=\"tor\"", true),
            ("type=SYSCALL msg=audit(1.2:3): comm=782F746F72", true),
            ("type=SYSCALL msg=audit(1.2:3): exe=746F72", true),
            ("type=CWD msg=audit(1.2:3): cwd=746F7220 x=1", true),
            ("type=PATH msg=audit(1.2:3): item=0 name=746F72\"", true),
            ("type=PATH msg=audit(1.2:3): item=0 hostname=746F72", false),
            ("type=USER_CMD msg=audit(1.2:3): msg='cmd=746F72'", true),
            (
                "type=EXECVE msg=audit(1.2:3): argc=2 a0=\"ls\" a1=\"746F72\"",
                false,
            ),
            (
                "type=EXECVE msg=audit(1.2:3): argc=2 a0=\"ls\" a1=746F72",
                true,
            ),
            ("type=1309 msg=audit(1.2:3): argc=1 a10=746F72", true),
            (
                "type=EXECVE msg=audit(1.2:3): argc=1 a0[0]=\"t\" a0[1]=\"or\"",
                true,
            ),
            (
                "type=EXECVE msg=audit(1.2:3): argc=1 a0[0]=746F a0[1]=72",
                true,
            ),
            (
                "type=EXECVE msg=audit(1.2:3): argc=1 a0[0]=746F a0[1]=71",
                false,
            ),
            (
                "type=EXECVE msg=audit(1.2:3): a0=\"x\"\ntype=SYSCALL msg=audit(1.2:3): a0=746F72",
                false,
            ),
            (
                "type=SYSCALL msg=audit(1.2:3): a0=3\ntype=EXECVE msg=audit(1.2:3): a0=746F72",
                true,
            ),
            ("exe=é", false),
            ("", false),
        ] {
            let shown = shows(text, &mut |text| text.contains("tor"));
            assert_eq!(shown, expect, "{text}");
        }
    }

    #[test]
    fn what_laurel_writes_is_shown() {
        let mut index = Index::new();
        for (text, expect) in [
            (
                r#"{"ID":"1.2:3","EXECVE":{"ARGV":["sh","-c","x t%6Fr"]}}"#,
                true,
            ),
            (r#"{"ID":"1.2:3","EXECVE":{"ARGV":["t\u006fr"]}}"#, true),
            (
                r#"{"ID":"1.2:3","PATH":[{"name":"/x"},{"name":"/tor"}]}"#,
                true,
            ),
            (r#"{"ID":"1.2:3","USER_CMD":{"msg":"cmd=746F72"}}"#, true),
            (r#"{"ID":"1.2:3","USER_CMD":{"msg":"cmd=\"tor\""}}"#, true),
            (
                r#"{"ID":"1.2:3","SYSCALL":{"comm":"ls","PPID":{"comm":"tor"}}}"#,
                false,
            ),
            (
                r#"{"ID":"1.2:3","SYSCALL":{"comm":"ls","key":"tor"}}"#,
                false,
            ),
        ] {
            index.build(text).expect("it is JSON");
            let json = LazyJson::new(text, &index);
            let shown = laurel::shows(json, &mut |text| text.contains("tor"));
            assert_eq!(shown, expect, "{text}");
        }
    }
}
