//! What the text of a record shows if something that matters is in it.

use aho_corasick::AhoCorasick;
use gatewatch_event::{Anchor, AnchorValue, Field};

use crate::format::literals;

/// Shorter literals are everywhere.
const SHORTEST: usize = 2;
/// What the text of a record must show for one of some [anchors](Anchor) to be met, provided that the values of their fields are
/// parts of the text, or several such parts with spaces between them.
///
/// Of each text that a field must have, the longest part is looked for that has no space, quote or slash in it, wherever it
/// stands.
#[derive(Debug)]
pub struct TextTraces {
    fields: Vec<Field>,
    literals: AhoCorasick,
}

impl TextTraces {
    /// What must be shown for one of `anchors` to be met. `None` when the text cannot tell, or not cheaply.
    pub fn of(anchors: &[Anchor]) -> Option<Self> {
        let mut fields = Vec::new();
        let mut literals = Vec::new();
        for anchor in anchors {
            match &anchor.value {
                AnchorValue::Present => return None,
                AnchorValue::Equal(text) | AnchorValue::Holds(text) => {
                    literals.push(literal_inside(text)?);
                }
            }
            fields.push(anchor.field);
        }
        fields.sort_unstable();
        fields.dedup();
        literals.sort_unstable();
        literals.dedup();
        let literals = literals::search(literals.into_iter())?;
        Some(Self { fields, literals })
    }

    /// The fields of the anchors, each once.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Does the text show any of it?
    pub fn are_in(&self, text: &str) -> bool {
        self.literals.is_match(text)
    }
}

/// The longest part of a text that stands unbroken wherever the text does. `None` if it is too short.
fn literal_inside(text: &str) -> Option<&str> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.split(|c| !is_inside(c))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Anchor, AnchorValue, Field};

    use super::TextTraces;

    fn anchor(value: AnchorValue) -> Anchor {
        Anchor {
            field: Field::new("process.name"),
            value,
        }
    }

    #[test]
    fn literals_stand_anywhere() {
        let traces = TextTraces::of(&[
            anchor(AnchorValue::Equal("wg".into())),
            anchor(AnchorValue::Holds("/etc/tor/*.conf -x".into())),
        ])
        .expect("they can be told");
        for shown in ["comm=\"WG\"", "a.CONF", "x\u{212a}y", "hawgarth", "\\u017f"] {
            assert!(traces.are_in(shown), "{shown}");
        }
        for not_shown in ["", "w g", "tor", "conf", "comm=\"ls\""] {
            assert!(!traces.are_in(not_shown), "{not_shown}");
        }
        assert_eq!(traces.fields(), [Field::new("process.name")]);
    }

    #[test]
    fn what_cannot_be_looked_for() {
        for value in [
            AnchorValue::Present,
            AnchorValue::Equal("".into()),
            AnchorValue::Equal("x".into()),
            AnchorValue::Holds("/ é".into()),
        ] {
            assert!(
                TextTraces::of(&[anchor(value.clone())]).is_none(),
                "{value:?}"
            );
        }
        let nothing = TextTraces::of(&[]).expect("nothing can be met");
        assert!(!nothing.are_in("anything"));
    }
}
