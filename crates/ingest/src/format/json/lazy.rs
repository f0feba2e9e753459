//! Values pulled out of a record's bytes on demand.

use std::borrow::Cow;

use gatewatch_event::{Document, Value};
use serde_json::{Map, Value as Json};

use super::index::{Index, JsonKind, Node, Scalar, narrow, read_scalar, skip_space};
use super::string::unescape;

/// A value inside a record: a view on its bytes. Nothing is copied or unescaped before it is asked for.
///
/// Of a key that stands twice in one object the first counts. Elasticsearch refuses such a document, but a log reader must
/// not lose it, and what is first cannot be overruled by what somebody has appended. A field that is spelled in two ways,
/// nested and dotted, has the values of both, as in Elasticsearch.
#[derive(Clone, Copy, Debug)]
pub struct LazyJson<'a> {
    text: &'a str,
    nodes: &'a [Node],
    /// The number of the node, for an object or array.
    node: u32,
    span: (u32, u32),
    kind: JsonKind,
    escaped: bool,
}

impl<'a> LazyJson<'a> {
    /// The record itself: `index` must have been built from `text`.
    pub fn new(text: &'a str, index: &'a Index) -> Self {
        let mut root = Self {
            text,
            nodes: &index.nodes,
            node: 0,
            span: (0, 0),
            kind: JsonKind::Null,
            escaped: false,
        };
        if let Some(node) = index.nodes.first() {
            root.span = node.value;
            root.kind = node.kind;
        }
        root
    }

    /// A scalar that stands alone: `raw` is a string without its quotes, or the whole text of another kind of scalar.
    pub(super) fn scalar(raw: &'a str, kind: JsonKind) -> Self {
        Self {
            text: raw,
            nodes: &[],
            node: 0,
            span: (0, narrow(raw.len())),
            kind,
            escaped: kind == JsonKind::String && raw.contains('\\'),
        }
    }

    /// What it is.
    pub fn kind(&self) -> JsonKind {
        self.kind
    }

