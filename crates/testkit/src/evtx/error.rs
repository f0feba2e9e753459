use std::fmt;

/// Why an event could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The record does not fit in an empty chunk.
    RecordTooLarge {
        /// Bytes that the record needs.
        size: usize,
    },
    /// A value is longer than its 16-bit length field can say.
    ValueTooLong {
        /// Bytes of the value.
        size: usize,
    },
    /// A name or a literal text is longer than its 16-bit count of characters can say.
    TextTooLong {
        /// UTF-16 code units of the text.
        length: usize,
    },
    /// A template has more values than a 16-bit substitution id can number.
    TooManyValues,
    /// An array mixes types, or holds a type of which there are no arrays.
    BadArray,
    /// The file has reached the number of chunks it may have.
    FileFull,
}

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordTooLarge { size } => {
                write!(
                    formatter,
                    "a record of {size} bytes does not fit in an empty chunk"
                )
            }
            Self::ValueTooLong { size } => {
                write!(
                    formatter,
                    "a value of {size} bytes is longer than 65,535 bytes"
                )
            }
            Self::TextTooLong { length } => write!(
                formatter,
                "a text of {length} UTF-16 code units is longer than 65,535"
            ),
            Self::TooManyValues => write!(formatter, "more than 65,535 values in one template"),
            Self::BadArray => write!(formatter, "an array must hold values of one type"),
            Self::FileFull => write!(formatter, "the file has as many chunks as it may have"),
        }
    }
}

impl std::error::Error for WriteError {}
