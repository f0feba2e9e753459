//! Which of many conditions are worth asking of an event.
//!
//! Every condition names what an event must have for it ([`Condition::needs`]): a text in a field, a part of one, or
//! just a value; often in several fields. A [`Dispatcher`] looks each field of the event up once for all of them, those first that
//! most conditions need something of, and does not ask for fields of which only conditions need something that are out
//! already. So the cost of an event does not grow with the number of rules that speak of other programs, paths or users.

mod field;

use std::cmp::Reverse;
use std::ops::Range;

use gatewatch_event::{Anchor, AnchorValue, Event, Field};
use gatewatch_query::Condition;

use field::{Collected, FieldIndex};

/// The conditions of one kind of events, found by what they need.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    conditions: usize,
    /// In the order in which they are asked for.
    steps: Box<[Step]>,
    /// For each layer of needs, which conditions have one in it. A need is in a layer of the last of its fields.
    layers: Box<[Set]>,
}

/// A field, and what its values tell.
#[derive(Debug)]
struct Step {
    index: FieldIndex,
    /// By layer, the conditions with a need in it that the field may meet.
    concerned: Box<[(usize, Set)]>,
    /// The layers that are decided behind this field.
    decided: Range<usize>,
}

/// A set of conditions, one bit each.
type Set = Box<[u64]>;

/// A need in a layer: the number of the layer and that of the condition.
type Need = (usize, u32);

/// The conditions that an event may meet, by number.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    words: Vec<u64>,
    /// By layer, the conditions whose need in it is met.
    met: Vec<u64>,
    /// Room for a text without case.
    text: String,
}

/// Conditions to a word.
const WORD: usize = u64::BITS as usize;

impl Candidates {
    /// The smallest number at or after `from`.
    pub(crate) fn next(&self, from: usize) -> Option<usize> {
        let mut index = from / WORD;
        let mut word = self.words.get(index)? & (u64::MAX << (from % WORD));
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        Some(index * WORD + word.trailing_zeros() as usize)
    }

    /// All conditions, and no need is met.
    fn reset(&mut self, conditions: usize, layers: usize) {
        let width = conditions.div_ceil(WORD);
        self.words.clear();
        self.words.resize(width, u64::MAX);
        let beyond = conditions % WORD;
        if beyond != 0
            && let Some(last) = self.words.last_mut()
        {
            *last = (1 << beyond) - 1;
        }
        self.met.clear();
        self.met.resize(width * layers, 0);
    }

    /// Has any candidate a need among these that is not met yet?
    fn are_open(&self, concerned: &[(usize, Set)]) -> bool {
        let width = self.words.len();
        concerned.iter().any(|(layer, set)| {
            let met = &self.met[layer * width..];
            let words = self.words.iter().zip(met).zip(set);
            words.fold(0, |seen, ((alive, met), own)| seen | (alive & own & !met)) != 0
        })
    }

    /// Leaves those out that have a need in this layer which is not met. False when nothing is left.
    fn decide(&mut self, layer: usize, set: &Set) -> bool {
        let width = self.words.len();
        let mut left = 0;
        let met = &self.met[layer * width..];
        for ((alive, met), own) in self.words.iter_mut().zip(met).zip(set) {
            *alive &= met | !own;
            left |= *alive;
        }
        left != 0
    }

    fn all_met(&mut self, concerned: &[(usize, Set)]) {
        let width = self.words.len();
        for (layer, set) in concerned {
            for (met, own) in self.met[layer * width..].iter_mut().zip(set) {
                *met |= own;
            }
        }
    }

    fn meet(&mut self, bits: &[u32]) {
        for &bit in bits {
            self.met[bit as usize / WORD] |= 1 << (bit as usize % WORD);
        }
    }
}

fn insert(set: &mut Set, condition: u32) {
    set[condition as usize / WORD] |= 1 << (condition as usize % WORD);
}

