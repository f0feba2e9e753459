//! The kubelet and the other components of Kubernetes: their log in klog's form, in it the HTTP requests that they answer.
//!
//! The kubelet writes no audit log: who calls its port is told here, at verbosity 3 and above, or on the network. Elastic has no mapping.

mod fields;
mod line;
#[cfg(test)]
mod tests;

use super::mapping::{Confidence, Entry, Kind, Opening, Part, Parts, Recognised, Record, Source};
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
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        if let Some(json) = record.json {
            let request = line::is_request(json).then(|| Request::of(record, None))?;
            let kind = fields::kind(record, None, request.as_ref());
            return Some(Recognised::of(Confidence::Certain, kind));
        }
        let line = Line::of(record)?;
        let request = Request::of(record, Some(&line));
        // Other programs log in this form too.
        let confidence = match request {
            Some(_) => Confidence::Certain,
            None => Confidence::Likely,
        };
        let kind = fields::kind(record, Some(&line), request.as_ref());
        Some(Recognised::of(confidence, kind))
    }

    fn may_open(&self, part: Part, opening: Opening) -> bool {
        matches!(part, Part::Bare | Part::Message) && opening.is_byte(b"IWEF")
    }

    fn object_keys(&self) -> Option<&'static [&'static str]> {
        Some(&["msg"])
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
        let line = match record.json {
            Some(_) => None,
            None => Line::of(record),
        };
        let request = Request::of(record, line.as_ref());
        fields::kind(record, line.as_ref(), request.as_ref())
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        line::take_apart(record, parts);
    }
}
