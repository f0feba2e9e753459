//! Reads the JSON of a mapping.

use gatewatch_event::FieldType;
use serde_json::{Map, Value as Json};

use super::dynamic::{Dynamic, DynamicRules};
use super::template::Template;
use super::{DateFormat, MappedField, Mapping, MappingError};

/// Objects may be nested so deep, as in Elasticsearch.
const MAX_DEPTH: usize = 20;

/// A mapping may declare so many fields.
const MAX_FIELDS: usize = 100_000;

type Parsed<T> = Result<T, MappingError>;

/// What holds for all members of an object.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The path of the object, empty at the root.
    prefix: &'a str,
    /// The nested object around it.
    nested: Option<&'a str>,
    depth: usize,
}

impl Mapping {
    /// Reads a mapping: `{"mappings": {...}}` as for creating an index, the answer of `GET /INDEX/_mapping` (several indices
    /// are merged), the object under `mappings`, or bare properties.
    ///
    /// # Errors
    ///
    /// When it is not a mapping that Elasticsearch would take.
    pub fn from_json(json: &Json) -> Parsed<Self> {
        let mut mapping = Self::default();
        let top = object(json, "", "the mapping")?;
        if let Some(body) = top.get("mappings") {
            mapping.read_root(object(body, "", "mappings")?)?;
        } else if !top.is_empty() && top.values().all(|value| value.get("mappings").is_some()) {
            for index in top.values() {
                if let Some(body) = index.get("mappings") {
                    mapping.read_root(object(body, "", "mappings")?)?;
                }
            }
        } else if is_root(top) {
            mapping.read_root(top)?;
        } else {
            let place = Place {
                prefix: "",
                nested: None,
                depth: 0,
            };
            mapping.read_properties(top, place)?;
        }
        mapping.settle()?;
        Ok(mapping)
    }

    /// Adds the `runtime_mappings` of a request: fields that shadow those of the index.
    ///
    /// # Errors
    ///
    /// When a definition is not one that can be used; fields with a script are not.
    pub fn add_runtime(&mut self, fields: &Map<String, Json>) -> Parsed<()> {
        for (name, definition) in fields {
            let definition = object(definition, name, "the runtime field")?;
            let type_name = text(definition, name, "type")?.ok_or_else(|| {
                MappingError::new(
                    name,
                    format!("No type specified for runtime field [{name}]"),
                )
            })?;
            if definition.contains_key("script") {
                return Err(MappingError::new(
                    name,
                    format!("runtime field [{name}] has a script, and scripts are not run here"),
                ));
            }
            if !matches!(
                type_name,
                "boolean" | "date" | "double" | "ip" | "keyword" | "long"
            ) {
                return Err(MappingError::new(
                    name,
                    format!(
                        "The mapper type [{type_name}] declared on runtime field [{name}] does not exist."
                    ),
                ));
            }
            let mut field = MappedField::new(name, type_name);
            read_format(&mut field, definition)?;
            self.runtime.insert(name.clone(), field);
        }
        Ok(())
    }

    fn read_root(&mut self, root: &Map<String, Json>) -> Parsed<()> {
        self.read_dynamic_rules(root)?;
        if let Some(runtime) = root.get("runtime") {
            self.add_runtime(object(runtime, "", "runtime")?)?;
        }
        if let Some(properties) = root.get("properties") {
            let place = Place {
                prefix: "",
                nested: None,
                depth: 0,
            };
            self.read_properties(object(properties, "", "properties")?, place)?;
        }
        Ok(())
    }

    fn read_dynamic_rules(&mut self, root: &Map<String, Json>) -> Parsed<()> {
        let rules: &mut DynamicRules = &mut self.dynamic;
        if let Some(dynamic) = root.get("dynamic") {
            rules.root = Dynamic::from_json(dynamic, "")?;
        }
        if let Some(flag) = root.get("date_detection") {
            rules.date_detection = boolean(flag, "", "date_detection")?;
        }
        if let Some(flag) = root.get("numeric_detection") {
            rules.numeric_detection = boolean(flag, "", "numeric_detection")?;
        }
        if let Some(formats) = root.get("dynamic_date_formats") {
            rules.date_formats = list(formats)
                .map(|format| {
                    let text = format.as_str().unwrap_or_default();
                    DateFormat::new(text).map_err(|reason| MappingError::new("", reason))
                })
                .collect::<Parsed<_>>()?;
        }
        if let Some(templates) = root.get("dynamic_templates") {
            rules.templates = list(templates)
                .map(Template::from_json)
                .collect::<Parsed<_>>()?;
        }
        Ok(())
    }

