//! The forms in which writers of JSON hold Windows events and journal entries, each by itself.

mod json_support;

use gatewatch_ingest::format::json::{Index, LazyJson, Shape};
use gatewatch_ingest::source::windows::{WindowsJson, WindowsRecord};
use json_support::read;
use serde_json::json;

fn with_event<R>(record: &serde_json::Value, check: impl FnOnce(&WindowsJson<'_>) -> R) -> R {
    let text = record.to_string();
    let mut index = Index::new();
    index.build(&text).expect("the record is an object");
    match Shape::of(LazyJson::new(&text, &index)) {
        Shape::Windows(event) => check(&event),
        Shape::Ecs(_) => panic!("taken for an ECS document: {text}"),
        Shape::Journald(_) | Shape::FilebeatJournal(_) => {
            panic!("taken for a journal entry: {text}")
        }
        Shape::Source(claim, _) => panic!("taken for {}: {text}", claim.source.name()),
        Shape::Carried(_) => panic!("taken for a line of text: {text}"),
    }
}

/// What every form of the same event must say.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    provider: Option<String>,
    channel: Option<String>,
    event_id: Option<u32>,
    computer: Option<String>,
    record_id: Option<u64>,
    time: Option<String>,
    keywords: Option<u64>,
    guid: Option<String>,
    process_id: Option<u32>,
    thread_id: Option<u32>,
    user_id: Option<String>,
    activity_id: Option<String>,
    data: Vec<(String, String)>,
    user_data_name: Option<String>,
    user_data: Vec<(String, String)>,
}

fn seen(event: &WindowsJson<'_>) -> Seen {
    let mut data = Vec::new();
    event.each_data(&mut |name, text| {
        assert_eq!(event.data(name).as_deref(), Some(text.as_ref()), "{name}");
        data.push((name.to_owned(), text.into_owned()));
        true
    });
    let mut user_data = Vec::new();
    event.each_user_data(&mut |name, text| {
        assert_eq!(event.user_data(name).as_deref(), Some(text.as_ref()));
        user_data.push((name.to_owned(), text.into_owned()));
        true
    });
    assert_eq!(event.data("Nothing"), None);
    Seen {
        provider: event.provider().map(Into::into),
        channel: event.channel().map(Into::into),
        event_id: event.event_id(),
        computer: event.computer().map(Into::into),
        record_id: event.record_id(),
        time: event.time_created().map(|time| time.to_string()),
        keywords: event.keywords(),
        guid: event.provider_guid().map(Into::into),
        process_id: event.process_id(),
        thread_id: event.thread_id(),
        user_id: event.user_id().map(Into::into),
        activity_id: event.activity_id().map(Into::into),
        data,
        user_data_name: event.user_data_name().map(Into::into),
        user_data,
    }
}

fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn logon() -> Seen {
    Seen {
        provider: Some("Microsoft-Windows-Security-Auditing".into()),
        channel: Some("Security".into()),
        event_id: Some(4624),
        computer: Some("gw1.example.com".into()),
        record_id: Some(77),
        time: Some("2024-03-01T10:00:00.123456700Z".replace("00Z", "Z")),
        keywords: Some(0x8020_0000_0000_0000),
        guid: Some("{54849625-5478-4994-a5ba-3e3b0328c30d}".into()),
        process_id: Some(700),
        thread_id: Some(704),
        user_id: None,
        activity_id: Some("{dbc05d38-994b-0003-395d-c0db4b99d901}".into()),
        data: pairs(&[("LogonType", "3"), ("IpAddress", "203.0.113.5")]),
        user_data_name: None,
        user_data: Vec::new(),
    }
}

