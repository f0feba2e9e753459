//! The types of records: their numbers, what Auditbeat makes of each, and the kinds of their events.

use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem::FinderRev;

use super::calls;
use super::fields;
use super::head::Glance;
use super::norm::{ACCOUNT, CHANGED, GROUP, Norm, PLAIN, REMOTE_SESSION, SESSION, Users, object};
use super::numbers;
use crate::source::mapping::{Entry, Kind, NameMap, door_of_program, remote};

/// A type of records.
pub(super) struct RecordType {
    number: u16,
    name: &'static str,
    pub(super) category: &'static [&'static str],
    pub(super) types: &'static [&'static str],
    pub(super) norm: Norm,
    /// Events of one record.
    alone: Kind,
    /// The same, where the record tells at a glance what comes of it as an access.
    door: Option<DoorKinds>,
    /// Events with a system call: what that means is added.
    with_call: Kind,
}

/// The kinds of a type whose records may be an access.
struct DoorKinds {
    /// Of a program that lets nobody in from elsewhere, or that says nothing of how it ended.
    elsewhere: Kind,
    /// Of sshd, by result.
    ssh: Option<[Kind; 2]>,
}

const LOGIN: Norm = Norm {
    actor: &["old_auid", "old-auid"],
    second_actor: &["uid"],
    object: &["new-auid", "new_auid", "auid"],
    what: "user-session",
    users: Users::Login,
    ..PLAIN
};
const AUTHENTICATION: Norm = Norm {
    users: Users::Session,
    ..PLAIN
};
const GROUP_MANAGED: Norm = Norm {
    users: Users::ChangedGroup,
    ..ACCOUNT
};
const GROUP_PASSWORD: Norm = Norm {
    object: &["acct"],
    second_object: &[],
    users: Users::ChangedGroup,
    ..SESSION
};
const ROLE_CHANGE: Norm = Norm {
    object: &["selected-context"],
    users: Users::Owner,
    ..SESSION
};
const WATCHED_SESSION: Norm = Norm {
    users: Users::Owner,
    ..SESSION
};
const CRYPTO_KEY: Norm = Norm {
    object: &["fp"],
    users: Users::Owner,
    ..REMOTE_SESSION
};
const CRYPTO_SESSION: Norm = Norm {
    object: &["addr"],
    second_object: &["rport"],
    users: Users::Owner,
    ..REMOTE_SESSION
};
const ASSIGNED: Norm = Norm {
    users: Users::Owner,
    ..ACCOUNT
};
const MACHINE: Norm = object("virtual-machine", &["vm"]);
const MACHINE_CONTROL: Norm = Norm {
    second_object: &["vm"],
    ..object("virtual-machine", &["op"])
};
const MACHINE_RESOURCE: Norm = Norm {
    second_object: &["vm"],
    ..object("virtual-machine", &["resrc"])
};
const RUN: Norm = object("process", &["cmd"]);
const SYSTEM: Norm = object("system", &[]);
const RUN_LEVEL: Norm = object("system", &["new-level"]);
const SYSTEM_CONFIGURATION: Norm = object("system", &["op"]);
const FEATURE: Norm = object("system", &["feature"]);
const SERVICE: Norm = object("service", &["unit"]);
const AUDIT_RULES: Norm = object(
    "audit-config",
    &[
        "op",
        "key",
        "audit_enabled",
        "audit_pid",
        "audit_backlog_limit",
        "audit_failure",
    ],
);
const FIREWALL: Norm = object("firewall", &["table"]);
const KEYSTROKES: Norm = Norm {
    how: &["comm", "exe"],
    ..object("keystrokes", &["data"])
};
const DECISION: Norm = Norm {
    actor: &["scontext"],
    object: &["tcontext", "operation"],
    second_object: &["tclass", "requested_mask", "denied_mask", "capname"],
    ..PLAIN
};
const POLICY: Norm = object("mac-config", &[]);
const BOOLEAN: Norm = object("mac-config", &["bool"]);
const ENFORCEMENT: Norm = object("mac-config", &["enforcing"]);
const SECCOMP: Norm = object("process", &["syscall"]);
const MODULE: Norm = object("file", &["name"]);
const CRASH: Norm = Norm {
    second_object: &["pid"],
    how: &["sig"],
    ..object("process", &["comm", "exe"])
};
const FORBIDDEN: Norm = Norm {
    how: &["terminal"],
    ..object("process", &["cmd"])
};
const DEVICE: Norm = object("network-device", &["dev"]);
const PRINTER: Norm = object("printer", &["printer"]);

