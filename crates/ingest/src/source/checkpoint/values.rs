//! What follows from the values of a line.

use gatewatch_event::Value;

use crate::format::time;
use crate::source::mapping::{Emit, Parts, View, turn};

/// Adds the parts that several fields are made of.
pub(super) fn derive(parts: &mut Parts<'_>) {
    // `Alice Example (alice)`: the login stands in parentheses.
    let user = ["user", "src_user_name", "administrator"]
        .iter()
        .find_map(|key| parts.get(key));
    if let Some(user) = user {
        let login = user
            .strip_suffix(')')
            .and_then(|rest| rest.rsplit_once('('))
            .map_or(user, |(_, login)| login)
            .trim()
            .to_owned();
        parts.push("_login", login);
    }
    let number = parts.get("proto").map(str::to_owned);
    if let Some(name) = parts
        .get("_proto")
        .map(str::to_owned)
        .filter(|_| number.is_none())
    {
        parts.push("_transport", name);
    }
}

/// When it happened: `time` in seconds or milliseconds, the table's date, else the header's time.
pub(super) fn moment(view: &View<'_>, emit: Emit<'_>) {
    let own = view.text("time").and_then(|text| {
        let text = text.trim();
        time::epoch(text).or_else(|| gatewatch_event::parse_iso(text))
    });
    let listed = || {
        let stamp = time::stamp("%d%b%Y %H:%M:%S", &view.text("_table_time")?)?;
        view.at(stamp)
    };
    if let Some(time) = own.or_else(listed).or_else(|| view.record.time()) {
        emit(Value::Date(time));
    }
}

/// An address or port of a translation, unless it stands for none.
pub(super) fn set<'v>(value: Value<'v>, _: &View<'_>) -> Option<Value<'v>> {
    let is_none = matches!(&*value.text(), "0" | "0.0.0.0" | "::");
    (!is_none).then_some(value)
}

/// A port that is not 0.
pub(super) fn port<'v>(value: Value<'v>, view: &View<'_>) -> Option<Value<'v>> {
    turn::port(value, view)
}

/// What the rule, or the audit, says of how it ended.
pub(super) fn outcome(view: &View<'_>, emit: Emit<'_>) {
    let rule = view.text("rule_action").unwrap_or_default();
    let audit = view.text("audit_status").unwrap_or_default();
    let known = matches!(
        &*rule,
        "Accept" | "Allow" | "Drop" | "Reject" | "Block" | "Prevent"
    );
    if audit == "Failure" && !known {
        emit(Value::from("failure"));
    } else if known || audit == "Success" {
        emit(Value::from("success"));
    }
}

/// What the rule says of the connection.
pub(super) fn types(view: &View<'_>, emit: Emit<'_>) {
    let types: &[&'static str] = match view.text("rule_action").as_deref() {
        Some("Accept" | "Allow") => &["allowed", "connection"],
        Some("Drop" | "Reject" | "Block" | "Prevent") => &["connection", "denied"],
        _ => &[],
    };
    for one in types {
        if !emit(Value::from(*one)) {
            return;
        }
    }
}