#[test]
fn every_form_of_xml_in_json_says_the_same() {
    let provider = "Microsoft-Windows-Security-Auditing";
    let guid = "54849625-5478-4994-A5BA-3E3B0328C30D";
    let time = "2024-03-01T10:00:00.1234567Z";
    let activity = "DBC05D38-994B-0003-395D-C0DB4B99D901";
    let plain = json!({"EventID": 4624, "Keywords": "0x8020000000000000", "EventRecordID": 77, "Channel": "Security",
        "Computer": "gw1.example.com", "Version": 2, "Level": 0, "Task": 12544, "Opcode": 0, "Security": null});
    let with = |more: serde_json::Value| {
        let mut system = plain.clone();
        for (key, value) in more.as_object().expect("an object") {
            system[key] = value.clone();
        }
        system
    };
    let attributes = |key: &str| {
        with(json!({
            "Provider": {key: {"Name": provider, "Guid": guid}},
            "TimeCreated": {key: {"SystemTime": time}},
            "Execution": {key: {"ProcessID": 700, "ThreadID": 704}},
            "Correlation": {key: {"ActivityID": activity}},
        }))
    };
    let apart = with(json!({
        "Provider_attributes": {"Name": provider, "Guid": guid},
        "TimeCreated_attributes": {"SystemTime": time},
        "Execution_attributes": {"ProcessID": 700, "ThreadID": 704},
        "Correlation_attributes": {"ActivityID": activity},
        "EventID": 4624, "EventID_attributes": {"Qualifiers": 0},
    }));
    let at = with(json!({
        "Provider": {"@Name": provider, "@Guid": format!("{{{guid}}}")},
        "TimeCreated": {"@SystemTime": time},
        "Execution": {"@ProcessID": "700", "@ThreadID": "704"},
        "Correlation": {"@ActivityID": activity},
        "EventID": {"@Qualifiers": "0", "#text": "4624"}, "EventRecordID": "77",
    }));
    let bare = with(json!({
        "Provider": {"Name": provider, "Guid": guid},
        "TimeCreated": {"SystemTime": time},
        "Execution": {"ProcessID": 700, "ThreadID": 704},
        "Correlation": {"ActivityID": activity},
        "EventID": {"Value": 4624, "Qualifiers": 0},
    }));
    let data = [
        json!({"LogonType": 3, "Empty": "", "IpAddress": "203.0.113.5"}),
        json!({"#attributes": {"x": "y"}, "LogonType": {"#text": "3"}, "IpAddress": "203.0.113.5", "None": null}),
        json!({"Data": [{"@Name": "LogonType", "#text": "3"}, {"@Name": "Empty"}, {"@Name": "IpAddress", "#text": "203.0.113.5"}]}),
        json!({"Data": [{"#attributes": {"Name": "LogonType"}, "#text": 3}, {"#attributes": {"Name": "IpAddress"}, "#text": "203.0.113.5"}]}),
        json!({"Data": [{"$": {"Name": "LogonType"}, "_": "3"}, {"$": {"Name": "IpAddress"}, "_": "203.0.113.5"}]}),
        json!([{"Name": "LogonType", "Value": "3"}, {"Name": "IpAddress", "Value": "203.0.113.5"}]),
        json!(
            "<EventData><Data Name=\"LogonType\">3</Data><Data Name=\"IpAddress\">203.0.113.5</Data></EventData>"
        ),
    ];
    for system in [attributes("#attributes"), attributes("$"), apart, at, bare] {
        for data in &data {
            let event = json!({"System": system, "EventData": data});
            with_event(&json!({"Event": event}), |event| {
                assert_eq!(seen(event), logon());
            });
            with_event(&event, |event| assert_eq!(seen(event), logon()));
        }
    }
}

#[test]
fn unnamed_data_are_called_by_their_place() {
    let system = json!({"EventID": 400, "Provider": {"#attributes": {"Name": "PowerShell"}}});
    for data in [
        json!({"Data": ["a", "", "c"]}),
        json!({"Data": {"#text": ["a", "", "c"]}}),
        json!({"Data": [{"#text": "a"}, {}, "c"]}),
    ] {
        with_event(
            &json!({"Event": {"System": system, "EventData": data}}),
            |event| {
                assert_eq!(
                    seen(event).data,
                    pairs(&[("param1", "a"), ("param3", "c")]),
                    "{data}"
                );
            },
        );
    }
}

