//! An event whose fields are read once, however many rules ask for them.

use std::cell::RefCell;
use std::rc::Rc;

use gatewatch_event::{Document, Event, Field, Timestamp, Value};

/// Remembers the values of the fields that were asked for.
pub(crate) struct CachedEvent<'a> {
    event: &'a dyn Event,
    fields: RefCell<Vec<(Field, Rc<[Value<'static>]>)>>,
}

impl<'a> CachedEvent<'a> {
    pub(crate) fn new(event: &'a dyn Event) -> Self {
        Self {
            event,
            fields: RefCell::new(Vec::new()),
        }
    }

    /// The values of a field. The list is handed out by reference count, so that a visit may lead to another.
    fn values(&self, field: Field) -> Rc<[Value<'static>]> {
        // Rules ask for a handful of fields: looking through them beats a hash.
        let known = self
            .fields
            .borrow()
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, values)| Rc::clone(values));
        known.unwrap_or_else(|| {
            let values: Rc<[Value<'static>]> = self.event.all(field).into();
            self.fields.borrow_mut().push((field, Rc::clone(&values)));
            values
        })
    }
}

impl Event for CachedEvent<'_> {
    fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
        for value in self.values(field).iter() {
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
        self.event.timestamp()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use gatewatch_event::{Document, Event, Field, Value};

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
}
