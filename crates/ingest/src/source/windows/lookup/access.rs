//! Messages of the audit system that events name by number (`%%4417`): access rights, directions, layers, policy changes.

use std::borrow::Cow;

const MESSAGES: &[(u32, &str)] = &[
    // Standard rights.
    (1537, "DELETE"),
    (1538, "READ_CONTROL"),
    (1539, "WRITE_DAC"),
    (1540, "WRITE_OWNER"),
    (1541, "SYNCHRONIZE"),
    (1542, "ACCESS_SYS_SEC"),
    (1543, "MAX_ALLOWED"),
    (1552, "Unknown specific access (bit 0)"),
    (1553, "Unknown specific access (bit 1)"),
    (1554, "Unknown specific access (bit 2)"),
    (1555, "Unknown specific access (bit 3)"),
    (1556, "Unknown specific access (bit 4)"),
    (1557, "Unknown specific access (bit 5)"),
    (1558, "Unknown specific access (bit 6)"),
    (1559, "Unknown specific access (bit 7)"),
    (1560, "Unknown specific access (bit 8)"),
    (1561, "Unknown specific access (bit 9)"),
    (1562, "Unknown specific access (bit 10)"),
    (1563, "Unknown specific access (bit 11)"),
    (1564, "Unknown specific access (bit 12)"),
    (1565, "Unknown specific access (bit 13)"),
    (1566, "Unknown specific access (bit 14)"),
    (1567, "Unknown specific access (bit 15)"),
    // Registry value types and what became of a value.
    (1872, "REG_NONE"),
    (1873, "REG_SZ"),
    (1874, "REG_EXPAND_SZ"),
    (1875, "REG_BINARY"),
    (1876, "REG_DWORD"),
    (1877, "REG_DWORD_BIG_ENDIAN"),
    (1878, "REG_LINK"),
    (
        1879,
        "REG_MULTI_SZ (New lines are replaced with *. A * is replaced with **)",
    ),
    (1880, "REG_RESOURCE_LIST"),
    (1881, "REG_FULL_RESOURCE_DESCRIPTOR"),
    (1882, "REG_RESOURCE_REQUIREMENTS_LIST"),
    (1883, "REG_QWORD"),
    (1904, "New registry value created"),
    (1905, "Existing registry value modified"),
    (1906, "Registry value deleted"),
    // Object directories.
    (4368, "Query directory"),
    (4369, "Traverse"),
    (4370, "Create object in directory"),
    (4371, "Create sub-directory"),
    (4384, "Query event state"),
    (4385, "Modify event state"),
    // Files.
    (4416, "ReadData (or ListDirectory)"),
    (4417, "WriteData (or AddFile)"),
    (
        4418,
        "AppendData (or AddSubdirectory or CreatePipeInstance)",
    ),
    (4419, "ReadEA"),
    (4420, "WriteEA"),
    (4421, "Execute/Traverse"),
    (4422, "DeleteChild"),
    (4423, "ReadAttributes"),
    (4424, "WriteAttributes"),
    // Registry keys.
    (4432, "Query key value"),
    (4433, "Set key value"),
    (4434, "Create sub-key"),
    (4435, "Enumerate sub-keys"),
    (4436, "Notify about changes to keys"),
    (4437, "Create Link"),
    (4440, "Enable 64(or 32) bit application to open 64 bit key"),
    (4441, "Enable 64(or 32) bit application to open 32 bit key"),
    (4448, "Query mutant state"),
    (4464, "Communicate using port"),
    // Processes.
    (4480, "Force process termination"),
    (4481, "Create new thread in process"),
    (4482, "Set process session ID"),
    (4483, "Perform virtual memory operation"),
    (4484, "Read from process memory"),
    (4485, "Write to process memory"),
    (4486, "Duplicate handle into or out of process"),
    (4487, "Create a subprocess of process"),
    (4488, "Set process quotas"),
    (4489, "Set process information"),
    (4490, "Query process information"),
    (4491, "Set process termination port"),
    // Sections, semaphores, links.
    (4512, "Query section state"),
    (4513, "Map section for write"),
    (4514, "Map section for read"),
    (4515, "Map section for execute"),
    (4516, "Extend size"),
    (4528, "Query semaphore state"),
    (4529, "Modify semaphore state"),
    (4544, "Use symbolic link"),
    // Threads.
    (4560, "Force thread termination"),
    (4561, "Suspend or resume thread"),
    (4562, "Send an alert to thread"),
    (4563, "Get thread context"),
    (4564, "Set thread context"),
    (4565, "Set thread information"),
    (4566, "Query thread information"),
    (4567, "Assign a token to the thread"),
    (4568, "Cause thread to directly impersonate another thread"),
    (4569, "Directly impersonate this thread"),
    // Tokens.
    (4592, "AssignAsPrimary"),
    (4593, "Duplicate"),
    (4594, "Impersonate"),
    (4595, "Query"),
    (4596, "QuerySource"),
    (4597, "AdjustPrivileges"),
    (4598, "AdjustGroups"),
    (4599, "AdjustDefaultDacl"),
    (4600, "AdjustSessionID"),
    // Jobs.
    (5136, "Assign process"),
    (5137, "Set Attributes"),
    (5138, "Query Attributes"),
    (5139, "Terminate Job"),
    (5140, "Set Security Attributes"),
    // The account database: server, domain, groups, aliases, users.
    (5376, "ConnectToServer"),
    (5377, "ShutdownServer"),
    (5378, "InitializeServer"),
    (5379, "CreateDomain"),
    (5380, "EnumerateDomains"),
    (5381, "LookupDomain"),
    (5392, "ReadPasswordParameters"),
    (5393, "WritePasswordParameters"),
    (5394, "ReadOtherParameters"),
    (5395, "WriteOtherParameters"),
    (5396, "CreateUser"),
    (5397, "CreateGlobalGroup"),
    (5398, "CreateLocalGroup"),
    (5399, "GetLocalGroupMembership"),
    (5400, "ListAccounts"),
    (5401, "LookupIDs"),
    (5402, "AdministerServer"),
    (5408, "ReadInformation"),
    (5409, "WriteAccount"),
    (5410, "AddMember"),
    (5411, "RemoveMember"),
    (5412, "ListMembers"),
    (5424, "AddMember"),
    (5425, "RemoveMember"),
    (5426, "ListMembers"),
    (5427, "ReadInformation"),
    (5428, "WriteAccount"),
    (5440, "ReadGeneralInformation"),
    (5441, "ReadPreferences"),
    (5442, "WritePreferences"),
    (5443, "ReadLogon"),
    (5444, "ReadAccount"),
    (5445, "WriteAccount"),
    (5446, "ChangePassword (with knowledge of old password)"),
    (5447, "SetPassword (without knowledge of old password)"),
    (5448, "ListGroups"),
    (5449, "ReadGroupMembership"),
    (5450, "ChangeGroupMembership"),
    // The local security authority.
    (5632, "View non-sensitive policy information"),
    (5633, "View system audit requirements"),
    (5634, "Get sensitive policy information"),
    (5635, "Modify domain trust relationships"),
    (
        5636,
        "Create special accounts (for assignment of user rights)",
    ),
    (5637, "Create a secret object"),
    (5638, "Create a privilege"),
    (5639, "Set default quota limits"),
    (5640, "Change system audit requirements"),
    (5641, "Administer audit log attributes"),
    (5642, "Enable/Disable LSA"),
    (5643, "Lookup Names/SIDs"),
    (5648, "Change secret value"),
    (5649, "Query secret value"),
    // The service controller and services.
    (7168, "Connect to service controller"),
    (7169, "Create a new service"),
    (7170, "Enumerate services"),
    (7171, "Lock service database for exclusive access"),
    (7172, "Query service database lock state"),
    (7173, "Set last-known-good state of service database"),
    (7184, "Query service configuration information"),
    (7185, "Set service configuration information"),
    (7186, "Query status of service"),
    (7187, "Enumerate dependencies of service"),
    (7188, "Start the service"),
    (7189, "Stop the service"),
    (7190, "Pause or continue the service"),
    (7191, "Query information from service"),
    (7192, "Issue service-specific control commands"),
    // Directory objects.
    (7680, "Create Child"),
    (7681, "Delete Child"),
    (7682, "List Contents"),
    (7683, "Write Self"),
    (7684, "Read Property"),
    (7685, "Write Property"),
    (7686, "Delete Tree"),
    (7687, "List Object"),
    (7688, "Control Access"),
    // Changes of the audit policy.
    (8448, "Success removed"),
    (8449, "Success Added"),
    (8450, "Failure removed"),
    (8451, "Failure Added"),
    (8452, "Success include removed"),
    (8453, "Success include added"),
    (8454, "Success exclude removed"),
    (8455, "Success exclude added"),
    (8456, "Failure include removed"),
    (8457, "Failure include added"),
    (8458, "Failure exclude removed"),
    (8459, "Failure exclude added"),
    // The filtering platform: directions and layers.
    (14592, "Inbound"),
    (14593, "Outbound"),
    (14594, "Forward"),
    (14595, "Bidirectional"),
    (14596, "IP Packet"),
    (14597, "Transport"),
    (14598, "Forward"),
    (14599, "Stream"),
    (14600, "Datagram Data"),
    (14601, "ICMP Error"),
    (14602, "MAC 802.3"),
    (14603, "MAC Native"),
    (14604, "vSwitch"),
    (14608, "Resource Assignment"),
    (14609, "Listen"),
    (14610, "Receive/Accept"),
    (14611, "Connect"),
    (14612, "Flow Established"),
    (14614, "Resource Release"),
    (14615, "Endpoint Closure"),
    (14616, "Connect Redirect"),
    (14617, "Bind Redirect"),
];

