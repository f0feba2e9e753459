//! The key of the last hit of a question.

use gatewatch_event::{Event, Value};
use gatewatch_query::{KeyValue, Keys};

use super::encode_values;

/// The key that a text gave, encoded: events come in runs of one host or user, whose key need not be made anew each time.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastKey {
    /// The one value that the field had.
    text: String,
    /// Empty before there is one: no list of values is encoded so.
    pub(crate) encoded: Vec<u8>,
}

/// Longer texts are seldom those of many events.
const LONGEST: usize = 256;

impl LastKey {
    /// Is it the key of this event as well? Only said of a key of one field that has one text.
    pub(crate) fn is_of(&self, keys: &Keys, event: &dyn Event) -> bool {
        !self.encoded.is_empty() && only_text(keys, event, &mut |text| text == self.text)
    }

    /// Keeps the key of an event, if it is one of the kind that can be told again.
    pub(crate) fn keep(&mut self, keys: &Keys, event: &dyn Event, key: &[KeyValue]) {
        self.encoded.clear();
        let own = &mut self.text;
        let kept = only_text(keys, event, &mut |text| {
            own.clear();
            own.push_str(text);
            text.len() <= LONGEST
        });
        if kept {
            encode_values(&mut self.encoded, key);
        }
    }
}

/// Does `test` hold of the one text of the one field?
fn only_text(keys: &Keys, event: &dyn Event, test: &mut dyn FnMut(&str) -> bool) -> bool {
    let [key] = keys.as_slice() else {
        return false;
    };
    let Some((field, _)) = key.source else {
        return false;
    };
    let (mut first, mut holds) = (true, false);
    event.visit(field, &mut |value| {
        holds = match &value {
            Value::Str(text) if first => test(text),
            _ => false,
        };
        first = false;
        holds
    });
    holds
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Field, FieldType, JsonEvent};
    use gatewatch_query::{Key, Keys, SchemaType};
    use serde_json::json;

    use super::LastKey;
    use crate::hits::encode_values;

    #[test]
    fn a_key_is_known_again_by_its_one_text() {
        let key = |name: &str| Key {
            name: name.to_owned(),
            optional: true,
            source: Some((Field::new(name), SchemaType::Declared(FieldType::Keyword))),
        };
        let keys = Keys::new(vec![key("host.name")]);
        let both = Keys::new(vec![key("host.name"), key("user.name")]);
        let event = |value| JsonEvent::new(json!({"host": {"name": value}, "user": {"name": "u"}}));
        let one = event(json!("a"));
        let mut last = LastKey::default();
        assert!(!last.is_of(&keys, &one));
        let row = &keys.extract(&one).expect("few keys")[0];
        last.keep(&keys, &one, row);
        let mut encoded = Vec::new();
        encode_values(&mut encoded, row);
        assert_eq!(last.encoded, encoded);
        assert!(last.is_of(&keys, &one));
        assert!(!last.is_of(&both, &one));
        for other in [
            json!("b"),
            json!(["a", "a"]),
            json!([]),
            json!(["b", "a"]),
            json!(1),
        ] {
            assert!(!last.is_of(&keys, &event(other.clone())), "{other}");
        }
        // What is no single text is not kept, and what was kept before is gone.
        let several = event(json!(["a", "a"]));
        last.keep(
            &keys,
            &several,
            &keys.extract(&several).expect("few keys")[0],
        );
        assert!(!last.is_of(&keys, &one));
        let missing = event(json!([]));
        last.keep(
            &keys,
            &missing,
            &keys.extract(&missing).expect("few keys")[0],
        );
        assert!(!last.is_of(&keys, &missing));
    }
}
