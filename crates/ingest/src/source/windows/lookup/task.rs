//! The names of tasks, which are the `event.action` of events without a better one.

/// The audit subcategories, the tasks of `Microsoft-Windows-Security-Auditing`.
const SECURITY: &[(u32, &str)] = &[
    (12288, "Security State Change"),
    (12289, "Security System Extension"),
    (12290, "System Integrity"),
    (12291, "IPsec Driver"),
    (12292, "Other System Events"),
    (12544, "Logon"),
    (12545, "Logoff"),
    (12546, "Account Lockout"),
    (12547, "IPsec Main Mode"),
    (12548, "Special Logon"),
    (12549, "IPsec Quick Mode"),
    (12550, "IPsec Extended Mode"),
    (12551, "Other Logon/Logoff Events"),
    (12552, "Network Policy Server"),
    (12553, "User / Device Claims"),
    (12554, "Group Membership"),
    (12800, "File System"),
    (12801, "Registry"),
    (12802, "Kernel Object"),
    (12803, "SAM"),
    (12804, "Other Object Access Events"),
    (12805, "Certification Services"),
    (12806, "Application Generated"),
    (12807, "Handle Manipulation"),
    (12808, "File Share"),
    (12809, "Filtering Platform Packet Drop"),
    (12810, "Filtering Platform Connection"),
    (12811, "Detailed File Share"),
    (12812, "Removable Storage"),
    (12813, "Central Policy Staging"),
    (13056, "Sensitive Privilege Use"),
    (13057, "Non Sensitive Privilege Use"),
    (13058, "Other Privilege Use Events"),
    (13312, "Process Creation"),
    (13313, "Process Termination"),
    (13314, "DPAPI Activity"),
    (13315, "RPC Events"),
    (13316, "Plug and Play Events"),
    (13317, "Token Right Adjusted Events"),
    (13568, "Audit Policy Change"),
    (13569, "Authentication Policy Change"),
    (13570, "Authorization Policy Change"),
    (13571, "MPSSVC Rule-Level Policy Change"),
    (13572, "Filtering Platform Policy Change"),
    (13573, "Other Policy Change Events"),
    (13824, "User Account Management"),
    (13825, "Computer Account Management"),
    (13826, "Security Group Management"),
    (13827, "Distribution Group Management"),
    (13828, "Application Group Management"),
    (13829, "Other Account Management Events"),
    (14080, "Directory Service Access"),
    (14081, "Directory Service Changes"),
    (14082, "Directory Service Replication"),
    (14083, "Detailed Directory Service Replication"),
    (14336, "Credential Validation"),
    (14337, "Kerberos Service Ticket Operations"),
    (14338, "Other Account Logon Events"),
    (14339, "Kerberos Authentication Service"),
];

/// The tasks of `Microsoft-Windows-Eventlog`.
const EVENT_LOG: &[(u32, &str)] = &[
    (101, "Event processing"),
    (103, "Service shutdown"),
    (104, "Log clear"),
    (105, "Log automatic backup"),
];

/// The tasks of `Microsoft-Windows-Sysmon`, which are numbered as its events.
const SYSMON: &[(u32, &str)] = &[
    (1, "Process Create (rule: ProcessCreate)"),
    (2, "File creation time changed (rule: FileCreateTime)"),
    (3, "Network connection detected (rule: NetworkConnect)"),
    (4, "Sysmon service state changed"),
    (5, "Process terminated (rule: ProcessTerminate)"),
    (6, "Driver loaded (rule: DriverLoad)"),
    (7, "Image loaded (rule: ImageLoad)"),
    (8, "CreateRemoteThread detected (rule: CreateRemoteThread)"),
    (9, "RawAccessRead detected (rule: RawAccessRead)"),
    (10, "Process accessed (rule: ProcessAccess)"),
    (11, "File created (rule: FileCreate)"),
    (12, "Registry object added or deleted (rule: RegistryEvent)"),
    (13, "Registry value set (rule: RegistryEvent)"),
    (14, "Registry object renamed (rule: RegistryEvent)"),
    (15, "File stream created (rule: FileCreateStreamHash)"),
    (16, "Sysmon config state changed"),
    (17, "Pipe Created (rule: PipeEvent)"),
    (18, "Pipe Connected (rule: PipeEvent)"),
    (19, "WmiEventFilter activity detected (rule: WmiEvent)"),
    (20, "WmiEventConsumer activity detected (rule: WmiEvent)"),
    (
        21,
        "WmiEventConsumerToFilter activity detected (rule: WmiEvent)",
    ),
    (22, "Dns query (rule: DnsQuery)"),
    (23, "File Delete archived (rule: FileDelete)"),
    (24, "Clipboard changed (rule: ClipboardChange)"),
    (25, "Process Tampering (rule: ProcessTampering)"),
    (26, "File Delete logged (rule: FileDeleteDetected)"),
    (27, "File Block Executable (rule: FileBlockExecutable)"),
    (28, "File Block Shredding (rule: FileBlockShredding)"),
    (
        29,
        "File Executable Detected (rule: FileExecutableDetected)",
    ),
    (255, "Error report"),
];

/// The tasks of the classic PowerShell provider.
const POWERSHELL: &[(u32, &str)] = &[
    (3, "Command Health"),
    (4, "Engine Lifecycle"),
    (6, "Provider Lifecycle"),
    (8, "Pipeline Execution Details"),
];

/// The tasks of `Microsoft-Windows-PowerShell` that its script events use.
const POWERSHELL_OPERATIONAL: &[(u32, &str)] = &[
    (2, "Execute a Remote Command"),
    (102, "Starting Command"),
    (103, "Stopping Command"),
    (106, "Executing Pipeline"),
];

/// The name of a provider's task; `None` when only the provider's own message file knows it. Task 0 is none, whoever
/// says it.
pub(in super::super) fn name(provider: &str, task: u32) -> Option<&'static str> {
    if task == 0 {
        return Some("None");
    }
    let tables = [
        ("Microsoft-Windows-Security-Auditing", SECURITY),
        ("Microsoft-Windows-Eventlog", EVENT_LOG),
        ("Microsoft-Windows-Sysmon", SYSMON),
        ("PowerShell", POWERSHELL),
        ("Microsoft-Windows-PowerShell", POWERSHELL_OPERATIONAL),
    ];
    let (_, table) = tables
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(provider))?;
    super::find(table, task)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        for table in [
            super::SECURITY,
            super::EVENT_LOG,
            super::SYSMON,
            super::POWERSHELL,
            super::POWERSHELL_OPERATIONAL,
        ] {
            super::super::assert_sorted(table);
        }
        assert_eq!(super::name("nobody", 0), Some("None"));
        assert_eq!(super::name("nobody", 1), None);
    }
}
