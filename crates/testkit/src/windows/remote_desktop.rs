//! Remote Desktop: connections, sessions, the gateway.

use super::{Account, Host, guid};
use crate::evtx::{Element, Event, Guid, Text, Value};

const CONNECTION_MANAGER: &str = "Microsoft-Windows-TerminalServices-RemoteConnectionManager";
const SESSION_MANAGER: &str = "Microsoft-Windows-TerminalServices-LocalSessionManager";
const CORE: &str = "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS";
const GATEWAY: &str = "Microsoft-Windows-TerminalServices-Gateway";
const CONNECTION_MANAGER_GUID: Guid = guid(0xc76b_aa63, 0xae81, 0x421c, 0xb425_340b_4b24_157f);
const SESSION_MANAGER_GUID: Guid = guid(0x5d89_6912, 0x022d, 0x40aa, 0xa3a8_4fa5_515c_76d7);
const CORE_GUID: Guid = guid(0x1139_c61b, 0xb549, 0x4251, 0x8ed3_2725_0a1e_dec8);
const GATEWAY_GUID: Guid = guid(0x4d5a_e6a1, 0xc7c8, 0x4e6d, 0xb840_4d80_80b4_2e1b);

/// What happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// 21: the user is logged on.
    Logon,
    /// 22: the shell starts.
    ShellStart,
    /// 23: the user is logged off. The event has no address.
    Logoff,
    /// 24: the client is gone, the session goes on.
    Disconnect,
    /// 25: a client takes the session up again.
    Reconnect,
}

impl SessionChange {
    fn event_id(self) -> u16 {
        match self {
            Self::Logon => 21,
            Self::ShellStart => 22,
            Self::Logoff => 23,
            Self::Disconnect => 24,
            Self::Reconnect => 25,
        }
    }
}

impl Host {
    /// 1149: a client passed network level authentication. This is not yet a session.
    #[must_use]
    pub fn rdp_authenticated(
        &self,
        user: impl Into<Text>,
        domain: impl Into<Text>,
        address: impl Into<Text>,
    ) -> Event {
        self.raise(
            CONNECTION_MANAGER,
            CONNECTION_MANAGER_GUID,
            "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
            1149,
        )
        .kind(0, 4, 0, 0, 0x1000_0000_0000_0000)
        .process(932, 1956)
        .user(Account::network_service().sid)
        .user_data(
            event_xml()
                .with("Param1", user.into())
                .with("Param2", domain.into())
                .with("Param3", address.into()),
        )
    }

    /// 21 to 25: a session changes. The address is `LOCAL` for the console.
    #[must_use]
    pub fn session_changed(
        &self,
        change: SessionChange,
        account: &Account,
        session_id: u32,
        address: impl Into<Text>,
    ) -> Event {
        let mut element = event_xml()
            .with("User", account.full_name())
            .with("SessionID", Value::U32(session_id));
        if change != SessionChange::Logoff {
            element = element.with("Address", address.into());
        }
        self.raise(
            SESSION_MANAGER,
            SESSION_MANAGER_GUID,
            "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
            change.event_id(),
        )
        .kind(0, 4, 0, 0, 0x1000_0000_0000_0000)
        .process(1004, 3640)
        .user(Account::system().sid)
        .user_data(element)
    }

    /// 131: the server accepted a connection from `address:port`.
    #[must_use]
    pub fn rdp_connection_accepted(
        &self,
        transport: impl Into<Text>,
        client: impl Into<Text>,
    ) -> Event {
        self.rdp_core(131)
            .kind(0, 4, 4, 15, 0x4000_0000_0000_0000)
            .data([("ConnType", transport.into()), ("ClientIP", client.into())])
    }

    /// 140: a connection failed because the user name or password is wrong.
    #[must_use]
    pub fn rdp_connection_refused(&self, address: impl Into<Text>) -> Event {
        self.rdp_core(140)
            .kind(0, 3, 4, 14, 0x4000_0000_0000_0000)
            .data([("IPString", address.into())])
    }

    /// Gateway 302: a user of the gateway is connected to a resource behind it.
    #[must_use]
    pub fn gateway_connected(
        &self,
        account: &Account,
        address: impl Into<Text>,
        resource: impl Into<Text>,
    ) -> Event {
        self.raise(
            GATEWAY,
            GATEWAY_GUID,
            "Microsoft-Windows-TerminalServices-Gateway/Operational",
            302,
        )
        .kind(0, 4, 3, 30, 0x4000_0000_0100_0000)
        .process(1444, 2256)
        .user(Account::network_service().sid)
        .user_data(
            Element::new("EventInfo")
                .attribute("xmlns", "aag")
                .with("Username", account.full_name())
                .with("IpAddress", address.into())
                .with("AuthType", "NTLM")
                .with("Resource", resource.into())
                .with("ConnectionProtocol", "HTTP")
                .with("ErrorCode", Value::U32(0)),
        )
    }

    fn rdp_core(&self, event_id: u16) -> Event {
        self.raise(
            CORE,
            CORE_GUID,
            "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
            event_id,
        )
        .process(932, 4120)
        .user(Account::network_service().sid)
    }
}

fn event_xml() -> Element {
    Element::new("EventXML").attribute("xmlns", "Event_NS")
}
