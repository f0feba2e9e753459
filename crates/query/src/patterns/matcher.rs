//! The cheapest way to answer a question about a text.

use std::sync::Arc;

use memchr::memmem;

use super::automaton::Automaton;
use super::globs::Globs;
use super::java::JavaRegex;
use super::regex::Regex;
use super::set::{OneText, TextSet};
use super::wildcard::{self, Shape, Unescaped};
use super::{PatternError, lucene};
use crate::checked::PatternLanguage;
use crate::limits;
use crate::text::{ends_with_insensitive, starts_with_insensitive};

/// Answers whether a text is one of those wanted.
#[derive(Clone, Debug)]
pub(crate) enum TextMatcher {
    /// Every text is.
    Anything,
    /// Equal to one text.
    One(OneText),
    /// Equal to one of several.
    Set(TextSet),
    /// Begins so.
    Prefix(OneText),
    /// Ends so.
    Suffix(OneText),
    /// Holds it, case and all.
    Contains(Arc<memmem::Finder<'static>>),
    /// Begins and ends so, without overlap; case and all.
    Ends(Box<str>, Box<str>),
    /// Matches one of several wildcard patterns.
    Globs(Arc<Globs>),
    /// An automaton decides.
    Automaton(Arc<Automaton>),
    /// A Java regular expression decides.
    Java(JavaRegex),
    /// Any of these says so.
    AnyOf(Box<[TextMatcher]>),
}

impl TextMatcher {
    /// Equal to any of the texts.
    pub(crate) fn equal<'a>(texts: impl IntoIterator<Item = &'a str>, insensitive: bool) -> Self {
        let set = TextSet::new(texts, insensitive);
        match set.texts() {
            [only] => Self::One(OneText {
                text: only.clone(),
                insensitive,
            }),
            _ => Self::Set(set),
        }
    }

    pub(crate) fn prefix(text: &str, insensitive: bool) -> Self {
        Self::Prefix(OneText {
            text: text.into(),
            insensitive,
        })
    }

    pub(crate) fn suffix(text: &str, insensitive: bool) -> Self {
        Self::Suffix(OneText {
            text: text.into(),
            insensitive,
        })
    }

    /// Holds the text.
    pub(crate) fn contains(text: &str, insensitive: bool) -> Result<Self, PatternError> {
        if insensitive {
            // The text is meant as it stands, whatever stars are in it.
            let parts = vec![
                Regex::anything(),
                Regex::literal(text).without_case(),
                Regex::anything(),
            ];
            return if text.contains(['*', '?']) {
                let automaton = Automaton::new(vec![Regex::Concat(parts)])?;
                Ok(Self::Automaton(Arc::new(automaton)))
            } else {
                let globs = Globs::new(&[&format!("*{text}*")], true)?;
                Ok(Self::Globs(Arc::new(globs)))
            };
        }
        Ok(Self::Contains(Arc::new(
            memmem::Finder::new(text.as_bytes()).into_owned(),
        )))
    }

    /// Matches any of the patterns. `over_field` chooses between Lucene's and Java's regular expressions.
    pub(crate) fn patterns(
        patterns: &[&str],
        language: PatternLanguage,
        insensitive: bool,
        over_field: bool,
    ) -> Result<Self, PatternError> {
        let most = match language {
            PatternLanguage::Wildcard | PatternLanguage::Escaped => limits::PATTERN,
            PatternLanguage::Regex => limits::REGEX,
        };
        if let Some(long) = patterns.iter().find(|pattern| pattern.len() > most) {
            return Err(PatternError::new(format!(
                "it has {} bytes, more than {most}",
                long.len(),
            )));
        }
        match language {
            PatternLanguage::Wildcard => Self::wildcards(patterns, insensitive),
            PatternLanguage::Escaped => Self::escaped(patterns, insensitive),
            PatternLanguage::Regex if over_field => Self::lucene(patterns, insensitive),
            PatternLanguage::Regex => Ok(Self::Java(JavaRegex::new(
                patterns.iter().copied(),
                insensitive,
            )?)),
        }
    }

