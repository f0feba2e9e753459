//! The state machine.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use gatewatch_event::Timestamp;

use super::hit::{Finished, Hit, JoinKey, Ordinal};
use super::shape::{Role, Shape};
use super::state::{Absences, KeyState, Partial, Waiting};

/// How much a machine may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Unfinished sequences, sequences that wait for a missing event, and remembered events of leading missing terms,
    /// all keys together. Beyond that the oldest quarter is dropped.
    pub partials: usize,
    /// Bytes of memory for them and their keys, by estimate. Beyond that the oldest quarter is dropped as well.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            partials: 4_000_000,
            bytes: 1 << 30,
        }
    }
}

/// What a machine did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SequenceCounts {
    /// Hits taken.
    pub hits: u64,
    /// Sequences begun that ran out of `maxspan`.
    pub expired: u64,
    /// Sequences begun that `until` ended.
    pub ended: u64,
    /// Sequences that a missing event which did occur took from the answer.
    pub refuted: u64,
    /// Hits that came out of order and were not used.
    pub late: u64,
    /// Unfinished sequences dropped for the bound: an answer may be missing.
    pub dropped_partials: u64,
    /// Complete sequences dropped for the bound while they waited for a trailing missing event: an answer is missing.
    pub dropped_waiting: u64,
    /// Remembered events of leading missing terms dropped for the bound: the answer may hold too much.
    pub dropped_leading: u64,
}

impl SequenceCounts {
    /// What was dropped for a bound, of any kind.
    pub fn dropped(&self) -> u64 {
        self.dropped_partials + self.dropped_waiting + self.dropped_leading
    }

    /// The sums of two machines that served different keys.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            expired: self.expired + other.expired,
            ended: self.ended + other.ended,
            refuted: self.refuted + other.refuted,
            late: self.late + other.late,
            dropped_partials: self.dropped_partials + other.dropped_partials,
            dropped_waiting: self.dropped_waiting + other.dropped_waiting,
            dropped_leading: self.dropped_leading + other.dropped_leading,
        }
    }
}

/// Turns hits into sequences, see the [module](super).
#[derive(Debug)]
pub struct SequenceMachine<E> {
    shape: Shape,
    bounds: Bounds,
    states: HashMap<JoinKey, KeyState<E>>,
    finished: Vec<Finished<E>>,
    /// The keys that wait, by deadline; entries outlive what they stand for.
    deadlines: BinaryHeap<Reverse<(Timestamp, JoinKey)>>,
    latest: Option<(Ordinal, u16)>,
    /// Sum of the weights of all states.
    weight: usize,
    /// Bytes of the keys of all states, with what a state costs without its contents.
    key_bytes: usize,
    swept: Timestamp,
    since_sweep: usize,
    counts: SequenceCounts,
}

impl<E: Clone> SequenceMachine<E> {
    /// An empty machine.
    pub fn new(shape: Shape, bounds: Bounds) -> Self {
        Self {
            shape,
            bounds,
            states: HashMap::new(),
            finished: Vec::new(),
            deadlines: BinaryHeap::new(),
            latest: None,
            weight: 0,
            key_bytes: 0,
            swept: Timestamp::from_nanos(i64::MIN),
            since_sweep: 0,
            counts: SequenceCounts::default(),
        }
    }

    /// What it did so far.
    pub fn counts(&self) -> SequenceCounts {
        self.counts
    }

    /// Unfinished sequences and what else counts against the bound.
    pub fn pending(&self) -> usize {
        self.weight
    }

    /// Takes a hit. Hits come in the order of [`Hit::order`]; one that does not is counted and not used.
    pub fn push(&mut self, hit: Hit<E>) {
        if !self.in_order(&hit) {
            self.counts.late += 1;
            return;
        }
        self.counts.hits += 1;
        let now = hit.time;
        self.pass_deadlines(now);
        if hit.term == self.shape.until_term() {
            self.end(&hit.key);
        } else {
            match self.shape.role(hit.term) {
                Some(Role::Stages { from, to }) => self.step(hit, from, to),
                Some(Role::Leading) => self.record_lead(hit),
                Some(Role::Between { gap }) => self.record_gap(&hit, gap),
                Some(Role::Trailing) => self.refute(&hit),
                None => {}
            }
        }
        self.since_sweep += 1;
        if self.is_full() || self.sweep_is_due(now) {
            self.sweep(now);
        }
    }

    /// Bytes in memory, by estimate.
    fn bytes(&self) -> usize {
        self.key_bytes + self.weight * self.partial_bytes()
    }

