//! What follows from the parts of a sentence.

use std::borrow::Cow;

use super::endpoint::Endpoint;
use crate::source::mapping::{Parts, turn};

/// Adds the parts that the fields are made of.
pub(super) fn complete<'a>(code: &str, text: &'a str, parts: &mut Parts<'a>) {
    match code {
        "113004" | "113005" | "113012" | "113015" => aaa(text, parts),
        "313005" => icmp_error(parts),
        "302013" | "302015" => initiator(parts),
        "302020" | "302021" => icmp_users(parts),
        "304001" => target(parts),
        code if code.starts_with("338") => threat(parts),
        code if code.starts_with("75") => peers(parts),
        _ => {}
    }
    ends(code, parts);
    if let Some(url) = own(parts, "url") {
        url_parts(&url, parts);
    }
    protocol(parts);
    if let Some(icmp) = own(parts, "icmp")
        && let Some((kind, code)) = icmp
            .split_once(" type ")
            .and_then(|(_, rest)| rest.split_once(" code "))
    {
        parts.push("icmp.type", kind.to_owned());
        parts.push("icmp.code", code.to_owned());
    }
    nat(parts);
    tail(code, parts);
    reasons(code, parts);
    if let Some(user) = own(parts, "error.user") {
        error_user(&user, parts);
    }
    security_groups(parts);
    let first_user = ["user", "user.src"]
        .iter()
        .find_map(|name| own(parts, name));
    users("source.user", first_user, parts);
    users("destination.user", own(parts, "user.dst"), parts);
    access(code, parts);
}

fn own(parts: &Parts<'_>, name: &str) -> Option<String> {
    parts
        .get(name)
        .map(str::to_owned)
        .filter(|text| !text.is_empty())
}

/// `server = A : user = U : user IP = B`, with colons and commas in all positions. The user is a stranger's word: what stands last
/// is the device's.
fn aaa<'a>(text: &'a str, parts: &mut Parts<'a>) {
    if let Some(kind) = text
        .strip_prefix("AAA user ")
        .and_then(|rest| rest.split(' ').next())
    {
        parts.push("aaa", kind);
    }
    let clean = |value: &'a str| value.trim_matches([' ', ':', ',']);
    let user_at = ["user = ", "User = "]
        .iter()
        .filter_map(|mark| Some((text.find(mark)?, mark.len())))
        .min();
    let (head, mut user) = match user_at {
        Some((at, length)) => (&text[..at], Some(&text[at + length..])),
        None => (text, None),
    };
    if let Some((_, server)) = head.split_once("server = ") {
        parts.push_some("dst", Some(clean(server)));
    }
    if let Some((_, reason)) = head.split_once("reason = ") {
        let end = reason
            .find("server = ")
            .or_else(|| reason.find("local database"));
        parts.push_some("why", Some(clean(&reason[..end.unwrap_or(reason.len())])));
    }
    if let Some((name, address)) = user.and_then(|user| user.rsplit_once("user IP =")) {
        user = Some(name);
        parts.push_some("src", Some(clean(address)));
    }
    parts.push_some("user", user.map(clean));
}

/// `icmp src IF:A dst IF:B (type T, code C)` and `udp src A/P dst B/Q`.
fn icmp_error(parts: &mut Parts<'_>) {
    let (Some(outer), Some(inner)) = (own(parts, "outer"), own(parts, "inner")) else {
        return;
    };
    if let Some((source, rest)) = outer
        .strip_prefix("icmp src ")
        .and_then(|rest| rest.split_once(" dst "))
    {
        let (destination, icmp) = rest.split_once(" (type ").unwrap_or((rest, ""));
        for (end, interface, address) in [
            (source, "if.src", "error.src"),
            (destination, "if.dst", "error.dst"),
        ] {
            if let Some(end) = Endpoint::parse(end) {
                if let Some(name) = end.interface {
                    parts.push(interface, name.to_owned());
                }
                parts.push(address, end.address.to_owned());
                if let Some(user) = end.user.filter(|_| address == "error.src") {
                    let (user, group) = security_group(user);
                    parts.push("error.user", user.to_owned());
                    push_group(group, ["group.src", "group.src.name"], parts);
                }
            }
        }
        if let Some((kind, code)) = icmp.trim_end_matches(')').split_once(", code ") {
            parts.push("icmp.type", kind.to_owned());
            parts.push("icmp.code", code.to_owned());
        }
    }
    let payload = inner.trim_end_matches('.');
    if let Some((source, destination)) = payload
        .split_once(" src ")
        .and_then(|(_, rest)| rest.split_once(" dst "))
    {
        for (socket, port) in [(source, "sport"), (destination, "dport")] {
            if let Some((_, number)) = socket.rsplit_once('/') {
                parts.push(port, number.to_owned());
            }
        }
    }
}

