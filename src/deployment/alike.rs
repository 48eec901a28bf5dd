//! Names in, those out that are one name on some file systems.
//!
//! A deployment that was built where `A.js` and `a.js` are two files is a right one, and cannot be written everywhere.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use icu_normalizer::ComposingNormalizerBorrowed;

use super::OutputFile;

/// Pairs of files or directories that only differ by upper and lower case, or by how their letters are composed.
pub(super) fn alike(files: &[OutputFile]) -> Vec<[String; 2]> {
    let mut names = BTreeSet::new();
    for file in files {
        let slashes = file.path.match_indices('/').map(|(at, _)| at);
        names.extend(slashes.chain([file.path.len()]).filter_map(|at| file.path.get(..at)));
    }
    let mut first = BTreeMap::new();
    let mut pairs = Vec::new();
    for name in names {
        // Of two directories, what is in them need not be told as well.
        let (directory, last) = name.rsplit_once('/').unwrap_or(("", name));
        match first.entry((directory, folded(last))) {
            Entry::Vacant(vacant) => _ = vacant.insert(name),
            Entry::Occupied(other) => pairs.push([String::from(*other.get()), name.to_owned()]),
        }
    }
    pairs
}

fn folded(name: &str) -> String {
    let lower = name.to_lowercase();
    ComposingNormalizerBorrowed::new_nfc().normalize(&lower).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_one_elsewhere() {
        let names =
            ["a/x.js", "A/x.js", "a/X.js", "b/caf\u{e9}", "b/cafe\u{301}", "b/CAFE", "c/x.js", "d/x.js"];
        let files = names.map(|name| OutputFile::of(name, Vec::new()));
        let pairs = [["A", "a"], ["a/X.js", "a/x.js"], ["b/cafe\u{301}", "b/caf\u{e9}"]];
        assert_eq!(alike(&files), pairs.map(|pair| pair.map(str::to_owned)));
    }
}