/// The table of types; see [`RecordType`].
macro_rules! record_types {
    // How an access over SSH ended, by the type of the record: where it succeeded, and where it failed. Of other types one of the
    // two is no access, or more than the result decides.
    (@ssh USER_AUTH $constants:tt) => { record_types!(@kinds USER_AUTH $constants ATTEMPT FAILURE) };
    (@ssh USER_LOGIN $constants:tt) => { record_types!(@kinds USER_LOGIN $constants SUCCESS FAILURE) };
    (@ssh USER_START $constants:tt) => { record_types!(@kinds USER_START $constants SUCCESS FAILURE) };
    (@ssh USER_END $constants:tt) => { record_types!(@kinds USER_END $constants END END) };
    (@ssh USER_LOGOUT $constants:tt) => { record_types!(@kinds USER_LOGOUT $constants END END) };
    (@ssh $name:ident $constants:tt) => { None };
    (@kinds $name:ident $constants:tt $good:ident $bad:ident) => {
        Some([
            Kind::new(
                concat!(stringify!($name), " ssh success"),
                &[fields::DOOR, &$constants, SSH, &[remote::$good], SUCCEEDED],
            ),
            Kind::new(
                concat!(stringify!($name), " ssh failure"),
                &[fields::DOOR, &$constants, SSH, &[remote::$bad], FAILED],
            ),
        ])
    };
    (@door DOOR $name:ident $constants:tt) => {
        Some(DoorKinds {
            elsewhere: Kind::new(concat!(stringify!($name), " elsewhere"), &[fields::ADDRESS, &$constants]),
            ssh: record_types!(@ssh $name $constants),
        })
    };
    (@door $group:ident $name:ident $constants:tt) => { None };
    ($($number:literal $name:ident $action:literal [$($category:literal),*] [$($type:literal),*] $norm:ident $group:ident;)*) => {
        /// The table.
        static TYPES: [RecordType; [$($number),*].len()] = [$(RecordType {
            number: $number,
            name: stringify!($name),
            category: &[$($category),*],
            types: &[$($type),*],
            norm: $norm,
            alone: Kind::new(
                stringify!($name),
                &[
                    fields::$group,
                    &[
                        Entry::fixed("event.action", &[$action]),
                        Entry::fixed("event.category", &[$($category),*]),
                        Entry::fixed("event.type", &[$($type),*]),
                    ],
                ],
            ),
            door: record_types!(@door $group $name [
                Entry::fixed("event.action", &[$action]),
                Entry::fixed("event.category", &[$($category),*]),
                Entry::fixed("event.type", &[$($type),*])
            ]),
            with_call: Kind::new(
                concat!(stringify!($name), " with a system call"),
                &[
                    fields::SYSTEM_CALL,
                    fields::$group,
                    fields::ADDED,
                    &[Entry::fixed("event.action", &[$action])],
                ],
            ),
        }),*];
    };
}

const SSH: &[Entry] = &remote::door(&["ssh"], &["openssh"]);
const SUCCEEDED: &[Entry] = &[
    Entry::fixed("event.outcome", &["success"]),
    Entry::fixed("auditd.result", &["success"]),
];
const FAILED: &[Entry] = &[
    Entry::fixed("event.outcome", &["failure"]),
    Entry::fixed("auditd.result", &["fail"]),
];