impl Dispatcher {
    /// Finds conditions by their place in `conditions`; `None` among them stands for one that always holds.
    pub(crate) fn new<'c>(conditions: impl Iterator<Item = Option<&'c Condition>>) -> Self {
        let needs: Vec<Vec<Vec<Anchor>>> = conditions
            .map(|condition| condition.map(Condition::needs).unwrap_or_default())
            .collect();
        let conditions = needs.len();
        let width = conditions.div_ceil(WORD);
        let order = order(&needs);
        let place = |field: Field| order.iter().position(|own| *own == field).unwrap_or(0);
        // By the last of their fields.
        let mut ending: Vec<Vec<(u32, Vec<Anchor>)>> = order.iter().map(|_| Vec::new()).collect();
        for (number, sets) in (0u32..).zip(needs) {
            for set in sets {
                let last = set.iter().map(|anchor| place(anchor.field)).max();
                // Without an anchor no event meets the condition: it is asked all the same, and says so.
                if let Some(last) = last {
                    ending[last].push((number, set));
                }
            }
        }
        let mut layers: Vec<Set> = Vec::new();
        let mut decided = Vec::new();
        let mut collected: Vec<Collected> = order.iter().map(|_| Collected::default()).collect();
        for needs in ending {
            let first = layers.len();
            let mut before = None;
            let mut layer = first;
            for (number, set) in needs {
                // Several needs of one condition lie in layers of their own.
                layer = if before == Some(number) {
                    layer + 1
                } else {
                    first
                };
                before = Some(number);
                if layer == layers.len() {
                    layers.push(vec![0; width].into());
                }
                insert(&mut layers[layer], number);
                for anchor in set {
                    collected[place(anchor.field)].add(anchor.value, (layer, number));
                }
            }
            decided.push(first..layers.len());
        }
        let steps = order.iter().zip(collected).zip(decided);
        Self {
            conditions,
            steps: steps
                .map(|((field, collected), decided)| Step {
                    concerned: concerned(&collected, width),
                    index: FieldIndex::new(*field, collected, width),
                    decided,
                })
                .collect(),
            layers: layers.into(),
        }
    }

    /// Leaves in `found` the conditions that the event may meet: all others are neither met by it nor fail over it.
    pub(crate) fn candidates(&self, event: &dyn Event, found: &mut Candidates) {
        found.reset(self.conditions, self.layers.len());
        for step in &self.steps {
            if !found.are_open(&step.concerned) {
                continue;
            }
            event.visit(step.index.field(), &mut |value| {
                if !step.index.look_up(&value, found) {
                    found.all_met(&step.concerned);
                }
                true
            });
            for layer in step.decided.clone() {
                if !found.decide(layer, &self.layers[layer]) {
                    return;
                }
            }
        }
    }
}

/// The conditions that need something of a field, by layer.
fn concerned(collected: &Collected, width: usize) -> Box<[(usize, Set)]> {
    let mut sets: Vec<(usize, Set)> = Vec::new();
    for (layer, number) in collected.needs() {
        let at = sets.iter().position(|(own, _)| *own == layer);
        let at = at.unwrap_or_else(|| {
            sets.push((layer, vec![0; width].into()));
            sets.len() - 1
        });
        insert(&mut sets[at].1, number);
    }
    sets.into()
}

/// The fields in the order in which they are to be asked for: those first of which whole texts are needed, then those that must
/// be looked through, last those that only have to be there; of each the ones first that most needs speak of.
fn order(needs: &[Vec<Vec<Anchor>>]) -> Vec<Field> {
    struct Use {
        field: Field,
        needs: usize,
        equal: bool,
        holds: bool,
    }
    let mut uses: Vec<Use> = Vec::new();
    for set in needs.iter().flatten() {
        let mut seen: Vec<Field> = Vec::new();
        for anchor in set {
            let at = uses.iter().position(|own| own.field == anchor.field);
            let at = at.unwrap_or_else(|| {
                uses.push(Use {
                    field: anchor.field,
                    needs: 0,
                    equal: false,
                    holds: false,
                });
                uses.len() - 1
            });
            if !seen.contains(&anchor.field) {
                seen.push(anchor.field);
                uses[at].needs += 1;
            }
            uses[at].equal |= matches!(anchor.value, AnchorValue::Equal(_));
            uses[at].holds |= matches!(anchor.value, AnchorValue::Holds(_));
        }
    }
    uses.sort_by_key(|own| (!own.equal && !own.holds, own.holds, Reverse(own.needs)));
    uses.into_iter().map(|own| own.field).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::LazyLock;

    use gatewatch_event::{Document, Event, Field, JsonEvent, Value};
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

    /// Notes the fields that it is asked for.
    struct Noting(JsonEvent, RefCell<Vec<&'static str>>);

    impl Event for Noting {
        fn visit(&self, field: Field, visit: &mut dyn FnMut(Value<'_>) -> bool) {
            self.1.borrow_mut().push(field.name());
            self.0.visit(field, visit);
        }

        fn document(&self) -> Document {
            self.0.document()
        }
    }

    #[test]
    fn nothing_is_read_for_conditions_that_are_out() {
        let conditions = [
            r#"any where process.name : ("a.exe", "b.exe") and process.command_line : "*whoami*""#,
            r#"any where process.name : "b.exe" and process.command_line : "*key*""#,
            r#"any where user.name : "root" and process.name : "b.exe""#,
        ]
        .map(condition);
        let dispatcher = Dispatcher::new(conditions.iter().map(Some));
        let mut found = Candidates::default();
        let mut asked = |event| {
            let event = Noting(JsonEvent::new(event), RefCell::default());
            dispatcher.candidates(&event, &mut found);
            let left: Vec<bool> = (0..3).map(|at| found.next(at) == Some(at)).collect();
            (event.1.into_inner(), left)
        };
        let (name, line) = ("process.name", "process.command_line");
        assert_eq!(
            asked(json!({"process": {"name": "c.exe", "command_line": "whoami key"}})),
            (vec![name], vec![false; 3])
        );
        // Both words are in it, but one of them of no rule that is left.
        assert_eq!(
            asked(json!({"process": {"name": "A.exe", "command_line": "whoami key"}})),
            (vec![name, line], vec![true, false, false])
        );
        assert_eq!(
            asked(json!({"process": {"name": "b.exe", "command_line": "the key"}})),
            (vec![name, "user.name", line], vec![false, true, false])
        );
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
        // A regular expression and a negation.
        assert_eq!(asked, [6, 9]);
    }
}
