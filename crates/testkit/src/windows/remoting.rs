//! WinRM, PowerShell and OpenSSH.

use super::{Account, Host, guid};
use crate::evtx::{Event, Guid, Text, Value};

const WINRM_GUID: Guid = guid(0xa797_5c8f, 0xac13, 0x49f1, 0x87da_5a98_4a4a_b417);
const POWERSHELL_GUID: Guid = guid(0xa0c1_853b, 0x5c40, 0x4b15, 0x8766_3cf1_c58f_985a);
const OPENSSH_GUID: Guid = guid(0xc4b5_7d35, 0x0636, 0x4bc3, 0xa262_370f_249f_9802);

impl Host {
    /// WinRM 91: a remote shell was created; newer systems name user and client here.
    #[must_use]
    pub fn winrm_shell_created(&self, account: &Account, address: &str) -> Event {
        let resource = format!(
            "http://schemas.microsoft.com/powershell/Microsoft.PowerShell ({} clientIP: {address})",
            account.full_name()
        );
        self.winrm(91)
            .kind(0, 4, 9, 0, 0x4000_0000_0000_0004)
            .user(account.sid.clone())
            .data([("resourceUri", resource)])
    }

    /// WinRM 169: a user was authenticated.
    #[must_use]
    pub fn winrm_authenticated(&self, account: &Account, mechanism: impl Into<Text>) -> Event {
        self.winrm(169)
            .kind(0, 4, 7, 0, 0x4000_0000_0000_000c)
            .user(Account::network_service().sid)
            .data([
                ("username", Text::from(account.full_name())),
                ("authenticationMechanism", mechanism.into()),
            ])
    }

    /// PowerShell 4103: a pipeline was executed.
    #[must_use]
    pub fn pipeline_executed(
        &self,
        account: &Account,
        context: impl Into<Text>,
        payload: impl Into<Text>,
    ) -> Event {
        self.powershell(4103)
            .kind(1, 4, 106, 20, 0)
            .user(account.sid.clone())
            .data([
                ("ContextInfo", context.into()),
                ("UserData", "".into()),
                ("Payload", payload.into()),
            ])
    }

    /// PowerShell 4104: a block of script, whole or a numbered part of it.
    #[must_use]
    pub fn script_block(
        &self,
        account: &Account,
        (number, total): (i32, i32),
        script: impl Into<Text>,
        block: Guid,
        path: impl Into<Text>,
    ) -> Event {
        let block = block.to_string();
        self.powershell(4104)
            .kind(1, 5, 2, 15, 0)
            .user(account.sid.clone())
            .data([
                ("MessageNumber", Value::I32(number)),
                ("MessageTotal", Value::I32(total)),
                ("ScriptBlockText", script.into().into()),
                (
                    "ScriptBlockId",
                    block.trim_matches(['{', '}']).to_owned().into(),
                ),
                ("Path", path.into().into()),
            ])
    }

    /// OpenSSH 4: a line of the SSH server, as it writes on other systems too.
    #[must_use]
    pub fn sshd(&self, line: impl Into<Text>) -> Event {
        self.raise("OpenSSH", OPENSSH_GUID, "OpenSSH/Operational", 4)
            .kind(0, 4, 0, 0, 0x4000_0000_0000_0000)
            .process(988, 4932)
            .user(Account::system().sid)
            .data([("process", "sshd".into()), ("payload", line.into())])
    }

    fn winrm(&self, event_id: u16) -> Event {
        self.raise(
            "Microsoft-Windows-WinRM",
            WINRM_GUID,
            "Microsoft-Windows-WinRM/Operational",
            event_id,
        )
        .process(2204, 3696)
    }

    fn powershell(&self, event_id: u16) -> Event {
        self.raise(
            "Microsoft-Windows-PowerShell",
            POWERSHELL_GUID,
            "Microsoft-Windows-PowerShell/Operational",
            event_id,
        )
        .process(5348, 6012)
    }
}
