//! What an event must have for somebody to care for it.

use crate::Field;

/// Something that an event has, told from one field: cheap to look for among many conditions at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// The field.
    pub field: Field,
    /// What one of its values is.
    pub value: AnchorValue,
}

/// What one of the values of a field is. Texts are without case (see `without_case` of the query crate); they speak of values
/// that are texts or whole numbers, so a value of another kind must be taken for any of them, and so must a text with
/// [`DOTTED_I`] in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AnchorValue {
    /// Anything at all.
    Present,
    /// This text, case aside.
    Equal(Box<str>),
    /// A text with this in it, case aside.
    Holds(Box<str>),
}

/// Does every writer of JSON leave this character as it is? Some escape what HTML gives a meaning, or the slash.
pub fn is_plain_in_json(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ')
        && !matches!(c, '"' | '\\' | '/' | '<' | '>' | '&' | '\'' | '=' | '+')
}

/// The one letter that some questions (those about words) take for an ASCII letter and others do not.
pub const DOTTED_I: char = '\u{130}';
