//! Something more between two brackets: where it goes, and which commas it takes.
//!
//! Serves the objects and lists of JSON and the inline tables and lists of TOML, which differ in their comments only.
//! What is there already says how the new item is written: on a line of its own or on that of its neighbour.

use std::ops::Range;

use super::text::{indentation, line_start, newline};

/// How comments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comments {
    /// `//` and `/* */`.
    Slashes,
    /// `#`.
    Hash,
}

/// What stands between two brackets.
pub(super) struct Brackets<'a> {
    /// The whole text.
    pub(super) text: &'a str,
    /// What the brackets enclose.
    pub(super) inside: Range<usize>,
    /// The items in their order.
    pub(super) items: Vec<Range<usize>>,
    pub(super) comments: Comments,
    /// What one level of indentation adds.
    pub(super) unit: &'a str,
    /// Whether no space stands behind a comma.
    pub(super) compact: bool,
}

/// Where an item comes to stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    /// The indentation of its line.
    pub(super) indentation: &'a str,
    /// Whether that line is its own.
    pub(super) own_line: bool,
}

/// Texts to insert, each at its place.
pub(super) type Insertions = Vec<(usize, String)>;

impl<'a> Brackets<'a> {
    /// Inserts behind the item of this index.
    pub(super) fn insert(&self, after: usize, render: impl Fn(Spot<'_>) -> String) -> Insertions {
        let Some(item) = self.items.get(after) else { return self.fill(false, render) };
        let limit = self.items.get(after + 1).map_or(self.inside.end, |next| next.start);
        let comma = self.first_outside_comments(item.end..limit, ',');
        let end = comma.map_or(item.end, |at| at + 1);
        let own_line = self.is_first_on_line(item.start);
        let indentation = indentation(self.text, item.start);
        let item_text = render(Spot { indentation, own_line });
        let rest = self.rest_of_line(end..limit);
        let (place, before) = match rest {
            Some(rest) if own_line => (rest, format!("{}{indentation}", newline(self.text, end))),
            _ => (end, if self.compact { String::new() } else { " ".to_owned() }),
        };
        let missing = comma.is_none().then(|| (item.end, ",".to_owned()));
        let behind = if comma.is_some() { "," } else { "" };
        missing.into_iter().chain([(place, format!("{before}{item_text}{behind}"))]).collect()
    }

    /// Inserts where there is no item yet; `spread` gives it a line of its own wherever the brackets do not say.
    pub(super) fn fill(&self, spread: bool, render: impl Fn(Spot<'_>) -> String) -> Insertions {
        let Range { start, end } = self.inside.clone();
        let inside = &self.text[start..end];
        let outer = indentation(self.text, start);
        let newline = newline(self.text, start);
        let last = self.comments_in(start..end).pop();
        if !inside.contains('\n') && !spread {
            let item = render(Spot { indentation: outer, own_line: false });
            let before = if last.is_some() { " " } else { "" };
            return vec![(last.map_or(start, |comment| comment.end), format!("{before}{item}"))];
        }
        let place = last.as_ref().map_or(start, |comment| comment.end);
        let own = last.filter(|comment| self.is_first_on_line(comment.start));
        let indentation = match own {
            Some(comment) => indentation(self.text, comment.start).to_owned(),
            None => format!("{outer}{}", self.unit),
        };
        let item = render(Spot { indentation: &indentation, own_line: true });
        let closes =
            if self.text[place..end].contains('\n') { String::new() } else { format!("{newline}{outer}") };
        vec![(place, format!("{newline}{indentation}{item}{closes}"))]
    }

    fn is_first_on_line(&self, at: usize) -> bool {
        self.text[line_start(self.text, at)..at].trim().is_empty()
    }

    /// Where the last comment on the line ends, if nothing but comments stands on the rest of it.
    fn rest_of_line(&self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        let mut end = range.start;
        for comment in self.comments_in(range.clone()) {
            let between = &self.text[at..comment.start];
            if between.contains('\n') || self.text[comment.clone()].contains('\n') {
                break;
            }
            (at, end) = (comment.end, comment.end);
        }
        let rest = &self.text[at..range.end];
        let line = rest.find('\n').map(|length| &rest[..length]);
        line.is_some_and(|line| line.trim().is_empty()).then_some(end)
    }

    /// The first such character that is in no comment. Nothing but comments, spaces and commas stands in the range.
    fn first_outside_comments(&self, range: Range<usize>, wanted: char) -> Option<usize> {
        let comments = self.comments_in(range.clone());
        let found = self.text[range.clone()].match_indices(wanted).map(|(at, _)| range.start + at);
        found.into_iter().find(|at| !comments.iter().any(|comment| comment.contains(at)))
    }

    /// The comments in a range where no string stands.
    fn comments_in(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut comments = Vec::new();
        let mut at = range.start;
        let starts: &[&str] = match self.comments {
            Comments::Slashes => &["//", "/*"],
            Comments::Hash => &["#"],
        };
        while let Some((start, mark)) =
            starts.iter().filter_map(|mark| Some((at + self.text[at..range.end].find(mark)?, *mark))).min()
        {
            let rest = &self.text[start..range.end];
            let length = match mark {
                "/*" => {
                    rest.get(2..).and_then(|rest| rest.find("*/")).map_or(rest.len(), |length| length + 4)
                }
                _ => rest.find('\n').map_or(rest.len(), |length| rest[..length].trim_end_matches('\r').len()),
            };
            comments.push(start..start + length);
            at = start + length;
        }
        comments
    }
}