    fn read_properties(&mut self, properties: &Map<String, Json>, place: Place<'_>) -> Parsed<()> {
        for (name, definition) in properties {
            let path = join(place.prefix, name);
            if name.trim().is_empty() {
                return Err(MappingError::new(
                    &path,
                    "field name cannot be an empty string",
                ));
            }
            if place.depth >= MAX_DEPTH {
                return Err(MappingError::new(
                    &path,
                    format!("Limit of mapping depth [{MAX_DEPTH}] has been exceeded"),
                ));
            }
            let definition = object(definition, &path, "the definition of a field")?;
            self.read_field(&path, definition, place)?;
        }
        Ok(())
    }

    fn read_field(
        &mut self,
        path: &str,
        definition: &Map<String, Json>,
        place: Place<'_>,
    ) -> Parsed<()> {
        let type_name = text(definition, path, "type")?.unwrap_or("object");
        self.imply_parents(path);
        match type_name {
            "object" | "nested" | "passthrough" => {
                self.read_object(path, type_name, definition, place)
            }
            "alias" => {
                let target = text(definition, path, "path")?.ok_or_else(|| {
                    let reason =
                        format!("The [path] property must be specified for field [{path}].");
                    MappingError::new(path, reason)
                })?;
                let mut field = MappedField::new(path, type_name);
                field.alias = Some(target.to_owned());
                self.insert(field)
            }
            _ => {
                let mut field = leaf(path, type_name, definition)?;
                field.nested = place.nested.map(str::to_owned);
                if let Some(sub_fields) = definition.get("fields") {
                    for (name, definition) in object(sub_fields, path, "fields")? {
                        let sub = self.read_sub_field(&field, name, definition)?;
                        field.sub_fields.push(sub);
                    }
                }
                self.insert(field)
            }
        }
    }

    fn read_object(
        &mut self,
        path: &str,
        type_name: &str,
        definition: &Map<String, Json>,
        place: Place<'_>,
    ) -> Parsed<()> {
        let kind = if type_name == "nested" {
            "nested"
        } else {
            "object"
        };
        let mut field = MappedField::new(path, kind);
        field.nested = place.nested.map(str::to_owned);
        // Two declarations of an object are one, unless one of them is nested.
        if !self.fields.contains_key(path) || kind == "nested" {
            self.insert(field)?;
        }
        if let Some(dynamic) = definition.get("dynamic") {
            let dynamic = Dynamic::from_json(dynamic, path)?;
            self.dynamic.objects.insert(path.to_owned(), dynamic);
        }
        if let Some(enabled) = definition.get("enabled")
            && !boolean(enabled, path, "enabled")?
        {
            self.dynamic.objects.insert(path.to_owned(), Dynamic::False);
            return Ok(());
        }
        if let Some(properties) = definition.get("properties") {
            let inner = Place {
                prefix: path,
                nested: if kind == "nested" {
                    Some(place.nested.unwrap_or(path))
                } else {
                    place.nested
                },
                depth: place.depth + 1,
            };
            self.read_properties(object(properties, path, "properties")?, inner)?;
        }
        Ok(())
    }

    fn read_sub_field(
        &mut self,
        parent: &MappedField,
        name: &str,
        definition: &Json,
    ) -> Parsed<String> {
        let path = join(&parent.name, name);
        let definition = object(definition, &path, "the definition of a field")?;
        let type_name = text(definition, &path, "type")?.ok_or_else(|| {
            MappingError::new(&path, format!("No type specified for field [{name}]"))
        })?;
        if matches!(type_name, "object" | "nested" | "alias") {
            let reason = format!("Type [{type_name}] cannot be used in multi field");
            return Err(MappingError::new(&path, reason));
        }
        let mut sub = leaf(&path, type_name, definition)?;
        sub.source.clone_from(&parent.source);
        sub.nested.clone_from(&parent.nested);
        sub.is_sub_field = true;
        self.insert(sub)?;
        Ok(path)
    }

    pub(super) fn insert(&mut self, field: MappedField) -> Parsed<()> {
        if self.fields.len() >= MAX_FIELDS {
            let reason = format!("Limit of total fields [{MAX_FIELDS}] has been exceeded");
            return Err(MappingError::new(&field.name, reason));
        }
        self.fields.insert(field.name.clone(), field);
        Ok(())
    }

    /// Looks at what only shows when all fields are there: aliases, `copy_to`, values below nested objects that were
    /// declared by path.
    fn settle(&mut self) -> Parsed<()> {
        for (name, field) in &self.fields {
            let Some(target) = &field.alias else {
                continue;
            };
            match self.fields.get(target) {
                Some(found) if found.is_leaf() && found.alias.is_none() => {}
                _ => {
                    let reason = format!(
                        "Invalid [path] value [{target}] for field alias [{name}]: an alias must refer to an existing field in the mappings."
                    );
                    return Err(MappingError::new(name, reason));
                }
            }
        }
        let copies: Vec<(String, String)> = self
            .fields
            .values()
            .flat_map(|field| {
                let copy = |target: &String| (target.clone(), field.source.clone());
                field.copy_to.iter().map(copy)
            })
            .collect();
        for (target, source) in copies {
            if let Some(field) = self.fields.get_mut(&target) {
                field.copied.push(source);
                field.copied.sort_unstable();
            }
        }
        let nested: Vec<String> = self
            .fields
            .values()
            .filter(|field| field.field_type == FieldType::Nested)
            .map(|field| field.name.clone())
            .collect();
        if nested.is_empty() {
            return Ok(());
        }
        for field in self.fields.values_mut() {
            let above = nested
                .iter()
                .filter(|parent| is_below(&field.name, parent))
                .min_by_key(|parent| parent.len());
            if let Some(parent) = above {
                field.nested = Some(parent.clone());
            }
        }
        Ok(())
    }
}

