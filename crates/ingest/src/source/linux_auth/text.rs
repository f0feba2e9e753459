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

/// May this be the name or address of a host?
pub(super) fn is_host(text: &str) -> bool {
    host_length(text) == Some(text.len())
}

/// The longest name of a host.
const HOST: usize = 255;

/// How long the name or address of a host at the front is, when white space or the end follows it.
pub(super) fn host_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut length = 0;
    // The bound keeps the whole linear, however often somebody writes ` from `.
    while let Some(byte) = bytes.get(length)
        && length <= HOST
    {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b':' | b'-' | b'_' | b'%' => {
                length += 1
            }
            b' ' | b'\n' => break,
            _ => return None,
        }
    }
    (1..=HOST).contains(&length).then_some(length)
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