#[test]
fn user_data_are_found_below_their_child() {
    let record = json!({"Event": {"System": {"EventID": 1149}, "UserData": {"EventXML": {
        "#attributes": {"xmlns": "Event_NS"}, "Param1": "alice", "Param2": null, "Param3": "203.0.113.5", "Inner": {"Deep": 5}}}}});
    with_event(&record, |event| {
        let seen = seen(event);
        assert_eq!(seen.user_data_name.as_deref(), Some("EventXML"));
        assert_eq!(
            seen.user_data,
            pairs(&[
                ("Param1", "alice"),
                ("Param3", "203.0.113.5"),
                ("Deep", "5")
            ])
        );
    });
}

#[test]
fn values_of_guid_type_take_windows_form() {
    let record = json!({"Event": {"System": {"EventID": 4624}, "EventData": {
        "LogonGuid": "00000000-0000-0000-0000-000000000000", "ProcessGuid": "8715B604-0DEE-5F2A-2D00-000000000400"}}});
    with_event(&record, |event| {
        assert_eq!(
            seen(event).data,
            pairs(&[
                ("LogonGuid", "{00000000-0000-0000-0000-000000000000}"),
                ("ProcessGuid", "{8715b604-0dee-5f2a-2d00-000000000400}")
            ])
        );
    });
}

#[test]
fn winlogbeat_nested_and_dotted() {
    let nested = json!({"@timestamp": "2024-03-01T10:00:00.1234567Z", "event": {"code": "4624", "outcome": "success"}, "message": "An account",
        "log": {"level": "information"}, "host": {"name": "gw1"},
        "winlog": {"channel": "Security", "provider_name": "Microsoft-Windows-Security-Auditing", "provider_guid": "{54849625-5478-4994-A5BA-3E3B0328C30D}",
            "computer_name": "gw1.example.com", "event_id": 4624, "record_id": "77", "keywords": ["Audit Success"], "task": "Logon", "opcode": "Info",
            "process": {"pid": 700, "thread": {"id": 704}}, "activity_id": "{DBC05D38-994B-0003-395D-C0DB4B99D901}",
            "event_data": {"LogonType": "3", "Empty": "", "IpAddress": "203.0.113.5"}}});
    let mut dotted = serde_json::Map::new();
    fn flatten(
        prefix: &str,
        value: &serde_json::Value,
        out: &mut serde_json::Map<String, serde_json::Value>,
    ) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    let path = if prefix.is_empty() {
                        key.clone()
                    } else {
                        format!("{prefix}.{key}")
                    };
                    flatten(&path, value, out);
                }
            }
            other => {
                out.insert(prefix.to_owned(), other.clone());
            }
        }
    }
    flatten("", &nested, &mut dotted);
    let mut half = nested.clone();
    half["winlog"]["event_data.LogonType"] = json!("3");
    half["winlog"]["event_data.IpAddress"] = json!("203.0.113.5");
    half["winlog"]
        .as_object_mut()
        .unwrap()
        .shift_remove("event_data");
    for record in [nested, dotted.into(), half] {
        with_event(&record, |event| {
            let expect = Seen {
                keywords: None,
                ..logon()
            };
            assert_eq!(seen(event), expect, "{record}");
            assert_eq!(event.keyword_names(), ["Audit Success"]);
            assert_eq!(event.stated_outcome(), Some("success"));
            assert_eq!(event.task_name().as_deref(), Some("Logon"));
            assert_eq!(event.opcode_name().as_deref(), Some("Info"));
            assert_eq!(event.level_name().as_deref(), Some("information"));
            assert_eq!(event.message().as_deref(), Some("An account"));
            assert!(event.beside().is_some());
        });
    }
}

