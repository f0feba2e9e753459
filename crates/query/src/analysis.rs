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
        match self {
            Self::Standard => {
                for segment in text.split_word_bounds() {
                    if segment
                        .chars()
                        .any(|c| c.is_alphanumeric() || is_pictograph(c))
                    {
                        cut(segment, take);
                    }
                }
            }
            Self::PowerShell => {
                for word in text.split(|c: char| !is_script_letter(c)) {
                    if !word.is_empty() {
                        take(lower(word));
                    }
                }
            }
        }
    }

    /// The words of a text in a list.
    pub fn list(self, text: &str) -> Vec<Cow<'_, str>> {
        let mut words = Vec::new();
        self.words(text, &mut |word| words.push(word));
        words
    }
}

const fn is_script_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Pictures are words of their own.
const fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

/// A word in pieces that are not too long.
fn cut<'t>(word: &'t str, take: &mut dyn FnMut(Cow<'t, str>)) {
    if word.len() <= LONGEST {
        return take(lower(word));
    }
    let (mut start, mut units) = (0, 0);
    for (at, c) in word.char_indices() {
        if units + c.len_utf16() > LONGEST {
            take(lower(&word[start..at]));
            (start, units) = (at, 0);
        }
        units += c.len_utf16();
    }
    take(lower(&word[start..]));
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