record_types! {
    1006 LOGIN "changed-login-id-to" ["authentication"] ["start"] LOGIN NOTHING;
    1100 USER_AUTH "authenticated" ["authentication"] ["info"] SESSION DOOR;
    1101 USER_ACCT "was-authorized" ["authentication"] ["info"] SESSION DOOR;
    1102 USER_MGMT "modified-user-account" ["iam"] ["user", "change"] CHANGED TARGET;
    1103 CRED_ACQ "acquired-credentials" ["authentication"] ["info"] SESSION ADDRESS;
    1104 CRED_DISP "disposed-credentials" ["authentication"] ["info"] SESSION ADDRESS;
    1105 USER_START "started-session" ["session"] ["start"] REMOTE_SESSION DOOR;
    1106 USER_END "ended-session" ["session"] ["end"] SESSION DOOR;
    1107 USER_AVC "access-permission" ["mac-decision"] [] PLAIN NOTHING;
    1108 USER_CHAUTHTOK "changed-password" ["iam"] ["user", "change"] CHANGED TARGET;
    1109 USER_ERR "error" ["authentication"] ["info"] REMOTE_SESSION DOOR;
    1110 CRED_REFR "refreshed-credentials" ["authentication"] ["info"] SESSION ADDRESS;
    1111 USYS_CONFIG "changed-configuration" ["configuration"] ["change"] SYSTEM_CONFIGURATION NOTHING;
    1112 USER_LOGIN "logged-in" ["authentication"] ["start"] REMOTE_SESSION DOOR;
    1113 USER_LOGOUT "logged-out" ["authentication"] ["end"] SESSION DOOR;
    1114 ADD_USER "added-user-account" ["iam"] ["user", "creation"] ACCOUNT TARGET;
    1115 DEL_USER "deleted-user-account" ["iam"] ["user", "deletion"] ACCOUNT TARGET;
    1116 ADD_GROUP "added-group-account-to" ["iam"] ["group", "creation"] GROUP TARGET;
    1117 DEL_GROUP "deleted-group-account-from" ["iam"] ["group", "deletion"] GROUP TARGET;
    1118 DAC_CHECK "access-result" ["unknown"] [] PLAIN NOTHING;
    1119 CHGRP_ID "changed-group" ["process"] ["change"] PLAIN NOTHING;
    1120 TEST "sent-test" ["process"] ["info"] PLAIN NOTHING;
    1121 TRUSTED_APP "unknown" ["process"] ["info"] PLAIN NOTHING;
    1122 USER_SELINUX_ERR "access-error" ["mac-decision"] [] PLAIN NOTHING;
    1123 USER_CMD "ran-command" ["process"] ["start"] RUN COMMAND;
    1124 USER_TTY "typed" ["TTY"] [] KEYSTROKES NOTHING;
    1125 CHUSER_ID "changed-user-id" ["process"] ["change"] PLAIN NOTHING;
    1126 GRP_AUTH "authenticated-to-group" ["authentication"] ["info"] AUTHENTICATION NOTHING;
    1127 SYSTEM_BOOT "booted-system" ["host"] ["start"] SYSTEM NOTHING;
    1128 SYSTEM_SHUTDOWN "shutdown-system" ["host"] ["end"] SYSTEM NOTHING;
    1129 SYSTEM_RUNLEVEL "changed-to-runlevel" ["host"] ["change"] RUN_LEVEL NOTHING;
    1130 SERVICE_START "started-service" ["process"] ["start"] SERVICE NOTHING;
    1131 SERVICE_STOP "stopped-service" ["process"] ["stop"] SERVICE NOTHING;
    1132 GRP_MGMT "modified-group-account" ["iam"] ["group", "change"] GROUP_MANAGED TARGET;
    1133 GRP_CHAUTHTOK "changed-group-password" ["iam"] ["group", "change"] GROUP_PASSWORD TARGET;
    1134 MAC_CHECK "mac-permission" ["unknown"] [] PLAIN NOTHING;
    1135 ACCT_LOCK "locked-account" ["iam"] ["user", "info"] PLAIN NOTHING;
    1136 ACCT_UNLOCK "unlocked-account" ["iam"] ["user", "info"] PLAIN NOTHING;
    1138 SOFTWARE_UPDATE "package-updated" ["package"] ["info"] PLAIN NOTHING;
    1200 DAEMON_START "started-audit" ["process"] ["start"] SERVICE NOTHING;
    1201 DAEMON_END "shutdown-audit" ["process"] ["stop"] SERVICE NOTHING;
    1202 DAEMON_ABORT "aborted-auditd-startup" ["process"] ["stop"] SERVICE NOTHING;
    1203 DAEMON_CONFIG "changed-auditd-configuration" ["process", "configuration"] ["change"] SERVICE NOTHING;
    1204 DAEMON_RECONFIG "reconfigured-auditd" ["process", "configuration"] ["info"] SERVICE NOTHING;
    1205 DAEMON_ROTATE "rotated-audit-logs" ["process"] ["change"] SERVICE NOTHING;
    1206 DAEMON_RESUME "resumed-audit-logging" ["process"] ["change"] SERVICE NOTHING;
    1207 DAEMON_ACCEPT "remote-audit-connected" ["network"] ["connection", "start"] SERVICE NOTHING;
    1208 DAEMON_CLOSE "remote-audit-disconnected" ["network"] ["connection", "start"] SERVICE NOTHING;
    1209 DAEMON_ERR "audit-error" ["process"] ["info"] SERVICE NOTHING;
    1305 CONFIG_CHANGE "changed-audit-configuration" ["process", "configuration"] ["change"] AUDIT_RULES NOTHING;
    1319 TTY "typed" ["TTY"] [] KEYSTROKES NOTHING;
    1325 NETFILTER_CFG "loaded-firewall-rule-to" ["configuration"] ["change"] FIREWALL NOTHING;
    1326 SECCOMP "violated-seccomp-policy" ["dac-decision"] [] SECCOMP NOTHING;
    1328 FEATURE_CHANGE "changed-audit-feature" ["configuration"] ["change"] FEATURE NOTHING;
    1330 KERN_MODULE "loaded-kernel-module" ["driver"] ["start"] MODULE NOTHING;
    1332 TIME_INJOFFSET "changed-system-time" ["host"] ["change"] SYSTEM NOTHING;
    1333 TIME_ADJNTPVAL "changed-system-time" ["host"] ["change"] SYSTEM NOTHING;
    1400 AVC "violated-selinux-policy" ["mac-decision"] [] DECISION NOTHING;
    1401 SELINUX_ERR "caused-mac-policy-error" ["mac-decision"] [] SYSTEM NOTHING;
    1403 MAC_POLICY_LOAD "loaded-selinux-policy" ["configuration"] ["access"] POLICY NOTHING;
    1404 MAC_STATUS "changed-selinux-enforcement" ["configuration"] ["change"] ENFORCEMENT NOTHING;
    1405 MAC_CONFIG_CHANGE "changed-selinux-boolean" ["configuration"] ["change"] BOOLEAN NOTHING;
    1700 ANOM_PROMISCUOUS "changed-promiscuous-mode-on-device" ["intrusion_detection"] ["info", "change"] DEVICE NOTHING;
    1701 ANOM_ABEND "crashed-program" ["process", "intrusion_detection"] ["end", "info"] CRASH NOTHING;
    1702 ANOM_LINK "used-suspicious-link" ["intrusion_detection"] ["info"] PLAIN NOTHING;
    2000 KERNEL "initialized-audit-subsystem" ["process"] ["info"] PLAIN NOTHING;
    2100 ANOM_LOGIN_FAILURES "failed-log-in-too-many-times-to" ["authentication", "intrusion_detection"] ["info"] WATCHED_SESSION DOOR;
    2101 ANOM_LOGIN_TIME "attempted-log-in-during-unusual-hour-to" ["authentication", "intrusion_detection"] ["info"] WATCHED_SESSION DOOR;
    2102 ANOM_LOGIN_SESSIONS "opened-too-many-sessions-to" ["authentication", "intrusion_detection"] ["info"] WATCHED_SESSION DOOR;
    2104 ANOM_LOGIN_LOCATION "attempted-log-in-from-unusual-place-to" ["authentication", "intrusion_detection"] ["info"] WATCHED_SESSION DOOR;
    2109 ANOM_RBAC_INTEGRITY_FAIL "tested-file-system-integrity-of" ["intrusion_detection"] ["info"] PLAIN NOTHING;
    2112 ANOM_EXEC "attempted-execution-of-forbidden-program" ["process", "intrusion_detection"] ["start"] FORBIDDEN NOTHING;
    2300 USER_ROLE_CHANGE "changed-role-to" ["iam"] ["change"] ROLE_CHANGE NOTHING;
    2301 ROLE_ASSIGN "assigned-user-role-to" ["iam"] ["user", "change"] ASSIGNED NOTHING;
    2302 ROLE_REMOVE "removed-user-role-from" ["iam"] ["user", "change"] ASSIGNED NOTHING;
    2303 LABEL_OVERRIDE "overrode-label-of" ["mac"] [] POLICY NOTHING;
    2304 LABEL_LEVEL_CHANGE "modified-level-of" ["mac"] [] PRINTER NOTHING;
    2309 FS_RELABEL "relabeled-filesystem" ["mac"] [] POLICY NOTHING;
    2310 USER_MAC_POLICY_LOAD "loaded-mac-policy" ["configuration"] ["access"] POLICY NOTHING;
    2311 ROLE_MODIFY "modified-role" ["iam"] ["change"] PLAIN NOTHING;
    2312 USER_MAC_CONFIG_CHANGE "changed-mac-configuration" ["configuration"] ["change"] POLICY NOTHING;
    2402 CRYPTO_LOGIN "crypto-officer-logged-in" ["crypto"] [] PLAIN NOTHING;
    2403 CRYPTO_LOGOUT "crypto-officer-logged-out" ["process"] ["info"] PLAIN NOTHING;
    2404 CRYPTO_KEY_USER "negotiated-crypto-key" ["process"] ["info"] CRYPTO_KEY DOOR;
    2407 CRYPTO_SESSION "started-crypto-session" ["process"] ["info"] CRYPTO_SESSION DOOR;
    2500 VIRT_CONTROL "issued-vm-control" ["host"] ["creation"] MACHINE_CONTROL NOTHING;
    2501 VIRT_RESOURCE "assigned-vm-resource" ["host"] ["info"] MACHINE_RESOURCE NOTHING;
    2502 VIRT_MACHINE_ID "assigned-vm-id" ["host"] ["creation"] MACHINE NOTHING;
    2503 VIRT_INTEGRITY_CHECK "checked-integrity-of" ["host"] ["info"] PLAIN NOTHING;
    2504 VIRT_CREATE "created-vm-image" ["host"] ["info"] PLAIN NOTHING;
    2505 VIRT_DESTROY "deleted-vm-image" ["host"] ["info"] PLAIN NOTHING;
    2506 VIRT_MIGRATE_IN "migrated-vm-from" ["host"] ["info"] PLAIN NOTHING;
    2507 VIRT_MIGRATE_OUT "migrated-vm-to" ["host"] ["info"] PLAIN NOTHING;
}

