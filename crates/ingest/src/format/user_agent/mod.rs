//! What the text that a client sends of itself (`User-Agent`) says of its program, its system and its device, as Elasticsearch's ingest
//! processor `user_agent` tells it from the list of patterns that it ships.
//!
//! The list is read, a part of it at a time, when somebody first asks for what only it knows; of its patterns those are made into automata that
//! some text came near to. What was told of a text is kept, for a bounded number of texts.

mod needs;
mod patterns;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use foldhash::fast::RandomState;
pub use patterns::Told;

/// Longer texts are looked at as far as this, in bytes: what is told stands at their beginning, and each pattern takes time and memory in
/// proportion.
const LONGEST: usize = 1024;

/// Texts that are remembered on each thread, as many as Elasticsearch remembers.
const REMEMBERED: usize = 1000;

/// What of a user agent is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The program: a browser, a robot, a library.
    Program,
    /// The operating system.
    System,
    /// The device.
    Device,
}

/// What is known of a text, as far as it was asked for.
type Known = [Option<Option<Rc<Told>>>; 3];

thread_local! {
    static KNOWN: RefCell<HashMap<Box<str>, Known, RandomState>> = RefCell::default();
}

/// What the list says of a part of this user agent; nothing where no pattern fits.
pub fn tell(text: &str, part: Part) -> Option<Rc<Told>> {
    let text = beginning(text);
    KNOWN.with_borrow_mut(|known| {
        if !known.contains_key(text) {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(text.into(), Known::default());
        }
        let slot = &mut known.get_mut(text)?[part as usize];
        slot.get_or_insert_with(|| patterns::list(part).tell(text).map(Rc::new))
            .clone()
    })
}

/// The text, or as much of it as is looked at.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Part, REMEMBERED, beginning, tell};
    use proptest::prelude::{ProptestConfig, any, proptest};

    /// The names, and versions but of devices, `-` where there is nothing.
    fn shown(text: &str) -> String {
        [Part::Program, Part::System, Part::Device]
            .map(|part| {
                let told = tell(text, part);
                let Some(told) = told else {
                    return "-".to_owned();
                };
                match &told.version {
                    Some(version) if part != Part::Device => format!("{} {version}", told.name),
                    _ => told.name.clone(),
                }
            })
            .join(" | ")
    }

    #[test]
    fn agents() {
        for (text, expect) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                "Chrome 120.0.0.0 | Windows 10 | -",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
                "Mobile Safari 17.2 | iOS 17.2 | iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.43 Mobile Safari/537.36",
                "Chrome Mobile 120.0.6099.43 | Android 14 | Samsung SM-S918B",
            ),
            ("curl/8.5.0", "curl 8.5.0 | - | -"),
            ("Docker-Client/24.0.7 (linux)", "- | Linux | -"),
            ("Go-http-client/1.1", "Go-http-client 1.1 | - | -"),
            ("python-requests/2.31.0", "Python Requests 2.31 | - | -"),
            (
                "kubectl/v1.29.0 (linux/amd64) kubernetes/3f7a50f",
                "- | Linux | -",
            ),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Googlebot 2.1 | - | Spider",
            ),
            ("", "- | - | -"),
        ] {
            assert_eq!(shown(text), expect, "{text}");
        }
    }

    /// What the processor does, and not what the project that made the list says should be done.
    #[test]
    fn as_the_processor_does() {
        // A group that took part and is empty is a part of the version.
        assert_eq!(
            shown("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"),
            "Firefox 115.0. | Linux | -"
        );
        // What takes a version's place is taken as it stands.
        assert_eq!(
            tell("Windows 98", Part::System).and_then(|told| told.version.clone()),
            Some("$1".to_owned())
        );
        // Of a name's groups only the first is put in, once.
        assert_eq!(
            shown("Mozilla/5.0 (Linux; U; Android 4.0; en-us; Vodafone Smart II Build/x)"),
            "Android 4.0 | Android 4.0 | Alcatel Vodafone Smart II"
        );
        assert_eq!(
            tell(
                "Mozilla/5.0 (Linux; Android 9; Panasonic P55 Build/x)",
                Part::Device
            )
            .map(|told| told.name.clone()),
            Some("Panasonic $2".to_owned())
        );
        // Of four numbers none is left out.
        assert_eq!(
            shown("Snapchat/10.2.3.4 (iPhone)"),
            "Snapchat 10.2.3.4 | iOS | iPhone"
        );
    }

    #[test]
    fn the_same_again() {
        for _ in 0..2 {
            for number in 0..REMEMBERED + 10 {
                let told = tell(&format!("curl/7.{number}.0"), Part::Program);
                let version = told.and_then(|told| told.version.clone());
                assert_eq!(version, Some(format!("7.{number}.0")));
            }
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let long = format!("curl/8.5.0 {}", "ä".repeat(LONGEST));
        assert_eq!(shown(&long), "curl 8.5.0 | - | -");
        assert!(beginning(&long).len() >= LONGEST - 1);
        let behind = format!("{}curl/8.5.0", " ".repeat(LONGEST));
        assert_eq!(shown(&behind), "- | - | -");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn never_panics(text in any::<String>(), other in "(Android|Build/|; |[A-Za-z]{1,9}|[0-9/.()]){0,60}") {
            shown(&text);
            shown(&other);
        }
    }
}
