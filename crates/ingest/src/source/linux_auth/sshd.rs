//! Messages of OpenSSH's daemon.
//!
//! A stranger chooses the user name, the client's version and more, and can write ` from 192.0.2.1 port 22 ssh2` into
//! them. sshd writes the true address after the name, so the last address that ends the sentence is the true one, unless what follows it can
//! only be sshd's own remark about the key.

use super::text::{digits, find_spaced, host_length, is_host, needle, small_number, word};
use super::usual::Usual;

needle!(FOR, " for ");
needle!(FROM, " from ");
needle!(USER, " user ");
needle!(USER_IS, "user ");

/// Which sentence a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `EVENT METHOD for USER from HOST port PORT ssh2`: an attempt to log in.
    Login,
    /// `EVENT user USER from HOST`.
    User,
    /// `Did not receive identification string from HOST`.
    Dropped,
    /// Anything else that names the remote host.
    Other,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The user is in.
    Success,
    /// The user is not.
    Failure,
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote<'a> {
    /// The address or name, as sshd wrote it.
    pub address: &'a str,
    /// The port.
    pub port: Option<u16>,
}

/// A message that rsyslog wrote once for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated<'a> {
    /// How many messages it stands for.
    pub count: u32,
    /// What [`SshdMessage::event`] is in each of them.
    pub event: Option<&'a str>,
}

/// What a message of sshd says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SshdMessage<'a> {
    /// Which sentence it is.
    pub form: Form,
    /// What happened, as Elastic's `system.auth.ssh.event` has it: `Accepted`, `Failed`, `Invalid`, or the words before the
    /// method or the user. For a repeated message the words of rsyslog are part of it.
    pub event: Option<&'a str>,
    /// The method of authentication.
    pub method: Option<&'a str>,
    /// The key, or what else sshd remarks after the protocol.
    pub signature: Option<&'a str>,
    /// The user, without `invalid user ` and without white space around it.
    pub user: Option<&'a str>,
    /// The true remote host.
    pub remote: Option<Remote<'a>>,
    /// Set when rsyslog folded several messages into this one.
    pub repeated: Option<Repeated<'a>>,
    /// More than one part of the message reads as a remote host: somebody may have planted an address.
    pub ambiguous: bool,
}

impl<'a> SshdMessage<'a> {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            event: None,
            method: None,
            signature: None,
            user: None,
            remote: None,
            repeated: None,
            ambiguous: false,
        }
    }

    /// The event, whether the message stands for one or for several.
    pub fn single_event(&self) -> Option<&'a str> {
        self.repeated.map_or(self.event, |repeated| repeated.event)
    }

    /// How the attempt ended; `None` when the message is not about the end of one.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.single_event()? {
            "Accepted" => Some(Outcome::Success),
            "Failed" | "Invalid" => Some(Outcome::Failure),
            _ => None,
        }
    }
}

/// A method of authentication in the words of the access record: the log's own, save those that have another there. Words of a
/// sentence that Elastic takes for a method, such as `maximum authentication attempts exceeded`, are none.
pub fn method_name(method: &str) -> Option<&str> {
    Some(match method {
        "publickey" => "key",
        "gssapi-with-mic" | "gssapi-keyex" => "kerberos",
        "none" => "anonymous",
        other if other.contains(' ') => return None,
        other => other.split('/').next().unwrap_or(other),
    })
}

/// What a message other than that of an attempt to log in says of how a connection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Somebody is at the door, or went away before they had proven who they are.
    Attempt,
    /// sshd turned somebody away.
    Refused,
    /// Somebody who had come in left.
    Left,
}

