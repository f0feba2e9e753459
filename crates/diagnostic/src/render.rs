//! A problem as plain text for a person.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use crate::position::LineIndex;
use crate::{Diagnostic, Span};

/// Lines wider than this are cut to the part around the problem.
const WIDTH: usize = 100;

/// The most bytes of a line that are shown: marks without width of their own must not add up.
const LONGEST: usize = WIDTH * 8;

/// What a tab is shown as.
const TAB: &str = "    ";

/// A text that diagnostics are about, and what to call it.
///
/// ```
/// use gatewatch_diagnostic::{Diagnostic, Source, Span, Stage};
///
/// let problem = Diagnostic::error(Stage::Parse, "eql-single-equals", "`=` does not compare")
///     .with_span(Span::new(18, 19))
///     .with_hint("write `==`");
/// let shown = Source::new("process where pid = 4").named("query").render(&problem);
/// assert_eq!(
///     shown,
///     "\
/// error[eql-single-equals]: `=` does not compare
///  --> query:1:19
///   |
/// 1 | process where pid = 4
///   |                   ^
///   = hint: write `==`
/// "
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Source<'a> {
    index: LineIndex<'a>,
    name: Option<&'a str>,
    offset: u32,
    first_line: u32,
}

impl<'a> Source<'a> {
    /// A text without a name.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self {
            index: LineIndex::new(text),
            name: None,
            offset: 0,
            first_line: 1,
        }
    }

    /// Gives the text a name, such as the path of its file.
    #[must_use]
    pub fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Says that spans count from this byte of the text: the text is a whole file, and the query
    /// they are about begins there.
    #[must_use]
    pub fn starting_at(mut self, offset: u32) -> Self {
        self.offset = offset;
        self
    }

    /// Says which number the first line of the text has: the text is the query alone, and it
    /// begins on that line of its file.
    #[must_use]
    pub fn with_first_line(mut self, line: u32) -> Self {
        self.first_line = line.max(1);
        self
    }

    /// One problem, with the lines it is about, ending with a line break.
    #[must_use]
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let spans = diagnostic.notes.iter().filter_map(|note| note.span);
        let last_line = spans
            .chain(diagnostic.span)
            .map(|span| self.last_line(span))
            .max()
            .unwrap_or(0);
        let mut out = Lines {
            text: String::new(),
            gutter: last_line.to_string().len(),
        };
        let head = format!("{}[{}]: ", diagnostic.severity, diagnostic.code);
        out.message(&head, &diagnostic.message);
        if let Some(span) = diagnostic.span {
            self.excerpt(span, '^', &mut out);
        }
        for note in &diagnostic.notes {
            out.remark("note", &note.message);
            if let Some(span) = note.span {
                self.excerpt(span, '-', &mut out);
            }
        }
        if let Some(hint) = &diagnostic.hint {
            out.remark("hint", hint);
        }
        out.text
    }

    /// All problems, an empty line between them.
    #[must_use]
    pub fn render_all<'d>(&self, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> String {
        let mut text = String::new();
        for diagnostic in diagnostics {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&self.render(diagnostic));
        }
        text
    }

    fn line_number(&self, line: usize) -> usize {
        line.saturating_add(self.first_line as usize)
    }

    fn last_line(&self, span: Span) -> usize {
        let (start, end) = self.index.clamp_span(span.shifted(self.offset));
        self.line_number(self.index.line_of(last_byte(start, end)))
    }

    /// The place of a span and its first and last line, underlined.
    fn excerpt(&self, span: Span, mark: char, out: &mut Lines) {
        let span = span.shifted(self.offset);
        let (start, end) = self.index.clamp_span(span);
        let place = self.index.position(span.start);
        let line_number = self.line_number(place.line as usize - 1);
        let place = format!("{line_number}:{}", place.column);
        let place = match self.name {
            Some(name) => format!("{}:{place}", printable(name)),
            None => place,
        };
        out.line("-->", &place);
        out.bar();
        let first = self.index.line_of(start);
        let last = self.index.line_of(last_byte(start, end));
        self.underlined(first, start, end, mark, out);
        if last > first {
            if last > first + 1 {
                out.line("...", "");
            }
            self.underlined(last, start, end, mark, out);
        }
    }

    fn underlined(&self, line: usize, start: usize, end: usize, mark: char, out: &mut Lines) {
        let (line_start, text) = self.index.line(line);
        let from = start.saturating_sub(line_start).min(text.len());
        let to = end.saturating_sub(line_start).clamp(from, text.len());
        // The lines of a long span are marked from their first letter on.
        let blank = text.len() - text.trim_start().len();
        let from = if start < line_start {
            blank.min(to)
        } else {
            from
        };
        let shown = shown(text, from, to);
        out.numbered(self.line_number(line), &shown.text);
        let marks = shown.marks.max(1);
        let underline: String = std::iter::repeat_n(' ', shown.before)
            .chain(std::iter::repeat_n(mark, marks))
            .collect();
        out.marked(&underline);
    }
}

