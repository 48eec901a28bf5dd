//! The names of environments as names of files.
//!
//! Invariant: two environments never share a file, whatever they are called and whether or not the file system tells upper
//! case from lower, and no name leads anywhere else.

use std::fs;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Store, Writer};
use crate::error::Error;
use crate::hash;

/// What the top level's log is called.
const TOP: &str = "top";
/// What the logs of environments start with.
const NAMED: &str = "env-";
/// What those start with whose names are too long for a file's: then comes a hash, and the name is in a file beside it.
const LONG: &str = "long-";
/// Most characters of a name that are written out. File systems take 255 for a file's name.
const LONGEST: usize = 200;
/// What does not stay as it is: everything but lower case, digits, `-` and `_`.
const ESCAPED: &AsciiSet = &with_upper_case(NON_ALPHANUMERIC.remove(b'-').remove(b'_'));

const fn with_upper_case(mut set: AsciiSet) -> AsciiSet {
    let mut letter = b'A';
    while letter <= b'Z' {
        set = set.add(letter);
        letter += 1;
    }
    set
}

/// What the files of an environment are called, without their extensions.
pub(super) fn stem(environment: Option<&str>) -> String {
    let Some(name) = environment else { return TOP.to_owned() };
    let escaped = utf8_percent_encode(name, ESCAPED).to_string();
    match escaped.len() {
        0..=LONGEST => format!("{NAMED}{escaped}"),
        _ => format!("{LONG}{}", hash::blake3_short(name.as_bytes())),
    }
}

impl Writer<'_> {
    /// Writes down what the environment of a log is called, where the log's own name does not tell.
    pub(super) fn name_log(&self, environment: Option<&str>) -> Result<(), Error> {
        let stem = stem(environment);
        match environment {
            Some(name) if stem.starts_with(LONG) => {
                self.store.write_file(&format!("log/{stem}.name"), name.as_bytes())
            }
            _ => Ok(()),
        }
    }
}

impl Store {
    /// The environments that were given anything, the top level first.
    ///
    /// # Errors
    ///
    /// A name cannot be read.
    pub fn environments(&self) -> Result<Vec<Option<String>>, Error> {
        let mut environments = Vec::new();
        for file in self.names_in("log")? {
            let Some(found) = file.strip_suffix(".jsonl") else { continue };
            let environment = match (found.strip_prefix(NAMED), found.starts_with(LONG)) {
                (Some(escaped), _) => percent_decode_str(escaped).decode_utf8().ok().map(Into::into),
                (None, true) => {
                    let path = self.path(&format!("log/{found}.name"));
                    Some(fs::read_to_string(&path).map_err(|error| Error::io("read", &path, error))?)
                }
                (None, false) => None,
            };
            // A name that leads elsewhere was not written by a store.
            if stem(environment.as_deref()) == found {
                environments.push(environment);
            }
        }
        environments.sort();
        Ok(environments)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_are_safe_and_do_not_collide(names in prop::collection::vec(any::<String>(), 2..20)) {
            let mut seen = BTreeMap::new();
            for name in names.iter().flat_map(|name| [name.clone(), name.to_uppercase(), name.to_lowercase()]) {
                let stem = stem(Some(&name));
                prop_assert!(stem.len() <= 210 && stem != TOP);
                prop_assert!(stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_%".contains(&byte)));
                let other = seen.insert(stem.to_ascii_lowercase(), name.clone());
                prop_assert!(other.is_none_or(|other| other == name));
            }
        }
    }

    #[test]
    fn odd_names() {
        let cases = [
            ("production", "env-production"),
            ("Production", "env-%50roduction"),
            ("..", "env-%2E%2E"),
            ("a/b\\c", "env-a%2Fb%5Cc"),
            ("é", "env-%C3%A9"),
            ("top", "env-top"),
        ];
        for (name, expected) in cases {
            assert_eq!(stem(Some(name)), expected);
        }
        assert_eq!(stem(None), "top");
        assert!(stem(Some(&"a".repeat(201))).starts_with("long-"));
    }
}
