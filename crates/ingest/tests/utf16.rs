//! Logs in UTF-16 are read as those in UTF-8 are, whatever source they are of; offsets are those of the file.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]

mod linux_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatewatch_event::Document;
use gatewatch_ingest::source::{TextOptions, check_bytes, read_text};
use gatewatch_ingest::{Counts, ProblemKind, ReadOptions, find, units};
use linux_support::Collect;

/// A way to write UTF-16.
#[derive(Clone, Copy, Debug)]
struct Form {
    big_endian: bool,
    mark: bool,
}

/// So much of a record is compared with what stands at its offset.
const LOOK: usize = 100;

const FORMS: [Form; 4] = [
    Form {
        big_endian: false,
        mark: true,
    },
    Form {
        big_endian: true,
        mark: true,
    },
    Form {
        big_endian: false,
        mark: false,
    },
    Form {
        big_endian: true,
        mark: false,
    },
];

impl Form {
    fn write(self, text: &str) -> Vec<u8> {
        let mark = self.mark.then_some(0xFEFF);
        self.units(mark.into_iter().chain(text.encode_utf16()))
    }

    fn units(self, units: impl IntoIterator<Item = u16>) -> Vec<u8> {
        units
            .into_iter()
            .flat_map(|unit| {
                if self.big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    /// Some of the text from this offset of the file on.
    fn text_at(self, bytes: &[u8], offset: u64) -> String {
        let units = bytes[usize::try_from(offset).unwrap()..]
            .chunks_exact(2)
            .take(LOOK)
            .map(|pair| {
                let pair = [pair[0], pair[1]];
                if self.big_endian {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                }
            });
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }
}

/// Reads bytes as `gatewatch scan` reads a file.
fn scan(name: &str, bytes: &[u8]) -> (Collect, Counts) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).unwrap();
    let found = find(&[path.to_string_lossy().into_owned()]);
    let mut collect = Collect::default();
    let mut counts = Counts::default();
    for unit in units(&found.files) {
        counts += unit.read(&ReadOptions::default(), &mut collect);
    }
    fs::remove_file(&path).unwrap();
    (collect, counts)
}

/// What does not say where and in which file a document was found.
fn content(document: &Document) -> serde_json::Value {
    let mut document = document.clone();
    for place in [
        "log.offset",
        "log.file.path",
        "gatewatch.input.path",
        "gatewatch.input.offset",
    ] {
        document.remove(place);
    }
    document.into_json()
}

/// Reads a text in each form of UTF-16 and compares with what is read of it in UTF-8.
fn compare(name: &str, text: &str) {
    let (expect, told) = scan(name, text.as_bytes());
    assert!(!expect.documents.is_empty(), "{name}");
    for form in FORMS {
        let bytes = form.write(text);
        let (found, counts) = scan(name, &bytes);
        let about = format!("{name} {form:?}");
        assert_eq!(counts.bytes, bytes.len() as u64, "{about}");
        assert_eq!(
            (counts.records, counts.unreadable),
            (told.records, told.unreadable),
            "{about}: {:?}",
            found.problems
        );
        assert_eq!(found.documents.len(), expect.documents.len(), "{about}");
        for ((offset, got), (plain, want)) in found.documents.iter().zip(&expect.documents) {
            assert_eq!(content(got), content(want), "{about}");
            let plain = usize::try_from(*plain).unwrap();
            let there = form.text_at(&bytes, *offset);
            let there = there.trim_end_matches(char::REPLACEMENT_CHARACTER);
            assert!(
                !there.is_empty() && text[plain..].starts_with(there),
                "{about}"
            );
            let shown = got.get("log.offset").and_then(serde_json::Value::as_u64);
            if want.get("log.offset").and_then(serde_json::Value::as_u64) == Some(plain as u64) {
                assert_eq!(shown, Some(*offset), "{about}");
            }
        }
    }
}

/// The logs beside the sources.
fn samples() -> Vec<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let mut samples = Vec::new();
    for source in fs::read_dir(sources).unwrap() {
        let folder = source.unwrap().path().join("samples");
        for sample in fs::read_dir(folder).into_iter().flatten() {
            let path = sample.unwrap().path();
            if !path.to_string_lossy().ends_with(".ecs.ndjson") {
                samples.push(path);
            }
        }
    }
    samples.sort();
    samples
}

