//! The parts of a line: segments between ` - `, each a key and its value.

use std::borrow::Cow;

use super::line::{Form, Line};
use crate::format::text::{Cef, matches};
use crate::source::mapping::{Parts, Record, turn, web};

/// How segments begin, and what their values are called.
const KEYS: &[(&str, &str)] = &[
    ("ADM_User ", "adm_user"),
    ("Access ", "access"),
    ("Browser ", "browser"),
    ("Browser_type ", "browser_type"),
    ("CipherSuite ", "cipher_suite"),
    ("Client IP ", "client_ip"),
    ("ClientIP ", "client_ip"),
    ("ClientPort ", "client_port"),
    ("ClientVersion ", "client_version"),
    ("Client_ip ", "client_ip"),
    ("Client_security_check ", "security_check"),
    ("Client_security_expression ", "security_expression"),
    ("Command ", "command"),
    ("Compression_ratio_recv ", "ratio_received"),
    ("Compression_ratio_send ", "ratio_send"),
    ("Context ", "context"),
    ("Delink Time ", "delink_time"),
    ("Denied_by_policy ", "denied_by_policy"),
    ("Destination ", "destination"),
    ("Duration ", "duration"),
    ("End Time ", "end_time"),
    ("End_time ", "end_time"),
    ("Errmsg ", "errmsg"),
    ("Failure_reason ", "failure_reason"),
    ("Group(s) ", "groups"),
    ("Http_resources_accessed ", "http_resources"),
    ("Last_contact ", "last_contact"),
    ("License_limit ", "license_limit"),
    ("LogoutMethod ", "logout_method"),
    ("NatIP ", "nat"),
    ("Nat_ip ", "nat"),
    ("NonHttp_services_accessed ", "non_http_services"),
    ("Reason ", "reason"),
    ("Remote_ip ", "remote_ip"),
    ("SPCBId ", "spcb_id"),
    ("SSLRelayAddress ", "relay"),
    ("SSLVPN_client_type ", "client_type"),
    ("Session id ", "session_id"),
    ("Session ", "session"),
    ("SessionId: ", "session_id"),
    ("Sessionid ", "session_id"),
    ("Source ", "source"),
    ("Start Time ", "start_time"),
    ("Start_time ", "start_time"),
    ("Status ", "status"),
    ("Total_TCP_connections ", "tcp_connections"),
    ("Total_UDP_flows ", "udp_flows"),
    ("Total_bytes_recv ", "bytes_received"),
    ("Total_bytes_send ", "bytes_send"),
    ("Total_bytes_wire_recv ", "wire_received"),
    ("Total_bytes_wire_send ", "wire_send"),
    ("Total_compressedbytes_recv ", "compressed_received"),
    ("Total_compressedbytes_send ", "compressed_send"),
    ("Total_policies_allowed ", "policies_allowed"),
    ("Total_policies_denied ", "policies_denied"),
    ("User ", "user"),
    ("Vserver ", "vserver"),
    ("VserverServiceIP ", "vserver_ip"),
    ("VserverServicePort ", "vserver_port"),
    ("Vserver_ip ", "vserver_ip"),
    ("X-Forwarded-For_ip ", "forwarded"),
    ("applicationName ", "application"),
    ("connectionId ", "connection_id"),
    ("customername ", "customer"),
    ("endTime ", "end_time"),
    ("startTime ", "start_time"),
    ("username:domainname ", "account"),
];

/// No line has more segments.
const MOST_SEGMENTS: usize = 64;

/// Names the parts of a line.
pub(super) fn take_apart<'a>(record: &Record<'a>, parts: &mut Parts<'a>) {
    match Form::of(record) {
        Some(Form::Native(line)) => native(&line, parts),
        Some(Form::Cef(message)) => {
            if let Some(cef) = Cef::parse(message) {
                parts.extend_bounded(
                    cef.pairs()
                        .map(|(key, value)| (format!("cef.{key}"), value)),
                );
                if let Some(target) = cef.pairs().find(|(key, _)| *key == "request") {
                    push_owned_target(&target.1, parts);
                }
                for (name, head) in [
                    ("feature", cef.class),
                    ("event", cef.name),
                    ("cef.head.vendor", cef.vendor),
                    ("cef.head.product", cef.product),
                    ("cef.head.version", cef.version),
                    ("cef.head.severity", cef.severity),
                ] {
                    parts.push(name, head);
                }
            }
        }
        Some(Form::Appliance) => parts.push("message", record.message()),
        None => {}
    }
}

