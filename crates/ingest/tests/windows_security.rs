//! The Security log's mapping, on records made by hand.

#[path = "windows_support/mod.rs"]
mod support;

use gatewatch_event::{Field, JsonEvent, Known as _};
use gatewatch_ingest::source::windows::Options;
use serde_json::json;
use support::TestRecord;

#[track_caller]
fn check(record: &TestRecord, expect: &[(&str, &[&str])]) {
    record.document();
    for (field, values) in expect {
        assert_eq!(record.values(field), *values, "{field}");
    }
}

fn logon(code: u32, data: &[(&str, &str)]) -> TestRecord {
    TestRecord::security(code, data)
}

#[test]
fn a_logon_from_outside() {
    let record = logon(
        4624,
        &[
            ("SubjectUserSid", "S-1-5-18"),
            ("SubjectUserName", "SRV1$"),
            ("SubjectDomainName", "CORP"),
            ("SubjectLogonId", "0x3e7"),
            ("TargetUserSid", "S-1-5-21-1-2-3-1105"),
            ("TargetUserName", "alice@corp.example"),
            ("TargetDomainName", "CORP"),
            ("TargetLogonId", "0x11388"),
            ("LogonType", "10"),
            ("WorkstationName", "SRV1"),
            ("ProcessId", "0x4d2"),
            ("ProcessName", r"C:\Windows\System32\svchost.exe"),
            ("IpAddress", "::ffff:203.0.113.7"),
            ("IpPort", "0"),
        ],
    );
    check(
        &record,
        &[
            ("event.category", &["authentication"]),
            ("event.type", &["start"]),
            ("event.action", &["logged-in"]),
            ("event.code", &["4624"]),
            ("user.id", &["S-1-5-21-1-2-3-1105"]),
            ("user.name", &["alice"]),
            ("user.domain", &["CORP"]),
            ("related.user", &["alice", "SRV1$"]),
            ("related.ip", &["203.0.113.7"]),
            ("source.ip", &["203.0.113.7"]),
            ("source.port", &["0"]),
            ("source.domain", &["SRV1"]),
            ("winlog.logon.type", &["RemoteInteractive"]),
            ("winlog.logon.id", &["0x3e7"]),
            ("process.pid", &["1234"]),
            ("process.name", &["svchost.exe"]),
            ("host.name", &["SRV1.corp.example"]),
            ("host.os.type", &["windows"]),
            ("winlog.event_data.TargetUserName", &["alice@corp.example"]),
            ("winlog.event_data.LogonType", &["10"]),
            ("winlog.event_data.IpAddress", &[]),
            ("winlog.event_data.ProcessName", &[]),
            ("winlog.event_data.NoSuch", &[]),
            ("process.command_line", &[]),
        ],
    );
}

#[test]
fn what_is_no_address_stays_where_it_was() {
    for text in [
        "-",
        "fe80::1%12",
        " 203.0.113.7",
        "203.0.113.7 ",
        "[203.0.113.7]",
        "203.0.113.7:3389",
        "010.0.0.1",
        "LOCAL",
    ] {
        let record = logon(4624, &[("IpAddress", text), ("IpPort", "-")]);
        check(
            &record,
            &[
                ("source.ip", &[]),
                ("source.port", &[]),
                ("related.ip", &[]),
                ("winlog.event_data.IpAddress", &[text]),
                ("winlog.event_data.IpPort", &["-"]),
            ],
        );
    }
}

#[test]
fn names_are_kept_as_they_are() {
    let record = logon(4624, &[("TargetUserName", "Jonathan ")]);
    check(&record, &[("user.name", &["Jonathan "])]);
    let record = logon(
        4625,
        &[("TargetUserName", "-"), ("SubjectUserName", "web$")],
    );
    check(&record, &[("user.name", &["-"]), ("related.user", &["-"])]);
    let nobody = logon(4625, &[("TargetUserName", "")]);
    check(&nobody, &[("user.name", &[]), ("related.user", &[])]);
}