/// Is it the object under `mappings`, rather than bare properties? Its members have names that fields could have too,
/// but a field is always an object with a type or members.
fn is_root(top: &Map<String, Json>) -> bool {
    let known = [
        "properties",
        "dynamic",
        "runtime",
        "_source",
        "_meta",
        "_routing",
        "date_detection",
        "numeric_detection",
        "dynamic_templates",
        "dynamic_date_formats",
        "_data_stream_timestamp",
    ];
    let is_field = |value: &Json| value.get("type").is_some_and(Json::is_string);
    !top.is_empty()
        && top
            .iter()
            .all(|(name, value)| known.contains(&name.as_str()) && !is_field(value))
}

pub(super) fn is_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent)
        .is_some_and(|rest| rest.starts_with('.'))
}

pub(super) fn leaf(
    path: &str,
    type_name: &str,
    definition: &Map<String, Json>,
) -> Parsed<MappedField> {
    let mut field = MappedField::new(path, type_name);
    if let Some(limit) = definition.get("ignore_above") {
        let limit = number(limit).ok_or_else(|| {
            MappingError::new(
                path,
                format!("[ignore_above] must be a whole number on [{path}]"),
            )
        })?;
        field.ignore_above = Some(usize::try_from(limit).unwrap_or(0));
    }
    field.null_value = definition
        .get("null_value")
        .filter(|value| !value.is_null())
        .cloned();
    field.normalizer = text(definition, path, "normalizer")?.map(str::to_owned);
    if field.field_type == FieldType::ConstantKeyword {
        field.constant = definition
            .get("value")
            .filter(|value| !value.is_null())
            .map(plain_text);
    }
    if type_name == "scaled_float" {
        field.scaling = definition.get("scaling_factor").and_then(Json::as_f64);
    }
    if let Some(targets) = definition.get("copy_to") {
        field.copy_to = list(targets)
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect();
    }
    read_format(&mut field, definition)?;
    Ok(field)
}

fn read_format(field: &mut MappedField, definition: &Map<String, Json>) -> Parsed<()> {
    if !field.field_type.is_date() {
        return Ok(());
    }
    let read =
        |text: &str| DateFormat::new(text).map_err(|reason| MappingError::new(&field.name, reason));
    let mut index_formats = Vec::new();
    if let Some(Json::Object(formats)) = definition.get("per_index_format") {
        for (index, format) in formats {
            index_formats.push((index.clone(), read(format.as_str().unwrap_or_default())?));
        }
    }
    let format = match text(definition, &field.name, "format")? {
        Some(text) => Some(read(text)?),
        None => None,
    };
    field.index_formats.extend(index_formats);
    field.format = format.or(field.format.take());
    Ok(())
}

pub(super) fn object<'a>(json: &'a Json, field: &str, what: &str) -> Parsed<&'a Map<String, Json>> {
    json.as_object().ok_or_else(|| {
        let place = if field.is_empty() {
            what.to_owned()
        } else {
            format!("{what} [{field}]")
        };
        MappingError::new(field, format!("{place} must be an object"))
    })
}

pub(super) fn text<'a>(
    definition: &'a Map<String, Json>,
    field: &str,
    member: &str,
) -> Parsed<Option<&'a str>> {
    match definition.get(member) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(MappingError::new(
            field,
            format!("[{member}] of [{field}] must be text"),
        )),
    }
}

/// Elasticsearch takes `"true"` for `true`.
fn boolean(json: &Json, field: &str, member: &str) -> Parsed<bool> {
    match json {
        Json::Bool(flag) => Ok(*flag),
        Json::String(text) if text == "true" => Ok(true),
        Json::String(text) if text == "false" => Ok(false),
        _ => Err(MappingError::new(
            field,
            format!("[{member}] must be true or false"),
        )),
    }
}

fn number(json: &Json) -> Option<u64> {
    match json {
        Json::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}

/// One element, or those of an array.
fn list(json: &Json) -> impl Iterator<Item = &Json> {
    match json {
        Json::Array(items) => items.iter(),
        other => std::slice::from_ref(other).iter(),
    }
}

fn plain_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}
