//! Reads through gzip, zstd, zip and tar, nested a few deep.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::sync::Arc;

use gatewatch_event::Timestamp;

use super::sniff::{Kind, SNIFF_BYTES, sniff};
use crate::{Place, Problem, ProblemKind};

/// An archive in an archive in an archive ... this deep; what lies deeper is named and left.
const MAX_DEPTH: usize = 4;
/// At most this many bytes come out of one packed file: a bound against archives made to fill the disk or the day.
const MAX_UNPACKED: u64 = 1 << 40;
/// At most this many members of one archive.
const MAX_MEMBERS: usize = 1_000_000;

/// A stream that holds no archive: its kind, and the stream from its first byte.
pub(crate) struct Leaf<'a> {
    pub path: Arc<str>,
    pub kind: Kind,
    pub modified: Option<Timestamp>,
    pub reader: &'a mut dyn Read,
}

/// Called with each leaf and each problem met on the way.
pub(crate) trait Leaves {
    fn leaf(&mut self, leaf: Leaf<'_>);
    fn problem(&mut self, problem: Problem);
}

/// Opens a stream and hands every leaf in it to `leaves`.
pub(crate) fn unpack(
    path: &Arc<str>,
    modified: Option<Timestamp>,
    reader: &mut dyn Read,
    leaves: &mut dyn Leaves,
) {
    Unpacker { leaves }.stream(path, modified, reader, 0);
}

/// Opens a zip file by its directory, which a stream cannot.
pub(crate) fn unpack_zip_file(path: &Arc<str>, file: File, leaves: &mut dyn Leaves) {
    Unpacker { leaves }.zip_file(path, file);
}

struct Unpacker<'a> {
    leaves: &'a mut dyn Leaves,
}

/// A stream with its first bytes put back in front.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// Reads the head of a stream and puts it back in front.
fn peek<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, Whole<R>)> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    let limit = u64::try_from(SNIFF_BYTES).unwrap_or(u64::MAX);
    reader.by_ref().take(limit).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(reader)))
}

impl Unpacker<'_> {
    fn problem(&mut self, path: &Arc<str>, reason: String) {
        self.leaves.problem(Problem {
            place: Place {
                path: Arc::clone(path),
                offset: 0,
                record_id: None,
            },
            kind: ProblemKind::File,
            reason,
        });
    }

    fn stream(
        &mut self,
        path: &Arc<str>,
        modified: Option<Timestamp>,
        reader: &mut dyn Read,
        depth: usize,
    ) {
        let (head, mut reader) = match peek(reader) {
            Ok(peeked) => peeked,
            Err(error) => return self.problem(path, format!("cannot be read: {error}")),
        };
        let kind = sniff(&head);
        drop(head);
        let packed = matches!(kind, Kind::Gzip | Kind::Zstd | Kind::Zip | Kind::Tar);
        if packed && depth >= MAX_DEPTH {
            return self.problem(
                path,
                format!("is packed more than {MAX_DEPTH} deep and was left unread"),
            );
        }
        match kind {
            Kind::Gzip => {
                let mut inner = flate2::read::MultiGzDecoder::new(reader).take(MAX_UNPACKED);
                self.stream(path, modified, &mut inner, depth + 1);
            }
            Kind::Zstd => match ruzstd::decoding::StreamingDecoder::new(BufReader::new(reader)) {
                Ok(inner) => self.stream(path, modified, &mut inner.take(MAX_UNPACKED), depth + 1),
                Err(error) => self.problem(path, format!("is not a readable zstd stream: {error}")),
            },
            Kind::Zip => self.zip_stream(path, &mut reader, depth),
            Kind::Tar => self.tar(path, &mut reader, depth),
            _ => self.leaves.leaf(Leaf {
                path: Arc::clone(path),
                kind,
                modified,
                reader: &mut reader,
            }),
        }
    }

    fn tar(&mut self, path: &Arc<str>, reader: &mut dyn Read, depth: usize) {
        let mut archive = tar::Archive::new(reader);
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => {
                return self.problem(path, format!("is not a readable tar archive: {error}"));
            }
        };
        for entry in entries.take(MAX_MEMBERS) {
            match entry {
                Ok(mut entry) if entry.header().entry_type().is_file() => {
                    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                    let modified = entry
                        .header()
                        .mtime()
                        .ok()
                        .and_then(|seconds| i64::try_from(seconds).ok())
                        .map(|seconds| Timestamp::from_millis(seconds.saturating_mul(1000)));
                    self.stream(&member(path, &name), modified, &mut entry, depth + 1);
                }
                Ok(_) => {}
                Err(error) => {
                    return self.problem(
                        path,
                        format!("is damaged, the rest of the archive is unread: {error}"),
                    );
                }
            }
        }
    }

    fn zip_file(&mut self, path: &Arc<str>, file: File) {
        let mut archive = match zip::ZipArchive::new(BufReader::new(file)) {
            Ok(archive) => archive,
            Err(error) => {
                return self.problem(path, format!("is not a readable zip archive: {error}"));
            }
        };
        for index in 0..archive.len().min(MAX_MEMBERS) {
            match archive.by_index(index) {
                Ok(mut entry) if entry.is_file() => {
                    let name = zip_name(&entry);
                    self.stream(&member(path, &name), None, &mut entry, 1);
                }
                Ok(_) => {}
                Err(error) => {
                    self.problem(path, format!("member {index} cannot be opened: {error}"))
                }
            }
        }
    }

    /// A zip archive inside a stream: members one after another, without the directory at the end.
    fn zip_stream(&mut self, path: &Arc<str>, reader: &mut dyn Read, depth: usize) {
        let mut reader = reader;
        for _ in 0..MAX_MEMBERS {
            match zip::read::read_zipfile_from_stream(&mut reader) {
                Ok(Some(mut entry)) => {
                    if entry.is_file() {
                        let name = zip_name(&entry);
                        self.stream(&member(path, &name), None, &mut entry, depth + 1);
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    return self.problem(
                        path,
                        format!("is damaged, the rest of the archive is unread: {error}"),
                    );
                }
            }
        }
    }
}

