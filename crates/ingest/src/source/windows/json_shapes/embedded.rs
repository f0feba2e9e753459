//! Event data that stand as text inside a record: XML, or JSON.

use std::borrow::Cow;

use crate::format::json::{Index, JsonKind, LazyJson};
use crate::format::xml::{attribute, tag_end, unescape};

use super::event_xml;

/// At most this many values are taken out of one text.
const MOST_VALUES: usize = 1024;

/// Named values found in a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Embedded {
    pub data: Vec<(String, String)>,
    pub user_data_name: Option<String>,
    pub user_data: Vec<(String, String)>,
}

type Visit<'v> = &'v mut dyn FnMut(&str, Cow<'_, str>) -> bool;

impl Embedded {
    /// The values in a text that is XML or JSON; none in any other.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim_start();
        if text.starts_with('<') {
            parse_xml(text)
        } else if text.starts_with('{') {
            parse_json(text)
        } else {
            Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty() && self.user_data.is_empty()
    }

    pub(super) fn user_data_name(&self) -> Option<&str> {
        self.user_data_name.as_deref()
    }

    pub(super) fn each_data(&self, visit: Visit<'_>) -> bool {
        each(&self.data, visit)
    }

    pub(super) fn each_user_data(&self, visit: Visit<'_>) -> bool {
        each(&self.user_data, visit)
    }
}

fn each(values: &[(String, String)], visit: Visit<'_>) -> bool {
    values
        .iter()
        .all(|(name, text)| visit(name, Cow::Borrowed(text)))
}

/// JSON of an event, of its `EventData`, or of the names and values themselves.
fn parse_json(text: &str) -> Embedded {
    let mut embedded = Embedded::default();
    let mut index = Index::new();
    if index.build(text).is_err() {
        return embedded;
    }
    let root = LazyJson::new(text, &index);
    let event = root.get("Event").unwrap_or(root);
    let is_event = ["EventData", "UserData"].iter().any(|key| {
        event
            .get(key)
            .is_some_and(|inner| inner.kind() == JsonKind::Object)
    });
    let mut push = |name: &str, text: Cow<'_, str>| {
        embedded.data.push((name.to_owned(), text.into_owned()));
        embedded.data.len() < MOST_VALUES
    };
    if !is_event {
        event_xml::each_value(root, &mut 0, &mut push);
        return embedded;
    }
    event_xml::each_data(event, &mut push);
    embedded.user_data_name = event_xml::user_data_name(event).map(Cow::into_owned);
    event_xml::each_user_data(event, &mut |name, text| {
        embedded
            .user_data
            .push((name.to_owned(), text.into_owned()));
        embedded.user_data.len() < MOST_VALUES
    });
    embedded
}

/// The XML of an event or of a part of it: `Data` elements, and the leaves below `UserData`.
fn parse_xml(text: &str) -> Embedded {
    let mut embedded = Embedded::default();
    let mut place = 0;
    // The element that was opened last, with its name attribute and the offset after its tag.
    let mut open: Option<(&str, Option<String>, usize)> = None;
    let mut in_user_data = false;
    let mut at = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let Some(end) = tag_end(text, start) else {
            break;
        };
        let inside = &text[start + 1..end];
        at = end + 1;
        if let Some(closed) = inside.strip_prefix('/') {
            if let Some((tag, name, from)) = open.take()
                && tag == closed.trim()
            {
                let value = unescape(&text[from..start]).into_owned();
                embedded.add(tag, name, value, in_user_data, &mut place);
            }
            if closed.trim() == "UserData" {
                in_user_data = false;
            }
        } else if !inside.starts_with(['?', '!']) {
            let body = inside.strip_suffix('/').unwrap_or(inside);
            let (tag, attributes) = body
                .split_once(|letter: char| letter.is_ascii_whitespace())
                .unwrap_or((body, ""));
            if inside.ends_with('/') {
                if tag == "Data" {
                    place += 1;
                }
                open = None;
                continue;
            }
            if in_user_data && embedded.user_data_name.is_none() {
                embedded.user_data_name = Some(tag.to_owned());
            }
            in_user_data |= tag == "UserData";
            let name = attribute(attributes, "Name").map(Cow::into_owned);
            open = Some((tag, name, at));
        }
        if embedded.data.len().max(embedded.user_data.len()) >= MOST_VALUES {
            break;
        }
    }
    embedded
}

impl Embedded {
    fn add(
        &mut self,
        tag: &str,
        name: Option<String>,
        value: String,
        in_user_data: bool,
        place: &mut usize,
    ) {
        if tag == "Data" {
            *place += 1;
        }
        if value.is_empty() {
            return;
        }
        match tag {
            "Data" => {
                let name = name.unwrap_or_else(|| format!("param{place}"));
                self.data.push((name, value));
            }
            "Binary" if !in_user_data => self.data.push((tag.to_owned(), value)),
            _ if in_user_data && self.user_data_name.as_deref() != Some(tag) => {
                self.user_data.push((tag.to_owned(), value));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Embedded;

    fn pairs(values: &[(String, String)]) -> Vec<(&str, &str)> {
        values
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect()
    }

    #[test]
    fn event_data_in_xml() {
        let parsed = Embedded::parse(
            "<EventData xmlns=\"http://example.com/a>b\">\r\n  <Data Name='IpAddress'>192.0.2.7</Data>\r\n  \
             <Data Name=\"Empty\"></Data><Data Name=\"Gone\"/><Data>a &lt;b&gt; &amp;&#65;&#x42; &c</Data><Binary>00FF</Binary></EventData>",
        );
        assert_eq!(
            pairs(&parsed.data),
            [
                ("IpAddress", "192.0.2.7"),
                ("param4", "a <b> &AB &c"),
                ("Binary", "00FF")
            ]
        );
        assert_eq!(parsed.user_data_name, None);
    }

    #[test]
    fn user_data_in_xml() {
        let parsed = Embedded::parse(
            "<DataItem Type=\"System.XmlData\"><UserData xmlns=\"x\"><EventXML xmlns=\"Event_NS\"><Param1>alice</Param1>\
             <Param2></Param2><Param3>203.0.113.5</Param3></EventXML></UserData></DataItem>",
        );
        assert_eq!(parsed.user_data_name.as_deref(), Some("EventXML"));
        assert_eq!(
            pairs(&parsed.user_data),
            [("Param1", "alice"), ("Param3", "203.0.113.5")]
        );
    }

    #[test]
    fn event_data_in_json() {
        for text in [
            r##"{"EventData":{"Data":[{"@Name":"IpAddress","#text":"192.0.2.7"},{"@Name":"Empty"},"plain"]}}"##,
            r##"{"Data":[{"@Name":"IpAddress","#text":"192.0.2.7"},{"@Name":"Empty"},"plain"]}"##,
            r#"{"IpAddress":"192.0.2.7","Empty":"","Data":["plain"]}"#,
        ] {
            assert_eq!(
                pairs(&Embedded::parse(text).data),
                [("IpAddress", "192.0.2.7"), ("param3", "plain")],
                "{text}"
            );
        }
    }

    #[test]
    fn broken_text_gives_what_there_is() {
        for text in [
            "",
            "<",
            "<a",
            "{",
            "<Data Name=\"x",
            "&;",
            "<Data>&#x110000;</Data",
        ] {
            assert!(Embedded::parse(text).is_empty(), "{text}");
        }
    }
}
