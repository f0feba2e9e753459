//! The ready-made events are read back with the names and values that Windows gives them.

use evtx::EvtxParser;
use gatewatch_testkit::evtx::{Event, EvtxFile, FileTime, Guid, Payload};
use gatewatch_testkit::windows::{
    Account, Connection, Failure, Host, Logon, NetworkConnection, ObjectAccess, ProcessStart,
    SessionChange, SysmonProcess,
};
use gatewatch_testkit::winlogbeat;
use serde_json::{Value as Json, json};

fn host() -> Host {
    Host::new("web1.lab.example", "LAB")
}

fn time() -> FileTime {
    FileTime::at("2026-03-01T08:00:00.25Z")
}

/// One of each, with the number of values that its template has.
fn all() -> Vec<(Event, usize)> {
    let mut events = logons_and_sessions();
    events.extend(processes_and_connections());
    events
}

fn logons_and_sessions() -> Vec<(Event, usize)> {
    let host = host();
    let alice = host.user("alice", 1104);
    let logon = |version| Logon {
        version,
        ..Logon::network(alice.clone(), "203.0.113.9")
    };
    let session = |change| host.session_changed(change, &alice, 2, "203.0.113.9");
    vec![
        (host.logon(&logon(0)), 20),
        (host.logon(&logon(1)), 21),
        (host.logon(&logon(2)), 27),
        (host.logon(&logon(3)), 28),
        (host.logon_failed(&logon(0), Failure::BadPassword), 21),
        (host.logoff(&alice, 3), 5),
        (host.explicit_logon(&alice, &alice, "fs1", "-"), 14),
        (host.special_logon(&alice), 5),
        (
            host.group_membership(&logon(0), std::slice::from_ref(&alice.sid)),
            12,
        ),
        (host.kerberos_ticket(&alice, "203.0.113.9", 50123), 14),
        (
            host.kerberos_service_ticket(&alice, &host.machine(), "::1", 0),
            11,
        ),
        (host.credential_validated("alice", "PC1", None), 4),
        (host.session_reconnected(&alice, "PC1", "203.0.113.9"), 6),
        (host.session_disconnected(&alice, "PC1", "LOCAL"), 6),
        (host.log_cleared(&alice), 4),
        (host.rdp_authenticated("alice", "LAB", "203.0.113.9"), 3),
        (session(SessionChange::Logon), 3),
        (session(SessionChange::ShellStart), 3),
        (session(SessionChange::Logoff), 2),
        (session(SessionChange::Disconnect), 3),
        (session(SessionChange::Reconnect), 3),
        (host.rdp_connection_accepted("TCP", "203.0.113.9:50123"), 2),
        (host.rdp_connection_refused("203.0.113.9"), 1),
        (host.gateway_connected(&alice, "203.0.113.9", "fs1"), 6),
        (host.winrm_shell_created(&alice, "203.0.113.9"), 1),
        (host.winrm_authenticated(&alice, "NTLM"), 2),
        (
            host.pipeline_executed(&alice, "Severity = Informational", "id"),
            3,
        ),
        (
            host.script_block(&alice, (1, 2), "id", Guid([9; 16]), ""),
            5,
        ),
        (
            host.sshd("Failed password for alice from 203.0.113.9 port 4 ssh2"),
            2,
        ),
    ]
}

