use super::MeshCentral;
use crate::source::check::{access, claimed, samples};

#[test]
fn own_samples() {
    samples(&MeshCentral);
}

#[test]
fn files_are_known() {
    claimed(
        &MeshCentral,
        "remote-access-tools",
        &[("input.crowdsec-meshcentral-logs.log", 0)],
    );
}

#[test]
fn access_records() {
    access(
        &MeshCentral,
        "auth.log",
        &[
            "remote-tool success password admin 203.0.113.7:2228",
            "remote-tool failure password - 203.0.113.8:57951",
            "remote-tool failure password x from 192.0.2.1 port 5 203.0.113.8:57952",
            "remote-tool failure password bob 2001:db8::7:57953",
            "remote-tool failure password bob 203.0.113.9:57954",
            "- - - - -:-",
        ],
    );
}
