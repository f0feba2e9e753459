use super::DockerDaemon;
use crate::source::check::{access, claimed, samples};

#[test]
fn own_samples() {
    samples(&DockerDaemon);
}

#[test]
fn files_are_known() {
    claimed(
        &DockerDaemon,
        "docker-daemon",
        &[
            ("input.dockerd-journal-debug.log", 0),
            ("input.dockerd-plain.log", 0),
        ],
    );
}

#[test]
fn access_records() {
    let call = "docker success - - -:-";
    let none = "- - - - -:-";
    access(
        &DockerDaemon,
        "dockerd.log",
        &[
            none,
            none,
            none,
            none,
            call,
            call,
            none,
            none,
            call,
            call,
            call,
            none,
            "docker failure - - -:-",
            none,
            call,
            none,
            none,
            call,
            "docker failure - - 203.0.113.7:50000",
            "docker attempt - - 2001:db8::7:50001",
        ],
    );
    access(&DockerDaemon, "container.json", &[call]);
}
