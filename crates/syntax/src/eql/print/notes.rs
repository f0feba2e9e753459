//! Comments on their way through the printer.

use gatewatch_diagnostic::Span;

/// The comments of a text that are still to be printed, in order.
#[derive(Default)]
pub(super) struct Notes<'a> {
    text: &'a str,
    comments: Vec<Span>,
    next: usize,
}

impl<'a> Notes<'a> {
    pub(super) fn new(text: &'a str, comments: Vec<Span>) -> Self {
        Self {
            text,
            comments,
            next: 0,
        }
    }

    /// Is there one that begins before this place?
    pub(super) fn before(&self, place: u32) -> bool {
        self.comments
            .get(self.next)
            .is_some_and(|comment| comment.start < place)
    }

    /// Takes the next one that begins before a place: its text, and whether it stands on the line on which `after`, or the
    /// comment before it, ends.
    pub(super) fn take(&mut self, place: u32, after: u32) -> Option<(&'a str, bool)> {
        let comment = *self.comments.get(self.next)?;
        if comment.start >= place {
            return None;
        }
        let before = self.next.checked_sub(1).map(|at| self.comments[at].end);
        let after = after.max(before.unwrap_or_default());
        self.next += 1;
        let between = Span::new(after.min(comment.start), comment.start).text(self.text);
        let text = comment.text(self.text).trim_end();
        Some((text, !between.contains('\n')))
    }

    /// The place of the parenthesis that opens just before, past white space and comments.
    pub(super) fn opened(&self, place: u32) -> Option<u32> {
        let mut at = place as usize;
        loop {
            let before = self.text.get(..at)?.trim_end();
            let end = before.len();
            let from = self
                .comments
                .partition_point(|comment| (comment.end as usize) < end);
            let comment = self
                .comments
                .get(from)
                .filter(|comment| comment.end as usize == end);
            match comment {
                Some(comment) => at = comment.start as usize,
                None if before.ends_with('(') => return u32::try_from(end - 1).ok(),
                None => return None,
            }
        }
    }

    /// The place of the first of these signs after a place, if only white space, comments, closing parentheses and a
    /// comma stand between.
    pub(super) fn closed(&self, place: u32, sign: char) -> Option<u32> {
        let mut at = place as usize;
        loop {
            let rest = self.text.get(at..)?;
            let start = at + rest.len() - rest.trim_start().len();
            let from = self
                .comments
                .partition_point(|comment| (comment.start as usize) < start);
            let comment = self.comments.get(from);
            if let Some(comment) = comment.filter(|comment| comment.start as usize == start) {
                at = comment.end as usize;
                continue;
            }
            match self.text.get(start..)?.chars().next()? {
                found if found == sign => return u32::try_from(start).ok(),
                ')' => at = start + 1,
                _ => return None,
            }
        }
    }
}
