//! What is different between two texts, as lines.

use similar::{ChangeTag, TextDiff};

/// A unified diff of a file; empty where nothing is different.
pub(super) fn unified(path: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(path, path).to_string()
}

/// The new lines with their numbers, as they stand in the file. One that only got a comma is not new.
pub(super) fn added(old: &str, new: &str) -> Vec<(usize, String)> {
    let diff = TextDiff::from_lines(old, new);
    let of = |tag| diff.iter_all_changes().filter(move |change| change.tag() == tag);
    let line = |text: &str| text.trim_end_matches(['\r', '\n']).to_owned();
    let bare = |text: &str| line(text).replace(',', "");
    let mut gone: Vec<String> = of(ChangeTag::Delete).map(|change| bare(change.value())).collect();
    let mut added = Vec::new();
    for change in of(ChangeTag::Insert) {
        match gone.iter().position(|gone| *gone == bare(change.value())) {
            Some(at) => _ = gone.remove(at),
            None => added.extend(change.new_index().map(|at| (at + 1, line(change.value())))),
        }
    }
    added
}