    /// Bytes of an unfinished sequence beside its place in the state of its key.
    fn partial_bytes(&self) -> usize {
        self.shape.stages().min(8) * size_of::<E>() + ALLOCATION
    }

    fn is_full(&self) -> bool {
        self.weight > self.bounds.partials || self.bytes() > self.bounds.bytes
    }

    /// The sequences that were completed since the last call, in the order in which they were decided: those that
    /// end in a missing event may come later than their last event.
    pub fn take_finished(&mut self) -> Vec<Finished<E>> {
        std::mem::take(&mut self.finished)
    }

    /// No hit comes any more: gives what was not taken yet, in the order of an answer.
    pub fn finish(mut self) -> (Vec<Finished<E>>, SequenceCounts) {
        for (key, state) in std::mem::take(&mut self.states) {
            for waiting in state
                .absences
                .into_iter()
                .flat_map(|absences| absences.waiting)
            {
                self.emit(key.clone(), waiting.partial, waiting.ordinal);
            }
        }
        self.finished.sort_by(Finished::order);
        (self.finished, self.counts)
    }

    /// Is the hit not before the latest one? If so, it becomes the latest.
    fn in_order(&mut self, hit: &Hit<E>) -> bool {
        let until = self.shape.until_term();
        // `until` is last among the hits of an event.
        let rank = |term: u16| if term == until { 0 } else { term + 1 };
        match &mut self.latest {
            Some((ordinal, term)) => {
                let order = hit.time.cmp(&ordinal.time).then_with(|| {
                    super::hit::missing_last(hit.tiebreak.as_ref(), ordinal.tiebreak.as_ref())
                        .then_with(|| hit.position.cmp(&ordinal.position))
                });
                if order.is_lt() || (order.is_eq() && rank(hit.term) > rank(*term)) {
                    return false;
                }
                *term = hit.term;
                if order.is_gt() {
                    ordinal.time = hit.time;
                    ordinal.position = hit.position;
                    if ordinal.tiebreak != hit.tiebreak {
                        ordinal.tiebreak.clone_from(&hit.tiebreak);
                    }
                }
            }
            None => self.latest = Some((hit.ordinal(), hit.term)),
        }
        true
    }

    /// An event for any of the stages `from..to`. The later stages are served first, so that it is used once.
    fn step(&mut self, hit: Hit<E>, from: usize, to: usize) {
        let stages = self.shape.stages();
        let state = if from == 0 {
            // The key is cloned only to be able to complete a sequence with it; that costs a count, no copy.
            let key_bytes = &mut self.key_bytes;
            self.states.entry(hit.key.clone()).or_insert_with(|| {
                *key_bytes += state_bytes::<E>(&hit.key, stages);
                KeyState::new(stages)
            })
        } else {
            match self.states.get_mut(&hit.key) {
                Some(state) => state,
                None => return,
            }
        };
        let before = state.partials();
        let mut complete = None;
        for stage in (from.max(1)..to).rev() {
            let Some(partial) = state.stages[stage - 1].take() else {
                continue;
            };
            if exceeds(partial.first, hit.time, self.shape.maxspan()) {
                self.counts.expired += 1;
                continue;
            }
            let partial = advance(&self.shape, state.absences.as_deref(), partial, &hit, stage);
            if stage + 1 < stages {
                state.stages[stage] = Some(partial);
            } else {
                complete = Some(partial);
            }
        }
        let ordinal = (complete.is_some() || stages == 1).then(|| hit.ordinal());
        let key = hit.key.clone();
        if from == 0 {
            let lead = state
                .absences
                .as_ref()
                .and_then(|absences| absences.lead.before(hit.time));
            let partial = Partial::begin(hit.event, hit.time, hit.position, lead, stages);
            if stages == 1 {
                complete = Some(partial);
            } else {
                state.stages[0] = Some(partial);
            }
        }
        self.weight = self.weight - before + state.partials();
        let empty = state.weight() == 0;
        if let (Some(partial), Some(ordinal)) = (complete, ordinal) {
            self.complete(key.clone(), partial, ordinal);
        }
        if empty {
            self.forget_if_empty(&key);
        }
    }

