//! What the ids of messages mean: SonicWall's "SonicOS Log Events Reference Guide" and the actions of Elastic's integration.

use crate::source::mapping::Entry;

pub(super) const LOGIN_SUCCESS: &[Entry] = &[
    Entry::fixed("event.action", &["login-success"]),
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start", "info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const LOGIN_FAILURE: &[Entry] = &[
    Entry::fixed("event.action", &["login-failure"]),
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["start", "info"]),
    Entry::fixed("event.outcome", &["failure"]),
];
pub(super) const LOGOUT: &[Entry] = &[
    Entry::fixed("event.action", &["logout"]),
    Entry::fixed("event.category", &["authentication"]),
    Entry::fixed("event.type", &["end", "info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONNECTION_START: &[Entry] = &[
    Entry::fixed("event.action", &["connection-start"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "start"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONNECTION_END: &[Entry] = &[
    Entry::fixed("event.action", &["connection-end"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "end"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONNECTION_DENIED: &[Entry] = &[
    Entry::fixed("event.action", &["connection-denied"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "denied"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONNECTION_INFO: &[Entry] = &[
    Entry::fixed("event.action", &["connection-info"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["connection", "info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const PACKET_DROPPED: &[Entry] = &[
    Entry::fixed("event.action", &["packet-dropped"]),
    Entry::fixed("event.category", &["network"]),
    Entry::fixed("event.type", &["denied"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ATTACK_DETECTED: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.action", &["attack-detected"]),
    Entry::fixed("event.category", &["intrusion_detection"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ATTACK_BLOCKED: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.action", &["attack-blocked"]),
    Entry::fixed("event.category", &["intrusion_detection"]),
    Entry::fixed("event.type", &["denied"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const SESSION_START: &[Entry] = &[
    Entry::fixed("event.action", &["session-start"]),
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["start"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const SESSION_END: &[Entry] = &[
    Entry::fixed("event.action", &["session-end"]),
    Entry::fixed("event.category", &["session"]),
    Entry::fixed("event.type", &["end"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_LOCKED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-locked"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_UNLOCKED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-unlocked"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_ENABLED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-enabled"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_DISABLED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-disabled"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user"]),
    Entry::fixed("event.outcome", &["success"]),
];
/// Elastic's type of a created account is that of a deleted one too: kept, so that the same rules work.
pub(super) const ACCOUNT_CREATED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-created"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user", "deletion"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_CHANGED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-changed"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user", "change"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ACCOUNT_DELETED: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-deleted"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user", "deletion"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const ADMIN_CHANGED: &[Entry] = &[
    Entry::fixed("event.action", &["admin-account-changed"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user", "change", "admin"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONFIG_CHANGE: &[Entry] = &[
    Entry::fixed("event.action", &["config-change"]),
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["change"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONFIG_FAILURE: &[Entry] = &[
    Entry::fixed("event.action", &["config-change-failure"]),
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["change"]),
    Entry::fixed("event.outcome", &["failure"]),
];
pub(super) const CONFIG_ADD: &[Entry] = &[
    Entry::fixed("event.action", &["config-add"]),
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["creation"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONFIG_DELETE: &[Entry] = &[
    Entry::fixed("event.action", &["config-delete"]),
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["deletion"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const MALWARE: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed("event.action", &["malware-info"]),
    Entry::fixed("event.category", &["malware"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const CONFIG_INFO: &[Entry] = &[
    Entry::fixed("event.action", &["config-info"]),
    Entry::fixed("event.category", &["configuration"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const LOG_SUCCESS: &[Entry] = &[
    Entry::fixed("event.action", &["internal-log-success"]),
    Entry::fixed("event.category", &["host"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["success"]),
];
pub(super) const LOG_FAILURE: &[Entry] = &[
    Entry::fixed("event.action", &["internal-log-failure"]),
    Entry::fixed("event.category", &["host"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["failure"]),
];
pub(super) const ACCOUNT_FAILURE: &[Entry] = &[
    Entry::fixed("event.action", &["user-account-change-failure"]),
    Entry::fixed("event.category", &["iam"]),
    Entry::fixed("event.type", &["info", "user", "change"]),
    Entry::fixed("event.outcome", &["failure"]),
];
