//! Records that lie in memory one after the other.

use super::frame::{BYTE_ORDER_MARK, Frame, MAX_RECORD, trim_end};
use crate::format::line_ends::LineEnds;

/// Records one after the other, as [`Frames`](super::Frames) has them where a line is a record, or a line and those after it that
/// are indented. The text of all of them is checked at once.
#[derive(Default)]
pub(crate) struct Run<'b> {
    bytes: &'b [u8],
    /// The same, if it is text.
    text: Option<&'b str>,
    /// Where in the stream it lies.
    offset: u64,
    is_indented: bool,
    ends: Option<LineEnds<'b>>,
    /// The rest that is not handed out.
    at: usize,
}

impl<'b> Run<'b> {
    /// The records that are seen to end in these bytes.
    pub(super) fn new(held: &'b [u8], offset: u64, is_indented: bool) -> Self {
        // Whether a line goes on is told by the byte behind it.
        let known = held.split_last().map_or(held, |(_, known)| known);
        let end = memchr::memrchr(b'\n', known).map_or(0, |at| at + 1);
        let bytes = &held[..end];
        Self {
            bytes: held,
            text: simdutf8::basic::from_utf8(bytes).ok(),
            offset,
            is_indented,
            ends: Some(LineEnds::of(bytes)),
            at: 0,
        }
    }

    /// The next record, and its text where all of it is text; `None` when no more are seen to end.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(Frame<'b>, Option<&'b str>)> {
        loop {
            let start = self.at;
            let mut end = self.ends.as_mut()?.next()?;
            while self.is_indented && matches!(self.bytes.get(end + 1), Some(b' ' | b'\t')) {
                end = self.ends.as_mut()?.next()?;
            }
            if end - start >= MAX_RECORD {
                // Such are cut.
                self.ends = None;
                return None;
            }
            self.at = end + 1;
            let mut from = start;
            let record = &self.bytes[start..end];
            if record.first() == BYTE_ORDER_MARK.first() && record.starts_with(BYTE_ORDER_MARK) {
                from += BYTE_ORDER_MARK.len();
            }
            let record = trim_end(&self.bytes[from..end]);
            if record.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let frame = Frame {
                bytes: record,
                offset: self.offset + from as u64,
                cut: false,
            };
            let text = self
                .text
                .and_then(|text| text.get(from..from + record.len()));
            return Some((frame, text));
        }
    }

    /// How many bytes were handed out, or passed over as blank.
    pub(crate) fn taken(&self) -> usize {
        self.at
    }
}
