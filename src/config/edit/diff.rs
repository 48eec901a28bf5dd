//! What is different between two texts, as lines.

use similar::{Change, ChangeTag, TextDiff};

/// A unified diff of a file; empty where nothing is different.
pub(super) fn unified(path: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().header(path, path).to_string()
}

/// The new lines with their numbers, as they stand in the file. One that only got a comma is not new.
pub(super) fn added(old: &str, new: &str) -> Vec<(usize, String)> {
    let diff = TextDiff::from_lines(old, new);
    let changes: Vec<Change<&str>> = diff.iter_all_changes().collect();
    let is_alike =
        |one: &str, other: &str| one.replace(',', "").trim_end() == other.replace(',', "").trim_end();
    let mut gone = Vec::new();
    let mut added: Vec<&Change<&str>> = Vec::new();
    let mut at = 0;
    while let Some(change) = changes.get(at) {
        let run = changes[at..].iter().take_while(|other| other.tag() == change.tag()).count();
        let mut lines = &changes[at..at + run];
        at += run;
        match change.tag() {
            ChangeTag::Equal => gone.clear(),
            ChangeTag::Delete => gone.extend(lines.iter().map(|line| line.value())),
            ChangeTag::Insert => {
                // `}` that became `},` before more that ends in `}`: the last one is the new one.
                let next =
                    changes.get(at).filter(|next| gone.is_empty() && is_alike(change.value(), next.value()));
                if next.is_some() {
                    lines = &changes[at - run + 1..=at];
                }
                added.extend(lines.iter().filter(|line| {
                    let old = gone.iter().position(|gone| is_alike(gone, line.value()));
                    old.map(|at| gone.remove(at)).is_none()
                }));
            }
        }
    }
    let line = |text: &str| text.trim_end_matches(['\r', '\n']).to_owned();
    added.iter().filter_map(|change| Some((change.new_index()? + 1, line(change.value())))).collect()
}
