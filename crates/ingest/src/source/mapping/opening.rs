//! How texts begin: what one look tells of whose they may be.

/// What a text begins with: its first byte or, where that is a digit, what ends the digits. That tells times, addresses and
/// numbers from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// This byte, which is no digit; 0 where there is no text.
    Byte(u8),
    /// Digits up to this byte; 0 where the text ends with them.
    Digits(u8),
}

/// More digits than any number has that a line begins with.
const MOST_DIGITS: usize = 24;

impl Opening {
    /// How many there are.
    pub(crate) const COUNT: usize = 512;

    /// How a text begins.
    ///
    /// ```
    /// use gatewatch_ingest::source::mapping::Opening;
    ///
    /// assert_eq!(Opening::of("2026-01-02 x"), Opening::Digits(b'-'));
    /// assert_eq!(Opening::of("x"), Opening::Byte(b'x'));
    /// ```
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let first = bytes.first().copied().unwrap_or(0);
        if !first.is_ascii_digit() {
            return Self::Byte(first);
        }
        let mut at = 1;
        while at < MOST_DIGITS && bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        Self::Digits(bytes.get(at).copied().unwrap_or(0))
    }

    /// Does the text begin with this byte, or with digits that it ends?
    pub fn is_byte(self, bytes: &[u8]) -> bool {
        matches!(self, Self::Byte(byte) if bytes.contains(&byte))
    }

    /// Does the text begin with digits that one of these bytes ends?
    pub fn is_digits(self, ends: &[u8]) -> bool {
        matches!(self, Self::Digits(end) if ends.contains(&end))
    }

    /// White space, or a character that may be some.
    pub fn is_space(self) -> bool {
        matches!(self, Self::Byte(byte) if byte <= b' ' || !byte.is_ascii())
    }

    pub(crate) fn number(self) -> usize {
        match self {
            Self::Byte(byte) => usize::from(byte),
            Self::Digits(end) => 256 + usize::from(end),
        }
    }

    /// All there are, by their numbers.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX)
            .map(Self::Byte)
            .chain((0..=u8::MAX).map(Self::Digits))
    }
}

/// A part of a record whose beginning is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole of a line without a syslog header.
    Bare,
    /// The whole of a line with one.
    Line,
    /// The program that the header names; empty where it names none.
    Program,
    /// What stands behind the header.
    Message,
}

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Line, Self::Program, Self::Message];
}

#[cfg(test)]
mod tests {
    use super::Opening;

    #[test]
    fn openings() {
        for (text, expect) in [
            ("", Opening::Byte(0)),
            ("é", Opening::Byte(0xc3)),
            ("7", Opening::Digits(0)),
            ("192.0.2.7 - -", Opening::Digits(b'.')),
            (
                "1234567890123456789012345678901234567890",
                Opening::Digits(b'5'),
            ),
        ] {
            assert_eq!(Opening::of(text), expect, "{text}");
        }
        let numbers: Vec<usize> = Opening::all().map(Opening::number).collect();
        assert_eq!(numbers, (0..Opening::COUNT).collect::<Vec<_>>());
        assert!(Opening::of("[x").is_byte(b"<["));
        assert!(!Opening::of("1[").is_byte(b"1["));
        assert!(Opening::of("1[").is_digits(b"["));
        assert!(Opening::of("\u{a0}x").is_space() && !Opening::of("1").is_space());
    }
}
