//! What the pipeline of the Security log does.

use serde_json::{Map, Value as Json, json};

use super::{Document, address, arguments, file_name};
use crate::evtx::Event;

/// The keyword bits that say how an audited action ended.
const FAILURE: u64 = 0x0010_0000_0000_0000;
const SUCCESS: u64 = 0x0020_0000_0000_0000;

pub(super) fn enrich(event: &Event, document: &mut Document) {
    classify(event, document);
    outcome(event, document);
    user(event, document);
    logon(event, document);
    source(event, document);
    process(event, document);
    if let Some(privileges) = document.take("PrivilegeList") {
        let privileges: Vec<&str> = privileges.split_whitespace().collect();
        document
            .data
            .insert("PrivilegeList".into(), privileges.into());
    }
    if let Some(service) = document.text("ServiceName").map(str::to_owned) {
        document.set("service", json!({"name": service}));
    }
}

/// Event id, category, type, action, task.
type Class = (
    u16,
    &'static [&'static str],
    &'static [&'static str],
    &'static str,
    &'static str,
);

const CLASSES: [Class; 14] = [
    (
        1102,
        &["iam"],
        &["admin", "change"],
        "audit-log-cleared",
        "Log clear",
    ),
    (4624, &["authentication"], &["start"], "logged-in", "Logon"),
    (
        4625,
        &["authentication"],
        &["start"],
        "logon-failed",
        "Logon",
    ),
    (
        4627,
        &["iam"],
        &["group", "info"],
        "group-membership-info",
        "Group Membership",
    ),
    (4634, &["authentication"], &["end"], "logged-out", "Logoff"),
    (
        4648,
        &["authentication"],
        &["start"],
        "logged-in-explicit",
        "Logon",
    ),
    (
        4672,
        &["iam"],
        &["admin"],
        "logged-in-special",
        "Special Logon",
    ),
    (
        4688,
        &["process"],
        &["start"],
        "created-process",
        "Process Creation",
    ),
    (
        4689,
        &["process"],
        &["end"],
        "exited-process",
        "Process Termination",
    ),
    (
        4768,
        &["authentication"],
        &["start"],
        "kerberos-authentication-ticket-requested",
        "Kerberos Authentication Service",
    ),
    (
        4769,
        &["authentication"],
        &["start"],
        "kerberos-service-ticket-requested",
        "Kerberos Service Ticket Operations",
    ),
    (
        4776,
        &["authentication"],
        &["start"],
        "credential-validated",
        "Credential Validation",
    ),
    (
        4778,
        &["authentication", "session"],
        &["start"],
        "session-reconnected",
        "Other Logon/Logoff Events",
    ),
    (
        4779,
        &["authentication", "session"],
        &["end"],
        "session-disconnected",
        "Other Logon/Logoff Events",
    ),
];

fn classify(event: &Event, document: &mut Document) {
    let class = CLASSES.iter().find(|class| class.0 == event.event_id);
    let Some((_, categories, types, action, task)) = class else {
        document.classify("security", &[], &[], "");
        return;
    };
    document.classify("security", categories, types, action);
    document.winlog.insert("task".into(), (*task).into());
}

fn outcome(event: &Event, document: &mut Document) {
    let (outcome, keyword) = if event.keywords & FAILURE != 0 {
        ("failure", "Audit Failure")
    } else if event.keywords & SUCCESS != 0 || event.event_id == 1102 {
        ("success", "Audit Success")
    } else {
        return;
    };
    document.event.insert("outcome".into(), outcome.into());
    document.winlog.insert("keywords".into(), json!([keyword]));
}

/// Who did it: for logons the one who is logged on, else the subject.
fn user(event: &Event, document: &mut Document) {
    let names = match event.event_id {
        4624 | 4625 | 4634 | 4776 => ["TargetUserSid", "TargetUserName", "TargetDomainName"],
        4768 | 4769 => ["TargetSid", "TargetUserName", "TargetDomainName"],
        4778 | 4779 => ["", "AccountName", "AccountDomain"],
        _ => ["SubjectUserSid", "SubjectUserName", "SubjectDomainName"],
    };
    let user = identity(document, names);
    if let Some(Json::String(name)) = user.get("name") {
        document.related_user.push(name.clone().into());
    }
    let mut user = user;
    if matches!(event.event_id, 4648 | 4688) {
        let target = identity(
            document,
            ["TargetUserSid", "TargetUserName", "TargetDomainName"],
        );
        let effective: Map<String, Json> = target
            .into_iter()
            .filter(|(_, value)| value != "-")
            .collect();
        if let Some(Json::String(name)) = effective.get("name") {
            document.related_user.push(name.clone().into());
        }
        if !effective.is_empty() {
            user.insert("effective".into(), effective.into());
        }
    }
    if matches!(event.event_id, 4624 | 4648)
        && let Some(subject) = document.text("SubjectUserName")
        && subject != "-"
    {
        let subject = subject.into();
        document.related_user.push(subject);
    }
    if !user.is_empty() {
        document.set("user", user.into());
    }
}

