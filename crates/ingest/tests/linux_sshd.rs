//! Sentences of sshd.

use gatewatch_ingest::source::linux_auth::sshd::{Course, Outcome, course, method_name, parse};

/// `event | method | user | address port | signature`, and `xN` for a message that stands for several, `?` for one in which more
/// than one part reads as a host.
#[track_caller]
fn check(message: &str, expect: &str) {
    let got = parse(message).map(|parsed| {
        let dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let remote = parsed.remote.map_or("-".to_owned(), |remote| {
            let port = remote.port.map_or(String::new(), |port| format!(" {port}"));
            format!("{}{port}", remote.address)
        });
        let repeated = parsed
            .repeated
            .map_or(String::new(), |repeated| format!(" x{}", repeated.count));
        let ambiguous = if parsed.ambiguous { " ?" } else { "" };
        format!(
            "{} | {} | {} | {remote} | {}{repeated}{ambiguous}",
            dash(parsed.event),
            dash(parsed.method),
            dash(parsed.user),
            dash(parsed.signature),
        )
    });
    assert_eq!(got.as_deref().unwrap_or("none"), expect, "{message}");
}

#[test]
fn attempts() {
    check(
        "Accepted password for joe from 192.0.2.1 port 22 ssh2",
        "Accepted | password | joe | 192.0.2.1 22 | -",
    );
    check(
        "Accepted keyboard-interactive/pam for joe from 2001:db8::1 port 22 ssh2",
        "Accepted | keyboard-interactive/pam | joe | 2001:db8::1 22 | -",
    );
    check(
        "Accepted publickey for joe from 192.0.2.1 port 22 ssh2: ED25519 SHA256:x",
        "Accepted | publickey | joe | 192.0.2.1 22 | ED25519 SHA256:x",
    );
    check(
        "Accepted gssapi-with-mic for EXAMPLE\\joe doe from 192.0.2.1 port 22 ssh2: joe@EXAMPLE",
        "Accepted | gssapi-with-mic | EXAMPLE\\joe doe | 192.0.2.1 22 | joe@EXAMPLE",
    );
    check(
        "Failed none for invalid user  from 192.0.2.1 port 22 ssh2",
        "Failed | none |  | 192.0.2.1 22 | -",
    );
    check(
        "Failed password for illegal user joe from fe80::1%eth0 port 22 ssh2",
        "Failed | password | joe | fe80::1%eth0 22 | -",
    );
    check(
        "Failed password for joe from UNKNOWN port 65535 ssh2",
        "Failed | password | joe | UNKNOWN 65535 | -",
    );
    check(
        "Failed password for joe from 192.0.2.1 port 22  ssh2",
        "Failed | password | joe | 192.0.2.1 22 | -",
    );
    check(
        "Failed password for joe from 192.0.2.1",
        "Failed | password | joe | 192.0.2.1 | -",
    );
    check(
        "Postponed publickey for joe from 192.0.2.1 port 22 ssh2 [preauth]",
        "Postponed | publickey | joe | 192.0.2.1 22 | -",
    );
    check(
        "Partial publickey for joe from 192.0.2.1 port 22 ssh2: RSA x",
        "Partial | publickey | joe | 192.0.2.1 22 | RSA x",
    );
    check(
        "error: maximum authentication attempts exceeded for invalid user joe from 192.0.2.1 port 22 ssh2 [preauth]",
        "error: | maximum authentication attempts exceeded | joe | 192.0.2.1 22 | -",
    );
    check(
        "Invalid user joe from 192.0.2.1 port 22",
        "Invalid | - | joe | 192.0.2.1 22 | -",
    );
    check(
        "Invalid user  from 192.0.2.1",
        "Invalid | - |  | 192.0.2.1 | -",
    );
    check(
        "error: PAM: User not known to the module for illegal user joe from host.example",
        "error: PAM: User not known to the module for illegal | - | joe | host.example | -",
    );
    check("Accepted passw", "none");
    check("Accepted password for joe", "none");
    check(
        "Failed password for joe from 192.0.2.1;x port 22 ssh2",
        "none",
    );
}

