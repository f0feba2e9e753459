//! Any record at all: a field on demand says what the document says, and what is known of a kind holds for its events.

#[path = "windows_support/mod.rs"]
mod support;

use std::sync::LazyLock;

use gatewatch_event::{Event as _, Field, Known as _, ecs_fields};
use gatewatch_ingest::source::windows::{Kinds, Options, WindowsEvent};
use gatewatch_ingest::{Consumer, Place, Placed, Problem};
use proptest::prelude::*;
use support::{Keeper, TestRecord, texts};

/// Names that some mapping reads, and a few that none does.
const NAMES: &[&str] = &[
    "AccessList",
    "AccessMask",
    "AccountName",
    "Application",
    "AuditPolicyChanges",
    "Category",
    "ClientAddress",
    "ClientIP",
    "ClientName",
    "CommandLine",
    "Company",
    "ConnType",
    "ContextInfo",
    "Destination",
    "DestinationIp",
    "DestinationPort",
    "Details",
    "Direction",
    "FailureReason",
    "Hashes",
    "Image",
    "ImageLoaded",
    "Initiated",
    "IpAddress",
    "IpPort",
    "IPString",
    "LogonID",
    "LogonType",
    "MemberName",
    "MessageNumber",
    "NewProcessId",
    "NewProcessName",
    "NewUacValue",
    "NewValue",
    "ObjectName",
    "ObjectValueName",
    "ParentCommandLine",
    "Path",
    "Payload",
    "PrivilegeList",
    "ProcessId",
    "ProcessName",
    "Protocol",
    "QueryName",
    "QueryResults",
    "QueryStatus",
    "ScriptBlockText",
    "ServiceName",
    "ServiceType",
    "ShareLocalPath",
    "SourceIp",
    "SourcePort",
    "Status",
    "SubStatus",
    "SubcategoryGuid",
    "SubjectLogonId",
    "SubjectUserName",
    "SubjectUserSid",
    "TargetDomainName",
    "TargetFilename",
    "TargetObject",
    "TargetSid",
    "TargetUserName",
    "TargetUserSid",
    "TicketEncryptionType",
    "TicketOptions",
    "User",
    "UserAccountControl",
    "UtcTime",
    "Value",
    "WorkstationName",
    "a.b",
    "a",
    "connection",
    "param1",
    "param2",
    "param3",
    "payload",
    "resourceUri",
    "username",
    "x y",
    "é",
];

const USER_NAMES: &[&str] = &[
    "Address",
    "BytesReceived",
    "ErrorCode",
    "IpAddress",
    "Param1",
    "Param2",
    "Param3",
    "Reason",
    "Resource",
    "SessionDuration",
    "SubjectLogonId",
    "SubjectUserName",
    "User",
    "Username",
    "xml_name",
];

const CHANNELS: &[(&str, &str)] = &[
    ("Microsoft-Windows-Security-Auditing", "Security"),
    ("Microsoft-Windows-Eventlog", "Security"),
    (
        "Microsoft-Windows-Sysmon",
        "Microsoft-Windows-Sysmon/Operational",
    ),
    ("PowerShell", "Windows PowerShell"),
    (
        "Microsoft-Windows-PowerShell",
        "Microsoft-Windows-PowerShell/Operational",
    ),
    (
        "Microsoft-Windows-TerminalServices-LocalSessionManager",
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    ),
    (
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager",
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    ),
    (
        "Microsoft-Windows-TerminalServices-Gateway",
        "Microsoft-Windows-TerminalServices-Gateway/Operational",
    ),
    (
        "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS",
        "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
    ),
    (
        "Microsoft-Windows-WinRM",
        "Microsoft-Windows-WinRM/Operational",
    ),
    ("OpenSSH", "OpenSSH/Operational"),
    ("Service Control Manager", "System"),
];

const CODES: &[u32] = &[
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 17, 21, 22, 23, 24, 25, 26, 39, 40, 91, 131,
    140, 161, 169, 255, 302, 303, 400, 600, 800, 1102, 1149, 4103, 4104, 4624, 4625, 4634, 4648,
    4657, 4663, 4672, 4688, 4697, 4719, 4720, 4732, 4738, 4742, 4768, 4769, 4771, 4776, 4778, 4781,
    4964, 5145, 5156, 7045,
];

fn value() -> impl Strategy<Value = String> {
    let telling = prop::sample::select(vec![
        "",
        "-",
        "{00000000-0000-0000-0000-000000000000}",
        "203.0.113.7",
        "::ffff:203.0.113.7",
        "[::ffff:203.0.113.7]:9",
        "[2001:db8::7]:65464",
        "fe80::1%12",
        "203.0.113.7:70000",
        "LOCAL",
        "0x10",
        "0xffffffffffffffffff",
        "4625",
        "10",
        r"CORP\alice",
        r"a\b\c",
        "alice@corp.example",
        "@",
        "CN=a\\,b,OU=c,DC=d,DC=e,",
        r#""C:\a b\c.exe" -x \"y\\" z""#,
        "MD5=ab,SHA1=00,x",
        "type:  5 alias.example;::ffff:192.0.2.8;type: 99999;",
        "DWORD (0x00000001)",
        "QWORD (0x00000001-0x00000001)",
        r"HKLM\a\b",
        r"\REGISTRY\MACHINE\a",
        "%%4417\r\n\t%%1537 %%x",
        "%%2313",
        "2024-03-01 10:00:49.001",
        "\tHostName=a\r\n\tUserId=CORP\\b\r\n\t=c\r\n",
        "  Host Name = a\r\n  Connected User = CORP\\b\r\n",
        "ParameterBinding(x): name=\"a\"; value=\"b\"\r\n(:\r\nx",
        "u (CORP\\eve clientIP: 203.0.113.9)",
        "true",
    ])
    .prop_map(str::to_owned);
    prop_oneof![3 => telling, 1 => any::<String>()]
}

