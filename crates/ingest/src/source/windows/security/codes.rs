//! What each event of the Security log is: category, type and action, as Elastic's Security pipeline sets them.

/// Category, type and action of an event id.
pub(super) struct Code {
    pub(super) code: u32,
    pub(super) category: &'static [&'static str],
    pub(super) types: &'static [&'static str],
    pub(super) action: &'static str,
}

type Texts = &'static [&'static str];

const AUTHENTICATION: Texts = &["authentication"];
const CONFIGURATION: Texts = &["configuration"];
const DRIVER: Texts = &["driver"];
const IAM: Texts = &["iam"];
const IAM_CONFIGURATION: Texts = &["iam", "configuration"];
const NETWORK: Texts = &["network"];
const NETWORK_FILE: Texts = &["network", "file"];
const PROCESS: Texts = &["process"];
const REGISTRY: Texts = &["registry", "configuration"];
const SESSION: Texts = &["authentication", "session"];

const ACCESS: Texts = &["access"];
const ADMIN: Texts = &["admin"];
const ADMIN_CHANGE: Texts = &["admin", "change"];
const ADMIN_CREATION: Texts = &["admin", "creation"];
const ADMIN_DELETION: Texts = &["admin", "deletion"];
const ADMIN_GROUP: Texts = &["admin", "group"];
const CHANGE: Texts = &["change"];
const CHANGE_ADMIN: Texts = &["change", "admin"];
const CONNECTION_ALLOWED: Texts = &["connection", "info", "allowed"];
const CONNECTION_DENIED: Texts = &["connection", "info", "denied"];
const CREATION: Texts = &["creation"];
const CREATION_ADMIN: Texts = &["creation", "admin"];
const DELETION: Texts = &["deletion"];
const DELETION_ADMIN: Texts = &["deletion", "admin"];
const END: Texts = &["end"];
const GROUP_CHANGE: Texts = &["group", "change"];
const GROUP_CREATION: Texts = &["group", "creation"];
const GROUP_DELETION: Texts = &["group", "deletion"];
const GROUP_INFO: Texts = &["group", "info"];
const INFO: Texts = &["info"];
const INFO_ACCESS: Texts = &["info", "access"];
const START: Texts = &["start"];
const USER_CHANGE: Texts = &["user", "change"];
const USER_CREATION: Texts = &["user", "creation"];
const USER_DELETION: Texts = &["user", "deletion"];
const USER_INFO: Texts = &["user", "info"];

const fn code(code: u32, category: Texts, types: Texts, action: &'static str) -> Code {
    Code {
        code,
        category,
        types,
        action,
    }
}

