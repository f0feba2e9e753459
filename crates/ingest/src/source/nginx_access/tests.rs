use jiff::tz::TimeZone;

use super::NginxAccess;
use crate::source::check::{Reading, access, claimed, corpus, golden, samples};

#[test]
fn own_samples() {
    samples(&NginxAccess);
}

/// As Filebeat's module has it. The documents of the integration at hand stand for several lines each.
#[test]
fn as_elastic_has_it() {
    let reading = Reading {
        zone: TimeZone::fixed(jiff::tz::offset(-2)),
        ..Reading::default()
    };
    golden("nginx-access", "access", &reading, &[]);
    // Addresses are shown in their shortest form.
    let form = [
        (5, "source.ip", "written out"),
        (5, "related.ip", "written out"),
    ];
    golden("nginx-access", "test", &reading, &form);
}

#[test]
fn files_are_known() {
    claimed(
        &NginxAccess,
        "nginx-access",
        &[
            ("input.access.log", 0),
            ("input.integration-access.log", 0),
            ("input.integration-nginx.log", 0),
            ("input.test.log", 0),
            ("../../corpus/linux/synth_docker_proxy_access.log", 0),
        ],
    );
}

#[test]
fn attempts_of_the_corpus() {
    // What became of one request of debian-13 is left open in the truth, and told in the log.
    corpus(
        &NginxAccess,
        &["containers/docker/debian-12/nginx-access.log"],
    );
}

#[test]
fn access_records() {
    access(
        &NginxAccess,
        "access.log",
        &[
            "docker success - - 203.0.113.50:-",
            "docker success - - 203.0.113.50:-",
            "docker success - - 203.0.113.50:-",
            "docker success - - 2001:db8::50:-",
            "docker unknown - - 203.0.113.50:-",
            "docker failure - - 203.0.113.50:-",
            "docker failure - robot 203.0.113.50:-",
            "docker success - robot 203.0.113.50:-",
            "docker attempt - - 203.0.113.50:-",
            "kubernetes success - - 198.51.100.9:-",
            "kubernetes failure - - 198.51.100.9:-",
            "kubelet success - - 198.51.100.9:-",
            "- - - - 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "- - - - 192.0.2.20:-",
            "web failure - - 192.0.2.20:-",
            "web success - alice 192.0.2.20:-",
            "web failure - alice 192.0.2.20:-",
            "web failure - 198.51.100.1 - x 192.0.2.20:-",
            "docker success - - 192.0.2.33:-",
            "- - - - -:-",
            "docker unknown - - -:-",
            "- - - - 192.0.2.20:-",
            "docker success - - 203.0.113.50:-",
            "docker success - - 203.0.113.50:-",
        ],
    );
}
