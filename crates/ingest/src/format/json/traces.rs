//! What the raw text of a document shows if something that matters is in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use gatewatch_event::{Anchor, AnchorValue, INDEX_FIELD, is_plain_in_json};
use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::JsonKind;
use super::index::skip_space;
use super::skim::{RawObject, RawValue, RootName, Skimmed};
use crate::consumer::ADDED_FIELDS;
use crate::format::literals;
use crate::format::text::TextTraces;

/// Shorter literals are everywhere.
const SHORTEST: usize = 3;
/// Each key and each set of literals is another search.
const MOST_SEARCHES: usize = 16;
/// Traces that one job holds.
const MOST_TRACES: usize = 256;

/// What the raw text of a record must show for one of some [anchors](Anchor) to be met, provided that its fields are written
/// as they are, and that no letter that can be part of a literal is escaped.
///
/// It is looked for in the members that the first part of a field's name leads to, or the first two where that spares a search
/// through long texts. There a value is shown by its key, the last part of the name, with the value behind it, or by a literal
/// alone, wherever it stands.
#[derive(Debug)]
pub struct Traces {
    members: Vec<MemberTraces>,
    /// The first parts of the fields' names.
    roots: Vec<RootName>,
    /// For each byte, whether a key in the root that begins with it may lead to one of them.
    begins: [bool; 256],
}

/// What a member of the root, or a member of such an object, must show.
#[derive(Debug)]
struct MemberTraces {
    /// The first part of the fields' names.
    root: String,
    /// The second; `None` where any will do.
    second: Option<String>,
    keys: Vec<KeyTrace>,
    literals: Option<AhoCorasick>,
}

/// A key and what is behind it.
#[derive(Debug)]
struct KeyTrace {
    /// The key with its closing quote.
    key: Finder<'static>,
    /// Texts without case; `None` for any value.
    values: Option<Vec<Box<str>>>,
}

/// The values by key; `None` for any value.
type Keys<'a> = BTreeMap<&'a str, Option<BTreeSet<&'a str>>>;

impl Traces {
    /// What must be shown for one of `anchors` to be met. `None` when the raw text cannot tell, or not cheaply.
    pub fn of(anchors: &[Anchor]) -> Option<Self> {
        let searched: BTreeSet<&str> = anchors
            .iter()
            .filter(|anchor| matches!(anchor.value, AnchorValue::Holds(_)))
            .filter_map(|anchor| anchor.field.name().split('.').next())
            .collect();
        let mut by_member: BTreeMap<(&str, Option<&str>), Vec<&Anchor>> = BTreeMap::new();
        for anchor in anchors {
            let name = anchor.field.name();
            // What a place adds stands nowhere.
            if ADDED_FIELDS.contains(&name) || name == INDEX_FIELD {
                return None;
            }
            let mut parts = name.split('.');
            let root = parts.next()?;
            let second = parts.next().filter(|_| searched.contains(root));
            by_member.entry((root, second)).or_default().push(anchor);
        }
        let members = by_member
            .into_iter()
            .map(|(member, anchors)| MemberTraces::new(member, &anchors))
            .collect::<Option<Vec<_>>>()?;
        let searches = members.iter().map(MemberTraces::searches).sum::<usize>();
        let mut begins = [false; 256];
        for root in members
            .iter()
            .filter_map(|member| member.root.bytes().next())
        {
            begins[usize::from(root)] = true;
        }
        let mut names: Vec<&str> = members.iter().map(|member| member.root.as_str()).collect();
        names.dedup();
        let roots = names.into_iter().map(RootName::new).collect();
        (searches <= MOST_SEARCHES).then_some(Self {
            members,
            roots,
            begins,
        })
    }

    /// Does the record show any of it?
    pub(super) fn are_in(&self, record: Skimmed<'_, '_>) -> bool {
        record.roots_named(&self.roots).any(|root| {
            let Some((root, key)) = root.and_then(|root| Some((root, root.key?))) else {
                // In doubt it does.
                return true;
            };
            if !key
                .first()
                .is_some_and(|first| self.begins[usize::from(*first)])
            {
                return false;
            }
            let (first, rest) = split(key);
            let of_root = |member: &&MemberTraces| member.root.as_bytes() == first;
            let mut members = self.members.iter().filter(of_root);
            let Some(some) = members.next() else {
                return false;
            };
            let is_apart = some.second.is_some() || members.next().is_some();
            let mut members = self.members.iter().filter(of_root);
            match record.root_object(root.at) {
                Some(object) if is_apart && rest.is_none() => {
                    Self::are_in_object(members, record, object)
                }
                _ => record
                    .root_value(root.at)
                    .is_none_or(|value| members.any(|member| member.is_in(key, value))),
            }
        })
    }

