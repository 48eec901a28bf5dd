//! Versions that are to stay, whatever is cleaned up.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::file::sync_directory;
use super::{Store, Writer, is_id};
use crate::error::Error;

/// Why a version is to stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// When it was pinned, UTC, RFC 3339.
    pub time: String,
    /// What the user wrote to it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

impl Writer<'_> {
    /// Pins a version, or replaces its pin.
    ///
    /// # Errors
    ///
    /// There is none of this id, or the pin cannot be written.
    pub fn pin(&self, id: &str, pin: &Pin) -> Result<(), Error> {
        if !self.store.has(id) {
            return Err(self.store.missing(id));
        }
        let path = format!("pins/{id}");
        let failed = |error: serde_json::Error| Error::io("write", &self.store.path(&path), error.into());
        let text = serde_json::to_string(pin).map_err(failed)?;
        self.store.write_file(&path, format!("{text}\n").as_bytes())
    }

    /// Removes a pin; `false` where there was none.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub fn unpin(&self, id: &str) -> Result<bool, Error> {
        let path = self.store.path("pins").join(id);
        match fs::remove_file(&path) {
            Ok(()) => sync_directory(&self.store.path("pins")).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io("remove", &path, error)),
        }
    }
}

impl Store {
    /// All pins, by the id of the version.
    ///
    /// # Errors
    ///
    /// One cannot be read, or is damaged.
    pub fn pins(&self) -> Result<BTreeMap<String, Pin>, Error> {
        let mut pins = BTreeMap::new();
        for id in self.names_in("pins")?.into_iter().filter(|name| is_id(name)) {
            let path = self.path("pins").join(&id);
            let text = match fs::read(&path) {
                Ok(text) => text,
                // Removed since.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("read", &path, error)),
            };
            let pin = serde_json::from_slice(&text);
            pins.insert(
                id,
                pin.map_err(|error| Error::unusable(&path, format!("it is not a pin: {error}")))?,
            );
        }
        Ok(pins)
    }
}