/// Types whose records only come with others, and those that nobody gave a meaning: number and name.
const NAMES: &[(u16, &str)] = &[
    (1137, "USER_DEVICE"),
    (1300, "SYSCALL"),
    (1302, "PATH"),
    (1303, "IPC"),
    (1304, "SOCKETCALL"),
    (1306, "SOCKADDR"),
    (1307, "CWD"),
    (1309, "EXECVE"),
    (1311, "IPC_SET_PERM"),
    (1312, "MQ_OPEN"),
    (1313, "MQ_SENDRECV"),
    (1314, "MQ_NOTIFY"),
    (1315, "MQ_GETSETATTR"),
    (1316, "KERNEL_OTHER"),
    (1317, "FD_PAIR"),
    (1318, "OBJ_PID"),
    (1320, "EOE"),
    (1321, "BPRM_FCAPS"),
    (1322, "CAPSET"),
    (1323, "MMAP"),
    (1324, "NETFILTER_PKT"),
    (1327, "PROCTITLE"),
    (1329, "REPLACE"),
    (1331, "FANOTIFY"),
    (1334, "BPF"),
    (1335, "EVENT_LISTENER"),
    (1336, "URINGOP"),
    (1337, "OPENAT2"),
    (1338, "DM_CTRL"),
    (1339, "DM_EVENT"),
    (1402, "AVC_PATH"),
    (1415, "MAC_IPSEC_EVENT"),
    (1416, "MAC_UNLBL_STCADD"),
    (1417, "MAC_UNLBL_STCDEL"),
    (1703, "ANOM_CREAT"),
    (1800, "INTEGRITY_DATA"),
    (1801, "INTEGRITY_METADATA"),
    (1802, "INTEGRITY_STATUS"),
    (1803, "INTEGRITY_HASH"),
    (1804, "INTEGRITY_PCR"),
    (1805, "INTEGRITY_RULE"),
    (1806, "INTEGRITY_EVM_XATTR"),
    (1807, "INTEGRITY_POLICY_RULE"),
    (2400, "CRYPTO_TEST_USER"),
    (2401, "CRYPTO_PARAM_CHANGE_USER"),
    (2405, "CRYPTO_FAILURE_USER"),
    (2406, "CRYPTO_REPLAY_USER"),
    (2408, "CRYPTO_IKE_SA"),
    (2409, "CRYPTO_IPSEC_SA"),
];

