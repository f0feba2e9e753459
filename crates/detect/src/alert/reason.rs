//! The sentence that says why an alert was made.

use gatewatch_event::{Document, document_values};

use super::overrides::Overrides;

fn first(document: &Document, field: &str) -> Option<String> {
    let mut found = None;
    document_values(document.as_map(), field, &mut |value| {
        found = Some(value.text().into_owned());
        false
    });
    found.filter(|text| !text.is_empty())
}

fn all(document: &Document, field: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    document_values(document.as_map(), field, &mut |value| {
        found.push(value.text().into_owned());
        found.len() < 5
    });
    (!found.is_empty()).then(|| found.join(", "))
}

/// An address with its port.
fn endpoint(document: &Document, side: &str) -> Option<String> {
    let address = first(document, &format!("{side}.ip"))?;
    Some(match first(document, &format!("{side}.port")) {
        Some(port) => format!("{address}:{port}"),
        None => address,
    })
}

/// Built from what the event says of the usual parts, ending with the severity and the name of the rule.
pub(super) fn reason(document: &Document, of: &Overrides) -> String {
    let mut text = match all(document, "event.category") {
        Some(category) => format!("{category} event"),
        None => "event".to_owned(),
    };
    let parts: Vec<String> = [
        ("process", first(document, "process.name")),
        ("parent process", first(document, "process.parent.name")),
        ("file", first(document, "file.name")),
        ("source", endpoint(document, "source")),
        ("destination", endpoint(document, "destination")),
    ]
    .into_iter()
    .filter_map(|(what, value)| Some(format!("{what} {}", value?)))
    .collect();
    if !parts.is_empty() {
        text.push_str(" with ");
        text.push_str(&parts.join(", "));
        text.push(',');
    }
    for (word, field) in [("by", "user.name"), ("on", "host.name")] {
        if let Some(value) = first(document, field) {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    text.push_str(&format!(" created {} alert {}.", of.severity, of.name));
    text
}

#[cfg(test)]
mod tests {
    use gatewatch_event::Document;
    use gatewatch_rules::RuleSeverity;
    use serde_json::{Value as Json, json};

    use super::{Overrides, reason};

    #[test]
    fn it_says_what_is_there() {
        let of = Overrides {
            severity: RuleSeverity::High,
            risk_score: Json::from(73),
            name: "A rule".into(),
            reason: String::new(),
        };
        let check = |json: Json, expect: &str| {
            let document = match json {
                Json::Object(map) => Document::from_map(map),
                _ => Document::new(),
            };
            assert_eq!(reason(&document, &of), expect);
        };
        check(json!({}), "event created high alert A rule.");
        check(
            json!({
                "event": {"category": ["network", "process"]}, "process": {"name": "a"},
                "source": {"ip": "192.0.2.1", "port": 5}, "user": {"name": "u"}, "host": {"name": "h"},
            }),
            "network, process event with process a, source 192.0.2.1:5, by u on h created high alert A rule.",
        );
    }
}
