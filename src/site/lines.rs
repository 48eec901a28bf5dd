//! The lines of a file of rules as JavaScript sees them, each with its place.

use std::ops::Range;

/// A line without the white space around it.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    /// From 1.
    pub(super) number: usize,
}

impl Line<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Characters as JavaScript counts them.
    pub(super) fn length(&self) -> usize {
        self.text.encode_utf16().count()
    }
}

/// The lines that say something: neither empty nor comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split('\n').enumerate().filter_map(move |(at, line)| {
        let here = start;
        start += line.len() + 1;
        let trimmed = line.trim_matches(is_space);
        let before = line.len() - line.trim_start_matches(is_space).len();
        let says = !trimmed.is_empty() && !trimmed.starts_with('#');
        says.then_some(Line { text: trimmed, start: here + before, number: at + 1 })
    })
}

/// How many lines a text has.
pub(super) fn count(text: &str) -> usize {
    text.split('\n').count()
}

/// White space and line ends of JavaScript, which has a byte order mark among them and the next-line character not.
pub(super) fn is_space(letter: char) -> bool {
    letter == '\u{feff}' || letter != '\u{85}' && letter.is_whitespace()
}
