//! Checks a tree against ECS, plans it, and evaluates it over events.

mod schema;

pub use schema::{EcsSchema, FieldInfo, Schema, SchemaType};
