//! The header that most lines have, and what many in a row have in common.

use super::header::{Header, trim_start};
use super::stamp::{self, LastStamp, Stamp};
use super::structured::is_format_mark;

/// The bytes that plain names of hosts and programs are made of.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b'-' | b'_' | b'/');
        byte += 1;
    }
    table
};

/// Where the plain name that starts at `start` ends.
fn name_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while let Some(byte) = bytes.get(end)
        && NAME_BYTES[usize::from(*byte)]
    {
        end += 1;
    }
    end
}

/// Where the time ends and the host's name starts.
const HOST: usize = 16;

/// Where the names of the host and of the program end.
type Names = (usize, usize);

/// The ends of the plain names of a host and a program behind a time.
fn names(bytes: &[u8]) -> Option<Names> {
    let host_end = name_end(bytes, HOST);
    let start = host_end + 1;
    let digit_follows = bytes.get(start)?.is_ascii_digit();
    // A digit here may start the time of a second header.
    if host_end == HOST || bytes[host_end] != b' ' || digit_follows {
        return None;
    }
    let program_end = name_end(bytes, start);
    (program_end > start && program_end < bytes.len()).then_some((host_end, program_end))
}

/// What many lines in a row have in common: the time, the host and the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastHeader {
    stamp: LastStamp,
    /// The names, and the byte behind them.
    text: Vec<u8>,
    host_end: usize,
}

impl LastHeader {
    /// Had the line that was looked at last the time of the one before?
    pub(crate) fn has_same_time(&self) -> bool {
        self.stamp.is_same()
    }

    /// As [`names`] has it.
    fn names(&mut self, bytes: &[u8]) -> Option<Names> {
        /// Longer names are not remembered.
        const LONGEST: usize = 128;
        if !self.text.is_empty() && bytes.get(HOST..)?.starts_with(&self.text) {
            return Some((self.host_end, HOST + self.text.len() - 1));
        }
        let (host_end, program_end) = names(bytes)?;
        self.text.clear();
        if program_end <= LONGEST {
            self.text.extend_from_slice(&bytes[HOST..=program_end]);
            self.host_end = host_end;
        }
        Some((host_end, program_end))
    }
}

/// `Mmm dd HH:MM:SS host program[pid]: message`, which most lines are: where its parts lie. Everything before the message is
/// ASCII.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// The time.
    pub(crate) stamp: Stamp,
    host_end: usize,
    program_end: usize,
    pid: Option<i64>,
    /// Behind the colon.
    end: usize,
}

impl Plain {
    /// Finds the parts. `None` says nothing: the line may still have a header.
    pub(crate) fn find(bytes: &[u8]) -> Option<Self> {
        Self::behind(stamp::usual(bytes)?, names(bytes)?, bytes)
    }

    /// The same for a line that follows others: mostly it has the time, the host and the program of the one before.
    pub(crate) fn find_after(bytes: &[u8], last: &mut LastHeader) -> Option<Self> {
        Self::behind(last.stamp.usual(bytes)?, last.names(bytes)?, bytes)
    }

    fn behind(stamp: Stamp, (host_end, program_end): Names, bytes: &[u8]) -> Option<Self> {
        let mut end = program_end;
        let mut pid = None;
        if bytes.get(end) == Some(&b'[') {
            let first = end + 1;
            let mut number = 0i64;
            end = first;
            while let Some(digit @ b'0'..=b'9') = bytes.get(end)
                && end < first + 18
            {
                number = number * 10 + i64::from(digit - b'0');
                end += 1;
            }
            if end == first || bytes.get(end) != Some(&b']') {
                return None;
            }
            pid = Some(number);
            end += 1;
        }
        let name = &bytes[host_end + 1..program_end];
        let is_plain = bytes.get(end) == Some(&b':')
            && (pid.is_some() || !is_format_mark(name, &bytes[end + 1..]));
        is_plain.then_some(Self {
            stamp,
            host_end,
            program_end,
            pid,
            end: end + 1,
        })
    }

    /// The host's name in the line that was looked at.
    pub(crate) fn host<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        &line[HOST..self.host_end]
    }

    /// The program's name in the line that was looked at.
    pub(crate) fn program<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        &line[self.host_end + 1..self.program_end]
    }

    /// The message, from its first character that is no space.
    pub(crate) fn message<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        line[self.end..].trim_ascii_start()
    }

    /// The host's name in the line that was looked at, or in what it became as UTF-8.
    pub(crate) fn host_text<'a>(&self, line: &'a str) -> &'a str {
        &line[HOST..self.host_end]
    }

    /// The same as [`message`](Self::message), as far as it begins with a character of ASCII.
    pub(crate) fn message_text<'a>(&self, line: &'a str) -> &'a str {
        trim_start(&line[self.end..])
    }

    /// The header of the line that was looked at, or of what it became as UTF-8.
    #[inline]
    pub(crate) fn header<'a>(&self, line: &'a str) -> Header<'a> {
        let mut header = Header {
            stamp: Some(self.stamp),
            host: Some(self.host_text(line)),
            program: Some(&line[self.host_end + 1..self.program_end]),
            pid: self.pid,
            message: self.message_text(line),
            ..Header::default()
        };
        header.strip_message_id();
        header
    }
}