    /// All positive steps are met: decides by the missing ones at both ends, as far as it is decided by now.
    fn complete(&mut self, key: JoinKey, partial: Partial<E>, ordinal: Ordinal) {
        if partial.spoiled {
            self.counts.refuted += 1;
            return;
        }
        let (leading, trailing) = (self.shape.leading(), self.shape.trailing());
        // One free end is enough, also when both ends ask for a missing event.
        let free = match (leading, partial.lead) {
            (true, None) => true,
            (true, Some(lead)) if !trailing => exceeds(lead, partial.last, self.shape.maxspan()),
            _ => !leading && !trailing,
        };
        if free {
            self.emit(key, partial, ordinal);
            return;
        }
        if !trailing {
            self.counts.refuted += 1;
            return;
        }
        let from = if leading { partial.lead } else { None }.unwrap_or(partial.first);
        let deadline = Timestamp::from_nanos(
            from.nanos()
                .saturating_add(self.shape.maxspan().unwrap_or(i64::MAX)),
        );
        let (stages, gaps) = (self.shape.stages(), self.shape.gap_count());
        self.deadlines.push(Reverse((deadline, key.clone())));
        self.weight += 1;
        let bytes = state_bytes::<E>(&key, stages);
        let key_bytes = &mut self.key_bytes;
        self.states
            .entry(key)
            .or_insert_with(|| {
                *key_bytes += bytes;
                KeyState::new(stages)
            })
            .absences(gaps)
            .waiting
            .push(Waiting {
                partial,
                ordinal,
                deadline,
            });
    }

    fn emit(&mut self, key: JoinKey, partial: Partial<E>, last: Ordinal) {
        let events = self.shape.lay_out(partial.events);
        self.finished.push(Finished { key, events, last });
    }

    /// `until`: every sequence of the key that has begun ends here.
    fn end(&mut self, key: &JoinKey) {
        let Some(state) = self.states.get_mut(key) else {
            return;
        };
        let ended = state.stages.iter_mut().filter_map(Option::take).count();
        self.weight -= ended;
        self.counts.ended += ended as u64;
        self.forget_if_empty(key);
    }

    fn record_lead(&mut self, hit: Hit<E>) {
        let (stages, gaps) = (self.shape.stages(), self.shape.gap_count());
        let bytes = state_bytes::<E>(&hit.key, stages);
        let key_bytes = &mut self.key_bytes;
        let state = self.states.entry(hit.key).or_insert_with(|| {
            *key_bytes += bytes;
            KeyState::new(stages)
        });
        let lead = &mut state.absences(gaps).lead;
        if lead.latest().is_none() {
            self.weight += 1;
        }
        lead.record(hit.time);
    }

    /// Only what lies after an event of an unfinished sequence can matter.
    fn record_gap(&mut self, hit: &Hit<E>, gap: usize) {
        let gaps = self.shape.gap_count();
        if let Some(state) = self.states.get_mut(&hit.key)
            && state.has_partials()
        {
            state.absences(gaps).gaps[gap].record(hit.time);
        }
    }

    /// The trailing missing event did occur: decides over the sequences of the key that ended before it.
    fn refute(&mut self, hit: &Hit<E>) {
        let Some(absences) = self
            .states
            .get_mut(&hit.key)
            .and_then(|state| state.absences.as_mut())
        else {
            return;
        };
        let before = absences.waiting.len();
        // Those whose deadline has passed are in the answer already.
        absences
            .waiting
            .retain(|waiting| waiting.partial.last >= hit.time);
        let refuted = before - absences.waiting.len();
        self.weight -= refuted;
        self.counts.refuted += refuted as u64;
        self.forget_if_empty(&hit.key);
    }

    /// Gives the sequences that no later event can refute.
    fn pass_deadlines(&mut self, now: Timestamp) {
        while let Some(Reverse((deadline, _))) = self.deadlines.peek()
            && *deadline < now
        {
            let Some(Reverse((_, key))) = self.deadlines.pop() else {
                return;
            };
            let Some(absences) = self
                .states
                .get_mut(&key)
                .and_then(|state| state.absences.as_mut())
            else {
                continue;
            };
            let passed: Vec<Waiting<E>> = absences
                .waiting
                .extract_if(.., |waiting| waiting.deadline < now)
                .collect();
            self.weight -= passed.len();
            for waiting in passed {
                self.emit(key.clone(), waiting.partial, waiting.ordinal);
            }
            self.forget_if_empty(&key);
        }
    }

    fn forget_if_empty(&mut self, key: &JoinKey) {
        if self
            .states
            .get(key)
            .is_some_and(|state| state.weight() == 0)
        {
            self.states.remove(key);
            self.key_bytes -= state_bytes::<E>(key, self.shape.stages());
        }
    }

    /// Going through all keys is worth it once per `maxspan` and only when as many hits came as there are keys.
    fn sweep_is_due(&self, now: Timestamp) -> bool {
        self.since_sweep >= self.states.len().max(1024)
            && self
                .shape
                .maxspan()
                .is_some_and(|maxspan| now.nanos().saturating_sub(self.swept.nanos()) > maxspan)
    }