fn processes_and_connections() -> Vec<(Event, usize)> {
    let host = host();
    let alice = host.user("alice", 1104);
    let process = ProcessStart {
        process_id: 0x1234,
        path: r"C:\Windows\System32\cmd.exe".into(),
        command_line: "cmd.exe /c \"echo  1\" 2".into(),
        parent_id: 0x400,
        parent_path: r"C:\Windows\explorer.exe".into(),
    };
    let object = ObjectAccess {
        object_type: "File".into(),
        object_name: r"C:\a".into(),
        handle_id: 0x44,
        access_list: "%%4416".into(),
        access_reason: "-".into(),
        access_mask: 1,
        process_id: 0x1234,
        process_name: r"C:\Windows\System32\cmd.exe".into(),
    };
    let connection = Connection {
        process_id: 1188,
        application: r"\device\harddiskvolume2\windows\system32\svchost.exe".into(),
        inbound: true,
        source_address: "10.0.0.7".into(),
        source_port: 3389,
        destination_address: "203.0.113.9".into(),
        destination_port: 50123,
        protocol: 6,
    };
    let shell = SysmonProcess {
        guid: Guid([7; 16]),
        process_id: 4660,
        image: r"C:\Windows\System32\cmd.exe".into(),
        command_line: "cmd.exe".into(),
        user: alice.clone(),
    };
    let network = NetworkConnection {
        protocol: "tcp".into(),
        initiated: true,
        source_address: "10.0.0.7".into(),
        source_port: 50123,
        destination_address: "203.0.113.9".into(),
        destination_port: 443,
    };
    vec![
        (host.process_created(&alice, &process), 15),
        (host.process_exited(&alice, 0x1234, process.path.clone()), 7),
        (host.handle_requested(&alice, &object), 17),
        (host.handle_closed(&alice, &object), 8),
        (host.object_accessed(&alice, &object), 13),
        (
            host.share_accessed(&alice, r"\\*\C$", "203.0.113.9", 50123),
            11,
        ),
        (host.connection_allowed(&connection), 13),
        (host.bind_permitted(&connection), 8),
        (host.sysmon_process(time(), &shell, &shell, "SHA256=AB"), 23),
        (host.sysmon_network(time(), &shell, &network), 18),
        (host.sysmon_process_ended(time(), &shell), 6),
        (
            host.sysmon_image_loaded(time(), &shell, r"C:\a.dll", "MD5=AB"),
            16,
        ),
        (
            host.sysmon_process_access(time(), &shell, &shell, (0x1000, "a".into())),
            13,
        ),
        (host.sysmon_file_created(time(), &shell, r"C:\a.txt"), 8),
        (
            host.sysmon_registry_set(time(), &shell, r"HKLM\A\B", "1"),
            9,
        ),
    ]
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

#[test]
fn every_event_is_read_back() {
    let events = all();
    let file = EvtxFile::new().events(events.iter().map(|(event, _)| event.clone().time(time())));
    let records: Vec<Json> = EvtxParser::from_buffer(file.finish().unwrap())
        .unwrap()
        .records_json_value()
        .map(|record| record.unwrap().data)
        .collect();
    assert_eq!(records.len(), events.len());
    for (record, (event, values)) in records.iter().zip(&events) {
        let id = event.event_id;
        let read = &record["Event"];
        assert_eq!(read["System"]["EventID"], json!(id));
        assert_eq!(read["System"]["Channel"], json!(event.channel));
        let (data, names): (&Json, Vec<&str>) = match &event.payload {
            Payload::EventData { fields, .. } => (
                &read["EventData"],
                fields
                    .iter()
                    .map(|field| field.name.as_deref().unwrap())
                    .collect(),
            ),
            Payload::UserData(element) => (
                &read["UserData"][element.name.as_ref()],
                [
                    "Param1",
                    "Param2",
                    "Param3",
                    "User",
                    "SessionID",
                    "Address",
                    "Username",
                    "IpAddress",
                    "AuthType",
                    "Resource",
                    "ConnectionProtocol",
                    "ErrorCode",
                    "SubjectUserSid",
                    "SubjectUserName",
                    "SubjectDomainName",
                    "SubjectLogonId",
                ]
                .into_iter()
                .filter(|name| event.value(name).is_some())
                .collect(),
            ),
            other => panic!("{other:?}"),
        };
        assert_eq!(names.len(), *values, "{id}");
        for name in names {
            let expected = event.value(name).unwrap().to_text();
            assert_eq!(text(&data[name]), expected, "{id} {name}");
        }
    }
}

#[test]
fn documents_are_as_the_pipelines_leave_them() {
    let host = host();
    let alice = host.user("alice", 1104);
    let desktop = Logon::remote_desktop(alice.clone(), "::ffff:203.0.113.9")
        .by(host.machine())
        .from_workstation("PC1");
    let event = host.logon(&desktop).time(time());
    let document = winlogbeat::document(&event, 77);
    let expected = [
        ("/@timestamp", json!("2026-03-01T08:00:00.250Z")),
        ("/event/code", json!("4624")),
        ("/event/category", json!(["authentication"])),
        ("/event/outcome", json!("success")),
        ("/source/ip", json!("203.0.113.9")),
        ("/source/domain", json!("PC1")),
        ("/source/port", json!(0)),
        ("/user/name", json!("alice")),
        ("/related/user", json!(["alice", "WEB1$"])),
        ("/process/name", json!("svchost.exe")),
        ("/process/pid", json!(0x49c)),
        ("/winlog/logon/type", json!("RemoteInteractive")),
        ("/winlog/event_data/LogonType", json!("10")),
        ("/winlog/event_data/TargetUserName", json!("alice")),
        ("/winlog/record_id", json!("77")),
    ];
    for (path, value) in expected {
        assert_eq!(document.pointer(path), Some(&value), "{path}");
    }
    assert_eq!(document.pointer("/winlog/event_data/IpAddress"), None);

    let service = host.logon(&Logon::service(Account::system()));
    let document = winlogbeat::document(&service, 1);
    assert_eq!(document.pointer("/source/ip"), None);
    assert_eq!(
        document.pointer("/winlog/event_data/IpAddress"),
        Some(&json!("-"))
    );

    let event = host.rdp_authenticated("alice", "", "203.0.113.9");
    let document = winlogbeat::document(&event, 1);
    let data = document.pointer("/winlog/user_data").unwrap();
    let expected = json!({"Param1": "alice", "Param3": "203.0.113.9", "xml_name": "EventXML"});
    assert_eq!(data, &expected);
}
