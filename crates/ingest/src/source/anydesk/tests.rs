use super::AnyDesk;
use crate::source::check::{access, claimed, samples};

#[test]
fn own_samples() {
    samples(&AnyDesk);
}

#[test]
fn files_are_known() {
    claimed(
        &AnyDesk,
        "anydesk",
        &[("input.ad.trace", 0), ("input.connection_trace.txt", 0)],
    );
}

#[test]
fn access_records() {
    access(
        &AnyDesk,
        "connection_trace.txt",
        &[
            "remote-tool success user 221400001 -:-",
            "remote-tool failure - 123456789 -:-",
            "remote-tool success password 123456789 -:-",
            "remote-tool success token 123456789 -:-",
            "remote-tool success Profile 123456789 -:-",
        ],
    );
    let nobody = "- - - - -:-";
    access(
        &AnyDesk,
        "ad_svc.trace",
        &[
            nobody,
            nobody,
            "remote-tool attempt - 547900001 -:-",
            "remote-tool - - 547900001 -:-",
            "remote-tool unknown - 547900001 203.0.113.21:41314",
            "remote-tool unknown - - 203.0.113.22:41315",
            "remote-tool unknown - - 2001:db8::7:41316",
            "remote-tool attempt - 547900001 -:-",
            "remote-tool success token - -:-",
            "remote-tool success password - -:-",
            "remote-tool success user - -:-",
            nobody,
            "remote-tool end - - -:-",
        ],
    );
}
