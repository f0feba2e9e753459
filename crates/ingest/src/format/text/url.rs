//! URLs as requests hold them.

/// The parts of a URL, or of what a request line holds of one: `/path?query`. All are as written; nothing is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UrlParts<'a> {
    /// `https`.
    pub scheme: Option<&'a str>,
    /// The host, without port and user.
    pub domain: Option<&'a str>,
    /// The port.
    pub port: Option<&'a str>,
    /// The path.
    pub path: &'a str,
    /// What follows the question mark.
    pub query: Option<&'a str>,
    /// What follows the number sign.
    pub fragment: Option<&'a str>,
}

impl<'a> UrlParts<'a> {
    /// Takes a URL apart.
    ///
    /// ```
    /// use gatewatch_ingest::format::text::UrlParts;
    ///
    /// let url = UrlParts::new("http://web.example:8080/a/b.tar.gz?x=1#top");
    /// assert_eq!((url.scheme, url.domain, url.port), (Some("http"), Some("web.example"), Some("8080")));
    /// assert_eq!((url.path, url.extension(), url.query), ("/a/b.tar.gz", Some("gz"), Some("x=1")));
    /// ```
    pub fn new(url: &'a str) -> Self {
        let (rest, fragment) = match url.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (url, None),
        };
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (rest, None),
        };
        let is_scheme = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        };
        let absolute = rest
            .split_once("://")
            .filter(|(scheme, _)| is_scheme(scheme));
        let Some((scheme, rest)) = absolute else {
            return Self {
                path: rest,
                query,
                fragment,
                ..Self::default()
            };
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let is_port =
            |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let (domain, port) = match host.rsplit_once(':').filter(|(_, port)| is_port(port)) {
            Some((domain, port)) => (domain, Some(port)),
            None => (host, None),
        };
        Self {
            scheme: Some(scheme),
            domain: Some(domain).filter(|domain| !domain.is_empty()),
            port,
            path,
            query,
            fragment,
        }
    }

    /// What follows the last dot in the last part of the path.
    pub fn extension(&self) -> Option<&'a str> {
        let name = self
            .path
            .rsplit_once('/')
            .map_or(self.path, |(_, name)| name);
        let (_, extension) = name.rsplit_once('.')?;
        Some(extension).filter(|extension| !extension.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::UrlParts;
    use proptest::prelude::{any, proptest};

    #[test]
    fn what_requests_hold() {
        let plain = |path| UrlParts {
            path,
            ..UrlParts::default()
        };
        assert_eq!(UrlParts::new(""), plain(""));
        assert_eq!(UrlParts::new("*"), plain("*"));
        assert_eq!(UrlParts::new("/a://b"), plain("/a://b"));
        assert_eq!(UrlParts::new("web.example:443"), plain("web.example:443"));
        assert_eq!(plain("/a.b/c").extension(), None);
        let url = UrlParts::new("https://user:x@[2001:db8::1]:8443");
        assert_eq!(
            (url.domain, url.port, url.path),
            (Some("[2001:db8::1]"), Some("8443"), "")
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), other in "[a:/?#@.ä]{0,20}") {
            let _ = UrlParts::new(&text).extension();
            let _ = UrlParts::new(&other).extension();
        }
    }
}