/// The parts of a target that is no piece of the line as it stands.
fn push_owned_target(target: &str, parts: &mut Parts<'_>) {
    let mut found = Parts::default();
    web::push_target(&mut found, target);
    for (name, text) in found.iter() {
        parts.push(name.to_owned(), text.to_owned());
    }
}

fn native<'a>(line: &Line<'a>, parts: &mut Parts<'a>) {
    parts.push_some("feature", Some(line.feature));
    parts.push("event", line.event);
    parts.push("id", line.id);
    parts.push("severity", line.severity);
    parts.push_some("host", line.host);
    parts.push_some("zone", line.zone);
    if line.default {
        parts.push("default", "true");
    }
    let text = line.text.trim_end_matches('"');
    // A message of its own stands in quotes.
    let message = match line.text.strip_prefix('"') {
        Some(_) => text.trim_start_matches('"'),
        None => line.text,
    };
    parts.push("message", message);
    if line.event == "Message" {
        sentence(message, parts);
        return;
    }
    if line.feature == "APPFW" {
        firewall(message, parts);
        return;
    }
    let mut found = Parts::default();
    for segment in line.text.split(" - ").take(MOST_SEGMENTS) {
        let start = segment.trim_start().trim_start_matches("- ");
        let start = start.strip_prefix("Logout handler : ").unwrap_or(start);
        let start = after_session(start, &mut found);
        if let Some((key, name)) = KEYS.iter().find(|(key, _)| start.starts_with(key)) {
            value(name, &start[key.len()..], &mut found);
        } else if let Some(at) = start.find("] Source ") {
            // `[TCP] [CGP][ICAUUID=...] Source ...`
            value("source", &start[at + 9..], &mut found);
            let id = start
                .split_once("[ICAUUID=")
                .and_then(|(_, rest)| rest.split(']').next());
            found.push_some("ica_uuid", id);
        } else if let Some((host, rest)) = start.split_once(" User ")
            && let Some((user, rest)) = rest.rsplit_once(": Group(s) ")
        {
            // `[TECHSUPPORT][ENUMERATION] HOST User NAME : Group(s) GROUPS : Vserver IP:PORT`
            found.push_some("hostname", host.rsplit(' ').next());
            found.push("user", user.trim_end());
            if let Some((groups, server)) = rest.split_once(" : Vserver ") {
                found.push("groups", groups);
                value("vserver", server, &mut found);
            }
        } else if line.event == "HTTPREQUEST" && found.get("vserver_ip").is_some() {
            request(start, &mut found);
        }
    }
    client(found, parts);
}

/// `TIME ZONE : SSO is ON : GET /path`, of which the zone, the word about single sign-on and the signs before the method may be missing.
fn request<'a>(segment: &'a str, parts: &mut Parts<'a>) {
    if !segment.starts_with(|first: char| first.is_ascii_digit()) {
        return;
    }
    let mut words = segment.split_ascii_whitespace().peekable();
    words.next();
    let is_zone =
        |word: &&str| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut before = None;
    while let Some(word) = words.next() {
        match word {
            "is" => parts.push_some("sso_status", words.next()),
            _ if words.peek().is_some_and(|next| next.starts_with('/')) => {
                parts.push_some("timezone", before.filter(is_zone));
                parts.push("method", word);
                let target = words.next().unwrap_or_default();
                parts.push("path", target);
                web::push_target(parts, target);
                return;
            }
            _ => before = before.or(Some(word)),
        }
    }
}

