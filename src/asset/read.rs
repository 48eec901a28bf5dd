//! One file in, its hash out, of a moment at which nobody was writing to it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::AssetFile;
use super::stamp::Stamp;
use crate::error::Error;
use crate::hash;
use crate::limit::ASSET_SIZE;

/// How long to wait for whoever writes to a file that changed while it was read, each time that it did.
const WAITS: [Duration; 5] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];

/// A file that was read.
pub(super) enum Content {
    /// Its hash as a number, and what the file system said of it meanwhile.
    Hashed(u128, Stamp),
    /// More bytes than the platform takes.
    TooLarge(u64),
}

/// Hashes a file.
///
/// # Errors
///
/// It cannot be read, is gone, or somebody goes on writing to it.
pub(super) fn read(file: &AssetFile) -> Result<Content, Error> {
    for wait in [Duration::ZERO].into_iter().chain(WAITS) {
        thread::sleep(wait);
        if let Some(content) = try_to_read(file).map_err(|error| unreadable(&file.file, error))? {
            return Ok(content);
        }
    }
    Err(Error::unusable(
        &file.file,
        "it goes on changing while it is read; wait for the program that writes it to end, and build again",
    ))
}

/// `None` where the file changed meanwhile.
fn try_to_read(file: &AssetFile) -> io::Result<Option<Content>> {
    let opened = open_regular(&file.file)?;
    let before = Stamp::of(&opened.metadata()?);
    if before.size > ASSET_SIZE.paid {
        return Ok(Some(Content::TooLarge(before.size)));
    }
    // A file that never ends would be read for ever; one that grew is seen by its size.
    let mut bounded = (&opened).take(before.size);
    let (hash, size) = hash::asset_hash(&mut bounded, hash::extension(&file.path), |_| Ok(()))?;
    let is_same = size == before.size && Stamp::of(&opened.metadata()?) == before;
    let hash = u128::from_str_radix(&hash, 16).map_err(io::Error::other)?;
    Ok(is_same.then_some(Content::Hashed(hash, before)))
}

/// Opens a file that may have become something else since it was found, of which nothing is read.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let opened = open_unblocked(path)?;
    match opened.metadata()?.is_file() {
        true => Ok(opened),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// Opens whatever is there. A FIFO does not block.
pub(super) fn open_unblocked(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::unusable(
            path,
            "it was there when the build began and is gone; wait for the program that writes the directory to end, and build again",
        ),
        _ => Error::io("read", path, error),
    }
}
