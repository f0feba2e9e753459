//! Which of many conditions are worth asking of an event.
//!
//! Every condition names what an event must have for it ([`Condition::anchors`]): a text in a field, a part of one, or
//! just a value. A [`Dispatcher`] looks each field of the event up once for all of them, so that the cost of an event does
//! not grow with the number of rules that speak of other programs, paths or users.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use gatewatch_event::{AnchorValue, DOTTED_I, Event, Field, Value};
use gatewatch_query::{Condition, without_case};

/// The conditions of one kind of events, found by what they need.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    /// Conditions that say nothing of what they need.
    always: Box<[u32]>,
    fields: Box<[FieldIndex]>,
    conditions: usize,
}

/// The conditions that need something of one field.
#[derive(Debug)]
struct FieldIndex {
    field: Field,
    /// Any value will do.
    present: Box<[u32]>,
    /// By the whole text, without case.
    equal: HashMap<Box<str>, Box<[u32]>>,
    /// The longest and shortest of these texts.
    lengths: std::ops::RangeInclusive<usize>,
    holds: Option<Literals>,
    /// All of them: for values that are neither text nor whole numbers.
    all: Box<[u32]>,
}

/// Parts of texts, all looked for in one pass.
#[derive(Debug)]
struct Literals {
    searcher: AhoCorasick,
    conditions: Box<[Box<[u32]>]>,
}

/// A set of conditions, by number.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    words: Vec<u64>,
}

impl Candidates {
    fn clear(&mut self, conditions: usize) {
        self.words.clear();
        self.words.resize(conditions.div_ceil(64), 0);
    }

    fn add(&mut self, numbers: &[u32]) {
        for &number in numbers {
            self.words[number as usize / 64] |= 1 << (number % 64);
        }
    }

    /// The smallest number at or after `from`.
    pub(crate) fn next(&self, from: usize) -> Option<usize> {
        let mut index = from / 64;
        let mut word = self.words.get(index)? & (u64::MAX << (from % 64));
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        Some(index * 64 + word.trailing_zeros() as usize)
    }
}

/// What is being collected for one field.
#[derive(Default)]
struct Collected {
    present: Vec<u32>,
    equal: HashMap<Box<str>, Vec<u32>>,
    holds: HashMap<Box<str>, Vec<u32>>,
}

impl Dispatcher {
    /// Finds conditions by their place in `conditions`; `None` among them stands for one that always holds.
    pub(crate) fn new<'c>(conditions: impl Iterator<Item = Option<&'c Condition>>) -> Self {
        let mut always = Vec::new();
        let mut fields: Vec<(Field, Collected)> = Vec::new();
        let mut count = 0u32;
        for (number, condition) in (0u32..).zip(conditions) {
            count = number + 1;
            let Some(anchors) = condition.and_then(Condition::anchors) else {
                always.push(number);
                continue;
            };
            for anchor in anchors {
                let at = fields
                    .iter()
                    .position(|(field, _)| *field == anchor.field)
                    .unwrap_or_else(|| {
                        fields.push((anchor.field, Collected::default()));
                        fields.len() - 1
                    });
                let collected = &mut fields[at].1;
                match anchor.value {
                    AnchorValue::Present => collected.present.push(number),
                    AnchorValue::Equal(text) => {
                        collected.equal.entry(text).or_default().push(number);
                    }
                    AnchorValue::Holds(text) => {
                        collected.holds.entry(text).or_default().push(number);
                    }
                }
            }
        }
        Self {
            always: always.into(),
            fields: fields
                .into_iter()
                .map(|(field, collected)| FieldIndex::new(field, collected))
                .collect(),
            conditions: count as usize,
        }
    }

    /// Leaves in `found` the conditions that the event may meet: all others are neither met by it nor fail over it.
    pub(crate) fn candidates(&self, event: &dyn Event, found: &mut Candidates) {
        found.clear(self.conditions);
        found.add(&self.always);
        for index in &self.fields {
            event.visit(index.field, &mut |value| {
                index.value(&value, found);
                true
            });
        }
    }
}