/// A member's name; one that is not valid text keeps its bytes visible.
fn zip_name<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> String {
    entry.name().map_or_else(
        |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
        std::borrow::Cow::into_owned,
    )
}

/// The path of an archive's member: `ARCHIVE!MEMBER`.
fn member(archive: &str, name: &str) -> Arc<str> {
    Arc::from(format!("{archive}!{name}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};
    use std::sync::Arc;

    use super::{Leaf, Leaves, unpack};
    use crate::Problem;

    #[derive(Default)]
    struct Seen {
        leaves: Vec<(String, Vec<u8>)>,
        problems: Vec<Problem>,
    }

    impl Leaves for Seen {
        fn leaf(&mut self, leaf: Leaf<'_>) {
            let mut bytes = Vec::new();
            leaf.reader.read_to_end(&mut bytes).expect("readable");
            self.leaves.push((leaf.path.to_string(), bytes));
        }
        fn problem(&mut self, problem: Problem) {
            self.problems.push(problem);
        }
    }

    fn open(bytes: Vec<u8>) -> Seen {
        let mut seen = Seen::default();
        unpack(&Arc::from("a"), None, &mut Cursor::new(bytes), &mut seen);
        seen
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).expect("into memory");
        writer.finish().expect("into memory")
    }

    fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        builder
            .append_data(&mut header, name, bytes)
            .expect("into memory");
        builder.into_inner().expect("into memory")
    }

    fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .expect("into memory");
        writer.write_all(bytes).expect("into memory");
        writer.finish().expect("into memory").into_inner()
    }

    #[test]
    fn packed_streams_are_read_through() {
        let line = b"{\"a\": 1}\n";
        assert_eq!(open(gzip(line)).leaves, [("a".to_owned(), line.to_vec())]);
        let both = [gzip(line), gzip(line)].concat();
        assert_eq!(open(both).leaves[0].1.len(), line.len() * 2);
        assert_eq!(
            open(gzip(&tar("logs/x.json", line))).leaves,
            [("a!logs/x.json".to_owned(), line.to_vec())]
        );
        assert_eq!(
            open(zip("x.json", line)).leaves,
            [("a!x.json".to_owned(), line.to_vec())]
        );
        let zstd = ruzstd::encoding::compress_to_vec(
            &line[..],
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        assert_eq!(open(zstd).leaves, [("a".to_owned(), line.to_vec())]);
    }

    #[test]
    fn depth_is_bounded_and_damage_is_named() {
        let mut bytes = b"{}\n".to_vec();
        for _ in 0..6 {
            bytes = gzip(&bytes);
        }
        let seen = open(bytes);
        assert!(seen.leaves.is_empty());
        assert_eq!(seen.problems.len(), 1);
        let seen = open(b"PK\x03\x04garbage".to_vec());
        assert_eq!(seen.problems.len(), 1);
    }
}
