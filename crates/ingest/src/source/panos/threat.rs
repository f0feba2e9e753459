//! Threats: what the firewall saw in a flow.

use gatewatch_event::Value;

use crate::source::mapping::{Emit, Entry, View};

/// Fields of threats.
pub(super) const THREAT: &[Entry] = &[
    Entry::fixed("event.kind", &["alert"]),
    Entry::fixed(
        "event.category",
        &["intrusion_detection", "threat", "network"],
    ),
    Entry::call("event.action", |view, emit| {
        emit(Value::from(match view.text("subtype").as_deref() {
            Some("data") => "data_match",
            Some("file") => "file_match",
            Some("flood") => "flood_detected",
            Some("packet") => "packet_attack",
            Some("scan") => "scan_detected",
            Some("spyware") => "spyware_detected",
            Some("url") => "url_filtering",
            Some("virus") => "virus_detected",
            Some("vulnerability") => "exploit_detected",
            Some("wildfire") => "wildfire_verdict",
            Some("wildfire-virus") => "wildfire_virus_detected",
            _ => return,
        }));
    }),
    Entry::call("event.type", |view, emit| {
        let action = view.text("action");
        let Some(action) = action.as_deref() else {
            return;
        };
        // `deny`, `drop-all-packets`, `reset-client`, `block-url`, `blocked`, `sinkhole`, ...
        let is_denied = ["deny", "drop", "reset", "block", "sinkhole", "random-drop"]
            .iter()
            .any(|start| action.starts_with(start));
        emit(Value::from(if is_denied { "denied" } else { "allowed" }));
    }),
    Entry::call("event.severity", |view, emit| {
        emit(Value::Long(match view.text("severity").as_deref() {
            Some("critical") => 1,
            Some("high") => 2,
            Some("medium") => 3,
            Some("low") => 4,
            Some("informational") => 5,
            _ => return,
        }));
    }),
    Entry::part("log.level", "severity"),
    Entry::call("network.direction", |view, emit| {
        emit(Value::from(match view.text("direction").as_deref() {
            Some("client-to-server" | "0") => "inbound",
            Some("server-to-client" | "1") => "outbound",
            _ => return,
        }));
    }),
    Entry::call("panw.panos.threat.id", |view, emit| {
        if let Some((_, id)) = threat(&view.text("threatid").unwrap_or_default()) {
            emit(Value::from(id));
        }
    }),
    Entry::call("panw.panos.threat.name", |view, emit| {
        let text = view.text("threatid").unwrap_or_default();
        emit(Value::from(match threat(&text) {
            Some(("", "9999")) => "URL-filtering",
            Some((name, _)) => name,
            None => text.as_ref(),
        }));
    }),
    Entry::part("panw.panos.threat.resource", "misc"),
    Entry::call("url.original", |view, emit| {
        url(view, emit, |url| Some(url))
    }),
    Entry::call("url.domain", |view, emit| {
        url(view, emit, |url| Some(split(url).0));
    }),
    Entry::call("destination.domain", |view, emit| {
        url(view, emit, |url| Some(split(url).0));
    }),
    Entry::call("url.path", |view, emit| {
        url(view, emit, |url| {
            let path = split(url).1;
            path.split(['?', '#'])
                .next()
                .filter(|path| !path.is_empty())
        });
    }),
    Entry::call("url.query", |view, emit| {
        url(view, emit, |url| Some(split(url).1.split_once('?')?.1));
    }),
    Entry::call("file.name", |view, emit| {
        let subtype = view.text("subtype");
        if matches!(
            subtype.as_deref(),
            Some("file" | "virus" | "wildfire" | "wildfire-virus")
        ) && let Some(name) = view.text("misc").filter(|name| !name.is_empty())
        {
            emit(Value::Str(name));
        }
    }),
];

/// `NAME(ID)`; of page filters the name is empty.
fn threat(text: &str) -> Option<(&str, &str)> {
    let (name, id) = text.strip_suffix(')')?.rsplit_once('(')?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some((name, id))
}

/// Hands on what `pick` takes of the page that somebody asked for.
fn url(view: &View<'_>, emit: Emit<'_>, pick: impl Fn(&str) -> Option<&str>) {
    let is_page = view.text("subtype").as_deref() == Some("url");
    if let Some(page) = view.text("misc").filter(|_| is_page)
        && let Some(picked) = pick(&page).filter(|picked| !picked.is_empty())
    {
        emit(Value::from(picked));
    }
}

/// Host and path of `host[:port]/path`, with or without a scheme.
fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    (host, path)
}

#[cfg(test)]
mod tests {
    use super::{split, threat};

    #[test]
    fn names_and_numbers() {
        assert_eq!(threat("(9999)"), Some(("", "9999")));
        assert_eq!(threat("A (b) c(30001)"), Some(("A (b) c", "30001")));
        assert_eq!(threat("none"), None);
        assert_eq!(threat("x(y)"), None);
    }

    #[test]
    fn pages() {
        for (page, host, path) in [
            ("www.example.com/a/b?c=d", "www.example.com", "/a/b?c=d"),
            ("https://www.example.com:8443/", "www.example.com", "/"),
            ("www.example.com:443", "www.example.com", ""),
            ("", "", ""),
        ] {
            assert_eq!(split(page), (host, path), "{page}");
        }
    }
}
