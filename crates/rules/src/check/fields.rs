//! Fields that events of a rule's indices cannot have.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use gatewatch_diagnostic::{Diagnostic, Span, Stage, did_you_mean};
use gatewatch_event::{ecs_fields, known_ecs_type};

/// A field that a query names.
pub(super) struct Use {
    pub(super) name: String,
    pub(super) span: Span,
    /// Its author knows that it may be unknown.
    pub(super) optional: bool,
}

/// Vendors' fields, by their first name, and the sources that have them: integrations by their name (`logs-okta.*` is
/// `okta`), shippers by theirs (`winlogbeat-*`). Only what is sure: fields of a source that is not listed are never complained of.
const VENDORS: &[(&str, &[&str])] = &[
    ("aws", &["aws", "filebeat", "metricbeat", "functionbeat"]),
    ("azure", &["azure", "filebeat", "metricbeat"]),
    ("gcp", &["gcp", "filebeat", "metricbeat"]),
    ("github", &["github", "filebeat"]),
    ("google_workspace", &["google_workspace", "filebeat"]),
    (
        "kubernetes",
        &[
            "kubernetes",
            "cloud_defend",
            "filebeat",
            "metricbeat",
            "auditbeat",
            "packetbeat",
            "endpoint",
        ],
    ),
    ("network_traffic", &["network_traffic", "packetbeat"]),
    ("o365", &["o365", "filebeat"]),
    ("okta", &["okta", "filebeat", "entityanalytics_okta"]),
    (
        "powershell",
        &["windows", "winlogbeat", "filebeat", "winlog", "forwarded"],
    ),
    (
        "winlog",
        &[
            "windows",
            "system",
            "winlogbeat",
            "filebeat",
            "winlog",
            "endpoint",
            "endgame",
            "m365_defender",
            "crowdstrike",
            "sentinel_one_cloud_funnel",
        ],
    ),
];

/// The first names of ECS fields.
static SETS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    ecs_fields()
        .filter_map(|(name, _)| name.split_once('.'))
        .map(|(set, _)| set)
        .collect()
});

/// What is known of the events that a rule looks at.
pub(super) struct Known {
    /// The sources of the rule's index patterns; `None` when they may be anything.
    sources: Option<BTreeSet<String>>,
}

impl Known {
    /// By the rule's index patterns.
    pub(super) fn of(index: &[String]) -> Self {
        let sources: Option<BTreeSet<String>> = index
            .iter()
            .filter(|pattern| !pattern.starts_with('-'))
            .map(|pattern| source(pattern))
            .collect();
        Self {
            sources: sources.filter(|sources| !sources.is_empty()),
        }
    }

    /// The problems of the fields that a query names, each field once.
    pub(super) fn check(&self, uses: Vec<Use>) -> Vec<Diagnostic> {
        let mut seen = HashSet::new();
        uses.into_iter()
            .filter(|field| seen.insert(field.name.clone()))
            .filter_map(|field| self.foreign(&field).or_else(|| misspelt(&field)))
            .collect()
    }

    /// A vendor's field in events of others.
    fn foreign(&self, field: &Use) -> Option<Diagnostic> {
        if field.optional {
            return None;
        }
        let sources = self.sources.as_ref()?;
        let (first, _) = field.name.split_once('.')?;
        let (_, having) = VENDORS.iter().find(|(name, _)| *name == first)?;
        let has = sources.iter().any(|source| {
            having
                .iter()
                .any(|known| source == known || source.starts_with(&format!("{known}_")))
        });
        if has {
            return None;
        }
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        Some(
            Diagnostic::warning(
                Stage::Verification,
                "field-not-in-index",
                format!(
                    "no index of the rule has `{}`: its events come from {}",
                    field.name,
                    sources.join(", ")
                ),
            )
            .with_span(field.span)
            .with_hint(format!(
                "such fields come from {}; if they are meant to be absent elsewhere, write `?{}` in EQL",
                having.join(", "),
                field.name
            )),
        )
    }
}

/// A field that ECS does not know, among those that it does, and spelt almost like one of them.
fn misspelt(field: &Use) -> Option<Diagnostic> {
    let name = field.name.as_str();
    let (first, _) = name.split_once('.')?;
    // Elastic Defend's own fields have a part `Ext` or begin with a capital; sub-fields of text have names of their own.
    let own = name
        .split('.')
        .any(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    let sub_field = name
        .rsplit_once('.')
        .is_some_and(|(field, _)| known_ecs_type(field).is_some());
    if own || sub_field || !SETS.contains(first) || known_ecs_type(name).is_some() {
        return None;
    }
    let objects = ecs_fields().any(|(known, _)| {
        known
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    });
    if objects {
        return None;
    }
    let near = did_you_mean(name, ecs_fields().map(|(name, _)| name));
    let nearest = *near.first()?;
    Some(
        Diagnostic::warning(
            Stage::Verification,
            "field-unknown",
            format!("ECS has no field `{name}`"),
        )
        .with_span(field.span)
        .with_hint(format!("did you mean `{nearest}`?")),
    )
}

/// The source of an index pattern; `None` when it may be any.
fn source(pattern: &str) -> Option<String> {
    // A remote cluster's indices have the same names.
    let pattern = pattern.rsplit(':').next().unwrap_or(pattern);
    let name = match pattern
        .strip_prefix("logs-")
        .or_else(|| pattern.strip_prefix("metrics-"))
    {
        Some(dataset) => dataset,
        None => pattern,
    };
    let end = name.find(['.', '-', '*', '?']);
    let source = &name[..end.unwrap_or(name.len())];
    let cut = end.is_some_and(|end| name[end..].starts_with(['*', '?']));
    // `logs-okta*` is okta; `logs-o*` may be anything. Alerts hold the fields of every source.
    let whole = !source.is_empty() && (!cut || source.len() >= 4);
    (whole && !pattern.starts_with('.')).then(|| source.to_owned())
}

#[cfg(test)]
mod tests {
    use gatewatch_diagnostic::Span;

    use super::{Known, Use};

    #[track_caller]
    fn check(index: &[&str], field: &str, expect: Option<&str>) {
        let index: Vec<String> = index.iter().map(|text| (*text).to_owned()).collect();
        let uses = vec![Use {
            name: field.to_owned(),
            span: Span::at(0),
            optional: false,
        }];
        let codes: Vec<&str> = Known::of(&index)
            .check(uses)
            .iter()
            .map(|problem| problem.code)
            .collect();
        assert_eq!(codes, expect.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn fields_of_other_sources_are_told() {
        let foreign = Some("field-not-in-index");
        check(
            &["logs-okta.system-*"],
            "winlog.event_data.LogonType",
            foreign,
        );
        check(&["logs-system.auth-*"], "okta.actor.id", foreign);
        check(&["logs-windows.*", "winlogbeat-*"], "winlog.channel", None);
        for any in ["*", "logs-*", "l*", ".alerts-security.alerts-default"] {
            check(
                &[any, "logs-okta*"],
                "aws.cloudtrail.user_identity.type",
                None,
            );
        }
        check(
            &["remote:logs-aws.cloudtrail-*"],
            "aws.cloudtrail.user_identity.type",
            None,
        );
        check(&[], "aws.cloudtrail.user_identity.type", None);
    }

    #[test]
    fn misspelt_fields_are_told() {
        check(&[], "proccess.name", None);
        check(&[], "process.nmae", Some("field-unknown"));
        check(&[], "source.adress", Some("field-unknown"));
        for known in [
            "process.name",
            "process.Ext.api.name",
            "process.name.caseless",
            "dns.question",
            "my.own",
        ] {
            check(&[], known, None);
        }
    }
}
