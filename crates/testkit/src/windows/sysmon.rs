//! Sysmon.

use jiff::fmt::strtime;

use super::{Account, Host, guid};
use crate::evtx::{Event, FileTime, Guid, Text, Value};

const SYSMON_GUID: Guid = guid(0x5770_385f, 0xc22a, 0x43e0, 0xbf4c_06f5_698f_fbd9);

/// A process as Sysmon names it.
#[derive(Clone, Debug, PartialEq)]
pub struct SysmonProcess {
    /// Sysmon's own id of the process.
    pub guid: Guid,
    /// The process id.
    pub process_id: u32,
    /// The path of the program.
    pub image: Text,
    /// The command line.
    pub command_line: Text,
    /// The user.
    pub user: Account,
}

/// A network connection.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConnection {
    /// `tcp` or `udp`.
    pub protocol: Text,
    /// Whether this host began it.
    pub initiated: bool,
    /// The address of the end that began it.
    pub source_address: Text,
    /// The port of that end.
    pub source_port: u16,
    /// The address of the other end.
    pub destination_address: Text,
    /// The port of the other end.
    pub destination_port: u16,
}

/// Events of Sysmon carry their time in the data too, so they take it first.
impl Host {
    /// Sysmon 1: a process was created.
    #[must_use]
    pub fn sysmon_process(
        &self,
        time: FileTime,
        process: &SysmonProcess,
        parent: &SysmonProcess,
        hashes: impl Into<Text>,
    ) -> Event {
        let file_name = process.image.rsplit('\\').next().unwrap_or_default();
        let original = file_name.to_uppercase();
        let mut data = process_fields(time, process);
        data.extend([
            ("FileVersion", "10.0.20348.1 (WinBuild.160101.0800)".into()),
            ("Description", "Windows program".into()),
            (
                "Product",
                "Microsoft\u{ae} Windows\u{ae} Operating System".into(),
            ),
            ("Company", "Microsoft Corporation".into()),
            ("OriginalFileName", original.into()),
            ("CommandLine", process.command_line.clone().into()),
            ("CurrentDirectory", r"C:\Windows\system32\".into()),
            ("User", process.user.full_name().into()),
            ("LogonGuid", Guid([0x10; 16]).into()),
            ("LogonId", Value::Hex64(process.user.logon_id)),
            ("TerminalSessionId", Value::U32(0)),
            ("IntegrityLevel", "High".into()),
            ("Hashes", hashes.into().into()),
            ("ParentProcessGuid", parent.guid.into()),
            ("ParentProcessId", Value::U32(parent.process_id)),
            ("ParentImage", parent.image.clone().into()),
            ("ParentCommandLine", parent.command_line.clone().into()),
            ("ParentUser", parent.user.full_name().into()),
        ]);
        self.sysmon(1, 5, time).data(data)
    }

    /// Sysmon 3: a network connection.
    #[must_use]
    pub fn sysmon_network(
        &self,
        time: FileTime,
        process: &SysmonProcess,
        connection: &NetworkConnection,
    ) -> Event {
        let mut data = process_fields(time, process);
        let is_v6 = |address: &str| Value::Bool(address.contains(':'));
        data.extend([
            ("User", process.user.full_name().into()),
            ("Protocol", connection.protocol.clone().into()),
            ("Initiated", Value::Bool(connection.initiated)),
            ("SourceIsIpv6", is_v6(&connection.source_address)),
            ("SourceIp", connection.source_address.clone().into()),
            ("SourceHostname", "-".into()),
            ("SourcePort", Value::U16(connection.source_port)),
            ("SourcePortName", "-".into()),
            ("DestinationIsIpv6", is_v6(&connection.destination_address)),
            (
                "DestinationIp",
                connection.destination_address.clone().into(),
            ),
            ("DestinationHostname", "-".into()),
            ("DestinationPort", Value::U16(connection.destination_port)),
            ("DestinationPortName", "-".into()),
        ]);
        self.sysmon(3, 5, time).data(data)
    }

    /// Sysmon 5: a process ended.
    #[must_use]
    pub fn sysmon_process_ended(&self, time: FileTime, process: &SysmonProcess) -> Event {
        let mut data = process_fields(time, process);
        data.push(("User", process.user.full_name().into()));
        self.sysmon(5, 3, time).data(data)
    }

    /// Sysmon 7: a process loaded a library.
    #[must_use]
    pub fn sysmon_image_loaded(
        &self,
        time: FileTime,
        process: &SysmonProcess,
        library: impl Into<Text>,
        hashes: impl Into<Text>,
    ) -> Event {
        let mut data = process_fields(time, process);
        data.extend([
            ("ImageLoaded", library.into().into()),
            ("FileVersion", "10.0.20348.1 (WinBuild.160101.0800)".into()),
            ("Description", "Windows library".into()),
            (
                "Product",
                "Microsoft\u{ae} Windows\u{ae} Operating System".into(),
            ),
            ("Company", "Microsoft Corporation".into()),
            ("OriginalFileName", "-".into()),
            ("Hashes", hashes.into().into()),
            ("Signed", "true".into()),
            ("Signature", "Microsoft Windows".into()),
            ("SignatureStatus", "Valid".into()),
            ("User", process.user.full_name().into()),
        ]);
        self.sysmon(7, 3, time).data(data)
    }

    /// Sysmon 10: a process opened another one.
    #[must_use]
    pub fn sysmon_process_access(
        &self,
        time: FileTime,
        source: &SysmonProcess,
        target: &SysmonProcess,
        (access, trace): (u32, Text),
    ) -> Event {
        self.sysmon(10, 3, time).data([
            ("RuleName", "-".into()),
            ("UtcTime", utc_time(time)),
            ("SourceProcessGUID", source.guid.into()),
            ("SourceProcessId", Value::U32(source.process_id)),
            ("SourceThreadId", Value::U32(source.process_id + 8)),
            ("SourceImage", source.image.clone().into()),
            ("TargetProcessGUID", target.guid.into()),
            ("TargetProcessId", Value::U32(target.process_id)),
            ("TargetImage", target.image.clone().into()),
            ("GrantedAccess", Value::Hex32(access)),
            ("CallTrace", trace.into()),
            ("SourceUser", source.user.full_name().into()),
            ("TargetUser", target.user.full_name().into()),
        ])
    }

    /// Sysmon 11: a file was created.
    #[must_use]
    pub fn sysmon_file_created(
        &self,
        time: FileTime,
        process: &SysmonProcess,
        path: impl Into<Text>,
    ) -> Event {
        let mut data = process_fields(time, process);
        data.extend([
            ("TargetFilename", path.into().into()),
            ("CreationUtcTime", utc_time(time)),
            ("User", process.user.full_name().into()),
        ]);
        self.sysmon(11, 2, time).data(data)
    }

    /// Sysmon 13: a value of the registry was set.
    #[must_use]
    pub fn sysmon_registry_set(
        &self,
        time: FileTime,
        process: &SysmonProcess,
        key: impl Into<Text>,
        details: impl Into<Text>,
    ) -> Event {
        let mut data = process_fields(time, process);
        data.insert(1, ("EventType", "SetValue".into()));
        data.extend([
            ("TargetObject", key.into().into()),
            ("Details", details.into().into()),
            ("User", process.user.full_name().into()),
        ]);
        self.sysmon(13, 2, time).data(data)
    }

    fn sysmon(&self, event_id: u16, version: u8, time: FileTime) -> Event {
        self.raise(
            "Microsoft-Windows-Sysmon",
            SYSMON_GUID,
            "Microsoft-Windows-Sysmon/Operational",
            event_id,
        )
        .kind(version, 4, event_id, 0, 0x8000_0000_0000_0000)
        .process(3060, 3984)
        .user(Account::system().sid)
        .time(time)
    }
}

fn process_fields(time: FileTime, process: &SysmonProcess) -> Vec<(&'static str, Value)> {
    let mut data = Vec::with_capacity(23);
    data.extend([
        ("RuleName", "-".into()),
        ("UtcTime", utc_time(time)),
        ("ProcessGuid", process.guid.into()),
        ("ProcessId", Value::U32(process.process_id)),
        ("Image", process.image.clone().into()),
    ]);
    data
}

fn utc_time(time: FileTime) -> Value {
    let text = strtime::format("%Y-%m-%d %H:%M:%S.%3f", time.to_timestamp());
    Value::from(text.expect("the format names only parts that every timestamp has"))
}
