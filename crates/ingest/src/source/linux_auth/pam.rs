//! Messages of PAM modules, and the sentences about users that other programs share with them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::class::{Action, Category, Type};
use super::facts::Facts;
use super::sshd::Outcome;
use super::text::{Needle, host_length, needle, user_word, word};

needle!(FOR_USER_TEXT, "for user ");
needle!(BY_TEXT, " by ");
needle!(REMOTE_TEXT, "rhost=");

/// What a message may hold that says something. Most hold none of it.
const NEEDLES: [&str; 11] = [
    "authentication failure",
    "password check failed",
    "pam_faillock(",
    "for user ",
    "by user ",
    " user '",
    " user \"",
    "password changed",
    "rhost=",
    "session opened",
    "session closed",
];

const FAILURE: u16 = 1;
const CHECK_FAILED: u16 = 1 << 1;
const LOCKED: u16 = 1 << 2;
const FOR_USER: u16 = 1 << 3;
const BY_USER: u16 = 1 << 4;
const QUOTED_USER: u16 = 3 << 5;
const CHANGED: u16 = 1 << 7;
const REMOTE: u16 = 1 << 8;
const OPENED: u16 = 1 << 9;
const CLOSED: u16 = 1 << 10;

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .kind(Some(AhoCorasickKind::DFA))
        .build(NEEDLES)
        .expect("a handful of short texts is within every limit")
});

/// How the sentences that modules write most often start, and what they then hold.
const STARTS: [(&str, u16); 3] = [
    ("session opened for user ", OPENED | FOR_USER),
    ("session closed for user ", CLOSED | FOR_USER),
    ("authentication failure; ", FAILURE | REMOTE),
];

/// One bit for each of [`NEEDLES`] that stands in the message.
fn found(message: &str) -> u16 {
    if message.starts_with("pam_unix(")
        && let Some(end) = memchr::memchr(b')', message.as_bytes())
        && let Some(sentence) = message[end + 1..].strip_prefix(": ")
        && let Some((_, bits)) = STARTS.iter().find(|(start, _)| sentence.starts_with(start))
    {
        return *bits;
    }
    FINDER
        .find_iter(message)
        .fold(0, |bits, found| bits | 1 << found.pattern().as_u32())
}

/// Reads a message that no particular program claims.
pub(super) fn read<'a>(message: &'a str, facts: &mut Facts<'a>) {
    let found = found(message);
    let has = |bits: u16| found & bits != 0;
    let facility = facility(message);
    if found == 0 && facility.is_none() {
        return;
    }
    users(message, found, facts);
    if has(REMOTE) {
        remote(message, facts);
    }
    if has(CHANGED)
        && facts.user.name.is_none_or(str::is_empty)
        && let Some((_, rest)) = message.split_once("password changed for ")
    {
        facts.user.name = user_word(rest).filter(|user| user.len() == rest.trim_end().len());
    }
    match facility {
        Some("session") => facts.class.category(Category::Session),
        Some("auth") => {
            facts.class.category(Category::Authentication);
            // Elastic calls everything a success that is no failure, `check pass; user unknown` too.
            facts.class.outcome = Some(Outcome::Success);
        }
        Some("chauthtok") => password(has(CHANGED), facts),
        _ => {}
    }
    if has(FAILURE | LOCKED | CHECK_FAILED) {
        failure(facts);
    }
    if has(LOCKED) && !has(CHECK_FAILED) {
        facts.class.action = Some(Action::AccountLocked);
    }
    if has(OPENED) {
        facts.class.action = Some(Action::LoggedOn);
    }
    if has(CLOSED) {
        facts.class.action = Some(Action::LoggedOff);
    }
}

/// Marks the event as a failed attempt to prove who one is.
pub(super) fn failure(facts: &mut Facts<'_>) {
    facts.class.category(Category::Authentication);
    facts.class.event_type(Type::Info);
    facts.class.outcome = Some(Outcome::Failure);
    facts.class.action = Some(Action::AuthenticationFailure);
}

/// A password that was to be changed; the user is also the one it is about.
fn password(changed: bool, facts: &mut Facts<'_>) {
    facts.class.category(Category::Iam);
    facts.class.event_type(Type::Change);
    facts.class.action = Some(Action::PasswordChanged);
    facts.class.outcome = Some(if changed {
        Outcome::Success
    } else {
        Outcome::Failure
    });
    facts.target.name = facts.user.name.filter(|user| !user.is_empty());
}

