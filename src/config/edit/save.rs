//! A changed file onto the disk: whole or not at all, and only over what was read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::error::Error;

/// What editors of other systems put before a text.
const MARK: &str = "\u{feff}";

/// Replaces a file that holds the old text. A symbolic link stays one; the file that it leads to is replaced.
pub(super) fn save(path: &Path, old: &str, new: &str) -> Result<(), Error> {
    if old.is_empty() && !path.exists() {
        return create(path, new);
    }
    let failed = |source| Error::io("replace", path, source);
    let file = fs::canonicalize(path).map_err(failed)?;
    // Whoever made it read-only means it, and a rename would not ask.
    File::options().append(true).open(&file).map_err(failed)?;
    let directory = file.parent().unwrap_or(Path::new("."));
    let mut beside =
        tempfile::Builder::new().prefix(".pagesbuild-").tempfile_in(directory).map_err(failed)?;
    let found = fs::read_to_string(&file).map_err(failed)?;
    let (mark, text) = match found.strip_prefix(MARK) {
        Some(text) => (MARK, text),
        None => ("", found.as_str()),
    };
    if text != old {
        return Err(failed(io::Error::other("it has changed since it was read")));
    }
    beside.write_all(mark.as_bytes()).and_then(|()| beside.write_all(new.as_bytes())).map_err(failed)?;
    let permissions = fs::metadata(&file).map_err(failed)?.permissions();
    beside
        .as_file()
        .set_permissions(permissions)
        .and_then(|()| beside.as_file().sync_all())
        .map_err(failed)?;
    beside.persist(&file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Makes a file that is not there.
fn create(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |source| Error::io("create", path, source);
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}
