//! Access logs of web servers in the common and the combined form: nginx, Apache httpd, and what writes the same.
//!
//! A line does not tell who wrote it, so all are documents of Elastic's nginx integration. Of interest here is the web server as a proxy:
//! before Docker's or Kubernetes' API, whose own logs do not tell the client's address.

mod fields;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::mapping::{Api, Confidence, Entry, Kind, Parts, Recognised, Record, Source, turn, web};
use crate::format::syslog::Stamp;
use crate::format::text::AccessLine;

/// Access logs of nginx and Apache httpd.
pub struct NginxAccess;

/// A browser says so, and from where it was sent; programs do neither.
fn is_tool(line: &AccessLine<'_>) -> bool {
    let tail = line.tail();
    tail.referrer.is_none_or(|referrer| referrer == "-")
        && !tail
            .agent
            .is_some_and(|agent| agent.starts_with("Mozilla/"))
}

/// Is this address inside, as Elastic's pipeline has it?
fn is_inside(address: &str) -> bool {
    match turn::address(address) {
        Some(IpAddr::V4(ip)) => ip.is_private() || ip.is_loopback(),
        _ => false,
    }
}

/// The last client that is outside. A proxy adds the client it sees to the end of the list, and what stands before that is
/// the word of the client.
fn outermost<'a>(line: &AccessLine<'a>) -> Option<&'a str> {
    line.clients()
        .rev()
        .find(|client| !is_inside(client))
        .or_else(|| line.clients().next_back())
}

/// The kind of a line.
fn kind(line: &AccessLine<'_>) -> &'static Kind {
    let api = line
        .request_parts()
        .and_then(|(method, target, _)| Api::of(method, target, || is_tool(line)));
    fields::KINDS.find(line.status, api, !matches!(line.user, "-" | ""))
}

impl Source for NginxAccess {
    fn name(&self) -> &'static str {
        "nginx_access"
    }

    fn title(&self) -> &'static str {
        "nginx and Apache httpd: access logs"
    }

    fn dataset(&self) -> &'static str {
        "nginx.access"
    }

    fn indices(&self) -> &'static [&'static str] {
        &[
            "logs-nginx.access-default",
            "logs-apache.access-default",
            "filebeat-default",
        ]
    }

    fn detect(&self, record: &Record<'_>) -> Option<Confidence> {
        Some(self.recognise(record)?.confidence)
    }

    fn recognise(&self, record: &Record<'_>) -> Option<Recognised> {
        AccessLine::parse(record.message())
            .map(|line| Recognised::of(Confidence::Likely, kind(&line)))
    }

    fn lines_only(&self) -> bool {
        true
    }

    fn marks(&self) -> &'static [&'static str] {
        &[
            "/Jan/2", "/Feb/2", "/Mar/2", "/Apr/2", "/May/2", "/Jun/2", "/Jul/2", "/Aug/2",
            "/Sep/2", "/Oct/2", "/Nov/2", "/Dec/2",
        ]
    }

    fn stamp(&self, record: &Record<'_>) -> Option<Stamp> {
        AccessLine::stamp_of(record.message())
    }

    fn fields(&self) -> &'static [Entry] {
        fields::COMMON
    }

    fn kind(&self, record: &Record<'_>) -> &'static Kind {
        AccessLine::parse(record.message()).map_or(&fields::OTHER, |line| kind(&line))
    }

    fn take_apart<'a>(&self, record: &Record<'a>, parts: &mut Parts<'a>) {
        let Some(line) = AccessLine::parse(record.message()) else {
            return;
        };
        push_clients(&line, parts);
        let stated = |text: Option<&'a str>| text.filter(|text| *text != "-");
        parts.push_some("user", stated(Some(line.user)));
        parts.push_some("bytes", stated(Some(line.bytes)));
        let tail = line.tail();
        parts.push_some("duration", tail.duration);
        parts.push_some("referrer", stated(tail.referrer));
        parts.push_some("agent", stated(tail.agent));
        parts.push("status", line.status.to_string());
        if let Some((method, target, version)) = line.request_parts() {
            parts.push("method", method);
            parts.push_some("version", version);
            web::push_target(parts, target);
        }
    }
}

/// The virtual host, the clients, and which of them it was.
fn push_clients<'a>(line: &AccessLine<'a>, parts: &mut Parts<'a>) {
    if let Some(host) = line.host {
        let (name, port) = turn::split_port(host);
        parts.push_some("host", Some(name));
        if port.is_some() {
            parts.push_some("port", host.rsplit(':').next());
        }
    }
    // A socket of the machine itself has no address.
    if !line.client.starts_with("unix:") {
        for client in line.clients() {
            parts.push("client", client);
        }
    }
    let first = line
        .clients()
        .find(|client| !is_inside(client))
        .or_else(|| line.clients().next());
    parts.push_some("source", first);
    parts.push_some("remote", outermost(line));
}
