//! One thing on two sides, and lists of such things.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Class;

/// A thing that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change<T> {
    /// What it is called: after, where it is there.
    pub name: String,
    /// What happened to it.
    pub change: Kind,
    /// What it was called, where it only got another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<T>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<T>,
    /// How safe it is to go from the one to the other.
    pub class: Class,
}

/// What happened to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is only there after.
    Added,
    /// It is only there before.
    Removed,
    /// It is there on both sides.
    Changed,
    /// It is the same under another name.
    Moved,
}

impl<T> Change<T> {
    /// A change of what is there on at least one side.
    pub(super) fn new(name: String, before: Option<T>, after: Option<T>) -> Self {
        let change = match (&before, &after) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        Self { name, change, was: None, before, after, class: Class::default() }
    }
}

/// What differs between two lists of named things, by name. Names that occur several times are told apart by their order.
pub(super) fn changes<T: PartialEq>(before: Vec<(String, T)>, after: Vec<(String, T)>) -> Vec<Change<T>> {
    let mut both: BTreeMap<(String, usize), (Option<T>, Option<T>)> = BTreeMap::new();
    both.extend(numbered(before).map(|(key, thing)| (key, (Some(thing), None))));
    for (key, thing) in numbered(after) {
        both.entry(key).or_default().1 = Some(thing);
    }
    let differ = both.into_iter().filter(|(_, (before, after))| before != after);
    differ.map(|((name, _), (before, after))| Change::new(name, before, after)).collect()
}

fn numbered<T>(things: Vec<(String, T)>) -> impl Iterator<Item = ((String, usize), T)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    things.into_iter().map(move |(name, thing)| {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        ((name, *count), thing)
    })
}

/// What differs between two lists of names.
pub(super) fn names(before: &[String], after: &[String]) -> Vec<Change<String>> {
    let named = |names: &[String]| names.iter().map(|name| (name.clone(), name.clone())).collect();
    changes(named(before), named(after))
}

/// Makes one of what went here and came there with the same content.
pub(super) fn with_moves<T, C: Ord>(changes: Vec<Change<T>>, content: impl Fn(&T) -> C) -> Vec<Change<T>> {
    let mut came: BTreeMap<C, Vec<String>> = BTreeMap::new();
    let added = changes.iter().filter(|change| change.change == Kind::Added);
    for (name, thing) in added.filter_map(|change| Some((&change.name, change.after.as_ref()?))) {
        came.entry(content(thing)).or_default().push(name.clone());
    }
    // The first that went is the first that came.
    came.values_mut().for_each(|names| names.reverse());
    let mut moved: BTreeMap<String, (String, T)> = BTreeMap::new();
    let mut kept = Vec::new();
    for change in changes {
        let target = match (&change.before, &change.after) {
            (Some(before), None) => came.get_mut(&content(before)).and_then(Vec::pop),
            _ => None,
        };
        match (target, change) {
            (Some(target), Change { name, before: Some(before), .. }) => {
                moved.insert(target, (name, before));
            }
            (_, change) => kept.push(change),
        }
    }
    for change in &mut kept {
        if let Some((was, before)) = moved.remove(&change.name) {
            (change.change, change.was, change.before) = (Kind::Moved, Some(was), Some(before));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(before: &[(&str, u8)], after: &[(&str, u8)]) -> Vec<(String, Kind, Option<String>)> {
        let named = |things: &[(&str, u8)]| -> Vec<(String, u8)> {
            things.iter().map(|(name, thing)| ((*name).to_owned(), *thing)).collect()
        };
        let found = with_moves(changes(named(before), named(after)), |thing| *thing);
        found.into_iter().map(|one| (one.name, one.change, one.was)).collect()
    }

    #[test]
    fn what_moves_is_one_change() {
        let moved = |name: &str, was: &str| (name.to_owned(), Kind::Moved, Some(was.to_owned()));
        assert_eq!(of(&[("a", 1), ("b", 2)], &[("a", 1), ("c", 2)]), [moved("c", "b")]);
        assert_eq!(of(&[("a", 1), ("b", 1)], &[("c", 1), ("d", 1)]), [moved("c", "a"), moved("d", "b")]);
        let twice = of(&[("a", 1)], &[("c", 1), ("d", 1)]);
        assert_eq!(twice, [moved("c", "a"), ("d".to_owned(), Kind::Added, None)]);
        let exchanged = of(&[("a", 1), ("b", 2)], &[("a", 2), ("b", 1)]);
        assert!(exchanged.iter().all(|(_, change, _)| *change == Kind::Changed));
    }

    #[test]
    fn names_that_occur_twice_are_counted() {
        assert_eq!(of(&[("a", 1), ("a", 1)], &[("a", 1)]), [("a".to_owned(), Kind::Removed, None)]);
        assert_eq!(of(&[("a", 1)], &[("a", 2)]), [("a".to_owned(), Kind::Changed, None)]);
    }
}
