//! What a file system says of a file, in which every edit shows.

use std::fs::Metadata;

use serde::{Deserialize, Serialize};

/// Seconds and nanoseconds since 1970.
pub(super) type Time = (i64, i64);

/// What differs between a file and the same file after an edit. Programs can set the second of the two times as they like, and
/// none can set the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) changed: Time,
    pub(super) modified: Time,
    pub(super) size: u64,
    pub(super) inode: u64,
    pub(super) device: u64,
}

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
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
    pub(super) fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let modified =
            since.map_or((0, 0), |since| (since.as_secs().cast_signed(), since.subsec_nanos().into()));
        Self { changed: modified, modified, size: metadata.len(), inode: 0, device: 0 }
    }
}
