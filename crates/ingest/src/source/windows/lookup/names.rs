//! The names that Windows gives to levels, opcodes and keywords of its own.

/// The name of a level, in lower case as `log.level` has it. Level 0, "log always", shows as information.
pub(in super::super) fn level(level: u8) -> Option<&'static str> {
    match level {
        0 | 4 => Some("information"),
        1 => Some("critical"),
        2 => Some("error"),
        3 => Some("warning"),
        5 => Some("verbose"),
        _ => None,
    }
}

/// The name of a standard opcode.
pub(in super::super) fn opcode(opcode: u8) -> Option<&'static str> {
    const NAMES: [&str; 10] = [
        "Info",
        "Start",
        "Stop",
        "DCStart",
        "DCStop",
        "Extension",
        "Reply",
        "Resume",
        "Suspend",
        "Send",
    ];
    NAMES.get(usize::from(opcode)).copied()
}

/// The keyword bit of a failed audit.
pub(in super::super) const AUDIT_FAILURE: u64 = 0x10_0000_0000_0000;
/// The keyword bit of a successful audit.
pub(in super::super) const AUDIT_SUCCESS: u64 = 0x20_0000_0000_0000;

const KEYWORDS: &[(u64, &str)] = &[
    (0x1_0000_0000_0000, "Response Time"),
    (0x2_0000_0000_0000, "WDI Context"),
    (0x4_0000_0000_0000, "WDI Diag"),
    (0x8_0000_0000_0000, "SQM"),
    (AUDIT_FAILURE, "Audit Failure"),
    (AUDIT_SUCCESS, "Audit Success"),
    (0x40_0000_0000_0000, "Correlation Hint"),
    (0x80_0000_0000_0000, "Classic"),
];

/// The names of the standard keywords that are set.
pub(in super::super) fn keywords(bits: u64) -> Vec<&'static str> {
    super::flags(KEYWORDS, bits)
}

#[cfg(test)]
mod tests {
    use super::{keywords, level, opcode};

    #[test]
    fn names_of_a_security_event() {
        assert_eq!(keywords(0x8020_0000_0000_0000), ["Audit Success"]);
        assert_eq!(keywords(0x8010_0000_0000_0000), ["Audit Failure"]);
        assert!(keywords(0x4000_0000_0000_0000).is_empty());
        assert_eq!(level(0), Some("information"));
        assert_eq!(opcode(0), Some("Info"));
        assert_eq!(opcode(30), None);
    }
}
