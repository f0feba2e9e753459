//! Field names as small integers.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock, RwLock};

/// A field name, interned for the life of the process: comparing and hashing cost as much as for a `u32`.
///
/// Names come from rules, mappings and the readers' own tables, never from log content, so the table is bounded
/// by what the operator loads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(u32);

/// The number of each name.
static INTERNER: LazyLock<RwLock<HashMap<&'static str, u32>>> = LazyLock::new(RwLock::default);

/// The names by number: readers ask for them all the time, so they take no lock. Each block is twice as long as the one before,
/// and none ever moves.
static NAMES: [OnceLock<Box<[OnceLock<&'static str>]>>; 33] = [const { OnceLock::new() }; 33];

/// The block in which a number's name lies, and its place there.
fn place(id: u32) -> (usize, usize) {
    let number = u64::from(id) + 1;
    let block = number.ilog2();
    let at = number - (1 << block);
    (block as usize, usize::try_from(at).unwrap_or(usize::MAX))
}

fn keep_name(id: u32, name: &'static str) {
    let (block, at) = place(id);
    let names =
        NAMES[block].get_or_init(|| (0..1usize << block).map(|_| OnceLock::new()).collect());
    names[at].get_or_init(|| name);
}

impl Field {
    /// The number that stands for the name in this process: small, as names are numbered in the order in which they come.
    pub fn number(self) -> usize {
        self.0 as usize
    }

    /// The field of this dotted name, made if it is new.
    pub fn new(name: &str) -> Self {
        if let Some(field) = Self::get(name) {
            return field;
        }
        let mut interner = INTERNER
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(&id) = interner.get(name) {
            return Self(id);
        }
        let id = u32::try_from(interner.len()).expect("fewer than 2^32 field names");
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        keep_name(id, name);
        interner.insert(name, id);
        Self(id)
    }

    /// The field of this name, if anything has interned it: a name that no rule uses has none.
    pub fn get(name: &str) -> Option<Self> {
        let interner = INTERNER
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        interner.get(name).copied().map(Self)
    }

    /// The dotted name.
    pub fn name(self) -> &'static str {
        let (block, at) = place(self.0);
        let names = NAMES[block].get().expect("a field was given a name");
        names[at].get().expect("a field was given a name")
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

    #[test]
    fn many_names_are_kept() {
        let name = |number: u32| format!("field.tests.many{number}");
        let fields: Vec<Field> = (0..3000).map(|number| Field::new(&name(number))).collect();
        for (number, field) in (0..).zip(fields) {
            assert_eq!(field.name(), name(number));
        }
    }
}
