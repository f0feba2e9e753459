//! The tree of a regular expression.

use super::charset::CharSet;

/// A regular expression. It matches whole texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Regex {
    /// No text at all.
    Nothing,
    /// The empty text.
    Empty,
    /// One character.
    Chars(CharSet),
    /// One after the other.
    Concat(Vec<Regex>),
    /// Any of these.
    Union(Vec<Regex>),
    /// At least `least` times, at most `most`.
    Repeat {
        inner: Box<Regex>,
        least: u32,
        most: Option<u32>,
    },
    /// All of these.
    Intersection(Vec<Regex>),
    /// Every text that the inner one does not match.
    Complement(Box<Regex>),
}

impl Regex {
    /// Any text.
    pub(crate) fn anything() -> Self {
        Self::Chars(CharSet::any()).repeated(0, None)
    }

    /// These characters in a row.
    pub(crate) fn literal(text: &str) -> Self {
        Self::Concat(
            text.chars()
                .map(|c| Self::Chars(CharSet::single(c)))
                .collect(),
        )
    }

    pub(crate) fn repeated(self, least: u32, most: Option<u32>) -> Self {
        Self::Repeat {
            inner: Box::new(self),
            least,
            most,
        }
    }

    /// With the case of letters ignored.
    pub(crate) fn without_case(self) -> Self {
        match self {
            Self::Nothing | Self::Empty => self,
            Self::Chars(set) => Self::Chars(set.without_case()),
            Self::Concat(parts) => Self::Concat(each_without_case(parts)),
            Self::Union(parts) => Self::Union(each_without_case(parts)),
            Self::Intersection(parts) => Self::Intersection(each_without_case(parts)),
            Self::Repeat { inner, least, most } => inner.without_case().repeated(least, most),
            Self::Complement(inner) => Self::Complement(Box::new(inner.without_case())),
        }
    }

    /// Does it use `~` or `&`, which need a deterministic automaton?
    pub(crate) fn needs_dfa(&self) -> bool {
        match self {
            Self::Nothing | Self::Empty | Self::Chars(_) => false,
            Self::Concat(parts) | Self::Union(parts) => parts.iter().any(Self::needs_dfa),
            Self::Repeat { inner, .. } => inner.needs_dfa(),
            Self::Intersection(_) | Self::Complement(_) => true,
        }
    }

    /// A bound on the states of its automaton; far too large a number if it is far too large.
    pub(crate) fn size(&self) -> usize {
        let sum = |parts: &[Self]| {
            parts
                .iter()
                .fold(1usize, |sum, part| sum.saturating_add(part.size()))
        };
        match self {
            Self::Nothing | Self::Empty | Self::Chars(_) => 1,
            Self::Concat(parts) | Self::Union(parts) | Self::Intersection(parts) => sum(parts),
            Self::Complement(inner) => inner.size().saturating_add(1),
            Self::Repeat { inner, least, most } => {
                let times = most.unwrap_or(least.saturating_add(1)).max(1);
                let times = usize::try_from(times).unwrap_or(usize::MAX);
                inner.size().saturating_add(1).saturating_mul(times)
            }
        }
    }

    /// The same in the syntax of the regex crates; `None` for what they cannot say.
    pub(crate) fn pattern(&self) -> Option<String> {
        let mut pattern = String::new();
        self.write(&mut pattern).then_some(pattern)
    }

    fn write(&self, out: &mut String) -> bool {
        let each = |parts: &[Self], between: &str, out: &mut String| {
            out.push_str("(?:");
            let all = parts.iter().enumerate().all(|(index, part)| {
                if index > 0 {
                    out.push_str(between);
                }
                part.write(out)
            });
            out.push(')');
            all
        };
        match self {
            Self::Nothing => out.push_str("[a&&b]"),
            Self::Empty => out.push_str("(?:)"),
            Self::Chars(set) if set.ranges().is_empty() => out.push_str("[a&&b]"),
            Self::Chars(set) => {
                out.push('[');
                for &(first, last) in set.ranges() {
                    // Surrogates are no characters: a range that ends on one ends before them.
                    let (first, last) = match (first, last) {
                        (0xd800..=0xdfff, 0xd800..=0xdfff) => continue,
                        (0xd800..=0xdfff, last) => (0xe000, last),
                        (first, 0xd800..=0xdfff) => (first, 0xd7ff),
                        range => range,
                    };
                    out.push_str(&format!("\\u{{{first:x}}}-\\u{{{last:x}}}"));
                }
                out.push(']');
            }
            Self::Concat(parts) => return each(parts, "", out),
            Self::Union(parts) => return each(parts, "|", out),
            Self::Repeat { inner, least, most } => {
                let all = each(std::slice::from_ref(inner), "", out);
                match most {
                    Some(most) => out.push_str(&format!("{{{least},{most}}}")),
                    None => out.push_str(&format!("{{{least},}}")),
                }
                return all;
            }
            Self::Intersection(_) | Self::Complement(_) => return false,
        }
        true
    }

    /// The one text that it matches, if that is plain from its form.
    pub(crate) fn exact(&self) -> Option<String> {
        let mut text = String::new();
        self.append_exact(&mut text).then_some(text)
    }

    fn append_exact(&self, text: &mut String) -> bool {
        match self {
            Self::Empty => true,
            Self::Chars(set) => match set.ranges() {
                [(first, last)] if first == last => {
                    text.extend(char::from_u32(*first));
                    true
                }
                _ => false,
            },
            Self::Concat(parts) => parts.iter().all(|part| part.append_exact(text)),
            Self::Union(parts) => match parts.as_slice() {
                [only] => only.append_exact(text),
                _ => false,
            },
            Self::Repeat { inner, least, most } => match (least, most) {
                (_, Some(0)) => true,
                (1, Some(1)) => inner.append_exact(text),
                _ => false,
            },
            Self::Nothing | Self::Intersection(_) | Self::Complement(_) => false,
        }
    }

    /// Does it match every text, as is plain from its form?
    pub(crate) fn is_total(&self) -> bool {
        match self {
            Self::Repeat { inner, least, most } => {
                *least == 0
                    && (most.is_none() && **inner == Self::Chars(CharSet::any())
                        || most.is_none_or(|most| most > 0) && inner.is_total())
            }
            Self::Concat(parts) => {
                parts.iter().any(Self::is_total)
                    && parts
                        .iter()
                        .all(|part| part.is_total() || *part == Self::Empty)
            }
            Self::Union(parts) => parts.iter().any(Self::is_total),
            Self::Intersection(parts) => parts.iter().all(Self::is_total),
            Self::Complement(inner) => **inner == Self::Nothing,
            Self::Nothing | Self::Empty | Self::Chars(_) => false,
        }
    }
}

fn each_without_case(parts: Vec<Regex>) -> Vec<Regex> {
    parts.into_iter().map(Regex::without_case).collect()
}