#[test]
fn winlogbeat_before_version_7() {
    let record = json!({"@timestamp": "2024-03-01T10:00:00.1234567Z", "log_name": "Security", "source_name": "Microsoft-Windows-Security-Auditing",
        "provider_guid": "{54849625-5478-4994-A5BA-3E3B0328C30D}", "event_id": 4624, "record_number": "77", "computer_name": "gw1.example.com",
        "process_id": 700, "thread_id": 704, "level": "Information", "keywords": ["Audit Success"], "activity_id": "{dbc05d38-994b-0003-395d-c0db4b99d901}",
        "event_data": {"LogonType": "3", "IpAddress": "203.0.113.5"}, "beat": {"name": "collector"}, "host": {"name": "collector"}});
    with_event(&record, |event| {
        assert_eq!(
            seen(event),
            Seen {
                keywords: None,
                ..logon()
            }
        );
        assert_eq!(event.level_name().as_deref(), Some("Information"));
        assert!(event.beside().is_none());
    });
    let record = json!({"@timestamp": "2024-03-01T10:00:00Z", "log_name": "x", "event_id": "1149",
        "user_data": {"xml_name": "EventXML", "Param1": "alice"}});
    with_event(&record, |event| {
        let seen = seen(event);
        assert_eq!(seen.user_data_name.as_deref(), Some("EventXML"));
        assert_eq!(seen.user_data, pairs(&[("Param1", "alice")]));
    });
}

#[test]
fn nxlog() {
    let record = json!({"EventTime": "2024-03-01 11:00:00", "@timestamp": "2024-03-01T10:00:00.1234567Z", "Hostname": "gw1.example.com",
        "Keywords": -9_214_364_837_600_034_816i64, "EventType": "AUDIT_SUCCESS", "SeverityValue": 2, "Severity": "INFO", "EventID": 4624,
        "SourceName": "Microsoft-Windows-Security-Auditing", "ProviderGuid": "{54849625-5478-4994-A5BA-3E3B0328C30D}", "Version": 2, "Task": 12544,
        "OpcodeValue": 0, "RecordNumber": 77, "ActivityID": "{DBC05D38-994B-0003-395D-C0DB4B99D901}", "ExecutionProcessID": 700, "ThreadID": 704,
        "Channel": "Security", "Message": "An account was successfully logged on.", "Category": "Logon", "Opcode": "Info",
        "LogonType": "3", "Empty": "", "Nothing at all": null, "IpAddress": "203.0.113.5", "EventReceivedTime": "2024-03-01 11:00:01",
        "SourceModuleName": "eventlog", "SourceModuleType": "im_msvistalog", "host": "collector", "port": 5, "tags": ["x"], "@version": "1"});
    with_event(&record, |event| {
        assert_eq!(seen(event), logon());
        assert_eq!(event.level(), Some(0));
        assert_eq!(event.version(), Some(2));
        assert_eq!(event.task_name().as_deref(), Some("Logon"));
        assert_eq!(event.stated_outcome(), Some("success"));
    });
    let mut text = record.clone();
    text["EventID"] = json!("4624");
    text["Channel"] = json!("security");
    with_event(&text, |event| {
        assert_eq!(
            seen(event),
            Seen {
                channel: Some("security".into()),
                ..logon()
            }
        );
    });
}

#[test]
fn names_of_nxlog_that_an_event_may_use_itself() {
    let header = json!({"SourceName": "Microsoft-Windows-Sysmon", "Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 13,
        "AccountName": "SYSTEM", "AccountType": "User", "Domain": "NT AUTHORITY", "UserID": "S-1-5-18", "ExecutionProcessID": 5,
        "EventType": "SetValue", "EventTypeOrignal": "INFO", "ProcessID": "77"});
    with_event(&header, |event| {
        let seen = seen(event);
        assert_eq!(
            seen.data,
            pairs(&[("EventType", "SetValue"), ("ProcessID", "77")])
        );
        assert_eq!(seen.user_id.as_deref(), Some("S-1-5-18"));
        assert_eq!(seen.process_id, Some(5));
    });
    let data = json!({"SourceName": "Microsoft-Windows-Security-Auditing", "Channel": "Security", "EventID": 4778,
        "AccountName": "alice", "AccountDomain": "LAB", "ClientAddress": "203.0.113.5", "EventType": "AUDIT_SUCCESS", "ProcessID": 604});
    with_event(&data, |event| {
        let seen = seen(event);
        assert_eq!(
            seen.data,
            pairs(&[
                ("AccountName", "alice"),
                ("AccountDomain", "LAB"),
                ("ClientAddress", "203.0.113.5")
            ])
        );
        assert_eq!(seen.process_id, Some(604));
    });
}

