use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// A text is not a GUID, a SID or a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    text: String,
    what: &'static str,
}

impl ParseError {
    fn new(text: &str, what: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            what,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} is not {}", self.text, self.what)
    }
}

impl std::error::Error for ParseError {}

/// A Windows time: ticks of 100 nanoseconds since 1601-01-01, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileTime(
    /// The ticks.
    pub u64,
);

impl FileTime {
    const TICKS_PER_SECOND: u64 = 10_000_000;
    const UNIX_EPOCH_SECONDS: i64 = 11_644_473_600;

    /// As [`FileTime::from_str`], for times written in the source.
    ///
    /// # Panics
    ///
    /// When the text is not an RFC 3339 time.
    #[must_use]
    pub fn at(text: &str) -> Self {
        text.parse()
            .unwrap_or_else(|error: ParseError| panic!("{error}"))
    }

    /// The time so many seconds, and ticks of 100 nanoseconds, after 1970.
    ///
    /// Times before 1601 become 1601.
    #[must_use]
    pub fn from_unix(seconds: i64, ticks: u32) -> Self {
        let seconds = seconds.saturating_add(Self::UNIX_EPOCH_SECONDS).max(0);
        Self(
            seconds
                .unsigned_abs()
                .saturating_mul(Self::TICKS_PER_SECOND)
                .saturating_add(u64::from(ticks)),
        )
    }

    /// This time moved by a number of seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        self.plus_ticks(seconds.saturating_mul(Self::TICKS_PER_SECOND))
    }

    /// This time moved by a number of milliseconds.
    #[must_use]
    pub fn plus_milliseconds(self, milliseconds: u64) -> Self {
        self.plus_ticks(milliseconds.saturating_mul(Self::TICKS_PER_SECOND / 1000))
    }

    /// This time moved by a number of 100-nanosecond ticks.
    #[must_use]
    pub fn plus_ticks(self, ticks: u64) -> Self {
        Self(self.0.saturating_add(ticks))
    }

    /// The same moment for formatting; times past the year 9999 become its end.
    #[must_use]
    pub fn to_timestamp(self) -> Timestamp {
        let seconds = i64::try_from(self.0 / Self::TICKS_PER_SECOND)
            .unwrap_or(i64::MAX)
            .saturating_sub(Self::UNIX_EPOCH_SECONDS);
        let ticks = i32::try_from(self.0 % Self::TICKS_PER_SECOND).unwrap_or(0);
        Timestamp::new(seconds, ticks * 100).unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for FileTime {
    type Err = ParseError;

    /// Reads an RFC 3339 time, such as `2026-03-01T08:00:00.1234567Z`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || ParseError::new(text, "an RFC 3339 time");
        let time: Timestamp = text.parse().map_err(|_| error())?;
        let ticks = u32::try_from(time.subsec_nanosecond() / 100).map_err(|_| error())?;
        Ok(Self::from_unix(time.as_second(), ticks))
    }
}

impl fmt::Display for FileTime {
    /// As Windows prints it in XML: seven digits of seconds, `Z`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.7}", self.to_timestamp())
    }
}

/// A GUID, in the byte order of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Guid(
    /// The bytes as they stand in a log: the first three parts little-endian.
    pub [u8; 16],
);

impl Guid {
    /// As [`Guid::from_str`], for GUIDs written in the source.
    ///
    /// # Panics
    ///
    /// When the text is not a GUID.
    #[must_use]
    pub fn of(text: &str) -> Self {
        text.parse()
            .unwrap_or_else(|error: ParseError| panic!("{error}"))
    }
}

impl FromStr for Guid {
    type Err = ParseError;

    /// Reads the usual form, with or without braces.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || ParseError::new(text, "a GUID");
        let inner = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(text);
        let parts: Vec<&str> = inner.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        if lengths != [8, 4, 4, 4, 12] {
            return Err(error());
        }
        let number = u128::from_str_radix(&parts.concat(), 16).map_err(|_| error())?;
        let mut bytes = number.to_be_bytes();
        bytes[0..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        Ok(Self(bytes))
    }
}

impl fmt::Display for Guid {
    /// As Windows prints it in XML: braces, lower case.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.0;
        bytes[0..4].reverse();
        bytes[4..6].reverse();
        bytes[6..8].reverse();
        let number = u128::from_be_bytes(bytes);
        let digits = format!("{number:032x}");
        write!(
            formatter,
            "{{{}-{}-{}-{}-{}}}",
            &digits[0..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..32]
        )
    }
}

/// A security identifier, such as `S-1-5-18`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sid {
    authority: u64,
    parts: Vec<u32>,
}

impl Sid {
    /// As [`Sid::from_str`], for SIDs written in the source.
    ///
    /// # Panics
    ///
    /// When the text is not a SID.
    #[must_use]
    pub fn of(text: &str) -> Self {
        text.parse()
            .unwrap_or_else(|error: ParseError| panic!("{error}"))
    }

    /// The SID `S-1-AUTHORITY-PART-PART...`; at most 15 parts are kept, as Windows allows.
    #[must_use]
    pub fn new(authority: u64, parts: &[u32]) -> Self {
        Self {
            authority: authority & 0xffff_ffff_ffff,
            parts: parts.iter().copied().take(15).collect(),
        }
    }

    /// The bytes as they stand in a log.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = u8::try_from(self.parts.len()).expect("a SID has at most 15 parts");
        let mut bytes = vec![1, count];
        bytes.extend_from_slice(&self.authority.to_be_bytes()[2..]);
        for part in &self.parts {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
        bytes
    }
}

impl FromStr for Sid {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error = || ParseError::new(text, "a SID");
        let mut parts = text.strip_prefix("S-1-").ok_or_else(error)?.split('-');
        let authority = parts
            .next()
            .and_then(|part| part.parse().ok())
            .ok_or_else(error)?;
        let parts: Vec<u32> = parts
            .map(|part| part.parse().map_err(|_| error()))
            .collect::<Result<_, _>>()?;
        if parts.len() > 15 || authority > 0xffff_ffff_ffff {
            return Err(error());
        }
        Ok(Self::new(authority, &parts))
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "S-1-{}", self.authority)?;
        for part in &self.parts {
            write!(formatter, "-{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{FileTime, Guid, Sid};

    #[test]
    fn times_print_as_windows_does() {
        let time = FileTime::at("2026-03-01T08:00:00.1234567Z");
        assert_eq!(time.0, 134_168_256_001_234_567);
        assert_eq!(time.to_string(), "2026-03-01T08:00:00.1234567Z");
        assert_eq!(FileTime(0).to_string(), "1601-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn guids_keep_their_text_and_swap_their_bytes() {
        let guid = Guid::of("{54849625-5478-4994-a5ba-3e3b0328c30d}");
        assert_eq!(guid.0[..4], [0x25, 0x96, 0x84, 0x54]);
        assert_eq!(guid.to_string(), "{54849625-5478-4994-a5ba-3e3b0328c30d}");
        assert!("{54849625-5478-4994-a5ba}".parse::<Guid>().is_err());
        assert!(
            "z4849625-5478-4994-a5ba-3e3b0328c30d"
                .parse::<Guid>()
                .is_err()
        );
    }

    #[test]
    fn sids_keep_their_text() {
        let sid = Sid::of("S-1-5-21-1004336348-1177238915-682003330-512");
        assert_eq!(
            sid.to_string(),
            "S-1-5-21-1004336348-1177238915-682003330-512"
        );
        assert_eq!(sid.to_bytes().len(), 28);
        assert!("S-2-5-18".parse::<Sid>().is_err());
    }
}
