//! The list of patterns: read from its file, and asked.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex_automata::nfa::thompson::backtrack::BoundedBacktracker;
use regex_automata::nfa::thompson::{self, NFA};
use regex_automata::util::captures::Captures;
use regex_syntax::hir::Hir;

use super::needs::{MOST_SETS, needs};
use super::{LONGEST, Part};

/// See the page beside it.
static FILE: &str = include_str!("regexes.yaml");

/// What the list says of a user agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub name: String,
    /// Which version of it; of a device nothing that means anything.
    pub version: Option<String>,
}

/// The list for a part.
pub(super) fn list(part: Part) -> &'static List {
    static LISTS: [LazyLock<List>; 3] = [
        LazyLock::new(|| List::read("user_agent_parsers:", &PROGRAM)),
        LazyLock::new(|| List::read("os_parsers:", &SYSTEM)),
        LazyLock::new(|| List::read("device_parsers:", &DEVICE)),
    ];
    &LISTS[part as usize]
}

/// What an entry has beside its pattern: the name, then the numbers of the version. Devices have none.
type Keys = [&'static str; 5];

const PROGRAM: Keys = [
    "family_replacement",
    "v1_replacement",
    "v2_replacement",
    "v3_replacement",
    "v4_replacement",
];
const SYSTEM: Keys = [
    "os_replacement",
    "os_v1_replacement",
    "os_v2_replacement",
    "os_v3_replacement",
    "os_v4_replacement",
];
const DEVICE: Keys = ["device_replacement", "", "", "", ""];

/// An entry of the list.
#[derive(Default)]
struct Pattern {
    text: &'static str,
    ignores_case: bool,
    /// What takes the place of the groups, by the place of its key.
    replacements: [Option<&'static str>; 5],
    automaton: OnceLock<Option<BoundedBacktracker>>,
}

impl Pattern {
    /// Letters and digits are those of ASCII, as in Java, and bytes are matched: no pattern asks for other characters.
    fn parse(&self) -> Option<Hir> {
        regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .case_insensitive(self.ignores_case)
            .build()
            .parse(self.text)
            .ok()
    }

    fn automaton(&self) -> Option<&BoundedBacktracker> {
        let automaton = self.automaton.get_or_init(|| {
            let nfa = NFA::compiler()
                .configure(thompson::Config::new().utf8(false))
                .build_from_hir(&self.parse()?)
                .ok()?;
            BoundedBacktracker::builder()
                .configure(BoundedBacktracker::config().visited_capacity(MEMORY))
                .build_from_nfa(nfa)
                .ok()
        });
        automaton.as_ref()
    }

    /// What is told where the pattern fits; nothing where it does not, or leaves the name open.
    fn tell(&self, text: &str) -> Option<Told> {
        let automaton = self.automaton()?;
        let mut groups = automaton.create_captures();
        // The cache goes afterwards: it is as large as text and pattern together, and what is told of a text is remembered.
        let mut cache = automaton.create_cache();
        automaton.try_captures(&mut cache, text, &mut groups).ok()?;
        if !groups.is_match() {
            return None;
        }
        Some(Told {
            name: self.name(text, &groups)?,
            version: self.version(text, &groups),
        })
    }

    fn name(&self, text: &str, groups: &Captures) -> Option<String> {
        let first = group(text, groups, 1);
        match (self.replacements[0], first) {
            (Some(name), Some(first)) => Some(name.replacen("$1", &first, 1)),
            (Some(name), None) => Some(name.to_owned()),
            (None, first) => first,
        }
    }

    /// The numbers up to the first that is missing.
    fn version(&self, text: &str, groups: &Captures) -> Option<String> {
        let numbers = (1..self.replacements.len()).map_while(|at| {
            self.replacements[at]
                .map(str::to_owned)
                .or_else(|| group(text, groups, at + 1))
        });
        let numbers: Vec<String> = numbers.collect();
        (!numbers.is_empty()).then(|| numbers.join("."))
    }
}

/// The text of a group that took part.
fn group(text: &str, groups: &Captures, number: usize) -> Option<String> {
    let span = groups.get_group(number)?;
    // A pattern that counts bytes may end inside of a character.
    Some(String::from_utf8_lossy(&text.as_bytes()[span.range()]).into_owned())
}

/// The patterns for a part, and what tells which of them are worth trying on a text.
pub(super) struct List {
    patterns: Vec<Pattern>,
    /// Texts that patterns need, in small letters.
    texts: Option<AhoCorasick>,
    /// By text: the patterns that need it or one of several, and for which of their sets.
    users: Vec<Vec<(usize, u8)>>,
    /// By pattern: a bit for each set of texts of which one must be there.
    sets: Vec<u8>,
}

impl List {
    /// Reads the part of the file behind this line.
    fn read(title: &str, keys: &Keys) -> Self {
        Self::new(entries(FILE, title, keys))
    }

    fn new(patterns: Vec<Pattern>) -> Self {
        let mut texts: Vec<Vec<u8>> = Vec::new();
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut users: Vec<Vec<(usize, u8)>> = Vec::new();
        let mut sets = Vec::with_capacity(patterns.len());
        for (at, pattern) in patterns.iter().enumerate() {
            let needed = pattern.parse().map(|hir| needs(&hir)).unwrap_or_default();
            debug_assert!(needed.len() <= MOST_SETS, "each set has a bit");
            let mut bits = 0;
            for (number, set) in needed.into_iter().enumerate() {
                bits |= 1 << number;
                for text in set {
                    let place = *places.entry(text).or_insert_with_key(|text| {
                        texts.push(text.clone());
                        users.push(Vec::new());
                        texts.len() - 1
                    });
                    users[place].push((at, 1 << number));
                }
            }
            sets.push(bits);
        }
        Self {
            patterns,
            texts: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(&texts)
                .ok(),
            users,
            sets,
        }
    }

    /// What the first pattern that fits says.
    pub(super) fn tell(&self, text: &str) -> Option<Told> {
        let candidates = self.candidates(text);
        let mut fitting = candidates.filter_map(|at| self.patterns[at].tell(text));
        fitting.next()
    }

    /// The patterns that have all they need.
    fn candidates(&self, text: &str) -> impl Iterator<Item = usize> {
        let mut found = vec![0u8; self.patterns.len()];
        let mut is_seen = vec![false; self.users.len()];
        for hit in self
            .texts
            .iter()
            .flat_map(|texts| texts.find_overlapping_iter(text))
        {
            let place = hit.pattern().as_usize();
            if !std::mem::replace(&mut is_seen[place], true) {
                for (at, bit) in &self.users[place] {
                    found[*at] |= bit;
                }
            }
        }
        let sets = self.sets.iter().zip(found).enumerate();
        sets.filter(|(_, (needed, found))| **needed == *found)
            .map(|(at, _)| at)
    }
}

/// The entries behind a title, up to the next one.
fn entries(file: &'static str, title: &str, keys: &Keys) -> Vec<Pattern> {
    let mut entries: Vec<Pattern> = Vec::new();
    let lines = file.lines().skip_while(|line| *line != title).skip(1);
    for line in lines.take_while(|line| !is_title(line)) {
        let Some((key, value)) = key_and_value(line) else {
            continue;
        };
        if key == "- regex" {
            entries.push(Pattern {
                text: value,
                ..Pattern::default()
            });
        } else if let Some(entry) = entries.last_mut() {
            if key == "regex_flag" {
                entry.ignores_case = value == "i";
            } else if let Some(at) = keys.iter().position(|known| *known == key) {
                entry.replacements[at] = Some(value);
            }
        }
    }
    entries
}

fn is_title(line: &str) -> bool {
    line.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
}

/// A line `KEY: 'VALUE'`: the only form that the file makes use of.
fn key_and_value(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (key, value) = line.trim_start().split_once(": ")?;
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    (!key.starts_with('#')).then_some((key, value))
}

/// What a search may take, in bytes: enough for the longest text under the largest pattern.
const MEMORY: usize = 1 << 20;

const _: () = assert!(LONGEST * 8 * 1024 <= MEMORY * 8, "see `MEMORY`");

#[cfg(test)]
mod tests {
    use super::{FILE, List, Pattern, entries, is_title, key_and_value, list};
    use crate::format::user_agent::{LONGEST, Part};

    const PARTS: [Part; 3] = [Part::Program, Part::System, Part::Device];

    /// Nothing in the file is passed over.
    #[test]
    fn the_file_is_read() {
        for line in FILE.lines() {
            let text = line.trim_start();
            let is_read = text.is_empty()
                || text.starts_with('#')
                || matches!(
                    line,
                    "user_agent_parsers:" | "os_parsers:" | "device_parsers:"
                ) && is_title(line)
                || key_and_value(line).is_some_and(|(key, value)| match key {
                    "regex_flag" => value == "i",
                    "- regex" => true,
                    // What the processor does not make use of among them.
                    key => key.ends_with("_replacement"),
                });
            assert!(is_read, "{line}");
            // A quote inside of a text would be written twice.
            assert!(text.starts_with('#') || !text.contains("''"), "{line}");
        }
        let count = FILE
            .lines()
            .filter(|line| line.starts_with("  - regex: "))
            .count();
        let read = PARTS.map(|part| list(part).patterns.len());
        assert_eq!(read.iter().sum::<usize>(), count);
        assert!(read.iter().all(|part| *part > 100), "{read:?}");
    }

    /// Every pattern is one, asks for bytes of ASCII alone, and is tried on the longest texts.
    #[test]
    fn patterns_can_be_tried() {
        for pattern in PARTS.iter().flat_map(|part| &list(*part).patterns) {
            let automaton = pattern.automaton();
            let longest = automaton.map(|automaton| automaton.max_haystack_len());
            assert!(
                longest.is_some_and(|longest| longest >= LONGEST),
                "{}: {longest:?}",
                pattern.text
            );
            assert!(pattern.text.is_ascii(), "{}", pattern.text);
        }
    }

    /// Few patterns are tried on every text.
    #[test]
    fn patterns_need_texts() {
        for (part, most) in PARTS.into_iter().zip([3, 1, 3]) {
            let list = list(part);
            let always: Vec<&str> = list
                .candidates("")
                .map(|at| list.patterns[at].text)
                .collect();
            assert!(always.len() <= most, "{always:#?}");
        }
    }

    /// What is passed over does not fit: the texts that a pattern needs are needed.
    #[test]
    fn nothing_is_missed() {
        const AGENTS: [&str; 9] = [
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/54.0.2840.59 Safari/537.36",
            "Mozilla/5.0 (Linux; Android 5.1.1; KFFOWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/81.2.16 like Chrome/81.0.4044.138 Safari/537.36",
            "Mozilla/5.0 (compatible; MSIE 9.0; Windows Phone OS 7.5; Trident/5.0; IEMobile/9.0; NOKIA; Lumia 800)",
            "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
            "Mozilla/5.0 (iPad; CPU OS 12_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/280.0.0.45;FBLC/en]",
            "Mozilla/5.0 (Linux; Android 8.0.0; HUAWEI LON-L29 Build/x; wv) AppleWebKit/537.36 Version/4.0 Chrome/64.0.3282.137 Mobile Safari/537.36",
            "Wget/1.20.3 (linux-gnu)",
            "MyApp/2.1 CFNetwork/1121.2.2 Darwin/19.3.0",
            "HTC_Touch_3G Mozilla/4.0 (compatible; MSIE 6.0; Windows CE; IEMobile 7.11)",
        ];
        for list in PARTS.map(list) {
            for agent in AGENTS {
                let told = list.tell(agent);
                let slowly = list.patterns.iter().find_map(|pattern| pattern.tell(agent));
                assert_eq!(told, slowly, "{agent}");
            }
        }
    }

    #[test]
    fn replacements() {
        let file = "a:\n  - regex: '(x)(y)?(z)?'\n    v1_replacement: '7'\n  - regex: 'w'\n    regex_flag: 'i'\n    family_replacement: 'W $1 $1'\n\
            # - regex: 'no'\n  - regex: '(q)?r(s)'\nb:\n  - regex: 'other'\n";
        let list = List::new(entries(file, "a:", &super::PROGRAM));
        let shown = |text: &str| list.tell(text).map(|told| (told.name, told.version));
        let is =
            |name: &str, version: Option<&str>| Some((name.to_owned(), version.map(str::to_owned)));
        assert_eq!(list.patterns.len(), 3);
        assert_eq!(shown("xyz"), is("x", Some("7.z")));
        assert_eq!(shown("xy"), is("x", Some("7")));
        assert_eq!(shown("W"), is("W $1 $1", None));
        // Without a name a pattern does not fit.
        assert_eq!(shown("rs"), None);
        assert_eq!(shown("qrs"), is("q", Some("s")));
        assert_eq!(shown("other"), None);
        assert!(
            Pattern {
                text: "(",
                ..Pattern::default()
            }
            .tell("(")
            .is_none()
        );
    }
}
