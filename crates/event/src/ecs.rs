//! Field types, and those of the Elastic Common Schema.

use std::sync::LazyLock;

/// The type of a field, as an Elasticsearch mapping names it. It decides how values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// `keyword`: an exact string.
    Keyword,
    /// `constant_keyword`: behaves as a keyword.
    ConstantKeyword,
    /// `wildcard`: behaves as a keyword.
    Wildcard,
    /// `text` and `match_only_text`: analysed, so not comparable exactly.
    Text,
    /// `byte`, `short`, `integer` and `long`.
    Long,
    /// `unsigned_long`.
    UnsignedLong,
    /// `half_float`, `float`, `double` and `scaled_float`.
    Double,
    /// `boolean`.
    Boolean,
    /// `date`: milliseconds.
    Date,
    /// `date_nanos`: nanoseconds.
    DateNanos,
    /// `ip`.
    Ip,
    /// `version`: a semantic version.
    Version,
    /// `flattened`: every leaf is a keyword.
    Flattened,
    /// `object`: has members, is no value.
    Object,
    /// `nested`: an object whose members are indexed apart.
    Nested,
    /// Anything else (ranges, geo types, ...): its values cannot be asked for.
    Unsupported,
}

impl FieldType {
    /// The type that a mapping or the ECS table calls `name`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "keyword" => Self::Keyword,
            "constant_keyword" => Self::ConstantKeyword,
            "wildcard" => Self::Wildcard,
            "text" | "match_only_text" => Self::Text,
            "byte" | "short" | "integer" | "long" => Self::Long,
            "unsigned_long" => Self::UnsignedLong,
            "half_float" | "float" | "double" | "scaled_float" => Self::Double,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "date_nanos" => Self::DateNanos,
            "ip" => Self::Ip,
            "version" => Self::Version,
            "flattened" => Self::Flattened,
            "object" => Self::Object,
            "nested" => Self::Nested,
            _ => Self::Unsupported,
        }
    }

    /// The name a mapping uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::ConstantKeyword => "constant_keyword",
            Self::Wildcard => "wildcard",
            Self::Text => "text",
            Self::Long => "long",
            Self::UnsignedLong => "unsigned_long",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateNanos => "date_nanos",
            Self::Ip => "ip",
            Self::Version => "version",
            Self::Flattened => "flattened",
            Self::Object => "object",
            Self::Nested => "nested",
            Self::Unsupported => "unsupported",
        }
    }

    /// Is it one of the exact string types?
    pub fn is_keyword(self) -> bool {
        matches!(self, Self::Keyword | Self::ConstantKeyword | Self::Wildcard)
    }

    /// Is it a number?
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Long | Self::UnsignedLong | Self::Double)
    }

    /// Is it a date?
    pub fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::DateNanos)
    }
}

/// `name type` or `name type[]` a line; lines with `#` are comments.
static TABLE: &str = include_str!("ecs_fields.txt");

struct Entry {
    field_type: FieldType,
    array: bool,
}

/// The lines of the table in the order of their names: there are some thousands of them, every run reads them, and few are
/// asked for.
static FIELDS: LazyLock<Vec<(&'static str, Entry)>> = LazyLock::new(|| {
    let mut fields: Vec<_> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, type_name) = line.split_once(' ')?;
            let array = type_name.ends_with("[]");
            let field_type = FieldType::from_name(type_name.trim_end_matches("[]"));
            Some((name, Entry { field_type, array }))
        })
        .collect();
    if !fields.is_sorted_by_key(|(name, _)| *name) {
        fields.sort_unstable_by_key(|(name, _)| *name);
    }
    fields
});

/// What the table says of a field.
fn entry(name: &str) -> Option<&'static Entry> {
    let place = FIELDS.binary_search_by_key(&name, |(name, _)| *name).ok()?;
    FIELDS.get(place).map(|(_, entry)| entry)
}

/// Fields outside ECS whose type is not keyword, as Elastic's Windows and System packages declare them.
const EXTRA: &[(&str, FieldType)] = &[
    ("gatewatch.remote.ip", FieldType::Ip),
    ("gatewatch.remote.port", FieldType::Long),
    ("log.offset", FieldType::Long),
    ("log.syslog.facility.code", FieldType::Long),
    ("log.syslog.priority", FieldType::Long),
    ("log.syslog.severity.code", FieldType::Long),
    ("powershell.id", FieldType::Keyword),
    ("powershell.sequence", FieldType::Long),
    ("powershell.total", FieldType::Long),
    ("system.auth.ssh.dropped_ip", FieldType::Ip),
    ("winlog.process.pid", FieldType::Long),
    ("winlog.process.thread.id", FieldType::Long),
    ("winlog.time_created", FieldType::Date),
    ("winlog.version", FieldType::Long),
];

/// The ECS type of a field, or `None` for a name that ECS and Elastic's packages do not know.
pub fn known_ecs_type(name: &str) -> Option<FieldType> {
    if let Some(entry) = entry(name) {
        return Some(entry.field_type);
    }
    if let Some(&(_, field_type)) = EXTRA.iter().find(|(extra, _)| *extra == name) {
        return Some(field_type);
    }
    (name.starts_with("winlog.") && !name.ends_with('.')).then_some(FieldType::Keyword)
}

/// The type of a field under ECS. A field outside ECS is a keyword: what `winlog.event_data.*` and most package
/// fields are. Only a mapping can say better, see [`FieldType::from_name`].
pub fn ecs_type(name: &str) -> FieldType {
    known_ecs_type(name).unwrap_or(FieldType::Keyword)
}

/// Does ECS say that the field holds an array?
pub fn ecs_is_array(name: &str) -> bool {
    entry(name).is_some_and(|entry| entry.array)
}

/// All ECS fields with their types, in the order of their names: for suggestions and tables.
pub fn ecs_fields() -> impl Iterator<Item = (&'static str, FieldType)> {
    FIELDS.iter().map(|(name, entry)| (*name, entry.field_type))
}

#[cfg(test)]
mod tests {
    use super::{FieldType, ecs_fields, ecs_is_array, ecs_type, known_ecs_type};

    #[test]
    fn types_of_well_known_fields() {
        assert_eq!(ecs_type("source.ip"), FieldType::Ip);
        assert_eq!(ecs_type("source.port"), FieldType::Long);
        assert_eq!(ecs_type("@timestamp"), FieldType::Date);
        assert_eq!(ecs_type("event.category"), FieldType::Keyword);
        assert!(ecs_is_array("event.category"));
        assert_eq!(ecs_type("winlog.event_data.LogonType"), FieldType::Keyword);
        assert_eq!(known_ecs_type("no.such.field"), None);
        assert!(ecs_fields().count() > 2000);
    }
}
