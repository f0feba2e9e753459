//! Field names as small integers.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, RwLock};

/// A field name, interned for the life of the process: comparing and hashing cost as much as for a `u32`.
///
/// Names come from rules, mappings and the readers' own tables, never from log content, so the table is bounded
/// by what the operator loads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(u32);

#[derive(Default)]
struct Interner {
    ids: HashMap<&'static str, u32>,
    names: Vec<&'static str>,
}

static INTERNER: LazyLock<RwLock<Interner>> = LazyLock::new(RwLock::default);

impl Field {
    /// The field of this dotted name, made if it is new.
    pub fn new(name: &str) -> Self {
        if let Some(field) = Self::get(name) {
            return field;
        }
        let mut interner = INTERNER
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(&id) = interner.ids.get(name) {
            return Self(id);
        }
        let id = u32::try_from(interner.names.len()).expect("fewer than 2^32 field names");
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        interner.ids.insert(name, id);
        interner.names.push(name);
        Self(id)
    }

    /// The field of this name, if anything has interned it: a name that no rule uses has none.
    pub fn get(name: &str) -> Option<Self> {
        let interner = INTERNER
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        interner.ids.get(name).copied().map(Self)
    }

    /// The dotted name.
    pub fn name(self) -> &'static str {
        INTERNER
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .names[self.0 as usize]
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn a_name_is_interned_once() {
        let first = Field::new("field.tests.once");
        assert_eq!(first, Field::new("field.tests.once"));
        assert_eq!(first.name(), "field.tests.once");
        assert_eq!(Field::get("field.tests.never"), None);
    }
}