#[test]
fn of_two_values_of_a_name_the_first_counts() {
    let record = logon(
        4624,
        &[
            ("LogonType", ""),
            ("LogonType", "3"),
            ("LogonType", "10"),
            ("Note", "one\r\ntwo\r\n"),
        ],
    );
    check(
        &record,
        &[
            ("winlog.event_data.LogonType", &["3"]),
            ("winlog.logon.type", &["Network"]),
            ("winlog.event_data.Note", &["one\ntwo"]),
        ],
    );
}

#[test]
fn only_the_audit_provider_writes_logons() {
    let data = [("LogonType", "10"), ("IpAddress", "203.0.113.7")];
    let other = TestRecord::new("Some-Other-Provider", "Security", 4624).with_data(&data);
    check(
        &other,
        &[
            ("event.category", &[]),
            ("source.ip", &[]),
            ("winlog.event_data.IpAddress", &["203.0.113.7"]),
        ],
    );
    let forwarded = TestRecord::new(
        "microsoft-windows-security-auditing",
        "ForwardedEvents",
        4624,
    )
    .with_data(&data);
    check(
        &forwarded,
        &[
            ("event.category", &["authentication"]),
            ("source.ip", &["203.0.113.7"]),
            ("winlog.channel", &["ForwardedEvents"]),
        ],
    );
    let exported = TestRecord::new("Microsoft-Windows-Security-Auditing", "security", 4624);
    check(&exported, &[("winlog.channel", &["Security"])]);
}

#[test]
fn types_without_a_name_have_none() {
    for (number, name) in [
        ("12", None),
        ("0", None),
        ("13", None),
        ("7", Some("Unlock")),
        ("x", None),
    ] {
        let record = logon(4624, &[("LogonType", number)]);
        assert_eq!(
            record
                .values("winlog.logon.type")
                .first()
                .map(String::as_str),
            name
        );
    }
}

#[test]
fn the_outcome_comes_from_the_keywords() {
    let mut record = logon(4776, &[("Status", "0xC000006A")]);
    check(&record, &[("event.outcome", &[])]);
    record.keywords = Some(0x8010_0000_0000_0000);
    check(
        &record,
        &[
            ("event.outcome", &["failure"]),
            ("winlog.keywords", &["Audit Failure"]),
            (
                "winlog.logon.failure.status",
                &["User logon with misspelled or bad password"],
            ),
        ],
    );
    record.keywords = None;
    record.keyword_names = vec!["audit success".to_owned()];
    check(&record, &[("event.outcome", &["success"])]);
}

#[test]
fn explicit_credentials_have_an_actor_and_a_role() {
    let record = logon(
        4648,
        &[
            ("SubjectUserName", "alice"),
            ("SubjectDomainName", "CORP"),
            ("TargetUserName", "admin@corp.example"),
            ("TargetDomainName", "-"),
            ("IpAddress", "203.0.113.7"),
        ],
    );
    check(
        &record,
        &[
            ("user.name", &["alice"]),
            ("user.domain", &["CORP"]),
            ("user.effective.name", &["admin"]),
            ("user.effective.domain", &[]),
            ("related.user", &["admin", "alice"]),
            ("source.ip", &["203.0.113.7"]),
            ("event.action", &["logged-in-explicit"]),
        ],
    );
}

