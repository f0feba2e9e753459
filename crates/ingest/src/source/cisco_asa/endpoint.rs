//! `INTERFACE:ADDRESS/PORT (ADDRESS/PORT)(USER)`: one end of a flow.

/// One end of a flow. All texts are as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint<'a> {
    pub(super) interface: Option<&'a str>,
    pub(super) address: &'a str,
    pub(super) port: Option<&'a str>,
    /// What the address is translated to.
    pub(super) mapped: Option<(&'a str, Option<&'a str>)>,
    pub(super) user: Option<&'a str>,
}

impl<'a> Endpoint<'a> {
    /// Reads one; `None` when there is no address.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_ascii();
        let end = text.find([' ', '(']).unwrap_or(text.len());
        let (interface, socket) = match text[..end].split_once(':') {
            Some((interface, socket)) => (Some(interface), socket),
            None => (None, &text[..end]),
        };
        let (address, port) = split(socket);
        let mut endpoint = Self {
            interface,
            address,
            port,
            ..Self::default()
        };
        let mut rest = text[end..].trim_ascii_start();
        while !rest.is_empty() {
            let word = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                Some((inner, tail)) => {
                    rest = tail.trim_ascii_start();
                    inner
                }
                None => {
                    let end = rest.find(' ').unwrap_or(rest.len());
                    let (word, tail) = rest.split_at(end);
                    rest = tail.trim_ascii_start();
                    endpoint.user = endpoint.user.or(Some(word));
                    continue;
                }
            };
            // `(type 8, code 0)` is no part of it.
            if word.contains('/') && endpoint.mapped.is_none() && !word.contains('\\') {
                endpoint.mapped = Some(split(word));
            } else if !word.starts_with("type ") {
                endpoint.user = endpoint.user.or(Some(word));
            }
        }
        (!address.is_empty()).then_some(endpoint)
    }
}

fn split(socket: &str) -> (&str, Option<&str>) {
    match socket.rsplit_once('/') {
        Some((address, port)) => (address, Some(port)),
        None => (socket, None),
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn ends_of_flows() {
        let end = Endpoint::parse(r"outside:192.0.2.7/53 (198.51.100.1/9053)(LOCAL\corp\joe)")
            .expect("an end");
        assert_eq!(
            (end.interface, end.address, end.port),
            (Some("outside"), "192.0.2.7", Some("53"))
        );
        assert_eq!(end.mapped, Some(("198.51.100.1", Some("9053"))));
        assert_eq!(end.user, Some(r"LOCAL\corp\joe"));
        let end = Endpoint::parse("in:2001:db8::1 joe").expect("an end");
        assert_eq!(
            (end.interface, end.address, end.port, end.user),
            (Some("in"), "2001:db8::1", None, Some("joe"))
        );
        let end = Endpoint::parse("in:10.0.0.1(type 8, code 0)").expect("an end");
        assert_eq!((end.address, end.user), ("10.0.0.1", None));
        assert_eq!(Endpoint::parse(""), None);
    }
}
