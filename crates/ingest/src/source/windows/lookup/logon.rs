//! Logon types, and why logons fail.

/// The name of a logon type. Types 0, 12 and 13 have none in Elastic's mapping.
pub(in super::super) fn logon_type(text: &str) -> Option<&'static str> {
    Some(match text {
        "2" => "Interactive",
        "3" => "Network",
        "4" => "Batch",
        "5" => "Service",
        "7" => "Unlock",
        "8" => "NetworkCleartext",
        "9" => "NewCredentials",
        "10" => "RemoteInteractive",
        "11" => "CachedInteractive",
        _ => return None,
    })
}

/// What `Status` and `SubStatus` of 4625 and 4776 mean, in Elastic's words.
const STATUS: &[(u32, &str)] = &[
    (0, "Status OK."),
    (
        0xc000_005e,
        "There are currently no logon servers available to service the logon request.",
    ),
    (
        0xc000_0064,
        "User logon with misspelled or bad user account",
    ),
    (0xc000_006a, "User logon with misspelled or bad password"),
    (
        0xc000_006d,
        "This is either due to a bad username or authentication information",
    ),
    (0xc000_006e, "Unknown user name or bad password."),
    (0xc000_006f, "User logon outside authorized hours"),
    (0xc000_0070, "User logon from unauthorized workstation"),
    (0xc000_0071, "User logon with expired password"),
    (
        0xc000_0072,
        "User logon to account disabled by administrator",
    ),
    (
        0xc000_00dc,
        "Indicates the Sam Server was in the wrong state to perform the desired operation.",
    ),
    (
        0xc000_0133,
        "Clocks between DC and other computer too far out of sync",
    ),
    (
        0xc000_015b,
        "The user has not been granted the requested logon type (aka logon right) at this machine",
    ),
    (
        0xc000_018c,
        "The logon request failed because the trust relationship between the primary domain and the trusted domain failed.",
    ),
    (
        0xc000_0192,
        "An attempt was made to logon, but the Netlogon service was not started.",
    ),
    (0xc000_0193, "User logon with expired account"),
    (
        0xc000_0224,
        "User is required to change password at next logon",
    ),
    (0xc000_0225, "Evidently a bug in Windows and not a risk"),
    (0xc000_0234, "User logon with account locked"),
    (
        0xc000_02ee,
        "Failure Reason: An Error occurred during Logon",
    ),
    (
        0xc000_0371,
        "The local account store does not contain secret material for the specified account",
    ),
    (
        0xc000_0413,
        "Logon Failure: The machine you are logging onto is protected by an authentication firewall. The specified account is not allowed to authenticate to the machine.",
    ),
];

/// What a status, written as `0x...`, means.
pub(in super::super) fn status(text: &str) -> Option<&'static str> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    super::find(STATUS, u32::from_str_radix(digits, 16).ok()?)
}

/// The message that a failure reason such as `%%2313` stands for.
const REASONS: &[(u32, &str)] = &[
    (2304, "An Error occured during Logon."),
    (2305, "The specified user account has expired."),
    (2306, "The NetLogon component is not active."),
    (2307, "Account locked out."),
    (
        2308,
        "The user has not been granted the requested logon type at this machine.",
    ),
    (2309, "The specified account's password has expired."),
    (2310, "Account currently disabled."),
    (2311, "Account logon time restriction violation."),
    (2312, "User not allowed to logon at this computer."),
    (2313, "Unknown user name or bad password."),
    (2314, "Domain sid inconsistent."),
    (2315, "Smartcard logon is required and was not used."),
];

/// The message of a failure reason, written `%%NUMBER`; a number without a message stands for itself.
pub(in super::super) fn failure_reason(text: &str) -> String {
    let code = text.replace("%%", "");
    let message = code
        .parse()
        .ok()
        .and_then(|code| super::find(REASONS, code));
    message.map_or(code, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{REASONS, STATUS, failure_reason, status};

    #[test]
    fn reasons_and_statuses() {
        super::super::assert_sorted(STATUS);
        super::super::assert_sorted(REASONS);
        assert_eq!(status("0xC000006D"), status("0xc000006d"));
        assert_eq!(status("0x0"), Some("Status OK."));
        assert_eq!(status("0xc0000001"), None);
        assert_eq!(status("-"), None);
        assert_eq!(failure_reason("%%2307"), "Account locked out.");
        assert_eq!(failure_reason("%%1"), "1");
    }
}
