//! Audit subcategories by their GUID, `{0CCE92xx-69AE-11D9-BED3-505054503030}`: only the byte `xx` differs.

const PREFIX: &str = "0cce92";
const SUFFIX: &str = "-69ae-11d9-bed3-505054503030";

const SYSTEM: &str = "System";
const LOGON: &str = "Logon/Logoff";
const OBJECT: &str = "Object Access";
const PRIVILEGE: &str = "Privilege Use";
const TRACKING: &str = "Detailed Tracking";
const POLICY: &str = "Policy Change";
const MANAGEMENT: &str = "Account Management";
const ACCOUNT_LOGON: &str = "Account Logon";

/// Byte, subcategory, category.
const SUBCATEGORIES: &[(u8, &str, &str)] = &[
    (0x10, "Security State Change", SYSTEM),
    (0x11, "Security System Extension", SYSTEM),
    (0x12, "System Integrity", SYSTEM),
    (0x13, "IPsec Driver", SYSTEM),
    (0x14, "Other System Events", SYSTEM),
    (0x15, "Logon", LOGON),
    (0x16, "Logoff", LOGON),
    (0x17, "Account Lockout", LOGON),
    (0x18, "IPsec Main Mode", LOGON),
    (0x19, "IPsec Quick Mode", LOGON),
    (0x1a, "IPsec Extended Mode", LOGON),
    (0x1b, "Special Logon", LOGON),
    (0x1c, "Other Logon/Logoff Events", LOGON),
    (0x1d, "File System", OBJECT),
    (0x1e, "Registry", OBJECT),
    (0x1f, "Kernel Object", OBJECT),
    (0x20, "SAM", OBJECT),
    (0x21, "Certification Services", OBJECT),
    (0x22, "Application Generated", OBJECT),
    (0x23, "Handle Manipulation", OBJECT),
    (0x24, "File Share", OBJECT),
    (0x25, "Filtering Platform Packet Drop", OBJECT),
    // The blank at the end is Elastic's.
    (0x26, "Filtering Platform Connection ", OBJECT),
    (0x27, "Other Object Access Events", OBJECT),
    (0x28, "Sensitive Privilege Use", PRIVILEGE),
    (0x29, "Non Sensitive Privilege Use", PRIVILEGE),
    (0x2a, "Other Privilege Use Events", PRIVILEGE),
    (0x2b, "Process Creation", TRACKING),
    (0x2c, "Process Termination", TRACKING),
    (0x2d, "DPAPI Activity", TRACKING),
    (0x2e, "RPC Events", TRACKING),
    (0x2f, "Audit Policy Change", POLICY),
    (0x30, "Authentication Policy Change", POLICY),
    (0x31, "Authorization Policy Change", POLICY),
    (0x32, "MPSSVC Rule-Level Policy Change", POLICY),
    (0x33, "Filtering Platform Policy Change", POLICY),
    (0x34, "Other Policy Change Events", POLICY),
    (0x35, "User Account Management", MANAGEMENT),
    (0x36, "Computer Account Management", MANAGEMENT),
    (0x37, "Security Group Management", MANAGEMENT),
    (0x38, "Distribution Group Management", MANAGEMENT),
    (0x39, "Application Group Management", MANAGEMENT),
    (0x3a, "Other Account Management Events", MANAGEMENT),
    (0x3b, "Directory Service Access", MANAGEMENT),
    (0x3c, "Directory Service Changes", MANAGEMENT),
    (0x3d, "Directory Service Replication", MANAGEMENT),
    (0x3e, "Detailed Directory Service Replication", MANAGEMENT),
    (0x3f, "Credential Validation", ACCOUNT_LOGON),
    (0x40, "Kerberos Service Ticket Operations", ACCOUNT_LOGON),
    (0x41, "Other Account Logon Events", ACCOUNT_LOGON),
    (0x42, "Kerberos Authentication Service", ACCOUNT_LOGON),
    (0x43, "Network Policy Server", LOGON),
    (0x44, "Detailed File Share", OBJECT),
    (0x45, "Removable Storage", OBJECT),
    (0x46, "Central Policy Staging", OBJECT),
    (0x47, "User / Device Claims", LOGON),
    (0x48, "Plug and Play Events", TRACKING),
];

/// The names of the subcategory and of its category.
pub(in super::super) fn subcategory(guid: &str) -> Option<(&'static str, &'static str)> {
    let guid = guid.trim_matches(['{', '}']).to_ascii_lowercase();
    let byte = guid.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    if byte.len() != 2 {
        return None;
    }
    let byte = u8::from_str_radix(byte, 16).ok()?;
    let at = SUBCATEGORIES
        .binary_search_by_key(&byte, |(byte, ..)| *byte)
        .ok()?;
    let (_, subcategory, category) = SUBCATEGORIES[at];
    Some((subcategory, category))
}

#[cfg(test)]
mod tests {
    use super::{SUBCATEGORIES, subcategory};

    #[test]
    fn subcategories_by_guid() {
        assert!(SUBCATEGORIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(
            subcategory("{0CCE921B-69AE-11D9-BED3-505054503030}"),
            Some(("Special Logon", "Logon/Logoff"))
        );
        assert_eq!(subcategory("{0CCE92-69AE-11D9-BED3-505054503030}"), None);
        assert_eq!(subcategory("{0cce9201-69ae-11d9-bed3-505054503030}"), None);
        assert_eq!(subcategory("é"), None);
    }
}
