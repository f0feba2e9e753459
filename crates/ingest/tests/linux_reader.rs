//! The reader of Linux logs: nothing is lost, nothing is guessed silently, nothing makes it panic.

mod linux_support;

use std::sync::Arc;

use gatewatch_event::{Event, Field, Known, Value};
use gatewatch_ingest::format::syslog::{Header, YearBasis};
use gatewatch_ingest::source::linux_auth::{AuthEvent, field_names};
use gatewatch_ingest::source::{TextOptions, check_bytes, read_text};
use gatewatch_ingest::{Consumer, Placed, Problem, ProblemKind};
use jiff::tz::TimeZone;
use linux_support::{read, text};
use proptest::prelude::{Strategy, any, prop, proptest};

fn given(year: i16) -> TextOptions {
    TextOptions {
        zone_assumed: false,
        year: YearBasis::Given(year),
        ..TextOptions::default()
    }
}

/// The fields of the only event of a line, as `path=value`.
#[track_caller]
fn check(line: &str, expect: &[(&str, &str)]) {
    let (found, _) = read(line.as_bytes(), &given(2024));
    let [(_, document)] = found.documents.as_slice() else {
        panic!("no event: {line}");
    };
    for (path, value) in expect {
        let got = text(document, path);
        let want = (*value != "-").then(|| (*value).to_owned());
        assert_eq!(got, want, "{path} of {line}");
    }
}

