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
    pub(crate) is_directory: bool,
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

    /// Makes a link at `to` to a file that is seen from another directory.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(crate) fn link(&mut self, to: &Path, from: &Path, near_from: &mut Self) -> io::Result<()> {
        let (from, from_name) = near_from.enter(from)?;
        let (to, to_name) = self.enter(to)?;
        Ok(rustix::fs::linkat(from, from_name, to, to_name, rustix::fs::AtFlags::empty())?)
    }

    fn stat(&mut self, path: &Path, flags: rustix::fs::AtFlags) -> io::Result<Look> {
        use rustix::fs::{FileType, statat};
        let (directory, name) = self.enter(path)?;
        let found = statat(directory, name, flags)?;
        let kind = FileType::from_raw_mode(found.st_mode);
        Ok(Look {
            stamp: Stamp::of_stat(&found),
            is_file: kind.is_file(),
            is_directory: kind.is_dir(),
            mode: Some(found.st_mode & 0o7777),
        })
    }

    /// The directory that something is in, and its name there.
    fn enter<'a>(&mut self, path: &'a Path) -> io::Result<(&std::os::fd::OwnedFd, &'a std::ffi::OsStr)> {
        use rustix::fs::{CWD, Mode, OFlags, openat};
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let (_, directory) = match self.directory.take() {
            // Compared as texts, since to take paths apart takes longer than to look.
            Some(last) if last.0.as_os_str() == parent.as_os_str() => self.directory.insert(last),
            _ => {
                let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY;
                let opened = openat(CWD, parent, flags, Mode::empty())?;
                self.directory.insert((parent.to_path_buf(), opened))
            }
        };
        Ok((directory, name))
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

    pub(crate) fn link(&mut self, to: &Path, from: &Path, _near_from: &mut Self) -> io::Result<()> {
        std::fs::hard_link(from, to)
    }
}

#[cfg(not(target_os = "linux"))]
impl Look {
    fn of(found: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        let mode = Some(std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o7777);
        #[cfg(not(unix))]
        let mode = None;
        Self { stamp: Stamp::of(found), is_file: found.is_file(), is_directory: found.is_dir(), mode }
    }
}
