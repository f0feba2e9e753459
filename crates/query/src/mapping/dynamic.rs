//! Dynamic mapping: fields that a document brings and no declaration names.

use std::collections::HashMap;

use gatewatch_event::FieldType;
use serde_json::{Map, Value as Json};

use super::parse::{is_below, join};
use super::template::{Kind, Template};
use super::{DateFormat, MappedField, Mapping, MappingError};

/// So many fields may come from documents; Elasticsearch's own limit is 1000.
const MAX_DYNAMIC_FIELDS: usize = 10_000;

/// Objects in documents are looked into so deep.
const MAX_DEPTH: usize = 64;

/// What becomes of a field that is not declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dynamic {
    /// It is mapped.
    #[default]
    True,
    /// It becomes a runtime field.
    Runtime,
    /// It is not mapped. (`strict` refuses the document; here it is kept, without the field.)
    False,
}

impl Dynamic {
    pub(super) fn from_json(json: &Json, field: &str) -> Result<Self, MappingError> {
        let text = match json {
            Json::Bool(flag) => flag.to_string(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        match text.as_str() {
            "true" => Ok(Self::True),
            "runtime" => Ok(Self::Runtime),
            "false" | "strict" => Ok(Self::False),
            other => Err(MappingError::new(
                field,
                format!("[dynamic] must be true, false, runtime or strict, and is [{other}]"),
            )),
        }
    }
}

/// How undeclared fields are mapped.
#[derive(Clone, Debug)]
pub(super) struct DynamicRules {
    pub(super) root: Dynamic,
    /// Objects with a setting of their own; it holds for what is below them.
    pub(super) objects: HashMap<String, Dynamic>,
    pub(super) date_detection: bool,
    pub(super) numeric_detection: bool,
    pub(super) date_formats: Vec<DateFormat>,
    pub(super) templates: Vec<Template>,
    /// How many fields came from documents.
    pub(super) added: usize,
}

impl Default for DynamicRules {
    fn default() -> Self {
        let formats = [
            "strict_date_optional_time",
            "yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z",
        ];
        Self {
            root: Dynamic::True,
            objects: HashMap::new(),
            date_detection: true,
            numeric_detection: false,
            date_formats: formats
                .iter()
                .map(|format| DateFormat::new(format).expect("the built-in format is valid"))
                .collect(),
            templates: Vec::new(),
            added: 0,
        }
    }
}

impl DynamicRules {
    /// The setting for a member of an object: that of the nearest object around it that has one.
    fn of(&self, path: &str) -> Dynamic {
        let mut parent = path;
        while let Some((above, _)) = parent.rsplit_once('.') {
            if let Some(dynamic) = self.objects.get(above) {
                return *dynamic;
            }
            parent = above;
        }
        self.root
    }
}

impl Mapping {
    /// Maps what the documents bring and no declaration names, as Elasticsearch's dynamic mapping does: the first
    /// document that has a value decides. Call it with all documents before the first query.
    pub fn observe(&mut self, document: &Map<String, Json>) {
        self.observe_object("", document, 0);
    }

    fn observe_object(&mut self, prefix: &str, object: &Map<String, Json>, depth: usize) {
        if depth >= MAX_DEPTH {
            return;
        }
        for (name, value) in object {
            let path = join(prefix, name);
            self.observe_value(&path, value, depth);
        }
    }

    fn observe_value(&mut self, path: &str, value: &Json, depth: usize) {
        match value {
            Json::Null => {}
            Json::Array(items) => {
                for item in items {
                    self.observe_value(path, item, depth);
                }
            }
            Json::Object(object) => {
                let opaque = self.fields.get(path).is_some_and(MappedField::is_leaf)
                    || self.dynamic.objects.get(path) == Some(&Dynamic::False);
                if !opaque {
                    self.observe_object(path, object, depth + 1);
                }
            }
            scalar => self.observe_scalar(path, scalar),
        }
    }

    fn observe_scalar(&mut self, path: &str, scalar: &Json) {
        if let Some(field) = self.fields.get_mut(path) {
            // The first value of a constant that has none decides it.
            if field.field_type == FieldType::ConstantKeyword
                && field.constant.is_none()
                && let Json::String(text) = scalar
            {
                field.constant = Some(text.clone());
            }
            return;
        }
        let dynamic = self.dynamic.of(path);
        if dynamic == Dynamic::False
            || self.runtime.contains_key(path)
            || self.dynamic.added >= MAX_DYNAMIC_FIELDS
            || self.is_object(path)
            || self.is_below_leaf(path)
            || path.split('.').any(str::is_empty)
        {
            return;
        }
        self.dynamic.added += 1;
        self.imply_parents(path);
        let (kind, format) = self.kind_of(scalar);
        let template = self
            .dynamic
            .templates
            .iter()
            .find(|template| template.applies(path, kind))
            .map(|template| template.make(path, kind));
        match template {
            // A template that makes no sense for the field leaves it unmapped.
            Some(made) => {
                if let Ok((field, subs)) = made {
                    for sub in subs {
                        self.fields.insert(sub.name.clone(), sub);
                    }
                    self.add_dynamic(field);
                }
            }
            None if dynamic == Dynamic::Runtime => {
                let mut field = MappedField::new(path, kind.runtime_type());
                field.format = format.or(field.format);
                self.runtime.insert(path.to_owned(), field);
            }
            None if kind == Kind::String => self.add_text(path),
            None => {
                let mut field = MappedField::new(path, kind.type_name());
                field.format = format.or(field.format);
                self.add_dynamic(field);
            }
        }
    }

    fn add_dynamic(&mut self, mut field: MappedField) {
        field.nested = self.nested_above(&field.name);
        self.fields.insert(field.name.clone(), field);
    }

    /// Text with a keyword below it.
    fn add_text(&mut self, path: &str) {
        let mut field = MappedField::new(path, "text");
        let mut sub = MappedField::new(&format!("{path}.keyword"), "keyword");
        sub.ignore_above = Some(256);
        sub.is_sub_field = true;
        path.clone_into(&mut sub.source);
        sub.nested = self.nested_above(path);
        field.sub_fields.push(sub.name.clone());
        self.fields.insert(sub.name.clone(), sub);
        self.add_dynamic(field);
    }

    fn nested_above(&self, path: &str) -> Option<String> {
        path.match_indices('.')
            .filter_map(|(at, _)| self.fields.get(&path[..at]))
            .find(|field| field.field_type == FieldType::Nested)
            .map(|field| field.name.clone())
    }

    /// A member of something that is no object cannot be mapped.
    fn is_below_leaf(&self, path: &str) -> bool {
        path.match_indices('.').any(|(at, _)| {
            self.fields
                .get(&path[..at])
                .is_some_and(|field| field.is_leaf() && is_below(path, &field.name))
        })
    }

    /// What a value looks like, and the date format it fits if it is not the usual one.
    fn kind_of(&self, scalar: &Json) -> (Kind, Option<DateFormat>) {
        let kind = match scalar {
            Json::Bool(_) => Kind::Boolean,
            Json::Number(number) if number.is_f64() => Kind::Double,
            Json::Number(_) => Kind::Long,
            Json::String(text) => return self.kind_of_text(text),
            _ => Kind::String,
        };
        (kind, None)
    }

    fn kind_of_text(&self, text: &str) -> (Kind, Option<DateFormat>) {
        let numeric = text.parse::<f64>().is_ok_and(f64::is_finite);
        if numeric {
            // Plain numbers are never taken for dates, though a year would fit.
            let kind = match (self.dynamic.numeric_detection, text.parse::<i64>()) {
                (false, _) => Kind::String,
                (true, Ok(_)) => Kind::Long,
                (true, Err(_)) => Kind::Double,
            };
            return (kind, None);
        }
        if self.dynamic.date_detection {
            let formats = &self.dynamic.date_formats;
            if let Some(format) = formats.iter().find(|format| format.read(text).is_some()) {
                // Dates in the usual form get the usual format, which takes numbers too.
                let usual = format.as_str() == "strict_date_optional_time";
                return (Kind::Date, (!usual).then(|| format.clone()));
            }
        }
        (Kind::String, None)
    }
}