fn pairs(names: &'static [&'static str]) -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop::sample::select(names).prop_map(str::to_owned);
    prop::collection::vec((name, value()), 0..12)
}

prop_compose! {
    fn record()(
        (provider, channel) in prop::sample::select(CHANNELS),
        known in prop::sample::select(CODES),
        random in any::<Option<u32>>(),
        whole in 0..20u8,
        data in pairs(NAMES),
        user_data in pairs(USER_NAMES),
        keywords in prop::option::of(any::<u64>()),
        task in prop::option::of(0..20000u16),
        level in prop::option::of(0..8u8),
        user_id in prop::option::of(value()),
    ) -> TestRecord {
        let code = if whole == 0 { random } else { Some(known) };
        let mut record = TestRecord::new(provider, channel, code.unwrap_or(0));
        record.event_id = code;
        if whole == 1 {
            record.provider = None;
        }
        if whole == 2 {
            record.channel = None;
        }
        record.data = data;
        if !user_data.is_empty() {
            record.user_data_name = Some("EventXML".to_owned());
            record.user_data = user_data;
        }
        record.keywords = keywords;
        record.task = task;
        record.level = level;
        record.user_id = user_id;
        record
    }
}

/// Fields that a rule may ask for: ECS, and the names above.
static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let mut fields: Vec<Field> = ecs_fields().map(|(name, _)| Field::new(name)).collect();
    fields.extend(
        NAMES
            .iter()
            .map(|name| Field::new(&format!("winlog.event_data.{name}"))),
    );
    fields
});

proptest! {
    #[test]
    fn a_field_on_demand_says_what_the_document_says(record in record(), extension: bool) {
        // Compares every field of the document.
        record.document_with(Options { extension, beside: false });
    }

    #[test]
    fn what_is_known_of_a_kind_holds_for_its_events(record in record()) {
        let kind = record.kind(Options::default());
        let event = WindowsEvent::new(&kind, &record);
        let document = event.document();
        for field in FIELDS.iter() {
            if let Some(known) = kind.known(*field) {
                let known: Vec<String> =
                    known.iter().map(|value| value.text().into_owned()).collect();
                prop_assert_eq!(&texts(&event, field.name()), &known, "{}", field);
                prop_assert_eq!(document.get(field.name()).is_some(), !known.is_empty(), "{}", field);
            }
        }
        prop_assert!(kind.known(Field::new("log.file.path")).is_none());
        prop_assert!(kind.known(Field::new("gatewatch.input.path")).is_none());
    }
}

#[test]
fn fields_that_cannot_occur_are_known_to_be_absent() {
    let logon = TestRecord::security(4624, &[]).kind(Options::default());
    for field in [
        "process.command_line",
        "registry.path",
        "file.name",
        "no.such.field",
    ] {
        assert_eq!(logon.known(Field::new(field)), Some(&[][..]), "{field}");
    }
    for field in [
        "source.ip",
        "user.name",
        "winlog.event_data.LogonType",
        "event.outcome",
    ] {
        assert_eq!(logon.known(Field::new(field)), None, "{field}");
    }
    let beside = Options {
        beside: true,
        ..Options::default()
    };
    let open = TestRecord::security(4624, &[]).kind(beside);
    assert_eq!(open.known(Field::new("process.command_line")), None);
}

/// Counts what it is offered and wants nothing.
#[derive(Default)]
struct Nothing {
    kinds: usize,
}

impl Consumer for Nothing {
    fn kind(&mut self, _: &dyn gatewatch_event::Known) -> Option<u32> {
        self.kinds += 1;
        None
    }

    fn event(&mut self, _: u32, _: &Placed<'_>) {
        panic!("nothing is wanted");
    }

    fn problem(&mut self, _: Problem) {}
}

fn place() -> Place {
    Place {
        path: "test.evtx".into(),
        offset: 0,
        record_id: None,
    }
}

#[test]
fn a_kind_is_offered_once_and_kinds_are_bounded() {
    let mut kinds = Kinds::new(Options::default());
    let mut nothing = Nothing::default();
    for _ in 0..3 {
        for code in 0..10_000 {
            let record = TestRecord::new("Some-Provider", "Some/Channel", code);
            kinds.deliver(&record, &place(), &mut nothing);
        }
    }
    // The last one stands for all that are too many.
    assert_eq!(nothing.kinds, 2049);
}

#[test]
fn records_beyond_the_bound_are_mapped_all_the_same() {
    let mut kinds = Kinds::new(Options::default());
    let mut keeper = Keeper::default();
    for code in 0..9000 {
        let record = TestRecord::new("Some-Provider", "Some/Channel", code);
        kinds.deliver(&record, &place(), &mut keeper);
    }
    kinds.deliver(
        &TestRecord::security(4624, &[("TargetUserName", "alice")]),
        &place(),
        &mut keeper,
    );
    let last = keeper.documents.last().expect("it was wanted");
    assert_eq!(last.get("user.name"), Some(&"alice".into()));
    let long = "x".repeat(10_000);
    let record = TestRecord::new(&long, &long, 1);
    kinds.deliver(&record, &place(), &mut keeper);
    let last = keeper.documents.last().expect("it was wanted");
    assert_eq!(last.get("event.provider"), Some(&long.into()));
}