#[test]
fn parameters_that_only_the_message_has() {
    let record = json!({"SourceName": "Microsoft-Windows-TerminalServices-RemoteConnectionManager", "EventID": 1149, "Hostname": "gw1",
        "Channel": "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
        "Message": "Remote Desktop Services: User authentication succeeded:\r\n\r\nUser: alice\r\nDomain: LAB\r\nSource Network Address: 203.0.113.5"});
    with_event(&record, |event| {
        let seen = seen(event);
        assert_eq!(seen.user_data_name.as_deref(), Some("EventXML"));
        assert_eq!(
            seen.user_data,
            pairs(&[
                ("Param1", "alice"),
                ("Param2", "LAB"),
                ("Param3", "203.0.113.5")
            ])
        );
        assert!(seen.data.is_empty());
    });
}

#[test]
fn rows_of_log_analytics() {
    let row = |data: serde_json::Value| {
        json!({"TenantId": "t", "TimeGenerated": "2024-03-01T10:00:00.12Z", "SourceSystem": "OpsManager", "Computer": "gw1",
            "EventSourceName": "Microsoft-Windows-Security-Auditing", "Channel": "Security", "Task": 1, "Level": "0", "EventID": 4624,
            "Activity": "4624 - An account", "Type": "SecurityEvent", "Account": "LAB\\alice", "AccountType": "User", "Process": "x.exe",
            "EventData": data, "LogonType": 3, "MG": "0", "_ResourceId": "/x"})
    };
    for data in [
        json!(
            "<EventData xmlns=\"http://example.com/event\">\r\n  <Data Name=\"IpAddress\">203.0.113.5</Data>\r\n</EventData>"
        ),
        json!("{\"EventData\":{\"Data\":[{\"@Name\":\"IpAddress\",\"#text\":\"203.0.113.5\"}]}}"),
        json!({"IpAddress": "203.0.113.5"}),
    ] {
        with_event(&row(data), |event| {
            let seen = seen(event);
            assert_eq!(
                seen.data,
                pairs(&[("IpAddress", "203.0.113.5"), ("LogonType", "3")])
            );
            assert_eq!(seen.time.as_deref(), Some("2024-03-01T10:00:00.120Z"));
            assert_eq!(seen.computer.as_deref(), Some("gw1"));
            assert_eq!(seen.provider, logon().provider);
        });
    }
}

#[test]
fn evtxecmd() {
    let record = json!({"Payload": "{\"EventData\":{\"Data\":[{\"@Name\":\"LogonType\",\"#text\":\"3\"},{\"@Name\":\"IpAddress\",\"#text\":\"203.0.113.5\"}]}}",
        "PayloadData1": "Target: LAB\\alice", "MapDescription": "Successful logon", "Channel": "Security", "Provider": "Microsoft-Windows-Security-Auditing",
        "EventId": 4624, "EventRecordId": "77", "ProcessId": 700, "ThreadId": 704, "Level": "LogAlways", "Keywords": "Audit success",
        "Computer": "gw1.example.com", "TimeCreated": "2024-03-01T10:00:00.1234567+00:00", "SourceFile": "x"});
    with_event(&record, |event| {
        let expect = Seen {
            keywords: None,
            guid: None,
            activity_id: None,
            ..logon()
        };
        assert_eq!(seen(event), expect);
        assert_eq!(event.keyword_names(), ["Audit success"]);
    });
}

#[test]
fn exports_of_elasticsearch_are_unwrapped() {
    let document = json!({"@timestamp": "2024-03-01T10:00:00Z", "winlog": {"event_id": "4624", "event_data": {"LogonType": "3"}}});
    for record in [
        json!({"_index": "x", "_id": "1", "_source": document}),
        json!({"_source": {"_source": document}}),
        json!({"_index": "x", "_id": "1", "fields": {"@timestamp": ["2024-03-01T10:00:00Z"], "winlog.event_id": "4624", "winlog.event_data.LogonType": ["3"]}}),
    ] {
        with_event(&record, |event| {
            assert_eq!(event.data("LogonType").as_deref(), Some("3"), "{record}");
            assert_eq!(event.event_id(), Some(4624));
        });
    }
}

