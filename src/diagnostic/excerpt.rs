//! The text that is drawn around the places of a diagnostic: a file as it is, but for lines too long to show.
//!
//! Minified code has lines of megabytes. Of such a line only the part around the first place in it is kept, and
//! every place moves with its text; the column in the header stays that of the file.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::Source;

/// Bytes of the longest line that is shown whole.
const MAX_LINE: usize = 500;
/// Bytes that are kept of a longer one before the place, and from there on.
const KEPT: (usize, usize) = (60, 100);
const CUT: &str = "…";

pub(super) struct Excerpt {
    name: String,
    text: String,
    /// The column of the first place, from 0, where it differs from the one in the text.
    column: Option<usize>,
}

impl Excerpt {
    /// The text to show for places of a file, and where they are in it.
    pub(super) fn new(source: &Source, places: &[Range<usize>]) -> (Self, Vec<Range<usize>>) {
        let (name, text) = (source.path().to_owned(), source.text());
        let within = |place: &Range<usize>| {
            let end = place.end.min(text.len());
            place.start.min(end)..end
        };
        let places: Vec<_> = places.iter().map(within).collect();
        if text.split('\n').all(|line| line.len() <= MAX_LINE) {
            return (Self { name, text: text.to_owned(), column: None }, places);
        }
        let column = places.first().and_then(|place| {
            let contents = text.read_span(&place.clone().into(), 0, 0).ok()?;
            Some(contents.column())
        });
        let (text, kept) = shorten(text, &places);
        let places = places.iter().map(|place| moved(&kept, place.start)..moved(&kept, place.end)).collect();
        (Self { name, text, column }, places)
    }
}

/// A piece of the file that is shown, and where it starts in what is shown.
struct Piece {
    from: Range<usize>,
    at: usize,
}

fn shorten(text: &str, places: &[Range<usize>]) -> (String, Vec<Piece>) {
    let mut short = String::new();
    let mut kept = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches('\n').len();
        let piece = if end - start <= MAX_LINE { start..end } else { window(text, start..end, places) };
        if piece.start > start {
            short.push_str(CUT);
        }
        kept.push(Piece { from: piece.clone(), at: short.len() });
        short.push_str(text.get(piece.clone()).unwrap_or_default());
        if piece.end < end {
            short.push_str(CUT);
        }
        start += line.len();
        short.push_str(text.get(end..start).unwrap_or_default());
    }
    (short, kept)
}

/// The part of a long line around the first place in it, on character boundaries.
fn window(text: &str, line: Range<usize>, places: &[Range<usize>]) -> Range<usize> {
    let place = places.iter().map(|place| place.start).find(|start| (line.start..=line.end).contains(start));
    let place = place.unwrap_or(line.start);
    let floor =
        |at: usize| (line.start..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(line.start);
    floor(place.saturating_sub(KEPT.0).max(line.start))..floor((place + KEPT.1).min(line.end))
}

/// Where a position of the file is in what is shown; one that was cut out moves to the nearest that was not.
fn moved(kept: &[Piece], position: usize) -> usize {
    let after = kept.partition_point(|piece| piece.from.start <= position);
    match after.checked_sub(1).and_then(|index| kept.get(index)) {
        // One byte more than the piece has, since a line feed follows it or the text ends.
        Some(piece) => piece.at + (position.min(piece.from.end) - piece.from.start),
        None => 0,
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, before, after)?;
        // Without lines around it, the place is asked for by the header.
        let column = self.column.filter(|_| (before, after) == (0, 0)).unwrap_or(contents.column());
        let (data, span) = (contents.data(), *contents.span());
        let (line, lines) = (contents.line(), contents.line_count());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, span, line, column, lines)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Diagnostic, Style, render};
    use super::*;

    fn drawn(text: &str, place: Range<usize>, further: &[Range<usize>]) -> String {
        let source = Source::new("a.js", text);
        let label =
            |diagnostic: Diagnostic, place: &Range<usize>| diagnostic.at(&source, place.clone(), "here");
        let first = label(Diagnostic::error(Code::Syntax, "wrong"), &place);
        let diagnostic = further.iter().fold(first, label);
        render(&diagnostic, Style { color: false, width: 100, verbose: false })
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}WRONG{}", "é".repeat(3_000), "x".repeat(1_000_000));
        let text = format!("first\n{line}\nlast\n");
        let at = text.find("WRONG").unwrap();
        let drawn = drawn(&text, at..at + 5, &[]);
        assert!(drawn.len() < 2_000, "{drawn}");
        let column = |needle: &str, line: usize| {
            let line = drawn.lines().nth(line).unwrap();
            line.find(needle).map(|at| line[..at].chars().count()).unwrap()
        };
        let frame = drawn.lines().position(|line| line.contains("a.js:2:")).unwrap();
        assert!(drawn.contains("first") && drawn.contains("…é") && drawn.contains("x…"), "{drawn}");
        assert_eq!(column("WRONG", frame + 2), column("──┬──", frame + 3), "{drawn}");
    }

    #[test]
    fn the_header_tells_the_columns_of_the_file() {
        let text = format!("{}WRONG", "x".repeat(2_000));
        assert!(drawn(&text, 2_000..2_005, &[]).contains("[a.js:1:2001]"));
    }

    #[test]
    fn every_place_can_be_drawn() {
        let text = format!("ü{}\r\n\n{}\n…", "é".repeat(400), "y".repeat(600));
        for start in 0..=text.len() {
            for end in [start, start + 1, start + 700, text.len() + 9] {
                let drawn = drawn(&text, start..end, &[0..3, 5..6]);
                assert!(drawn.contains("wrong") && drawn.contains("a.js:"), "{start}..{end}: {drawn}");
            }
        }
    }
}