/// What a dynamic filter's list says: a name or block, a level, a category.
fn threat(parts: &mut Parts<'_>) {
    let Some(threat) = own(parts, "threat") else {
        return;
    };
    let mut pieces = threat.split(", ");
    if let Some(name) = pieces.next() {
        parts.push("threat.name", name.to_owned());
    }
    for piece in pieces {
        if let Some(level) = piece.strip_prefix("threat-level: ") {
            parts.push("threat.level", level.to_owned());
        } else if let Some(category) = piece.strip_prefix("category: ") {
            parts.push("threat.category", category.to_owned());
        }
    }
}

/// Who began a connection stands at its end: ` (USER)`.
fn initiator(parts: &mut Parts<'_>) {
    let Some(end) = own(parts, "end.dst") else {
        return;
    };
    let last = end.strip_suffix(')').and_then(|end| end.rsplit_once(" ("));
    if let Some((rest, user)) = last.filter(|(_, user)| !user.contains('/')) {
        parts.push("termination.user", user.to_owned());
        parts.replace("end.dst", rest.to_owned());
    }
}

/// `faddr A/0(USER)` and `laddr B/0 (USER) type 8 code 0`.
fn icmp_users(parts: &mut Parts<'_>) {
    for (part, user) in [("faddr", "user.dst"), ("icmp", "user.src")] {
        let text = own(parts, part);
        let inner = text
            .as_deref()
            .and_then(|text| Some(text.split_once('(')?.1.split_once(')')?.0));
        if let Some(inner) = inner {
            parts.push(user, inner.to_owned());
        }
    }
}

/// `USER@A(DOMAIN\USER) Accessed URL USER@B:URL`.
fn target(parts: &mut Parts<'_>) {
    if let Some(client) = own(parts, "accessing") {
        let client = client.split('(').next().unwrap_or_default();
        let (user, address) = client
            .rsplit_once('@')
            .map_or((None, client), |(user, address)| (Some(user), address));
        parts.push("src", address.trim_ascii().to_owned());
        if let Some(user) = user {
            parts.push("user.src", user.to_owned());
        }
    }
    let target = own(parts, "target");
    if let Some((server, url)) = target.as_deref().and_then(|target| target.split_once(':')) {
        let server = server.rsplit('@').next().unwrap_or(server);
        parts.push("dst", server.to_owned());
        parts.push("url", url.to_owned());
    }
}

/// `Local:A:P Remote:B:Q`: the last colon is before the port, the others are the address's.
fn peers(parts: &mut Parts<'_>) {
    for (peer, address, port) in [("local", "src", "sport"), ("remote", "dst", "dport")] {
        if let Some(text) = own(parts, peer)
            && let Some((host, number)) = text.rsplit_once(':')
        {
            parts.push(address, host.to_owned());
            parts.push(port, number.to_owned());
        }
    }
}

/// Takes the ends of the flow apart.
fn ends(code: &str, parts: &mut Parts<'_>) {
    // The device names the far end first where the near one began.
    let outbound = matches!(code, "302013" | "302015") && parts.get("dir") == Some("outbound");
    let (first, second) = if outbound {
        ("end.dst", "end.src")
    } else {
        ("end.src", "end.dst")
    };
    for (end, interface, address, port, mapped, mapped_port, user) in [
        (
            first,
            "if.src",
            "src",
            "sport",
            "mapped.src",
            "mapped.sport",
            "user.src",
        ),
        (
            second,
            "if.dst",
            "dst",
            "dport",
            "mapped.dst",
            "mapped.dport",
            "user.dst",
        ),
    ] {
        let Some(text) = own(parts, end) else {
            continue;
        };
        let Some(found) = Endpoint::parse(&text) else {
            continue;
        };
        if let Some(name) = found.interface {
            parts.push(interface, name.to_owned());
        }
        parts.push(address, found.address.to_owned());
        if let Some(number) = found.port {
            parts.push(port, number.to_owned());
        }
        // Directors of a cluster say where they forward to, not what they translate.
        if let Some((name, number)) = found.mapped.filter(|_| code != "302022") {
            parts.push(mapped, name.to_owned());
            if let Some(number) = number {
                parts.push(mapped_port, number.to_owned());
            }
        }
        // Of a denied packet the parentheses may also hold the name of a host.
        let is_user = |name: &str| {
            code != "106023" || name.starts_with("LOCAL\\") || security_group(name).1.is_some()
        };
        if let Some(name) = found.user.filter(|name| is_user(name)) {
            parts.push(user, name.to_owned());
        }
    }
    if let Some((src, dst)) = own(parts, "error.src").zip(own(parts, "error.dst")) {
        parts.push("bare.src", src);
        parts.push("bare.dst", dst);
    }
    if code.starts_with("7250")
        && let Some(port) = own(parts, "sport")
    {
        parts.push("remote.port", port);
    }
}

