//! Which version a text on the command line means.

use super::Store;
use crate::error::Error;

/// Fewest characters of an id that stand for it.
const SHORTEST: usize = 4;

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
                    (None, _) => Err(Error::Usage(format!(
                        "there is no version `{start}` in `{}`; `pagesbuild versions` lists what there is",
                        self.directory.display()
                    ))),
                }
            }
            Reference::Latest(back) => {
                let history = self.history(environment)?;
                let of = environment.map_or("the top level".to_owned(), |name| format!("`{name}`"));
                let index = history.len().checked_sub(back + 1).ok_or_else(|| {
                    let count = history.len();
                    Error::Usage(format!(
                        "{of} has {count} versions, which is not enough for `latest~{back}`"
                    ))
                })?;
                Ok(history[index].clone())
            }
        }
    }

    /// The versions that an environment was given, the oldest first. One that follows itself counts once.
    ///
    /// # Errors
    ///
    /// The log cannot be read, or is damaged.
    pub fn history(&self, environment: Option<&str>) -> Result<Vec<String>, Error> {
        let mut ids: Vec<String> = self.log(environment)?.into_iter().map(|entry| entry.id).collect();
        ids.dedup();
        Ok(ids)
    }
}