    /// The same for an object that the first part of the names of these members leads to.
    fn are_in_object<'t>(
        members: impl Iterator<Item = &'t MemberTraces> + Clone,
        record: Skimmed<'_, '_>,
        object: RawObject,
    ) -> bool {
        let mut shown = false;
        let walked = record.members(object, |key, value| {
            shown = key.is_none_or(|key| {
                let (second, _) = split(key);
                members
                    .clone()
                    .filter(|member| {
                        let wanted = member.second.as_deref();
                        wanted.is_none_or(|wanted| wanted.as_bytes() == second)
                    })
                    .any(|member| member.is_in(key, value))
            });
            !shown
        });
        shown || walked.is_none()
    }
}

/// A key up to its first dot, and what follows that.
fn split(key: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr(b'.', key) {
        Some(dot) => (&key[..dot], Some(&key[dot + 1..])),
        None => (key, None),
    }
}

impl MemberTraces {
    fn new((root, second): (&str, Option<&str>), anchors: &[&Anchor]) -> Option<Self> {
        let mut keys = Keys::new();
        let mut literals = BTreeSet::new();
        for anchor in anchors {
            let name = anchor.field.name();
            let key = name.rsplit('.').next().filter(|key| is_plain(key))?;
            match &anchor.value {
                AnchorValue::Present => {
                    keys.insert(key, None);
                }
                AnchorValue::Equal(text) => {
                    let values = keys.entry(key).or_insert_with(|| Some(BTreeSet::new()));
                    if let Some(values) = values {
                        values.insert(text);
                    }
                }
                AnchorValue::Holds(text) => {
                    literals.insert(literal_inside(text)?);
                }
            }
        }
        Some(Self {
            root: root.to_owned(),
            second: second.map(str::to_owned),
            keys: keys
                .into_iter()
                .map(|(key, values)| KeyTrace::new(key, values))
                .collect(),
            literals: search(&literals)?,
        })
    }

    /// How many searches it takes.
    fn searches(&self) -> usize {
        self.keys.len() + usize::from(self.literals.is_some())
    }

    /// Does the member show any of it? `key` is its own.
    fn is_in(&self, key: &[u8], value: RawValue<'_>) -> bool {
        let literals = self.literals.as_ref();
        self.keys.iter().any(|trace| trace.is_in(key, value))
            || literals.is_some_and(|literals| literals.is_match(value.raw))
    }
}

/// `None` when they cannot be searched for; a search for nothing is none.
#[expect(
    clippy::option_option,
    reason = "no literals and no search are two things"
)]
fn search(literals: &BTreeSet<String>) -> Option<Option<AhoCorasick>> {
    if literals.is_empty() {
        return Some(None);
    }
    literals::search(literals.iter().map(String::as_str)).map(Some)
}

impl KeyTrace {
    fn new(key: &str, values: Option<BTreeSet<&str>>) -> Self {
        Self {
            key: Finder::new(&format!("{key}\"")).into_owned(),
            values: values.map(|values| values.into_iter().map(Box::from).collect()),
        }
    }

    /// Stands the key in a member, with one of the values, or something that may say so in another way? `key` is the member's
    /// own.
    fn is_in(&self, key: &[u8], value: RawValue<'_>) -> bool {
        let wanted = self.key.needle();
        let name = &wanted[..wanted.len() - 1];
        let ends = key
            .strip_suffix(name)
            .is_some_and(|before| matches!(before.last(), None | Some(b'.')));
        if ends && self.may_be(value.kind == JsonKind::String, value.raw) {
            return true;
        }
        self.key.find_iter(value.raw).any(|at| {
            let begins = at > 0 && matches!(value.raw[at - 1], b'"' | b'.');
            begins && self.is_followed(value.raw, at + wanted.len())
        })
    }

    /// May this value be one of those that are wanted? So are all that have several ways to be written: escapes, letters beside
    /// ASCII, numbers that are not whole, lists, words.
    fn may_be(&self, is_text: bool, raw: &[u8]) -> bool {
        match &self.values {
            _ if !is_text && raw == b"null" => false,
            None => true,
            Some(values) => {
                let is_plain = match is_text {
                    true => raw.iter().all(|byte| byte.is_ascii() && *byte != b'\\'),
                    false => raw.iter().all(u8::is_ascii_digit),
                };
                let mut values = values.iter();
                !is_plain || values.any(|value| value.as_bytes().eq_ignore_ascii_case(raw))
            }
        }
    }

