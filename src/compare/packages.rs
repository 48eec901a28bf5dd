//! npm packages by name, so that an upgrade is one change.

use std::collections::BTreeMap;

use super::change::{Change, changes};
use crate::deployment::Document;
use crate::deployment::document::Package;

/// What differs between the packages of two workers.
pub(super) fn changed(before: &Document, after: &Document) -> Vec<Change<Package>> {
    let mut by_name: BTreeMap<String, [Vec<Package>; 2]> = BTreeMap::new();
    let mut found = Vec::new();
    for Change { before, after, .. } in changes(by_version(before), by_version(after)) {
        match (before, after) {
            (Some(before), Some(after)) => {
                found.push(Change::new(after.name.clone(), Some(before), Some(after)));
            }
            (Some(gone), None) => by_name.entry(gone.name.clone()).or_default()[0].push(gone),
            (_, new) => {
                new.into_iter().for_each(|new| by_name.entry(new.name.clone()).or_default()[1].push(new))
            }
        }
    }
    for (name, [mut gone, mut new]) in by_name {
        match (gone.len(), new.len()) {
            (1, 1) => found.push(Change::new(name, gone.pop(), new.pop())),
            _ => {
                found.extend(gone.into_iter().map(|package| Change::new(name.clone(), Some(package), None)));
                found.extend(new.into_iter().map(|package| Change::new(name.clone(), None, Some(package))));
            }
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

fn by_version(document: &Document) -> Vec<(String, Package)> {
    let packages = document.code.iter().flat_map(|code| code.packages.clone());
    packages
        .map(|package| {
            (format!("{}@{}", package.name, package.version.as_deref().unwrap_or_default()), package)
        })
        .collect()
}