#[test]
fn what_is_mapped_already_or_something_else_stays_as_it_is() {
    for record in [
        json!({"event": {"category": ["authentication"], "code": "4624"}, "winlog": {"event_id": "4624"}}),
        json!({"event.category": "authentication", "EventID": 4624, "Channel": "Security"}),
        json!({"event": {"original": "{\"EventID\":4624}"}, "message": "x"}),
        json!({"event_id": 5, "message": "another program's"}),
        json!({"EventID": "startup", "Channel": "x"}),
        json!({"winlog": {"event_id": "many"}}),
        json!({"eventid": "cowrie.login.success", "src_ip": "203.0.113.5"}),
    ] {
        let (keep, counts) = read(format!("{record}\n").as_bytes());
        assert_eq!(counts.records, 1);
        for (key, value) in record.as_object().unwrap() {
            if key.contains('.') {
                continue;
            }
            assert_eq!(&keep.events[0].1[key], value, "{record}");
        }
    }
}

#[test]
fn every_record_is_judged_by_itself() {
    let text = concat!(
        "{\"message\":\"first\"}\n",
        "{\"EventID\":4624,\"Channel\":\"Security\",\"SourceName\":\"Microsoft-Windows-Security-Auditing\",\"LogonType\":\"3\"}\n",
        "{\"Event\":{\"System\":{\"EventID\":4624,\"Channel\":\"Security\",\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-Security-Auditing\"}}},\"EventData\":{\"LogonType\":3}}}\n",
        "{\"winlog\":{\"event_id\":\"4624\",\"channel\":\"Security\",\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"event_data\":{\"LogonType\":\"3\"}}}\n",
    );
    let (keep, counts) = read(text.as_bytes());
    assert_eq!((counts.records, counts.unreadable), (4, 0));
    for (_, document) in &keep.events[1..] {
        assert_eq!(document["event"]["category"], json!(["authentication"]));
        assert_eq!(document["event"]["code"], "4624");
        assert_eq!(document["winlog"]["event_data"]["LogonType"], "3");
    }
}

#[test]
fn authentication_lines_that_something_carries() {
    let text = concat!(
        r#"{"log":"Jan  2 03:04:05 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2\n","stream":"stdout","time":"2026-01-02T03:04:06.5Z"}"#,
        "\n",
        r#"{"@timestamp":"2026-01-02T03:04:08Z","agent":{"type":"filebeat"},"message":"2026-01-02T03:04:07+01:00 web sudo: pam_unix(sudo:auth): authentication failure; logname=joe uid=1000 euid=0 tty=/dev/pts/0 ruser=joe rhost=  user=joe"}"#,
        "\n",
        // A document that is mapped keeps its own fields.
        r#"{"@timestamp":"2026-01-02T03:04:09Z","event":{"kind":"event"},"message":"Jan  2 03:04:05 web sshd[7]: Accepted password for joe from 192.0.2.7 port 9 ssh2"}"#,
        "\n",
        r#"{"@timestamp":"2026-01-02T03:04:09Z","message":"he said: Accepted password for joe from 192.0.2.7 port 9 ssh2"}"#,
        "\n",
    );
    let (kept, _) = read(text.as_bytes());
    let documents = kept.documents();
    let field = |at: usize, path: &str| {
        let pointer = format!("/{}", path.replace('.', "/"));
        documents[at].pointer(&pointer).map(ToString::to_string)
    };
    let told = |at: usize| {
        ["@timestamp", "event.outcome", "user.name", "source.ip"].map(|path| field(at, path))
    };
    let text = |value: &str| Some(format!("\"{value}\""));
    assert_eq!(
        told(0),
        [
            text("2026-01-02T03:04:06.500Z"),
            text("success"),
            text("joe"),
            text("192.0.2.7"),
        ],
        "a line without a year has the time of its carrier"
    );
    assert_eq!(
        told(1)[..2],
        [text("2026-01-02T02:04:07.000Z"), text("failure")]
    );
    assert_eq!(told(2)[1], None);
    assert_eq!(told(3)[1], None);
}
