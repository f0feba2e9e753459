//! Hashes: `SHA1=...,MD5=...` taken apart.

use gatewatch_event::Value;

use crate::source::windows::entry::{Emit, Entry, Extract};
use crate::source::windows::view::View;

/// The hashes of the process's executable.
pub(super) const PROCESS: &[Entry] = &[
    Entry::one("process.hash.md5", Extract::Call(md5)),
    Entry::one("process.hash.sha1", Extract::Call(sha1)),
    Entry::one("process.hash.sha256", Extract::Call(sha256)),
    Entry::one("process.pe.imphash", Extract::Call(imphash)),
];

/// The hashes of the file.
pub(super) const FILE: &[Entry] = &[
    Entry::one("file.hash.md5", Extract::Call(md5)),
    Entry::one("file.hash.sha1", Extract::Call(sha1)),
    Entry::one("file.hash.sha256", Extract::Call(sha256)),
    Entry::one("file.pe.imphash", Extract::Call(imphash)),
];

/// Calls `visit` with the name and the value of each hash, in lower case; zeros alone are no hash.
fn each(view: &View<'_>, visit: &mut dyn FnMut(&str, String) -> bool) {
    let Some(text) = view.first(&["Hashes", "Hash"]) else {
        return;
    };
    for pair in text.split(',') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let name = name.trim().to_lowercase();
        let value = value.trim().to_lowercase();
        if !value.bytes().all(|byte| byte == b'0') && !visit(&name, value) {
            return;
        }
    }
}

fn named(view: &View<'_>, wanted: &str, emit: Emit<'_>) {
    each(view, &mut |name, value| {
        if name == wanted {
            emit(Value::from(value));
        }
        name != wanted
    });
}

fn md5(view: &View<'_>, emit: Emit<'_>) {
    named(view, "md5", emit);
}

fn sha1(view: &View<'_>, emit: Emit<'_>) {
    named(view, "sha1", emit);
}

fn sha256(view: &View<'_>, emit: Emit<'_>) {
    named(view, "sha256", emit);
}

fn imphash(view: &View<'_>, emit: Emit<'_>) {
    named(view, "imphash", emit);
}

/// Every hash.
pub(super) fn related(view: &View<'_>, emit: Emit<'_>) {
    each(view, &mut |_, value| emit(Value::from(value)));
}
