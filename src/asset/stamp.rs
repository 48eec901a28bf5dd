//! What a file system says of a file, in which every edit shows.

use std::fs::Metadata;

use serde::{Deserialize, Serialize};

/// Seconds and nanoseconds since 1970.
pub(crate) type Time = (i64, i64);

/// What differs between a file and the same file after an edit. Programs can set the second of the two times as they like, and
/// none can set the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) changed: Time,
    pub(crate) modified: Time,
    pub(crate) size: u64,
    pub(crate) inode: u64,
    pub(crate) device: u64,
}

impl Stamp {
    #[cfg(unix)]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            size: metadata.size(),
            inode: metadata.ino(),
            device: metadata.dev(),
        }
    }

    /// Enough to see that a file grows or is written to while it is read, and too little to know it again.
    #[cfg(not(unix))]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified =
            since.map_or((0, 0), |since| (since.as_secs().cast_signed(), since.subsec_nanos().into()));
        Self { changed: modified, modified, size: metadata.len(), inode: 0, device: 0 }
    }
}