/// How such messages begin: sshd's own words, before anything that a stranger chose.
const COURSES: &[(&str, Course)] = &[
    ("Connection from ", Course::Attempt),
    ("banner exchange: Connection from ", Course::Attempt),
    ("ssh_dispatch_run_fatal: Connection from ", Course::Attempt),
    ("Unable to negotiate with ", Course::Attempt),
    ("Timeout before authentication for ", Course::Attempt),
    ("Bad protocol version identification ", Course::Attempt),
    ("Magic value check failed ", Course::Attempt),
    ("Protocol major versions differ ", Course::Attempt),
    ("Connection closed by authenticating user ", Course::Attempt),
    ("Connection closed by invalid user ", Course::Attempt),
    ("Connection reset by authenticating user ", Course::Attempt),
    ("Connection reset by invalid user ", Course::Attempt),
    ("Disconnected from authenticating user ", Course::Attempt),
    ("Disconnected from invalid user ", Course::Attempt),
    ("ROOT LOGIN REFUSED FROM ", Course::Refused),
    ("refused connect from ", Course::Refused),
    ("drop connection #", Course::Refused),
    (
        "maximum authentication attempts exceeded for ",
        Course::Refused,
    ),
    ("Too many authentication failures for ", Course::Refused),
    (
        "Disconnecting: Too many authentication failures",
        Course::Refused,
    ),
    ("PAM: ", Course::Refused),
    ("Disconnected from user ", Course::Left),
];

/// What a message says of how a connection went; `None` where it says nothing of that.
pub fn course(message: &str) -> Option<Course> {
    let message = message.trim_ascii();
    let message = repetition(message).map_or(message, |(_, start)| &message[start..]);
    let plain = plain(strip_noise(message));
    let known = COURSES.iter().find(|(start, _)| plain.starts_with(start));
    if let Some((_, course)) = known {
        return Some(*course);
    }
    let is_refused = plain.starts_with("User ") && plain.contains(" not allowed because ")
        || (plain.starts_with("Disconnecting authenticating user ")
            || plain.starts_with("Disconnecting invalid user "))
            && plain.contains(": Too many authentication failures");
    is_refused.then_some(Course::Refused)
}

/// How an access ended, in the words of the access record, as far as this message says.
pub fn access_outcome(parsed: &SshdMessage<'_>, message: &str) -> Option<&'static str> {
    match (parsed.outcome(), parsed.single_event()) {
        (Some(Outcome::Success), _) => Some("success"),
        (Some(Outcome::Failure), _) => Some("failure"),
        (None, Some("Postponed" | "Partial")) => Some("attempt"),
        (None, _) if parsed.form == Form::Dropped => Some("attempt"),
        (None, _) => course(message).map(|course| match course {
            Course::Attempt => "attempt",
            Course::Refused => "failure",
            Course::Left => "end",
        }),
    }
}

/// Without the level that sshd writes in front.
fn plain(message: &str) -> &str {
    ["error: ", "fatal: "]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .unwrap_or(message)
}

/// Reads a message of sshd, without the syslog header. `None` when it names neither an event nor a remote host.
pub fn parse(message: &str) -> Option<SshdMessage<'_>> {
    if let Some(usual) = Usual::read(message) {
        return Some(usual.message());
    }
    let message = message.trim_ascii();
    let Some((count, start)) = repetition(message) else {
        return one(strip_noise(message));
    };
    let inner = &message[start..];
    let mut parsed = one(inner.strip_suffix(']').unwrap_or(inner))?;
    parsed.repeated = Some(Repeated {
        count,
        event: parsed.event,
    });
    parsed.event = parsed.event.map(|event| &message[..start + event.len()]);
    Some(parsed)
}

/// `message repeated 3 times: [ `: how often, and where the message itself starts.
fn repetition(message: &str) -> Option<(u32, usize)> {
    let rest = message.strip_prefix("message repeated ")?;
    let count = digits(rest, 9);
    let rest = rest[count.len()..]
        .strip_prefix(" times: [")?
        .trim_start_matches(' ');
    Some((count.parse().ok()?, message.len() - rest.len()))
}

/// Without the time of the kernel that some consoles put in front.
fn strip_noise(message: &str) -> &str {
    message
        .strip_prefix("kernel:")
        .and_then(|rest| rest.trim_start().strip_prefix('['))
        .and_then(|rest| rest.split_once(']'))
        .map_or(message, |(_, rest)| rest.trim_start_matches([':', ' ']))
}

#[inline]
pub(super) fn one(message: &str) -> Option<SshdMessage<'_>> {
    // Most sentences are known by their first letters.
    match message.as_bytes().first()? {
        b'A' | b'F' => login(message).or_else(|| other(message)),
        b'I' => user(message),
        b'C' | b'R' => other(message),
        _ => login(message)
            .or_else(|| user(message))
            .or_else(|| dropped(message))
            .or_else(|| other(message)),
    }
}

