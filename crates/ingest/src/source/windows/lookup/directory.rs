//! Accounts, services and trusts: what their numbers mean.

const ACCOUNT_CONTROL: &[(u64, &str)] = &[
    (0x0000_0001, "USER_ACCOUNT_DISABLED"),
    (0x0000_0002, "USER_HOME_DIRECTORY_REQUIRED"),
    (0x0000_0004, "USER_PASSWORD_NOT_REQUIRED"),
    (0x0000_0008, "USER_TEMP_DUPLICATE_ACCOUNT"),
    (0x0000_0010, "USER_NORMAL_ACCOUNT"),
    (0x0000_0020, "USER_MNS_LOGON_ACCOUNT"),
    (0x0000_0040, "USER_INTERDOMAIN_TRUST_ACCOUNT"),
    (0x0000_0080, "USER_WORKSTATION_TRUST_ACCOUNT"),
    (0x0000_0100, "USER_SERVER_TRUST_ACCOUNT"),
    (0x0000_0200, "USER_DONT_EXPIRE_PASSWORD"),
    (0x0000_0400, "USER_ACCOUNT_AUTO_LOCKED"),
    (0x0000_0800, "USER_ENCRYPTED_TEXT_PASSWORD_ALLOWED"),
    (0x0000_1000, "USER_SMARTCARD_REQUIRED"),
    (0x0000_2000, "USER_TRUSTED_FOR_DELEGATION"),
    (0x0000_4000, "USER_NOT_DELEGATED"),
    (0x0000_8000, "USER_USE_DES_KEY_ONLY"),
    (0x0001_0000, "USER_DONT_REQUIRE_PREAUTH"),
    (0x0002_0000, "USER_PASSWORD_EXPIRED"),
    (0x0004_0000, "USER_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION"),
    (0x0008_0000, "USER_NO_AUTH_DATA_REQUIRED"),
    (0x0010_0000, "USER_PARTIAL_SECRETS_ACCOUNT"),
    (0x0020_0000, "USER_USE_AES_KEYS"),
];

/// The names of the account-control flags that are set.
pub(in super::super) fn account_control(bits: u64) -> Vec<&'static str> {
    super::flags(ACCOUNT_CONTROL, bits)
}

/// The name of a service type, written as 4697 does (`0x10`).
pub(in super::super) fn service_type(text: &str) -> Option<&'static str> {
    Some(match text {
        "0x1" => "Kernel Driver",
        "0x2" => "File System Driver",
        "0x8" => "Recognizer Driver",
        "0x10" => "Win32 Own Process",
        "0x20" => "Win32 Share Process",
        "0x110" => "Interactive Own Process",
        "0x120" => "Interactive Share Process",
        _ => return None,
    })
}

/// The name of a trust type.
pub(in super::super) fn trust_type(text: &str) -> Option<&'static str> {
    Some(match text {
        "1" => "TRUST_TYPE_DOWNLEVEL",
        "2" => "TRUST_TYPE_UPLEVEL",
        "3" => "TRUST_TYPE_MIT",
        "4" => "TRUST_TYPE_DCE",
        _ => return None,
    })
}

/// The name of a trust direction.
pub(in super::super) fn trust_direction(text: &str) -> Option<&'static str> {
    Some(match text {
        "0" => "TRUST_DIRECTION_DISABLED",
        "1" => "TRUST_DIRECTION_INBOUND",
        "2" => "TRUST_DIRECTION_OUTBOUND",
        "3" => "TRUST_DIRECTION_BIDIRECTIONAL",
        _ => return None,
    })
}

/// The name of a trust's attributes, where they are a single one.
pub(in super::super) fn trust_attribute(text: &str) -> Option<&'static str> {
    Some(match text {
        "0" => "UNDEFINED",
        "1" => "TRUST_ATTRIBUTE_NON_TRANSITIVE",
        "2" => "TRUST_ATTRIBUTE_UPLEVEL_ONLY",
        "4" => "TRUST_ATTRIBUTE_QUARANTINED_DOMAIN",
        "8" => "TRUST_ATTRIBUTE_FOREST_TRANSITIVE",
        "16" => "TRUST_ATTRIBUTE_CROSS_ORGANIZATION",
        "32" => "TRUST_ATTRIBUTE_WITHIN_FOREST",
        "64" => "TRUST_ATTRIBUTE_TREAT_AS_EXTERNAL",
        "128" => "TRUST_ATTRIBUTE_USES_RC4_ENCRYPTION",
        "512" => "TRUST_ATTRIBUTE_CROSS_ORGANIZATION_NO_TGT_DELEGATION",
        "1024" => "TRUST_ATTRIBUTE_PIM_TRUST",
        _ => return None,
    })
}
