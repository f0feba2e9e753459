//! The kubelet and the other components of Kubernetes: their log in klog's form, in it the HTTP requests that they answer.
//!
//! The kubelet writes no audit log: who calls its port is told here, at verbosity 3 and above, or on the network. Elastic has no mapping.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Parts, Record, Source};
use crate::format::syslog::Stamp;
use line::{Line, Request};

/// The kubelet.
pub struct Kubelet;

impl Source for Kubelet {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn title(&self) -> &'static str {
        "Kubelet and other components of Kubernetes"
    }

    fn dataset(&self) -> &'static str {
        "kubernetes.component_logs"
    }

    fn indices(&self) -> &'static [&'static str] {
        &["logs-kubernetes.component_logs-default", "filebeat-default"]
    }

    fn programs(&self) -> &'static [&'static str] {
        &[
            "kubelet",
            "kubelite",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-proxy",
            "kube-scheduler",
            "microk8s.daemon-kubelite",
        ]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        if let Some(json) = record.json {
            return line::is_request(json).then_some(Confidence::Certain);
        }
        let line = Line::of(record)?;
        // Other programs log in this form too.
        Some(match Request::of(record, Some(&line)) {
            Some(_) => Confidence::Certain,
            None => Confidence::Likely,
        })
    }

    fn marks(&self) -> &'static [&'static str] {
        &[".go:"]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        // What carries the line knows the year.
        match record.stamp {
            Some(_) => None,
            None => Line::of(record)?.stamp(),
        }
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        fields::kind(record)
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(record, parts);
    }
}
