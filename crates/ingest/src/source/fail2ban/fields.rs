//! From the parts of a line to ECS.

use super::line::{Line, What};
use crate::source::mapping::{Entry, From, Header, Kind, remote, turn};

/// Fields of every line.
pub(super) const COMMON: &[Entry] = &[
    Entry::fixed("event.kind", &["event"]),
    Entry::fixed("process.name", &["fail2ban-server"]),
    Entry::call("process.pid", |view, emit| {
        let pid = view.text("pid").and_then(|text| text.parse().ok());
        if let Some(pid) = pid.or(view.record.header.pid) {
            emit(gatewatch_event::Value::Long(pid));
        }
    }),
    // An own line has no host, and what stands where a header has one is a component.
    Entry::call("host.name", |view, emit| {
        let header = view.record.header;
        if let (Some(host), Some(_)) = (header.host, header.program)
            && !host.starts_with("fail2ban.")
        {
            emit(host.into());
        }
    }),
    Entry::header("log.syslog.priority", Header::Priority),
    Entry::part("log.logger", "component"),
    Entry::part("log.level", "level"),
    Entry::part("message", "message"),
];

/// What a jail did about an address.
const JAIL: &[Entry] = &[
    Entry::fixed("event.category", &["intrusion_detection"]),
    Entry::part("fail2ban.jail", "jail"),
    Entry::part("rule.name", "jail"),
    // What is no address may be a name, where the jail counts names.
    Entry::part("fail2ban.id", "id"),
    Entry::part("source.address", "ip"),
    Entry::turned("source.ip", "ip", turn::ip),
    Entry::fields("related.ip", &["source.ip"]),
    remote::ip(From::Part("ip")),
    remote::address(From::Part("ip")),
];
const FOUND: &[Entry] = &[
    Entry::fixed("event.action", &["fail2ban-found"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["failure"]),
    // When it was, in the log that the jail reads.
    Entry::turned("event.start", "time", turn::iso),
];
const IGNORED: &[Entry] = &[
    Entry::fixed("event.action", &["fail2ban-ignored"]),
    Entry::fixed("event.type", &["info"]),
    Entry::fixed("event.outcome", &["failure"]),
];
const FAILURE: &[Entry] = &[
    remote::FAILURE,
    Entry::fixed("gatewatch.remote.product", &["fail2ban"]),
];

/// Whom the jail keeps out, and what it does about them.
macro_rules! measure {
    ($name:literal $action:literal $type:literal) => {
        Kind::new(
            $name,
            &[
                JAIL,
                &[
                    Entry::fixed("event.action", &[$action]),
                    Entry::fixed("event.type", &[$type]),
                ],
            ],
        )
    };
}
static BAN: Kind = measure!("ban" "fail2ban-ban" "denied");
static RESTORED: Kind = measure!("restored ban" "fail2ban-restore-ban" "denied");
static INCREASED: Kind = measure!("increased ban" "fail2ban-increase-ban" "denied");
static ALREADY_BANNED: Kind = measure!("already banned" "fail2ban-already-banned" "denied");
static UNBAN: Kind = measure!("unban" "fail2ban-unban" "allowed");
/// What the jail `recidive` finds is fail2ban's own log.
static REPEATED: Kind = measure!("found again" "fail2ban-recidive" "info");

/// Findings at one door: those that count, and those that do not.
macro_rules! findings {
    ($($table:ident $door:literal [$found:literal $ignored:literal])*) => {
        $(
            static $table: [Kind; 2] = {
                const DOOR: &[Entry] = &[Entry::fixed("gatewatch.remote.service", &[$door])];
                [
                    Kind::new($found, &[JAIL, FOUND, FAILURE, DOOR]),
                    Kind::new($ignored, &[JAIL, IGNORED, FAILURE, DOOR]),
                ]
            };
        )*
    };
}
findings! {
    SSH "ssh" ["ssh found" "ssh ignored"]
    RDP "rdp" ["rdp found" "rdp ignored"]
    VNC "vnc" ["vnc found" "vnc ignored"]
    VPN "vpn" ["vpn found" "vpn ignored"]
    WEB "web" ["web found" "web ignored"]
    REMOTE_TOOL "remote-tool" ["remote-tool found" "remote-tool ignored"]
}
static ANY: [Kind; 2] = [
    Kind::new("found", &[JAIL, FOUND, FAILURE]),
    Kind::new("ignored", &[JAIL, IGNORED, FAILURE]),
];

/// Any other line.
pub(super) static OTHER: Kind = Kind::new("other", &[]);

/// The door that a jail watches, by its name: jails are named after their filters.
fn door(jail: &str) -> &'static [Kind; 2] {
    if jail == "sshd" {
        return &SSH;
    }
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            jail.as_bytes()
                .windows(word.len())
                .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    if is(&["ssh", "dropbear"]) {
        &SSH
    } else if is(&["rdp"]) {
        &RDP
    } else if is(&["vnc"]) {
        &VNC
    } else if is(&["vpn", "softether", "swan", "wireguard"]) {
        &VPN
    } else if is(&["guacamole"]) {
        &REMOTE_TOOL
    } else if is(&[
        "nginx", "apache", "lighttpd", "traefik", "haproxy", "caddy", "webmin", "http",
    ]) {
        &WEB
    } else {
        &ANY
    }
}

/// The kind of a line.
pub(super) fn kind(line: &Line<'_>) -> &'static Kind {
    match line.what() {
        What::Found if line.jail_name().starts_with("recidive") => &REPEATED,
        What::Found => &door(line.jail_name())[0],
        What::Ignored => &door(line.jail_name())[1],
        What::Ban => &BAN,
        What::Restored => &RESTORED,
        What::Increased => &INCREASED,
        What::AlreadyBanned => &ALREADY_BANNED,
        What::Unban => &UNBAN,
        What::Other => &OTHER,
    }
}
