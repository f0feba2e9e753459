//! What a query may ask for at most. Each limit keeps hostile text from costing more than a moment.

/// Nesting of expressions. The parser has a limit of its own; this one holds for trees from elsewhere.
pub(crate) const DEPTH: usize = 512;

/// Elements of one `in` list, patterns of one `like` or `regex`, arguments of one function. Elasticsearch allows 65,536
/// terms in a query.
pub(crate) const LIST: usize = 65_536;

/// Bytes of one wildcard pattern: a keyword is not indexed when it is longer.
pub(crate) const PATTERN: usize = 32_768;

/// Bytes of one regular expression, as Elasticsearch's `index.max_regex_length`.
pub(crate) const REGEX: usize = 1_000;

/// Nesting of groups in a regular expression.
pub(crate) const PATTERN_DEPTH: usize = 250;

/// States of a nondeterministic automaton, after repetitions are written out.
pub(crate) const NFA_STATES: usize = 20_000;

/// States of a deterministic automaton; beyond it the nondeterministic one is run. Lucene gives up at 10,000.
pub(crate) const DFA_STATES: usize = 4_096;

/// The same where there is no other way, inside `~` and `&`.
pub(crate) const DFA_STATES_NEEDED: usize = 10_000;

/// Fields in one predicate that computes with them: each is a level of recursion.
pub(crate) const FIELDS: usize = 100;

/// Combinations of values of several multi-valued fields that one predicate looks at.
pub(crate) const COMBINATIONS: usize = 100_000;

/// Join keys of one event.
pub(crate) const KEYS: usize = 10_000;

/// UTF-8 bytes of text that a function may build.
pub(crate) const TEXT: usize = 1 << 24;