/// A decision of AppArmor, which the kernel writes as one of SELinux.
static APPARMOR: Kind = Kind::new(
    "AVC of AppArmor",
    &[&[
        Entry::fixed("event.action", &["violated-apparmor-policy"]),
        Entry::fixed("event.category", &["mac-decision"]),
    ]],
);
static APPARMOR_WITH_CALL: Kind = Kind::new(
    "AVC of AppArmor with a system call",
    &[
        fields::SYSTEM_CALL,
        fields::ADDED,
        &[Entry::fixed("event.action", &["violated-apparmor-policy"])],
    ],
);
/// The arguments of a command whose system call is missing.
static COMMAND: Kind = Kind::new("EXECVE", &[fields::UNNAMED, fields::COMMAND]);
/// A type that nobody gave a meaning.
static OTHER: Kind = Kind::new("other", &[fields::UNNAMED]);
static OTHER_WITH_CALL: Kind = Kind::new(
    "other with a system call",
    &[fields::SYSTEM_CALL, fields::ADDED, fields::UNNAMED],
);
/// What auditd and its plugins say of themselves through syslog.
pub(super) static DAEMON: Kind = Kind::new("daemon", &[fields::MESSAGE]);

static BY_NAME: LazyLock<NameMap<&'static RecordType>> =
    LazyLock::new(|| TYPES.iter().map(|record| (record.name, record)).collect());

