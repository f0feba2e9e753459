use super::TeamViewer;
use crate::source::check::{access, claimed, samples};

#[test]
fn own_samples() {
    samples(&TeamViewer);
}

#[test]
fn files_are_known() {
    claimed(
        &TeamViewer,
        "teamviewer",
        &[
            ("input.Connections.txt", 0),
            ("input.Connections_incoming.txt", 0),
            ("input.TeamViewer15_Logfile.excerpt.log", 0),
        ],
    );
}

#[test]
fn access_records() {
    access(
        &TeamViewer,
        "Connections_incoming.txt",
        &[
            "remote-tool success - 1234567890 -:-",
            "remote-tool success - 987654321 -:-",
            "remote-tool success - 1234567891 -:-",
        ],
    );
    access(&TeamViewer, "Connections.txt", &["- - - - -:-"; 2]);
    let nobody = "- - - - -:-";
    access(
        &TeamViewer,
        "TeamViewer15_Logfile.log",
        &[
            nobody,
            nobody,
            "remote-tool attempt - - -:-",
            "- - - 1234567890 -:-",
            "remote-tool attempt - 1234567890 -:-",
            "remote-tool failure password - -:-",
            "remote-tool attempt - 1234567890 -:-",
            "remote-tool success password - -:-",
            "remote-tool success - 1234567890 -:-",
            nobody,
            nobody,
            "remote-tool - - - 203.0.113.7:55408",
            "remote-tool - - - 2001:db8::7:55408",
            nobody,
            "remote-tool end - - -:-",
        ],
    );
}
