//! Value lists: one value a line.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gatewatch_diagnostic::{Diagnostic, Span, Stage};
use gatewatch_event::{Cidr, parse_ip};
use serde_json::Value as Json;

/// A list larger than this is refused.
const MAX_BYTES: usize = 100 << 20;
/// Bad lines of a list are named up to this number.
const MAX_PROBLEMS: usize = 20;

/// Value lists by their id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueLists {
    lists: HashMap<String, Vec<Line>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    value: String,
    span: Span,
}

/// The values of a list, read as their type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Exact values, addresses and blocks of addresses.
    Terms(Vec<String>),
    /// Text: all words of a value must be there.
    Words(Vec<String>),
}

impl ValueLists {
    /// No lists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the list of a file. Its id is the file's name, with or without the extension: Kibana takes the whole name by
    /// default. A line holds a value, or a JSON object with a `value`, as Kibana's API writes items; empty lines are
    /// passed over.
    ///
    /// # Errors
    ///
    /// A file that is too large.
    pub fn add(&mut self, file_name: &str, text: &str) -> Result<(), Diagnostic> {
        if text.len() > MAX_BYTES {
            return Err(Diagnostic::error(
                Stage::Request,
                "value-list-too-large",
                format!(
                    "the value list {file_name} has {} bytes, more than can be read ({MAX_BYTES})",
                    text.len()
                ),
            ));
        }
        let mut lines = Vec::new();
        let mut at = 0;
        for line in text.split('\n') {
            let start = at;
            at += line.len() + 1;
            let value = line.trim();
            if value.is_empty() {
                continue;
            }
            let lead = line.len() - line.trim_start().len();
            let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            lines.push(Line {
                value: item_value(value).unwrap_or_else(|| value.to_owned()),
                span: Span::new(narrow(start + lead), narrow(start + lead + value.len())),
            });
        }
        if let Some((stem, _)) = file_name.rsplit_once('.')
            && !stem.is_empty()
        {
            self.lists
                .entry(stem.to_owned())
                .or_insert_with(|| lines.clone());
        }
        self.lists.insert(file_name.to_owned(), lines);
        Ok(())
    }

    /// Is there a list of this id?
    pub fn contains(&self, id: &str) -> bool {
        self.lists.contains_key(id)
    }

    /// The values of a list as `list_type`, and the lines that are none of that type. `None` when there is no such list.
    pub(super) fn values(&self, id: &str, list_type: &str) -> Option<(Values, Vec<Diagnostic>)> {
        let lines = self.lists.get(id)?;
        let texts = || lines.iter().map(|line| line.value.clone()).collect();
        Some(match list_type {
            "ip" | "ip_range" => addresses(id, lines, list_type == "ip_range"),
            "text" => (Values::Words(texts()), Vec::new()),
            _ => (Values::Terms(texts()), Vec::new()),
        })
    }
}

/// The value of an item as Kibana's API writes it.
fn item_value(line: &str) -> Option<String> {
    if !line.starts_with('{') {
        return None;
    }
    let json: Json = serde_json::from_str(line).ok()?;
    json.get("value")?.as_str().map(str::to_owned)
}

fn addresses(id: &str, lines: &[Line], ranges: bool) -> (Values, Vec<Diagnostic>) {
    let mut blocks = Vec::new();
    let mut problems = Vec::new();
    let mut bad = 0usize;
    for line in lines {
        if let Some(found) = blocks_of(&line.value, ranges) {
            blocks.extend(found);
            continue;
        }
        bad += 1;
        if bad <= MAX_PROBLEMS {
            let want = if ranges {
                "a block of addresses (192.0.2.0/24) or a range of them (192.0.2.1-192.0.2.9)"
            } else {
                "an address"
            };
            problems.push(
                Diagnostic::warning(
                    Stage::Request,
                    "value-list-value",
                    format!(
                        "the value list `{id}` holds `{}`, which is not {want}",
                        line.value
                    ),
                )
                .with_span(line.span),
            );
        }
    }
    if bad > MAX_PROBLEMS {
        problems.push(Diagnostic::warning(
            Stage::Request,
            "value-list-value",
            format!(
                "the value list `{id}` holds {} more such values",
                bad - MAX_PROBLEMS
            ),
        ));
    }
    (Values::Terms(blocks), problems)
}