/// `ADDRESS SESSION - PROFILE URL TEXT`, as the web application firewall writes of requests.
fn firewall<'a>(message: &'a str, parts: &mut Parts<'a>) {
    let read = || {
        let (address, rest) = message.trim_start().split_once(' ')?;
        let (_, rest) = rest.split_once(" - ")?;
        let (profile, rest) = rest.split_once(' ')?;
        let (target, verdict) = rest.split_once(' ')?;
        target
            .contains("://")
            .then_some((address, profile, target, verdict))
    };
    if let Some((address, profile, target, verdict)) = read() {
        parts.push("source_ip", address);
        parts.push("profile", profile);
        parts.push("verdict", verdict);
        web::push_target(parts, target);
    }
}

/// `SessionId: 5- User NAME`: what many versions write without a space before the sign that ends the number. Names it, and gives what
/// is behind.
fn after_session<'a>(segment: &'a str, parts: &mut Parts<'a>) -> &'a str {
    let number = segment
        .strip_prefix("SessionId: ")
        .and_then(|rest| rest.split_once("- "))
        .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some((number, rest)) => {
            parts.push_some("session_id", Some(number));
            rest.trim_start()
        }
        None => segment,
    }
}

/// A value, without its quotes.
fn value<'a>(name: &'static str, text: &'a str, parts: &mut Parts<'a>) {
    let text = if name == "duration" {
        text
    } else {
        text.trim()
    };
    let text = text.trim_matches('"');
    match name {
        "context" => {
            parts.push_some("context", Some(text));
            // Users are often mail addresses: the last `@` is the one.
            if let Some((user, ip)) = text.rsplit_once('@') {
                parts.push("context.user", user);
                parts.push("context.ip", ip);
            }
        }
        "vserver" | "source" | "destination" | "nat" | "relay" => {
            let (ip, port) = turn::split_port(text.split(' ').next().unwrap_or_default());
            let [ip_name, port_name] = match name {
                "vserver" => ["vserver_ip", "vserver_port"],
                "source" => ["source_ip", "source_port"],
                "nat" => ["nat_ip", "nat_port"],
                "relay" => ["relay_ip", "relay_port"],
                _ => ["destination_ip", "destination_port"],
            };
            parts.push(ip_name, ip.to_owned());
            if let Some(port) = port {
                parts.push(port_name, port.to_string());
            }
        }
        "account" => {
            let (user, domain) = text.rsplit_once(':').unwrap_or((text, ""));
            parts.push_some("account", Some(user));
            parts.push_some("domain", Some(domain));
        }
        "ratio_send" | "ratio_received" => parts.push(name, text.trim_end_matches('%')),
        _ => parts.push_some(name, Some(text)),
    }
}

/// Takes over what was found, of each name the first. A user name or a browser may hold ` - Client_ip `: where the line names several
/// addresses of one kind it cannot be told which is true, and none is taken.
fn client<'a>(found: Parts<'a>, parts: &mut Parts<'a>) {
    let ambiguous = |name: &&str| {
        let first = found.get(name);
        found.all(name).any(|other| Some(other) != first)
    };
    let unsure: Vec<&str> = ["client_ip", "source_ip", "remote_ip"]
        .into_iter()
        .filter(|name| ambiguous(name))
        .collect();
    for (from, to) in [
        (&["client_ip", "source_ip", "context.ip"][..], "client"),
        (&["remote_ip"], "remote"),
    ] {
        let name = from.iter().find(|name| found.get(name).is_some());
        if let Some(address) = name
            .filter(|name| !unsure.contains(name))
            .and_then(|name| found.get(name))
        {
            parts.push(to, address.to_owned());
        }
    }
    parts.append_firsts(found, &unsure);
}

/// Sentences that name somebody.
fn sentence<'a>(message: &'a str, parts: &mut Parts<'a>) {
    let _ = matches(
        "Authentication is rejected for {>user} (client ip : {client:word}",
        message,
        parts,
    ) || matches("[Remote ip = {address:word}]", message, parts)
        || matches(
            "aaatm_handler successfully parsed assertion client ip is {client_ip:word}, username is {user}",
            message,
            parts,
        );
    if let Some(client) = parts.get("client_ip").map(str::to_owned) {
        parts.push("client", client);
    }
    if let Some(address) = parts.get("address") {
        let ip = turn::split_port(address).0.to_owned();
        parts.push("client", Cow::Owned(ip));
    }
}
