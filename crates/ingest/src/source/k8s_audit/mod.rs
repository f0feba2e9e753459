//! The audit log of Kubernetes' API server: one JSON object for each stage of a request.
//!
//! Read as the API server writes it (`audit.k8s.io/v1`, `v1beta1`), in an `EventList`, and inside Azure's diagnostic records (AKS), which hold
//! the event as text in `properties.log`. The mapping is that of Elastic's `kubernetes.audit_logs`.

mod audit;
mod fields;
mod kinds;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Record, Source};
use crate::format::json::JsonKind;
use crate::format::syslog::{Stamp, iso_stamp};
use audit::{AKS_CATEGORIES, Audit};

/// Kubernetes' audit log.
pub struct KubernetesAudit;

impl Source for KubernetesAudit {
    fn name(&self) -> &'static str {
        "k8s_audit"
    }

    fn title(&self) -> &'static str {
        "Kubernetes audit log"
    }

    fn dataset(&self) -> &'static str {
        "kubernetes.audit_logs"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-kubernetes.audit_logs-default", "filebeat-default"]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        let json = record.json?;
        let text = |key: &str| json.get(key)?.as_str();
        let ours = if let Some(version) = text("apiVersion") {
            version.starts_with("audit.k8s.io/") && text("kind")? == "Event"
        } else if let Some(category) = text("category") {
            AKS_CATEGORIES.contains(&&*category)
                && json
                    .get("properties")?
                    .get("log")
                    .is_some_and(|log| log.kind() == JsonKind::String)
        } else {
            // A shipper may have left out version and kind.
            text("kind").is_none_or(|kind| kind == "Event")
                && ["auditID", "verb", "stage", "requestURI"]
                    .iter()
                    .all(|key| json.get(key).is_some())
        };
        ours.then_some(Confidence::Certain)
    }

    fn may_open(&self, _: Part, _: Opening) -> bool {
        // All its records are JSON.
        false
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["apiVersion", "category", "auditID"])
    }

    fn marks(&self) -> &'static [&'static str] {
        &["audit.k8s.io", "kube-audit", "auditID"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        let json = record.json?;
        let times = [
            "stageTimestamp",
            "requestReceivedTimestamp",
            "timestamp",
            "time",
        ];
        times
            .iter()
            .find_map(|key| iso_stamp(&json.get(key)?.as_str()?))
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        match Audit::of(record) {
            Some(audit) => kinds::kind(&audit),
            None => &kinds::BROKEN,
        }
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        if let Some(Audit::Wrapped(json)) = Audit::of(record) {
            audit::push(&json, parts);
        }
    }
}
