//! What is different between two texts, as lines.

use similar::{ChangeTag, TextDiff};

/// A unified diff of a file; empty where nothing is different.
pub(super) fn unified(path: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(path, path).to_string()
}

/// The new lines with their numbers, as they stand in the file.
pub(super) fn added(old: &str, new: &str) -> Vec<(usize, String)> {
    let diff = TextDiff::from_lines(old, new);
    let new = diff.iter_all_changes().filter(|change| change.tag() == ChangeTag::Insert);
    let line = |text: &str| text.trim_end_matches(['\r', '\n']).to_owned();
    new.filter_map(|change| Some((change.new_index()? + 1, line(change.value())))).collect()
}
