//! What a file system says of a file, in which every edit shows.

use std::fs::Metadata;

use serde::{Deserialize, Serialize};

/// Seconds and nanoseconds since 1970.
pub(crate) type Time = (i64, i64);

/// What differs between a file and the same file after an edit. Programs can set the second of the two times as they like, and
/// none can set the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
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

    /// The same, as the system says it.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_stat(found: &rustix::fs::Stat) -> Self {
        // What does not fit is of no file that there is, and equals nothing.
        let nanoseconds = |count| i64::try_from(count).unwrap_or(-1);
        Self {
            changed: (found.st_ctime, nanoseconds(found.st_ctime_nsec)),
            modified: (found.st_mtime, nanoseconds(found.st_mtime_nsec)),
            size: u64::try_from(found.st_size).unwrap_or(u64::MAX),
            inode: found.st_ino,
            device: found.st_dev,
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
