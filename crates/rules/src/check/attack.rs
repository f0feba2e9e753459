//! The ATT&CK tactics and techniques that a rule names.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::Found;

/// `id|tactics|name` a line; tactics by their numbers.
static TABLE: &str = include_str!("attack.txt");

/// The version of ATT&CK that the table holds.
const VERSION: u32 = 17;

/// The tactics of ATT&CK for Enterprise.
const TACTICS: &[(&str, &str)] = &[
    ("TA0001", "Initial Access"),
    ("TA0002", "Execution"),
    ("TA0003", "Persistence"),
    ("TA0004", "Privilege Escalation"),
    ("TA0005", "Defense Evasion"),
    ("TA0006", "Credential Access"),
    ("TA0007", "Discovery"),
    ("TA0008", "Lateral Movement"),
    ("TA0009", "Collection"),
    ("TA0010", "Exfiltration"),
    ("TA0011", "Command and Control"),
    ("TA0040", "Impact"),
    ("TA0042", "Resource Development"),
    ("TA0043", "Reconnaissance"),
];

struct Technique {
    name: &'static str,
    tactics: &'static str,
}

static TECHNIQUES: LazyLock<HashMap<&'static str, Technique>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.splitn(3, '|');
            let (id, tactics, name) = (cells.next()?, cells.next()?, cells.next()?);
            Some((id, Technique { name, tactics }))
        })
        .collect()
});

impl Technique {
    fn is_in(&self, tactic: &str) -> bool {
        let number = tactic.strip_prefix("TA").unwrap_or_default();
        self.tactics.split(',').any(|known| known == number)
    }
}

/// `T1133` or, for a sub-technique, `T1021.001`.
fn has_form(id: &str, sub: bool) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match id.strip_prefix('T').map(|rest| rest.split_once('.')) {
        Some(None) => !sub && digits(&id[1..], 4),
        Some(Some((technique, number))) => sub && digits(technique, 4) && digits(number, 3),
        None => false,
    }
}

/// Checks the `threat` of a rule.
pub(super) fn check(found: &mut Found<'_>) {
    let Some(entries) = found.get("threat").and_then(Json::as_array).cloned() else {
        return;
    };
    let mut seen = HashSet::new();
    for (number, entry) in entries.iter().enumerate() {
        let at = format!("/threat/{number}");
        let framework = text(entry, "framework");
        if framework.is_empty() {
            found.error(
                &at,
                "threat-shape",
                "a threat has no `framework`",
                "write framework = \"MITRE ATT&CK\"",
            );
        }
        let tactic = entry.get("tactic").map_or("", |tactic| text(tactic, "id"));
        if tactic.is_empty() {
            found.error(
                &at,
                "threat-shape",
                "a threat has no `tactic` with an `id`, a `name` and a `reference`",
                "",
            );
            continue;
        }
        if !seen.insert((framework.to_owned(), tactic.to_owned())) {
            found.warning(
                &format!("{at}/tactic"),
                "threat-twice",
                format!("the tactic {tactic} is there twice"),
                "put all techniques of a tactic into one entry",
            );
        }
        if framework == "MITRE ATT&CK" {
            check_tactic(&at, entry, tactic, found);
        }
    }
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn check_tactic(at: &str, entry: &Json, tactic: &str, found: &mut Found<'_>) {
    let name = entry
        .get("tactic")
        .map_or("", |tactic| text(tactic, "name"));
    let place = format!("{at}/tactic");
    match TACTICS.iter().find(|(id, _)| *id == tactic) {
        Some((_, known)) if *known != name => found.warning(
            &format!("{place}/name"),
            "threat-name",
            format!("the tactic {tactic} is `{known}`, not `{name}`"),
            "",
        ),
        Some(_) => {}
        None => {
            let by_name = TACTICS.iter().find(|(_, known)| *known == name);
            found.warning(
                &format!("{place}/id"),
                "threat-unknown",
                format!("ATT&CK {VERSION} has no tactic `{tactic}`"),
                by_name.map_or_else(String::new, |(id, name)| format!("`{name}` is {id}")),
            );
        }
    }
    let is_known = TACTICS.iter().any(|(id, _)| *id == tactic);
    let techniques = entry.get("technique").and_then(Json::as_array);
    for (number, technique) in techniques.into_iter().flatten().enumerate() {
        let place = format!("{at}/technique/{number}");
        let id = text(technique, "id");
        check_technique(&place, technique, is_known.then_some(tactic), false, found);
        let subs = technique.get("subtechnique").and_then(Json::as_array);
        for (number, sub) in subs.into_iter().flatten().enumerate() {
            let place = format!("{place}/subtechnique/{number}");
            let sub_id = text(sub, "id");
            if has_form(sub_id, true) && sub_id.split('.').next() != Some(id) {
                found.warning(
                    &format!("{place}/id"),
                    "threat-parent",
                    format!("{sub_id} is no sub-technique of {id}"),
                    "",
                );
            }
            check_technique(&place, sub, None, true, found);
        }
    }
}

fn check_technique(
    place: &str,
    technique: &Json,
    tactic: Option<&str>,
    sub: bool,
    found: &mut Found<'_>,
) {
    let (id, name) = (text(technique, "id"), text(technique, "name"));
    let at = format!("{place}/id");
    if !has_form(id, sub) {
        let form = if sub { "T1021.001" } else { "T1133" };
        found.warning(
            &at,
            "threat-form",
            format!(
                "`{id}` is no id of a {}technique",
                if sub { "sub-" } else { "" }
            ),
            format!("such an id looks like {form}"),
        );
        return;
    }
    let Some(known) = TECHNIQUES.get(id) else {
        found.warning(
            &at,
            "threat-unknown",
            format!("ATT&CK {VERSION} has no technique {id}: it is mistyped, withdrawn, or newer"),
            "",
        );
        return;
    };
    if known.name != name {
        found.warning(
            &format!("{place}/name"),
            "threat-name",
            format!("{id} is `{}`, not `{name}`", known.name),
            "",
        );
    }
    if let Some(tactic) = tactic
        && !known.is_in(tactic)
    {
        let names: Vec<&str> = TACTICS
            .iter()
            .filter(|(id, _)| known.is_in(id))
            .map(|(_, name)| *name)
            .collect();
        found.warning(
            &at,
            "threat-tactic",
            format!(
                "{id} `{}` is no technique of the tactic {tactic}",
                known.name
            ),
            format!("it belongs to {}", names.join(", ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{TACTICS, TECHNIQUES, has_form};

    #[test]
    fn the_table_is_sound() {
        assert!(TECHNIQUES.len() > 650, "{}", TECHNIQUES.len());
        for (id, technique) in TECHNIQUES.iter() {
            assert!(has_form(id, id.contains('.')), "{id}");
            assert!(!technique.name.is_empty(), "{id}");
            let known = TACTICS.iter().filter(|(id, _)| technique.is_in(id));
            assert_eq!(known.count(), technique.tactics.split(',').count(), "{id}");
            let parent = id.split('.').next().unwrap_or_default();
            assert!(TECHNIQUES.contains_key(parent), "{id}");
        }
        assert!(TECHNIQUES["T1133"].is_in("TA0001"));
        assert_eq!(TECHNIQUES["T1133"].name, "External Remote Services");
    }
}