/// `tcp`, `protocol 47`.
fn protocol(parts: &mut Parts<'_>) {
    if let Some(named) = own(parts, "protocol") {
        match named.strip_prefix("protocol ") {
            Some(number) => parts.push("iana", number.to_owned()),
            None => parts.push("proto", named),
        }
    }
    if let Some(name) = own(parts, "proto") {
        let number = match name.to_ascii_lowercase().as_str() {
            "icmp" => "1",
            "igmp" => "2",
            "tcp" => "6",
            "udp" => "17",
            "gre" => "47",
            "esp" => "50",
            "ipv6-icmp" => "58",
            _ => return,
        };
        parts.push("iana", number);
    }
}

/// What addresses and ports are translated to, where that is another.
fn nat(parts: &mut Parts<'_>) {
    for (real, mapped, name) in [
        ("src", "mapped.src", "nat.src"),
        ("dst", "mapped.dst", "nat.dst"),
        ("sport", "mapped.sport", "nat.sport"),
        ("dport", "mapped.dport", "nat.dport"),
        ("src", "nat", "nat.src"),
    ] {
        if let (Some(real), Some(other)) = (own(parts, real), own(parts, mapped))
            && real != other
        {
            parts.push(name, other);
        }
    }
}

/// `BYTES REASON from INITIATOR (USER)`, each but the first optional.
fn tail(code: &str, parts: &mut Parts<'_>) {
    let Some(tail) = own(parts, "tail") else {
        return;
    };
    let (bytes, mut rest) = tail.split_once(' ').unwrap_or((&tail, ""));
    parts.push("bytes", bytes.to_owned());
    if let Some((head, user)) = rest
        .trim_ascii()
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('))
    {
        parts.push("termination.user", user.to_owned());
        rest = head.trim_ascii_end();
    }
    if let Some((head, initiator)) = rest.rsplit_once(" from ").filter(|_| code == "302014") {
        parts.push("termination.initiator", initiator.trim_ascii().to_owned());
        rest = head;
    }
    if !rest.trim_ascii().is_empty() {
        parts.push("reason", rest.trim_ascii().to_owned());
    }
}

/// `event.reason`, by message.
fn reasons(code: &str, parts: &mut Parts<'_>) {
    let rest = own(parts, "rest");
    let rest = rest.as_deref();
    let sentence = |text: &str| text.trim_end_matches('.').to_owned();
    let reason: Option<String> = match code {
        "110002" => Some("Failed to locate egress interface".to_owned()),
        "419002" => Some("Duplicate TCP SYN with different initial sequence number".to_owned()),
        "713120" => rest.map(|rest| rest.split(" (").next().unwrap_or(rest).to_owned()),
        "713202" => rest.map(|rest| rest.split(". ").next().unwrap_or(rest).to_owned()),
        "713901" | "713902" | "713904" | "713905" => rest.map(str::to_owned),
        "722011" => rest.and_then(|rest| {
            Some(
                rest.strip_prefix("SVC Message: ")?
                    .strip_suffix('.')?
                    .to_owned(),
            )
        }),
        "722037" => rest
            .and_then(|rest| rest.strip_prefix("SVC closing connection: "))
            .map(sentence),
        _ => None,
    };
    if let Some(reason) = reason {
        parts.push("reason", reason);
    }
    if code == "713120"
        && let Some((_, id)) = rest.and_then(|rest| rest.split_once("(msgid="))
    {
        parts.push("id", id.trim_end_matches(')').to_owned());
    }
    if matches!(code, "722033" | "722034")
        && let Some(word) = rest.and_then(|rest| rest.split(' ').nth(1))
        && matches!(word, "TCP" | "UDP")
    {
        parts.push("proto", word.to_owned());
        parts.push("iana", if word == "TCP" { "6" } else { "17" });
    }
}

/// Takes security groups off the users that they stand behind, or stand for.
fn security_groups(parts: &mut Parts<'_>) {
    for (user, names) in [
        ("user.src", ["group.src", "group.src.name"]),
        ("user.dst", ["group.dst", "group.dst.name"]),
    ] {
        if let Some(text) = own(parts, user) {
            let (name, group) = security_group(&text);
            push_group(group, names, parts);
            parts.replace(user, name.to_owned());
        }
    }
}

fn push_group(group: Option<Group<'_>>, names: [&'static str; 2], parts: &mut Parts<'_>) {
    if let Some((number, name)) = group {
        parts.push(names[0], number.to_owned());
        if let Some(name) = name {
            parts.push(names[1], name.to_owned());
        }
    }
}

