//! Threats: what the firewall saw in a flow.

use gatewatch_event::Value;

use super::traffic::allowed;
use crate::source::mapping::{Emit, Entry, From, View, turn};

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
        if let Some(allowed) = allowed(view) {
            emit(Value::from(allowed));
        }
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
            _ => "unknown",
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
    Entry::call("url.scheme", |view, emit| {
        url(view, emit, |url| Some(url.split_once("://")?.0));
    }),
    Entry::call("url.domain", |view, emit| {
        url(view, emit, |url| Some(split(url).0));
    }),
    Entry::new(
        "url.port",
        From::Call(|view, emit| {
            url(view, emit, |url| {
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                rest.strip_prefix(split(url).0)?
                    .strip_prefix(':')?
                    .split('/')
                    .next()
            });
        }),
    )
    .turn(turn::port),
    Entry::call("destination.domain", |view, emit| {
        url(view, emit, |url| Some(split(url).0));
    }),
    Entry::call("url.path", |view, emit| url(view, emit, path)),
    Entry::call("url.extension", |view, emit| {
        url(view, emit, |url| Some(path(url)?.rsplit_once('.')?.1));
    }),
    Entry::call("url.query", |view, emit| {
        url(view, emit, |url| {
            let query = split(url).1.split_once('?')?.1;
            query.split('#').next()
        });
    }),
    Entry::call("url.fragment", |view, emit| {
        url(view, emit, |url| Some(split(url).1.split_once('#')?.1));
    }),
    Entry::call("file.path", |view, emit| {
        let path = file(view).filter(|path| path.contains(['/', '\\']));
        if let Some(path) = path.filter(|_| view.text("subtype").as_deref() == Some("file")) {
            emit(Value::from(path));
        }
    }),
    Entry::call("file.name", |view, emit| {
        if let Some(path) = file(view) {
            let name = path.rsplit(['/', '\\']).next();
            emit(Value::from(name.unwrap_or(&path).to_owned()));
        }
    }),
    Entry::call("file.extension", |view, emit| {
        if let Some(path) = file(view)
            && let Some((name, extension)) = path
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .rsplit_once('.')
            && !name.is_empty()
        {
            emit(Value::from(extension.to_owned()));
        }
    }),
    Entry::part("file.type", "file_type"),
    Entry::part("panw.panos.file.hash", "file_hash"),
    Entry::part("panw.panos.http_content_type", "content_type"),
    Entry::part("panw.panos.subject", "subject"),
    Entry::part("panw.panos.threat_category", "threat_category"),
    Entry::turned("panw.panos.network.pcap_id", "pcap_id", |value, _| {
        (value.text() != "0").then_some(value)
    }),
    Entry::call("panw.panos.url_category_list", |view, emit| {
        let list = view.text("url_categories").unwrap_or_default();
        let _ = list
            .trim()
            .split(',')
            .filter(|one| !one.is_empty())
            .all(|one| emit(Value::from(one)));
    })
    .many(),
    Entry::part("source.user.email", "sender"),
    Entry::part("destination.user.email", "recipient"),
    Entry::part("http.request.method", "http_method"),
    Entry::part("http.request.referrer", "referrer"),
    Entry::turned("network.forwarded_ip", "xff", turn::ip),
    Entry::part("user_agent.original", "user_agent"),
    Entry::fields("related.hash", &["panw.panos.file.hash"]),
    Entry::fields("related.hosts", &["observer.hostname", "url.domain"]),
];

/// What a threat's resource is, where it is a file: pages among them have a slash.
fn file(view: &View<'_>) -> Option<String> {
    let resource = view.text("misc").filter(|text| !text.is_empty())?;
    let is_file = match view.text("subtype")?.as_ref() {
        "file" | "wildfire" | "wildfire-virus" => true,
        "virus" | "vulnerability" => !resource.contains('/'),
        _ => false,
    };
    is_file.then(|| resource.into_owned())
}

/// `NAME(ID)`; of page filters the name is empty.
fn threat(text: &str) -> Option<(&str, &str)> {
    let (name, id) = text.strip_suffix(')')?.rsplit_once('(')?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some((name, id))
}

/// Hands on what `pick` takes of the page that somebody asked for.
fn url(view: &View<'_>, emit: Emit<'_>, pick: impl Fn(&str) -> Option<&str>) {
    let subtype = view.text("subtype");
    let may_be_file = matches!(subtype.as_deref(), Some("virus" | "vulnerability"));
    let is_page = |page: &std::borrow::Cow<'_, str>| {
        subtype.as_deref() == Some("url") || may_be_file && page.contains('/')
    };
    if let Some(page) = view.text("misc").filter(is_page)
        && let Some(picked) = pick(&page).filter(|picked| !picked.is_empty())
    {
        emit(Value::from(picked));
    }
}

/// The path of a page.
fn path(url: &str) -> Option<&str> {
    split(url).1.split(['?', '#']).next()
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
