//! What a name in a query means: its type, and the field to ask an event for.

use std::collections::HashSet;
use std::sync::LazyLock;

use gatewatch_event::{Field, FieldType, Timestamp, ecs_fields, known_ecs_type, parse_iso};

use crate::analysis::Analyzer;

/// The type of a field, or that it is only known value by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SchemaType {
    /// Declared.
    Declared(FieldType),
    /// Outside ECS and every mapping: each value keeps the type that dynamic mapping would give it (text a keyword,
    /// whole number a long, fraction a double, true and false a boolean). Every comparison passes the checks.
    Dynamic,
}

/// A field that a query may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The field to ask events for. For a text field with an exact sub-field, that sub-field.
    pub field: Field,
    /// Its type, after an alias or an exact sub-field was followed.
    pub field_type: SchemaType,
    /// Why values cannot be compared exactly, in Elasticsearch's words: a `text` field without a keyword sub-field, a
    /// keyword with a normalizer. `None` for every ordinary field. For a type that cannot be used at all, the whole
    /// message.
    pub inexact: Option<String>,
}

/// How a field is searched by KQL and by filters, which unlike EQL look into analysed text and nested objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchedField {
    /// The field to ask events for: for a sub-field, the one it is made from.
    pub field: Field,
    /// What its values mean.
    pub kind: FieldKind,
    /// The nested field above it.
    pub nested: Option<String>,
}

/// What decides how the values of a field are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FieldKind {
    /// The type.
    pub field_type: SchemaType,
    /// How text is cut into words.
    pub analyzer: Analyzer,
    /// Whether a keyword is kept in lower case, so that case does not count.
    pub lowercase: bool,
}

impl FieldKind {
    /// An ordinary field of this type.
    pub fn new(field_type: SchemaType) -> Self {
        Self {
            field_type,
            analyzer: Analyzer::Standard,
            lowercase: false,
        }
    }
}

impl SearchedField {
    /// An ordinary field: found where its name says, in no nested object.
    pub fn new(name: &str, field_type: SchemaType) -> Self {
        Self {
            field: Field::new(name),
            kind: FieldKind::new(field_type),
            nested: None,
        }
    }
}

/// Knows the fields that a query may name.
pub trait Schema {
    /// The field of this name; `None` makes a plain name a verification error and an optional one null.
    fn field(&self, name: &str) -> Option<FieldInfo>;

    /// The field of this name as KQL and filters search it: an analysed text is one, whatever exact sub-field it has.
    /// `None` for a field without values.
    fn searched(&self, name: &str) -> Option<SearchedField> {
        let info = self.field(name)?;
        Some(SearchedField {
            field: info.field,
            kind: FieldKind::new(info.field_type),
            nested: None,
        })
    }

    /// All names, for suggestions and for patterns of names.
    fn names(&self) -> Vec<String>;

    /// Reads a date constant compared with `field` (the name of [`FieldInfo::field`]), by the field's own format.
    fn parse_date(&self, _field: &str, text: &str) -> Option<Timestamp> {
        parse_iso(text).or_else(|| text.parse().ok().map(Timestamp::from_millis))
    }

    /// What `now` means in date math such as `now-1d`; without it such a constant is no date.
    fn now(&self) -> Option<Timestamp> {
        None
    }

    /// The last instant that such a constant stands for: `2024-03-01` is a whole day. `None` leaves that to the form of
    /// the text.
    fn parse_date_end(&self, _field: &str, _text: &str) -> Option<Timestamp> {
        None
    }
}

/// A schema, asked at a time.
pub(crate) struct AskedAt<'a> {
    pub(crate) schema: &'a dyn Schema,
    pub(crate) now: Option<Timestamp>,
}

impl Schema for AskedAt<'_> {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        self.schema.field(name)
    }

    fn searched(&self, name: &str) -> Option<SearchedField> {
        self.schema.searched(name)
    }

    fn names(&self) -> Vec<String> {
        self.schema.names()
    }

    fn parse_date(&self, field: &str, text: &str) -> Option<Timestamp> {
        self.schema.parse_date(field, text)
    }

    fn parse_date_end(&self, field: &str, text: &str) -> Option<Timestamp> {
        self.schema.parse_date_end(field, text)
    }

    fn now(&self) -> Option<Timestamp> {
        self.now.or_else(|| self.schema.now())
    }
}

/// Names that have ECS fields below them.
static OBJECTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    ecs_fields()
        .flat_map(|(name, _)| name.match_indices('.').map(move |(at, _)| &name[..at]))
        .filter(|parent| known_ecs_type(parent).is_none())
        .chain(["winlog", "winlog.event_data", "winlog.user_data"])
        .collect()
});

/// The nested field of ECS above a field.
fn nested_above(name: &str) -> Option<&str> {
    name.match_indices('.')
        .map(|(at, _)| &name[..at])
        .find(|parent| known_ecs_type(parent) == Some(FieldType::Nested))
}

/// Numbers of Elastic's packages that exports hold as other things as well. Elasticsearch would leave such values out of
/// its index, and rules that join by them would pass over the events without a word; so they are typed value by value.
const BY_VALUE: [&str; 2] = ["winlog.process.pid", "winlog.process.thread.id"];

/// The Elastic Common Schema, for rules that run over logs: fields outside ECS are [`SchemaType::Dynamic`], so a rule
/// may name any vendor's field, as it may where that vendor's integration is installed.
#[derive(Clone, Copy, Debug, Default)]
pub struct EcsSchema;

impl Schema for EcsSchema {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let field_type = match known_ecs_type(name) {
            _ if BY_VALUE.contains(&name) => SchemaType::Dynamic,
            // In Elastic's packages the text fields that rules compare have an exact form.
            Some(FieldType::Text | FieldType::Flattened) => {
                SchemaType::Declared(FieldType::Keyword)
            }
            Some(FieldType::Object | FieldType::Nested) | None => SchemaType::Dynamic,
            Some(field_type) => SchemaType::Declared(field_type),
        };
        Some(FieldInfo {
            field: Field::new(name),
            field_type,
            inexact: None,
        })
    }

    /// Text is analysed where ECS says so. Sub-fields that no log holds are found in the field they are made from:
    /// `user.name.text`, and `process.name.caseless` of Elastic's endpoint, which is in lower case.
    fn searched(&self, name: &str) -> Option<SearchedField> {
        let mut searched = SearchedField::new(name, SchemaType::Dynamic);
        searched.nested = nested_above(name).map(str::to_owned);
        if name == "powershell.file.script_block_text" {
            searched.kind.field_type = SchemaType::Declared(FieldType::Text);
            searched.kind.analyzer = Analyzer::PowerShell;
            return Some(searched);
        }
        let known = known_ecs_type(name);
        if let Some((parent, last)) = name.rsplit_once('.')
            && let Some(parent_type) = known_ecs_type(parent)
            && !matches!(parent_type, FieldType::Object | FieldType::Nested)
        {
            match last {
                "text" if known == Some(FieldType::Text) => searched.field = Field::new(parent),
                "caseless" => {
                    searched.field = Field::new(parent);
                    searched.kind.field_type = SchemaType::Declared(parent_type);
                    searched.kind.lowercase = true;
                    return Some(searched);
                }
                _ => {}
            }
        }
        searched.kind.field_type = match known {
            _ if OBJECTS.contains(name) => SchemaType::Declared(FieldType::Object),
            Some(field_type) => SchemaType::Declared(field_type),
            None => SchemaType::Dynamic,
        };
        Some(searched)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = ecs_fields().map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names
    }
}
