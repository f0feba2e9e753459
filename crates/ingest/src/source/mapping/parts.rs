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