/// The events of sshd's own account of an attempt.
fn is_attempt(event: &str) -> bool {
    matches!(event, "Accepted" | "Failed" | "Postponed" | "Partial")
}

/// What sshd puts before the name of a user that there is not.
pub(super) const STRANGERS: [&str; 2] = ["invalid user ", "illegal user "];

/// Other sentences of the same shape whose words before the user are sshd's own.
const LIKE_LOGIN: &[&str] = &[
    "error: maximum authentication attempts exceeded for ",
    "maximum authentication attempts exceeded for ",
    "Disconnecting: Too many authentication failures for ",
    "Too many authentication failures for ",
];

#[inline]
fn login(message: &str) -> Option<SshdMessage<'_>> {
    // The first word is short, or no event.
    let space = message.bytes().position(|byte| byte == b' ')?;
    let event = &message[..space];
    let attempt = is_attempt(event);
    if !attempt && !LIKE_LOGIN.iter().any(|start| message.starts_with(start)) {
        return None;
    }
    let method_end = find_spaced(message, space + 1, &FOR, " for ")?;
    let mut begin = method_end + 5;
    let named = &message[begin..];
    let stranger = STRANGERS.iter().find(|prefix| named.starts_with(**prefix));
    begin += stranger.map_or(0, |prefix| prefix.len());
    let (found, ambiguous) = ending(message, begin, stranger.is_some(), !attempt)?;
    let mut parsed = SshdMessage::new(Form::Login);
    parsed.event = Some(event);
    parsed.method = Some(&message[space + 1..method_end]);
    parsed.user = Some(message[begin..found.at].trim_ascii());
    parsed.remote = Some(found.remote);
    parsed.signature = message[found.end..].strip_prefix(": ");
    parsed.ambiguous = ambiguous;
    Some(parsed)
}

#[inline]
fn user(message: &str) -> Option<SshdMessage<'_>> {
    let at = USER.find(message, 0)?;
    let event = &message[..at];
    let ours = matches!(event, "Invalid" | "Illegal")
        || event.starts_with("error: PAM: ")
        || event.starts_with("PAM: ");
    if !ours {
        return None;
    }
    let begin = at + 6;
    let (found, count) = last_ending(message, begin);
    let found = found?;
    let mut parsed = SshdMessage::new(Form::User);
    parsed.event = Some(event);
    parsed.user = Some(message[begin..found.at].trim_ascii());
    parsed.remote = Some(found.remote);
    parsed.ambiguous = count > 1;
    Some(parsed)
}

fn dropped(message: &str) -> Option<SshdMessage<'_>> {
    let rest = message.strip_prefix("Did not receive identification string from ")?;
    let mut parsed = SshdMessage::new(Form::Dropped);
    parsed.remote = Some(address_first(rest)?);
    Some(parsed)
}

/// ` from HOST[ port PORT][ ssh2]` and what follows it.
#[derive(Clone, Copy)]
struct Ending<'a> {
    /// Where ` from ` starts.
    at: usize,
    remote: Remote<'a>,
    /// Did `ssh2` follow?
    protocol_two: bool,
    /// Where what follows starts.
    end: usize,
    tail: Tail,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    /// Nothing, or only ` [preauth]`.
    End,
    /// A remark after a colon.
    Remark,
    /// Other text, so that this is no ending of sshd's.
    More,
}

/// Finds the host in an attempt to log in, and tells whether there was a choice. A `stranger` is a user that does not exist,
/// so that the name may be anything. With `strict`, only endings in `port PORT ssh2` count.
#[inline]
fn ending(message: &str, begin: usize, stranger: bool, strict: bool) -> Option<(Ending<'_>, bool)> {
    let (mut chosen, mut remark, mut weak) = (None, None, None);
    let (mut count, mut from) = (0, begin);
    while let Some(candidate) = next_ending(message, &mut from) {
        let without_port = candidate.remote.port.is_none() && candidate.tail != Tail::End;
        if without_port || (strict && !candidate.protocol_two) {
            continue;
        }
        count += 1;
        match candidate.tail {
            // Nothing follows that could be another.
            Tail::End => return Some((chosen.unwrap_or(candidate), count > 1)),
            // The name of a stranger may hold a whole ending, colon and all, but then it holds spaces too.
            Tail::Remark if !stranger || !message[begin..candidate.at].contains(' ') => {
                chosen = chosen.or(Some(candidate));
            }
            Tail::Remark => remark = Some(candidate),
            Tail::More => weak = Some(candidate),
        }
    }
    Some((chosen.or(remark).or(weak)?, count > 1))
}

