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
        ],
    );
    access(&DockerDaemon, "container.json", &[call]);
}