static BY_NUMBER: LazyLock<HashMap<u16, &'static str>> = LazyLock::new(|| {
    let meant = TYPES.iter().map(|record| (record.number, record.name));
    meant.chain(NAMES.iter().copied()).collect()
});

static NUMBERS: LazyLock<NameMap<u16>> = LazyLock::new(|| {
    BY_NUMBER
        .iter()
        .map(|(number, name)| (*name, *number))
        .collect()
});

/// The name of a type that may be written as its number.
pub(super) fn name_of(kind: &str) -> &str {
    let number = kind
        .strip_prefix("UNKNOWN[")
        .and_then(|rest| rest.strip_suffix(']'));
    match number.unwrap_or(kind).parse() {
        Ok(number) => BY_NUMBER.get(&number).copied().unwrap_or(kind),
        Err(_) => kind,
    }
}

/// What is made of a type.
pub(super) fn find(kind: &str) -> Option<&'static RecordType> {
    BY_NAME.get(name_of(kind)).copied()
}

/// Is an event complete with a record of this type? What programs write is one record; of what the kernel writes, the title of
/// the process is the last, before the mark of the end.
pub(super) fn is_last(kind: &[u8]) -> bool {
    const OF_PROGRAMS: [&[u8]; 6] = [
        b"USER_", b"CRED_", b"DAEMON_", b"CRYPTO_", b"VIRT_", b"RESP_",
    ];
    match kind {
        // Nearly all records are of these.
        b"SYSCALL" | b"PATH" | b"CWD" | b"EXECVE" | b"SOCKADDR" => false,
        b"PROCTITLE" | b"EOE" => true,
        _ if OF_PROGRAMS.iter().any(|start| kind.starts_with(start)) => true,
        _ => {
            let kind = std::str::from_utf8(kind).unwrap_or_default();
            let number = kind.parse().ok().or_else(|| NUMBERS.get(kind).copied());
            match number {
                Some(1320 | 1327) => true,
                Some(number) => (1100..1300).contains(&number) || number >= 2000,
                None => false,
            }
        }
    }
}

