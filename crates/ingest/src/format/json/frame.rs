//! Cuts a stream into records.
//!
//! Between values the stream is read a line at a time, which is what most logs are. A line that is no object by itself is
//! read by its structure: it may begin an array, an object over many lines, or an object that wraps a list; and lists are
//! read element by element, so that no more than one record is ever held.

use std::io;

use memchr::{memchr, memrchr};

use super::index::skip_space;
use super::scan::{Scanner, Step};
use super::stream::{BLOCK_BYTES, Stream};
use super::string::{WITH_CONTROLS, string_end};
use super::work::Work;
use super::wrapper::{self, Member};

/// Lists of records may nest this deep.
const STACK_LIMIT: usize = 16;

/// A key of a wrapper is no longer than this.
const KEY_LIMIT: usize = 64 << 10;

/// Something that holds records and is not read to its end yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Array,
    /// An object that wraps a list; how deep it lies in the outermost one.
    Wrapper(usize),
}

/// One pass over a stream.
pub(super) struct Run<'r, 's, 'w> {
    stream: Stream<'s>,
    work: &'r mut Work<'w>,
    open: Vec<Open>,
    limit: usize,
    /// Lines that begin here or later are not ours.
    stop: u64,
    /// How far the value that comes next is indented, if it begins a line.
    indent: Option<usize>,
}

