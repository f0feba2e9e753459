//! PowerShell, Sysmon, and the channels that the extension maps, on records made by hand.

#[path = "windows_support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use gatewatch_ingest::source::windows::{Options, extension_fields};
use serde_json::json;
use support::{TestRecord, flat};

#[track_caller]
fn check(record: &TestRecord, expect: &[(&str, &[&str])]) {
    record.document();
    for (field, values) in expect {
        assert_eq!(record.values(field), *values, "{field}");
    }
}

fn sysmon(code: u32, data: &[(&str, &str)]) -> TestRecord {
    TestRecord::new(
        "Microsoft-Windows-Sysmon",
        "Microsoft-Windows-Sysmon/Operational",
        code,
    )
    .with_data(data)
}

#[test]
fn sysmon_process_creation() {
    let mut record = sysmon(
        1,
        &[
            ("UtcTime", "2024-03-01 10:00:49.001"),
            ("ProcessGuid", "{1}"),
            ("ProcessId", "77"),
            ("Image", r"C:\Windows\System32\cmd.exe"),
            ("CommandLine", r#""C:\Windows\System32\cmd.exe" /c "a b""#),
            ("ParentImage", r"C:\Windows\explorer.exe"),
            ("ParentCommandLine", "explorer"),
            ("Hashes", "MD5=AB,SHA256=CD,IMPHASH=00"),
            ("OriginalFileName", "-"),
            ("Company", "Example"),
            ("User", r"CORP\alice"),
            ("RuleName", "-"),
            ("LogonGuid", "{00000000-0000-0000-0000-000000000000}"),
        ],
    );
    record.task = Some(1);
    check(
        &record,
        &[
            ("@timestamp", &["2024-03-01T10:00:49.001Z"]),
            ("event.created", &["2024-03-01T10:00:50.1234567Z"]),
            ("event.action", &["Process Create (rule: ProcessCreate)"]),
            (
                "process.args",
                &[r"C:\Windows\System32\cmd.exe", "/c", "a b"],
            ),
            ("process.args_count", &["3"]),
            ("process.hash.md5", &["ab"]),
            ("process.hash.sha256", &["cd"]),
            ("process.pe.imphash", &[]),
            ("related.hash", &["ab", "cd"]),
            ("process.pe.original_file_name", &[]),
            ("process.pe.company", &["Example"]),
            ("process.parent.args", &["explorer"]),
            ("user.name", &["alice"]),
            ("user.domain", &["CORP"]),
            ("rule.name", &[]),
            ("winlog.event_data.LogonGuid", &[]),
            ("winlog.event_data.UtcTime", &[]),
            ("winlog.event_data.Company", &["Example"]),
        ],
    );
}

#[test]
fn sysmon_without_a_time_of_its_own_has_that_of_the_record() {
    let record = sysmon(5, &[("UtcTime", "soon")]);
    check(
        &record,
        &[("@timestamp", &["2024-03-01T10:00:50.1234567Z"])],
    );
}

#[test]
fn sysmon_connections_and_images() {
    let network = sysmon(
        3,
        &[
            ("Protocol", "tcp"),
            ("Initiated", "false"),
            ("SourceIsIpv6", "false"),
            ("SourceIp", "203.0.113.7"),
            ("SourcePort", "50000"),
            ("DestinationIp", "192.0.2.1"),
            ("DestinationPort", "3389"),
            ("DestinationPortName", "-"),
        ],
    );
    check(
        &network,
        &[
            ("event.type", &["start", "connection", "protocol"]),
            ("network.direction", &["ingress"]),
            ("network.type", &["ipv4"]),
            ("network.protocol", &[]),
            ("source.ip", &["203.0.113.7"]),
            ("destination.port", &["3389"]),
            ("related.ip", &["203.0.113.7", "192.0.2.1"]),
        ],
    );
    assert_eq!(network.values("network.community_id").len(), 1);
    let image = sysmon(
        7,
        &[
            ("ImageLoaded", r"C:\x\evil.dll"),
            ("Signed", "true"),
            ("SignatureStatus", "Valid"),
            ("Hashes", "SHA1=0A"),
            ("OriginalFileName", "good.dll"),
        ],
    );
    check(
        &image,
        &[
            ("file.name", &["evil.dll"]),
            ("file.extension", &["dll"]),
            ("file.hash.sha1", &["0a"]),
            ("file.code_signature.signed", &["true"]),
            ("file.code_signature.valid", &["true"]),
            ("file.pe.original_file_name", &["good.dll"]),
            ("process.pe.original_file_name", &[]),
        ],
    );
}

#[test]
fn sysmon_registry_and_dns() {
    let registry = sysmon(
        13,
        &[
            (
                "TargetObject",
                r"HKLM\System\CurrentControlSet\Control\Terminal Server\fDenyTSConnections",
            ),
            ("Details", "DWORD (0x00000000)"),
        ],
    );
    check(
        &registry,
        &[
            ("event.category", &["configuration", "registry"]),
            ("registry.hive", &["HKLM"]),
            (
                "registry.key",
                &[r"System\CurrentControlSet\Control\Terminal Server\fDenyTSConnections"],
            ),
            ("registry.value", &["fDenyTSConnections"]),
            ("registry.data.strings", &["0"]),
            ("registry.data.type", &["SZ_DWORD"]),
        ],
    );
    let dns = sysmon(
        22,
        &[
            ("QueryName", "www.example.com"),
            ("QueryStatus", "0"),
            (
                "QueryResults",
                "type:  5 alias.example.net;::ffff:192.0.2.8;2001:db8::8;junk;",
            ),
        ],
    );
    check(
        &dns,
        &[
            ("dns.question.registered_domain", &["example.com"]),
            ("dns.question.subdomain", &["www"]),
            ("dns.question.top_level_domain", &["com"]),
            ("dns.resolved_ip", &["192.0.2.8", "2001:db8::8"]),
            ("dns.answers.type", &["CNAME", "A", "AAAA"]),
            (
                "dns.answers.data",
                &["alias.example.net", "192.0.2.8", "2001:db8::8"],
            ),
            ("related.hosts", &["alias.example.net", "www.example.com"]),
            ("sysmon.dns.status", &["SUCCESS"]),
            ("network.protocol", &["dns"]),
        ],
    );
    let pipe = sysmon(17, &[("PipeName", r"\evil"), ("Image", "x")]);
    check(&pipe, &[("file.name", &[r"\evil"]), ("process.name", &[])]);
    let error = sysmon(255, &[("ID", "Dropped")]);
    check(&error, &[("error.code", &["Dropped"])]);
}

#[test]
fn powershell_classic_and_operational() {
    let classic = TestRecord::new("PowerShell", "Windows PowerShell", 400).with_data(&[
        ("param1", "Available"),
        ("param2", "None"),
        (
            "param3",
            "\tNewEngineState=Available\r\n\tPreviousEngineState=None\r\n\r\n\tSequenceNumber=13\r\n\r\n\tHostName=ConsoleHost\r\n\tHostApplication=powershell.exe -c x\r\n\tOther=y\r\n\tCommandLine=",
        ),
    ]);
    check(
        &classic,
        &[
            ("event.category", &["process"]),
            ("event.type", &["start"]),
            ("event.sequence", &["13"]),
            ("powershell.engine.new_state", &["Available"]),
            ("process.command_line", &["powershell.exe -c x"]),
            ("process.args", &["powershell.exe", "-c", "x"]),
            ("process.title", &["ConsoleHost"]),
            ("winlog.event_data.param3", &[]),
            ("winlog.event_data.Other", &["y"]),
        ],
    );
    assert_eq!(
        classic.document().get("event.category"),
        Some(&json!("process"))
    );
    let module = TestRecord::new(
        "Microsoft-Windows-PowerShell",
        "Microsoft-Windows-PowerShell/Operational",
        4103,
    )
    .with_data(&[
        (
            "ContextInfo",
            "        Host Name = ConsoleHost\r\n        User = CORP\\svc\r\n        Connected User = CORP\\alice\r\n        Script Name = C:\\x\\y.ps1\r\n",
        ),
        (
            "Payload",
            "CommandInvocation(Get-X): \"Get-X\"\r\nParameterBinding(Get-X): name=\"A\"; value=\"b\"\r\n",
        ),
    ]);
    check(
        &module,
        &[
            ("user.name", &["alice"]),
            ("source.user.name", &["alice"]),
            ("destination.user.name", &["svc"]),
            ("related.user", &["svc", "alice"]),
            ("file.name", &["y.ps1"]),
            (
                "powershell.command.invocation_details.type",
                &["CommandInvocation", "ParameterBinding"],
            ),
            (
                "powershell.command.invocation_details.value",
                &["\"Get-X\"", "\"b\""],
            ),
        ],
    );
    let mut block = TestRecord::new(
        "Microsoft-Windows-PowerShell",
        "Microsoft-Windows-PowerShell/Operational",
        4104,
    )
    .with_data(&[
        ("MessageNumber", "1"),
        ("MessageTotal", "2"),
        ("ScriptBlockText", "whoami\r\n"),
        ("Path", r"C:\x.ps1"),
    ]);
    block.task = Some(2);
    block.level = Some(5);
    check(
        &block,
        &[
            ("event.action", &["Execute a Remote Command"]),
            ("log.level", &["verbose"]),
            ("powershell.sequence", &["1"]),
            ("powershell.file.script_block_text", &["whoami"]),
            ("file.path", &[r"C:\x.ps1"]),
            ("winlog.event_data.ScriptBlockText", &[]),
        ],
    );
}

const LISTENER: &str = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";
const SESSIONS: &str = "Microsoft-Windows-TerminalServices-LocalSessionManager";

fn operational(provider: &str, code: u32) -> TestRecord {
    TestRecord::new(provider, &format!("{provider}/Operational"), code)
}

#[test]
fn remote_desktop_from_listener_to_session() {
    let authenticated = operational(LISTENER, 1149).with_user_data(
        "EventXML",
        &[
            ("Param1", "alice"),
            ("Param2", ""),
            ("Param3", "fe80::1%10"),
        ],
    );
    check(
        &authenticated,
        &[
            ("event.category", &["authentication"]),
            ("event.outcome", &["success"]),
            ("user.name", &["alice"]),
            ("user.domain", &[]),
            ("source.ip", &["fe80::1"]),
            ("winlog.user_data.Param3", &["fe80::1%10"]),
        ],
    );
    let session = operational(SESSIONS, 25).with_user_data(
        "EventXML",
        &[
            ("User", r"CORP\alice"),
            ("Address", "203.0.113.7"),
            ("SessionID", "3"),
        ],
    );
    check(
        &session,
        &[
            ("event.category", &["session"]),
            ("event.action", &["session-reconnected"]),
            ("user.name", &["alice"]),
            ("user.domain", &["CORP"]),
            ("source.ip", &["203.0.113.7"]),
            ("related.ip", &["203.0.113.7"]),
        ],
    );
    let console = operational(SESSIONS, 21)
        .with_user_data("EventXML", &[("User", r"CORP\alice"), ("Address", "LOCAL")]);
    check(&console, &[("source.ip", &[]), ("user.name", &["alice"])]);
    let accepted = operational("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", 131)
        .with_data(&[("ConnType", "TCP"), ("ClientIP", "[2001:db8::7]:65464")]);
    check(
        &accepted,
        &[
            ("source.ip", &["2001:db8::7"]),
            ("source.port", &["65464"]),
            ("network.transport", &["tcp"]),
        ],
    );
    let failed = operational("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", 140)
        .with_data(&[("IPString", "203.0.113.7")]);
    check(
        &failed,
        &[
            ("event.outcome", &["failure"]),
            ("source.ip", &["203.0.113.7"]),
        ],
    );
}

#[test]
fn gateway_winrm_and_the_security_additions() {
    let gateway = operational("Microsoft-Windows-TerminalServices-Gateway", 303).with_user_data(
        "EventInfo",
        &[
            ("Username", "alice@corp.example"),
            ("IpAddress", "203.0.113.7:63913"),
            ("Resource", "srv1.corp.example"),
            ("SessionDuration", "168"),
            ("BytesReceived", "10"),
            ("ErrorCode", "1226"),
        ],
    );
    check(
        &gateway,
        &[
            ("user.name", &["alice"]),
            ("user.domain", &["corp.example"]),
            ("source.ip", &["203.0.113.7"]),
            ("source.port", &["63913"]),
            ("destination.domain", &["srv1.corp.example"]),
            ("event.duration", &["168000000000"]),
            ("source.bytes", &["10"]),
            ("event.outcome", &[]),
        ],
    );
    let shell = operational("Microsoft-Windows-WinRM", 91).with_data(&[(
        "resourceUri",
        r"http://schemas.example/shell (CORP\eve clientIP: 203.0.113.9)",
    )]);
    check(
        &shell,
        &[
            ("user.name", &["eve"]),
            ("source.ip", &["203.0.113.9"]),
            ("event.action", &["winrm-shell-created"]),
        ],
    );
    let authenticated = operational("Microsoft-Windows-WinRM", 169).with_data(&[
        ("username", r"corp\eve"),
        ("authenticationMechanism", "NTLM"),
    ]);
    check(
        &authenticated,
        &[("user.name", &["eve"]), ("event.outcome", &["success"])],
    );
    let filtered = TestRecord::security(
        5156,
        &[
            ("ProcessID", "4"),
            ("Application", r"\device\x\svchost.exe"),
            ("Direction", "%%14592"),
            ("SourceAddress", "203.0.113.7"),
            ("DestAddress", "192.0.2.1"),
            ("DestPort", "5985"),
            ("Protocol", "6"),
        ],
    );
    check(
        &filtered,
        &[
            ("process.name", &["svchost.exe"]),
            ("source.ip", &["203.0.113.7"]),
            ("destination.port", &["5985"]),
            ("network.direction", &["ingress"]),
            ("network.transport", &["tcp"]),
            ("winlog.event_data.DirectionDescription", &["Inbound"]),
        ],
    );
    let value = TestRecord::security(
        4657,
        &[
            (
                "ObjectName",
                r"\REGISTRY\MACHINE\SYSTEM\ControlSet001\Control\Terminal Server",
            ),
            ("ObjectValueName", "fDenyTSConnections"),
            ("NewValue", "0"),
            ("NewValueType", "%%1876"),
        ],
    );
    check(
        &value,
        &[
            (
                "registry.path",
                &[r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\fDenyTSConnections"],
            ),
            ("registry.data.strings", &["0"]),
            ("registry.data.type", &["REG_DWORD"]),
        ],
    );
}

#[test]
fn openssh_is_read_as_sshd_on_linux() {
    let said = |payload: &str| {
        TestRecord::new("OpenSSH", "OpenSSH/Operational", 4)
            .with_data(&[("process", "sshd"), ("payload", payload)])
    };
    check(
        &said("Accepted password for alice from 203.0.113.7 port 50000 ssh2"),
        &[
            ("event.category", &["authentication", "session"]),
            ("event.type", &["info"]),
            ("event.action", &["ssh_login"]),
            ("event.outcome", &["success"]),
            ("user.name", &["alice"]),
            ("source.ip", &["203.0.113.7"]),
            ("source.port", &["50000"]),
            ("system.auth.ssh.event", &["Accepted"]),
            ("system.auth.ssh.method", &["password"]),
            ("process.name", &["sshd"]),
        ],
    );
    // The name was made to look like an address.
    check(
        &said(
            "Failed password for invalid user x from 192.0.2.1 port 1 ssh2 from 203.0.113.7 port 9 ssh2",
        ),
        &[
            ("event.outcome", &["failure"]),
            ("source.ip", &["203.0.113.7"]),
            ("source.port", &["9"]),
        ],
    );
    check(
        &said("Server listening on :: port 22."),
        &[
            ("event.category", &[]),
            ("event.outcome", &[]),
            ("source.ip", &[]),
            ("message", &["Server listening on :: port 22."]),
        ],
    );
}

/// Every event of the extension, filled with every value that its fields read; other hosts are called `host`.
fn extended(host: &str) -> Vec<TestRecord> {
    let url = format!("{host}/wsman");
    let values: &[(&str, &str)] = &[
        ("Application", r"C:\a.exe"),
        ("SourceAddress", "203.0.113.7"),
        ("SourcePort", "5"),
        ("DestAddress", "192.0.2.1"),
        ("DestPort", "6"),
        ("Protocol", "6"),
        ("Direction", "%%14592"),
        ("ProcessId", "0x4"),
        ("ProcessName", r"C:\b.exe"),
        ("ObjectName", r"\REGISTRY\USER\x"),
        ("ObjectValueName", "v"),
        ("NewValue", "1"),
        ("NewValueType", "%%1873"),
        ("ConnType", "UDP"),
        ("ClientIP", "203.0.113.7:9"),
        ("IPString", "203.0.113.7:9"),
        ("Value", host),
        ("connection", &url),
        ("resourceUri", r"u (CORP\a clientIP: 203.0.113.7)"),
        ("username", r"CORP\a"),
        ("IpAddress", "203.0.113.7"),
        ("IpPort", "9"),
        ("LogonType", "10"),
        ("TargetUserName", "a"),
        ("TargetLogonId", "0x1"),
        ("AuthenticationPackageName", "Negotiate"),
        ("AccountName", "a"),
        ("ClientAddress", "203.0.113.7"),
        ("LogonID", "0x1"),
        ("process", "sshd"),
        ("Session_ID", "7"),
        ("SPID", "alice@example.com"),
        ("SRC_Name", "laptop"),
        (
            "payload",
            "Accepted publickey for alice from 203.0.113.7 port 4 ssh2: RSA SHA256:x",
        ),
    ];
    let user_values: &[(&str, &str)] = &[
        ("Param1", r"CORP\alice"),
        ("Param3", "203.0.113.7:9"),
        ("User", r"CORP\alice"),
        ("Address", "203.0.113.7:9"),
        ("Reason", "5"),
        ("Username", r"CORP\alice"),
        ("IpAddress", "203.0.113.7:9"),
        ("Resource", host),
        ("ConnectionProtocol", "UDP"),
        ("ErrorCode", "0"),
        ("SessionDuration", "1"),
        ("BytesReceived", "1"),
        ("BytesTransfered", "1"),
    ];
    let events: BTreeSet<(&str, u32)> = extension_fields()
        .flat_map(|(channel, ids, _)| ids.iter().map(move |id| (channel, *id)))
        .collect();
    events
        .into_iter()
        .map(|(channel, id)| {
            let provider = match channel {
                "Security" => "Microsoft-Windows-Security-Auditing",
                other => other.trim_end_matches("/Operational"),
            };
            let said = match id {
                100 => "alice Connected\n\nVersion: 1",
                101 => "alice Disconnected\n\nVersion: 1",
                _ => "Transferred files with action 'RunElevated':\na.exe\n\nVersion: 1",
            };
            let data = [values, &[("param1", said)]].concat();
            let mut record = TestRecord::new(provider, channel, id).with_data(&data);
            if channel.contains("TerminalServices") {
                record = record.with_user_data("EventXML", user_values);
            }
            record.user_id = Some("S-1-5-20".to_owned());
            record
        })
        .collect()
}

#[test]
fn the_extension_adds_what_it_lists_and_nothing_else() {
    let off = Options {
        extension: false,
        ..Options::default()
    };
    let mut seen: BTreeSet<(String, u32, String)> = BTreeSet::new();
    let records = ["192.0.2.5", "srv1.corp.example"].map(extended).concat();
    for record in records {
        let channel = record.channel.clone().expect("it has one");
        let id = record.event_id.expect("it has one");
        let with = flat(record.document().as_map());
        let without = flat(record.document_with(off).as_map());
        let listed: BTreeSet<&str> = extension_fields()
            .filter(|(known, ids, _)| *known == channel && ids.contains(&id))
            .map(|(.., field)| field)
            .collect();
        for (path, value) in &with {
            let listed = listed.contains(path.as_str());
            assert!(
                listed || without.get(path) == Some(value),
                "{channel} {id} {path}"
            );
            if listed {
                seen.insert((channel.clone(), id, path.clone()));
            }
        }
        for path in without.keys() {
            assert!(with.contains_key(path), "{channel} {id} {path} is lost");
        }
    }
    for (channel, ids, field) in extension_fields() {
        for id in ids {
            let one = (channel.to_owned(), *id, field.to_owned());
            assert!(seen.contains(&one), "{one:?} is never set");
        }
    }
}

#[test]
fn every_listed_field_is_documented() {
    let page = include_str!("../../../docs/sources/windows-remote.md");
    for (channel, ids, field) in extension_fields() {
        assert!(page.contains(channel), "{channel}");
        assert!(page.contains(&format!("`{field}`")), "{field}");
        for id in ids {
            assert!(page.contains(&id.to_string()), "{channel} {id}");
        }
    }
}

/// `service outcome user ip`, `-` for what is not said.
fn access(record: &TestRecord) -> String {
    let document = record.document();
    let part = |name: &str| {
        let value = document.get(&format!("gatewatch.remote.{name}"));
        value
            .and_then(|value| value.as_str())
            .unwrap_or("-")
            .to_owned()
    };
    ["service", "outcome", "user", "ip"].map(part).join(" ")
}

#[test]
fn logons_over_the_network_are_accesses() {
    for (id, logon_type, address, expect) in [
        (4624, "10", "203.0.113.7", "rdp success alice 203.0.113.7"),
        (
            4624,
            "3",
            "::ffff:203.0.113.7",
            "windows success alice 203.0.113.7",
        ),
        (
            4625,
            "3",
            "203.0.113.7",
            "windows failure alice 203.0.113.7",
        ),
        (4624, "3", "127.0.0.1", "- - - -"),
        (4624, "3", "-", "- - - -"),
        (4624, "2", "203.0.113.7", "- - - -"),
    ] {
        let provider = "Microsoft-Windows-Security-Auditing";
        let record = TestRecord::new(provider, "Security", id).with_data(&[
            ("LogonType", logon_type),
            ("IpAddress", address),
            ("TargetUserName", "alice"),
        ]);
        assert_eq!(access(&record), expect, "{id} {logon_type} {address}");
    }
    let sessions = "Microsoft-Windows-TerminalServices-LocalSessionManager";
    for (address, expect) in [
        ("203.0.113.7", "rdp success alice 203.0.113.7"),
        ("LOCAL", "- - alice -"),
    ] {
        let record = TestRecord::new(sessions, &format!("{sessions}/Operational"), 21)
            .with_user_data("EventXML", &[("User", r"CORP\alice"), ("Address", address)]);
        assert_eq!(access(&record), expect, "{address}");
    }
}

#[test]
fn sessions_of_remote_tools_are_accesses() {
    for (provider, id, said, expect) in [
        (
            "ScreenConnect",
            100,
            "Eve Connected\r\n\r\nVersion: 23.8.6.8735\r\n",
            "remote-tool success Eve -",
        ),
        (
            "ScreenConnect Client (0123456789abcdef)",
            101,
            "x Connected Disconnected\n\nVersion: 23.8.6.8735\n",
            "remote-tool end x Connected -",
        ),
        (
            "ScreenConnect",
            100,
            "The service Connected to a relay\n",
            "remote-tool success - -",
        ),
        ("ScreenConnect", 201, "Transferred files\n", "- - - -"),
        (
            "ScreenConnect Web Server",
            100,
            "Eve Connected\n",
            "- - - -",
        ),
        ("Other", 100, "Eve Connected\n", "- - - -"),
    ] {
        let record = TestRecord::new(provider, "Application", id).with_data(&[("param1", said)]);
        assert_eq!(access(&record), expect, "{provider} {id} {said}");
    }
    let record = TestRecord::new("ScreenConnect", "Application", 201).with_data(&[(
        "param1",
        "Transferred files with action 'RunElevated':\na.exe\nb.ps1\n\nVersion: 1\n",
    )]);
    check(
        &record,
        &[
            ("file.name", &["a.exe", "b.ps1"]),
            ("event.reason", &["RunElevated"]),
            ("event.dataset", &["system.application"]),
        ],
    );
    let channel = "Splashtop-Splashtop Streamer-Remote Session/Operational";
    let provider = "Splashtop-Splashtop Streamer-Remote Session";
    let data: &[(&str, &str)] = &[
        ("Session_ID", "67"),
        ("SPID", "eve@example.com"),
        ("SRC_Name", "laptop"),
    ];
    let start = TestRecord::new(provider, channel, 1000).with_data(data);
    assert_eq!(access(&start), "remote-tool success eve@example.com -");
    check(&start, &[("gatewatch.remote.address", &["laptop"])]);
    let end = TestRecord::new(provider, channel, 1001).with_data(&data[..1]);
    assert_eq!(access(&end), "remote-tool end - -");
    check(&end, &[("gatewatch.remote.session", &["67"])]);
}
