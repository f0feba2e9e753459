//! What the values of one field tell.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use foldhash::fast::FixedState;
use gatewatch_event::{AnchorValue, DOTTED_I, Field, Value};
use gatewatch_query::without_case;

use super::{Candidates, Need, WORD};

/// The needs that something of one field meets. Needs are kept as the numbers of their bits: by layer, then by condition.
#[derive(Debug)]
pub(super) struct FieldIndex {
    field: Field,
    /// Any value will do.
    present: Box<[u32]>,
    /// By the whole text, without case.
    equal: HashMap<Box<str>, Box<[u32]>, FixedState>,
    /// Which lengths these texts have; those from 127 on are one.
    lengths: u128,
    holds: Option<Literals>,
}

/// Parts of texts, all looked for in one pass.
#[derive(Debug)]
struct Literals {
    searcher: AhoCorasick,
    needs: Box<[Box<[u32]>]>,
}

/// What is being collected for one field.
#[derive(Default)]
pub(super) struct Collected {
    present: Vec<Need>,
    equal: HashMap<Box<str>, Vec<Need>>,
    holds: HashMap<Box<str>, Vec<Need>>,
}

impl Collected {
    pub(super) fn add(&mut self, value: AnchorValue, need: Need) {
        match value {
            AnchorValue::Present => self.present.push(need),
            AnchorValue::Equal(text) => self.equal.entry(text).or_default().push(need),
            AnchorValue::Holds(text) => self.holds.entry(text).or_default().push(need),
        }
    }

    /// All needs that something of the field meets, some of them several times.
    pub(super) fn needs(&self) -> impl Iterator<Item = Need> {
        let equal = self.equal.values().flatten();
        let holds = self.holds.values().flatten();
        self.present.iter().chain(equal).chain(holds).copied()
    }
}

/// The bit of a length.
fn length_bit(length: usize) -> u128 {
    1 << length.min(127)
}

impl FieldIndex {
    /// `width` is the number of words of a layer.
    pub(super) fn new(field: Field, collected: Collected, width: usize) -> Self {
        let bits = |needs: &[Need]| -> Box<[u32]> {
            let bit = |(layer, number): &Need| {
                // Both are bounded by the needs of the rules that are loaded.
                u32::try_from(layer * width * WORD).unwrap_or(u32::MAX) + number
            };
            needs.iter().map(bit).collect()
        };
        let mut present = collected.present;
        let holds = Literals::new(collected.holds, &bits).unwrap_or_else(|unsearchable| {
            // Met by every value, as if only a value were needed.
            present.extend(unsearchable);
            None
        });
        let lengths = collected.equal.keys().map(|text| length_bit(text.len()));
        Self {
            field,
            present: bits(&present),
            lengths: lengths.fold(0, |all, bit| all | bit),
            equal: collected
                .equal
                .into_iter()
                .map(|(text, needs)| (text, bits(&needs)))
                .collect(),
            holds,
        }
    }

    pub(super) fn field(&self) -> Field {
        self.field
    }

    /// Marks the needs that a value meets. False when it must be taken to meet all.
    pub(super) fn look_up(&self, value: &Value<'_>, found: &mut Candidates) -> bool {
        match value {
            Value::Str(text) => self.text(text, found),
            Value::Long(_) | Value::Unsigned(_) => self.text(&value.text(), found),
            // Other kinds have several ways to be written.
            _ => false,
        }
    }

    fn text(&self, text: &str, found: &mut Candidates) -> bool {
        found.meet(&self.present);
        if !text.is_ascii() {
            if text.contains(DOTTED_I) {
                return false;
            }
            self.folded(&without_case(text), found);
            return true;
        }
        if self.holds.is_none() && self.lengths & length_bit(text.len()) == 0 {
            return true;
        }
        let mut room = std::mem::take(&mut found.text);
        room.clear();
        room.push_str(text);
        room.make_ascii_lowercase();
        self.folded(&room, found);
        found.text = room;
        true
    }

    fn folded(&self, text: &str, found: &mut Candidates) {
        if self.lengths & length_bit(text.len()) != 0
            && let Some(needs) = self.equal.get(text)
        {
            found.meet(needs);
        }
        if let Some(literals) = &self.holds {
            for hit in literals.searcher.find_overlapping_iter(text) {
                found.meet(&literals.needs[hit.pattern().as_usize()]);
            }
        }
    }
}

impl Literals {
    /// # Errors
    ///
    /// The needs, if the literals are too many for one search.
    fn new(
        holds: HashMap<Box<str>, Vec<Need>>,
        bits: &dyn Fn(&[Need]) -> Box<[u32]>,
    ) -> Result<Option<Self>, Vec<Need>> {
        if holds.is_empty() {
            return Ok(None);
        }
        let mut literals: Vec<(Box<str>, Vec<Need>)> = holds.into_iter().collect();
        literals.sort_unstable();
        let searcher = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(literals.iter().map(|(text, _)| text.as_bytes()));
        match searcher {
            Ok(searcher) => Ok(Some(Self {
                searcher,
                needs: literals.iter().map(|(_, needs)| bits(needs)).collect(),
            })),
            Err(_) => Err(literals.into_iter().flat_map(|(_, needs)| needs).collect()),
        }
    }
}