    fn wildcards(patterns: &[&str], insensitive: bool) -> Result<Self, PatternError> {
        let mut exact = Vec::new();
        let mut others = Vec::new();
        for pattern in patterns {
            match wildcard::shape(pattern) {
                Shape::Anything => return Ok(Self::Anything),
                Shape::Exact(text) => exact.push(text),
                shape => others.push((*pattern, shape)),
            }
        }
        let mut matchers = Vec::new();
        if !exact.is_empty() {
            matchers.push(Self::equal(exact, insensitive));
        }
        // A few simple shapes are asked one by one.
        let simple = |shape: &Shape<'_>| match shape {
            Shape::Prefix(_) | Shape::Suffix(_) => true,
            Shape::Contains(_) | Shape::Ends(..) => !insensitive,
            Shape::Exact(_) | Shape::Anything | Shape::Other => false,
        };
        if others.len() <= 2 && others.iter().all(|(_, shape)| simple(shape)) {
            for (_, shape) in &others {
                matchers.push(match shape {
                    Shape::Prefix(text) => Self::prefix(text, insensitive),
                    Shape::Suffix(text) => Self::suffix(text, insensitive),
                    Shape::Contains(text) => Self::contains(text, false)?,
                    Shape::Ends(head, tail) => Self::Ends((*head).into(), (*tail).into()),
                    Shape::Exact(_) | Shape::Anything | Shape::Other => continue,
                });
            }
        } else {
            let patterns: Vec<&str> = others.iter().map(|(pattern, _)| *pattern).collect();
            let globs = Globs::new(&patterns, insensitive)?;
            matchers.push(Self::Globs(Arc::new(globs)));
        }
        Ok(Self::any_of(matchers))
    }

    /// Wildcards with escapes: most hold no escaped wildcard and are like any others.
    fn escaped(patterns: &[&str], insensitive: bool) -> Result<Self, PatternError> {
        let (mut plain, mut exact, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for pattern in patterns {
            match wildcard::unescape(pattern) {
                Unescaped::Pattern(pattern) => plain.push(pattern),
                Unescaped::Exact(text) => exact.push(text),
                Unescaped::Regex(regex) if insensitive => others.push(regex.without_case()),
                Unescaped::Regex(regex) => others.push(regex),
            }
        }
        let mut matchers = Vec::new();
        if !exact.is_empty() {
            matchers.push(Self::equal(exact.iter().map(String::as_str), insensitive));
        }
        if !plain.is_empty() {
            let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
            match Self::wildcards(&plain, insensitive)? {
                Self::Anything => return Ok(Self::Anything),
                matcher => matchers.push(matcher),
            }
        }
        if !others.is_empty() {
            let automaton = Automaton::new(others)?;
            matchers.push(Self::Automaton(Arc::new(automaton)));
        }
        Ok(Self::any_of(matchers))
    }

    fn lucene(patterns: &[&str], insensitive: bool) -> Result<Self, PatternError> {
        let mut exact = Vec::new();
        let mut others = Vec::new();
        for pattern in patterns {
            let regex = lucene::parse(pattern)?;
            if regex.is_total() {
                return Ok(Self::Anything);
            }
            match regex.exact() {
                Some(text) => exact.push(text),
                None if insensitive => others.push(regex.without_case()),
                None => others.push(regex),
            }
        }
        let mut matchers = Vec::new();
        if !exact.is_empty() {
            matchers.push(Self::equal(exact.iter().map(String::as_str), insensitive));
        }
        if !others.is_empty() {
            let automaton = Automaton::new(others)?;
            matchers.push(Self::Automaton(Arc::new(automaton)));
        }
        Ok(Self::any_of(matchers))
    }

    fn any_of(mut matchers: Vec<Self>) -> Self {
        if matchers.len() == 1 {
            matchers.remove(0)
        } else {
            Self::AnyOf(matchers.into())
        }
    }

    /// Is the text one of those wanted?
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::One(wanted) => wanted.is(text),
            Self::Set(set) => set.contains(text),
            Self::Prefix(prefix) if prefix.insensitive => {
                starts_with_insensitive(text, &prefix.text)
            }
            Self::Prefix(prefix) => text.starts_with(&*prefix.text),
            Self::Suffix(suffix) if suffix.insensitive => ends_with_insensitive(text, &suffix.text),
            Self::Suffix(suffix) => text.ends_with(&*suffix.text),
            Self::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Ends(head, tail) => {
                text.len() >= head.len() + tail.len()
                    && text.starts_with(&**head)
                    && text.ends_with(&**tail)
            }
            Self::Globs(globs) => globs.is_match(text),
            Self::Automaton(automaton) => automaton.is_match(text),
            Self::Java(regex) => regex.is_match(text),
            Self::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.is_match(text)),
        }
    }

    /// What one question costs, by rough order.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Anything => 0,
            Self::One(_) | Self::Prefix(_) | Self::Suffix(_) | Self::Ends(..) => 1,
            Self::Set(_) => 2,
            Self::Contains(_) => 4,
            Self::Globs(globs) => 3 + 2 * u32::try_from(globs.len().min(10)).unwrap_or(10),
            Self::Automaton(_) => 15,
            Self::Java(_) => 30,
            Self::AnyOf(matchers) => matchers.iter().map(Self::cost).sum(),
        }
    }

    /// How it works.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Anything => "any text".into(),
            Self::One(_) => "equality".into(),
            Self::Set(set) => format!("hashed set of {}", set.texts().len()),
            Self::Prefix(_) => "prefix".into(),
            Self::Suffix(_) => "suffix".into(),
            Self::Contains(_) => "substring search".into(),
            Self::Ends(..) => "prefix and suffix".into(),
            Self::Globs(globs) => match globs.len() {
                1 => "wildcard".into(),
                count => format!("{count} wildcards"),
            },
            Self::Automaton(automaton) => match automaton.len() {
                1 => "automaton".into(),
                count => format!("automaton of {count} patterns"),
            },
            Self::Java(_) => "regular expression".into(),
            Self::AnyOf(matchers) => matchers
                .iter()
                .map(Self::describe)
                .collect::<Vec<_>>()
                .join(" or "),
        }
    }

    /// The texts, case aside, of which every match is one; `None` when they cannot be counted.
    pub(crate) fn whole_texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::One(one) => Some(vec![&*one.text]),
            Self::Set(set) => Some(set.texts().iter().map(|text| &**text).collect()),
            _ => None,
        }
    }

    /// Texts of which every match holds at least one, case aside; `None` when nothing can be said.
    pub(crate) fn folded_literals(&self) -> Option<Vec<&str>> {
        match self {
            Self::One(one) | Self::Prefix(one) | Self::Suffix(one) => Some(vec![&*one.text]),
            Self::Set(set) => Some(set.texts().iter().map(|text| &**text).collect()),
            Self::AnyOf(matchers) => joined(matchers, Self::folded_literals),
            Self::Globs(globs) => Some(globs.folded_literals()),
            _ => self.literals(),
        }
    }

    /// Texts of which every match holds at least one, case and all; `None` when nothing can be said.
    pub(crate) fn literals(&self) -> Option<Vec<&str>> {
        match self {
            Self::One(one) | Self::Prefix(one) | Self::Suffix(one) => {
                (!one.insensitive).then(|| vec![&*one.text])
            }
            Self::Set(set) => {
                (!set.is_insensitive()).then(|| set.texts().iter().map(|text| &**text).collect())
            }
            Self::Contains(finder) => std::str::from_utf8(finder.needle())
                .ok()
                .map(|text| vec![text]),
            Self::Ends(head, tail) => Some(vec![if head.len() >= tail.len() {
                &**head
            } else {
                &**tail
            }]),
            Self::AnyOf(matchers) => joined(matchers, Self::literals),
            Self::Globs(globs) => globs.literals(),
            Self::Anything | Self::Automaton(_) | Self::Java(_) => None,
        }
    }
}

/// What all of the matchers say together; `None` if one says nothing.
fn joined<'m>(
    matchers: &'m [TextMatcher],
    ask: impl Fn(&'m TextMatcher) -> Option<Vec<&'m str>>,
) -> Option<Vec<&'m str>> {
    let mut all = Vec::new();
    for matcher in matchers {
        all.extend(ask(matcher)?);
    }
    Some(all)
}

/// Does the pattern hold no operator, so that it is an equality?
pub(crate) fn is_exact(pattern: &str, language: PatternLanguage) -> bool {
    match language {
        PatternLanguage::Wildcard => !pattern.contains(['*', '?']),
        PatternLanguage::Escaped => matches!(wildcard::unescape(pattern), Unescaped::Exact(_)),
        PatternLanguage::Regex => lucene::parse(pattern).is_ok_and(|regex| regex.exact().is_some()),
    }
}

/// Does the pattern match every text?
pub(crate) fn is_total(pattern: &str, language: PatternLanguage) -> bool {
    match language {
        PatternLanguage::Wildcard | PatternLanguage::Escaped => {
            wildcard::shape(pattern) == Shape::Anything
        }
        PatternLanguage::Regex => lucene::parse(pattern).is_ok_and(|regex| regex.is_total()),
    }
}