#[test]
fn a_created_process_and_its_parent() {
    let record = logon(
        4688,
        &[
            ("SubjectUserName", "alice"),
            ("NewProcessId", "0x1000"),
            ("NewProcessName", r"C:\Windows\System32\net.exe"),
            ("ProcessId", "0x10"),
            ("ParentProcessName", r"C:\Windows\explorer.exe"),
            ("CommandLine", "net  use \"a b\""),
            ("TargetUserName", "-"),
        ],
    );
    check(
        &record,
        &[
            ("process.pid", &["4096"]),
            ("process.name", &["net.exe"]),
            ("process.args", &["net", "", "use", "\"a b\""]),
            ("process.args_count", &["4"]),
            ("process.parent.pid", &["16"]),
            ("process.parent.name", &["explorer.exe"]),
            ("winlog.event_data.CommandLine", &["net  use \"a b\""]),
            ("winlog.event_data.ProcessId", &["0x10"]),
            ("winlog.event_data.NewProcessName", &[]),
            ("user.effective.name", &[]),
        ],
    );
}

#[test]
fn accounts_and_groups() {
    let record = logon(
        4728,
        &[
            ("MemberName", r"CN=Doe\, Jane,OU=Staff,DC=corp,DC=example"),
            ("TargetUserName", "Admins"),
            ("TargetDomainName", "CORP"),
            ("TargetSid", "S-1-5-21-1-2-3-512"),
            ("SubjectUserName", "root"),
        ],
    );
    check(
        &record,
        &[
            ("group.name", &["Admins"]),
            ("group.id", &["S-1-5-21-1-2-3-512"]),
            ("user.name", &["root"]),
            ("user.target.name", &[r"Doe\, Jane"]),
            ("user.target.domain", &["example"]),
            ("user.target.group.name", &["Admins"]),
            ("related.user", &[r"Doe\, Jane", "root"]),
        ],
    );
    let renamed = logon(
        4781,
        &[
            ("OldTargetUserName", "old"),
            ("NewTargetUserName", "new"),
            ("SubjectUserName", "root"),
        ],
    );
    check(
        &renamed,
        &[
            ("user.target.name", &["old"]),
            ("user.changes.name", &["new"]),
            ("related.user", &["root", "new", "old"]),
        ],
    );
    let computer = logon(
        4742,
        &[("TargetUserName", "SRV1$"), ("PrivilegeList", "a\n\t\tb")],
    );
    check(
        &computer,
        &[
            ("winlog.computerObject.name", &["SRV1$"]),
            ("winlog.event_data.PrivilegeList", &["a", "b"]),
        ],
    );
}

#[test]
fn rights_given_and_taken() {
    for (code, action) in [(4704, "user-right-assigned"), (4705, "user-right-removed")] {
        let record = logon(
            code,
            &[
                ("SubjectUserSid", "S-1-5-21-1-2-3-500"),
                ("SubjectUserName", "admin"),
                ("SubjectDomainName", "CORP"),
                ("SubjectLogonId", "0x11388"),
                ("TargetSid", "S-1-5-21-1-2-3-1105"),
                (
                    "PrivilegeList",
                    "SeEnableDelegationPrivilege\n\t\t\tSeRemoteInteractiveLogonRight",
                ),
            ],
        );
        check(
            &record,
            &[
                ("event.category", &["iam"]),
                ("event.type", &["user", "change"]),
                ("event.action", &[action]),
                ("user.name", &["admin"]),
                ("user.id", &["S-1-5-21-1-2-3-500"]),
                ("user.target.id", &["S-1-5-21-1-2-3-1105"]),
                ("related.user", &["admin"]),
                (
                    "winlog.event_data.PrivilegeList",
                    &[
                        "SeEnableDelegationPrivilege",
                        "SeRemoteInteractiveLogonRight",
                    ],
                ),
            ],
        );
    }
}

#[test]
fn sessions_taken_up_again_at_the_console() {
    let record = logon(
        4778,
        &[
            ("AccountName", "alice"),
            ("ClientAddress", "LOCAL"),
            ("ClientName", "Unknown"),
            ("LogonID", "0x1f"),
        ],
    );
    check(
        &record,
        &[
            ("event.category", &["authentication", "session"]),
            ("source.ip", &["127.0.0.1"]),
            ("related.ip", &["127.0.0.1"]),
            ("winlog.event_data.ClientAddress", &["127.0.0.1"]),
            ("winlog.logon.id", &["0x1f"]),
            ("user.name", &["alice"]),
        ],
    );
    let unknown = logon(4779, &[("ClientAddress", "Unknown")]);
    check(
        &unknown,
        &[
            ("source.ip", &[]),
            ("winlog.event_data.ClientAddress", &["Unknown"]),
        ],
    );
}

