//! The kinds of audit events.

use super::audit::Audit;
use super::fields::{ANONYMOUS, DOOR, WHO};
use crate::source::mapping::{Entry, From, Kind, remote};

/// What anybody may ask for, and load balancers do all the time.
const HARMLESS: [&str; 4] = ["/readyz", "/livez", "/healthz", "/version"];

const ALLOW: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const FORBID: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];
const SUCCESS: &[Entry] = &[remote::SUCCESS];
const FAILURE: &[Entry] = &[remote::FAILURE];
const UNKNOWN: &[Entry] = &[remote::UNKNOWN];

static ALLOWED: Kind = Kind::new("allowed", &[ALLOW, DOOR, WHO, SUCCESS]);
static ALLOWED_ANONYMOUS: Kind = Kind::new(
    "allowed, anonymous",
    &[ALLOW, DOOR, WHO, ANONYMOUS, SUCCESS],
);
static ALLOWED_QUIET: Kind = Kind::new("allowed, no access", &[ALLOW, DOOR, WHO]);
static FORBIDDEN: Kind = Kind::new("forbidden", &[FORBID, DOOR, WHO, FAILURE]);
static FORBIDDEN_ANONYMOUS: Kind = Kind::new(
    "forbidden, anonymous",
    &[FORBID, DOOR, WHO, ANONYMOUS, FAILURE],
);
/// Without a decision there is no `event.outcome`, as in Elastic's pipeline; the access record goes by the answer's code.
static REFUSED: Kind = Kind::new("refused", &[DOOR, WHO, FAILURE]);
static REFUSED_ANONYMOUS: Kind = Kind::new("refused, anonymous", &[DOOR, WHO, ANONYMOUS, FAILURE]);
static UNDECIDED: Kind = Kind::new("undecided", &[DOOR, WHO, UNKNOWN]);
static UNDECIDED_QUIET: Kind = Kind::new("undecided, no access", &[DOOR, WHO]);

/// Azure's record holds a text that is no audit event: it was cut.
pub(super) static BROKEN: Kind = Kind::new(
    "broken",
    &[&[
        Entry::fixed(
            "error.message",
            &["properties.log is no JSON object: the audit event in it could not be read"],
        ),
        Entry::new("message", From::Part("properties.log")),
    ]],
);

/// The kind of an event. `authorization.k8s.io/decision` decides; the code of the answer says what became of an allowed request,
/// and is asked only where there is no decision or where the caller could not say who they are.
pub(super) fn kind(audit: &Audit<'_>) -> &'static Kind {
    let is_anonymous = audit.text(&["user", "username"]).as_deref() == Some("system:anonymous")
        || audit.lists(&["user", "groups"], "system:unauthenticated");
    let refused = matches!(
        audit.text(&["responseStatus", "code"]).as_deref(),
        Some("401" | "403")
    );
    let decision = audit.text(&["annotations", "authorization.k8s.io/decision"]);
    match (decision.as_deref(), is_anonymous) {
        (Some("forbid"), false) => &FORBIDDEN,
        (Some("forbid"), true) => &FORBIDDEN_ANONYMOUS,
        (Some("allow"), _) if is_quiet(audit, is_anonymous) => &ALLOWED_QUIET,
        (Some("allow"), false) => &ALLOWED,
        (Some("allow"), true) => &ALLOWED_ANONYMOUS,
        (_, false) if refused => &REFUSED,
        (_, true) if refused => &REFUSED_ANONYMOUS,
        _ if is_quiet(audit, is_anonymous) => &UNDECIDED_QUIET,
        _ => &UNDECIDED,
    }
}

/// A stage that does not end the request, or a probe of the server's health. Sessions in a container (exec, attach, port
/// forwarding, proxy) count when they begin: their end may be days away.
fn is_quiet(audit: &Audit<'_>, is_anonymous: bool) -> bool {
    let stage = audit.text(&["stage"]);
    let is_session = matches!(
        audit.text(&["objectRef", "subresource"]).as_deref(),
        Some("exec" | "attach" | "portforward" | "proxy")
    );
    let ends = match stage.as_deref() {
        Some("RequestReceived") => false,
        Some("ResponseStarted") => is_session,
        _ => true,
    };
    let is_probe = is_anonymous
        && audit.text(&["requestURI"]).is_some_and(|target| {
            let path = target.split_once('?').map_or(&*target, |(path, _)| path);
            HARMLESS.iter().any(|known| {
                path.strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        });
    !ends || is_probe
}
