//! From the columns of a line to ECS, as Elastic's iis integration has it; which door a request is at, and how it ended.

use gatewatch_event::Value;

use super::line::Request;
use crate::source::mapping::{Entry, From, Kind, remote, turn, user_agent, web};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("event.category", &["web", "network"]),
    Entry::new("message", From::Raw),
    Entry::turned("host.name", "s-computername", turn::lower),
    Entry::part("source.address", "c-ip"),
    Entry::turned("source.ip", "c-ip", turn::ip),
    Entry::turned("source.port", "c-port", turn::port),
    Entry::part("destination.address", "s-ip"),
    Entry::turned("destination.ip", "s-ip", turn::ip),
    Entry::turned("destination.port", "s-port", turn::port),
    Entry::part("destination.domain", "cs-host"),
    Entry::part("http.request.method", "cs-method"),
    Entry::part("http.version", "version"),
    Entry::turned("http.response.status_code", "sc-status", turn::long),
    Entry::fields("related.ip", &["source.ip", "destination.ip"]),
    Entry::fields("related.user", &["user.name"]),
    Entry::fields("related.hosts", &["host.name"]),
    remote::ip(From::Part("c-ip")),
    remote::address(From::Part("c-ip")),
    remote::port(From::Part("c-port")),
    remote::host(From::First(&["s-computername", "cs-host", "s-ip"])),
];

/// Fields of a request.
const REQUEST: &[Entry] = &[
    Entry::fixed("event.type", &["connection"]),
    Entry::call("event.duration", |view, emit| {
        // Milliseconds in the log, nanoseconds in the field.
        let taken = view
            .text("time-taken")
            .and_then(|text| text.parse::<i64>().ok());
        if let Some(nanos) = taken.and_then(|taken| taken.checked_mul(1_000_000)) {
            emit(Value::Long(nanos));
        }
    }),
    Entry::turned("user.name", "cs-username", |value, _| {
        Some(Value::from(account(&value.text()).0.to_owned()))
    }),
    Entry::turned("user.domain", "cs-username", |value, _| {
        Some(Value::from(account(&value.text()).1?.to_owned()))
    }),
    Entry::turned("http.request.body.bytes", "cs-bytes", turn::long),
    Entry::turned("http.response.body.bytes", "sc-bytes", turn::long),
    Entry::part("http.request.referrer", "referrer"),
    Entry::part("user_agent.original", "agent"),
    Entry::turned("network.forwarded_ip", "forwarded", turn::ip),
    Entry::part("iis.access.site_name", "s-sitename"),
    Entry::part("iis.access.server_name", "s-computername"),
    Entry::part("iis.access.cookie", "cookie"),
    Entry::part("iis.access.session_id", "session"),
    Entry::turned("iis.access.sub_status", "sc-substatus", turn::long),
    Entry::turned("iis.access.win32_status", "sc-win32-status", turn::long),
    Entry::part("url.original", "url.original"),
    Entry::part("url.path", "url.path"),
    Entry::part("url.query", "url.query"),
    Entry::part("url.extension", "url.extension"),
    Entry::part("url.domain", "cs-host"),
    Entry::turned("gatewatch.remote.user", "cs-username", |value, view| {
        turn::account(value, view).filter(|user| !user.text().eq_ignore_ascii_case("anonymous"))
    }),
];

/// Name and domain of an account, as Elastic's pipeline tells them apart: `DOMAIN\\name`, `name@domain`; of `LEADING\\name@domain` the leading one is
/// let go.
fn account(text: &str) -> (&str, Option<&str>) {
    let (leading, rest) = match text.split_once('\\') {
        Some((leading, rest)) => (Some(leading), rest),
        None => (None, text),
    };
    match rest.split_once('@') {
        Some((name, domain)) => (name, Some(domain)),
        None => (rest, leading),
    }
}

const OK: &[Entry] = &[Entry::fixed("event.outcome", &["success"])];
const BAD: &[Entry] = &[Entry::fixed("event.outcome", &["failure"])];

/// Fields of a connection that HTTP.sys ended.
const ERROR: &[Entry] = &[
    Entry::fixed("event.dataset", &["iis.error"]),
    Entry::fixed("data_stream.dataset", &["iis.error"]),
    Entry::fixed("event.type", &["connection"]),
    Entry::part("iis.error.reason_phrase", "s-reason"),
    Entry::part("iis.error.queue_name", "s-queuename"),
];
static ERROR_OK: Kind = Kind::new("error, success", &[web::TARGET, ERROR, OK]);
static ERROR_BAD: Kind = Kind::new("error, failure", &[web::TARGET, ERROR, BAD]);
static ERROR_PLAIN: Kind = Kind::new("error", &[web::TARGET, ERROR]);