#[test]
fn tickets_accesses_and_policies_are_explained() {
    let ticket = logon(
        4769,
        &[
            ("Status", "0x1F"),
            ("TicketOptions", "0x10002"),
            ("TicketEncryptionType", "0x17"),
            ("ServiceName", "krbtgt"),
        ],
    );
    check(
        &ticket,
        &[
            (
                "winlog.event_data.StatusDescription",
                &["KRB_AP_ERR_BAD_INTEGRITY"],
            ),
            (
                "winlog.event_data.TicketOptionsDescription",
                &["Renew", "Name-canonicalize"],
            ),
            (
                "winlog.event_data.TicketEncryptionTypeDescription",
                &["RC4-HMAC"],
            ),
            ("service.name", &["krbtgt"]),
        ],
    );
    let access = logon(
        4663,
        &[
            ("AccessList", "%%4417\r\n\t\t\t\t%%4418"),
            ("AccessMask", "0x6"),
        ],
    );
    check(
        &access,
        &[
            ("event.category", &[]),
            ("winlog.event_data.AccessList", &["4417", "4418"]),
            (
                "winlog.event_data.AccessListDescription",
                &[
                    "WriteData (or AddFile)",
                    "AppendData (or AddSubdirectory or CreatePipeInstance)",
                ],
            ),
            ("winlog.event_data.AccessMask", &["0x6"]),
            (
                "winlog.event_data.AccessMaskDescription",
                &["Delete Child", "List Contents"],
            ),
        ],
    );
    let policy = logon(
        4719,
        &[
            ("SubcategoryGuid", "{0CCE9215-69AE-11D9-BED3-505054503030}"),
            ("AuditPolicyChanges", "%%8448, %%8450"),
        ],
    );
    check(
        &policy,
        &[
            ("winlog.event_data.Category", &["Logon/Logoff"]),
            ("winlog.event_data.SubCategory", &["Logon"]),
            (
                "winlog.event_data.AuditPolicyChangesDescription",
                &["Success removed", "Failure removed"],
            ),
        ],
    );
    let changed = logon(
        4738,
        &[
            ("NewUacValue", "0x211"),
            ("UserAccountControl", "\r\n\t\t%%2048\r\n\t\t%%2089"),
        ],
    );
    check(
        &changed,
        &[
            (
                "winlog.event_data.NewUACList",
                &[
                    "USER_ACCOUNT_DISABLED",
                    "USER_NORMAL_ACCOUNT",
                    "USER_DONT_EXPIRE_PASSWORD",
                ],
            ),
            ("winlog.event_data.UserAccountControl", &["2048", "2089"]),
        ],
    );
}

#[test]
fn shares_and_cleared_logs() {
    let share = logon(
        5145,
        &[
            ("ShareName", r"\\*\C$"),
            ("ShareLocalPath", r"\??\C:"),
            ("RelativeTargetName", r"Temp\x.exe"),
            ("IpAddress", "fe80::1"),
            ("IpPort", "50000"),
        ],
    );
    check(
        &share,
        &[
            ("file.name", &[r"Temp\x.exe"]),
            ("file.extension", &["exe"]),
            ("file.path", &[r"\??\C:\Temp\x.exe"]),
            ("file.target_path", &[r"\\*\C$\Temp\x.exe"]),
            ("source.ip", &["fe80::1"]),
            ("source.port", &["50000"]),
        ],
    );
    let cleared = TestRecord::new("Microsoft-Windows-Eventlog", "Security", 1102).with_user_data(
        "LogFileCleared",
        &[
            ("SubjectUserName", "alice"),
            ("SubjectLogonId", "0x5"),
            ("SubjectDomainName", ""),
        ],
    );
    check(
        &cleared,
        &[
            ("event.action", &["audit-log-cleared"]),
            ("user.name", &["alice"]),
            ("related.user", &["alice"]),
            ("winlog.logon.id", &["0x5"]),
            ("winlog.user_data.xml_name", &["LogFileCleared"]),
            ("winlog.user_data.SubjectUserName", &["alice"]),
            ("winlog.user_data.SubjectDomainName", &[]),
        ],
    );
}

