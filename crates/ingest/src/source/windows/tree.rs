//! The document of a kind as JSON text, without the maps of a [`Document`](gatewatch_event::Document) in between.
//!
//! Which objects a document has, and what lies in them, is the same in all events of a kind; so it is worked out once, as a
//! tree, and the values of an event are written in the order of the tree.

use gatewatch_event::Value;
use serde::Serialize;
use serde_json::Value as Json;

use super::entry::{Entry, Extract, Shape};
use super::kind::{Constant, EVENT_DATA, USER_DATA};
use super::view::View;

/// What a document consists of.
pub(super) struct Tree {
    /// The first is the document.
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    key: &'static str,
    from: Option<From>,
    /// The number of a field that is added where `from` gives nothing.
    added: Option<usize>,
    children: Vec<usize>,
}

/// Where the value of a node comes from; a node without is an object.
enum From {
    /// Text of a constant.
    Text(Box<str>),
    Entry(&'static Entry),
    /// The members of `EventData`, before those that entries set.
    EventData,
    UserData,
}

impl Tree {
    /// The tree of a kind with these fields. `added` names fields that may be added. `None` where fields are in each other's way,
    /// so that what a document looks like depends on its values.
    pub(super) fn new(
        constants: &[Constant],
        entries: &[&'static Entry],
        added: &[&'static str],
    ) -> Option<Self> {
        let mut tree = Self {
            nodes: vec![Node::default()],
        };
        let in_data = |path: &str| {
            path.starts_with("winlog.event_data") || path.starts_with("winlog.user_data")
        };
        if constants.iter().any(|constant| in_data(constant.path)) {
            return None;
        }
        for constant in constants {
            let mut values = constant.values().iter().map(Value::to_json);
            let json = match (constant.shape, constant.values().len()) {
                (_, 0) => continue,
                (Shape::One, 1) => values.next()?,
                _ => Json::Array(values.collect()),
            };
            let node = tree.node(constant.path)?;
            tree.nodes[node].from = Some(From::Text(json.to_string().into()));
        }
        for entry in entries.iter().filter(|entry| !in_data(entry.path)) {
            let node = tree.node(entry.path)?;
            tree.nodes[node].from = Some(From::Entry(entry));
        }
        for (path, from) in [(EVENT_DATA, From::EventData), (USER_DATA, From::UserData)] {
            let node = tree.node(path)?;
            tree.nodes[node].from = Some(from);
        }
        for entry in entries.iter().filter(|entry| in_data(entry.path)) {
            let name = entry.path.strip_prefix(EVENT_DATA)?.strip_prefix('.')?;
            if name.contains('.') {
                return None;
            }
            let parent = tree.existing(EVENT_DATA)?;
            let node = tree.child(parent, name);
            tree.nodes[node].from = Some(From::Entry(entry));
        }
        for (number, path) in added.iter().enumerate() {
            let node = match tree.existing(path) {
                Some(node) => node,
                None => tree.node(path)?,
            };
            tree.nodes[node].added = Some(number);
        }
        let in_the_way = |node: &Node| {
            !node.children.is_empty() && !matches!(node.from, None | Some(From::EventData))
                || node.added.is_some() && !node.children.is_empty()
        };
        (!tree.nodes.iter().any(in_the_way)).then_some(tree)
    }

    /// The child of a node with this key, made if need be.
    fn child(&mut self, parent: usize, key: &'static str) -> usize {
        let known = self.nodes[parent].children.iter().copied();
        if let Some(node) = known.into_iter().find(|node| self.nodes[*node].key == key) {
            return node;
        }
        let node = self.nodes.len();
        self.nodes.push(Node {
            key,
            ..Node::default()
        });
        self.nodes[parent].children.push(node);
        node
    }

    fn existing(&self, path: &str) -> Option<usize> {
        path.split('.').try_fold(0, |node, key| {
            let mut children = self.nodes[node].children.iter().copied();
            children.find(|child| self.nodes[*child].key == key)
        })
    }

    /// The node of a path, made; `None` if there is one already that is no mere object on the way.
    fn node(&mut self, path: &'static str) -> Option<usize> {
        let node = path.split('.').fold(0, |node, key| self.child(node, key));
        let is_free = self.nodes[node].from.is_none() && self.nodes[node].children.is_empty();
        is_free.then_some(node)
    }

    /// Appends the document of an event as JSON. `added` are the fields to be added where the event has none, by number.
    pub(super) fn write(&self, view: &View<'_>, added: &[(&str, Option<Json>)], out: &mut Vec<u8>) {
        let writing = Writing {
            nodes: &self.nodes,
            view,
            added,
        };
        out.push(b'{');
        writing.members(&self.nodes[0].children, false, out);
        out.push(b'}');
    }
}

/// One document being written.
struct Writing<'w> {
    nodes: &'w [Node],
    view: &'w View<'w>,
    added: &'w [(&'w str, Option<Json>)],
}

