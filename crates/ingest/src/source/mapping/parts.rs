//! What a record was taken apart into.

use std::borrow::Cow;

/// Named texts, in the order in which the record has them.
///
/// ```
/// let mut parts = gatewatch_ingest::source::mapping::Parts::default();
/// parts.push("user", "joe");
/// assert_eq!(parts.get("user"), Some("joe"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    list: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// No line of a real log has more pairs; a line that is made of pairs alone must not cost time without end.
pub const MOST_PAIRS: usize = 500;

impl<'a> Parts<'a> {
    /// Adds a part.
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.list.push((name.into(), value.into()));
    }

    /// Adds a part that is there and not empty.
    pub fn push_some(&mut self, name: &'a str, value: Option<&'a str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.push(name, value);
        }
    }

    /// Changes the first part of this name, or adds it.
    pub fn replace(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        match self.list.iter_mut().find(|(known, _)| known == name) {
            Some(part) => part.1 = value,
            None => self.list.push((Cow::Borrowed(name), value)),
        }
    }

    /// Adds pairs as a reader of them yields them.
    pub fn extend<N, V>(&mut self, pairs: impl IntoIterator<Item = (N, V)>)
    where
        N: Into<Cow<'a, str>>,
        V: Into<Cow<'a, str>>,
    {
        self.list.extend(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
    }

    /// Adds pairs, at most [`MOST_PAIRS`] of them; what is left out is said in a part `error.message`.
    pub fn extend_bounded<N, V>(&mut self, pairs: impl IntoIterator<Item = (N, V)>)
    where
        N: Into<Cow<'a, str>>,
        V: Into<Cow<'a, str>>,
    {
        let mut pairs = pairs.into_iter();
        self.extend(pairs.by_ref().take(MOST_PAIRS));
        if pairs.next().is_some() {
            self.push(
                "error.message",
                "more than 500 pairs: the others are left out",
            );
        }
    }

    /// Takes the parts of another in: of each name the first, and none of those that are `left_out`.
    pub fn append_firsts(&mut self, other: Self, left_out: &[&str]) {
        for (name, value) in other.list {
            if !left_out.contains(&name.as_ref()) && self.get(&name).is_none() {
                self.list.push((name, value));
            }
        }
    }

    /// Each name with its first value.
    pub fn firsts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list
            .iter()
            .enumerate()
            .filter(|(at, (name, _))| !self.list[..*at].iter().any(|(known, _)| known == name))
            .map(|(_, (name, value))| (name.as_ref(), value.as_ref()))
    }

    /// The first part of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every part of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.list
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_ref())
    }

    /// All parts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
