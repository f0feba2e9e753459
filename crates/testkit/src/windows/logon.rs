use super::{AUDIT_FAILURE, AUDIT_SUCCESS, Account, Host};
use crate::evtx::{Event, Guid, Sid, Text, Value};

/// The event log service's provider, which writes 1102.
const EVENT_LOG_GUID: Guid = super::guid(0xfc65_ddd8, 0xd6ef, 0x4962, 0x83d5_6e5c_fe9c_e148);

/// A logon, or the attempt at one.
#[derive(Clone, Debug, PartialEq)]
pub struct Logon {
    /// The version of the 4624 template, 0 to 3: later ones have more fields.
    pub version: u8,
    /// Who asked for the logon.
    pub subject: Account,
    /// Who is logged on.
    pub target: Account,
    /// 2 interactive, 3 network, 5 service, 7 unlock, 10 remote interactive...
    pub logon_type: u32,
    /// The logon process; Windows pads some names with spaces.
    pub logon_process: Text,
    /// The authentication package.
    pub package: Text,
    /// The NTLM version, or `-`.
    pub lm_package: Text,
    /// The length of the session key.
    pub key_length: u32,
    /// The name that the client gives of itself.
    pub workstation: Text,
    /// The client's address, or `-`.
    pub address: Text,
    /// The client's port, or `-`.
    pub port: Text,
    /// The GUID that Kerberos gives the logon.
    pub logon_guid: Guid,
    /// The process that asked for the logon.
    pub process_id: u64,
    /// The path of that process, or `-`.
    pub process_name: Text,
    /// Whether the session has all rights of an administrator.
    pub elevated: bool,
}

impl Logon {
    /// A logon over the network with NTLM: SMB, WinRM, or the first step of Remote Desktop.
    #[must_use]
    pub fn network(target: Account, address: impl Into<Text>) -> Self {
        Self {
            version: 2,
            subject: Account::nobody(),
            target,
            logon_type: 3,
            logon_process: "NtLmSsp ".into(),
            package: "NTLM".into(),
            lm_package: "NTLM V2".into(),
            key_length: 128,
            workstation: "-".into(),
            address: address.into(),
            port: "49731".into(),
            logon_guid: Guid::default(),
            process_id: 0,
            process_name: "-".into(),
            elevated: true,
        }
    }

    /// A logon over the network with Kerberos.
    #[must_use]
    pub fn kerberos(target: Account, address: impl Into<Text>) -> Self {
        Self {
            logon_process: "Kerberos".into(),
            package: "Kerberos".into(),
            lm_package: "-".into(),
            key_length: 0,
            logon_guid: Guid([0x4b; 16]),
            ..Self::network(target, address)
        }
    }

    /// A Remote Desktop session.
    #[must_use]
    pub fn remote_desktop(target: Account, address: impl Into<Text>) -> Self {
        Self {
            subject: Account::system(),
            logon_type: 10,
            logon_process: "User32 ".into(),
            package: "Negotiate".into(),
            lm_package: "-".into(),
            key_length: 0,
            port: "0".into(),
            process_id: 0x49c,
            process_name: r"C:\Windows\System32\svchost.exe".into(),
            ..Self::network(target, address)
        }
    }

    /// A logon at the keyboard.
    #[must_use]
    pub fn interactive(target: Account) -> Self {
        Self {
            logon_type: 2,
            process_name: r"C:\Windows\System32\winlogon.exe".into(),
            ..Self::remote_desktop(target, "127.0.0.1")
        }
    }

    /// The start of a service.
    #[must_use]
    pub fn service(target: Account) -> Self {
        Self {
            logon_type: 5,
            logon_process: "Advapi  ".into(),
            port: "-".into(),
            process_id: 0x2dc,
            process_name: r"C:\Windows\System32\services.exe".into(),
            ..Self::remote_desktop(target, "-")
        }
    }

