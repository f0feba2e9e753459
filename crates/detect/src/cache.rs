//! An event whose fields are read once, however many rules ask for them.

use std::cell::OnceCell;

use gatewatch_event::{Document, Event, Field, Timestamp, Value};

/// Remembers the values of the fields that were asked for.
pub(crate) struct CachedEvent<'a> {
    event: &'a dyn Event,
    first: Block,
    timestamp: OnceCell<Option<Timestamp>>,
}

/// Fields in a block: most events are asked for no more.
const FIELDS: usize = 12;

/// Some fields in the order in which they were first asked for. What is there never moves, so that a visit may lead to
/// another.
#[derive(Default)]
struct Block {
    fields: [OnceCell<(Field, Values)>; FIELDS],
    next: OnceCell<Box<Block>>,
}

/// The values of a field. Most have one.
enum Values {
    One(Value<'static>),
    Any(Vec<Value<'static>>),
}

impl Values {
    fn read(event: &dyn Event, field: Field) -> Self {
        let (mut first, mut all) = (None, Vec::new());
        event.visit(field, &mut |value| {
            let value = value.into_owned();
            match first.take() {
                None if all.is_empty() => first = Some(value),
                None => all.push(value),
                Some(first) => all.extend([first, value]),
            }
            true
        });
        match first {
            Some(only) => Self::One(only),
            None => Self::Any(all),
        }
    }

    fn as_slice(&self) -> &[Value<'static>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Any(values) => values,
        }
    }
}

impl<'a> CachedEvent<'a> {
    pub(crate) fn new(event: &'a dyn Event) -> Self {
        Self {
            event,
            first: Block::default(),
            timestamp: OnceCell::new(),
        }
    }

    /// The values of a field.
    fn values(&self, field: Field) -> &[Value<'static>] {
        let mut block = &self.first;
        loop {
            // Rules ask for a handful of fields: looking through them beats a hash.
            for slot in &block.fields {
                let (known, values) = slot.get_or_init(|| (field, Values::read(self.event, field)));
                if *known == field {
                    return values.as_slice();
                }
            }
            block = block.next.get_or_init(Box::default);
        }
    }
}

impl Event for CachedEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        for value in self.values(field) {
            if !visit(value.borrowed()) {
                break;
            }
        }
    }

    fn visit_all(&self, visit: &mut dyn FnMut(&str, Value<'_>) -> bool) {
        self.event.visit_all(visit);
    }

    fn has(&self, field: Field) -> bool {
        !self.values(field).is_empty() || self.event.has(field)
    }

    fn document(&self) -> Document {
        self.event.document()
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        self.event.write_json(out);
    }

    fn timestamp(&self) -> Option<Timestamp> {
        *self.timestamp.get_or_init(|| self.event.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use gatewatch_event::{Document, Event, Field, JsonEvent, Value};
    use serde_json::json;

    use super::CachedEvent;

    struct Counting(Cell<u32>);

    impl Event for Counting {
        fn visit(&self, _: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
            self.0.set(self.0.get() + 1);
            let _ = visit(Value::from("a")) && visit(Value::from("b"));
        }
        fn document(&self) -> Document {
            Document::new()
        }
    }

    #[test]
    fn a_field_is_read_once_and_a_visit_may_lead_to_another() {
        let event = Counting(Cell::new(0));
        let cached = CachedEvent::new(&event);
        let (outer, inner) = (Field::new("cache.outer"), Field::new("cache.inner"));
        let mut pairs = Vec::new();
        for _ in 0..2 {
            cached.visit(outer, &mut |left| {
                cached.visit(inner, &mut |right| {
                    pairs.push(format!("{}{}", left.text(), right.text()));
                    true
                });
                true
            });
        }
        assert_eq!(pairs, ["aa", "ab", "ba", "bb", "aa", "ab", "ba", "bb"]);
        assert_eq!(event.0.get(), 2);
    }

    #[test]
    fn many_fields_are_remembered() {
        let event = JsonEvent::new(json!({"a": [1, 2, 3], "b": [1, 2], "c": "x", "d": []}));
        let cached = CachedEvent::new(&event);
        let others = (0..100).map(|number| format!("cache.other{number}"));
        let names: Vec<String> = others
            .chain(["a", "b", "c", "d"].map(str::to_owned))
            .collect();
        for name in names.iter().chain(names.iter().rev()) {
            let field = Field::new(name);
            assert_eq!(cached.all(field), event.all(field), "{name}");
            assert_eq!(cached.has(field), event.has(field), "{name}");
        }
    }
}
