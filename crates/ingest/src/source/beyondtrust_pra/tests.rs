use super::BeyondTrustPra;
use crate::source::check::{access, claimed, samples};

#[test]
fn own_samples() {
    samples(&BeyondTrustPra);
}

#[test]
fn files_are_known() {
    claimed(
        &BeyondTrustPra,
        "remote-access-tools",
        &[("input.sekoia-beyondtrust-pra-sessions.jsonl", 0)],
    );
}

#[test]
fn access_records() {
    let nobody = "- - - - -:-";
    access(
        &BeyondTrustPra,
        "sessions.log",
        &[
            "remote-tool - - - -:-",
            nobody,
            "remote-tool success - admin 203.0.113.7:56722",
            "remote-tool success - admin 2001:db8::7:56722",
            nobody,
            nobody,
            nobody,
            "remote-tool end - Admin -:-",
            nobody,
            "remote-tool - - - -:-",
        ],
    );
}