impl FieldIndex {
    fn new(field: Field, collected: Collected) -> Self {
        let mut all: Vec<u32> = collected.present.clone();
        all.extend(collected.equal.values().flatten());
        all.extend(collected.holds.values().flatten());
        all.sort_unstable();
        all.dedup();
        let mut present = collected.present;
        let holds = Literals::new(collected.holds).unwrap_or_else(|unsearchable| {
            // Asked of every value, as they would be without an index.
            present.extend(unsearchable);
            None
        });
        let lengths = collected.equal.keys().map(|text| text.len());
        let shortest = lengths.clone().min().unwrap_or(1);
        let longest = lengths.max().unwrap_or(0);
        Self {
            field,
            present: present.into(),
            equal: collected
                .equal
                .into_iter()
                .map(|(text, numbers)| (text, numbers.into()))
                .collect(),
            lengths: shortest..=longest,
            holds,
            all: all.into(),
        }
    }

    fn value(&self, value: &Value<'_>, found: &mut Candidates) {
        match value {
            Value::Str(text) => self.text(text, found),
            Value::Long(_) | Value::Unsigned(_) => self.text(&value.text(), found),
            // Other kinds have several ways to be written.
            _ => found.add(&self.all),
        }
    }

    fn text(&self, text: &str, found: &mut Candidates) {
        found.add(&self.present);
        if self.holds.is_none() && !self.lengths.contains(&text.len()) && text.is_ascii() {
            return;
        }
        if !text.is_ascii() && text.contains(DOTTED_I) {
            return found.add(&self.all);
        }
        let folded = without_case(text);
        if let Some(numbers) = self.equal.get(folded.as_ref()) {
            found.add(numbers);
        }
        if let Some(literals) = &self.holds {
            for hit in literals.searcher.find_overlapping_iter(folded.as_ref()) {
                found.add(&literals.conditions[hit.pattern().as_usize()]);
            }
        }
    }
}

impl Literals {
    /// # Errors
    ///
    /// The conditions, if the literals are too many for one search.
    fn new(holds: HashMap<Box<str>, Vec<u32>>) -> Result<Option<Self>, Vec<u32>> {
        if holds.is_empty() {
            return Ok(None);
        }
        let mut literals: Vec<(Box<str>, Vec<u32>)> = holds.into_iter().collect();
        literals.sort_unstable();
        let searcher = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(literals.iter().map(|(text, _)| text.as_bytes()));
        match searcher {
            Ok(searcher) => Ok(Some(Self {
                searcher,
                conditions: literals
                    .into_iter()
                    .map(|(_, numbers)| numbers.into())
                    .collect(),
            })),
            Err(_) => Err(literals
                .into_iter()
                .flat_map(|(_, numbers)| numbers)
                .collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use gatewatch_event::JsonEvent;
    use gatewatch_query::{Condition, EcsSchema, Options, PlanBody, compile, compile_kql};
    use gatewatch_syntax::eql::parse_query;
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Candidates, Dispatcher};

    fn condition(text: &str) -> Condition {
        let query = parse_query(text).into_result().expect("well formed");
        let plan = compile(&query, text, &EcsSchema, &Options::default()).expect("sound");
        let PlanBody::Event(condition) = plan.body else {
            panic!("no event query");
        };
        condition
    }

    const QUERIES: [&str; 14] = [
        r#"any where process.name : "cmd.exe""#,
        r#"any where process.name == "cmd.exe" and process.args : "/c""#,
        r#"any where process.name in~ ("a.exe", "cmd.exe") or user.name : "x""#,
        r#"any where process.command_line : ("*whoami*", "*key*") and not process.name : "a.exe""#,
        r#"any where process.command_line like "*Who*""#,
        r#"any where startsWith~(process.command_line, "whoami")"#,
        r#"any where process.command_line regex~ "who.*""#,
        r#"any where source.port == 3389"#,
        r#"any where event.code : "4625""#,
        r#"any where not process.name : "cmd.exe""#,
        r#"any where user.name != null and length(process.command_line) > 5"#,
        r#"any where custom.thing == true"#,
        r#"any where custom.thing : "5" or custom.other == 5"#,
        r#"any where startsWith(process.name, user.name)"#,
    ];

    const WORDS: [&str; 9] = [
        "the",
        "KEY",
        "\u{212a}ey",
        "whoam\u{130}",
        "WHOAMI",
        "who",
        "am",
        "\u{130}s",
        "it",
    ];

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("cmd.exe".to_owned()),
            Just("CMD.EXE".to_owned()),
            Just("a.exe".into()),
            Just("Whoami /all".into()),
            Just("the \u{212a}ey".into()),
            Just("x".into()),
            Just("4625".into()),
            Just("5".into()),
            "[a-z]{0,3}",
        ]
    }