/// Sorted by id.
const CODES: &[Code] = &[
    code(1100, PROCESS, END, "logging-service-shutdown"),
    code(1102, IAM, ADMIN_CHANGE, "audit-log-cleared"),
    code(1104, IAM, ADMIN, "logging-full"),
    code(1105, IAM, ADMIN, "auditlog-archieved"),
    code(1108, IAM, ADMIN, "logging-processing-error"),
    code(4610, CONFIGURATION, ACCESS, "authentication-package-loaded"),
    code(
        4611,
        CONFIGURATION,
        CHANGE,
        "trusted-logon-process-registered",
    ),
    code(4614, CONFIGURATION, ACCESS, "notification-package-loaded"),
    code(4616, CONFIGURATION, CHANGE, "system-time-changed"),
    code(4622, CONFIGURATION, ACCESS, "security-package-loaded"),
    code(4624, AUTHENTICATION, START, "logged-in"),
    code(4625, AUTHENTICATION, START, "logon-failed"),
    code(4634, AUTHENTICATION, END, "logged-out"),
    code(4647, AUTHENTICATION, END, "logged-out"),
    code(4648, AUTHENTICATION, START, "logged-in-explicit"),
    code(4657, REGISTRY, CHANGE, "registry-value-modified"),
    code(
        4662,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "object-operation-performed",
    ),
    code(4670, IAM_CONFIGURATION, ADMIN_CHANGE, "permissions-changed"),
    code(4672, IAM, ADMIN, "logged-in-special"),
    code(4673, IAM, ADMIN, "privileged-service-called"),
    code(4674, IAM, ADMIN, "privileged-operation"),
    code(4688, PROCESS, START, "created-process"),
    code(4689, PROCESS, END, "exited-process"),
    code(4697, IAM_CONFIGURATION, ADMIN_CHANGE, "service-installed"),
    code(
        4698,
        IAM_CONFIGURATION,
        CREATION_ADMIN,
        "scheduled-task-created",
    ),
    code(
        4699,
        IAM_CONFIGURATION,
        DELETION_ADMIN,
        "scheduled-task-deleted",
    ),
    code(
        4700,
        IAM_CONFIGURATION,
        CHANGE_ADMIN,
        "scheduled-task-enabled",
    ),
    code(
        4701,
        IAM_CONFIGURATION,
        CHANGE_ADMIN,
        "scheduled-task-disabled",
    ),
    code(
        4702,
        IAM_CONFIGURATION,
        CHANGE_ADMIN,
        "scheduled-task-updated",
    ),
    code(4704, IAM, USER_CHANGE, "user-right-assigned"),
    code(4705, IAM, USER_CHANGE, "user-right-removed"),
    code(4706, CONFIGURATION, CREATION, "domain-trust-added"),
    code(4707, CONFIGURATION, DELETION, "domain-trust-removed"),
    code(4713, CONFIGURATION, CHANGE, "kerberos-policy-changed"),
    code(
        4714,
        CONFIGURATION,
        CHANGE,
        "encrypted-data-recovery-policy-changed",
    ),
    code(4715, CONFIGURATION, CHANGE, "object-audit-policy-changed"),
    code(
        4716,
        CONFIGURATION,
        CHANGE,
        "trusted-domain-information-changed",
    ),
    code(
        4717,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "system-security-access-granted",
    ),
    code(
        4718,
        IAM_CONFIGURATION,
        ADMIN_DELETION,
        "system-security-access-removed",
    ),
    code(
        4719,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "changed-audit-config",
    ),
    code(4720, IAM, USER_CREATION, "added-user-account"),
    code(4722, IAM, USER_CHANGE, "enabled-user-account"),
    code(4723, IAM, USER_CHANGE, "changed-password"),
    code(4724, IAM, USER_CHANGE, "reset-password"),
    code(4725, IAM, USER_DELETION, "disabled-user-account"),
    code(4726, IAM, USER_DELETION, "deleted-user-account"),
    code(4727, IAM, GROUP_CREATION, "added-group-account"),
    code(4728, IAM, GROUP_CHANGE, "added-member-to-group"),
    code(4729, IAM, GROUP_CHANGE, "removed-member-from-group"),
    code(4730, IAM, GROUP_DELETION, "deleted-group-account"),
    code(4731, IAM, GROUP_CREATION, "added-group-account"),
    code(4732, IAM, GROUP_CHANGE, "added-member-to-group"),
    code(4733, IAM, GROUP_CHANGE, "removed-member-from-group"),
    code(4734, IAM, GROUP_DELETION, "deleted-group-account"),
    code(4735, IAM, GROUP_CHANGE, "modified-group-account"),
    code(4737, IAM, GROUP_CHANGE, "modified-group-account"),
    code(4738, IAM, USER_CHANGE, "modified-user-account"),
    code(4739, CONFIGURATION, CHANGE, "domain-policy-changed"),
    code(4740, IAM, USER_CHANGE, "locked-out-user-account"),
    code(4741, IAM, CREATION_ADMIN, "added-computer-account"),
    code(4742, IAM, CHANGE_ADMIN, "changed-computer-account"),
    code(4743, IAM, DELETION_ADMIN, "deleted-computer-account"),
    code(
        4744,
        IAM,
        GROUP_CREATION,
        "added-distribution-group-account",
    ),
    code(
        4745,
        IAM,
        GROUP_CHANGE,
        "changed-distribution-group-account",
    ),
    code(
        4746,
        IAM,
        GROUP_CHANGE,
        "added-member-to-distribution-group",
    ),
    code(
        4747,
        IAM,
        GROUP_CHANGE,
        "removed-member-from-distribution-group",
    ),
    code(
        4748,
        IAM,
        GROUP_DELETION,
        "deleted-distribution-group-account",
    ),
    code(
        4749,
        IAM,
        GROUP_CREATION,
        "added-distribution-group-account",
    ),
    code(
        4750,
        IAM,
        GROUP_CHANGE,
        "changed-distribution-group-account",
    ),
    code(
        4751,
        IAM,
        GROUP_CHANGE,
        "added-member-to-distribution-group",
    ),
    code(
        4752,
        IAM,
        GROUP_CHANGE,
        "removed-member-from-distribution-group",
    ),
    code(
        4753,
        IAM,
        GROUP_DELETION,
        "deleted-distribution-group-account",
    ),
    code(4754, IAM, GROUP_CREATION, "added-group-account"),
    code(4755, IAM, GROUP_CHANGE, "modified-group-account"),
    code(4756, IAM, GROUP_CHANGE, "added-member-to-group"),
    code(4757, IAM, GROUP_CHANGE, "removed-member-from-group"),
    code(4758, IAM, GROUP_DELETION, "deleted-group-account"),
    code(
        4759,
        IAM,
        GROUP_CREATION,
        "added-distribution-group-account",
    ),
    code(
        4760,
        IAM,
        GROUP_CHANGE,
        "changed-distribution-group-account",
    ),
    code(
        4761,
        IAM,
        GROUP_CHANGE,
        "added-member-to-distribution-group",
    ),
    code(
        4762,
        IAM,
        GROUP_CHANGE,
        "removed-member-from-distribution-group",
    ),
    code(
        4763,
        IAM,
        GROUP_DELETION,
        "deleted-distribution-group-account",
    ),
    code(4764, IAM, GROUP_CHANGE, "type-changed-group-account"),
    code(4767, IAM, USER_CHANGE, "unlocked-user-account"),
    code(
        4768,
        AUTHENTICATION,
        START,
        "kerberos-authentication-ticket-requested",
    ),
    code(
        4769,
        AUTHENTICATION,
        START,
        "kerberos-service-ticket-requested",
    ),
    code(
        4770,
        AUTHENTICATION,
        START,
        "kerberos-service-ticket-renewed",
    ),
    code(4771, AUTHENTICATION, START, "kerberos-preauth-failed"),
    code(4776, AUTHENTICATION, START, "credential-validated"),
    code(4778, SESSION, START, "session-reconnected"),
    code(4779, SESSION, END, "session-disconnected"),
    code(4781, IAM, USER_CHANGE, "renamed-user-account"),
    code(4797, IAM, USER_INFO, "query-existence-of-blank-password"),
    code(4798, IAM, USER_INFO, "group-membership-enumerated"),
    code(4799, IAM, GROUP_INFO, "user-member-enumerated"),
    code(
        4817,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "object-audit-changed",
    ),
    code(
        4902,
        IAM_CONFIGURATION,
        ADMIN_CREATION,
        "user-audit-policy-created",
    ),
    code(
        4904,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "security-event-source-added",
    ),
    code(
        4905,
        IAM_CONFIGURATION,
        ADMIN_DELETION,
        "security-event-source-removed",
    ),
    code(
        4906,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "crash-on-audit-changed",
    ),
    code(
        4907,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "audit-setting-changed",
    ),
    code(
        4908,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "special-group-table-changed",
    ),
    code(
        4912,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "per-user-audit-policy-changed",
    ),
    code(
        4950,
        CONFIGURATION,
        CHANGE,
        "windows-firewall-setting-changed",
    ),
    code(
        4954,
        CONFIGURATION,
        CHANGE,
        "windows-firewall-group-policy-changed",
    ),
    code(4964, IAM, ADMIN_GROUP, "logged-in-special"),
    code(5024, PROCESS, START, "windows-firewall-service-started"),
    code(5025, PROCESS, END, "windows-firewall-service-stopped"),
    code(5033, DRIVER, START, "windows-firewall-driver-started"),
    code(5034, DRIVER, END, "windows-firewall-driver-stopped"),
    code(5037, DRIVER, END, "windows-firewall-driver-error"),
    code(
        5136,
        IAM_CONFIGURATION,
        ADMIN_CHANGE,
        "directory-service-object-modified",
    ),
    code(
        5137,
        IAM_CONFIGURATION,
        ADMIN_CREATION,
        "directory-service-object-created",
    ),
    code(
        5140,
        NETWORK_FILE,
        INFO_ACCESS,
        "network-share-object-accessed",
    ),
    code(
        5141,
        IAM_CONFIGURATION,
        ADMIN_DELETION,
        "directory-service-object-deleted",
    ),
    code(
        5145,
        NETWORK_FILE,
        INFO_ACCESS,
        "network-share-object-access-checked",
    ),
    code(
        5152,
        NETWORK,
        CONNECTION_DENIED,
        "windows-firewall-packet-drop",
    ),
    code(
        5156,
        NETWORK,
        CONNECTION_ALLOWED,
        "windows-firewall-connection",
    ),
    code(
        5157,
        NETWORK,
        CONNECTION_DENIED,
        "windows-firewall-packet-block",
    ),
    code(5158, NETWORK, INFO, "windows-firewall-bind-local-port"),
    code(
        5379,
        IAM,
        USER_INFO,
        "credential-manager-credentials-were-read",
    ),
    code(5380, IAM, USER_INFO, "vault-credential-find"),
    code(5381, IAM, USER_INFO, "vault-credentials-were-read"),
    code(5382, IAM, USER_INFO, "vault-credentials-were-read"),
];

/// What an event id is; `None` for ids that Elastic does not classify.
pub(super) fn find(id: u32) -> Option<&'static Code> {
    let at = CODES.binary_search_by_key(&id, |code| code.code).ok()?;
    Some(&CODES[at])
}

#[cfg(test)]
mod tests {
    use super::{CODES, find};

    #[test]
    fn ids_are_sorted() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(find(4624).map(|code| code.action), Some("logged-in"));
        assert!(find(4663).is_none());
    }
}
