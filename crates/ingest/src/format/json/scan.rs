//! Finds the end of one JSON value in a stream that comes in pieces.

use super::index::DEPTH_LIMIT;
use super::string::{WITH_CONTROLS, next_special};

/// Walks over one value, piece by piece, and checks its structure on the way. What strings, numbers and words say is
/// checked when the record is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner {
    /// One bit for each open container, the innermost lowest: 1 is an object.
    objects: u128,
    depth: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value must come.
    Value,
    /// A value or the end of the array.
    FirstElement,
    /// A key or the end of the object.
    FirstKey,
    Key,
    Colon,
    /// Inside a string, which is a key or not; after a backslash or not.
    String {
        key: bool,
        escape: bool,
    },
    /// Inside a number or a word.
    Word,
    AfterValue,
}

/// How far one piece led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value goes on beyond the piece.
    More,
    /// The value ended; this many bytes of the piece belong to it.
    Done(usize),
    /// The value is broken at this byte of the piece.
    Broken(usize, &'static str),
}

impl Scanner {
    /// At the start of a value.
    pub(super) fn new() -> Self {
        Self {
            objects: 0,
            depth: 0,
            state: State::Value,
        }
    }

    /// Takes the next piece. A number or word at the outermost level ends only when something follows it.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while at < bytes.len() {
            if let State::String { key, escape } = self.state {
                match self.string(bytes, at, key, escape) {
                    Ok(next) => at = next,
                    Err(broken) => {
                        return Step::Broken(broken, "a control character inside a string");
                    }
                }
                if self.state == State::AfterValue && self.depth == 0 {
                    return Step::Done(at);
                }
                continue;
            }
            let byte = bytes[at];
            if self.state == State::Word {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.') {
                    at += 1;
                    continue;
                }
                self.state = State::AfterValue;
                if self.depth == 0 {
                    return Step::Done(at);
                }
            }
            if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                at += 1;
                continue;
            }
            if let Err(reason) = self.structure(byte) {
                return Step::Broken(at, reason);
            }
            at += 1;
            if self.state == State::AfterValue && self.depth == 0 {
                return Step::Done(at);
            }
        }
        Step::More
    }

    /// Takes a byte that stands outside strings and words.
    fn structure(&mut self, byte: u8) -> Result<(), &'static str> {
        self.state = match (self.state, byte) {
            (State::Value | State::FirstElement, b'{') => self.open(true)?,
            (State::Value | State::FirstElement, b'[') => self.open(false)?,
            (State::Value | State::FirstElement, b'"') => State::String {
                key: false,
                escape: false,
            },
            (State::Value | State::FirstElement, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                State::Word
            }
            (State::FirstKey | State::Key, b'"') => State::String {
                key: true,
                escape: false,
            },
            (State::FirstKey, b'}') | (State::FirstElement, b']') => self.close(),
            (State::Colon, b':') => State::Value,
            (State::AfterValue, b',') => {
                if self.in_object() {
                    State::Key
                } else {
                    State::Value
                }
            }
            (State::AfterValue, b'}') if self.in_object() => self.close(),
            (State::AfterValue, b']') if !self.in_object() => self.close(),
            (State::AfterValue, b'}' | b']') => return Err("a bracket that closes nothing"),
            (State::AfterValue, _) => return Err("no comma between two values"),
            (State::Colon, _) => return Err("no colon after a key"),
            (State::FirstKey | State::Key, _) => return Err("no key where one must be"),
            _ => return Err("no value where one must be"),
        };
        Ok(())
    }

    /// Takes the rest of a string, or what the piece has of it; gives the offset after that.
    fn string(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        key: bool,
        mut escape: bool,
    ) -> Result<usize, usize> {
        loop {
            if escape {
                // Which escapes there are is checked later, but a line end is never part of one.
                if bytes[at] < 0x20 {
                    return Err(at);
                }
                at += 1;
            }
            at = next_special::<WITH_CONTROLS>(bytes, at);
            match bytes.get(at) {
                Some(b'"') => {
                    self.state = if key { State::Colon } else { State::AfterValue };
                    return Ok(at + 1);
                }
                Some(b'\\') if at + 1 < bytes.len() => {
                    escape = true;
                    at += 1;
                }
                Some(b'\\') => {
                    self.state = State::String { key, escape: true };
                    return Ok(at + 1);
                }
                Some(_) => return Err(at),
                None => {
                    self.state = State::String { key, escape: false };
                    return Ok(bytes.len());
                }
            }
        }
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn open(&mut self, object: bool) -> Result<State, &'static str> {
        if self.depth == DEPTH_LIMIT {
            return Err("nested deeper than 128 levels");
        }
        self.objects = (self.objects << 1) | u128::from(object);
        self.depth += 1;
        Ok(if object {
            State::FirstKey
        } else {
            State::FirstElement
        })
    }

    fn close(&mut self) -> State {
        self.objects >>= 1;
        self.depth -= 1;
        State::AfterValue
    }
}

#[cfg(test)]
mod tests {
    use super::{Scanner, Step};

    fn whole(text: &str) -> Step {
        Scanner::new().feed(text.as_bytes())
    }

    #[test]
    fn values_end_where_they_end() {
        for (text, expect) in [
            ("{} {", Step::Done(2)),
            ("{\"a\\\"}\":[1,{\"b\":null}],\"c\":\"]\"}x", Step::Done(31)),
            ("[1,2]", Step::Done(5)),
            ("\"x\\\\\" ", Step::Done(5)),
            ("12,", Step::Done(2)),
            ("12", Step::More),
            ("{\"a\":{}", Step::More),
            (
                "{\"a\":1 \"b\":2}",
                Step::Broken(7, "no comma between two values"),
            ),
            (
                "{\"a\":\"x\n\"}",
                Step::Broken(7, "a control character inside a string"),
            ),
            (
                "{\"a\":1]",
                Step::Broken(6, "a bracket that closes nothing"),
            ),
            ("{a", Step::Broken(1, "no key where one must be")),
            ("{\"a\" 1", Step::Broken(5, "no colon after a key")),
            ("{\"a\":}", Step::Broken(5, "no value where one must be")),
        ] {
            assert_eq!(whole(text), expect, "{text}");
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_end() {
        let text = r#"{"a\\\"}":[1.5e3,{"b":null,"":"\u00e9\\"}],"c":"]","d":[[],{}]}"#;
        let bytes = text.as_bytes();
        for size in 1..bytes.len() {
            let mut scanner = Scanner::new();
            let mut done = None;
            for (number, piece) in bytes.chunks(size).enumerate() {
                match scanner.feed(piece) {
                    Step::More => {}
                    Step::Done(at) => done = Some(number * size + at),
                    Step::Broken(at, reason) => panic!("{reason} at {at}"),
                }
            }
            assert_eq!(done, Some(bytes.len()), "{size}");
        }
    }
}
