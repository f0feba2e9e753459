//! `dynamic_templates`: rules for the mapping of undeclared fields.

use serde_json::{Map, Value as Json};

use super::parse::{join, leaf, object, text};
use super::{MappedField, MappingError};

/// What a value in a document looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Long,
    Double,
    Boolean,
    Date,
}

impl Kind {
    /// The name in `match_mapping_type`.
    fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Long => "long",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// The type that dynamic mapping gives it.
    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Double => "float",
            other => other.name(),
        }
    }

    /// The type of the runtime field that dynamic mapping makes of it.
    pub(super) fn runtime_type(self) -> &'static str {
        match self {
            Self::String => "keyword",
            other => other.name(),
        }
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Template {
    mapping_types: Vec<String>,
    names: Vec<String>,
    not_names: Vec<String>,
    paths: Vec<String>,
    not_paths: Vec<String>,
    mapping: Map<String, Json>,
}

impl Template {
    /// Reads `{"NAME": {"match_mapping_type": "string", "mapping": {...}}}`.
    pub(super) fn from_json(json: &Json) -> Result<Self, MappingError> {
        let outer = object(json, "", "a dynamic template")?;
        let (name, body) = outer.iter().next().ok_or_else(|| {
            MappingError::new("", "A dynamic template must be defined with a name")
        })?;
        let body = object(body, name, "the dynamic template")?;
        if text(body, name, "match_pattern")? == Some("regex") {
            return Err(MappingError::new(
                name,
                format!(
                    "dynamic template [{name}] matches by regular expression, which is not supported here"
                ),
            ));
        }
        let mapping = body.get("mapping").or_else(|| body.get("runtime"));
        let mapping = match mapping {
            Some(mapping) => object(mapping, name, "the mapping of the dynamic template")?.clone(),
            None => {
                return Err(MappingError::new(
                    name,
                    format!("template [{name}] must have either mapping or runtime set"),
                ));
            }
        };
        Ok(Self {
            mapping_types: texts(body.get("match_mapping_type")),
            names: texts(body.get("match")),
            not_names: texts(body.get("unmatch")),
            paths: texts(body.get("path_match")),
            not_paths: texts(body.get("path_unmatch")),
            mapping,
        })
    }

    pub(super) fn applies(&self, path: &str, kind: Kind) -> bool {
        let name = path.rsplit('.').next().unwrap_or(path);
        let any = |patterns: &[String], text: &str| {
            patterns.iter().any(|pattern| simple_match(pattern, text))
        };
        (self.mapping_types.is_empty() || any(&self.mapping_types, kind.name()))
            && (self.names.is_empty() || any(&self.names, name))
            && (self.paths.is_empty() || any(&self.paths, path))
            && !any(&self.not_names, name)
            && !any(&self.not_paths, path)
    }

    /// The field that the rule makes, and its sub-fields.
    pub(super) fn make(
        &self,
        path: &str,
        kind: Kind,
    ) -> Result<(MappedField, Vec<MappedField>), MappingError> {
        let type_of = |definition: &Map<String, Json>| -> Result<String, MappingError> {
            let written = text(definition, path, "type")?.unwrap_or("{dynamic_type}");
            Ok(match written {
                "{dynamic_type}" | "{dynamicType}" => kind.type_name().to_owned(),
                other => other.to_owned(),
            })
        };
        let mut field = leaf(path, &type_of(&self.mapping)?, &self.mapping)?;
        let mut subs = Vec::new();
        if let Some(Json::Object(sub_fields)) = self.mapping.get("fields") {
            for (name, definition) in sub_fields {
                let definition = object(definition, path, "the definition of a field")?;
                let mut sub = leaf(&join(path, name), &type_of(definition)?, definition)?;
                path.clone_into(&mut sub.source);
                sub.is_sub_field = true;
                field.sub_fields.push(sub.name.clone());
                subs.push(sub);
            }
        }
        Ok((field, subs))
    }
}

/// One text, or those of an array.
fn texts(json: Option<&Json>) -> Vec<String> {
    match json {
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Json::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Does the text fit the pattern, in which `*` stands for any characters?
pub fn simple_match(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.len() >= part.len() && rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::simple_match;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expect) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "ac", false),
            ("abc", "abcd", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(simple_match(pattern, text), expect, "{pattern} {text}");
        }
    }
}