#[test]
fn names_like_hosts() {
    check(
        "Failed password for invalid user x from 203.0.113.1 port 1 ssh2 from 192.0.2.1 port 22 ssh2",
        "Failed | password | x from 203.0.113.1 port 1 ssh2 | 192.0.2.1 22 | - ?",
    );
    check(
        "Failed password for invalid user from 203.0.113.1 port 1 ssh2 from 192.0.2.1 port 22 ssh2",
        "Failed | password | from 203.0.113.1 port 1 ssh2 | 192.0.2.1 22 | -",
    );
    check(
        "Failed publickey for invalid user a b from 192.0.2.1 port 22 ssh2: RSA SHA256:x",
        "Failed | publickey | a b | 192.0.2.1 22 | RSA SHA256:x",
    );
    check(
        "Failed password for invalid user joe from 192.0.2.1 port 22 ssh2: from 203.0.113.1 port 1 ssh2",
        "Failed | password | joe | 192.0.2.1 22 | from 203.0.113.1 port 1 ssh2 ?",
    );
    check(
        "Failed hostbased for joe from 192.0.2.1 port 22 ssh2: RSA x, client user \"a from 203.0.113.1 port 1 ssh2\"",
        "Failed | hostbased | joe | 192.0.2.1 22 | RSA x, client user \"a from 203.0.113.1 port 1 ssh2\" ?",
    );
    check(
        "Invalid user x from 203.0.113.1 from 192.0.2.1 port 22",
        "Invalid | - | x from 203.0.113.1 | 192.0.2.1 22 | - ?",
    );
    check(
        "Connection closed by invalid user x from 203.0.113.1 192.0.2.1 port 22 [preauth]",
        "- | - | x from 203.0.113.1 | 192.0.2.1 22 | -",
    );
    check(
        "input_userauth_request: invalid user x from 203.0.113.1 [preauth]",
        "none",
    );
}

#[test]
fn several_in_one() {
    check(
        "message repeated 3 times: [ Failed password for joe from 192.0.2.1 port 22 ssh2]",
        "message repeated 3 times: [ Failed | password | joe | 192.0.2.1 22 | - x3",
    );
    check(
        "message repeated 2 times: [ Invalid user x] from 192.0.2.1 port 22]",
        "message repeated 2 times: [ Invalid | - | x] | 192.0.2.1 22 | - x2",
    );
    check(
        "message repeated 99999999999 times: [ Failed password for joe from 192.0.2.1 port 22 ssh2]",
        "none",
    );
    check("message repeated 2 times: [ nothing]", "none");
    let parsed =
        parse("message repeated 3 times: [ Failed password for joe from 192.0.2.1 port 22 ssh2]")
            .expect("it is an attempt");
    assert_eq!(
        (parsed.single_event(), parsed.outcome()),
        (Some("Failed"), Some(Outcome::Failure))
    );
}

#[test]
fn other_sentences_with_the_remote_host() {
    for (message, expect) in [
        (
            "Did not receive identification string from 192.0.2.1 port 22",
            "192.0.2.1 22",
        ),
        (
            "Connection closed by 192.0.2.1 port 22 [preauth]",
            "192.0.2.1 22",
        ),
        ("Connection closed by 192.0.2.1", "192.0.2.1"),
        (
            "Connection closed by authenticating user joe 192.0.2.1 port 22 [preauth]",
            "192.0.2.1 22",
        ),
        ("Connection reset by 192.0.2.1 port 22", "192.0.2.1 22"),
        (
            "Disconnected from user joe 192.0.2.1 port 22",
            "192.0.2.1 22",
        ),
        (
            "Disconnecting invalid user joe 192.0.2.1 port 22: Too many authentication failures [preauth]",
            "192.0.2.1 22",
        ),
        (
            "Disconnecting authenticating user a 192.0.2.1 port 22: Change of username or service not allowed: (a,ssh) -> (x 203.0.113.1 port 1,ssh)",
            "192.0.2.1 22",
        ),
        (
            "Received disconnect from 192.0.2.1: 11: from 203.0.113.1 port 1",
            "192.0.2.1",
        ),
        (
            "error: Received disconnect from 2001:db8::1 port 22:11: Bye Bye [preauth]",
            "2001:db8::1 22",
        ),
        (
            "Connection from 192.0.2.1 port 22 on 198.51.100.1 port 22",
            "192.0.2.1 22",
        ),
        (
            "fatal: Timeout before authentication for 192.0.2.1 port 22",
            "192.0.2.1 22",
        ),
        (
            "Timeout before authentication for connection from 192.0.2.1 to 198.51.100.1, pid = 9",
            "192.0.2.1",
        ),
        (
            "Unable to negotiate with 192.0.2.1 port 22: no matching cipher found.",
            "192.0.2.1 22",
        ),
        (
            "banner exchange: Connection from 192.0.2.1 port 22: invalid format",
            "192.0.2.1 22",
        ),
        (
            "ssh_dispatch_run_fatal: Connection from 192.0.2.1 port 22: Connection corrupted [preauth]",
            "192.0.2.1 22",
        ),
        (
            "Bad protocol version identification 'x' from 203.0.113.1' from 192.0.2.1 port 22",
            "192.0.2.1 22",
        ),
        (
            "User root from 192.0.2.1 not allowed because not listed in AllowUsers",
            "192.0.2.1",
        ),
        (
            "User a from 203.0.113.1 not allowed because x from 192.0.2.1 not allowed because not in any group",
            "192.0.2.1",
        ),
        (
            "ROOT LOGIN REFUSED FROM 192.0.2.1 port 22 [preauth]",
            "192.0.2.1 22",
        ),
        (
            "refused connect from a (203.0.113.1) (192.0.2.1)",
            "192.0.2.1",
        ),
        (
            "Address 192.0.2.1 maps to host.example, but this does not map back to the address",
            "192.0.2.1",
        ),
        (
            "reverse mapping checking getaddrinfo for host.example [192.0.2.1] failed - POSSIBLE BREAK-IN ATTEMPT!",
            "192.0.2.1",
        ),
        (
            "error: PAM: Authentication failure for joe from 192.0.2.1 via 198.51.100.1",
            "192.0.2.1",
        ),
    ] {
        let parsed = parse(message).unwrap_or_else(|| panic!("nothing in {message}"));
        let remote = parsed.remote.expect("it was read for its host");
        let port = remote.port.map_or(String::new(), |port| format!(" {port}"));
        assert_eq!(format!("{}{port}", remote.address), expect, "{message}");
        assert_eq!(parsed.event, None);
    }
}