/// `auth` of `pam_unix(sshd:auth): ...`.
fn facility(message: &str) -> Option<&str> {
    let (_, rest) = message.strip_prefix("pam_unix(")?.split_once(':')?;
    let end = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    (end > 0).then(|| &rest[..end])
}

/// Finds the users that a sentence names.
fn users<'a>(message: &'a str, found: u16, facts: &mut Facts<'a>) {
    if found & (LOCKED | CHECK_FAILED) != 0 {
        let named = message.split_once("for user ").map(|(_, rest)| rest);
        facts.user.name = named.and_then(|rest| user_word(rest.strip_prefix('(').unwrap_or(rest)));
        return;
    }
    if found & FOR_USER != 0
        && let Some((_, rest)) = split(message, &FOR_USER_TEXT, 9)
    {
        let Some((user, by)) = split(rest, &BY_TEXT, 4) else {
            let (user, id) = with_id(rest);
            facts.user.name = Some(user);
            facts.user.id = id;
            return;
        };
        (facts.effective.name, facts.effective.id) = some_name(with_id(user));
        (facts.user.name, facts.user.id) = some_name(with_id(by));
    } else if found & BY_USER != 0
        && let Some((_, rest)) = message.split_once("by user ")
    {
        facts.user.name = Some(unquoted(rest));
    } else if found & QUOTED_USER != 0 {
        facts.user.name = quoted_user(message);
    }
}

/// Splits a text at the first of the needle, which is `length` long.
fn split<'a>(text: &'a str, needle: &Needle, length: usize) -> Option<(&'a str, &'a str)> {
    let at = needle.find(text, 0)?;
    Some((&text[..at], &text[at + length..]))
}

fn some_name<'a>((name, id): (&'a str, Option<&'a str>)) -> (Option<&'a str>, Option<&'a str>) {
    (Some(name), id)
}

/// Splits `NAME(uid=ID)`; newer PAM writes the id of either user.
fn with_id(text: &str) -> (&str, Option<&str>) {
    let parts = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once("(uid="))
        .filter(|(_, id)| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    match parts {
        Some((name, id)) => (unquoted(name), Some(id)),
        None => (unquoted(text), None),
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.strip_prefix(['\'', '"']).unwrap_or(text);
    text.strip_suffix(['\'', '"']).unwrap_or(text)
}

/// The name in ` user 'NAME'` or ` user "NAME"`.
fn quoted_user(message: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = message[from..].find(" user ").map(|at| from + at) {
        let rest = &message[at + 6..];
        let single = at == 0 || !message[..at].ends_with(' ');
        if single && rest.starts_with(['\'', '"']) {
            let name = &rest[1..];
            return name.find(['\'', '"']).map(|end| &name[..end]);
        }
        from = at + 6;
    }
    None
}

/// `... ruser=... rhost=HOST[  user=USER]`: the host comes before the user, so what a stranger writes after it cannot stand for it.
fn remote<'a>(message: &'a str, facts: &mut Facts<'a>) {
    let text = message.trim_end();
    let text = text.strip_suffix(" [preauth]").unwrap_or(text).trim_end();
    let mut from = 0;
    while let Some(at) = REMOTE_TEXT.find(text, from) {
        from = at + 6;
        let after = &text[at + 6..];
        let length = if after.is_empty() || after.starts_with(' ') {
            0
        } else if let Some(length) = host_length(after) {
            length
        } else {
            continue;
        };
        let (host, rest) = after.split_at(length);
        let rest = rest.trim_start();
        let user = rest.strip_prefix("user=");
        if !rest.is_empty() && user.is_none() {
            continue;
        }
        if !host.is_empty() {
            facts.source = Some(host);
        }
        acting_user(&text[..at], user, host, facts);
        return;
    }
}