#[test]
fn an_accepted_login() {
    check(
        "Feb 21 21:54:44 web sshd[3402]: Accepted publickey for joe from 192.0.2.9 port 63673 ssh2: ED25519 SHA256:abc",
        &[
            ("@timestamp", "2024-02-21T21:54:44.000Z"),
            ("event.kind", "event"),
            ("event.module", "system"),
            ("event.dataset", "system.auth"),
            ("event.category", r#"["authentication","session"]"#),
            ("event.type", r#"["info"]"#),
            ("event.action", "ssh_login"),
            ("event.outcome", "success"),
            ("event.timezone", "+0000"),
            ("data_stream.dataset", "system.auth"),
            ("host.name", "web"),
            ("host.hostname", "web"),
            ("host.os.type", "linux"),
            ("process.name", "sshd"),
            ("process.pid", "3402"),
            ("user.name", "joe"),
            ("source.address", "192.0.2.9"),
            ("source.ip", "192.0.2.9"),
            ("source.port", "63673"),
            ("source.domain", "-"),
            ("related.ip", r#"["192.0.2.9"]"#),
            ("related.user", r#"["joe"]"#),
            ("related.hosts", r#"["web"]"#),
            ("system.auth.ssh.signature", "ED25519 SHA256:abc"),
            ("gatewatch.remote.ip", "192.0.2.9"),
            ("gatewatch.remote.ambiguous", "-"),
        ],
    );
}

#[test]
fn repeated_messages_stay_as_elastic_has_them_and_are_unrolled_beside() {
    check(
        "Feb 21 21:54:44 web sshd[1]: message repeated 5 times: [ Failed password for invalid user joe from 192.0.2.9 port 6 ssh2]",
        &[
            (
                "system.auth.ssh.event",
                "message repeated 5 times: [ Failed",
            ),
            ("event.category", "-"),
            ("event.outcome", "-"),
            ("user.name", "joe"),
            ("source.ip", "192.0.2.9"),
            ("gatewatch.repeated.count", "5"),
            ("gatewatch.login.event", "Failed"),
            ("gatewatch.login.method", "password"),
            ("gatewatch.login.outcome", "failure"),
            ("gatewatch.login.user", "joe"),
        ],
    );
}

#[test]
fn planted_addresses_are_not_the_source() {
    for (message, user, host) in [
        (
            "Failed password for invalid user x from 192.0.2.1 port 1 ssh2 from 198.51.100.7 port 9 ssh2",
            "x from 192.0.2.1 port 1 ssh2",
            "198.51.100.7",
        ),
        (
            "Failed password for invalid user x y from 192.0.2.1 port 1 ssh2: z from 198.51.100.7 port 9 ssh2",
            "x y from 192.0.2.1 port 1 ssh2: z",
            "198.51.100.7",
        ),
        (
            "Failed none for invalid user  from 198.51.100.7 port 9 ssh2",
            "",
            "198.51.100.7",
        ),
        (
            "Failed none for invalid user   from 198.51.100.7 port 9 ssh2",
            "",
            "198.51.100.7",
        ),
        (
            "Invalid user x from 192.0.2.1 from 198.51.100.7 port 9",
            "x from 192.0.2.1",
            "198.51.100.7",
        ),
        (
            "Accepted publickey for joe from 198.51.100.7 port 9 ssh2: RSA-CERT SHA256:a ID x from 192.0.2.1 port 1 ssh2",
            "joe",
            "198.51.100.7",
        ),
    ] {
        let line = format!("Feb 21 21:54:44 web sshd[1]: {message}");
        check(
            &line,
            &[
                ("user.name", user),
                ("source.ip", host),
                ("gatewatch.remote.ip", host),
            ],
        );
    }
    // sshd wrote no host here, whatever the name says.
    for message in [
        "input_userauth_request: invalid user x from 192.0.2.1 [preauth]",
        "input_userauth_request: invalid user a b for c from 192.0.2.1 port 1 ssh2 [preauth]",
        "Connection closed by invalid user x from 192.0.2.1 198.51.100.7 port 9 [preauth]",
    ] {
        let line = format!("Feb 21 21:54:44 web sshd[1]: {message}");
        check(
            &line,
            &[
                ("source.ip", "-"),
                ("source.address", "-"),
                ("system.auth.ssh.event", "-"),
            ],
        );
    }
    check(
        "Feb 21 21:54:44 web sshd[1]: Connection closed by invalid user x from 192.0.2.1 198.51.100.7 port 9 [preauth]",
        &[
            ("gatewatch.remote.ip", "198.51.100.7"),
            ("gatewatch.login.user", "x from 192.0.2.1"),
        ],
    );
}

#[test]
fn only_daemons_log_logins() {
    for program in ["fakesshd[1]", "sudo", "logger", "sshd-evil[3]"] {
        let line = format!(
            "Feb 21 21:54:44 web {program}: Accepted password for root from 192.0.2.1 port 1 ssh2"
        );
        check(
            &line,
            &[
                ("event.category", "-"),
                ("event.outcome", "-"),
                ("source.ip", "-"),
            ],
        );
    }
    check(
        "Feb 21 21:54:44 web sudo:  joe : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/echo Accepted password for root from 192.0.2.1 port 1 ssh2",
        &[
            ("event.category", r#"["process"]"#),
            ("source.ip", "-"),
            ("user.name", "joe"),
            ("user.effective.name", "root"),
        ],
    );
    for program in ["sshd-session[4]", "sshd-auth[5]", "/usr/sbin/sshd[6]"] {
        let line = format!(
            "Feb 21 21:54:44 web {program}: Accepted password for root from 192.0.2.1 port 1 ssh2"
        );
        check(
            &line,
            &[("event.outcome", "success"), ("source.ip", "192.0.2.1")],
        );
    }
}

#[test]
fn accounts_that_come() {
    check_accounts(&[
        (
            "useradd[7]: new user: name=jo, UID=1001, GID=1002, home=/home/jo, shell=/bin/sh",
            &[
                ("event.action", "user-created"),
                ("user.id", "1001"),
                ("group.id", "1002"),
                ("user.target.name", "jo"),
                ("event.type", r#"["user","creation"]"#),
                ("system.auth.useradd.home", "/home/jo"),
            ],
        ),
        (
            "groupadd[7]: group added to /etc/group: name=ops, GID=12",
            &[
                ("event.action", "group-created"),
                ("group.name", "ops"),
                ("group.id", "12"),
                ("event.type", r#"["group","creation"]"#),
            ],
        ),
        (
            "useradd[7]: failed adding user 'jo', exit code: 9",
            &[
                ("event.outcome", "failure"),
                ("user.name", "jo"),
                ("event.category", r#"["iam"]"#),
            ],
        ),
    ]);
}

#[test]
fn accounts_that_change_and_go() {
    check_accounts(&[
        (
            "userdel[7]: delete user 'jo'",
            &[
                ("event.action", "user-deleted"),
                ("user.name", "jo"),
                ("event.type", r#"["user","deletion"]"#),
            ],
        ),
        (
            "userdel[7]: removed group 'jo' owned by 'jo'",
            &[
                ("event.action", "group-deleted"),
                ("group.name", "jo"),
                ("user.name", "-"),
                ("user.target.name", "jo"),
                ("event.type", r#"["group","deletion"]"#),
            ],
        ),
        (
            "userdel[7]: delete 'jo' from shadow group 'ops'",
            &[
                ("event.action", "group-member-removed"),
                ("group.name", "ops"),
                ("user.target.name", "jo"),
            ],
        ),
        (
            "groupdel[7]: group 'ops' removed from /etc/group",
            &[
                ("event.action", "group-deleted"),
                ("group.name", "ops"),
                ("event.outcome", "success"),
            ],
        ),
        (
            "usermod[7]: add 'jo' to group 'wheel'",
            &[
                ("event.action", "group-member-added"),
                ("user.name", "jo"),
                ("group.name", "wheel"),
                ("event.type", r#"["user","change"]"#),
            ],
        ),
        (
            "gpasswd[7]: user jo added by root to group ops",
            &[
                ("event.action", "group-user-added"),
                ("user.name", "root"),
                ("user.target.name", "jo"),
                ("group.name", "ops"),
                ("related.user", r#"["root","jo"]"#),
            ],
        ),
        (
            "passwd[7]: pam_unix(passwd:chauthtok): password changed for jo",
            &[
                ("event.action", "password-changed"),
                ("user.name", "jo"),
                ("event.outcome", "success"),
            ],
        ),
    ]);
}

/// Messages of the shadow utilities, in two forms of syslog.
#[track_caller]
fn check_accounts(cases: &[(&str, &[(&str, &str)])]) {
    for (message, expect) in cases {
        check(
            &format!("2024-05-17T18:00:01.123456+02:00 web {message}"),
            expect,
        );
        check(
            &format!(
                "<86>1 2024-05-17T18:00:01.123456+02:00 web {}",
                rfc5424(message)
            ),
            expect,
        );
    }
}

/// `name[7]: message` as RFC 5424 has it.
fn rfc5424(message: &str) -> String {
    message.replacen("[7]:", " 7 - -", 1)
}

#[test]
fn dropbear_is_mapped_as_sshd_is() {
    check(
        "Feb 21 21:54:44 ap dropbear[825]: Password auth succeeded for 'root' from 192.0.2.4:22",
        &[
            ("event.action", "ssh_login"),
            ("event.outcome", "success"),
            ("user.name", "root"),
            ("source.ip", "192.0.2.4"),
            ("source.port", "22"),
        ],
    );
}

#[test]
fn times_and_zones() {
    check(
        "Feb 29 21:54:44 web su: x",
        &[("@timestamp", "2024-02-29T21:54:44.000Z")],
    );
    check(
        "2024-05-17T18:00:01.123456+02:00 web su: x",
        &[("@timestamp", "2024-05-17T16:00:01.123Z")],
    );
    check("srv su[3]: x", &[("@timestamp", "-"), ("host.name", "srv")]);
    let berlin = TextOptions {
        zone: TimeZone::get("Europe/Berlin").expect("the zone data are bundled"),
        ..given(2024)
    };
    let (found, _) = read(
        b"Mar 31 02:30:00 web su: x\nJan  1 00:00:00 web su: x\n",
        &berlin,
    );
    let times: Vec<_> = found
        .documents
        .iter()
        .map(|(_, document)| {
            (
                text(document, "@timestamp"),
                text(document, "event.timezone"),
            )
        })
        .collect();
    let expect = [
        ("2024-03-31T03:30:00.000+02:00", "+02:00"),
        ("2024-01-01T00:00:00.000+01:00", "+01:00"),
    ];
    assert_eq!(
        times,
        expect.map(|(time, zone)| (Some(time.to_owned()), Some(zone.to_owned())))
    );
}

#[test]
fn every_line_is_accounted_for() {
    let mut log = b"\xef\xbb\xbf<86>Feb 21 21:54:44 web sshd[1]: a\r\n\r\n# comment\n".to_vec();
    log.extend_from_slice(
        b"\0\0\0\n\0\0Feb 21 21:54:45 web sshd[1]: Invalid user \xe9\xff from 192.0.2.1 port 1\n",
    );
    log.extend_from_slice(b"Feb 21 21:54:46 web app[2]: one\n\ttwo\n  three\nwith another line\n");
    log.extend_from_slice(&vec![b'A'; 2 << 20]);
    log.extend_from_slice(b"\nFeb 21 21:54:47 web sshd[1]: Accepted passw");
    let (found, counts) = read(&log, &given(2024));
    assert_eq!((counts.records, counts.unreadable), (8, 4));
    let offsets: Vec<u64> = found.documents.iter().map(|(offset, _)| *offset).collect();
    for offset in &offsets {
        let start = usize::try_from(*offset).expect("small");
        assert!(start == 3 || log[start - 1] == b'\n');
    }
    let messages: Vec<_> = found
        .documents
        .iter()
        .filter_map(|(_, document)| text(document, "message"))
        .collect();
    assert_eq!(
        messages,
        [
            "a",
            "Invalid user \u{fffd}\u{fffd} from 192.0.2.1 port 1",
            "one\n\ttwo\n  three",
            "Accepted passw"
        ]
    );
    let reasons: Vec<&str> = found
        .problems
        .iter()
        .map(|problem| problem.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "no syslog header, and no line of a log that gatewatch knows",
            "NUL bytes and nothing else",
            "no syslog header, and no line of a log that gatewatch knows",
            "longer than any line of a log"
        ]
    );
    assert!(
        found
            .problems
            .iter()
            .all(|problem| problem.kind == ProblemKind::Record)
    );
}

#[test]
fn assumptions_are_stated_once() {
    let log =
        b"2024-01-01T00:00:00Z web su: x\nDec 31 10:00:00 web su: x\nJan  1 10:00:00 web su: x\n";
    let (found, _) = read(log, &TextOptions::default());
    let stated: Vec<(u64, &str)> = found
        .problems
        .iter()
        .map(|problem| (problem.place.offset, problem.reason.as_str()))
        .collect();
    assert_eq!(
        stated,
        [(
            31,
            "times without a zone: taken to be UTC; --timezone sets it"
        )]
    );
    let (found, _) = read(&log[31..], &TextOptions::default());
    let stated: Vec<&str> = found
        .problems
        .iter()
        .map(|problem| problem.reason.as_str())
        .collect();
    assert_eq!(
        stated,
        [
            "times without a year: the first is taken to be of 1970, for want of any hint; --year sets it",
            "times without a zone: taken to be UTC; --timezone sets it",
        ]
    );
    let (found, _) = read(b"2024-01-01T00:00:00Z web su: x\n", &TextOptions::default());
    assert!(found.problems.is_empty());
}

/// Sentences that could make a careless reader look at everything again for every word.
#[test]
fn long_lines_take_linear_time() {
    let started = std::time::Instant::now();
    for program in ["sshd[1]", "dropbear[1]", "sudo", "su", "userdel"] {
        for (start, repeated, end) in [
            ("Failed password for invalid user", " from a", "      "),
            (
                "Failed password for invalid user",
                " from a port 1 ssh2: x",
                "",
            ),
            ("Invalid user", " from a.b.c", ""),
            ("Bad password attempt for '", " from ", ""),
            ("authentication failure; ", "rhost=", ""),
            ("authentication failure; ", "rhost= ", ""),
            ("x user ", " user '", ""),
            ("", " : a ; ", "COMMAND="),
            ("", "                ", "x"),
            (
                "Disconnecting ",
                "user : Too many authentication failures",
                "",
            ),
        ] {
            let line = format!(
                "Feb 21 21:54:44 web {program}: {start}{}{end}\n",
                repeated.repeat(900_000 / repeated.len())
            );
            read(line.as_bytes(), &given(2024));
        }
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// Wants only what may be a successful login.
#[derive(Default)]
struct Logins {
    asked: usize,
    seen: usize,
}

impl Consumer for Logins {
    fn kind(&mut self, known: &dyn Known) -> Option<u32> {
        self.asked += 1;
        let outcome = known.known(Field::new("event.outcome"));
        outcome
            .is_none_or(|values| values.contains(&Value::from("success")))
            .then_some(7)
    }

    fn event(&mut self, kind: u32, event: &Placed<'_>) {
        assert_eq!(kind, 7);
        assert_eq!(
            event.first(Field::new("event.outcome")),
            Some(Value::from("success"))
        );
        self.seen += 1;
    }

    fn problem(&mut self, _: Problem) {}
}

#[test]
fn kinds_are_asked_for_once_and_decide() {
    let line = |user: &str, event: &str| {
        format!(
            "Feb 21 21:54:44 web sshd[1]: {event} password for {user} from 192.0.2.1 port 1 ssh2\n"
        )
    };
    let log: String = (0..100)
        .map(|at| {
            line(
                &format!("user{at}"),
                if at % 4 == 0 { "Accepted" } else { "Failed" },
            )
        })
        .collect();
    let mut logins = Logins::default();
    let counts = read_text(
        log.as_bytes(),
        Arc::from("a.log"),
        &given(2024),
        &mut logins,
    );
    // Accepted, failed, and what a message is that starts like one and goes on otherwise.
    assert_eq!((logins.asked, logins.seen, counts.records), (3, 25, 100));
}

#[test]
fn a_stream_that_breaks_is_reported() {
    struct Broken(bool);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            let line = b"Feb 21 21:54:44 web su: x\nFeb 21";
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }
    let mut collect = linux_support::Collect::default();
    let counts = read_text(
        Broken(false),
        Arc::from("a.log"),
        &given(2024),
        &mut collect,
    );
    assert_eq!((counts.records, collect.documents.len()), (1, 1));
    let last = collect.problems.last().expect("a problem");
    assert_eq!((last.kind, last.place.offset), (ProblemKind::File, 32));
}

/// Pieces of which messages and lines are made.
const PIECES: &[&str] = &[
    "Accepted ",
    "Failed ",
    "Invalid user ",
    "password",
    " for ",
    " for invalid user ",
    " from ",
    "192.0.2.1",
    " port 22",
    " ssh2",
    ": ",
    " [preauth]",
    "message repeated 3 times: [ ",
    "]",
    "pam_unix(sshd:auth): ",
    "pam_unix(x:session): session opened for user ",
    " by ",
    "(uid=0)",
    "authentication failure; ",
    "ruser=",
    " rhost=",
    " user=",
    "joe",
    "root",
    " : ",
    "TTY=x ; ",
    "PWD=/ ; ",
    "USER=root ; ",
    "COMMAND=/bin/systemctl stop a",
    "new user: name=",
    ", UID=1, GID=2, home=/, shell=/x",
    "delete user '",
    "'",
    "\"",
    "removed group '",
    "add 'x' to group 'y'",
    "user a added by b to group c",
    "password changed for ",
    "password check failed for user (",
    "pam_faillock(sshd:auth): for user ",
    "Connection closed by ",
    "Did not receive identification string from ",
    "Bad password attempt for '",
    ":22",
    "é",
    "\0",
    " ",
    "[",
    "fail",
];

fn line() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "Feb 21 21:54:44 web ",
        "<86>1 2023-10-06T07:47:13Z h ",
        "2024-05-17T18:00:01Z web ",
        "Feb 30 21:54:44 ",
        "srv ",
    ]);
    let program = prop::sample::select(vec![
        "sshd[1]: ",
        "sudo: ",
        "useradd[2]: ",
        "userdel: ",
        "usermod: ",
        "groupadd: ",
        "gpasswd: ",
        "dropbear[3]: ",
        "CRON[4]: ",
        "x: ",
        "sshd 5 - - ",
        "",
    ]);
    let message = prop::collection::vec(prop::sample::select(PIECES), 0..12);
    (head, program, message)
        .prop_map(|(head, program, message)| format!("{head}{program}{}", message.concat()))
}

proptest! {
    /// What is known of a kind is true of each of its events.
    #[test]
    fn kinds_know_the_truth(line in line()) {
        let Some(header) = Header::parse(&line) else {
            return Ok(());
        };
        let zone = TimeZone::UTC;
        let event = AuthEvent::new(header, &zone);
        let kind = event.kind();
        assert_eq!(kind.number(), event.kind_number());
        for name in field_names().chain(["winlog.channel", "process.parent.name"]) {
            let field = Field::new(name);
            if let Some(known) = kind.known(field) {
                assert_eq!(event.all(field), known, "{name} of {line:?}");
            }
        }
    }

    #[test]
    fn lines_never_panic_and_are_accounted_for(lines in prop::collection::vec(line(), 0..20)) {
        let log = lines.join("\n");
        read(log.as_bytes(), &given(2024));
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        check_bytes(&bytes);
    }

    /// Every beginning of a log is read.
    #[test]
    fn prefixes_never_panic(line in line(), cut in any::<prop::sample::Index>()) {
        let log = format!("{line}\n{line}\n");
        check_bytes(&log.as_bytes()[..cut.index(log.len())]);
    }
}

#[test]
fn messages_of_the_daemon_are_accesses() {
    let log = "\
Jan  2 03:04:05 gw sshd[7]: Failed password for invalid user joe from 203.0.113.7 port 9 ssh2
Jan  2 03:04:06 gw sshd-session[8]: Accepted publickey for alice from 203.0.113.7 port 10 ssh2: ED25519 SHA256:x
Jan  2 03:04:07 gw sshd[9]: Postponed publickey for bob from 203.0.113.7 port 11 ssh2 [preauth]
Jan  2 03:04:08 gw sshd[10]: Connection closed by 203.0.113.8 port 12
Jan  2 03:04:09 gw sudo[11]: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls
";
    let (found, _) = read(log.as_bytes(), &given(2026));
    let got: Vec<String> = found
        .documents
        .iter()
        .map(|(_, document)| {
            [
                "service", "product", "outcome", "method", "user", "ip", "session", "host",
            ]
            .map(|name| {
                text(document, &format!("gatewatch.remote.{name}"))
                    .unwrap_or_else(|| "-".to_owned())
            })
            .join(" ")
        })
        .collect();
    let expect = [
        "ssh openssh failure password joe 203.0.113.7 7 gw",
        "ssh openssh success key alice 203.0.113.7 8 gw",
        "ssh openssh attempt key bob 203.0.113.7 9 gw",
        "ssh openssh - - - 203.0.113.8 10 gw",
        "- - - - - - - -",
    ];
    assert_eq!(got, expect);
}