/// The message of a number. The rights of each kind of object lie in a run of sixteen; those that mean nothing say so.
pub(in super::super) fn message(code: &str) -> Option<Cow<'static, str>> {
    let code: u32 = code.parse().ok()?;
    if let Some(message) = super::find(MESSAGES, code) {
        return Some(Cow::Borrowed(message));
    }
    matches!(code, 4352..=4623 | 5120..=5151 | 5376..=5455 | 5650..=5711 | 7689..=7695)
        .then(|| Cow::Owned(format!("Undefined Access (no effect) Bit {}", code % 16)))
}

/// The rights that single bits of a directory-object access mask give, as Elastic words them.
const MASK: &[(u64, &str)] = &[
    (0x0000_0001, "Create Child"),
    (0x0000_0002, "Delete Child"),
    (0x0000_0004, "List Contents"),
    (0x0000_0008, "SELF"),
    (0x0000_0010, "Read Property"),
    (0x0000_0020, "Write Property"),
    (0x0000_0040, "Delete Treee"),
    (0x0000_0080, "List Object"),
    (0x0000_0100, "Control Access"),
    (0x0001_0000, "DELETE"),
    (0x0002_0000, "READ_CONTROL"),
    (0x0004_0000, "WRITE_DAC"),
    (0x0008_0000, "WRITE_OWNER"),
    (0x0010_0000, "SYNCHRONIZE"),
    (0x0100_0000, "ADS_RIGHT_ACCESS_SYSTEM_SECURITY"),
    (0x1000_0000, "ADS_RIGHT_GENERIC_ALL"),
    (0x2000_0000, "ADS_RIGHT_GENERIC_EXECUTE"),
    (0x4000_0000, "ADS_RIGHT_GENERIC_WRITE"),
    (0x8000_0000, "ADS_RIGHT_GENERIC_READ"),
];

/// The names of the bits of an access mask.
pub(in super::super) fn mask(bits: u64) -> Vec<&'static str> {
    super::flags(MASK, bits)
}

/// The mask bit of a directory right that an event names by message number.
pub(in super::super) fn bit_of(code: u32) -> Option<u64> {
    match code {
        1537..=1541 => Some(0x1_0000 << (code - 1537)),
        7680..=7688 => Some(1 << (code - 7680)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MESSAGES, bit_of, mask, message};

    #[test]
    fn messages_by_number() {
        super::super::assert_sorted(MESSAGES);
        let text = |code| message(code).map(std::borrow::Cow::into_owned);
        assert_eq!(text("4417").as_deref(), Some("WriteData (or AddFile)"));
        assert_eq!(
            text("4425").as_deref(),
            Some("Undefined Access (no effect) Bit 9")
        );
        assert_eq!(message("1"), None);
        assert_eq!(message("x"), None);
        assert_eq!(bit_of(7688).map(mask), Some(vec!["Control Access"]));
        assert_eq!(bit_of(1539).map(mask), Some(vec!["WRITE_DAC"]));
    }
}