/// Appends a value as JSON. Writing into a vector cannot fail, nor can a value that is text or a number.
fn push(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).unwrap_or_default();
}

fn push_value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Str(text) => push(text.as_ref(), out),
        other => push(&other.to_json(), out),
    }
}

impl Writing<'_> {
    /// Appends those of some nodes that have a value, behind others if `any`. Are there any now?
    fn members(&self, nodes: &[usize], mut any: bool, out: &mut Vec<u8>) -> bool {
        for node in nodes {
            let node = &self.nodes[*node];
            let before = out.len();
            if any {
                out.push(b',');
            }
            push(node.key, out);
            out.push(b':');
            if self.value(node, out) {
                any = true;
            } else {
                out.truncate(before);
            }
        }
        any
    }

    /// Appends the value of a node; false if it has none.
    fn value(&self, node: &Node, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let is_there = match &node.from {
            Some(From::Text(text)) => {
                out.extend_from_slice(text.as_bytes());
                true
            }
            Some(From::Entry(entry)) => self.entry(entry, out),
            Some(From::EventData) => self.event_data(&node.children, out),
            Some(From::UserData) => self.user_data(out),
            None if node.children.is_empty() => false,
            None => {
                out.push(b'{');
                let any = self.members(&node.children, false, out);
                out.push(b'}');
                any
            }
        };
        if is_there {
            return true;
        }
        out.truncate(start);
        let added = node
            .added
            .and_then(|number| self.added.get(number)?.1.as_ref());
        if let Some(value) = added {
            push(value, out);
        }
        added.is_some()
    }

    fn entry(&self, entry: &Entry, out: &mut Vec<u8>) -> bool {
        if let Extract::Objects(objects) = entry.from {
            let objects = objects(self.view);
            push(&objects, out);
            return !objects.is_empty();
        }
        let start = out.len();
        let mut count = 0;
        entry.visit(self.view, &mut |value| {
            if count > 0 {
                out.push(b',');
            }
            push_value(&value, out);
            count += 1;
            true
        });
        if count > 1 || (count == 1 && entry.shape == Shape::Many) {
            out.insert(start, b'[');
            out.push(b']');
        }
        count > 0
    }

    fn event_data(&self, set: &[usize], out: &mut Vec<u8>) -> bool {
        let mut any = false;
        out.push(b'{');
        self.view
            .shown_data(&mut |name, text| member(name, text, &mut any, out));
        any = self.members(set, any, out);
        out.push(b'}');
        any
    }

    fn user_data(&self, out: &mut Vec<u8>) -> bool {
        let mut any = false;
        out.push(b'{');
        self.view
            .shown_user_data(&mut |name, text| member(name, text, &mut any, out));
        out.push(b'}');
        any
    }
}

/// Appends a member, behind others if there are any.
fn member(name: &str, text: &str, any: &mut bool, out: &mut Vec<u8>) {
    if *any {
        out.push(b',');
    }
    *any = true;
    push(name, out);
    out.push(b':');
    push(text, out);
}

#[cfg(test)]
mod tests {
    use super::super::{Options, WindowsKind};

    #[test]
    fn the_kinds_of_many_events_have_a_tree() {
        for (provider, channel, event_id) in [
            ("Microsoft-Windows-Security-Auditing", "Security", 4624),
            ("Microsoft-Windows-Security-Auditing", "Security", 4688),
            (
                "Microsoft-Windows-Sysmon",
                "Microsoft-Windows-Sysmon/Operational",
                1,
            ),
            (
                "Microsoft-Windows-PowerShell",
                "Microsoft-Windows-PowerShell/Operational",
                4104,
            ),
            (
                "Microsoft-Windows-TerminalServices-LocalSessionManager",
                "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
                21,
            ),
            ("OpenSSH", "OpenSSH/Operational", 4),
        ] {
            let kind = WindowsKind::new(
                Some(provider),
                Some(channel),
                Some(event_id),
                Options::default(),
            );
            assert!(kind.tree().is_some(), "{provider} {event_id}");
        }
    }
}
