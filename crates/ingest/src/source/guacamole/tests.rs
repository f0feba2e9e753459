use super::Guacamole;
use crate::source::check::{Reading, access, claimed, datasets_of, read, samples, shared};

#[test]
fn own_samples() {
    samples(&Guacamole);
}

#[test]
fn files_are_known() {
    claimed(
        &Guacamole,
        "guacamole",
        &[
            ("input.crowdsec-apache-guacamole_bf.log", 0),
            ("input.crowdsec-apache-guacamole-logs.log", 0),
            ("input.fail2ban-guacamole.log", 0),
        ],
    );
}

/// fail2ban counts the lines of a record of two; the addresses are those that it expects.
#[test]
fn true_hosts() {
    let Some(folder) = shared("guacamole") else {
        return;
    };
    let found = read(
        &folder.join("input.fail2ban-guacamole.log"),
        &Reading::default(),
    );
    let told: Vec<(Option<&str>, Option<&str>)> = found
        .documents
        .iter()
        .map(|document| {
            let text = |path| document.get(path).and_then(serde_json::Value::as_str);
            (text("gatewatch.remote.ip"), text("@timestamp"))
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("192.0.2.0"), Some("2013-04-15T20:34:08.000Z")),
            (Some("192.0.2.0"), Some("2013-04-16T08:32:13.000Z")),
            (Some("192.0.2.0"), Some("2013-04-16T08:32:28.000Z")),
            (Some("182.23.72.36"), None),
        ]
    );
}

#[test]
fn access_records() {
    let none = "- - - - -:-";
    access(
        &Guacamole,
        "guacamole.log",
        &[
            "remote-tool success - alice 203.0.113.7:-",
            "remote-tool failure - mallory 203.0.113.8:-",
            "remote-tool failure - x\" failed. 203.0.113.9:-",
            "remote-tool success - alice -:-",
            "remote-tool end - alice -:-",
            "remote-tool success - bob 2001:db8::7:-",
            "remote-tool failure - carol 203.0.113.10:-",
            "remote-tool attempt - dave 203.0.113.10:-",
            "remote-tool end - bob -:-",
            "remote-tool failure - - 203.0.113.11:-",
            "remote-tool failure - erin 203.0.113.12:-",
            none,
            "remote-tool failure - frank 203.0.113.13:-",
            none,
        ],
    );
}

#[test]
fn other_lines_among_them() {
    let ours = r#"08:00:00.123 [main] WARN  o.a.g.r.auth.AuthenticationService - Authentication attempt from 203.0.113.7 for user "x" failed."#;
    let other = "2026-01-05T08:00:00.123Z [main] INFO  org.example.App - started";
    let sshd = "Jan  5 08:00:00 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2";
    assert_eq!(
        datasets_of(&format!("{ours}\n{sshd}\nno line of anything\n{ours}\n")),
        ["guacamole.log", "system.auth", "guacamole.log"]
    );
    assert_eq!(
        datasets_of(&format!("{sshd}\n{other}\n")),
        ["system.auth", "system.auth"]
    );
    let planted = "Jan  5 08:00:00 web app[7]: user said Authentication attempt from 192.0.2.1 for user \"x\" failed.\n";
    assert_eq!(datasets_of(planted), ["system.auth"]);
}
