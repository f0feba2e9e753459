//! One event that a condition is true of.

use gatewatch_query::checked::{FieldReference, Kind};
use serde_json::Value as Json;

use crate::assign::Assignment;
use crate::formula::{Formula, Leaf, Need};
use crate::pattern::{expand, joined};
use crate::random::Random;
use crate::satisfy::{Search, least_length, shape};
use crate::values::{near, usual};

/// How often a field, or a predicate over several, is tried.
const TRIES: usize = 24;

/// An event that a condition is true of, and why.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) values: Assignment,
    /// What was made true, or false, of the leaves of the condition.
    pub(crate) needs: Vec<Need>,
}

/// A leaf with the answer it has to give.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) leaf: &'a Leaf,
    pub(crate) holds: bool,
}

impl Asked<'_> {
    /// Does it ask that the field has no value?
    fn is_missing(&self) -> bool {
        self.presence().is_some_and(|present| !present)
    }

    /// Whether a test for a value at all asks that there is one; `None` for any other.
    fn presence(&self) -> Option<bool> {
        match &self.leaf.expression.kind {
            Kind::IsNull(operand) if operand.as_field().is_some() => Some(!self.holds),
            Kind::Exists(_) => Some(self.holds),
            _ => None,
        }
    }

    /// Does it show what a value has to be?
    fn is_guide(&self) -> bool {
        self.holds && self.presence().is_none()
    }
}

/// Where a draw led nowhere, in words.
#[derive(Clone, Debug)]
pub(crate) struct Stuck(pub(crate) String);

/// Draws one branch of the condition and looks for values. `pins` are values that stay.
pub(crate) fn draft(
    formula: &Formula,
    pins: &Assignment,
    random: &mut Random,
) -> Result<Draft, Stuck> {
    let needs = formula
        .branch(random)
        .ok_or_else(|| Stuck("a part of the condition is never true".into()))?;
    let mut values = pins.clone();
    let mut fields: Vec<&FieldReference> = Vec::new();
    for need in &needs {
        for field in &formula.leaves[need.leaf].fields {
            if !fields.iter().any(|known| known.field == field.field) {
                fields.push(field);
            }
        }
    }
    for field in fields {
        let own = own_needs(formula, &needs, field);
        if own.is_empty() {
            continue;
        }
        let found = match pins.get(field.field) {
            Some(pinned) => {
                let pinned = pinned.to_vec();
                all_give(&own, &Assignment::of(field.field, pinned.clone())).then_some(pinned)
            }
            None => solve(field, &own, None, random),
        };
        match found {
            Some(found) => {
                if field.field.name() == "host.os.type" {
                    random.posix = found.iter().all(|system| system != "windows");
                }
                values.set(field.field, found);
            }
            None => return Err(stuck(&own)),
        }
    }
    relate(formula, &needs, pins, &mut values, random)?;
    if formula.matches(&values) {
        Ok(Draft { values, needs })
    } else {
        Err(Stuck("the condition as a whole did not hold".into()))
    }
}

fn stuck(asked: &[Asked<'_>]) -> Stuck {
    const SHOWN: usize = 4;
    let mut texts: Vec<String> = asked
        .iter()
        .take(SHOWN)
        .map(|asked| asked.leaf.said(asked.holds))
        .collect();
    if asked.len() > SHOWN {
        texts.push(format!("{} more", asked.len() - SHOWN));
    }
    Stuck(format!("no value was found for: {}", texts.join("; ")))
}

/// The needs over this field alone.
pub(crate) fn own_needs<'a>(
    formula: &'a Formula,
    needs: &[Need],
    field: &FieldReference,
) -> Vec<Asked<'a>> {
    needs
        .iter()
        .filter_map(|need| {
            let leaf = &formula.leaves[need.leaf];
            let own = leaf.fields.len() == 1 && leaf.fields[0].field == field.field;
            own.then_some(Asked {
                leaf,
                holds: need.holds,
            })
        })
        .collect()
}