#[test]
fn sentences_without_the_remote_host() {
    for message in [
        "",
        " ",
        "Connection closed by remote host",
        "error: kex_exchange_identification: Connection closed by remote host",
        "User joe not allowed because account is locked",
        "User joe from 203.0.113.1 not allowed because account is locked",
        "Disconnecting: Too many authentication failures for joe [preauth]",
        "Server listening on 0.0.0.0 port 22.",
        "Accepted key RSA SHA256:x found at /home/joe/.ssh/authorized_keys:2",
        "fatal: Access denied for user joe by PAM account configuration [preauth]",
    ] {
        check(message, "none");
    }
}

#[test]
fn courses_of_connections() {
    for (message, expect) in [
        (
            "Connection from 192.0.2.1 port 22 on 198.51.100.1 port 22 rdomain \"\"",
            Some(Course::Attempt),
        ),
        (
            "Connection closed by authenticating user root 192.0.2.1 port 22 [preauth]",
            Some(Course::Attempt),
        ),
        (
            "fatal: Timeout before authentication for 192.0.2.1 port 22",
            Some(Course::Attempt),
        ),
        (
            "User root from 192.0.2.1 not allowed because not listed in AllowUsers",
            Some(Course::Refused),
        ),
        (
            "message repeated 2 times: [ User root from 192.0.2.1 not allowed because not listed in AllowUsers]",
            Some(Course::Refused),
        ),
        (
            "error: maximum authentication attempts exceeded for root from 192.0.2.1 port 22 ssh2 [preauth]",
            Some(Course::Refused),
        ),
        (
            "Disconnecting invalid user a 192.0.2.1 port 22: Too many authentication failures [preauth]",
            Some(Course::Refused),
        ),
        (
            "error: PAM: Authentication failure for root from 192.0.2.1",
            Some(Course::Refused),
        ),
        (
            "Disconnected from user joe 192.0.2.1 port 22",
            Some(Course::Left),
        ),
        // It has no end of its own: the message above says the same.
        (
            "Received disconnect from 192.0.2.1 port 22:11: disconnected by user",
            None,
        ),
        ("Connection closed by 192.0.2.1 port 22 [preauth]", None),
        (
            "Accepted password for ROOT LOGIN REFUSED FROM from 192.0.2.1 port 22 ssh2",
            None,
        ),
    ] {
        assert_eq!(course(message), expect, "{message}");
    }
    let dropped = "drop connection #0 from [2001:db8::1]:22 on [2001:db8::2]:22 penalty: failed authentication";
    let remote = parse(dropped).and_then(|parsed| parsed.remote);
    assert_eq!(
        remote.map(|remote| (remote.address, remote.port)),
        Some(("2001:db8::1", Some(22)))
    );
    assert_eq!(course(dropped), Some(Course::Refused));
    assert_eq!(
        method_name("maximum authentication attempts exceeded"),
        None
    );
    assert_eq!(
        method_name("keyboard-interactive/pam"),
        Some("keyboard-interactive")
    );
    let session = "Starting session: shell on pts/0 for joe from 192.0.2.1 port 22 id 0";
    assert_eq!(parse(session).and_then(|parsed| parsed.user), Some("joe"));
}
