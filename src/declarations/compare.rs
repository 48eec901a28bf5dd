//! What differs between two texts of declarations, name by name.

use std::collections::BTreeMap;

/// How a name differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is missing in the file; its type.
    Added(String),
    /// It is only in the file; its type there.
    Removed(String),
    /// Its type is another one: that in the file, and the one that it has now.
    Changed(String, String),
}

/// A name that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The interface or module that it is a member of.
    pub of: String,
    /// The name.
    pub name: String,
    /// How it differs.
    pub difference: Difference,
}

/// The names that differ, sorted.
pub fn compare(present: &str, wanted: &str) -> Vec<Change> {
    let (present, wanted) = (members(present), members(wanted));
    let missing = wanted.iter().filter(|(at, _)| !present.contains_key(*at));
    let added = missing.map(|(at, of)| (at, Difference::Added(of.clone())));
    let other = present.iter().filter_map(|(at, of)| match wanted.get(at) {
        None => Some((at, Difference::Removed(of.clone()))),
        Some(now) if now != of => Some((at, Difference::Changed(of.clone(), now.clone()))),
        Some(_) => None,
    });
    let changes: BTreeMap<_, _> = added.chain(other).collect();
    let change = |((of, name), difference): (&(String, String), Difference)| Change {
        of: of.clone(),
        name: name.clone(),
        difference,
    };
    changes.into_iter().map(change).collect()
}

/// The members of all interfaces and modules, one a line as they are written here, with their types.
fn members(text: &str) -> BTreeMap<(String, String), String> {
    let mut members = BTreeMap::new();
    let mut places: Vec<String> = Vec::new();
    for line in text.lines().take_while(|line| *line != super::present::RUNTIME_BEGINS) {
        let line = line.trim();
        if let Some(opened) = line.strip_suffix('{') {
            let words =
                opened.split_whitespace().filter(|word| !matches!(*word, "declare" | "interface" | "module"));
            let place: Vec<&str> = words.take_while(|word| *word != "extends").collect();
            places.push(place.join(" "));
        } else if line.starts_with('}') {
            places.pop();
        } else if let (Some(place), Some((name, of))) = (places.last(), member(line)) {
            members.insert((place.trim_start_matches("__BaseEnv_").to_owned(), name), of);
        }
    }
    members
}

/// The name and the type of a member; a `?` goes with the type.
fn member(line: &str) -> Option<(String, String)> {
    let line = line.strip_suffix(';')?;
    let end = match line.starts_with('"') {
        true => {
            let mut escaped = false;
            let quote = line.char_indices().skip(1).find(|(_, character)| {
                let ends = *character == '"' && !escaped;
                escaped = *character == '\\' && !escaped;
                ends
            });
            quote?.0 + 1
        }
        false => line.find([':', '?'])?,
    };
    let (name, rest) = line.split_at(end);
    let (optional, of) = match rest.strip_prefix('?') {
        Some(rest) => ("undefined | ", rest),
        None => ("", rest),
    };
    let name = name.strip_prefix("const ").unwrap_or(name);
    Some((name.to_owned(), format!("{optional}{}", of.strip_prefix(':')?.trim_start())))
}
