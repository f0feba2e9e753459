//! The parts of a domain name, told by the public suffix list as Elasticsearch's processor `registered_domain` tells them.

use psl::Type;

/// The longest name that the name service knows.
const LONGEST: usize = 253;

/// A domain name with a public suffix, in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainParts {
    name: String,
    /// Where the registered domain begins; none in a name that is a public suffix itself.
    registered: Option<usize>,
}

impl DomainParts {
    /// Tells the parts of a name; `None` where it ends in no public suffix, as `host.local` and addresses do.
    ///
    /// A suffix that is somebody's own (`github.io`) counts as a registered domain, since that is what it is to the processor.
    ///
    /// ```
    /// let parts = gatewatch_ingest::format::text::DomainParts::new("www.example.co.uk").expect("a domain");
    /// assert_eq!(parts.registered(), Some("example.co.uk"));
    /// assert_eq!(parts.top_level(), "co.uk");
    /// assert_eq!(parts.subdomain(), Some("www"));
    /// ```
    pub fn new(name: &str) -> Option<Self> {
        let name = name.strip_suffix('.').unwrap_or(name);
        if name.len() > LONGEST || name.split('.').any(str::is_empty) {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let suffix = psl::suffix(name.as_bytes())?;
        let at = name.len().checked_sub(suffix.as_bytes().len())?;
        let registered = match (suffix.typ()?, at) {
            (Type::Private, _) => Some(at),
            (Type::Icann, 0) => None,
            (Type::Icann, _) => {
                let before = name.get(..at - 1)?;
                Some(before.rfind('.').map_or(0, |dot| dot + 1))
            }
        };
        Some(Self { name, registered })
    }

    /// What somebody registered: the public suffix and the label before it.
    pub fn registered(&self) -> Option<&str> {
        self.name.get(self.registered?..)
    }

    /// What stands behind the first label of the registered domain; of a public suffix, all of it.
    pub fn top_level(&self) -> &str {
        let registered = self.registered();
        registered
            .and_then(|name| name.split_once('.'))
            .map_or(&self.name, |(_, rest)| rest)
    }

    /// What stands before the registered domain.
    pub fn subdomain(&self) -> Option<&str> {
        let before = self.name.get(..self.registered?)?;
        before.strip_suffix('.')
    }
}

#[cfg(test)]
mod tests {
    use super::DomainParts;
    use proptest::prelude::{any, proptest};

    #[test]
    fn parts() {
        for (name, registered, top_level, subdomain) in [
            ("www.example.com", Some("example.com"), "com", Some("www")),
            ("Example.COM.", Some("example.com"), "com", None),
            (
                "a.b.example.co.uk",
                Some("example.co.uk"),
                "co.uk",
                Some("a.b"),
            ),
            // A suffix of somebody's own.
            ("joe.github.io", Some("github.io"), "io", Some("joe")),
            ("github.io", Some("github.io"), "io", None),
            // Suffixes with a wildcard, and an exception of it.
            ("x.y.ck", Some("x.y.ck"), "y.ck", None),
            ("www.ck", Some("www.ck"), "ck", None),
            ("co.uk", None, "co.uk", None),
        ] {
            let parts = DomainParts::new(name).expect(name);
            assert_eq!(parts.registered(), registered, "{name}");
            assert_eq!(parts.top_level(), top_level, "{name}");
            assert_eq!(parts.subdomain(), subdomain, "{name}");
        }
        for name in [
            "",
            ".",
            "printer.local",
            "192.0.2.1",
            "a..com",
            ".com",
            "gateway",
        ] {
            assert_eq!(DomainParts::new(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), other in "[a.ä]{0,9}(com|co.uk|github.io|ck|jp|)") {
            for text in [text, other] {
                if let Some(parts) = DomainParts::new(&text) {
                    let _ = (parts.registered(), parts.top_level(), parts.subdomain());
                }
            }
        }
    }
}
