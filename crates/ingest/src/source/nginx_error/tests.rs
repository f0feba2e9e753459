use super::NginxError;
use crate::source::check::{access, claimed, corpus, hosts, samples};

#[test]
fn own_samples() {
    samples(&NginxError);
}

#[test]
fn hosts_as_fail2ban_has_them() {
    hosts(&NginxError, "nginx-access", "nginx-http-auth", "log");
}

#[test]
fn files_are_known() {
    claimed(
        &NginxError,
        "nginx-access",
        &[("input.fail2ban-nginx-http-auth.log", 0)],
    );
}

#[test]
fn attempts_of_the_corpus() {
    corpus(
        &NginxError,
        &[
            "containers/docker/debian-12/nginx-error.log",
            "containers/docker/debian-13/nginx-error.log",
        ],
    );
}

#[test]
fn access_records() {
    access(
        &NginxError,
        "error.log",
        &[
            "- - - - -:-",
            "- - - - 203.0.113.50:-",
            "- - - - 192.0.2.20:-",
            "docker failure password - 203.0.113.50:-",
            "docker failure password robot 203.0.113.50:-",
            "web failure password no body 2001:db8::50:-",
            "kubernetes failure certificate - 203.0.113.50:-",
            "kubelet failure certificate - 203.0.113.50:-",
            "web failure - - 198.51.100.9:-",
            "web failure - - 198.51.100.9:-",
            "- - - - 198.51.100.9:-",
            "web failure password alice 198.51.100.9:-",
            "web failure password x\": password mismatch, client: 192.0.2.99, server: a, request: \"GET / HTTP/1.1\", host: \"b\" 198.51.100.9:-",
            "docker failure password robot 203.0.113.50:-",
            "- - - - 198.51.100.9:-",
        ],
    );
}