    /// Does one of the values follow a key that ends before `key_end`?
    fn is_followed(&self, text: &[u8], key_end: usize) -> bool {
        let colon = skip_space(text, key_end);
        if text.get(colon) != Some(&b':') {
            return false;
        }
        match text.get(skip_space(text, colon + 1)..).unwrap_or_default() {
            [b'"', text @ ..] => match memchr2(b'"', b'\\', text) {
                Some(end) if text[end] == b'"' => self.may_be(true, &text[..end]),
                _ => true,
            },
            rest => {
                let ends = |byte: &u8| !byte.is_ascii_alphanumeric();
                let end = rest.iter().position(ends).unwrap_or(rest.len());
                // A sign, a fraction, a list.
                let is_word = matches!(
                    rest.get(end),
                    None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')
                );
                end == 0 || !is_word || self.may_be(false, &rest[..end])
            }
        }
    }
}

/// The longest part of a text that every writer of JSON leaves as it is. `None` if it is too short, or may stand in a number.
fn literal_inside(text: &str) -> Option<String> {
    text.split(|c: char| !is_plain_in_json(c))
        .max_by_key(|part| part.len())
        .filter(|part| part.len() >= SHORTEST && !may_be_no_text(part))
        .map(str::to_owned)
}

fn is_plain(text: &str) -> bool {
    text.chars().all(is_plain_in_json)
}

/// Can it stand in a number, or in `true` or `false`? These have texts that are not written where they are.
fn may_be_no_text(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'e'))
        || ["true", "false", "infinity", "nan"]
            .iter()
            .any(|word| word.contains(text))
}

/// The traces of all consumers of one job, each made once.
///
/// Whether there are traces for some anchors is said once and for all: what is read again is passed over as it was at first.
#[derive(Debug, Default)]
pub struct TraceStore {
    of_documents: Mutex<ByAnchors<Traces>>,
    of_texts: Mutex<ByAnchors<TextTraces>>,
}

type ByAnchors<T> = HashMap<Vec<Anchor>, Option<Arc<T>>>;

/// What is kept for these anchors, or else made of them.
fn kept<T>(
    by_anchors: &Mutex<ByAnchors<T>>,
    anchors: Vec<Anchor>,
    make: fn(&[Anchor]) -> Option<T>,
) -> Option<Arc<T>> {
    let mut by_anchors = by_anchors.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(traces) = by_anchors.get(&anchors) {
        return traces.clone();
    }
    // Once full, it stays as it is.
    if by_anchors.len() == MOST_TRACES {
        return None;
    }
    let traces = make(&anchors).map(Arc::new);
    by_anchors.insert(anchors, traces.clone());
    traces
}

/// The traces of a consumer's kinds.
#[derive(Debug, Default)]
pub struct TracesByKind {
    store: Arc<TraceStore>,
    by_kind: HashMap<u32, Option<Arc<Traces>>>,
    of_texts: HashMap<u32, Option<Arc<TextTraces>>>,
}

impl TracesByKind {
    /// For one of several consumers that share their traces.
    pub fn new(store: &Arc<TraceStore>) -> Self {
        Self {
            store: Arc::clone(store),
            by_kind: HashMap::new(),
            of_texts: HashMap::new(),
        }
    }

    /// The traces of a kind, for [`Consumer::traces`](crate::Consumer::traces). `anchors` gives what an event of it must have
    /// to matter, `None` if that cannot be said; it is asked once.
    pub fn of(
        &mut self,
        kind: u32,
        anchors: impl FnOnce() -> Option<Vec<Anchor>>,
    ) -> Option<Arc<Traces>> {
        let known = self.by_kind.entry(kind);
        let make = || kept(&self.store.of_documents, anchors()?, Traces::of);
        known.or_insert_with(make).clone()
    }

    /// The same for [`Consumer::text_traces`](crate::Consumer::text_traces).
    pub fn of_text(
        &mut self,
        kind: u32,
        anchors: impl FnOnce() -> Option<Vec<Anchor>>,
    ) -> Option<Arc<TextTraces>> {
        let known = self.of_texts.entry(kind);
        let make = || kept(&self.store.of_texts, anchors()?, TextTraces::of);
        known.or_insert_with(make).clone()
    }
}

#[cfg(test)]
mod tests {
    use gatewatch_event::{Anchor, AnchorValue, Field};

    use super::super::skim::Skim;
    use std::sync::Arc;

    use super::{MOST_TRACES, TraceStore, Traces, TracesByKind};

    fn equal(field: &str, text: &str) -> Anchor {
        Anchor {
            field: Field::new(field),
            value: AnchorValue::Equal(text.into()),
        }
    }

    fn holds(field: &str, text: &str) -> Anchor {
        Anchor {
            field: Field::new(field),
            value: AnchorValue::Holds(text.into()),
        }
    }