impl<'r, 's, 'w> Run<'r, 's, 'w> {
    pub(super) fn new(stream: Stream<'s>, work: &'r mut Work<'w>, limit: usize, stop: u64) -> Self {
        Self {
            stream,
            work,
            open: Vec::new(),
            limit,
            stop,
            indent: None,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.stream.offset()
    }

    pub(super) fn finish(self) -> (Vec<u8>, Option<io::Error>) {
        self.stream.finish()
    }

    /// Reads everything.
    pub(super) fn all(&mut self) {
        while self.stream.offset() < self.stop || !self.open.is_empty() {
            if self.stream.data().is_empty() && !self.stream.more() {
                break;
            }
            match self.open.last() {
                None => self.lines(),
                Some(Open::Array) => self.element(),
                Some(Open::Wrapper(depth)) => self.member(*depth),
            }
        }
        if !self.open.is_empty() {
            let offset = self.stream.offset();
            self.work
                .damage(offset, "the file ends inside a list of records");
        }
    }

    /// Reads the whole lines in the window, up to one that is no object by itself.
    fn lines(&mut self) {
        let data = self.stream.data();
        let ours = self.stop.saturating_sub(self.stream.offset());
        let ours = usize::try_from(ours).unwrap_or(usize::MAX);
        let end = if self.stream.is_plain() {
            // The line that begins before the stop is ours to its end.
            let last = ours.saturating_sub(1);
            data.get(last..)
                .and_then(|tail| memchr(b'\n', tail).map(|at| last + at))
                .or_else(|| memrchr(b'\n', data))
        } else {
            memchr(b'\n', data)
        };
        let end = end.map(|at| at + 1);
        let end = match end {
            Some(end) => end,
            None if self.stream.ended() => data.len(),
            // A line longer than a block: perhaps a long record, perhaps a file without line ends.
            None if data.len() >= BLOCK_BYTES => return self.structure(),
            None => {
                if self.stream.more() {
                    return;
                }
                self.stream.data().len()
            }
        };
        let offset = self.stream.offset();
        let width = if self.stream.is_plain() { 1 } else { 2 };
        let read = self
            .work
            .lines(self.stream.data(), end, offset, width, self.limit);
        self.stream.consume(read);
        if read < end {
            self.structure();
        }
    }

    /// Reads what begins at the window, between values, by its structure.
    fn structure(&mut self) {
        if !self.skip_filler() {
            return;
        }
        let first = self.stream.data()[0];
        match first {
            b'{' => {
                if self.begins_wrapper() {
                    self.enter(Open::Wrapper(0));
                } else {
                    self.record();
                }
            }
            b'[' => self.enter(Open::Array),
            _ if self.is_heading() => self.stream.skip_line(),
            _ if self.stream.data().starts_with(b"\xEF\xBB\xBF") => self.stream.consume(3),
            _ => {
                let offset = self.stream.offset();
                self.work
                    .unreadable(offset, "a line that is no JSON object");
                self.stream.skip_line();
            }
        }
    }

    fn enter(&mut self, open: Open) {
        self.stream.consume(1);
        self.open.push(open);
    }

    /// Does an object that wraps a list begin at the window? Sees to it that there is enough to tell.
    fn begins_wrapper(&mut self) -> bool {
        while self.stream.data().len() < wrapper::PREFIX_BYTES && self.stream.more() {}
        wrapper::begins(self.stream.data())
    }

    /// The line that `evtx_dump` writes before each record.
    fn is_heading(&mut self) -> bool {
        const HEADING: &[u8] = b"Record ";
        while self.stream.data().len() < 64 && self.stream.more() {}
        let data = self.stream.data();
        let Some(rest) = data.strip_prefix(HEADING) else {
            return false;
        };
        let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
        let number = line.trim_ascii_end();
        !number.is_empty() && number.iter().all(u8::is_ascii_digit)
    }

    /// Skips white space, commas and NUL bytes; `false` when nothing else is left.
    fn skip_filler(&mut self) -> bool {
        let mut zeros = 0u64;
        let mut zeros_at = 0;
        self.indent = None;
        loop {
            let data = self.stream.data();
            let Some(&byte) = data.first() else {
                if self.stream.more() {
                    continue;
                }
                break;
            };
            let mut count = 1;
            match byte {
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                b'\r' | b',' => self.indent = None,
                0 => {
                    if zeros == 0 {
                        zeros_at = self.stream.offset();
                    }
                    count = data.iter().take_while(|byte| **byte == 0).count();
                    zeros += count as u64;
                }
                _ => break,
            }
            self.stream.consume(count);
        }
        if zeros > 0 {
            self.work
                .damage(zeros_at, &format!("{zeros} bytes of zero between records"));
        }
        !self.stream.data().is_empty()
    }

    /// Reads the record at the window.
    fn record(&mut self) {
        let mut scanner = Scanner::new();
        let mut scanned = 0;
        loop {
            match scanner.feed(&self.stream.data()[scanned..]) {
                Step::Done(end) => {
                    let offset = self.stream.offset();
                    let end = scanned + end;
                    if end > self.limit {
                        self.too_large();
                    } else {
                        self.work.record(&self.stream.data()[..end], offset);
                    }
                    self.stream.consume(end);
                    return;
                }
                Step::Broken(at, reason) => return self.broken(scanned + at, reason),
                Step::More => scanned = self.stream.data().len(),
            }
            if scanned > self.limit {
                self.too_large();
                self.stream.consume(scanned);
                return self.skip_value(scanner);
            }
            if !self.stream.more() {
                return self.broken(scanned, "the file ends inside a record");
            }
        }
    }

    fn too_large(&mut self) {
        let reason = format!("a record larger than {} bytes", self.limit);
        self.work.unreadable(self.stream.offset(), &reason);
    }

    /// Skips the rest of a value without keeping it; a broken one is skipped to the end of its line.
    fn skip_value(&mut self, mut scanner: Scanner) {
        loop {
            match scanner.feed(self.stream.data()) {
                Step::Done(end) => return self.stream.consume(end),
                Step::Broken(at, _) => {
                    self.stream.consume(at);
                    return self.stream.skip_line();
                }
                Step::More => {
                    let all = self.stream.data().len();
                    self.stream.consume(all);
                    if !self.stream.more() {
                        return;
                    }
                }
            }
        }
    }

    /// Reports the record at the window, which is broken at `at`, and finds where the next one may begin.
    fn broken(&mut self, at: usize, reason: &str) {
        let offset = self.stream.offset();
        self.work
            .unreadable(offset, &format!("{reason} (byte {at} of the record)"));
        match (self.open.last(), self.indent) {
            (None, _) => {
                let line_end = memchr(b'\n', self.stream.data());
                // A record broken in its own line ends there; one over several lines, where something begins a line.
                let one_line = line_end.is_none_or(|end| at <= end);
                self.stream.skip_line();
                if !one_line {
                    self.skip_lines_until(|line| {
                        line.starts_with(b"{")
                            || line.starts_with(b"[")
                            || line.starts_with(b"Record ")
                    });
                }
            }
            (Some(_), Some(indent)) => {
                self.stream.skip_line();
                self.skip_lines_until(|line| {
                    let first = line
                        .iter()
                        .position(|byte| !matches!(byte, b' ' | b'\t'))
                        .unwrap_or(line.len());
                    let begins = first == indent && line.get(first) == Some(&b'{');
                    begins || (first <= indent && line.get(first) == Some(&b']'))
                });
            }
            (Some(_), None) => self.skip_to_element(at),
        }
    }

    /// Skips to where an element of a list on one line may begin, after `at`: to the brace in `},{`.
    fn skip_to_element(&mut self, at: usize) {
        let mut from = at;
        loop {
            let data = self.stream.data();
            let Some(brace) = memchr(b'}', &data[from.min(data.len())..]).map(|found| from + found)
            else {
                let all = data.len();
                self.stream.consume(all);
                if !self.stream.more() {
                    return;
                }
                from = 0;
                continue;
            };
            let comma = skip_space(data, brace + 1);
            let next = skip_space(data, comma + 1);
            let is_comma = data.get(comma) == Some(&b',');
            if is_comma && data.get(next) == Some(&b'{') {
                return self.stream.consume(next);
            }
            let seen = next < data.len() || (comma < data.len() && !is_comma);
            from = brace + 1;
            if !seen && data.len() - brace < KEY_LIMIT {
                self.stream.consume(brace);
                if !self.stream.more() {
                    let all = self.stream.data().len();
                    return self.stream.consume(all);
                }
                from = 0;
            }
        }
    }

    /// Skips lines until one satisfies `begins`, which sees what the window has of it.
    fn skip_lines_until(&mut self, begins: impl Fn(&[u8]) -> bool) {
        /// Enough of a line to tell.
        const SEEN: usize = 4096;
        loop {
            while self.stream.data().len() < SEEN && self.stream.more() {}
            let data = self.stream.data();
            if data.is_empty() || begins(data) {
                return;
            }
            self.stream.skip_line();
        }
    }

    /// Reads one element of a list, or its end.
    fn element(&mut self) {
        if !self.skip_filler() {
            return;
        }
        match self.stream.data()[0] {
            b']' => {
                self.stream.consume(1);
                self.open.pop();
            }
            b'{' => self.record(),
            b'[' if self.open.len() < STACK_LIMIT => self.enter(Open::Array),
            _ => {
                let offset = self.stream.offset();
                self.work
                    .unreadable(offset, "an element of a list that is no object");
                self.skip_other();
            }
        }
    }

    /// Skips a value that is no record.
    fn skip_other(&mut self) {
        let mut scanner = Scanner::new();
        match scanner.feed(&self.stream.data()[..1]) {
            Step::More => {
                self.stream.consume(1);
                self.skip_value(scanner);
            }
            // A byte that begins no value.
            Step::Done(_) | Step::Broken(..) => self.stream.consume(1),
        }
    }

    /// Reads one member of a wrapper, or its end.
    fn member(&mut self, depth: usize) {
        if !self.skip_filler() {
            return;
        }
        if self.stream.data()[0] == b'}' {
            self.stream.consume(1);
            self.open.pop();
            return;
        }
        let Some((end, value)) = self.key() else {
            let offset = self.stream.offset();
            self.work.unreadable(
                offset,
                "no key where one must be in an object that wraps records",
            );
            self.open.clear();
            return self.stream.skip_line();
        };
        let data = self.stream.data();
        let member = wrapper::member(&data[1..end], data[value], depth);
        self.stream.consume(value);
        match member {
            Member::List => self.enter(Open::Array),
            Member::Inside => self.enter(Open::Wrapper(depth + 1)),
            Member::Other => self.skip_value(Scanner::new()),
        }
    }

    /// The end of the key at the window and the start of its value, both in the window.
    fn key(&mut self) -> Option<(usize, usize)> {
        loop {
            let data = self.stream.data();
            if data.first() != Some(&b'"') {
                return None;
            }
            if let Ok((end, _)) = string_end::<WITH_CONTROLS>(data, 1) {
                let colon = skip_space(data, end + 1);
                match data.get(colon) {
                    Some(b':') => {
                        let value = skip_space(data, colon + 1);
                        if value < data.len() {
                            return Some((end, value));
                        }
                    }
                    Some(_) => return None,
                    None => {}
                }
            }
            if data.len() > KEY_LIMIT || !self.stream.more() {
                return None;
            }
        }
    }
}