/// The number of a security group, and its name where there is one.
type Group<'a> = (&'a str, Option<&'a str>);

/// A user and the security group behind it: `USER, NUMBER[:NAME]`, or `NUMBER:NAME` alone.
fn security_group(text: &str) -> (&str, Option<Group<'_>>) {
    let (user, group) = match text.rsplit_once(", ") {
        Some((user, group)) => (user, group),
        None if text.contains(':') => ("", text),
        None => return (text, None),
    };
    let (number, name) = match group.split_once(':') {
        Some((number, name)) => (number, Some(name)),
        None => (group, None),
    };
    // The tag has 16 bits.
    match number.parse::<u16>() {
        Ok(_) => (user, Some((number, name))),
        Err(_) => (text, None),
    }
}

/// `DOMAIN\NAME`, `NAME@DOMAIN` or `NAME`; `LOCAL\` in front stands for the device's own users.
fn users(path: &'static str, user: Option<String>, parts: &mut Parts<'_>) {
    let Some(user) = user else {
        return;
    };
    let inner = user
        .strip_prefix('(')
        .and_then(|user| user.strip_suffix(')'));
    let user = inner.unwrap_or(&user);
    let user = user.strip_prefix("LOCAL\\").unwrap_or(user);
    let (domain, name) = match (user.rsplit_once('\\'), user.rsplit_once('@')) {
        (Some((domain, name)), _) | (None, Some((name, domain))) => (Some(domain), name),
        (None, None) => (None, user),
    };
    let (domain_part, name_part) = match path {
        "source.user" => ("source.user.domain", "source.user.name"),
        _ => ("destination.user.domain", "destination.user.name"),
    };
    if let Some(domain) = domain.filter(|domain| !domain.is_empty()) {
        parts.push(domain_part, domain.to_owned());
    }
    if !name.is_empty() {
        parts.push(name_part, name.to_owned());
    }
}

/// `DOMAIN\\GROUP\\NAME`, `DOMAIN\\NAME`.
fn error_user(user: &str, parts: &mut Parts<'_>) {
    let mut pieces = user.split('\\');
    let (first, second, third) = (pieces.next(), pieces.next(), pieces.next());
    let (domain, group, name) = match (first, second, third) {
        (domain, group, Some(name)) => (domain, group, Some(name)),
        (domain, Some(name), None) => (domain, None, Some(name)),
        (name, None, None) => (None, None, name),
    };
    for (part, value) in [
        ("source.user.domain", domain),
        ("group", group),
        ("source.user.name", name),
    ] {
        if let Some(value) = value {
            parts.push(part, value.to_owned());
        }
    }
}

/// Scheme, host, path and extension.
fn url_parts(url: &str, parts: &mut Parts<'_>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        parts.push("url.path", url.to_owned());
        return;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = turn::split_port(host);
    let (path, query) = path
        .split_once('?')
        .map_or((path, None), |(path, query)| (path, Some(query)));
    parts.push("url.scheme", scheme.to_owned());
    parts.push("url.domain", host.to_owned());
    if let Some(port) = port {
        parts.push("url.port", port.to_string());
    }
    parts.push("url.path", path.to_owned());
    if let Some(query) = query {
        parts.push("url.query", query.to_owned());
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    if let Some((_, extension)) = file.rsplit_once('.').filter(|(name, _)| !name.is_empty()) {
        parts.push("url.extension", extension.to_owned());
    }
}

/// Who and from where, for the access record.
fn access(code: &str, parts: &mut Parts<'_>) {
    let address = match code {
        "113019" => own(parts, "client"),
        "750002" | "750003" | "750006" | "750007" | "751025" => own(parts, "dst"),
        _ => own(parts, "src"),
    };
    if let Some(address) = address {
        parts.push("access.ip", address);
    }
    let user = ["source.user.name", "user.server", "user.own", "mail"]
        .iter()
        .find_map(|name| own(parts, name));
    // The device hides names that it does not know.
    if let Some(user) = user.filter(|user| user != "*****" && user != "Unknown") {
        parts.push("access.user", Cow::Owned(user));
    }
}