/// Is this the mark of an event's end, which says nothing else?
pub(super) fn is_end(kind: &[u8]) -> bool {
    matches!(kind, b"EOE" | b"1320")
}

static PROGRAM: LazyLock<FinderRev<'static>> = LazyLock::new(|| FinderRev::new(" exe=\""));
static RESULT: LazyLock<FinderRev<'static>> = LazyLock::new(|| FinderRev::new(" res="));

/// The kind of an event of one record, whose fields are these.
fn alone(record: &'static RecordType, text: &str) -> &'static Kind {
    let Some(door) = &record.door else {
        return &record.alone;
    };
    // Of a field that comes twice the last counts, here as well.
    let last = |key: &FinderRev<'_>| {
        let start = key.rfind(text.as_bytes())? + key.needle().len();
        text.get(start..)
    };
    let program = last(&PROGRAM).and_then(|rest| rest.split('"').next());
    let service = match program.map(door_of_program) {
        Some(Some((service, product))) => (service, product),
        Some(None) => return &door.elsewhere,
        // Its path stands in digits, or it has none.
        None => return &record.alone,
    };
    match (service, &door.ssh, last(&RESULT)) {
        (("ssh", "openssh"), Some([success, failure]), Some(result)) => {
            if is_success(result) {
                success
            } else {
                failure
            }
        }
        _ => &record.alone,
    }
}

/// Does a result, or a text that begins with one, say that it went well?
pub(super) fn is_success(result: &str) -> bool {
    let end = result
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric());
    let word = &result[..end.unwrap_or(result.len())];
    let begins = |start: &str| {
        word.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    word == "1" || word.eq_ignore_ascii_case("yes") || begins("suc")
}

/// The kind of an event.
pub(super) fn kind(glance: &Glance<'_>) -> &'static Kind {
    let name = name_of(&glance.kind);
    if name == "SYSCALL" {
        let call = glance
            .call
            .as_ref()
            .and_then(|(architecture, call)| numbers::system_call(architecture, call));
        return &calls::find(call.unwrap_or_default()).kind;
    }
    match (BY_NAME.get(name), glance.has_call) {
        (Some(_), false) if glance.is_apparmor => &APPARMOR,
        (Some(_), true) if glance.is_apparmor => &APPARMOR_WITH_CALL,
        (Some(record), false) => alone(record, &glance.text),
        (Some(record), true) => &record.with_call,
        (None, false) if name == "EXECVE" => &COMMAND,
        (None, false) => &OTHER,
        (None, true) => &OTHER_WITH_CALL,
    }
}

#[cfg(test)]
mod tests {
    use super::{BY_NUMBER, NAMES, NUMBERS, TYPES, is_last, name_of};

    #[test]
    fn numbers_and_names_are_one_to_one() {
        assert_eq!(BY_NUMBER.len(), TYPES.len() + NAMES.len());
        assert_eq!(NUMBERS.len(), BY_NUMBER.len());
        assert_eq!(name_of("1112"), "USER_LOGIN");
        assert_eq!(name_of("UNKNOWN[1420]"), "UNKNOWN[1420]");
        assert_eq!(name_of("UNKNOWN[1334]"), "BPF");
        assert!(is_last(b"1112") && is_last(b"USER_NEW") && !is_last(b"9"));
        // By its name a type is what it is by its number.
        for (number, name) in BY_NUMBER.iter() {
            let by_number = is_last(number.to_string().as_bytes());
            assert_eq!(is_last(name.as_bytes()), by_number, "{name}");
        }
    }
}
