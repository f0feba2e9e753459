use super::KubernetesAudit;
use crate::source::check::{Reading, access, claimed, golden, samples};

#[test]
fn own_samples() {
    samples(&KubernetesAudit);
}

#[test]
fn as_elastic_has_it() {
    for name in ["integration-test-audit", "integration-test-kube-audit-aks"] {
        golden("k8s-audit", name, &Reading::default(), &[]);
    }
}

#[test]
fn files_are_known() {
    claimed(
        &KubernetesAudit,
        "k8s-audit",
        &[
            ("input.anonymous-exec-attach.log", 0),
            ("input.crowdsec-k8s-audit-pod-exec-file.log", 0),
            ("input.crowdsec-k8s-audit-priv-pod-file.log", 0),
            ("input.integration-test-audit.log", 0),
            ("input.integration-test-kube-audit-aks.log", 0),
            ("input.sekoia-audit-log.jsonl", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &KubernetesAudit,
        "audit.log",
        &[
            "kubernetes success - alice 203.0.113.7:-",
            "kubernetes - - alice 203.0.113.7:-",
            "kubernetes success - alice 203.0.113.7:-",
            "kubernetes - - alice 203.0.113.7:-",
            "kubernetes success anonymous system:anonymous 203.0.113.7:-",
            "kubernetes - - system:anonymous 192.0.2.9:-",
            "kubernetes failure anonymous system:anonymous 203.0.113.7:-",
            "kubernetes failure anonymous system:anonymous -:-",
            "kubernetes failure - - 203.0.113.7:-",
            "kubernetes failure - alice 203.0.113.7:-",
            "kubernetes success - alice 203.0.113.7:-",
            "kubernetes success - alice 2001:db8::7:-",
            "kubernetes unknown - alice 203.0.113.7:-",
            "kubernetes success - alice 203.0.113.7:-",
            r#"kubernetes success - bob","sourceIPs":["198.51.100.1"] 203.0.113.7:-"#,
            "kubernetes success - alice 203.0.113.8:-",
            "- - - - -:-",
        ],
    );
    access(
        &KubernetesAudit,
        "list.json",
        &[
            "kubernetes success - alice 203.0.113.7:-",
            "kubernetes failure anonymous system:anonymous 203.0.113.7:-",
        ],
    );
}
