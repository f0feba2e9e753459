//! Words of analysed text.

/// The words of a text, as the standard analyser divides it: runs of letters and digits, in lower case. A stop or an
/// apostrophe between letters, or a stop or comma between digits, belongs to the word.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        let joins = match (before, letter, letters.peek()) {
            (Some(left), '.' | '\'' | '’' | ':', Some(right))
                if left.is_alphabetic() && right.is_alphabetic() =>
            {
                letter != ':'
            }
            (Some(left), '.' | ',' | '\'', Some(right)) => left.is_numeric() && right.is_numeric(),
            _ => false,
        };
        if letter.is_alphanumeric() || letter == '_' || joins {
            word.extend(letter.to_lowercase());
            before = Some(letter);
        } else {
            before = None;
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Does a pattern with `*` and `?` fit the whole text? A backslash takes the next character as it is.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    #[derive(PartialEq)]
    enum Part {
        Any,
        One,
        Exactly(char),
    }
    let mut parts = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '*' if parts.last() == Some(&Part::Any) => continue,
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Exactly(letters.next().unwrap_or('\\')),
            other => Part::Exactly(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut part) = (0, 0);
    // Where to go on when the part after the latest `*` does not fit: one character further.
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                retry = Some((at, part));
                part += 1;
            }
            Some(Part::One) => {
                at += 1;
                part += 1;
            }
            Some(Part::Exactly(letter)) if *letter == text[at] => {
                at += 1;
                part += 1;
            }
            _ => match retry {
                Some((from, star)) => {
                    retry = Some((from + 1, star));
                    at = from + 1;
                    part = star + 1;
                }
                None => return false,
            },
        }
    }
    parts[part..].iter().all(|part| *part == Part::Any)
}

#[cfg(test)]
mod tests {
    use super::{wildcard, words};

    #[test]
    fn words_of_a_text() {
        assert_eq!(
            words("The Quick-brown fox's 3.5 e.g. a_b"),
            ["the", "quick", "brown", "fox's", "3.5", "e.g", "a_b"]
        );
        assert!(words("--").is_empty());
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expect) in [
            ("a*c", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("a**", "a", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("*ab", "aab", true),
            ("*a*b*", "xaxxbx", true),
            ("a", "", false),
        ] {
            assert_eq!(wildcard(pattern, text), expect, "{pattern} {text}");
        }
    }
}
