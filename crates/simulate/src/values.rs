//! Values that a field usually has, and values near a given one.

use gatewatch_event::{FieldType, Timestamp, parse_ip};
use gatewatch_query::SchemaType;
use gatewatch_query::checked::FieldReference;
use serde_json::{Value as Json, json};

use crate::pattern::other_case;
use crate::random::Random;

/// When every simulation begins: 2026-01-01T00:00:00Z, in milliseconds.
pub(crate) const START_MILLIS: i64 = 1_767_225_600_000;

const USERS: [&str; 6] = ["mirel", "tovi", "lenka", "osrin", "daveth", "junia"];
const PROGRAMS: [&str; 6] = ["tovira", "lumora", "kestrin", "ordavo", "selbri", "quendo"];

/// A value that the field might have in a quiet event.
pub(crate) fn usual(field: &FieldReference, random: &mut Random) -> Json {
    let name = field.field.name();
    match field.field_type {
        SchemaType::Declared(FieldType::Ip) => address(name, random).into(),
        SchemaType::Declared(FieldType::Long | FieldType::UnsignedLong) => whole(name, random),
        SchemaType::Declared(FieldType::Double) => {
            json!(f64::from(u32::try_from(random.below(1000)).unwrap_or(0)) / 10.0)
        }
        SchemaType::Declared(FieldType::Boolean) => json!(random.once_in(2)),
        SchemaType::Declared(FieldType::Date | FieldType::DateNanos) => {
            Timestamp::from_millis(START_MILLIS).to_string().into()
        }
        SchemaType::Declared(FieldType::Version) => {
            format!("{}.{}.0", 1 + random.below(9), random.below(20)).into()
        }
        SchemaType::Declared(_) | SchemaType::Dynamic => text(name, random).into(),
    }
}

/// An address of the ranges for documentation; of a host itself, a private one.
fn address(name: &str, random: &mut Random) -> String {
    let last = 1 + random.below(253);
    if name.starts_with("host.") || name.starts_with("observer.") || random.once_in(6) {
        return format!("10.{}.{}.{last}", random.below(200), random.below(250));
    }
    match random.below(4) {
        0 => format!("192.0.2.{last}"),
        1 => format!("198.51.100.{last}"),
        2 => format!("203.0.113.{last}"),
        _ => format!("2001:db8::{last:x}"),
    }
}

fn whole(name: &str, random: &mut Random) -> Json {
    let last = name.rsplit('.').next().unwrap_or(name);
    json!(match last {
        "port" => 49_152 + random.below(16_000),
        "pid" => 4 * (300 + random.below(4000)),
        "bytes" | "size" => 200 + random.below(9000),
        _ => 1 + random.below(100),
    })
}

/// So many hexadecimal digits.
pub(crate) fn hexadecimal(length: usize, random: &mut Random) -> String {
    (0..length)
        .map(|_| char::from(b"0123456789abcdef"[random.below(16)]))
        .collect()
}

/// The name of a host.
pub(crate) fn host_name(random: &mut Random) -> String {
    format!("ws-{}", random.word(5))
}

/// The name of a user.
pub(crate) fn user_name(random: &mut Random) -> String {
    USERS[random.below(USERS.len())].to_owned()
}

fn text(name: &str, random: &mut Random) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let program = PROGRAMS[random.below(PROGRAMS.len())];
    let user = user_name(random);
    let program_end = if random.posix { "" } else { ".exe" };
    let digits = |count: usize, random: &mut Random| -> String {
        (0..count)
            .map(|_| char::from(b"123456789"[random.below(9)]))
            .collect()
    };
    match (name, last) {
        ("event.kind", _) => "event".into(),
        ("event.outcome", _) => "success".into(),
        ("event.category", _) => "host".into(),
        ("event.type", _) => "info".into(),
        ("host.os.type", _) if random.posix => "linux".into(),
        ("host.os.type", _) => "windows".into(),
        (_, "executable") => path(
            &user,
            program,
            if random.posix { "" } else { ".exe" },
            random,
        ),
        ("dll.path", _) => path(&user, program, ".dll", random),
        ("file.path" | "file.target_path", _) => path(&user, program, ".dat", random),
        ("process.name" | "process.parent.name", _) => format!("{program}{program_end}"),
        (_, "command_line") => format!("{program}{program_end} --{}", random.word(5)),
        (_, "working_directory") if random.posix => format!("/home/{user}"),
        (_, "working_directory") => format!(r"C:\Users\{user}"),
        ("registry.path", _) => format!(r"HKLM\SOFTWARE\{program}\{}", random.word(6)),
        ("user_agent.original", _) => format!("{program}/{}.0", 1 + random.below(9)),
        ("cloud.account.id", _) => digits(12, random),
        (_, "computer_name" | "hostname") => host_name(random),
        (_, "sha256") => hexadecimal(64, random),
        (_, "sha1") => hexadecimal(40, random),
        (_, "md5" | "imphash") => hexadecimal(32, random),
        (_, "entity_id" | "uuid") => hexadecimal(24, random),
        (_, "email") => format!("{user}@example.com"),
        (_, "domain" | "registered_domain") => format!("{}.example.com", random.word(5)),
        (_, "address") if name.starts_with("email.") => format!("{user}@example.com"),
        (_, "address") => address(name, random),
        ("user.id", _) if random.posix => (1000 + random.below(500)).to_string(),
        _ if last.ends_with("Sid") || name == "user.id" => {
            format!("S-1-5-21-{}-{}-1104", digits(9, random), digits(9, random))
        }
        _ if name.ends_with("user.name") || last.ends_with("UserName") => user,
        _ if name.ends_with("host.name") => host_name(random),
        _ if last == "id" => hexadecimal(16, random),
        _ => {
            let length = 4 + random.below(5);
            random.word(length)
        }
    }
}

