//! Indicators, and the events that hold them.

use std::collections::HashMap;
use std::io;

use gatewatch_event::{Cidr, CidrSet, Document, Event, JsonEvent};
use gatewatch_query::{KeyValue, Keys, RuntimeError};
use gatewatch_rules::CompiledRule;
use serde_json::{Map, Value as Json, json};

use crate::store::{DocumentRef, DocumentStore};

/// Matches that one alert shows, as in Kibana.
const MOST_MATCHES: usize = 200;

/// Bytes of indicators in memory; what is more lies in a temporary file.
const MEMORY: usize = 32 << 20;

/// The documents that may be indicators.
#[derive(Debug)]
pub struct IndicatorStore {
    store: DocumentStore,
    places: Vec<DocumentRef>,
}

impl Default for IndicatorStore {
    fn default() -> Self {
        Self {
            store: DocumentStore::new(MEMORY),
            places: Vec::new(),
        }
    }
}

impl IndicatorStore {
    /// Adds a document.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be written.
    pub fn push(&mut self, document: &Document) -> io::Result<()> {
        let bytes = serde_json::to_vec(document.as_map()).map_err(io::Error::other)?;
        let place = self.store.push(&bytes)?;
        self.places.push(place);
        Ok(())
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn get(&self, number: usize) -> io::Result<Document> {
        let place = self
            .places
            .get(number)
            .ok_or_else(|| io::Error::other("no such indicator"))?;
        let map: Map<String, Json> =
            serde_json::from_slice(&self.store.get(*place)?).map_err(io::Error::other)?;
        Ok(Document::from_map(map))
    }
}

/// What a rule of type threat_match looks for.
#[derive(Debug)]
pub(crate) struct ThreatIndex {
    groups: Vec<Group>,
    /// Indicators that its threat query takes.
    taken: usize,
}

/// Entries that must all hold.
#[derive(Debug)]
struct Group {
    /// The fields of events, the first of them an entry that is not negated.
    entries: Vec<(Keys, bool)>,
    /// Where each entry stands in the rule's mapping.
    order: Vec<usize>,
    /// Indicators by their values for the first entry.
    by_value: HashMap<KeyValue, Vec<u32>>,
    /// Indicators that are address blocks, for a first entry that is an address.
    blocks: Vec<(Cidr, u32)>,
    /// All of these blocks, so that few events go through them one by one.
    in_any_block: CidrSet,
    /// For each indicator, its values for the further entries.
    further: HashMap<u32, Vec<Vec<KeyValue>>>,
}

impl ThreatIndex {
    /// `None` for a rule of another type.
    pub(crate) fn new(compiled: &CompiledRule, store: &IndicatorStore) -> Option<Self> {
        let indicators = compiled.indicators.as_ref()?;
        let mut groups: Vec<Group> = Vec::new();
        let mut readers = Vec::new();
        for entries in &indicators.groups {
            let mut order: Vec<usize> = (0..entries.len()).collect();
            order.sort_by_key(|&at| entries[at].negate);
            // A group of nothing but negations would match nearly everything: Kibana refuses it.
            if order.first().is_none_or(|&first| entries[first].negate) {
                continue;
            }
            readers.push(
                order
                    .iter()
                    .map(|&at| entries[at].indicator.clone())
                    .collect::<Vec<Keys>>(),
            );
            groups.push(Group {
                entries: order
                    .iter()
                    .map(|&at| (entries[at].event.clone(), entries[at].negate))
                    .collect(),
                order,
                by_value: HashMap::new(),
                blocks: Vec::new(),
                in_any_block: CidrSet::default(),
                further: HashMap::new(),
            });
        }
        let mut taken = 0;
        for number in 0..store.len() {
            let Ok(document) = store.get(number) else {
                continue;
            };
            let event = JsonEvent::from(document);
            let excepted = compiled
                .exceptions
                .iter()
                .any(|exception| exception.condition.matches(&event) == Ok(true));
            if excepted || indicators.condition.matches(&event) != Ok(true) {
                continue;
            }
            taken += 1;
            let Ok(number) = u32::try_from(number) else {
                break;
            };
            for (group, readers) in groups.iter_mut().zip(&readers) {
                group.add(number, &event, readers);
            }
        }
        for group in &mut groups {
            group.in_any_block = group.blocks.iter().map(|(block, _)| *block).collect();
        }
        Some(Self { groups, taken })
    }

    pub(crate) fn len(&self) -> usize {
        self.taken
    }

    /// The matches of an event, each as group, entry, indicator; `None` without any.
    pub(crate) fn matches(&self, event: &dyn Event) -> Result<Option<Vec<KeyValue>>, RuntimeError> {
        let mut found = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            let of_event: Vec<Vec<KeyValue>> = group
                .entries
                .iter()
                .map(|(keys, _)| Ok(keys.extract(event)?.into_iter().flatten().collect()))
                .collect::<Result<_, RuntimeError>>()?;
            let mut candidates: Vec<u32> = Vec::new();
            for value in &of_event[0] {
                candidates.extend(group.by_value.get(value).into_iter().flatten());
                if let KeyValue::Ip(address) = value
                    && group.in_any_block.contains(*address)
                {
                    let in_blocks = group
                        .blocks
                        .iter()
                        .filter(|(block, _)| block.contains(*address));
                    candidates.extend(in_blocks.map(|(_, indicator)| *indicator));
                }
            }
            candidates.sort_unstable();
            candidates.dedup();
            for indicator in candidates {
                if found.len() < MOST_MATCHES && group.holds(indicator, &of_event) {
                    found.push((number, indicator));
                }
            }
        }
        if found.is_empty() {
            return Ok(None);
        }
        let long = |number: usize| KeyValue::Long(i64::try_from(number).unwrap_or(i64::MAX));
        Ok(Some(
            found
                .into_iter()
                .flat_map(|(group, indicator)| [long(group), KeyValue::Long(i64::from(indicator))])
                .collect(),
        ))
    }