    /// Its bytes as they are: a string without its quotes, its escapes untouched.
    pub fn raw(&self) -> &'a str {
        self.text
            .get(self.span.0 as usize..self.span.1 as usize)
            .unwrap_or_default()
    }

    /// Where its bytes begin in the record's text.
    pub fn offset(&self) -> usize {
        self.span.0 as usize
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        (self.kind == JsonKind::String).then(|| self.string())
    }

    fn string(&self) -> Cow<'a, str> {
        if self.escaped {
            unescape(self.raw())
        } else {
            Cow::Borrowed(self.raw())
        }
    }

    /// Its text form: what a string says, the digits of a number as they were written, `true` or `false`. `None` for null,
    /// objects and arrays.
    pub fn scalar_text(&self) -> Option<Cow<'a, str>> {
        match self.kind {
            JsonKind::String => Some(self.string()),
            JsonKind::Number | JsonKind::Bool => Some(Cow::Borrowed(self.raw())),
            JsonKind::Object | JsonKind::Array | JsonKind::Null => None,
        }
    }

    /// Its value, if it is a string, a number, or true or false. A number that no double can hold comes as text.
    pub fn value(&self) -> Option<Value<'a>> {
        match self.kind {
            JsonKind::String => Some(Value::Str(self.string())),
            JsonKind::Number => Some(number(self.raw())),
            JsonKind::Bool => Some(Value::Bool(self.raw() == "true")),
            JsonKind::Object | JsonKind::Array | JsonKind::Null => None,
        }
    }

    /// The member of this object that has exactly this key.
    pub fn get(&self, key: &str) -> Option<LazyJson<'a>> {
        self.member_nodes()
            .find(|node| key_is(self.text, &self.nodes[*node as usize], key))
            .map(|node| self.at_node(node))
    }

    /// The first value, of any kind, at a dotted path: through nested objects and dotted keys alike, but not through arrays.
    pub fn find(&self, path: &str) -> Option<LazyJson<'a>> {
        let mut found = None;
        self.each_match(path, &mut |rest, value| {
            found = match rest {
                None => Some(value),
                Some(rest) => value.find(rest),
            };
            found.is_none()
        });
        found
    }

    /// Does any key lead along this dotted path, arrays of objects included, whatever its value?
    pub fn has(&self, path: &str) -> bool {
        !self.each_match(path, &mut |rest, value| match rest {
            None => false,
            Some(rest) => !value.has_inside(rest),
        })
    }

    fn has_inside(&self, path: &str) -> bool {
        match self.kind {
            JsonKind::Object => self.has(path),
            JsonKind::Array => self
                .child_nodes()
                .any(|node| self.at_node(node).has_inside(path)),
            _ => false,
        }
    }

    /// Is there a value at a dotted path or below it, arrays of objects included? Nulls are none, nor are empty arrays and
    /// objects.
    pub fn has_value(&self, path: &str) -> bool {
        !self.each_match(path, &mut |rest, value| match rest {
            None => !value.holds_value(),
            Some(rest) => !value.has_value_inside(rest),
        })
    }

    fn has_value_inside(&self, path: &str) -> bool {
        match self.kind {
            JsonKind::Object => self.has_value(path),
            JsonKind::Array => self
                .child_nodes()
                .any(|node| self.at_node(node).has_value_inside(path)),
            _ => false,
        }
    }

    fn holds_value(&self) -> bool {
        match self.kind {
            // Of a key that stands twice the first value counts.
            JsonKind::Object => self.members().any(|(key, value)| {
                value.holds_value() && self.get(&key).is_some_and(|first| first.holds_value())
            }),
            JsonKind::Array => self.elements().any(|element| element.holds_value()),
            JsonKind::Null => false,
            _ => true,
        }
    }

    /// Calls `visit` with every scalar at a dotted path: through nested objects, dotted keys, arrays of values and arrays of
    /// objects, until it returns `false`; gives `false` then. Nulls are passed over. Where a field is spelled in more than one
    /// way, the dotted spelling comes first, else the order is that of the record.
    pub fn visit(&self, path: &str, visit: &mut dyn FnMut(LazyJson<'a>) -> bool) -> bool {
        self.each_match(path, &mut |rest, value| match rest {
            None => value.scalars(visit),
            Some(rest) => value.visit_inside(rest, visit),
        })
    }

    pub(super) fn visit_inside(
        &self,
        path: &str,
        visit: &mut dyn FnMut(LazyJson<'a>) -> bool,
    ) -> bool {
        match self.kind {
            JsonKind::Object => self.visit(path, visit),
            JsonKind::Array => self
                .child_nodes()
                .all(|node| self.at_node(node).visit_inside(path, visit)),
            _ => true,
        }
    }

    /// Calls `visit` with this value, or with every scalar in it if it is an array; nulls and objects are passed over.
    pub fn scalars(&self, visit: &mut dyn FnMut(LazyJson<'a>) -> bool) -> bool {
        match self.kind {
            JsonKind::Array => self.elements().all(|element| element.scalars(visit)),
            JsonKind::Object | JsonKind::Null => true,
            _ => visit(*self),
        }
    }

    /// Calls `visit` with each member of this object whose key begins `path`, and with the rest of the path, `None` where the
    /// key is all of it.
    fn each_match(
        &self,
        path: &str,
        visit: &mut dyn FnMut(Option<&str>, LazyJson<'a>) -> bool,
    ) -> bool {
        let mut only: Option<(usize, u32)> = None;
        for node in self.member_nodes() {
            let Some(length) = key_begins(self.text, &self.nodes[node as usize], path) else {
                continue;
            };
            match only {
                None => only = Some((length, node)),
                Some((earlier, _)) if earlier != length => return self.each_of_many(path, visit),
                Some(_) => {}
            }
        }
        only.is_none_or(|(length, node)| visit(path.get(length + 1..), self.at_node(node)))
    }

    /// The same where a field is spelled in more than one way: the whole path first, then from the shortest key on.
    fn each_of_many(
        &self,
        path: &str,
        visit: &mut dyn FnMut(Option<&str>, LazyJson<'a>) -> bool,
    ) -> bool {
        let cuts = std::iter::once(path.len()).chain(path.match_indices('.').map(|(at, _)| at));
        for cut in cuts {
            if let Some(member) = self.get(&path[..cut])
                && !visit(path.get(cut + 1..), member)
            {
                return false;
            }
        }
        true
    }

    /// The members of this object in order, those under the same key included.
    pub fn members(&self) -> impl Iterator<Item = (Cow<'a, str>, LazyJson<'a>)> + use<'a> {
        let object = *self;
        self.member_nodes().map(move |number| {
            let node = &object.nodes[number as usize];
            (key_text(object.text, node), object.at_node(number))
        })
    }

    /// The same with keys as they stand; `None` for those with escapes in them.
    pub(super) fn raw_members(
        &self,
    ) -> impl Iterator<Item = (Option<&'a str>, LazyJson<'a>)> + use<'a> {
        let object = *self;
        self.member_nodes().map(move |number| {
            let node = &object.nodes[number as usize];
            let key = (!node.key_escaped).then(|| raw_key(object.text, node));
            (key, object.at_node(number))
        })
    }

    /// The elements of this array in order.
    pub fn elements(&self) -> Elements<'a> {
        let end = if self.kind == JsonKind::Array {
            self.span.1 as usize
        } else {
            0
        };
        Elements {
            array: *self,
            at: self.span.0 as usize + 1,
            end,
            child: self.node + 1,
        }
    }

    /// The value as a JSON tree. Where a key stands twice, the first counts.
    pub fn to_json(&self) -> Json {
        match self.kind {
            JsonKind::Object => Json::Object(self.to_map()),
            JsonKind::Array => Json::Array(self.elements().map(|item| item.to_json()).collect()),
            _ => self.value().map_or(Json::Null, |value| value.to_json()),
        }
    }

    fn to_map(self) -> Map<String, Json> {
        let mut map = Map::new();
        for (key, value) in self.members() {
            map.entry(key).or_insert_with(|| value.to_json());
        }
        map
    }

    /// The object as a document; an empty one if this is no object.
    pub fn document(&self) -> Document {
        Document::from_map(self.to_map())
    }

    fn at_node(&self, number: u32) -> LazyJson<'a> {
        let node = &self.nodes[number as usize];
        LazyJson {
            text: self.text,
            nodes: self.nodes,
            node: number,
            span: node.value,
            kind: node.kind,
            escaped: node.escaped,
        }
    }

    /// The nodes of this object's members; none if this is no object.
    fn member_nodes(&self) -> Siblings<'a> {
        if self.kind == JsonKind::Object {
            self.child_nodes()
        } else {
            Siblings {
                nodes: self.nodes,
                number: 0,
                end: 0,
            }
        }
    }

    /// The nodes directly inside this object or array.
    fn child_nodes(&self) -> Siblings<'a> {
        Siblings {
            nodes: self.nodes,
            number: self.node + 1,
            end: self.nodes[self.node as usize].after,
        }
    }
}