#[test]
fn events_that_elastic_does_not_classify_keep_their_task() {
    let mut record = logon(4703, &[("EnabledPrivilegeList", "SeDebugPrivilege")]);
    record.task = Some(13317);
    check(
        &record,
        &[
            ("event.action", &["Token Right Adjusted Events"]),
            ("event.category", &[]),
            ("data_stream.dataset", &["system.security"]),
        ],
    );
}

#[test]
fn a_document_has_the_shapes_that_elastic_gives() {
    let mut record = logon(4624, &[("TargetUserName", "alice"), ("LogonType", "3")]);
    record.record_id = Some(7);
    record.process_id = Some(4);
    record.version = Some(0);
    let document = record.document();
    for (path, value) in [
        ("@timestamp", json!("2024-03-01T10:00:50.1234567Z")),
        ("event.category", json!(["authentication"])),
        ("event.code", json!("4624")),
        ("winlog.record_id", json!("7")),
        ("winlog.event_id", json!("4624")),
        ("winlog.process.pid", json!(4)),
        ("related.user", json!(["alice"])),
        ("user.name", json!("alice")),
        (
            "winlog.event_data",
            json!({"TargetUserName": "alice", "LogonType": "3"}),
        ),
    ] {
        assert_eq!(document.get(path), Some(&value), "{path}");
    }
    assert_eq!(document.get("winlog.version"), None);
}

#[test]
fn what_the_carrier_brings_stands_beside_the_mapping() {
    let mut record = logon(4624, &[("IpAddress", "203.0.113.7")]);
    record.beside = Some(JsonEvent::new(json!({
        "@timestamp": "1999-01-01T00:00:00Z",
        "agent": {"type": "winlogbeat"},
        "event": {"action": "Logon", "dataset": "own.dataset", "ingested": "2024-03-01T10:01:00Z"},
        "host": {"name": "srv1", "id": "m1", "ip": ["192.0.2.1"]},
        "winlog": {"event_data": {"IpAddress": "203.0.113.7", "Stale": "x"}, "user": {"name": "SYSTEM"}},
    })));
    let options = Options {
        beside: true,
        ..Options::default()
    };
    let document = record.document_with(options);
    for (path, value) in [
        ("@timestamp", json!("2024-03-01T10:00:50.1234567Z")),
        ("agent.type", json!("winlogbeat")),
        ("event.action", json!("logged-in")),
        ("event.dataset", json!("own.dataset")),
        ("event.ingested", json!("2024-03-01T10:01:00Z")),
        ("host.name", json!("srv1")),
        ("host.id", json!("m1")),
        ("host.ip", json!(["192.0.2.1"])),
        ("host.os.type", json!("windows")),
        ("source.ip", json!("203.0.113.7")),
        ("winlog.user.name", json!("SYSTEM")),
        ("winlog.channel", json!("Security")),
    ] {
        assert_eq!(document.get(path), Some(&value), "{path}");
    }
    assert_eq!(document.get("winlog.event_data"), None);
    let kind = record.kind(options);
    assert_eq!(kind.known(Field::new("event.dataset")), None);
    assert_eq!(kind.known(Field::new("agent.type")), None);
    assert!(kind.known(Field::new("event.action")).is_some());
}