/// The next ` from HOST...` at or behind `from`, which is moved on.
#[inline]
fn next_ending<'a>(message: &'a str, from: &mut usize) -> Option<Ending<'a>> {
    loop {
        let at = find_spaced(message, *from, &FROM, " from ")?;
        *from = at + 5;
        if let Some(ending) = ending_at(message, at) {
            return Some(ending);
        }
    }
}

/// The last of them, and how many there are.
fn last_ending(message: &str, begin: usize) -> (Option<Ending<'_>>, usize) {
    let (mut last, mut count, mut from) = (None, 0, begin);
    while let Some(ending) = next_ending(message, &mut from) {
        last = Some(ending);
        count += 1;
    }
    (last, count)
}

#[inline]
fn ending_at(message: &str, at: usize) -> Option<Ending<'_>> {
    let start = at + 6;
    let length = host_length(&message[start..])?;
    let address = &message[start..start + length];
    let mut end = start + length;
    let port = port_after(message, &mut end);
    let mut spaced = &message.as_bytes()[end..];
    while let [b' ', rest @ ..] = spaced {
        spaced = rest;
    }
    let mut protocol_two = false;
    if let [b's', b's', b'h', version @ b'0'..=b'9', rest @ ..] = spaced {
        protocol_two = *version == b'2';
        end = message.len() - rest.len();
    }
    let rest = &message[end..];
    let tail = match rest.as_bytes().first() {
        None => Tail::End,
        Some(b':') => Tail::Remark,
        Some(_) if rest == " [preauth]" => Tail::End,
        Some(_) => Tail::More,
    };
    Some(Ending {
        at,
        remote: Remote { address, port },
        protocol_two,
        end,
        tail,
    })
}

/// Reads ` port 22` at `end` and moves `end` behind it.
fn port_after(message: &str, end: &mut usize) -> Option<u16> {
    let rest = message.as_bytes().get(*end..)?.strip_prefix(b" port ")?;
    let (number, digits) = small_number(rest);
    let port = u16::try_from(number).ok().filter(|_| digits > 0)?;
    *end += 6 + digits;
    Some(port)
}

/// Splits ` port 22` off the end.
fn port_before(text: &str) -> (&str, Option<u16>) {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &text[head.len()..];
    match head.strip_suffix(" port ") {
        Some(head) if !number.is_empty() => (head, number.parse().ok()),
        _ => (text, None),
    }
}

/// Sentences in which the remote host comes before anything that a stranger chose.
const ADDRESS_FIRST: &[&str] = &[
    "Received disconnect from ",
    "Connection from ",
    "Unable to negotiate with ",
    "banner exchange: Connection from ",
    "ssh_dispatch_run_fatal: Connection from ",
    "Timeout before authentication for connection from ",
    "Timeout before authentication for ",
    "Address ",
    "ROOT LOGIN REFUSED FROM ",
];

/// Sentences that end in the remote host, with a name before it.
const ADDRESS_LAST: &[&str] = &[
    "Connection closed by ",
    "Connection reset by ",
    "Disconnected from ",
    "Disconnecting ",
];

/// Sentences whose last ` from HOST` is sshd's.
const FROM_LAST: &[&str] = &[
    "PAM: ",
    "Bad protocol version identification ",
    "Magic value check failed ",
    "Starting session: ",
    "Protocol major versions differ ",
];