static PLAIN_UNTOLD: Kind = Kind::new("without a status", &[REQUEST, user_agent::FIELDS]);
static PLAIN_OK: Kind = Kind::new("answered", &[REQUEST, user_agent::FIELDS, OK]);
static PLAIN_BAD: Kind = Kind::new("not answered", &[REQUEST, user_agent::FIELDS, BAD]);

/// What only looked like a line.
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// How a request at a door ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Who asked was let in.
    In,
    /// A form was answered by itself: with a page, not with a status that says so.
    FormRefused,
    /// The next request tells.
    Attempt,
    /// A status says so.
    Refused,
}

/// The kinds of requests at one door, by [`Verdict`].
macro_rules! doors {
    ($($table:ident $door:literal $product:literal [$in:literal $form:literal $attempt:literal $refused:literal])*) => {
        $(
            static $table: [Kind; 4] = {
                const DOOR: &[Entry] = &remote::door(&[$door], &[$product]);
                [
                    Kind::new($in, &[REQUEST, user_agent::FIELDS, OK, DOOR, &[remote::SUCCESS]]),
                    Kind::new($form, &[REQUEST, user_agent::FIELDS, OK, DOOR, &[remote::FAILURE]]),
                    Kind::new($attempt, &[REQUEST, user_agent::FIELDS, OK, DOOR, &[remote::ATTEMPT]]),
                    Kind::new($refused, &[REQUEST, user_agent::FIELDS, BAD, DOOR, &[remote::FAILURE]]),
                ]
            };
        )*
    };
}
doors! {
    WEB "web" "iis" ["web" "web form" "web attempt" "web refused"]
    GATEWAY "rdp" "rd-gateway" ["gateway" "gateway form" "gateway attempt" "gateway refused"]
    RD_WEB "rdp" "rd-web" ["rd web" "rd web form" "rd web attempt" "rd web refused"]
    EXCHANGE "exchange" "exchange" ["exchange" "exchange form" "exchange attempt" "exchange refused"]
    WINRM "winrm" "iis" ["winrm" "winrm form" "winrm attempt" "winrm refused"]
    CITRIX "citrix" "storefront" ["citrix" "citrix form" "citrix attempt" "citrix refused"]
}

/// Does a path begin with this folder, in whatever case?
fn lies_in(path: &str, folder: &str) -> bool {
    path.get(..folder.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(folder))
        && matches!(path.as_bytes().get(folder.len()), None | Some(b'/' | b'.'))
}

