//! The details of a pipeline: one line a command invoked, a parameter bound, an error.

use serde_json::{Map, Value as Json};

use crate::source::windows::view::View;

/// The details in `Payload` (4103).
pub(super) fn of_payload(view: &View<'_>) -> Vec<Map<String, Json>> {
    lines(view, "Payload")
}

/// The details in `param3` (800).
pub(super) fn of_param3(view: &View<'_>) -> Vec<Map<String, Json>> {
    lines(view, "param3")
}

fn lines(view: &View<'_>, name: &str) -> Vec<Map<String, Json>> {
    let text = view.data(name).unwrap_or_default();
    text.split('\n')
        .filter(|line| !line.is_empty())
        .map(detail)
        .collect()
}

/// `Kind(command): value`, where a bound parameter's value is `name="..."; value="..."`. Any other line is a value as
/// it stands.
fn detail(line: &str) -> Map<String, Json> {
    let mut object = Map::new();
    let Some((kind, command, value)) = parts(line) else {
        object.insert("value".into(), line.into());
        return object;
    };
    let bound = if kind == "ParameterBinding" {
        match binding(value) {
            Some(bound) => Some(bound),
            None => {
                object.insert("value".into(), value.into());
                return object;
            }
        }
    } else {
        None
    };
    object.insert("type".into(), kind.into());
    object.insert("related_command".into(), command.into());
    if let Some((name, value)) = bound {
        object.insert("name".into(), name.into());
        object.insert("value".into(), value.into());
    } else if !value.is_empty() {
        object.insert("value".into(), value.into());
    }
    object
}

fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = line.split_once('(')?;
    let (command, value) = rest.split_once("):")?;
    (!kind.is_empty() && !kind.contains(':') && !command.is_empty())
        .then(|| (kind, command, value.trim_start()))
}

fn binding(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("name=")?;
    // The value may itself hold what parts name and value, so the first place counts.
    let (name, value) = rest.split_once(';')?;
    let value = value.trim_start().strip_prefix("value=")?;
    (!name.is_empty() && !value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::detail;
    use serde_json::{Value as Json, json};

    #[track_caller]
    fn check(line: &str, expect: Json) {
        assert_eq!(Json::Object(detail(line)), expect);
    }

    #[test]
    fn details_of_each_form() {
        check(
            r#"CommandInvocation(Add-Type): "Add-Type""#,
            json!({"type": "CommandInvocation", "related_command": "Add-Type", "value": "\"Add-Type\""}),
        );
        check(
            r#"ParameterBinding(X): name="A"; value="b; value=c""#,
            json!({"type": "ParameterBinding", "related_command": "X", "name": "\"A\"", "value": "\"b; value=c\""}),
        );
        check(
            "NonTerminatingError(X): ",
            json!({"type": "NonTerminatingError", "related_command": "X"}),
        );
        check("going on", json!({"value": "going on"}));
        check("ParameterBinding(X): odd", json!({"value": "odd"}));
    }
}