    /// Drops what `maxspan` has made useless, and beyond the bound the oldest quarter of the rest.
    fn sweep(&mut self, now: Timestamp) {
        self.swept = now;
        self.since_sweep = 0;
        let maxspan = self.shape.maxspan();
        let (stages, mut key_bytes) = (self.shape.stages(), 0);
        let mut expired = 0;
        let mut weight = 0;
        self.states.retain(|key, state| {
            for slot in &mut state.stages {
                if slot
                    .as_ref()
                    .is_some_and(|partial| exceeds(partial.first, now, maxspan))
                {
                    *slot = None;
                    expired += 1;
                }
            }
            if let Some(absences) = &mut state.absences
                && let Some(latest) = absences.lead.latest()
                && exceeds(latest, now, maxspan)
            {
                absences.lead = super::state::Recent::default();
            }
            let left = state.weight();
            weight += left;
            if left > 0 {
                key_bytes += state_bytes::<E>(key, stages);
            }
            left > 0
        });
        self.counts.expired += expired;
        self.weight = weight;
        self.key_bytes = key_bytes;
        if self.is_full() {
            self.drop_oldest();
        }
    }

    /// Drops the oldest, so that three quarters of the bound are left. What goes depends on times and positions only,
    /// not on the order of the keys in memory.
    fn drop_oldest(&mut self) {
        let keep = self.bounds.partials.min(self.weight) / 4 * 3;
        let (stages, mut key_bytes) = (self.shape.stages(), 0);
        let mut ages: Vec<(Timestamp, u64)> = Vec::with_capacity(self.weight);
        for state in self.states.values() {
            ages.extend(state.ages());
        }
        let excess = ages.len().saturating_sub(keep);
        if excess == 0 {
            return;
        }
        let (_, &mut threshold, _) = ages.select_nth_unstable(excess - 1);
        let counts = &mut self.counts;
        let mut weight = 0;
        self.states.retain(|key, state| {
            for slot in &mut state.stages {
                if slot
                    .as_ref()
                    .is_some_and(|partial| partial.age() <= threshold)
                {
                    *slot = None;
                    counts.dropped_partials += 1;
                }
            }
            if let Some(absences) = &mut state.absences {
                let before = absences.waiting.len();
                absences
                    .waiting
                    .retain(|waiting| waiting.partial.age() > threshold);
                counts.dropped_waiting += (before - absences.waiting.len()) as u64;
                if let Some(latest) = absences.lead.latest()
                    && (latest, 0) <= threshold
                {
                    absences.lead = super::state::Recent::default();
                    counts.dropped_leading += 1;
                }
            }
            let left = state.weight();
            weight += left;
            if left > 0 {
                key_bytes += state_bytes::<E>(key, stages);
            }
            left > 0
        });
        self.weight = weight;
        self.key_bytes = key_bytes;
    }
}

/// What the allocator and the hash table add to what is stored.
const ALLOCATION: usize = 32;

/// Bytes of the state of a key without its contents, by estimate.
fn state_bytes<E>(key: &JoinKey, stages: usize) -> usize {
    let texts: usize = key
        .iter()
        .map(|value| match value {
            gatewatch_query::KeyValue::Text(text) => text.len() + ALLOCATION,
            _ => 0,
        })
        .sum();
    size_of::<(JoinKey, KeyState<E>)>()
        + size_of_val::<[gatewatch_query::KeyValue]>(key)
        + texts
        + stages.saturating_sub(1) * size_of::<Option<Partial<E>>>()
        + 3 * ALLOCATION
}

/// The sequence with the event of a hit at this stage.
fn advance<E: Clone>(
    shape: &Shape,
    absences: Option<&Absences<E>>,
    mut partial: Partial<E>,
    hit: &Hit<E>,
    stage: usize,
) -> Partial<E> {
    if let Some(gap) = shape.gap_before(stage)
        && let Some(absences) = absences
        && let Some(seen) = absences.gaps[gap].before(hit.time)
        && seen > partial.last
    {
        partial.spoiled = true;
    }
    partial.events.push(hit.event.clone());
    partial.last = hit.time;
    partial.position = hit.position;
    partial
}

/// Do two times lie further apart than `maxspan` allows?
fn exceeds(from: Timestamp, to: Timestamp, maxspan: Option<i64>) -> bool {
    maxspan.is_some_and(|maxspan| {
        i128::from(to.nanos()) - i128::from(from.nanos()) > i128::from(maxspan)
    })
}
