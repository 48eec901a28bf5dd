//! Files looked at one after the other, most of them in the directory of the one before.
//!
//! To look at a file by its whole path is to look up every directory on the way. From the directory that it is in it is to look
//! up one name, which takes a third of the time. Done on Linux, where types are known to be what they are here.

use std::io;
use std::path::Path;

use super::stamp::Stamp;

/// What the file system says of a file.
pub(crate) struct Look {
    pub(crate) stamp: Stamp,
    pub(crate) is_file: bool,
    /// Who may do what with it, where there is such a thing.
    pub(crate) mode: Option<u32>,
}

/// The directory that was looked into last.
#[derive(Default)]
pub(crate) struct Near {
    #[cfg(target_os = "linux")]
    directory: Option<(std::path::PathBuf, std::os::fd::OwnedFd)>,
}

#[cfg(target_os = "linux")]
impl Near {
    /// Looks at a file.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn look(&mut self, path: &Path) -> io::Result<Look> {
        self.stat(path, rustix::fs::AtFlags::empty())
    }

    /// Looks at a file, and at a symbolic link as one.
    ///
    /// # Errors
    ///
    /// There is nothing.
    pub(crate) fn look_at_link(&mut self, path: &Path) -> io::Result<Look> {
        self.stat(path, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)
    }

    fn stat(&mut self, path: &Path, flags: rustix::fs::AtFlags) -> io::Result<Look> {
        use rustix::fs::{CWD, FileType, Mode, OFlags, openat, statat};
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let directory = match self.directory.take().filter(|(last, _)| last == parent) {
            Some((_, directory)) => directory,
            None => openat(CWD, parent, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty())?,
        };
        let found = statat(&directory, name, flags);
        self.directory = Some((parent.to_path_buf(), directory));
        let found = found?;
        Ok(Look {
            stamp: Stamp::of_stat(&found),
            is_file: FileType::from_raw_mode(found.st_mode).is_file(),
            mode: Some(found.st_mode & 0o7777),
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl Near {
    pub(crate) fn look(&mut self, path: &Path) -> io::Result<Look> {
        std::fs::metadata(path).map(|found| Look::of(&found))
    }

    pub(crate) fn look_at_link(&mut self, path: &Path) -> io::Result<Look> {
        std::fs::symlink_metadata(path).map(|found| Look::of(&found))
    }
}

#[cfg(not(target_os = "linux"))]
impl Look {
    fn of(found: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        let mode = Some(std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o7777);
        #[cfg(not(unix))]
        let mode = None;
        Self { stamp: Stamp::of(found), is_file: found.is_file(), mode }
    }
}
