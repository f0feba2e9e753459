//! An alert's document, of which all that the rule says is shared by the alerts of the rule.

use std::sync::{Arc, OnceLock};

use gatewatch_event::Document;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value as Json};

use super::gaps::Gaps;

/// Where the fields of the rule lie.
const RULE: &str = "kibana.alert.rule";
/// The objects around them, from the outside.
const AROUND: &[&str] = &["kibana", "alert"];
/// Their own key.
const KEY: &str = "rule";

/// What alerts say of their rule, also as JSON text: it is longer than most events, and the same in alert after alert.
#[derive(Debug)]
pub(crate) struct RuleFields {
    json: Json,
    text: Box<RawValue>,
}

impl RuleFields {
    pub(super) fn new(fields: Map<String, Json>) -> Self {
        let json = Json::Object(fields);
        let text = to_raw_value(&json).expect("a JSON value can be written as text");
        Self { json, text }
    }
}

/// The document of an alert: the event, or what the events of a sequence share, with the `kibana.alert.*` fields. Writing it
/// with `serde` gives the whole.
#[derive(Clone, Debug)]
pub struct AlertDocument {
    own: Document,
    /// Members of the event that stand in `own` as null.
    gaps: Option<Gaps>,
    /// `own` without gaps, once somebody asked for it.
    filled: OnceLock<Document>,
    rule: Arc<RuleFields>,
}

impl AlertDocument {
    /// `own` has fields below `kibana.alert`.
    pub(super) fn new(own: Document, rule: Arc<RuleFields>) -> Self {
        Self::with_gaps(own, None, rule)
    }

    /// The same of an event that is not all parsed.
    pub(super) fn with_gaps(own: Document, gaps: Option<Gaps>, rule: Arc<RuleFields>) -> Self {
        Self {
            own,
            gaps,
            filled: OnceLock::new(),
            rule,
        }
    }

    /// All but `kibana.alert.rule`.
    pub fn own(&self) -> &Document {
        match &self.gaps {
            Some(gaps) => self.filled.get_or_init(|| gaps.filled(&self.own)),
            None => &self.own,
        }
    }

    /// The same, to be changed; objects in `kibana.alert` must stay objects.
    pub fn own_mut(&mut self) -> &mut Document {
        if let Some(gaps) = self.gaps.take() {
            self.own = match self.filled.take() {
                Some(filled) => filled,
                None => gaps.filled(&self.own),
            };
        }
        &mut self.own
    }

    /// All of it.
    pub fn to_document(&self) -> Document {
        let mut document = self.own().clone();
        document.set(RULE, self.rule.json.clone());
        document
    }
}

impl Serialize for AlertDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = Level {
            map: self.own.as_map(),
            path: AROUND,
            rule: &self.rule.text,
            gaps: self.gaps.as_ref(),
        };
        whole.serialize(serializer)
    }
}

/// An object on the way to the fields of the rule, or the one around them.
struct Level<'a> {
    map: &'a Map<String, Json>,
    path: &'a [&'a str],
    rule: &'a RawValue,
    /// Of the outermost, what stands in the map as null.
    gaps: Option<&'a Gaps>,
}

impl Serialize for Level<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (key, value) in self.map {
            if let Some(text) = self.gaps.and_then(|gaps| gaps.get(key)) {
                members.serialize_entry(key, text)?;
                continue;
            }
            match (self.path.split_first(), value) {
                (Some((head, path)), Json::Object(map)) if key == head => {
                    let rule = self.rule;
                    let level = Level {
                        map,
                        path,
                        rule,
                        gaps: None,
                    };
                    members.serialize_entry(key, &level)?;
                }
                _ => members.serialize_entry(key, value)?,
            }
        }
        if self.path.is_empty() {
            members.serialize_entry(KEY, self.rule)?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gatewatch_event::Document;
    use serde_json::{Map, Value as Json, json};

    use super::{AlertDocument, RuleFields};

    fn map(json: Json) -> Map<String, Json> {
        match json {
            Json::Object(map) => map,
            _ => Map::new(),
        }
    }

    #[test]
    fn written_text_and_whole_document_are_one() {
        let own = Document::from_map(map(
            json!({"a": {"kibana": {"alert": 1}}, "kibana": {"alert": {"uuid": "x"}, "space_ids": ["default"]}, "alert": {}}),
        ));
        let rule = Arc::new(RuleFields::new(map(json!({"name": "r", "tags": ["t"]}))));
        let alert = AlertDocument::new(own, rule);
        let written = serde_json::to_string(&alert).expect("written");
        let whole = alert.to_document().into_json();
        assert_eq!(written, whole.to_string());
        assert_eq!(whole["kibana"]["alert"]["rule"]["name"], "r");
        assert_eq!(alert.own().get("kibana.alert.rule"), None);
    }
}