/// An address, a block, or a range cut into blocks.
fn blocks_of(text: &str, ranges: bool) -> Option<Vec<String>> {
    if parse_ip(text).is_some() || Cidr::parse(text).is_some() {
        return Some(vec![text.to_owned()]);
    }
    let (first, last) = text.split_once('-').filter(|_| ranges)?;
    match (parse_ip(first.trim())?, parse_ip(last.trim())?) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let (first, last) = (u32::from(first), u32::from(last));
            let blocks = cut(first.into(), last.into(), 32)?;
            let block = |(at, length): (u128, u32)| {
                let at = u32::try_from(at).ok()?;
                Some(format!("{}/{length}", Ipv4Addr::from(at)))
            };
            blocks.into_iter().map(block).collect()
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            let blocks = cut(first.into(), last.into(), 128)?;
            let block = |(at, length)| format!("{}/{length}", Ipv6Addr::from(at));
            Some(blocks.into_iter().map(block).collect())
        }
        _ => None,
    }
}

/// The fewest blocks that make up a range, by first address and length of the prefix. `None` when it ends before it begins.
fn cut(first: u128, last: u128, bits: u32) -> Option<Vec<(u128, u32)>> {
    if first > last {
        return None;
    }
    let mut blocks = Vec::new();
    let mut at = first;
    loop {
        // As large as the start allows and the end leaves room for.
        let aligned = at.trailing_zeros().min(bits);
        let room = (last - at).checked_add(1).map_or(128, u128::ilog2);
        let hosts = aligned.min(room).min(bits);
        blocks.push((at, bits - hosts));
        let next = 1u128
            .checked_shl(hosts)
            .and_then(|size| at.checked_add(size));
        match next {
            Some(next) if next <= last => at = next,
            _ => return Some(blocks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ValueLists, Values, blocks_of};
    use gatewatch_event::{Cidr, CidrSet, parse_ip};

    #[test]
    fn addresses_are_read_in_every_form() {
        let mut lists = ValueLists::new();
        lists
            .add(
                "ranges.txt",
                "192.0.2.0/28\r\n\n198.51.100.5 - 198.51.100.9\n2001:db8::1-2001:db8::f\nnonsense\n{\"value\":\"203.0.113.7\",\"type\":\"ip_range\"}\n203.0.113.9-203.0.113.1\n",
            )
            .expect("small");
        let (values, problems) = lists.values("ranges", "ip_range").expect("it is there");
        let Values::Terms(blocks) = values else {
            panic!("addresses")
        };
        let set: CidrSet = blocks
            .iter()
            .map(|text| {
                Cidr::parse(text)
                    .or_else(|| parse_ip(text).map(Cidr::single))
                    .expect("a block")
            })
            .collect();
        for (address, inside) in [
            ("192.0.2.15", true),
            ("192.0.2.16", false),
            ("198.51.100.4", false),
            ("198.51.100.5", true),
            ("198.51.100.9", true),
            ("198.51.100.10", false),
            ("2001:db8::e", true),
            ("2001:db8::10", false),
            ("203.0.113.7", true),
            ("203.0.113.5", false),
        ] {
            let parsed = parse_ip(address).expect(address);
            assert_eq!(set.contains(parsed), inside, "{address}");
        }
        assert_eq!(problems.len(), 2);
        assert!(lists.values("ranges.txt", "ip").is_some());
        assert!(lists.values("other", "ip").is_none());
    }

    #[test]
    fn the_whole_space_is_one_block() {
        for (range, blocks) in [
            ("0.0.0.0-255.255.255.255", vec!["0.0.0.0/0"]),
            ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", vec!["::/0"]),
            (
                "192.0.2.255-192.0.3.0",
                vec!["192.0.2.255/32", "192.0.3.0/32"],
            ),
            (
                "255.255.255.255-255.255.255.255",
                vec!["255.255.255.255/32"],
            ),
        ] {
            assert_eq!(blocks_of(range, true).expect(range), blocks);
        }
    }

    proptest::proptest! {
        #[test]
        fn blocks_make_up_their_range(first: u32, length in 0u32..5000, probe in 0u32..5200) {
            let last = first.saturating_add(length);
            let address = |at: u32| std::net::IpAddr::from(std::net::Ipv4Addr::from(at));
            let text = format!("{}-{}", address(first), address(last));
            let blocks = blocks_of(&text, true).expect("a range");
            proptest::prop_assert!(blocks.len() <= 62);
            let set: CidrSet = blocks.iter().map(|text| Cidr::parse(text).expect("a block")).collect();
            let at = first.saturating_sub(100).saturating_add(probe);
            proptest::prop_assert_eq!(set.contains(address(at)), (first..=last).contains(&at));
        }
    }

    #[test]
    fn many_bad_values_are_told_once() {
        let mut lists = ValueLists::new();
        lists.add("x", &"no\n".repeat(100)).expect("small");
        let (_, problems) = lists.values("x", "ip").expect("it is there");
        assert_eq!(problems.len(), 21);
        assert!(problems[20].message.contains("80 more"));
    }
}
