//! The main facts of an alert, for tables and filters.

use gatewatch_detect::Alert;
use gatewatch_event::{Document, document_values};
use gatewatch_rules::Rule;

/// The main facts of an alert, as text; empty when the event does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Name of the rule.
    pub rule: String,
    /// Its severity.
    pub severity: String,
    /// Time of the event, or of the last event of a sequence.
    pub time: String,
    /// Host it happened on.
    pub host: String,
    /// User it is about.
    pub user: String,
    /// Where it came from.
    pub source: String,
    /// Success or failure.
    pub outcome: String,
    /// File of the (last) event.
    pub file: String,
    /// Record number or byte offset in it.
    pub record: String,
    /// How many events it is made of.
    pub events: usize,
    /// The alert's id.
    pub id: String,
    /// The rule's ATT&CK techniques.
    pub techniques: String,
}

/// The first value of any of the fields.
fn first(document: &Document, fields: &[&str]) -> String {
    let mut found = String::new();
    for field in fields {
        document_values(document.as_map(), field, &mut |value| {
            found = value.text().into_owned();
            found.is_empty()
        });
        if !found.is_empty() {
            break;
        }
    }
    found
}

const HOST: &[&str] = &[
    "host.name",
    "host.hostname",
    "winlog.computer_name",
    "host.id",
];
const USER: &[&str] = &[
    "user.name",
    "gatewatch.remote.user",
    "source.user.name",
    "winlog.event_data.TargetUserName",
    "user.id",
];
/// The access record comes first: what Elastic maps to `source.ip` is the address inside of the tunnel for some gateways.
const SOURCE: &[&str] = &[
    "gatewatch.remote.ip",
    "source.ip",
    "gatewatch.remote.address",
    "source.address",
    "source.domain",
    "client.ip",
];
const OUTCOME: &[&str] = &["event.outcome", "gatewatch.remote.outcome"];

/// `record 17` where the log counts its records, else `offset 4096`.
fn record(event: &Document) -> String {
    let id = first(event, &["winlog.record_id"]);
    if id.is_empty() {
        format!("offset {}", first(event, &["gatewatch.input.offset"]))
    } else {
        format!("record {id}")
    }
}

impl Row {
    /// The facts of a single event.
    pub fn of_event(event: &Document) -> Self {
        Self {
            rule: first(
                event,
                &[
                    "event.action",
                    "event.code",
                    "event.category",
                    "process.name",
                ],
            ),
            time: first(event, &["@timestamp"]),
            host: first(event, HOST),
            user: first(event, USER),
            source: first(event, SOURCE),
            outcome: first(event, OUTCOME),
            file: first(event, &["gatewatch.input.path"]),
            record: record(event),
            events: 1,
            ..Self::default()
        }
    }

    /// The cells of a table of events: time, host, action, user, source, outcome, where.
    pub fn cells(&self) -> Vec<String> {
        vec![
            self.time.clone(),
            self.host.clone(),
            self.rule.clone(),
            self.user.clone(),
            self.source.clone(),
            self.outcome.clone(),
            self.place(),
        ]
    }

    /// The end of the file's path, which is what tells files apart, and the record in it.
    pub fn place(&self) -> String {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        format!("{file} {}", self.record)
    }

    /// The facts of an alert. A sequence takes what its events share, then what the last event says.
    pub fn of(rule: &Rule, alert: &Alert) -> Self {
        let own = alert.document.own();
        let pick = |fields| pick(alert, fields);
        let last = alert.last.as_ref().unwrap_or(own);
        let mut techniques: Vec<&str> = rule
            .threat
            .iter()
            .flat_map(|tactic| {
                tactic
                    .techniques
                    .iter()
                    .map(|technique| technique.id.as_str())
            })
            .collect();
        techniques.sort_unstable();
        techniques.dedup();
        Self {
            rule: alert.name.clone(),
            severity: alert.severity.to_string(),
            time: pick(&["kibana.alert.original_time", "@timestamp"]),
            host: pick(HOST),
            user: pick(USER),
            source: pick(SOURCE),
            outcome: pick(OUTCOME),
            file: first(last, &["gatewatch.input.path"]),
            record: record(last),
            // The document of a threshold counts the events that it was made of, and holds none of them.
            events: first(own, &["kibana.alert.threshold_result.count"])
                .parse()
                .unwrap_or(alert.events),
            id: first(own, &["kibana.alert.uuid"]),
            techniques: techniques.join(" "),
        }
    }
}

/// The first value of any of the fields in the alert, or else in its last event.
fn pick(alert: &Alert, fields: &[&str]) -> String {
    let shared = first(alert.document.own(), fields);
    match &alert.last {
        Some(last) if shared.is_empty() => first(last, fields),
        _ => shared,
    }
}

/// Keeps alerts of some hosts and users.
#[derive(Debug, Default)]
pub struct AlertFilter {
    hosts: Vec<Vec<char>>,
    users: Vec<Vec<char>>,
}

impl AlertFilter {
    /// Patterns with `*` and `?`; an empty list keeps all.
    pub fn new(hosts: &[String], users: &[String]) -> Self {
        let fold = |patterns: &[String]| {
            patterns
                .iter()
                .map(|pattern| pattern.to_lowercase().chars().collect())
                .collect()
        };
        Self {
            hosts: fold(hosts),
            users: fold(users),
        }
    }

    /// Does it keep all?
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.users.is_empty()
    }

    /// Is the alert wanted?
    pub fn keeps(&self, alert: &Alert) -> bool {
        self.is_empty() || self.keeps_named(&pick(alert, HOST), &pick(alert, USER))
    }

    fn keeps_named(&self, host: &str, user: &str) -> bool {
        let any = |patterns: &[Vec<char>], text: &str| {
            let text: Vec<char> = text.to_lowercase().chars().collect();
            patterns.is_empty() || patterns.iter().any(|pattern| wildcard(pattern, &text))
        };
        any(&self.hosts, host) && any(&self.users, user)
    }
}

/// Does the whole text match? Linear in the text for each `*`: the latest star alone is tried again.
fn wildcard(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::{AlertFilter, Row};
    use gatewatch_event::Document;

    #[test]
    fn the_access_record_says_who_came_from_where() {
        let mut event = Document::default();
        for (field, value) in [
            ("source.ip", "10.9.9.9"),
            ("gatewatch.remote.ip", "203.0.113.7"),
            ("gatewatch.remote.user", "alice"),
            ("gatewatch.remote.outcome", "failure"),
        ] {
            event.set(field, value.into());
        }
        let row = Row::of_event(&event);
        assert_eq!(
            (row.user.as_str(), row.source.as_str(), row.outcome.as_str()),
            ("alice", "203.0.113.7", "failure")
        );
        event.set("user.name", "bob".into());
        assert_eq!(Row::of_event(&event).user, "bob");
    }

    #[test]
    fn filters_take_wildcards_and_ignore_case() {
        let keeps = |hosts: &[&str], users: &[&str]| {
            let own = |list: &[&str]| {
                list.iter()
                    .map(|text| (*text).to_owned())
                    .collect::<Vec<_>>()
            };
            AlertFilter::new(&own(hosts), &own(users)).keeps_named("SRV1.corp.example", "Alice")
        };
        assert!(keeps(&[], &[]));
        assert!(keeps(&["srv?.*"], &["alice"]));
        assert!(keeps(&["*example", "x"], &[]));
        assert!(!keeps(&["srv1"], &[]));
        assert!(!keeps(&["*"], &["bob"]));
    }
}