fn other(message: &str) -> Option<SshdMessage<'_>> {
    let plain = plain(message);
    let mut parsed = SshdMessage::new(Form::Other);
    if let Some(rest) = strip_any(plain, ADDRESS_FIRST) {
        parsed.remote = address_first(rest);
    } else if let Some(rest) = strip_any(plain, ADDRESS_LAST) {
        let cut = if plain.starts_with("Disconnecting ") {
            without_reason(rest)
        } else {
            rest
        };
        let (user, remote) = address_last(cut)?;
        parsed.user = user;
        parsed.remote = Some(remote);
    } else if strip_any(plain, FROM_LAST).is_some() {
        let last = last_ending(plain, 0).0?;
        parsed.remote = Some(last.remote);
        // `Starting session: shell on pts/0 for NAME from HOST`: the kind of session comes first, and a command is never shown.
        parsed.user = plain
            .strip_prefix("Starting session: ")
            .and_then(|_| plain[..last.at].split_once(" for ").map(|(_, user)| user));
    } else if let Some(rest) = plain.strip_prefix("User ") {
        let (user, remote) = not_allowed(rest)?;
        parsed.user = Some(user);
        parsed.remote = Some(remote);
    } else if plain.starts_with("reverse mapping checking getaddrinfo for ") {
        parsed.remote = Some(bracketed(plain, '[', ']')?);
    } else if plain.starts_with("refused connect from ") {
        parsed.remote = Some(bracketed(plain, '(', ')')?);
    } else if let Some(rest) = plain.strip_prefix("drop connection #") {
        parsed.remote = Some(dropped_connection(rest)?);
    } else if let Some(rest) = plain.strip_prefix("SSH: Server;") {
        parsed.remote = Some(server_event(rest)?);
    }
    parsed.remote.is_some().then_some(parsed)
}

fn strip_any<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))
}

/// `HOST`, `HOST:`, `HOST port PORT...`.
fn address_first(rest: &str) -> Option<Remote<'_>> {
    let first = word(rest, 0);
    let mut end = first.len();
    let address = first.strip_suffix([':', ',']).unwrap_or(first);
    let port = port_after(rest, &mut end);
    is_host(address).then_some(Remote { address, port })
}

/// `[invalid user NAME ]HOST[ port PORT][ [preauth]]`: the name, if there is one, and the host.
fn address_last(rest: &str) -> Option<(Option<&str>, Remote<'_>)> {
    let rest = rest.strip_suffix(" [preauth]").unwrap_or(rest);
    let (head, port) = port_before(rest);
    let start = memchr::memrchr(b' ', head.as_bytes()).map_or(0, |space| space + 1);
    let (before, address) = head.split_at(start);
    // A bare word is a host only where it can be nothing else.
    if !is_host(address)
        || !(port.is_some() || address.bytes().any(|byte| matches!(byte, b'.' | b':')))
    {
        return None;
    }
    let user = USER_IS
        .find(before, 0)
        .map(|at| before[at + 5..].trim_ascii());
    Some((user, Remote { address, port }))
}

/// The same before a reason that sshd gives.
fn without_reason(rest: &str) -> &str {
    let reasons = [
        ": Too many authentication failures",
        ": Change of username or service not allowed",
    ];
    let cut = reasons.iter().filter_map(|reason| rest.find(reason)).min();
    &rest[..cut.unwrap_or(rest.len())]
}

/// `NAME from HOST not allowed because REASON`.
fn not_allowed(rest: &str) -> Option<(&str, Remote<'_>)> {
    let (head, reason) = rest.rsplit_once(" not allowed because ")?;
    // These two reasons are about the account; the sentence then holds no host.
    if reason.starts_with("account is locked") || reason.starts_with("shell ") {
        return None;
    }
    let (user, address) = head.rsplit_once(" from ")?;
    is_host(address).then_some((
        user,
        Remote {
            address,
            port: None,
        },
    ))
}

/// `... [HOST] ...`: the last one.
fn bracketed(text: &str, open: char, close: char) -> Option<Remote<'_>> {
    let (head, _) = text.rsplit_once(close)?;
    let (_, address) = head.rsplit_once(open)?;
    is_host(address).then_some(Remote {
        address,
        port: None,
    })
}

/// `10 from [HOST]:PORT on [OWN]:22 past MaxStartups`, behind `drop connection #`.
fn dropped_connection(rest: &str) -> Option<Remote<'_>> {
    let (_, rest) = rest.split_once(" from [")?;
    let (address, rest) = rest.split_once("]:")?;
    is_host(address).then_some(Remote {
        address,
        port: digits(rest, 5).parse().ok(),
    })
}

/// `Ltype: Version;Remote: HOST-PORT;...`.
fn server_event(rest: &str) -> Option<Remote<'_>> {
    let (_, remote) = rest.split_once("Remote: ")?;
    let (remote, _) = remote.split_once(';')?;
    let (address, port) = remote.rsplit_once('-')?;
    is_host(address).then_some(Remote {
        address,
        port: port.parse().ok(),
    })
}
