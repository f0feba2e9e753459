//! Events as Windows raises them, ready to be written: logons, Remote Desktop, WinRM, Sysmon...
//!
//! A [`Host`] makes them; what differs from event to event is an argument or a field, and all else
//! is as on a real host. Set the time last:
//!
//! ```
//! use gatewatch_testkit::evtx::FileTime;
//! use gatewatch_testkit::windows::{Account, Host, Logon};
//!
//! let host = Host::new("web1.lab.example", "LAB");
//! let logon = Logon::remote_desktop(host.user("alice", 1104), "203.0.113.9");
//! let event = host.logon(&logon).time(FileTime::at("2026-03-01T08:00:00Z"));
//! assert_eq!(event.value("IpAddress").unwrap().to_text(), "203.0.113.9");
//! ```

mod audit;
mod logon;
mod remote_desktop;
mod remoting;
mod sysmon;

pub use audit::{Connection, ObjectAccess, ProcessStart};
pub use logon::{Failure, Logon};
pub use remote_desktop::SessionChange;
pub use sysmon::{NetworkConnection, SysmonProcess};

use crate::evtx::{Event, Guid, Sid, Text, Value};

/// The Security log's keyword of an action that succeeded.
pub const AUDIT_SUCCESS: u64 = 0x8020_0000_0000_0000;
/// The Security log's keyword of an action that failed.
pub const AUDIT_FAILURE: u64 = 0x8010_0000_0000_0000;

/// The first parts of the SIDs of all invented users.
const DOMAIN_SID: [u32; 4] = [21, 1_111_111_111, 2_222_222_222, 3_333_333_333];

/// A Windows machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// The full name, as in `Computer`.
    pub computer: Text,
    /// The short name of its domain.
    pub domain: Text,
}

impl Host {
    /// A host of a domain.
    #[must_use]
    pub fn new(computer: impl Into<Text>, domain: impl Into<Text>) -> Self {
        Self {
            computer: computer.into(),
            domain: domain.into(),
        }
    }

    /// The host's name without its domain, in upper case.
    #[must_use]
    pub fn short_name(&self) -> String {
        let name = self.computer.split('.').next().unwrap_or_default();
        name.to_uppercase()
    }

    /// The host's own account: its name and a dollar sign.
    #[must_use]
    pub fn machine(&self) -> Account {
        Account {
            sid: Sid::new(5, &[18]),
            name: format!("{}$", self.short_name()).into(),
            domain: self.domain.clone(),
            logon_id: 0x3e7,
        }
    }

    /// A user of the host's domain.
    #[must_use]
    pub fn user(&self, name: impl Into<Text>, relative_id: u32) -> Account {
        let [first, second, third, fourth] = DOMAIN_SID;
        Account {
            sid: Sid::new(5, &[first, second, third, fourth, relative_id]),
            name: name.into(),
            domain: self.domain.clone(),
            logon_id: 0x10_0000 + u64::from(relative_id) * 0x111,
        }
    }

    /// An event of this host's Security log.
    fn audit(&self, event_id: u16, version: u8, task: u16, keywords: u64) -> Event {
        self.raise(
            "Microsoft-Windows-Security-Auditing",
            guid(0x5484_9625, 0x5478, 0x4994, 0xa5ba_3e3b_0328_c30d),
            "Security",
            event_id,
        )
        .kind(version, 0, task, 0, keywords)
        .process(772, 820)
    }

    /// An event of this host.
    fn raise(
        &self,
        provider: &'static str,
        provider_guid: Guid,
        channel: &'static str,
        event_id: u16,
    ) -> Event {
        Event::new(provider, event_id)
            .guid(provider_guid)
            .channel(channel)
            .computer(self.computer.clone())
    }
}

/// Someone who is logged on, or tries to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The SID.
    pub sid: Sid,
    /// The name.
    pub name: Text,
    /// The domain.
    pub domain: Text,
    /// The id of the logon session.
    pub logon_id: u64,
}

impl Account {
    /// No account: what network logons give as the subject.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            sid: Sid::new(0, &[0]),
            name: "-".into(),
            domain: "-".into(),
            logon_id: 0,
        }
    }

    /// The operating system.
    #[must_use]
    pub fn system() -> Self {
        Self {
            sid: Sid::new(5, &[18]),
            name: "SYSTEM".into(),
            domain: "NT AUTHORITY".into(),
            logon_id: 0x3e7,
        }
    }

    /// The account of services that use the network.
    #[must_use]
    pub fn network_service() -> Self {
        Self {
            sid: Sid::new(5, &[20]),
            name: "NETWORK SERVICE".into(),
            domain: "NT AUTHORITY".into(),
            logon_id: 0x3e4,
        }
    }

    /// A logon without a name.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            sid: Sid::new(5, &[7]),
            name: "ANONYMOUS LOGON".into(),
            domain: "NT AUTHORITY".into(),
            logon_id: 0x5_1000,
        }
    }

    /// A name that the host does not know.
    #[must_use]
    pub fn unknown(name: impl Into<Text>, domain: impl Into<Text>) -> Self {
        Self {
            sid: Sid::new(0, &[0]),
            name: name.into(),
            domain: domain.into(),
            logon_id: 0,
        }
    }

    /// The same account in another logon session.
    #[must_use]
    pub fn session(mut self, logon_id: u64) -> Self {
        self.logon_id = logon_id;
        self
    }

    /// `DOMAIN\name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}\\{}", self.domain, self.name)
    }

    /// The four fields that many events give of an account.
    fn fields(&self, names: [&'static str; 4]) -> [(&'static str, Value); 4] {
        let [sid, name, domain, logon_id] = names;
        [
            (sid, self.sid.clone().into()),
            (name, self.name.clone().into()),
            (domain, self.domain.clone().into()),
            (logon_id, Value::Hex64(self.logon_id)),
        ]
    }

    fn subject(&self) -> [(&'static str, Value); 4] {
        self.fields([
            "SubjectUserSid",
            "SubjectUserName",
            "SubjectDomainName",
            "SubjectLogonId",
        ])
    }

    fn target(&self) -> [(&'static str, Value); 4] {
        self.fields([
            "TargetUserSid",
            "TargetUserName",
            "TargetDomainName",
            "TargetLogonId",
        ])
    }
}

/// A GUID from the parts of its text.
const fn guid(first: u32, second: u16, third: u16, rest: u64) -> Guid {
    let [a, b, c, d] = first.to_le_bytes();
    let [e, f] = second.to_le_bytes();
    let [g, h] = third.to_le_bytes();
    let [i, j, k, l, m, n, o, p] = rest.to_be_bytes();
    Guid([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}
