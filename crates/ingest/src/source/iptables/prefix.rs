//! What an administrator wrote before the packets of a rule: all that tells what the rule does with them.

use crate::source::mapping::Parts;

/// The prefix of a rule, without blanks and a colon at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix<'a>(&'a str);

/// What the prefix of the rule says of the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Denied,
    Allowed,
    /// Nothing that can be understood.
    Untold,
}

impl<'a> Prefix<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.trim();
        Self(text.strip_suffix(':').unwrap_or(text).trim_end())
    }

    /// Names the prefix and what follows from it.
    pub(super) fn take_apart(self, parts: &mut Parts<'a>) {
        parts.push_some("prefix", Some(self.0));
        if let Some(action) = self.action() {
            parts.push("action", action);
        }
        if let Some((set, rule, _)) = self.label() {
            parts.push("rule set", set);
            parts.push("rule", rule);
            // `FROM-TO`, where the set is between two zones.
            if let Some((from, to)) = set.split_once('-') {
                parts.push_some("zone in", Some(from));
                parts.push_some("zone out", to.split('-').next());
            }
        }
    }

    /// Ubiquiti's `[RULE_SET-RULE-ACTION]` at the end of the prefix.
    pub(super) fn label(self) -> Option<(&'a str, &'a str, &'a str)> {
        if !self.0.ends_with(']') {
            return None;
        }
        let label = &self.0[self.0.rfind('[')? + 1..self.0.len() - 1];
        let (rest, action) = label.rsplit_once('-')?;
        let (set, rule) = rest.rsplit_once('-')?;
        (!label.contains(' ')).then_some((set, rule, action))
    }

    /// What was done with the packet, and the word that says so.
    pub(super) fn verdict(self) -> (Verdict, Option<&'a str>) {
        if let Some((_, _, action)) = self.label() {
            match action {
                "D" | "R" => return (Verdict::Denied, Some(action)),
                "A" => return (Verdict::Allowed, Some(action)),
                _ => {}
            }
        }
        let is_word = |byte: char| byte.is_ascii_alphabetic();
        let mut words = self.0.split(|c: char| !is_word(c));
        while let Some(word) = words.find(|word| (4..=8).contains(&word.len())) {
            let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
            if is(&[
                "drop", "dropped", "deny", "denied", "block", "blocked", "reject", "rejected",
            ]) {
                return (Verdict::Denied, Some(word));
            }
            if is(&["accept", "accepted", "allow", "allowed", "pass"]) {
                return (Verdict::Allowed, Some(word));
            }
        }
        (Verdict::Untold, None)
    }

    /// `event.action`: as Elastic's pipeline where it has one, else the word that tells what was done.
    pub(super) fn action(self) -> Option<String> {
        if let Some((_, _, action)) = self.label() {
            return Some(match action {
                "D" => "drop".to_owned(),
                "A" => "accept".to_owned(),
                other => other.to_lowercase(),
            });
        }
        let word = match self.0.strip_prefix("iptables ") {
            Some(rest) => rest.trim_start().split([' ', ':']).next(),
            None => self.verdict().1,
        };
        word.filter(|word| !word.is_empty()).map(str::to_lowercase)
    }
}