    /// Sets who asked for the logon.
    #[must_use]
    pub fn by(mut self, subject: Account) -> Self {
        self.subject = subject;
        self
    }

    /// Sets the name that the client gives of itself.
    #[must_use]
    pub fn from_workstation(mut self, workstation: impl Into<Text>) -> Self {
        self.workstation = workstation.into();
        self
    }

    /// Sets the client's port.
    #[must_use]
    pub fn port(mut self, port: impl Into<Text>) -> Self {
        self.port = port.into();
        self
    }
}

/// Why a logon failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such user.
    UnknownUser,
    /// The password is wrong.
    BadPassword,
    /// The account is locked.
    LockedOut,
    /// The account is disabled.
    Disabled,
}

impl Failure {
    /// Status, text of the reason, and sub-status.
    fn codes(self) -> (u32, &'static str, u32) {
        match self {
            Self::UnknownUser => (0xc000_006d, "%%2313", 0xc000_0064),
            Self::BadPassword => (0xc000_006d, "%%2313", 0xc000_006a),
            Self::LockedOut => (0xc000_0234, "%%2307", 0),
            Self::Disabled => (0xc000_006e, "%%2310", 0xc000_0072),
        }
    }
}

impl Host {
    /// 4624: an account was logged on.
    #[must_use]
    pub fn logon(&self, logon: &Logon) -> Event {
        let mut data = Vec::with_capacity(28);
        data.extend(logon.subject.subject());
        data.extend(logon.target.target());
        data.extend([
            ("LogonType", Value::U32(logon.logon_type)),
            ("LogonProcessName", logon.logon_process.clone().into()),
            ("AuthenticationPackageName", logon.package.clone().into()),
            ("WorkstationName", logon.workstation.clone().into()),
            ("LogonGuid", logon.logon_guid.into()),
            ("TransmittedServices", "-".into()),
            ("LmPackageName", logon.lm_package.clone().into()),
            ("KeyLength", Value::U32(logon.key_length)),
            ("ProcessId", Value::pointer(logon.process_id)),
            ("ProcessName", logon.process_name.clone().into()),
            ("IpAddress", logon.address.clone().into()),
            ("IpPort", logon.port.clone().into()),
        ]);
        if logon.version >= 1 {
            data.push(("ImpersonationLevel", "%%1833".into()));
        }
        if logon.version >= 2 {
            data.push(("RestrictedAdminMode", "-".into()));
            if logon.version >= 3 {
                data.push(("RemoteCredentialGuard", "-".into()));
            }
            let elevated = if logon.elevated { "%%1842" } else { "%%1843" };
            data.extend([
                ("TargetOutboundUserName", "-".into()),
                ("TargetOutboundDomainName", "-".into()),
                ("VirtualAccount", "%%1843".into()),
                ("TargetLinkedLogonId", Value::Hex64(0)),
                ("ElevatedToken", elevated.into()),
            ]);
        }
        self.audit(4624, logon.version, 12544, AUDIT_SUCCESS)
            .data(data)
    }

    /// 4625: an account failed to log on.
    #[must_use]
    pub fn logon_failed(&self, logon: &Logon, failure: Failure) -> Event {
        let (status, reason, sub_status) = failure.codes();
        let mut data = Vec::with_capacity(21);
        data.extend(logon.subject.subject());
        data.extend(logon.target.target().into_iter().take(3));
        data.extend([
            ("Status", Value::Hex32(status)),
            ("FailureReason", reason.into()),
            ("SubStatus", Value::Hex32(sub_status)),
            ("LogonType", Value::U32(logon.logon_type)),
            ("LogonProcessName", logon.logon_process.clone().into()),
            ("AuthenticationPackageName", logon.package.clone().into()),
            ("WorkstationName", logon.workstation.clone().into()),
            ("TransmittedServices", "-".into()),
            ("LmPackageName", "-".into()),
            ("KeyLength", Value::U32(0)),
            ("ProcessId", Value::pointer(logon.process_id)),
            ("ProcessName", logon.process_name.clone().into()),
            ("IpAddress", logon.address.clone().into()),
            ("IpPort", logon.port.clone().into()),
        ]);
        self.audit(4625, 0, 12544, AUDIT_FAILURE).data(data)
    }

