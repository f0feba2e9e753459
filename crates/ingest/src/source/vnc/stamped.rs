//! x11vnc, libvncserver, TightVNC for Unix: most lines name the client, and what they do not say stands in lines before.

use crate::source::mapping::lines_back;

/// What a line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Said<'a> {
    Connection(&'a str),
    /// x11vnc knows the port.
    Counted(&'a str, &'a str),
    Failed(&'a str),
    Passed(&'a str),
    /// The screen is sent: nobody gets so far who was not let in.
    Shown(&'a str),
    Gone(&'a str),
    Asked(&'a str),
    WrongKind,
}

/// Takes a text apart.
pub(super) fn said(text: &str) -> Option<Said<'_>> {
    // Most lines are of the program's own affairs.
    if !matches!(
        text.as_bytes().first(),
        Some(b'G' | b'P' | b'C' | b'i' | b'F' | b'V' | b'a' | b'r')
    ) {
        return None;
    }
    if let Some(host) = text.strip_prefix("Got connection from client ") {
        return Some(Said::Connection(host));
    }
    if let Some(rest) = text.strip_prefix("Pixel format for client ") {
        return Some(Said::Shown(rest.strip_suffix(':')?));
    }
    if let Some(rest) = text.strip_prefix("Client ") {
        return rest.strip_suffix(" gone").map(Said::Gone);
    }
    if let Some(rest) = text.strip_prefix("incr accepted_client=") {
        let (_, rest) = rest.split_once(" for ")?;
        let (host, port) = rest.split(' ').next()?.rsplit_once(':')?;
        return Some(Said::Counted(host, port));
    }
    if let Some(rest) = text
        .strip_prefix("Full-control authentication passed by ")
        .or_else(|| text.strip_prefix("View-only authentication passed by "))
    {
        return Some(Said::Passed(rest));
    }
    let (function, rest) = text.split_once(": ")?;
    match function {
        "authProcessClientMessage"
        | "rfbAuthProcessClientMessage"
        | "rfbAuthProcessResponse"
        | "rfbVncAuthProcessResponse" => rest
            .strip_prefix("authentication failed from ")
            .map(Said::Failed),
        "rfbProcessClientSecurityType" => {
            if rest.starts_with("wrong security type ") {
                return Some(Said::WrongKind);
            }
            rest.strip_prefix("executing handler for type ")
                .map(Said::Asked)
        }
        _ => None,
    }
}

/// What lines before tell of a client.
#[derive(Clone, Copy, Default)]
pub(super) struct Client<'a> {
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
    pub(super) asked: Option<&'a str>,
    pub(super) came_in: bool,
}

/// The text of a line behind its time.
fn text(line: &str) -> Option<&str> {
    let at = memchr::memchr(b' ', line.as_bytes())?;
    line.get(at + 10..)
}

/// The clients that are there after these lines. One that comes twice from the same host is the later one.
pub(super) fn clients(before: &str) -> Vec<Client<'_>> {
    let mut clients: Vec<Client<'_>> = Vec::new();
    for line in before.lines() {
        let Some(said) = text(line).and_then(said) else {
            continue;
        };
        match said {
            Said::Connection(host) => {
                clients.retain(|known| known.host != host);
                clients.push(Client {
                    host,
                    ..Client::default()
                });
            }
            Said::Counted(host, port) => {
                // Of a client over IPv6 x11vnc does not say that it connected.
                match clients.iter_mut().find(|known| known.host == host) {
                    Some(known) => known.port = Some(port),
                    None => clients.push(Client {
                        host,
                        port: Some(port),
                        ..Client::default()
                    }),
                }
            }
            Said::Asked(kind) => {
                if let Some(last) = clients.last_mut() {
                    last.asked = Some(kind);
                }
            }
            Said::Passed(host) | Said::Shown(host) => {
                if let Some(known) = clients.iter_mut().find(|known| known.host == host) {
                    known.came_in = true;
                }
            }
            Said::Gone(host) => clients.retain(|known| known.host != host),
            Said::Failed(_) | Said::WrongKind => {}
        }
    }
    clients
}

/// The client with this name, as the lines since it came tell it. They are read from the last on, so that this ends soon.
pub(super) fn client<'a>(before: &'a str, host: &str) -> Option<Client<'a>> {
    let mut client = Client::default();
    for line in lines_back(before) {
        match text(line).and_then(said) {
            Some(Said::Gone(known)) if known == host => return None,
            Some(Said::Connection(known)) if known == host => {
                return Some(Client {
                    host: known,
                    ..client
                });
            }
            Some(Said::Counted(known, port)) if known == host => {
                return Some(Client {
                    host: known,
                    port: Some(port),
                    ..client
                });
            }
            Some(Said::Passed(known) | Said::Shown(known)) if known == host => {
                client.came_in = true;
            }
            Some(Said::Asked(kind)) if client.asked.is_none() => client.asked = Some(kind),
            _ => {}
        }
    }
    None
}

/// The one client that is not in yet.
pub(super) fn waiting(before: &str) -> Option<Client<'_>> {
    let clients = clients(before);
    let mut waiting = clients.into_iter().filter(|client| !client.came_in);
    let first = waiting.next()?;
    waiting.next().is_none().then_some(first)
}

/// How the number of a kind of authentication is named in the access record.
pub(super) fn method(kind: &str) -> Option<&'static str> {
    match kind {
        "1" => Some("anonymous"),
        "2" => Some("password"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, client, said, waiting};

    #[test]
    fn clients_by_name() {
        let before = "07/01/2026 08:00:00 Got connection from client 203.0.113.7\n\
                      07/01/2026 08:00:00 incr accepted_client=1 for 203.0.113.7:4000  sock=12\n\
                      07/01/2026 08:00:00 rfbProcessClientSecurityType: executing handler for type 2\n";
        let found = client(before, "203.0.113.7").expect("it is there");
        assert_eq!(
            (found.port, found.asked, found.came_in),
            (Some("4000"), Some("2"), false)
        );
        assert!(waiting(before).is_some());
        let gone = format!("{before}07/01/2026 08:00:01 Client 203.0.113.7 gone\n");
        assert!(client(&gone, "203.0.113.7").is_none());
        assert_eq!(
            said("incr accepted_client=7 for 2001:db8::7:48093  sock=12"),
            Some(Said::Counted("2001:db8::7", "48093"))
        );
    }
}