fn all_give(asked: &[Asked<'_>], values: &Assignment) -> bool {
    asked
        .iter()
        .all(|asked| asked.leaf.gives(asked.holds, values))
}

/// Values of one field that answer all that is asked of it. With `current`, values near those are tried first.
pub(crate) fn solve(
    field: &FieldReference,
    asked: &[Asked<'_>],
    current: Option<&[Json]>,
    random: &mut Random,
) -> Option<Vec<Json>> {
    let fits = |values: &[Json]| all_give(asked, &Assignment::of(field.field, values.to_vec()));
    if asked.iter().any(Asked::is_missing) {
        return fits(&[]).then(Vec::new);
    }
    if let Some([first, rest @ ..]) = current {
        for changed in near(field.field.name(), first, random) {
            let values: Vec<Json> = std::iter::once(changed)
                .chain(rest.iter().cloned())
                .collect();
            if fits(&values) {
                return Some(values);
            }
        }
    }
    let guides: Vec<&Asked<'_>> = asked.iter().filter(|asked| asked.is_guide()).collect();
    let least = asked
        .iter()
        .filter(|asked| asked.holds)
        .filter_map(|asked| least_length(&asked.leaf.expression))
        .max()
        .unwrap_or(0);
    if guides.is_empty() {
        return without_guide(field, &fits, random);
    }
    for _ in 0..TRIES {
        if random.is_exhausted() {
            return None;
        }
        let guide = guides[random.below(guides.len())];
        if let Some(value) = proposed(field, guide.leaf, least, random) {
            let values = [value];
            if fits(&values) {
                return Some(values.into());
            }
        }
    }
    if guides.len() > 1 {
        return several(field, asked, &guides, least, random);
    }
    None
}

fn without_guide(
    field: &FieldReference,
    fits: &dyn Fn(&[Json]) -> bool,
    random: &mut Random,
) -> Option<Vec<Json>> {
    for _ in 0..TRIES {
        let value = usual(field, random);
        if fits(std::slice::from_ref(&value)) {
            return Some(vec![value]);
        }
    }
    for _ in 0..TRIES {
        let value = usual(field, random);
        for changed in near(field.field.name(), &value, random) {
            if fits(std::slice::from_ref(&changed)) {
                return Some(vec![changed]);
            }
        }
    }
    fits(&[]).then(Vec::new)
}

/// A value that probably makes one leaf true.
fn proposed(
    field: &FieldReference,
    leaf: &Leaf,
    least: usize,
    random: &mut Random,
) -> Option<Json> {
    let open = |other: &FieldReference| other.field == field.field;
    let mut search = Search::new(Assignment::default(), &open, least, random);
    // Where no way back is seen, a usual value may do by chance.
    let seen = search.satisfy(&leaf.expression).is_some();
    match search.values.get(field.field) {
        Some(values) if seen => values.first().cloned(),
        _ => Some(usual(field, random)),
    }
}

/// Several guides that no value of one of them answered: one text with all of them in it, or several values.
fn several(
    field: &FieldReference,
    asked: &[Asked<'_>],
    guides: &[&Asked<'_>],
    least: usize,
    random: &mut Random,
) -> Option<Vec<Json>> {
    for _ in 0..TRIES {
        let shapes: Option<Vec<_>> = guides
            .iter()
            .filter(|guide| least_length(&guide.leaf.expression).is_none())
            .map(|guide| shape(&guide.leaf.expression, random))
            .collect();
        let Some(shapes) = shapes.filter(|shapes| !shapes.is_empty()) else {
            break;
        };
        let pieces = joined(shapes, random);
        let values = [Json::from(expand(&pieces, least, random))];
        if all_give(asked, &Assignment::of(field.field, values.to_vec())) {
            return Some(values.into());
        }
    }
    let refused: Vec<Asked<'_>> = asked
        .iter()
        .filter(|asked| !asked.is_guide())
        .copied()
        .collect();
    for _ in 0..TRIES {
        let mut values: Vec<Json> = Vec::new();
        for guide in guides {
            if random.is_exhausted() {
                return None;
            }
            let so_far = Assignment::of(field.field, values.clone());
            if guide.leaf.gives(true, &so_far) {
                continue;
            }
            for _ in 0..TRIES {
                let Some(value) = proposed(field, guide.leaf, least, random) else {
                    continue;
                };
                let alone = Assignment::of(field.field, vec![value.clone()]);
                if guide.leaf.gives(true, &alone) && all_give(&refused, &alone) {
                    values.push(value);
                    break;
                }
            }
        }
        if all_give(asked, &Assignment::of(field.field, values.clone())) {
            return Some(values);
        }
    }
    None
}

/// Makes what is asked of several fields at once true.
fn relate(
    formula: &Formula,
    needs: &[Need],
    pins: &Assignment,
    values: &mut Assignment,
    random: &mut Random,
) -> Result<(), Stuck> {
    for need in needs {
        let leaf = &formula.leaves[need.leaf];
        if leaf.fields.len() < 2 {
            continue;
        }
        let asked = Asked {
            leaf,
            holds: need.holds,
        };
        related(formula, needs, asked, pins, values, random).ok_or_else(|| stuck(&[asked]))?;
    }
    Ok(())
}

fn related(
    formula: &Formula,
    needs: &[Need],
    asked: Asked<'_>,
    pins: &Assignment,
    values: &mut Assignment,
    random: &mut Random,
) -> Option<()> {
    let guided = |field: &FieldReference| {
        own_needs(formula, needs, field)
            .iter()
            .any(|asked| asked.is_guide() && least_length(&asked.leaf.expression).is_none())
    };
    for round in 0..TRIES {
        if random.is_exhausted() {
            return None;
        }
        if asked.leaf.gives(asked.holds, values) && round > 0
            || asked
                .leaf
                .fields
                .iter()
                .all(|field| values.get(field.field).is_some())
                && asked.leaf.gives(asked.holds, values)
        {
            return Some(());
        }
        let mut changed = values.clone();
        // Fields whose values were looked for come last to be changed, and one field is always held.
        let held = random.below(asked.leaf.fields.len());
        let open = |field: &FieldReference| {
            pins.get(field.field).is_none()
                && (!guided(field) || round >= TRIES / 2)
                && (round % 2 == 0 || asked.leaf.fields[held].field != field.field)
        };
        if asked.holds {
            let mut search = Search::new(changed, &open, 0, random);
            search.satisfy(&asked.leaf.expression);
            changed = search.values;
            for field in &asked.leaf.fields {
                if changed.get(field.field).is_none() {
                    changed.set(field.field, vec![usual(field, random)]);
                }
            }
        } else {
            for field in asked.leaf.fields.iter().filter(|field| open(field)) {
                let own = own_needs(formula, needs, field);
                if let Some(found) = solve(field, &own, None, random) {
                    changed.set(field.field, found);
                }
            }
        }
        let sound = asked.leaf.fields.iter().all(|field| {
            let own = own_needs(formula, needs, field);
            all_give(&own, &changed)
        });
        if sound && asked.leaf.gives(asked.holds, &changed) {
            *values = changed;
            return Some(());
        }
    }
    None
}