    /// Questions about words.
    const KQL_QUERIES: [&str; 5] = [
        r#"message: (whoami or "the key")"#,
        r#"message: "Who am" and not message: user"#,
        r#"powershell.file.script_block_text: ("whoami" or "Get-Key")"#,
        r#"message: who* or user.name: x"#,
        r#"message: "is it""#,
    ];

    fn kql_condition(text: &str) -> Condition {
        let plan = compile_kql(text, &EcsSchema, &Options::default()).expect("sound");
        let PlanBody::Event(condition) = plan.body else {
            panic!("no event query");
        };
        condition
    }

    static CONDITIONS: LazyLock<Vec<Condition>> = LazyLock::new(|| {
        let eql = QUERIES.iter().map(|text| condition(text));
        eql.chain(KQL_QUERIES.iter().map(|text| kql_condition(text)))
            .collect()
    });

    proptest! {
        #[test]
        fn no_condition_that_is_met_is_passed_over(
            name in proptest::collection::vec(texts(), 0..3),
            line in proptest::option::of(texts()),
            user in proptest::option::of(texts()),
            code in prop_oneof![Just(json!(4625)), Just(json!("4625")), Just(json!(null))],
            thing in prop_oneof![Just(json!(5)), Just(json!("5")), Just(json!(5.0)), Just(json!(true))],
            port in prop_oneof![Just(json!(3389)), Just(json!("3389")), Just(json!(22))],
            message in proptest::collection::vec(prop::sample::select(WORDS.to_vec()), 0..5),
        ) {
            let dispatcher = Dispatcher::new(CONDITIONS.iter().map(Some));
            let event = JsonEvent::new(json!({
                "process": {"name": name, "command_line": line, "args": ["/c"]},
                "user": {"name": user}, "event": {"code": code}, "source": {"port": port},
                "custom": {"thing": thing, "other": thing}, "message": message.join(" "),
                "powershell": {"file": {"script_block_text": message.join("-")}},
            }));
            let mut found = Candidates::default();
            dispatcher.candidates(&event, &mut found);
            for (number, condition) in CONDITIONS.iter().enumerate() {
                if condition.matches(&event) != Ok(false) {
                    let mut queries = QUERIES.iter().chain(&KQL_QUERIES);
                    prop_assert_eq!(found.next(number), Some(number), "{:?}", queries.nth(number));
                }
            }
        }
    }

    #[test]
    fn conditions_over_other_programs_are_passed_over() {
        let dispatcher = Dispatcher::new(CONDITIONS.iter().map(Some));
        let event = JsonEvent::new(json!({"process": {"name": "ls", "command_line": "ls"}}));
        let mut found = Candidates::default();
        dispatcher.candidates(&event, &mut found);
        let mut asked = Vec::new();
        let mut from = 0;
        while let Some(number) = found.next(from) {
            asked.push(number);
            from = number + 1;
        }
        // A regular expression, a negation, and what asks for the length of the command line.
        assert_eq!(asked, [6, 9, 10]);
    }
}
