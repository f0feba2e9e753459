//! Kerberos tickets: options, encryption types and result codes.

/// From the lowest bit up, the order in which Elastic lists them.
const OPTIONS: &[(u64, &str)] = &[
    (0x0000_0001, "Validate"),
    (0x0000_0002, "Renew"),
    (0x0000_0008, "Enc-tkt-in-skey"),
    (0x0000_0010, "Renewable-ok"),
    (0x0000_0020, "Disable-transited-check"),
    (0x0001_0000, "Name-canonicalize"),
    (0x0002_0000, "Request-anonymous"),
    (0x0004_0000, "Ok-as-delegate"),
    (0x0008_0000, "Transited-policy-checked"),
    (0x0010_0000, "Opt-hardware-auth"),
    (0x0020_0000, "Pre-authent"),
    (0x0040_0000, "Initial"),
    (0x0080_0000, "Renewable"),
    (0x0100_0000, "Invalid"),
    (0x0200_0000, "Postdated"),
    (0x0400_0000, "Allow-postdate"),
    (0x0800_0000, "Proxy"),
    (0x1000_0000, "Proxiable"),
    (0x2000_0000, "Forwarded"),
    (0x4000_0000, "Forwardable"),
];

/// The names of the ticket options that are set.
pub(in super::super) fn ticket_options(bits: u64) -> Vec<&'static str> {
    super::flags(OPTIONS, bits)
}

const ENCRYPTION: &[(u32, &str)] = &[
    (0x1, "DES-CBC-CRC"),
    (0x3, "DES-CBC-MD5"),
    (0x11, "AES128-CTS-HMAC-SHA1-96"),
    (0x12, "AES256-CTS-HMAC-SHA1-96"),
    (0x17, "RC4-HMAC"),
    (0x18, "RC4-HMAC-EXP"),
    (0xffff_ffff, "FAIL"),
];

/// The name of an encryption type.
pub(in super::super) fn encryption_type(number: u32) -> Option<&'static str> {
    super::find(ENCRYPTION, number)
}

const RESULTS: &[(u32, &str)] = &[
    (0x0, "KDC_ERR_NONE"),
    (0x1, "KDC_ERR_NAME_EXP"),
    (0x2, "KDC_ERR_SERVICE_EXP"),
    (0x3, "KDC_ERR_BAD_PVNO"),
    (0x4, "KDC_ERR_C_OLD_MAST_KVNO"),
    (0x5, "KDC_ERR_S_OLD_MAST_KVNO"),
    (0x6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
    (0x7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
    (0x8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE"),
    (0x9, "KDC_ERR_NULL_KEY"),
    (0xa, "KDC_ERR_CANNOT_POSTDATE"),
    (0xb, "KDC_ERR_NEVER_VALID"),
    (0xc, "KDC_ERR_POLICY"),
    (0xd, "KDC_ERR_BADOPTION"),
    (0xe, "KDC_ERR_ETYPE_NOTSUPP"),
    (0xf, "KDC_ERR_SUMTYPE_NOSUPP"),
    (0x10, "KDC_ERR_PADATA_TYPE_NOSUPP"),
    (0x11, "KDC_ERR_TRTYPE_NO_SUPP"),
    (0x12, "KDC_ERR_CLIENT_REVOKED"),
    (0x13, "KDC_ERR_SERVICE_REVOKED"),
    (0x14, "KDC_ERR_TGT_REVOKED"),
    (0x15, "KDC_ERR_CLIENT_NOTYET"),
    (0x16, "KDC_ERR_SERVICE_NOTYET"),
    (0x17, "KDC_ERR_KEY_EXPIRED"),
    (0x18, "KDC_ERR_PREAUTH_FAILED"),
    (0x19, "KDC_ERR_PREAUTH_REQUIRED"),
    (0x1a, "KDC_ERR_SERVER_NOMATCH"),
    (0x1b, "KDC_ERR_MUST_USE_USER2USER"),
    (0x1f, "KRB_AP_ERR_BAD_INTEGRITY"),
    (0x20, "KRB_AP_ERR_TKT_EXPIRED"),
    (0x21, "KRB_AP_ERR_TKT_NYV"),
    (0x22, "KRB_AP_ERR_REPEAT"),
    (0x23, "KRB_AP_ERR_NOT_US"),
    (0x24, "KRB_AP_ERR_BADMATCH"),
    (0x25, "KRB_AP_ERR_SKEW"),
    (0x26, "KRB_AP_ERR_BADADDR"),
    (0x27, "KRB_AP_ERR_BADVERSION"),
    (0x28, "KRB_AP_ERR_MSG_TYPE"),
    (0x29, "KRB_AP_ERR_MODIFIED"),
    (0x2a, "KRB_AP_ERR_BADORDER"),
    (0x2c, "KRB_AP_ERR_BADKEYVER"),
    (0x2d, "KRB_AP_ERR_NOKEY"),
    (0x2e, "KRB_AP_ERR_MUT_FAIL"),
    (0x2f, "KRB_AP_ERR_BADDIRECTION"),
    (0x30, "KRB_AP_ERR_METHOD"),
    (0x31, "KRB_AP_ERR_BADSEQ"),
    (0x32, "KRB_AP_ERR_INAPP_CKSUM"),
    (0x33, "KRB_AP_PATH_NOT_ACCEPTED"),
    (0x34, "KRB_ERR_RESPONSE_TOO_BIG"),
    (0x3c, "KRB_ERR_GENERIC"),
    (0x3d, "KRB_ERR_FIELD_TOOLONG"),
    (0x3e, "KDC_ERR_CLIENT_NOT_TRUSTED"),
    (0x3f, "KDC_ERR_KDC_NOT_TRUSTED"),
    (0x40, "KDC_ERR_INVALID_SIG"),
    (0x41, "KDC_ERR_KEY_TOO_WEAK"),
    (0x42, "KRB_AP_ERR_USER_TO_USER_REQUIRED"),
    (0x43, "KRB_AP_ERR_NO_TGT"),
    (0x44, "KDC_ERR_WRONG_REALM"),
];

/// The name of a result code.
pub(in super::super) fn result(number: u32) -> Option<&'static str> {
    super::find(RESULTS, number)
}

#[cfg(test)]
mod tests {
    use super::{ENCRYPTION, RESULTS, ticket_options};

    #[test]
    fn tables_are_sorted_and_options_start_at_the_lowest_bit() {
        super::super::assert_sorted(ENCRYPTION);
        super::super::assert_sorted(RESULTS);
        assert_eq!(ticket_options(0x10002), ["Renew", "Name-canonicalize"]);
        assert!(ticket_options(0).is_empty());
    }
}