    /// 4634: an account was logged off.
    #[must_use]
    pub fn logoff(&self, account: &Account, logon_type: u32) -> Event {
        let logon_type = ("LogonType", Value::U32(logon_type));
        self.audit(4634, 0, 12545, AUDIT_SUCCESS)
            .data(account.target().into_iter().chain([logon_type]))
    }

    /// 4648: someone logged on with the name and password of another account.
    #[must_use]
    pub fn explicit_logon(
        &self,
        subject: &Account,
        target: &Account,
        server: impl Into<Text>,
        address: impl Into<Text>,
    ) -> Event {
        let server = server.into();
        let mut data = Vec::with_capacity(14);
        data.extend(subject.subject());
        data.extend([
            ("LogonGuid", Guid::default().into()),
            ("TargetUserName", target.name.clone().into()),
            ("TargetDomainName", target.domain.clone().into()),
            ("TargetLogonGuid", Guid::default().into()),
            ("TargetServerName", server.clone().into()),
            ("TargetInfo", server.into()),
            ("ProcessId", Value::pointer(0x49c)),
            ("ProcessName", r"C:\Windows\System32\svchost.exe".into()),
            ("IpAddress", address.into().into()),
            ("IpPort", "0".into()),
        ]);
        self.audit(4648, 0, 12544, AUDIT_SUCCESS).data(data)
    }

    /// 4672: a new logon has special rights.
    #[must_use]
    pub fn special_logon(&self, account: &Account) -> Event {
        let privileges = [
            "SeSecurityPrivilege",
            "SeTakeOwnershipPrivilege",
            "SeLoadDriverPrivilege",
            "SeBackupPrivilege",
            "SeRestorePrivilege",
            "SeDebugPrivilege",
            "SeSystemEnvironmentPrivilege",
            "SeImpersonatePrivilege",
        ];
        let privileges = ("PrivilegeList", privileges.join("\r\n\t\t\t").into());
        self.audit(4672, 0, 12548, AUDIT_SUCCESS)
            .data(account.subject().into_iter().chain([privileges]))
    }

    /// 4627: the groups of a new logon.
    #[must_use]
    pub fn group_membership(&self, logon: &Logon, groups: &[Sid]) -> Event {
        let mut list = String::with_capacity(48 * groups.len());
        for group in groups {
            list.push_str(&format!("\r\n\t\t%{{{group}}}"));
        }
        let mut data = Vec::with_capacity(12);
        data.extend(logon.subject.subject());
        data.extend(logon.target.target());
        data.extend([
            ("LogonType", Value::U32(logon.logon_type)),
            ("EventIdx", Value::U32(1)),
            ("EventCountTotal", Value::U32(1)),
            ("GroupMembership", list.into()),
        ]);
        self.audit(4627, 0, 12554, AUDIT_SUCCESS).data(data)
    }

    /// 4768: a Kerberos ticket-granting ticket was requested.
    #[must_use]
    pub fn kerberos_ticket(&self, account: &Account, address: impl Into<Text>, port: u16) -> Event {
        self.audit(4768, 0, 14339, AUDIT_SUCCESS).data([
            ("TargetUserName", account.name.clone().into()),
            ("TargetDomainName", account.domain.clone().into()),
            ("TargetSid", account.sid.clone().into()),
            ("ServiceName", "krbtgt".into()),
            ("ServiceSid", self.user("krbtgt", 502).sid.into()),
            ("TicketOptions", Value::Hex32(0x4081_0010)),
            ("Status", Value::Hex32(0)),
            ("TicketEncryptionType", Value::Hex32(0x12)),
            ("PreAuthType", "2".into()),
            ("IpAddress", address.into().into()),
            ("IpPort", port.to_string().into()),
            ("CertIssuerName", "".into()),
            ("CertSerialNumber", "".into()),
            ("CertThumbprint", "".into()),
        ])
    }

