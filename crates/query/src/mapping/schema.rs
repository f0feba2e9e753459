//! A mapping as what a query may name.

use gatewatch_event::{Field, FieldType, Timestamp};

use super::{MappedField, Mapping};
use crate::{FieldInfo, Schema, SchemaType, SearchedField};

impl Schema for Mapping {
    /// For a field that cannot be used at all, the type says so and `inexact` holds Elasticsearch's whole sentence.
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let Some(field) = self.get(name) else {
            return self.implied.contains(name).then(|| FieldInfo {
                field: Field::new(name),
                field_type: SchemaType::Declared(FieldType::Object),
                inexact: Some(only_members(name)),
            });
        };
        let (target, inexact) = match self.refusal(name, field) {
            Some(reason) => (field, Some(reason)),
            None => self.exact(field),
        };
        Some(FieldInfo {
            field: Field::new(&target.name),
            field_type: SchemaType::Declared(target.field_type),
            inexact,
        })
    }

    fn searched(&self, name: &str) -> Option<SearchedField> {
        let Some(field) = self.get(name) else {
            let field_type = if self.implied.contains(name) {
                FieldType::Object
            } else {
                self.flattened_above(name)?;
                FieldType::Flattened
            };
            return Some(SearchedField::new(name, SchemaType::Declared(field_type)));
        };
        let mut searched = SearchedField::new(&field.name, SchemaType::Declared(field.field_type));
        searched.kind.lowercase = field.normalizer.as_deref() == Some("lowercase");
        searched.nested.clone_from(&field.nested);
        Some(searched)
    }

    fn names(&self) -> Vec<String> {
        self.leaves()
            .into_iter()
            .filter(|(name, field)| self.refusal(name, field).is_none())
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    fn parse_date(&self, field: &str, text: &str) -> Option<Timestamp> {
        let field = self.get(field)?;
        let format = field.format(None)?;
        let time = format.read(text)?;
        Some(if field.field_type == FieldType::Date {
            Timestamp::from_millis(time.millis())
        } else {
            time
        })
    }
}

impl Mapping {
    /// Why a query may not name the field at all.
    fn refusal(&self, name: &str, field: &MappedField) -> Option<String> {
        let type_name = &field.type_name;
        if field.field_type == FieldType::Nested {
            return Some(format!(
                "Cannot use field [{name}] type [nested] due to nested fields not being supported yet"
            ));
        }
        if let Some(parent) = &field.nested {
            return Some(format!(
                "Cannot use field [{name}] type [{type_name}] with unsupported nested type in hierarchy (field [{parent}])"
            ));
        }
        match field.field_type {
            FieldType::Object => Some(only_members(name)),
            FieldType::Unsupported | FieldType::Flattened => Some(format!(
                "Cannot use field [{name}] with unsupported type [{type_name}]"
            )),
            _ => None,
        }
    }

    /// The flattened field that a name lies in.
    pub(super) fn flattened_above(&self, name: &str) -> Option<&MappedField> {
        name.match_indices('.')
            .filter_map(|(at, _)| self.get(&name[..at]))
            .find(|field| field.field_type == FieldType::Flattened)
    }

    /// The field to compare instead of this one, or why there is none.
    fn exact<'a>(&'a self, field: &'a MappedField) -> (&'a MappedField, Option<String>) {
        if field.normalizer.is_some() {
            let reason = "Normalized keyword field cannot be used for exact match operations";
            return (field, Some(reason.to_owned()));
        }
        if field.field_type != FieldType::Text {
            return (field, None);
        }
        let mut exact = field
            .sub_fields
            .iter()
            .filter_map(|name| self.fields.get(name))
            .filter(|sub| sub.field_type.is_keyword() && sub.normalizer.is_none());
        let short = field.name.rsplit('.').next().unwrap_or(&field.name);
        match (exact.next(), exact.next()) {
            (Some(sub), None) => (sub, None),
            (None, _) => {
                let reason = format!(
                    "No keyword/multi-field defined exact matches for [{short}]; define one or use MATCH/QUERY instead"
                );
                (field, Some(reason))
            }
            (Some(_), Some(_)) => {
                let reason = format!(
                    "Multiple exact keyword candidates available for [{short}]; specify which one to use"
                );
                (field, Some(reason))
            }
        }
    }
}

fn only_members(name: &str) -> String {
    format!("Cannot use field [{name}] type [object] only its subfields")
}