/// The numbers of the nodes of one container.
struct Siblings<'a> {
    nodes: &'a [Node],
    number: u32,
    end: u32,
}

impl Iterator for Siblings<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let number = self.number;
        if number >= self.end {
            return None;
        }
        self.number = self.nodes[number as usize].after;
        Some(number)
    }
}

/// The elements of an array, read off its bytes.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    array: LazyJson<'a>,
    at: usize,
    end: usize,
    /// The node of the next element that is an object or array.
    child: u32,
}

impl<'a> Iterator for Elements<'a> {
    type Item = LazyJson<'a>;

    fn next(&mut self) -> Option<LazyJson<'a>> {
        if self.at >= self.end {
            return None;
        }
        let bytes = self.array.text.as_bytes();
        let mut at = skip_space(bytes, self.at);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
        let byte = *bytes.get(at)?;
        let element = match byte {
            b']' => None,
            b'{' | b'[' => {
                let element = self.array.at_node(self.child);
                self.child = self.array.nodes[self.child as usize].after;
                self.at = element.span.1 as usize;
                Some(element)
            }
            _ => read_scalar(bytes, at, byte).ok().map(|scalar| {
                self.at = scalar.after;
                self.array.at_scalar(scalar)
            }),
        };
        if element.is_none() {
            self.at = self.end;
        }
        element
    }
}

impl<'a> LazyJson<'a> {
    fn at_scalar(&self, scalar: Scalar) -> LazyJson<'a> {
        let narrow = |at| u32::try_from(at).expect("offsets in an indexed record fit");
        LazyJson {
            text: self.text,
            nodes: self.nodes,
            node: 0,
            span: (narrow(scalar.start), narrow(scalar.end)),
            kind: scalar.kind,
            escaped: scalar.escaped,
        }
    }
}

fn raw_key<'a>(text: &'a str, node: &Node) -> &'a str {
    text.get(node.key.0 as usize..node.key.1 as usize)
        .unwrap_or_default()
}

fn key_text<'a>(text: &'a str, node: &Node) -> Cow<'a, str> {
    let raw = raw_key(text, node);
    if node.key_escaped {
        unescape(raw)
    } else {
        Cow::Borrowed(raw)
    }
}

fn key_is(text: &str, node: &Node, key: &str) -> bool {
    if node.key_escaped {
        return key_text(text, node) == key;
    }
    (node.key.1 - node.key.0) as usize == key.len() && raw_key(text, node) == key
}

/// The length of the node's key, if it is `path` or leads into it up to a dot.
#[inline]
fn key_begins(text: &str, node: &Node, path: &str) -> Option<usize> {
    if node.key_escaped {
        return begins(key_text(text, node).as_bytes(), path);
    }
    let key = text
        .as_bytes()
        .get(node.key.0 as usize..node.key.1 as usize)
        .unwrap_or_default();
    begins(key, path)
}

/// The length of a key, if it is `path` or leads into it up to a dot.
#[inline]
pub(super) fn begins(key: &[u8], path: &str) -> Option<usize> {
    let path = path.as_bytes();
    // Most keys are told to be others by their first letter.
    if key.first() != path.first() && !key.is_empty() {
        return None;
    }
    let whole_step = match path.get(key.len()) {
        None => key.len() == path.len(),
        Some(byte) => *byte == b'.',
    };
    (whole_step && path.starts_with(key)).then_some(key.len())
}

/// A JSON number: whole numbers exactly, up to 64 bits, others as the nearest double.
fn number(raw: &str) -> Value<'_> {
    if !raw.contains(['.', 'e', 'E']) && raw != "-0" {
        if let Ok(whole) = raw.parse::<i64>() {
            return Value::Long(whole);
        }
        if let Ok(whole) = raw.parse::<u64>() {
            return Value::Unsigned(whole);
        }
    }
    match raw.parse::<f64>() {
        Ok(double) if double.is_finite() => Value::Double(double),
        _ => Value::Str(Cow::Borrowed(raw)),
    }
}
