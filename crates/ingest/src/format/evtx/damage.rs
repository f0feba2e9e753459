//! What can be wrong with a file, a chunk or a record, as data: place, code and explanation.

use std::fmt;

/// A record that cannot be read, or of which a part cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where the record (or what stands in its place) starts in the file.
    pub offset: u64,
    /// The record's id, where its header could be read.
    pub record_id: Option<u64>,
    /// How many bytes were passed over to go on, where that is not just the record.
    pub skipped: u32,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at byte {}", self.offset)?;
        if let Some(id) = self.record_id {
            write!(formatter, ", record {id}")?;
        }
        write!(formatter, ": {}", self.reason)?;
        if self.skipped > 0 {
            write!(formatter, " ({} bytes passed over)", self.skipped)?;
        }
        Ok(())
    }
}

impl std::error::Error for Damage {}

/// Why a record, or a part of it, cannot be read. Offsets are relative to the chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No record starts where one should.
    RecordMagic,
    /// A record of impossible size.
    RecordSize(u32),
    /// The size at the end of the record differs from that in its header.
    RecordSizeCopy {
        /// The size in the header.
        size: u32,
        /// The size at the end, 0 when there is none.
        copy: u32,
    },
    /// The data ends in the middle of something.
    Truncated,
    /// A byte that is no BinXML token, or a token that cannot stand there.
    Token {
        /// The byte.
        token: u8,
        /// Where it is.
        offset: u32,
    },
    /// A name that lies outside of the chunk.
    Name(u32),
    /// A template definition that lies outside of the chunk.
    Template(u32),
    /// More template values than the record has room for.
    ValueTable(u32),
    /// A value of a type that BinXML does not have.
    ValueType(u8),
    /// A value of a size that its type does not allow.
    ValueSize {
        /// The type.
        value_type: u8,
        /// The size.
        size: u32,
    },
    /// A text, in a chunk whose checksum does not match, that holds what is no character.
    Text,
    /// Elements or fragments nested too deeply to be from Windows.
    Nesting,
    /// A record that expands to more than a record can hold.
    Expansion,
    /// An element that is never closed.
    OpenElement,
}

impl Reason {
    /// A stable identifier for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RecordMagic => "evtx-record-magic",
            Self::RecordSize(_) => "evtx-record-size",
            Self::RecordSizeCopy { .. } => "evtx-record-size-copy",
            Self::Truncated => "evtx-truncated",
            Self::Token { .. } => "evtx-token",
            Self::Name(_) => "evtx-name",
            Self::Template(_) => "evtx-template",
            Self::ValueTable(_) => "evtx-value-table",
            Self::ValueType(_) => "evtx-value-type",
            Self::ValueSize { .. } => "evtx-value-size",
            Self::Text => "evtx-text",
            Self::Nesting => "evtx-nesting",
            Self::Expansion => "evtx-expansion",
            Self::OpenElement => "evtx-open-element",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordMagic => write!(formatter, "no record starts here"),
            Self::RecordSize(size) => write!(formatter, "a record cannot have {size} bytes here"),
            Self::RecordSizeCopy { size, copy } => write!(
                formatter,
                "the record's size is {size} in its header and {copy} at its end"
            ),
            Self::Truncated => write!(formatter, "the record's data end too early"),
            Self::Token { token, offset } => write!(
                formatter,
                "byte {token:#04x} at {offset:#x} of the chunk is not valid BinXML"
            ),
            Self::Name(offset) => write!(formatter, "no name at {offset:#x} of the chunk"),
            Self::Template(offset) => write!(formatter, "no template at {offset:#x} of the chunk"),
            Self::ValueTable(count) => {
                write!(formatter, "the record has no room for its {count} values")
            }
            Self::ValueType(value_type) => {
                write!(formatter, "unknown value type {value_type:#04x}")
            }
            Self::ValueSize { value_type, size } => write!(
                formatter,
                "a value of type {value_type:#04x} cannot have {size} bytes"
            ),
            Self::Text => write!(formatter, "a text holds what is no character"),
            Self::Nesting => write!(formatter, "XML is nested too deeply"),
            Self::Expansion => write!(formatter, "XML expands beyond what a record can hold"),
            Self::OpenElement => write!(formatter, "an element is not closed"),
        }
    }
}