/// A place for a program or a file.
fn path(user: &str, program: &str, end: &str, random: &mut Random) -> String {
    let folder = random.word(6);
    match (random.posix, random.below(5)) {
        (true, 0) => format!("/opt/{program}/{program}{end}"),
        (true, 1) => format!("/usr/local/bin/{program}{end}"),
        (true, 2) => format!("/home/{user}/{folder}/{program}{end}"),
        (true, 3) => format!("/srv/{folder}/{program}{end}"),
        (true, _) => format!("/usr/bin/{program}{end}"),
        (false, 0) => format!(r"C:\Program Files\{program}\{program}{end}"),
        (false, 1) => format!(r"C:\Users\{user}\{folder}\{program}{end}"),
        (false, 2) => format!(r"C:\{folder}\{program}{end}"),
        (false, 3) => format!(r"D:\{folder}\{program}{end}"),
        (false, _) => format!(r"C:\ProgramData\{folder}\{program}{end}"),
    }
}

/// The values that ECS allows in a field, of the fields that rules ask for most.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "event.category" => &[
            "authentication",
            "configuration",
            "driver",
            "file",
            "host",
            "iam",
            "library",
            "network",
            "process",
            "registry",
            "session",
            "web",
        ],
        "event.type" => &[
            "access",
            "change",
            "connection",
            "creation",
            "deletion",
            "end",
            "info",
            "start",
        ],
        "event.outcome" => &["failure", "success", "unknown"],
        "event.kind" => &["alert", "asset", "event", "metric", "state"],
        "host.os.type" => &["linux", "macos", "windows"],
        "network.direction" => &[
            "egress", "external", "inbound", "ingress", "internal", "outbound", "unknown",
        ],
        "network.transport" => &["icmp", "tcp", "udp"],
        _ => &[],
    }
}

/// Values near one: those that ECS allows in the field, then the smallest changes first.
pub(crate) fn near(name: &str, value: &Json, random: &mut Random) -> Vec<Json> {
    let mut allowed: Vec<Json> = allowed(name).iter().map(|other| json!(other)).collect();
    random.shuffle(&mut allowed);
    allowed.extend(changed(value, random));
    allowed
}

fn changed(value: &Json, random: &mut Random) -> Vec<Json> {
    match value {
        Json::Bool(flag) => vec![json!(!flag)],
        Json::Number(number) => {
            let mut values = Vec::new();
            if let Some(whole) = number.as_i64() {
                for step in [1, -1, 2, 10, -10, 1000, -1000] {
                    values.extend(whole.checked_add(step).map(Json::from));
                }
                values.push(json!(0));
            } else if let Some(fraction) = number.as_f64() {
                values.extend([fraction + 1.0, fraction - 1.0, 0.0].map(Json::from));
            }
            values
        }
        Json::String(text) => near_text(text, random),
        Json::Null | Json::Array(_) | Json::Object(_) => Vec::new(),
    }
}

fn near_text(text: &str, random: &mut Random) -> Vec<Json> {
    if parse_ip(text).is_some() {
        let last = 1 + random.below(253);
        return [
            format!("203.0.113.{last}"),
            format!("198.51.100.{last}"),
            format!("10.1.2.{last}"),
            format!("172.20.1.{last}"),
            format!("192.168.7.{last}"),
            format!("127.0.0.{last}"),
            format!("2001:db8::{last:x}"),
            format!("fe80::{last:x}"),
            format!("3fff::{last:x}"),
        ]
        .map(Json::from)
        .to_vec();
    }
    let characters: Vec<char> = text.chars().collect();
    let mut values = vec![format!("{text}x"), format!("x{text}")];
    if !characters.is_empty() {
        // Another letter in the place of each of a few.
        let mut places: Vec<usize> = (0..characters.len()).collect();
        random.shuffle(&mut places);
        for &place in places.iter().take(6) {
            let mut changed = characters.clone();
            changed[place] = if changed[place] == 'q' { 'j' } else { 'q' };
            values.push(changed.into_iter().collect());
        }
        values.push(characters[..characters.len() - 1].iter().collect());
        values.push(characters[1..].iter().collect());
        for cut in ['\\', '/', '.', ' '] {
            if text.contains(cut) {
                values.push(text.replace(cut, "-"));
            }
        }
        values.push(other_case(text));
        values.push(characters.iter().rev().collect());
    }
    values.push(random.word(7));
    values.retain(|changed| changed != text);
    values.into_iter().map(Json::from).collect()
}
