//! Which version a text on the command line means.

use std::collections::BTreeSet;

use super::{Store, is_id};
use crate::error::Error;

/// Fewest characters of an id that stand for it.
const SHORTEST: usize = 4;
/// Fewest characters of an id that are shown.
const SHOWN: usize = 8;

/// A name for a version in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An id, or its first characters.
    Id(String),
    /// `latest` or `latest~N`: what the environment was given last, or N versions before it.
    Latest(usize),
}

impl Reference {
    /// `None` for a text that can only be a path.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(back) = text.strip_prefix("latest") {
            return match back.strip_prefix('~') {
                Some(count) => count.parse().ok().map(Self::Latest),
                None => back.is_empty().then_some(Self::Latest(0)),
            };
        }
        let is_id = (SHORTEST..=crate::hash::SHORT).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| Self::Id(text.to_ascii_lowercase()))
    }
}

/// What an environment is called in a sentence. An empty name is the top level.
pub fn called(environment: Option<&str>) -> String {
    match environment {
        None | Some("") => "the top level".to_owned(),
        Some(name) => format!("`{name}`"),
    }
}

impl Store {
    /// The id of what is meant.
    ///
    /// # Errors
    ///
    /// There is no such version, or more than one.
    pub fn find(&self, reference: &Reference, environment: Option<&str>) -> Result<String, Error> {
        match reference {
            Reference::Id(start) => {
                let ids = self.ids()?;
                let mut found = ids.iter().filter(|id| id.starts_with(start));
                match (found.next(), found.next()) {
                    (Some(id), None) => Ok(id.clone()),
                    (Some(_), Some(_)) => Err(Error::Usage(format!(
                        "`{start}` is the start of several versions; write more of the id"
                    ))),
                    (None, _) => Err(self.missing(start)),
                }
            }
            Reference::Latest(back) => {
                let history = self.history(environment)?;
                let of = called(environment);
                let index = history.len().checked_sub(back + 1).ok_or_else(|| {
                    Error::Usage(match history.len() {
                        0 => format!("{of} was given no version yet"),
                        1 => format!("{of} was given one version only, and none before it"),
                        count => format!("{of} was given {count} versions, too few for `latest~{back}`"),
                    })
                })?;
                match self.has(&history[index]) {
                    true => Ok(history[index].clone()),
                    false => Err(self.missing(&history[index])),
                }
            }
        }
    }

    /// The versions that an environment was given, the oldest first, also those that were removed. One that follows itself
    /// counts once.
    ///
    /// # Errors
    ///
    /// The log cannot be read, or is damaged.
    pub fn history(&self, environment: Option<&str>) -> Result<Vec<String>, Error> {
        let mut ids: Vec<String> = self.log(environment)?.into_iter().map(|entry| entry.id).collect();
        ids.dedup();
        Ok(ids)
    }

    /// How many characters of an id tell it from all others of the store, removed ones among them.
    ///
    /// # Errors
    ///
    /// A log cannot be read, or is damaged.
    pub fn short_length(&self) -> Result<usize, Error> {
        let mut ids: BTreeSet<String> = self.ids()?.into_iter().collect();
        for environment in self.environments()? {
            ids.extend(self.log(environment.as_deref())?.into_iter().map(|entry| entry.id));
        }
        let neighbours = ids.iter().zip(ids.iter().skip(1));
        let shared = neighbours
            .map(|(one, next)| one.bytes().zip(next.bytes()).take_while(|(one, next)| one == next).count());
        Ok(shared.max().map_or(SHOWN, |shared| SHOWN.max(shared + 1)))
    }

    /// What to say of a version that is not there, by its id or the start of one.
    pub(super) fn missing(&self, start: &str) -> Error {
        let environments = self.environments().unwrap_or_default();
        let logs = environments.iter().flat_map(|name| self.log(name.as_deref()).unwrap_or_default());
        let removed: BTreeSet<String> =
            logs.map(|entry| entry.id).filter(|id| id.starts_with(start) && !self.has(id)).collect();
        let directory = self.directory.display();
        Error::Usage(match removed.first() {
            Some(id) if is_id(start) || removed.len() == 1 => {
                format!("version `{id}` is no longer in `{directory}`: `gc` removed it")
            }
            _ => format!(
                "there is no version `{start}` in `{directory}`; `pagesbuild versions` lists what there is"
            ),
        })
    }
}
