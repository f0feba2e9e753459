//! Small helpers for text that was written by a program and partly by a stranger.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A text to look for, prepared once.
pub(super) struct Needle(LazyLock<Finder<'static>>);

/// Declares a [`Needle`].
macro_rules! needle {
    ($name:ident, $text:literal) => {
        static $name: $crate::source::linux_auth::text::Needle =
            $crate::source::linux_auth::text::Needle::new(|| memchr::memmem::Finder::new($text));
    };
}
pub(super) use needle;

impl Needle {
    pub(super) const fn new(make: fn() -> Finder<'static>) -> Self {
        Self(LazyLock::new(make))
    }

    /// Where the text stands first, from `start` on.
    pub(super) fn find(&self, text: &str, start: usize) -> Option<usize> {
        let rest = text.as_bytes().get(start..)?;
        self.0.find(rest).map(|at| start + at)
    }
}

/// Where the needle stands first, from `start` on, as [`Needle::find`], but quick when it comes with the first space, as it mostly does. The
/// needle starts with a space.
pub(super) fn find_spaced(text: &str, start: usize, needle: &Needle, plain: &str) -> Option<usize> {
    let rest = text.as_bytes().get(start..)?;
    let space = rest.iter().position(|byte| *byte == b' ')?;
    if rest[space..].starts_with(plain.as_bytes()) {
        return Some(start + space);
    }
    needle.find(text, start + space)
}

/// A decimal number of at most five digits at the front, and how many digits it has.
pub(super) fn small_number(bytes: &[u8]) -> (u32, usize) {
    let mut number = 0;
    let mut count = 0;
    while count < 5
        && let Some(digit @ b'0'..=b'9') = bytes.get(count)
    {
        number = number * 10 + u32::from(digit - b'0');
        count += 1;
    }
    (number, count)
}

/// May this be the name or address of a host?
pub(super) fn is_host(text: &str) -> bool {
    host_length(text) == Some(text.len())
}

/// The longest name of a host.
const HOST: usize = 255;

/// The bytes that names and addresses of hosts are made of.
const HOST_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        table[byte] =
            letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b':' | b'-' | b'_' | b'%');
        byte += 1;
    }
    table
};

/// How long the name or address of a host at the front is, when white space or the end follows it.
pub(super) fn host_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // The bound keeps the whole linear, however often somebody writes ` from `.
    let bytes = &bytes[..bytes.len().min(HOST + 1)];
    let mut length = 0;
    while let Some(byte) = bytes.get(length)
        && HOST_BYTES[usize::from(*byte)]
    {
        length += 1;
    }
    let ends = matches!(bytes.get(length), None | Some(b' ' | b'\n'));
    (ends && (1..=HOST).contains(&length)).then_some(length)
}

/// The word that starts at `start`: up to the next space or the end.
pub(super) fn word(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let end = memchr::memchr2(b' ', b'\n', rest.as_bytes()).unwrap_or(rest.len());
    &rest[..end]
}

/// The decimal digits at the front, at most `most`.
pub(super) fn digits(text: &str, most: usize) -> &str {
    let end = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    &text[..end]
}

/// Characters that a user name is made of when it stands in the middle of a sentence.
pub(super) fn user_word(text: &str) -> Option<&str> {
    let end = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        .count();
    (end > 0).then(|| &text[..end])
}