fn identity(document: &Document, names: [&str; 3]) -> Map<String, Json> {
    let mut user = Map::new();
    for (field, name) in ["id", "name", "domain"].into_iter().zip(names) {
        if let Some(text) = document.text(name) {
            let text = match field {
                "name" => text.split('@').next().unwrap_or_default(),
                _ => text,
            };
            user.insert(field.into(), text.into());
        }
    }
    user
}

fn logon(event: &Event, document: &mut Document) {
    let mut logon = Map::new();
    let id = match event.event_id {
        4634 => "TargetLogonId",
        4778 | 4779 => "LogonID",
        _ => "SubjectLogonId",
    };
    if let Some(id) = document.text(id) {
        logon.insert("id".into(), id.into());
    }
    let name = document.text("LogonType").and_then(|number| match number {
        "2" => Some("Interactive"),
        "3" => Some("Network"),
        "4" => Some("Batch"),
        "5" => Some("Service"),
        "7" => Some("Unlock"),
        "8" => Some("NetworkCleartext"),
        "9" => Some("NewCredentials"),
        "10" => Some("RemoteInteractive"),
        "11" => Some("CachedInteractive"),
        _ => None,
    });
    if let Some(name) = name {
        logon.insert("type".into(), name.into());
    }
    if event.event_id == 4625 {
        let reason = match document.text("FailureReason") {
            Some("%%2313") => "Unknown user name or bad password.",
            Some("%%2307") => "Account locked out.",
            _ => "Account currently disabled.",
        };
        logon.insert("failure".into(), json!({"reason": reason}));
    }
    if !logon.is_empty() {
        document.winlog.insert("logon".into(), logon.into());
    }
}

/// Where it came from. Texts that are no address, such as `-`, stay in the event's data.
fn source(event: &Event, document: &mut Document) {
    let mut source = Map::new();
    if matches!(event.event_id, 4778 | 4779) {
        if let Some(client) = document.text("ClientName") {
            source.insert("domain".into(), client.into());
        }
        let client = match document.text("ClientAddress") {
            Some("LOCAL") => Some("127.0.0.1".to_owned()),
            Some(text) => address(text),
            None => None,
        };
        if let Some(ip) = client {
            source.insert("ip".into(), ip.into());
        }
    } else {
        if let Some(workstation) = document.take("WorkstationName") {
            source.insert("domain".into(), workstation.into());
        }
        if let Some(ip) = document.text("IpAddress").and_then(address) {
            source.insert("ip".into(), ip.into());
            document.take("IpAddress");
        }
        if let Some(port) = document.text("IpPort").and_then(|text| text.parse().ok()) {
            let port: u16 = port;
            source.insert("port".into(), port.into());
            document.take("IpPort");
        }
    }
    if let Some(ip) = source.get("ip") {
        document.related_ip.push(ip.clone());
    }
    if !source.is_empty() {
        document.set("source", source.into());
    }
}

fn process(event: &Event, document: &mut Document) {
    let mut process = Map::new();
    if event.event_id == 4688 {
        if let Some(pid) = document.take("NewProcessId").as_deref().and_then(number) {
            process.insert("pid".into(), pid.into());
        }
        if let Some(path) = document.take("NewProcessName") {
            process.insert("name".into(), file_name(&path).into());
            process.insert("executable".into(), path.into());
        }
        if let Some(command_line) = document.text("CommandLine") {
            process.insert("args".into(), arguments(command_line).into());
            process.insert("command_line".into(), command_line.into());
        }
        let mut parent = Map::new();
        if let Some(pid) = document.text("ProcessId").and_then(number) {
            parent.insert("pid".into(), pid.into());
        }
        if let Some(path) = document.take("ParentProcessName") {
            parent.insert("name".into(), file_name(&path).into());
            parent.insert("executable".into(), path.into());
        }
        process.insert("parent".into(), parent.into());
    } else {
        if let Some(pid) = document.take("ProcessId").as_deref().and_then(number) {
            process.insert("pid".into(), pid.into());
        }
        if let Some(path) = document.take("ProcessName") {
            process.insert("name".into(), file_name(&path).into());
            process.insert("executable".into(), path.into());
        }
    }
    if !process.is_empty() {
        document.set("process", process.into());
    }
}

/// A number written as hexadecimal or decimal.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