    /// 4769: a Kerberos service ticket was requested.
    #[must_use]
    pub fn kerberos_service_ticket(
        &self,
        account: &Account,
        service: &Account,
        address: impl Into<Text>,
        port: u16,
    ) -> Event {
        let realm = format!("{}@{}", account.name, account.domain);
        self.audit(4769, 0, 14337, AUDIT_SUCCESS).data([
            ("TargetUserName", realm.into()),
            ("TargetDomainName", account.domain.clone().into()),
            ("ServiceName", service.name.clone().into()),
            ("ServiceSid", service.sid.clone().into()),
            ("TicketOptions", Value::Hex32(0x4081_0000)),
            ("TicketEncryptionType", Value::Hex32(0x12)),
            ("IpAddress", address.into().into()),
            ("IpPort", port.to_string().into()),
            ("Status", Value::Hex32(0)),
            ("LogonGuid", Guid([0x4c; 16]).into()),
            ("TransmittedServices", "-".into()),
        ])
    }

    /// 4776: a domain controller, or a host for its own accounts, checked a password.
    #[must_use]
    pub fn credential_validated(
        &self,
        name: impl Into<Text>,
        workstation: impl Into<Text>,
        failure: Option<Failure>,
    ) -> Event {
        let status = failure.map_or(0, |failure| match failure.codes() {
            (status, _, 0) => status,
            (_, _, sub_status) => sub_status,
        });
        let keywords = if failure.is_none() {
            AUDIT_SUCCESS
        } else {
            AUDIT_FAILURE
        };
        self.audit(4776, 0, 14336, keywords).data([
            (
                "PackageName",
                "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0".into(),
            ),
            ("TargetUserName", name.into().into()),
            ("Workstation", workstation.into().into()),
            ("Status", Value::Hex32(status)),
        ])
    }

    /// 4778: a session was reconnected.
    #[must_use]
    pub fn session_reconnected(
        &self,
        account: &Account,
        client: impl Into<Text>,
        address: impl Into<Text>,
    ) -> Event {
        self.session_event(4778, account, client.into(), address.into())
    }

    /// 4779: a session was disconnected.
    #[must_use]
    pub fn session_disconnected(
        &self,
        account: &Account,
        client: impl Into<Text>,
        address: impl Into<Text>,
    ) -> Event {
        self.session_event(4779, account, client.into(), address.into())
    }

    fn session_event(
        &self,
        event_id: u16,
        account: &Account,
        client: Text,
        address: Text,
    ) -> Event {
        let session = if address == "LOCAL" {
            "Console"
        } else {
            "RDP-Tcp#7"
        };
        self.audit(event_id, 0, 12551, AUDIT_SUCCESS).data([
            ("AccountName", account.name.clone().into()),
            ("AccountDomain", account.domain.clone().into()),
            ("LogonID", Value::Hex64(account.logon_id)),
            ("SessionName", session.into()),
            ("ClientName", client.into()),
            ("ClientAddress", address.into()),
        ])
    }

    /// 1102: the Security log was cleared.
    #[must_use]
    pub fn log_cleared(&self, account: &Account) -> Event {
        let element = account.subject().into_iter().fold(
            crate::evtx::Element::new("LogFileCleared").attribute(
                "xmlns",
                "http://manifests.microsoft.com/win/2004/08/windows/eventlog",
            ),
            |element, (name, value)| element.with(name, value),
        );
        self.raise(
            "Microsoft-Windows-Eventlog",
            EVENT_LOG_GUID,
            "Security",
            1102,
        )
        .kind(0, 4, 104, 0, 0x4020_0000_0000_0000)
        .process(1120, 3264)
        .user_data(element)
    }
}
