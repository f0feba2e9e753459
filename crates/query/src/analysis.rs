//! Analysed text: how Elasticsearch cuts it into words.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

/// How a text field is cut into words. Words are in lower case with each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Analyzer {
    /// Elasticsearch's `standard`: words by the rules of Unicode (UAX #29). `10.0.0.1` and `user_name` are one word each,
    /// `user-name` is two.
    #[default]
    Standard,
    /// That of `powershell.file.script_block_text` in Elastic's Windows package and in Winlogbeat: runs of ASCII letters,
    /// digits, `_` and `-`. `Invoke-Command` is one word.
    PowerShell,
}

/// Longer words are cut, as Lucene does. In UTF-16 code units.
const LONGEST: usize = 255;

impl Analyzer {
    /// The words of a text in their order, without case.
    pub fn words<'t>(self, text: &'t str, take: &mut dyn FnMut(Cow<'t, str>)) {
        self.written(text, &mut |word| {
            take(lower(word));
            true
        });
    }

    /// The words of a text as they are written, in their order, until `take` returns `false`. Without case are their
    /// [`lowered`] forms.
    pub(crate) fn written<'t>(self, text: &'t str, take: &mut dyn FnMut(&'t str) -> bool) {
        match self {
            Self::Standard => {
                for segment in text.split_word_bounds() {
                    let is_word = segment
                        .chars()
                        .any(|c| c.is_alphanumeric() || is_pictograph(c));
                    if is_word && !cut(segment, take) {
                        return;
                    }
                }
            }
            Self::PowerShell => script_words(text, take),
        }
    }

    /// The words of a text in a list.
    pub fn list(self, text: &str) -> Vec<Cow<'_, str>> {
        let mut words = Vec::new();
        self.words(text, &mut |word| words.push(word));
        words
    }
}

/// Which bytes are letters of a script's words. Those of letters beyond ASCII are none.
static SCRIPT_LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        letters[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        byte += 1;
    }
    letters
};

/// The runs of letters of a script, until `take` returns `false`.
fn script_words<'t>(text: &'t str, take: &mut dyn FnMut(&'t str) -> bool) {
    let bytes = text.as_bytes();
    let is_letter = |byte: &u8| SCRIPT_LETTERS[*byte as usize];
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(is_letter) {
        let start = at + start;
        let length = bytes[start..].iter().position(|byte| !is_letter(byte));
        at = length.map_or(bytes.len(), |length| start + length);
        // Letters are ASCII, so that no character is cut.
        if !take(&text[start..at]) {
            return;
        }
    }
}

/// Pictures are words of their own.
const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

/// A word in pieces that are not too long; says whether to go on.
fn cut<'t>(word: &'t str, take: &mut dyn FnMut(&'t str) -> bool) -> bool {
    if word.len() <= LONGEST {
        return take(word);
    }
    let (mut start, mut units) = (0, 0);
    for (at, c) in word.char_indices() {
        if units + c.len_utf16() > LONGEST {
            if !take(&word[start..at]) {
                return false;
            }
            (start, units) = (at, 0);
        }
        units += c.len_utf16();
    }
    take(&word[start..])
}

/// Each character in lower case, one for one.
fn lower(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        };
    }
    Cow::Owned(lowered(word))
}

/// A text in lower case, character by character, as Lucene's filter gives it.
pub(crate) fn lowered(text: &str) -> String {
    text.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Analyzer;

    #[track_caller]
    fn check(analyzer: Analyzer, text: &str, expect: &[&str]) {
        assert_eq!(analyzer.list(text), expect, "{text}");
    }

    #[test]
    fn standard_words_are_those_of_unicode() {
        let check = |text, expect| check(Analyzer::Standard, text, expect);
        check(
            "Failed password for ROOT from 192.0.2.10 port 22",
            &[
                "failed",
                "password",
                "for",
                "root",
                "from",
                "192.0.2.10",
                "port",
                "22",
            ],
        );
        check(
            "sshd[123]: sshd_config user-name",
            &["sshd", "123", "sshd_config", "user", "name"],
        );
        check(
            "can't stop: 3,000.5; a.b",
            &["can't", "stop", "3,000.5", "a.b"],
        );
        check("Город МОСКВА", &["город", "москва"]);
        check("日本 ok", &["日", "本", "ok"]);
        check("-- ... ___", &[]);
        check("a 😀 b", &["a", "😀", "b"]);
        check("", &[]);
    }

    #[test]
    fn words_are_given_until_enough() {
        for analyzer in [Analyzer::Standard, Analyzer::PowerShell] {
            let mut written = Vec::new();
            analyzer.written("Ab \u{e9}c-D, Ef", &mut |word| {
                written.push(word);
                written.len() < 2
            });
            let second = match analyzer {
                Analyzer::Standard => "\u{e9}c",
                Analyzer::PowerShell => "c-D",
            };
            assert_eq!(written, ["Ab", second]);
        }
    }

    #[test]
    fn words_too_long_are_cut() {
        let words = Analyzer::Standard
            .list(&"a".repeat(600))
            .iter()
            .map(|word| word.len())
            .collect::<Vec<_>>();
        assert_eq!(words, [255, 255, 90]);
    }

    #[test]
    fn scripts_keep_their_hyphens() {
        check(
            Analyzer::PowerShell,
            "Invoke-Command -ComputerName $env:X; [Net.Dns]::Get_1",
            &[
                "invoke-command",
                "-computername",
                "env",
                "x",
                "net",
                "dns",
                "get_1",
            ],
        );
    }
}