/// The last byte of a span, for finding its last line; the start if it is empty.
fn last_byte(start: usize, end: usize) -> usize {
    if end > start { end - 1 } else { start }
}

/// The text put together so far, and how wide line numbers are.
struct Lines {
    text: String,
    gutter: usize,
}

impl Lines {
    fn push(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn message(&mut self, head: &str, message: &str) {
        self.push(&format!("{head}{}", printable(message)));
    }

    fn line(&mut self, sign: &str, text: &str) {
        let width = self.gutter;
        self.push(&format!("{:width$}{sign} {text}", ""));
    }

    fn bar(&mut self) {
        self.line(" |", "");
    }

    fn numbered(&mut self, number: usize, text: &str) {
        let width = self.gutter;
        self.push(&format!("{number:width$} | {text}"));
    }

    fn marked(&mut self, underline: &str) {
        self.line(" |", underline);
    }

    fn remark(&mut self, kind: &str, message: &str) {
        self.line(&format!(" = {kind}:"), &printable(message));
    }
}

/// A line made fit to be shown, and where the marks go, in columns.
struct Shown {
    text: String,
    before: usize,
    marks: usize,
}

/// Cuts a line to the part around the bytes `from` to `to`, and replaces what does not show as one
/// character.
fn shown(line: &str, from: usize, to: usize) -> Shown {
    let pieces: Vec<(usize, char, usize)> = line
        .char_indices()
        .map(|(index, character)| (index, character, columns_of(character)))
        .collect();
    let columns = |range: &dyn Fn(usize) -> bool| -> usize {
        let within = pieces.iter().filter(|(index, ..)| range(*index));
        within.map(|(.., width)| *width).sum()
    };
    let before = columns(&|index| index < from);
    let marks = columns(&|index| (from..to).contains(&index));
    let total = columns(&|_| true);
    // A third of the width stands before the problem, when the line is too long to show it all.
    let skipped = if total <= WIDTH || before + marks.min(WIDTH / 2) <= WIDTH * 2 / 3 {
        0
    } else {
        before.saturating_sub(WIDTH / 3).min(total - WIDTH)
    };
    let mut text = String::new();
    let mut column = 0;
    let mut cut_before = 0;
    let mut cut_after = false;
    for (_, character, width) in &pieces {
        if column < skipped {
            cut_before = column + width;
        } else if column + width <= skipped + WIDTH && text.len() < LONGEST {
            push_shown(&mut text, *character);
        } else {
            cut_after = true;
            break;
        }
        column += width;
    }
    let lead = usize::from(cut_before > 0);
    let before = before - cut_before + lead;
    let marks = marks.min((WIDTH + lead).saturating_sub(before));
    Shown {
        text: format!(
            "{}{text}{}",
            if lead > 0 { "…" } else { "" },
            if cut_after { "…" } else { "" }
        ),
        before,
        marks,
    }
}

/// How many columns a character takes as it is shown.
fn columns_of(character: char) -> usize {
    match character {
        '\t' => TAB.len(),
        _ if is_hidden(character) => 1,
        _ => character.width().unwrap_or(0),
    }
}

fn push_shown(text: &mut String, character: char) {
    match character {
        '\t' => text.push_str(TAB),
        _ if is_hidden(character) => text.push('\u{fffd}'),
        _ => text.push(character),
    }
}

/// Whether a character could steer a terminal, or hide or reorder what stands beside it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// A message safe for a terminal, on one line.
fn printable(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for character in message.chars() {
        if is_hidden(character) {
            // Writing to a string cannot fail.
            let _: std::fmt::Result = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests;