    /// The `threat.enrichments` of an event with these matches.
    pub(crate) fn enrichments(
        &self,
        compiled: &CompiledRule,
        store: &IndicatorStore,
        event: &Document,
        matches: &[KeyValue],
    ) -> io::Result<Vec<Json>> {
        let gatewatch_rules::RuleType::ThreatMatch(threat) = &compiled.rule.rule_type else {
            return Ok(Vec::new());
        };
        let whole = |value: &KeyValue| match value {
            KeyValue::Long(number) => usize::try_from(*number).ok(),
            _ => None,
        };
        let groups: Vec<&Vec<gatewatch_rules::ThreatEntry>> = threat
            .mapping
            .iter()
            .filter(|entries| entries.iter().any(|entry| !entry.negate))
            .collect();
        let event = JsonEvent::from(event.clone());
        let mut enrichments = Vec::new();
        for pair in matches.chunks_exact(2) {
            let (Some(number), Some(indicator)) = (whole(&pair[0]), whole(&pair[1])) else {
                continue;
            };
            let (Some(group), Some(mapping)) = (self.groups.get(number), groups.get(number)) else {
                continue;
            };
            let document = store.get(indicator)?;
            for (at, (keys, negate)) in group.entries.iter().enumerate() {
                if *negate || enrichments.len() >= MOST_MATCHES {
                    continue;
                }
                let Some(entry) = mapping.get(group.order[at]) else {
                    continue;
                };
                let indicator = u32::try_from(indicator).unwrap_or(u32::MAX);
                let atomic = keys.extract(&event).ok().and_then(|rows| {
                    rows.into_iter()
                        .flatten()
                        .find(|value| group.has(at, indicator, value))
                });
                enrichments.push(enrichment(
                    &document,
                    &threat.indicator_path,
                    &entry.field,
                    atomic.map_or(Json::Null, |value| value.to_json()),
                ));
            }
        }
        Ok(enrichments)
    }
}

fn enrichment(indicator: &Document, path: &str, field: &str, atomic: Json) -> Json {
    let id = indicator
        .get("_id")
        .cloned()
        .unwrap_or_else(|| Json::from(crate::alert::document_id(indicator)));
    let index = indicator.get("_index").cloned().unwrap_or_default();
    let mut copied = indicator.get(path).cloned().unwrap_or_else(|| json!({}));
    if let (Some(object), Some(reference)) =
        (copied.as_object_mut(), indicator.get("event.reference"))
    {
        object
            .entry("reference")
            .or_insert_with(|| reference.clone());
    }
    let mut result = json!({
        "indicator": copied,
        "matched": {
            "atomic": atomic, "field": field, "id": id, "index": index, "type": "indicator_match_rule",
        },
    });
    if let Some(feed) = indicator.get("threat.feed.name") {
        result["feed"] = json!({"name": feed});
    }
    result
}

impl Group {
    fn add(&mut self, number: u32, indicator: &JsonEvent, readers: &[Keys]) {
        let values: Vec<Vec<KeyValue>> = readers
            .iter()
            .map(|keys| {
                keys.extract(indicator)
                    .map(|rows| rows.into_iter().flatten().collect())
                    .unwrap_or_default()
            })
            .collect();
        let blocks = blocks(indicator, &readers[0], &self.entries[0].0);
        if values[0].is_empty() && blocks.is_empty() {
            return;
        }
        for value in &values[0] {
            self.by_value.entry(value.clone()).or_default().push(number);
        }
        self.blocks
            .extend(blocks.into_iter().map(|block| (block, number)));
        if values.len() > 1 {
            self.further
                .insert(number, values.into_iter().skip(1).collect());
        }
    }

    /// Does the indicator have this value for an entry?
    fn has(&self, entry: usize, indicator: u32, value: &KeyValue) -> bool {
        if entry > 0 {
            return self
                .further
                .get(&indicator)
                .is_some_and(|further| further[entry - 1].contains(value));
        }
        let by_value = self
            .by_value
            .get(value)
            .is_some_and(|indicators| indicators.binary_search(&indicator).is_ok());
        let in_block = matches!(value, KeyValue::Ip(address)
            if self.blocks.iter().any(|(block, of)| *of == indicator && block.contains(*address)));
        by_value || in_block
    }

    /// Do the further entries hold between the indicator and an event with these values?
    fn holds(&self, indicator: u32, of_event: &[Vec<KeyValue>]) -> bool {
        (1..self.entries.len()).all(|entry| {
            let further = self.further.get(&indicator);
            let values = further.map_or(&[][..], |further| &further[entry - 1]);
            if values.is_empty() {
                // Kibana passes over indicators that lack a field of the group.
                return false;
            }
            let equal = of_event[entry].iter().any(|value| values.contains(value));
            equal != self.entries[entry].1
        })
    }
}

/// The address blocks that an indicator names where the event has an address.
fn blocks(indicator: &JsonEvent, reader: &Keys, of_event: &Keys) -> Vec<Cidr> {
    let is_address = of_event.as_slice().iter().any(|key| {
        matches!(
            key.source,
            Some((
                _,
                gatewatch_query::SchemaType::Declared(gatewatch_event::FieldType::Ip)
            ))
        )
    });
    let mut found = Vec::new();
    if is_address {
        for field in reader.fields() {
            indicator.visit(field, &mut |value| {
                let text = value.text();
                if text.contains('/')
                    && let Some(block) = Cidr::parse(&text)
                {
                    found.push(block);
                }
                true
            });
        }
    }
    found
}
