//! Objects that are no records themselves but hold a list of them.

use super::index::skip_space;
use super::scan::{Scanner, Step};
use super::string::{WITH_CONTROLS, string_end};

/// A list must begin within this many bytes of the object around it.
pub(super) const PREFIX_BYTES: usize = 4096;

/// Members that may stand before the list, in the envelopes that are known: search responses, Kubernetes lists, OData.
const BEFORE: &[&[u8]] = &[
    b"@odata.context",
    b"@odata.count",
    b"@odata.nextLink",
    b"NextToken",
    b"_scroll_id",
    b"_shards",
    b"apiVersion",
    b"completion_time_in_millis",
    b"count",
    b"expiration_time_in_millis",
    b"id",
    b"is_partial",
    b"is_running",
    b"kind",
    b"max_score",
    b"metadata",
    b"nextLink",
    b"nextToken",
    b"num_reduce_phases",
    b"page",
    b"pit_id",
    b"size",
    b"start_time_in_millis",
    b"status",
    b"terminated_early",
    b"timed_out",
    b"took",
    b"total",
    b"version",
];

/// What a member of a wrapping object leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// A list of records.
    List,
    /// An object that holds the list.
    Inside,
    /// Nothing of interest.
    Other,
}

/// What a member is, from its key, the first byte of its value, and how deep in the wrapper it lies.
pub(super) fn member(key: &[u8], first: u8, depth: usize) -> Member {
    let list = match depth {
        0 => matches!(
            key,
            b"Events" | b"events" | b"Records" | b"records" | b"items" | b"value" | b"hits"
        ),
        _ => matches!(key, b"hits" | b"events" | b"Event"),
    };
    let inside = matches!(key, b"hits" | b"response" | b"Events") && depth < 3;
    match first {
        b'[' if list => Member::List,
        b'{' if inside => Member::Inside,
        _ => Member::Other,
    }
}

/// Does a wrapper begin here, at an opening brace? A record that merely has a list among its members is none: in a
/// wrapper the list comes first, or after members that are known to belong to an envelope.
pub(super) fn begins(bytes: &[u8]) -> bool {
    // Nearly every document begins like the one, and every line of a container's log like the other.
    if bytes.starts_with(b"{\"@timestamp\"") || bytes.starts_with(b"{\"log\":") {
        return false;
    }
    let bytes = &bytes[..bytes.len().min(PREFIX_BYTES)];
    object_wraps(bytes, 0).is_some()
}

/// Whether the object at the start of `bytes` leads to a list.
fn object_wraps(bytes: &[u8], depth: usize) -> Option<()> {
    let mut at = 1;
    let mut versioned = false;
    loop {
        at = skip_space(bytes, at);
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let (end, escaped) = string_end::<WITH_CONTROLS>(bytes, at + 1).ok()?;
        let key = &bytes[at + 1..end];
        at = skip_space(bytes, end + 1);
        if escaped || bytes.get(at) != Some(&b':') {
            return None;
        }
        at = skip_space(bytes, at + 1);
        let first = *bytes.get(at)?;
        match member(key, first, depth) {
            Member::List => {
                let element = *bytes.get(skip_space(bytes, at + 1))?;
                // Anything may have items; a Kubernetes list says what it is.
                let is_list = element == b'{' && (key != b"items" || versioned);
                return is_list.then_some(());
            }
            Member::Inside => return object_wraps(&bytes[at..], depth + 1),
            Member::Other => {}
        }
        if !BEFORE.contains(&key) {
            return None;
        }
        versioned |= matches!(key, b"kind" | b"apiVersion");
        at += match Scanner::new().feed(&bytes[at..]) {
            Step::Done(length) => length,
            Step::More | Step::Broken(..) => return None,
        };
        at = skip_space(bytes, at);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::begins;

    #[test]
    fn envelopes_are_known() {
        for text in [
            r#"{"Records":[{"#,
            r#"{ "Events" : [ {"a":1}]}"#,
            r#"{"Events":{"Event":[{"System":{}}]}}"#,
            r#"{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"kind":"Event"}]}"#,
            r#"{"apiVersion":"v1","items":[{}],"kind":"List"}"#,
            r#"{"took":5,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":1},"max_score":1.0,"hits":[{"_index":"x"}]}}"#,
            r#"{"is_partial":false,"took":1,"hits":{"total":{"value":1},"events":[{"_index":"x"}]}}"#,
            r#"{"@odata.context":"https://example.com","value":[{"id":"x"}]}"#,
        ] {
            assert!(begins(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn records_are_no_envelopes() {
        for text in [
            "{",
            "{}",
            r#"{"Records":[]}"#,
            r#"{"Records":[1]}"#,
            r#"{"items":[{"a":1}]}"#,
            r#"{"@timestamp":"2024","events":[{"a":1}]}"#,
            r#"{"message":"x","hits":{"hits":[{}]}}"#,
            r#"{"kind":"Event","level":"Metadata","items":[{}]}"#,
            r#"{"hits":3}"#,
            r#"{"version":2,"#,
        ] {
            assert!(!begins(text.as_bytes()), "{text}");
        }
    }
}