#[test]
fn every_source_reads_its_samples_in_utf16() {
    let samples = samples();
    assert!(samples.len() > 10, "{samples:?}");
    for path in samples {
        let text = fs::read_to_string(&path).unwrap();
        let source = path.ancestors().nth(2).unwrap().file_name().unwrap();
        let name = path.file_name().unwrap();
        let name = format!("{}-{}", source.to_string_lossy(), name.to_string_lossy());
        compare(&name, &text);
    }
}

const LINES: &str = "Feb 21 21:54:44 web sshd[34]: Accepted password for j\u{f6}\u{4e2d}\u{1F600} from 192.0.2.7 port 9 ssh2\r\n\
                     \r\n\
                     Feb 21 21:54:45 web sshd[34]: Failed password for joe from 192.0.2.8 port 9 ssh2\r\n";

#[test]
fn lines_of_linux_and_of_windows() {
    compare("auth.log", LINES);
    // Larger than any buffer, so that the year is looked for in a pass of its own.
    compare("large-auth.log", &LINES.repeat(1800));
    compare(
        "security.json",
        "{\"a\": \"\u{1F600}\"}\r\n{\"event\": {\"category\": [\"process\"]}, \"a\": 2}\r\n",
    );
}

#[test]
fn files_put_together_keep_their_lines() {
    let form = FORMS[0];
    let (_, line) = LINES.split_once("\r\n\r\n").unwrap();
    let bytes = [form.write(line), form.write(line)].concat();
    let (found, counts) = scan("together.log", &bytes);
    assert_eq!((counts.records, counts.unreadable), (2, 0));
    let offsets: Vec<u64> = found.documents.iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [2, bytes.len() as u64 / 2 + 2]);
}

#[test]
fn what_is_no_utf16_is_replaced_and_told() {
    let form = FORMS[0];
    let line: Vec<u16> = LINES.encode_utf16().collect();
    let name = line.iter().position(|unit| *unit == 0xF6).unwrap();
    let mut units = vec![0xFEFF];
    units.extend(&line);
    // Half a pair in the middle of the name, and half a unit at the end.
    units[name + 1] = 0xD83D;
    let mut bytes = form.units(units);
    bytes.push(b'x');
    let (found, counts) = scan("broken.log", &bytes);
    assert_eq!(counts.bytes, bytes.len() as u64);
    assert_eq!((counts.records, counts.unreadable), (3, 1));
    let user = linux_support::text(&found.documents[0].1, "user.name");
    assert_eq!(user.as_deref(), Some("j\u{FFFD}\u{4e2d}\u{1F600}"));
    let damage: Vec<(u64, &str)> = found
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Damage)
        .map(|problem| (problem.place.offset, problem.reason.as_str()))
        .collect();
    let places: Vec<u64> = damage.iter().map(|(offset, _)| *offset).collect();
    let expect = [2 + 2 * name as u64, bytes.len() as u64 - 1];
    assert_eq!(places, expect, "{damage:?}");
}

#[test]
fn utf16_that_is_no_log_is_named_and_left() {
    for form in FORMS {
        let bytes =
            form.write("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE]\r\n");
        let (found, counts) = scan("export.reg", &bytes);
        assert!(found.documents.is_empty() && counts.records == 0);
        let kinds: Vec<ProblemKind> = found.problems.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [ProblemKind::NotALog], "{form:?}");
    }
}

#[test]
fn any_prefix_is_read_with_the_offsets_of_the_whole() {
    let read = |bytes: &[u8]| {
        let mut collect = Collect::default();
        let options = TextOptions::default();
        let counts = read_text(bytes, Arc::from("prefix.log"), &options, &mut collect);
        assert_eq!(counts.bytes, bytes.len() as u64);
        let events = collect.documents.len() as u64;
        assert_eq!(counts.records, events + counts.unreadable);
        collect
    };
    for form in FORMS {
        let bytes = form.write(LINES);
        let whole: Vec<u64> = read(&bytes).documents.iter().map(|found| found.0).collect();
        for end in 0..bytes.len() {
            if end % 7 == 0 {
                check_bytes(&bytes[..end]);
            }
            let found = read(&bytes[..end]);
            let offsets = found.documents.iter().map(|found| found.0);
            // Half a unit at the end may be a line of its own.
            let known = offsets
                .take(2)
                .zip(&whole)
                .filter(|(got, want)| got != *want);
            assert!(end < 128 || known.count() == 0, "{form:?} {end}");
        }
    }
}
