//! What a stream holds, told from its first bytes, never from its name.

use crate::format::utf16::{decode_head, encoding};
use crate::source::is_known_line;

/// What a stream of bytes holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Windows event log.
    Evtx,
    /// JSON in any framing.
    Json,
    /// Lines of text: syslog, or the own form of a source.
    Text,
    /// A gzip stream.
    Gzip,
    /// A zstd stream.
    Zstd,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Packed in a form that is not read through, by its name.
    Packed(&'static str),
    /// Nothing at all.
    Empty,
    /// Nothing that gatewatch reads.
    Unknown,
}

/// How many bytes [`sniff`] wants to see, where the stream has them.
pub const SNIFF_BYTES: usize = 64 << 10;

/// How streams begin that are packed in forms that are not read through. Whoever has one wants to be told, for it may hold logs.
const PACKED: &[(&[u8], &str)] = &[
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"\x1f\x9d", "compress"),
];

/// The form of a stream that is packed in one of these.
fn packed(head: &[u8]) -> Option<&'static str> {
    let (_, name) = PACKED.iter().find(|(start, _)| head.starts_with(start))?;
    // `BZh` may begin a text: a level and the mark of a block follow.
    let is_sure = *name != "bzip2" || head.get(4..10) == Some(b"1AY&SY");
    is_sure.then_some(name)
}

/// How many lines of text are tried before it is given up as no log.
const LINES_TRIED: usize = 200;

/// Tells what a stream holds from its first [`SNIFF_BYTES`].
pub fn sniff(head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::Empty;
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Kind::Gzip;
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Kind::Zstd;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    // The file signature may be damaged while the chunks are sound; the first chunk lies at 4096.
    if head.starts_with(b"ElfFile\0")
        || head.get(4096..4104) == Some(b"ElfChnk\0")
        || head.starts_with(b"ElfChnk\0")
    {
        return Kind::Evtx;
    }
    if head.get(257..262) == Some(b"ustar") {
        return Kind::Tar;
    }
    if let Some(name) = packed(head) {
        return Kind::Packed(name);
    }
    sniff_text(head)
}

fn sniff_text(head: &[u8]) -> Kind {
    match encoding(head) {
        Some(encoding) => sniff_lines(&decode_head(head, encoding)),
        None => sniff_lines(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)),
    }
}

fn sniff_lines(text: &[u8]) -> Kind {
    text.split(|byte| *byte == b'\n')
        .take(LINES_TRIED)
        .map(<[u8]>::trim_ascii)
        .find_map(|line| {
            if is_json_start(line) {
                Some(Kind::Json)
            } else {
                is_known_line(line).then_some(Kind::Text)
            }
        })
        .unwrap_or(Kind::Unknown)
}

/// An object, an array of objects, or the heading that `evtx_dump` writes before each.
fn is_json_start(line: &[u8]) -> bool {
    let Some((first, rest)) = line.split_first() else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    match first {
        b'{' => rest.is_empty() || matches!(rest[0], b'"' | b'}'),
        b'[' => rest.is_empty() || matches!(rest[0], b'{' | b']'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, sniff};

    #[track_caller]
    fn check(head: &[u8], expect: Kind) {
        assert_eq!(sniff(head), expect);
    }

    #[test]
    fn kinds_are_told_from_content() {
        check(b"", Kind::Empty);
        check(b"ElfFile\0rest", Kind::Evtx);
        check(b"{\"a\": 1}\n", Kind::Json);
        check(b"\xef\xbb\xbf[\n  {\n", Kind::Json);
        check(b"Record 1\n{\n  \"Event\": {\n", Kind::Json);
        check(b"\xff\xfe{\0\"\0a\0\"\0:\x001\0}\0", Kind::Json);
        check(b"Jan  2 03:04:05 gw-lab sshd[7]: Accepted password for alice from 192.0.2.1 port 5 ssh2\n", Kind::Text);
        check(b"2026-01-02T03:04:05+00:00 gw-lab sshd[7]: x\n", Kind::Text);
        check(b"{\0\"\0a\0\"\0:\x001\0}\0", Kind::Json);
        check(b"#!/bin/sh\necho hello\n", Kind::Unknown);
        check(b"\x7fELF\x02\x01\x01\0\0\0", Kind::Unknown);
        check(b"a,b,c\n1,2,3\n", Kind::Unknown);
        check(b"\xfd7zXZ\0\0\x04", Kind::Packed("xz"));
        check(b"BZh91AY&SY\x01", Kind::Packed("bzip2"));
        check(b"BZh is no mark\n", Kind::Unknown);
        check(b"7z\xbc\xaf\x27\x1c\0", Kind::Packed("7z"));
    }

    #[test]
    fn a_log_may_begin_with_other_lines() {
        check(
            b"# made by a test\n\nJan  2 03:04:05 gw-lab sshd[7]: x\n",
            Kind::Text,
        );
    }

    #[test]
    fn text_in_utf16_is_told_like_any_other() {
        let wide =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let log = wide("\r\nJan  2 03:04:05 gw-lab sshd[7]: x\r\n");
        check(&log, Kind::Text);
        check(&[&b"\xff\xfe"[..], &log].concat(), Kind::Text);
        check(&wide("name,value\r\n1,2\r\n"), Kind::Unknown);
        check(b"\xff\xfe", Kind::Unknown);
    }

    #[test]
    fn a_log_with_a_damaged_signature_is_still_one() {
        let mut head = vec![0u8; 5000];
        head[4096..4104].copy_from_slice(b"ElfChnk\0");
        check(&head, Kind::Evtx);
    }
}