    #[track_caller]
    fn check(anchors: &[Anchor], shown: &[&str], not_shown: &[&str]) {
        let traces = Traces::of(anchors).expect("they can be told");
        let mut skim = Skim::default();
        for (texts, expect) in [(shown, true), (not_shown, false)] {
            for text in texts {
                let record = skim.read(text.as_bytes()).expect("JSON");
                assert_eq!(traces.are_in(record), expect, "{text}");
            }
        }
    }

    #[test]
    fn values_are_found_behind_their_keys() {
        check(
            &[equal("a.type", "10"), equal("a.type", "x")],
            &[
                r#"{"a":{"type":"10"}}"#,
                r#"{"a.type":"X"}"#,
                r#"{"a":{"type" : 10 }}"#,
                r#"{"a.type":10}"#,
                r#"{"a":{"type":10.0}}"#,
                r#"{"a":{"type":-0}}"#,
                r#"{"a":{"type":["1"]}}"#,
                r#"{"a":{"type":"\u0058"}}"#,
                "{\"a\":{\"type\":\"\u{fc}\"}}",
                r#"{"a":{"type":true}}"#,
                r#"{"a":[{"type":"1","b":{"type":"10"}}]}"#,
                r#"{"\u0061":{"type":"10"}}"#,
            ],
            &[
                r#"{"a":{"type":"1"}}"#,
                r#"{"a":{"type":1}}"#,
                r#"{"a.type":1}"#,
                r#"{"a":{"type":null}}"#,
                r#"{"a":{"b":"10","subtype":"10"}}"#,
                r#"{"a":{"b":"type","10":"type"}}"#,
                r#"{"b":{"type":"10"},"ab":{"type":"10"},"ab.type":10}"#,
                "{}",
            ],
        );
        let present = Anchor {
            field: Field::new("source.ip"),
            value: AnchorValue::Present,
        };
        check(
            &[present],
            &[
                r#"{"source":{"ip":""}}"#,
                r#"{"source":{"ip":"null"}}"#,
                r#"{"source.ip":[]}"#,
            ],
            &[r#"{"source":{"ip":null}}"#, r#"{"source":{}}"#],
        );
    }

    #[test]
    fn literals_are_found_wherever_they_stand() {
        check(
            &[
                holds("process.command_line", "c:\\tools\\nc.exe -l"),
                equal("process.name", "tor"),
                equal("process.pid", "123"),
            ],
            &[
                r#"{"process":{"command_line":"x NC.exe -L"}}"#,
                r#"{"process":[{"command_line":["x NC.exe -L"]}]}"#,
                r#"{"process.command_line":"nc.exe -l"}"#,
                r#"{"process.name":"TOR"}"#,
                r#"{"process":{"pid":123}}"#,
                r#"{"process":{"\u006eame":"tor"}}"#,
                "{\"process\":{\"name\":\"T\u{131}\"}}",
                r#"{"process":{"command_line":"\u212A"}}"#,
            ],
            &[
                r#"{"process":{"name":"torrent"}}"#,
                r#"{"process":{"parent":{"name":"tor"},"command_line":"x"}}"#,
                r#"{"process":{"name":"123"},"message":"nc.exe -l"}"#,
                r#"{"process":{"command_line":"c:\\tools\\nc"}}"#,
            ],
        );
    }

    #[test]
    fn what_the_raw_text_cannot_tell_has_no_traces() {
        for anchor in [
            holds("a", "/=/"),
            holds("a", "12"),
            holds("a", "123"),
            holds("a", "alse"),
            equal("host.id", "x"),
            equal("log.file.path", "x"),
        ] {
            assert!(
                Traces::of(std::slice::from_ref(&anchor)).is_none(),
                "{anchor:?}"
            );
        }
        let names = (0..17).map(|number| format!("a{number}"));
        let keys: Vec<Anchor> = names.map(|name| equal(&name, "1")).collect();
        assert!(Traces::of(&keys).is_none());
    }

    #[test]
    fn what_was_said_of_anchors_holds_for_all_consumers() {
        let store = Arc::new(TraceStore::default());
        let many = 2 * u32::try_from(MOST_TRACES).expect("few");
        let said = |kinds: &mut dyn Iterator<Item = u32>| {
            let mut traces = TracesByKind::new(&store);
            let of = |kind: u32| {
                let anchors = vec![equal("process.name", &kind.to_string())];
                (kind, traces.of(kind, || Some(anchors)).is_some())
            };
            let mut said: Vec<(u32, bool)> = kinds.map(of).collect();
            said.sort_unstable();
            said
        };
        let first = said(&mut (0..many));
        assert!(first.contains(&(0, true)) && first.contains(&(many - 1, false)));
        assert_eq!(said(&mut (0..many).rev()), first);
    }
}