/// A remark on a file or chunk. Nothing is skipped for the sake of a checksum or a flag; what was lost, if anything,
/// says [`NoteKind::is_loss`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where in the file the header, the chunk or the left-over bytes start.
    pub offset: u64,
    /// What there is to say.
    pub kind: NoteKind,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "at byte {}: {}", self.offset, self.kind)
    }
}

/// What a [`Note`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// The file is empty.
    EmptyFile,
    /// The file ends before its header does.
    FileHeaderTruncated,
    /// The file does not start with `ElfFile`.
    FileMagic,
    /// The checksum of the file header does not match.
    FileHeaderChecksum,
    /// The log was not closed properly: its header may be older than its chunks.
    FileDirty,
    /// The file header counts other chunks than there are.
    ChunkCount {
        /// How many the header says.
        header: u64,
        /// How many there are up to the last that is not blank.
        found: u64,
    },
    /// Bytes after the last chunk that are no chunk.
    TrailingBytes(u32),
    /// The last chunk is cut off.
    ChunkTruncated(u32),
    /// Chunks that are all zeros, before chunks that are not: so many in a row.
    ChunksBlank(u64),
    /// A chunk that does not start with `ElfChnk`. Records in it are read where they can be.
    ChunkMagic,
    /// The checksum of the chunk header does not match.
    ChunkHeaderChecksum,
    /// The checksum of the chunk's records does not match: each is checked in full before it is handed out.
    ChunkRecordsChecksum,
    /// The end of the records that the chunk header gives lies outside of the chunk.
    FreeSpaceOffset(u32),
    /// Records were found past the end that the chunk header gives, as in logs that were not closed properly.
    RecordsPastFreeSpace(u32),
}

impl NoteKind {
    /// A stable identifier for reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "evtx-empty-file",
            Self::FileHeaderTruncated => "evtx-file-header-truncated",
            Self::FileMagic => "evtx-file-magic",
            Self::FileHeaderChecksum => "evtx-file-header-checksum",
            Self::FileDirty => "evtx-file-dirty",
            Self::ChunkCount { .. } => "evtx-chunk-count",
            Self::TrailingBytes(_) => "evtx-trailing-bytes",
            Self::ChunkTruncated(_) => "evtx-chunk-truncated",
            Self::ChunksBlank(_) => "evtx-chunks-blank",
            Self::ChunkMagic => "evtx-chunk-magic",
            Self::ChunkHeaderChecksum => "evtx-chunk-header-checksum",
            Self::ChunkRecordsChecksum => "evtx-chunk-records-checksum",
            Self::FreeSpaceOffset(_) => "evtx-free-space-offset",
            Self::RecordsPastFreeSpace(_) => "evtx-records-past-free-space",
        }
    }

    /// Whether records may be missing that were once in the file.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        match self {
            Self::ChunkCount { header, found } => header > found,
            Self::FileHeaderTruncated
            | Self::TrailingBytes(_)
            | Self::ChunkTruncated(_)
            | Self::ChunksBlank(_)
            | Self::ChunkMagic => true,
            _ => false,
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyFile => write!(formatter, "the file is empty"),
            Self::FileHeaderTruncated => write!(formatter, "the file ends within its header"),
            Self::FileMagic => write!(formatter, "the file does not start with ElfFile"),
            Self::FileHeaderChecksum => {
                write!(formatter, "the checksum of the file header is wrong")
            }
            Self::FileDirty => write!(formatter, "the log was not closed properly"),
            Self::ChunkCount { header, found } => write!(
                formatter,
                "the file header counts {header} chunks, the file holds {found}"
            ),
            Self::TrailingBytes(length) => {
                write!(
                    formatter,
                    "{length} bytes after the last chunk are no chunk"
                )
            }
            Self::ChunkTruncated(length) => {
                write!(formatter, "the chunk is cut off after {length} bytes")
            }
            Self::ChunksBlank(count) => write!(formatter, "{count} chunks are all zeros"),
            Self::ChunkMagic => write!(formatter, "the chunk does not start with ElfChnk"),
            Self::ChunkHeaderChecksum => {
                write!(formatter, "the checksum of the chunk header is wrong")
            }
            Self::ChunkRecordsChecksum => {
                write!(formatter, "the checksum of the chunk's records is wrong")
            }
            Self::FreeSpaceOffset(offset) => write!(
                formatter,
                "the chunk's records end at {offset}, outside of the chunk"
            ),
            Self::RecordsPastFreeSpace(count) => write!(
                formatter,
                "{count} records lie past the end that the chunk header gives"
            ),
        }
    }
}