/// Who tried: `ruser`, then `user` is whom they wanted to be; without `ruser`, `user` alone.
fn acting_user<'a>(before: &'a str, user: Option<&'a str>, host: &'a str, facts: &mut Facts<'a>) {
    let value = |key: &str| before.rsplit_once(key).map(|(_, rest)| word(rest, 0));
    let actor = before
        .rsplit_once(" ruser=")
        .map(|(_, rest)| rest.trim_end());
    let Some(actor) = actor.filter(|actor| !actor.is_empty()) else {
        if facts.user.name.is_none_or(str::is_empty) {
            facts.user.name = user.filter(|user| !user.is_empty());
        }
        return;
    };
    // Elastic reads these only in `module(service:facility): ...`.
    if !before
        .split_once("): ")
        .is_some_and(|(head, _)| head.contains('('))
    {
        facts.user.name = user.filter(|user| !user.is_empty());
        return;
    }
    facts.user.name = Some(actor);
    facts.user.id = value(" uid=").filter(|id| !id.is_empty());
    facts.effective.name = user.filter(|user| !user.is_empty());
    facts.effective.id = value(" euid=").filter(|id| !id.is_empty());
    if host.is_empty() {
        facts.source = Some("");
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source::linux_auth::facts::Facts;

    /// `category/type/action/outcome user(id)>effective(id)>target @source`.
    #[track_caller]
    fn check(message: &str, expect: &str) {
        let mut facts = Facts::default();
        read(message, &mut facts);
        let class = facts.class;
        let got = format!(
            "{}/{}/{}/{} {}({})>{}({})>{} @{}",
            class.categories().collect::<Vec<_>>().join("+"),
            class.types().collect::<Vec<_>>().join("+"),
            class.action_name().unwrap_or("-"),
            class.outcome_name().unwrap_or("-"),
            facts.user.name.unwrap_or("-"),
            facts.user.id.unwrap_or("-"),
            facts.effective.name.unwrap_or("-"),
            facts.effective.id.unwrap_or("-"),
            facts.target.name.unwrap_or("-"),
            facts.source.unwrap_or("-"),
        );
        assert_eq!(got, expect, "{message}");
    }

    #[test]
    fn sessions() {
        check(
            "pam_unix(su-l:session): session opened for user root by joe(uid=0)",
            "session//logged-on/- joe(0)>root(-)>- @-",
        );
        check(
            "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            "session//logged-on/- (0)>root(0)>- @-",
        );
        check(
            "pam_unix(sudo:session): session closed for user root",
            "session//logged-off/- root(-)>-(-)>- @-",
        );
    }

    #[test]
    fn failures() {
        check(
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.5  user=admin",
            "authentication/info/authentication_failure/failure admin(-)>-(-)>- @192.0.2.5",
        );
        check(
            "pam_unix(sudo:auth): authentication failure; logname=bob uid=1117 euid=0 tty=/dev/pts/1 ruser=alice rhost= user=root",
            "authentication/info/authentication_failure/failure alice(1117)>root(0)>- @",
        );
        check(
            "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.4 ",
            "authentication/info/authentication_failure/failure -(-)>-(-)>- @192.0.2.4",
        );
        check(
            "pam_unix(sshd:auth): check pass; user unknown",
            "authentication//-/success -(-)>-(-)>- @-",
        );
        check(
            "pam_faillock(sshd:auth): Consecutive login failures for user test account temporarily locked",
            "authentication/info/account-locked/failure test(-)>-(-)>- @-",
        );
        check(
            "password check failed for user (root)",
            "authentication/info/authentication_failure/failure root(-)>-(-)>- @-",
        );
    }

    #[test]
    fn planted_hosts() {
        check(
            "pam_unix(auth): authentication failure; logname= uid=0 euid=0 tty=x ruser=test rhost=192.0.2.151 rhost=192.0.2.1",
            "authentication/info/authentication_failure/failure test rhost=192.0.2.151(0)>-(0)>- @192.0.2.1",
        );
        check(
            "pam_unix(auth): authentication failure; logname= uid=0 euid=0 tty=x ruser= rhost=192.0.2.2 user=test rhost=192.0.2.152",
            "authentication/info/authentication_failure/failure test rhost=192.0.2.152(-)>-(-)>- @192.0.2.2",
        );
    }

    #[test]
    fn passwords() {
        check(
            "pam_unix(passwd:chauthtok): password changed for jo",
            "iam/change/password-changed/success jo(-)>-(-)>jo @-",
        );
        check(
            "pam_unix(passwd:chauthtok): new password not acceptable",
            "iam/change/password-changed/failure -(-)>-(-)>- @-",
        );
        check(
            "pam_unix(passwd:chauthtok): user \"nobody\" does not exist in /etc/passwd",
            "iam/change/password-changed/failure nobody(-)>-(-)>nobody @-",
        );
    }

    #[test]
    fn other_sentences_about_users() {
        check(
            "subsystem request for sftp by user joe",
            "//-/- joe(-)>-(-)>- @-",
        );
        check("user nobody logged out.", "//-/- -(-)>-(-)>- @-");
        check(
            "failed adding user 'x', exit code: 9",
            "//-/- x(-)>-(-)>- @-",
        );
        check("nothing of note", "//-/- -(-)>-(-)>- @-");
    }
}