fn ends_in(path: &str, end: &str) -> bool {
    path.len() >= end.len()
        && path.as_bytes()[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// The folders of Exchange.
const EXCHANGE_FOLDERS: [&str; 8] = [
    "/owa",
    "/ecp",
    "/ews",
    "/mapi",
    "/autodiscover",
    "/Microsoft-Server-ActiveSync",
    "/oab",
    "/PowerShell",
];

fn door(request: &Request<'_>) -> &'static [Kind; 4] {
    let path = request.path;
    if lies_in(path, "/remoteDesktopGateway") {
        &GATEWAY
    } else if lies_in(path, "/rpc") || lies_in(path, "/rpcWithCert") {
        // The same proxy serves Outlook, whose servers listen at other ports.
        if request.query.contains(":3388") {
            &GATEWAY
        } else {
            &EXCHANGE
        }
    } else if lies_in(path, "/RDWeb") {
        &RD_WEB
    } else if EXCHANGE_FOLDERS.iter().any(|folder| lies_in(path, folder)) {
        &EXCHANGE
    } else if lies_in(path, "/wsman") {
        &WINRM
    } else if lies_in(path, "/Citrix") {
        &CITRIX
    } else {
        &WEB
    }
}

/// Errors of Windows that say that a logon failed: a wrong name or password, and an account that may not log on.
const LOGON_ERRORS: [u32; 12] = [
    1326,
    1327,
    1328,
    1329,
    1330,
    1331,
    1385,
    1793,
    1907,
    1909,
    // SEC_E_LOGON_DENIED and SEC_E_TIME_SKEW, as numbers without a sign.
    0x8009_030c,
    0x8009_0324,
];

/// How a request ended; `None` where it is no access. A 401 is how every logon with NTLM or Kerberos begins: it tells of a failure
/// only with a user, or with an error of a logon.
fn verdict(request: &Request<'_>) -> Option<Verdict> {
    let path = request.path;
    let is_post = request.method == "POST";
    let is_answered = (100..400).contains(&request.status);
    if is_post && lies_in(path, "/RDWeb") && ends_in(path, "/login.aspx") {
        return match request.status {
            302 => Some(Verdict::In),
            200 => Some(Verdict::FormRefused),
            _ => None,
        };
    }
    if is_post && is_answered && ends_in(path, "/auth.owa") {
        return Some(Verdict::Attempt);
    }
    if is_answered && lies_in(path, "/owa") && ends_in(path, "/logon.aspx") {
        return request
            .query
            .split('&')
            .any(|part| part == "reason=2")
            .then_some(Verdict::FormRefused);
    }
    if is_post && is_answered && ends_in(path, "/ExplicitAuth/LoginAttempt") {
        return Some(Verdict::Attempt);
    }
    match request.status {
        401 if request.has_user || LOGON_ERRORS.contains(&request.win32_status) => {
            Some(Verdict::Refused)
        }
        // Without a certificate that is good here.
        403 if request.has_user || matches!(request.sub_status, 7 | 13 | 16 | 17) => {
            Some(Verdict::Refused)
        }
        100..=399 if request.has_user => Some(Verdict::In),
        _ => None,
    }
}

/// The kind of a request.
pub(super) fn kind(request: &Request<'_>) -> &'static Kind {
    match verdict(request) {
        // Sessions of FTP begin and end without one.
        _ if request.status == 0 => &PLAIN_UNTOLD,
        Some(verdict) => &door(request)[verdict as usize],
        None if request.status < 400 => &PLAIN_OK,
        None => &PLAIN_BAD,
    }
}

/// The kind of a line of HTTP.sys. A connection that ended by itself has no status.
pub(super) fn error_kind(request: &Request<'_>) -> &'static Kind {
    match request.status {
        0 => &ERROR_PLAIN,
        1..=399 => &ERROR_OK,
        _ => &ERROR_BAD,
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, verdict};
    use crate::source::iis::line::Request;

    #[test]
    fn verdicts() {
        let request = |method, path, query, status, win32_status, has_user| Request {
            method,
            path,
            query,
            status,
            win32_status,
            has_user,
            ..Request::default()
        };
        for (request, expect) in [
            (request("GET", "/", "", 200, 0, false), None),
            (request("GET", "/", "", 200, 0, true), Some(Verdict::In)),
            // NTLM asks twice.
            (
                request("GET", "/ews/exchange.asmx", "", 401, 5, false),
                None,
            ),
            (
                request("GET", "/ews/exchange.asmx", "", 401, 0x8009_030e, false),
                None,
            ),
            (
                request("GET", "/ews/exchange.asmx", "", 401, 1326, false),
                Some(Verdict::Refused),
            ),
            (
                request("GET", "/ews/exchange.asmx", "", 401, 0x8009_030c, false),
                Some(Verdict::Refused),
            ),
            (
                request("POST", "/owa/auth.owa", "", 302, 0, true),
                Some(Verdict::Attempt),
            ),
            (
                request(
                    "GET",
                    "/owa/auth/logon.aspx",
                    "url=x&reason=2",
                    200,
                    0,
                    false,
                ),
                Some(Verdict::FormRefused),
            ),
            (
                request(
                    "GET",
                    "/owa/auth/logon.aspx",
                    "url=x&reason=0",
                    200,
                    0,
                    false,
                ),
                None,
            ),
            (
                request("POST", "/rdweb/pages/en-US/LOGIN.aspx", "", 302, 0, false),
                Some(Verdict::In),
            ),
            (
                request("POST", "/RDWeb/Pages/de-DE/login.aspx", "", 200, 0, false),
                Some(Verdict::FormRefused),
            ),
            (
                request("GET", "/RDWeb/Pages/de-DE/login.aspx", "", 200, 0, false),
                None,
            ),
            (
                request("GET", "/x", "", 403, 0, true),
                Some(Verdict::Refused),
            ),
            (request("GET", "/x", "", 500, 0, true), None),
        ] {
            assert_eq!(verdict(&request), expect, "{request:?}");
        }
    }
}
