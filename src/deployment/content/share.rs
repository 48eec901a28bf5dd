//! New files that share the blocks of others, where the file system can: writing to one never changes the other.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes a file, and says whether it has the content of `source`, which is `opened`, already.
#[cfg(target_os = "linux")]
pub(super) fn create(_source: &Path, opened: &File, path: &Path) -> io::Result<(File, bool)> {
    use std::sync::atomic::{AtomicBool, Ordering};
    /// Whether a file system was met that cannot: to ask it again for each file takes as long as to open one.
    static CANNOT: AtomicBool = AtomicBool::new(false);
    let created = create_empty(path)?;
    if CANNOT.load(Ordering::Relaxed) {
        return Ok((created, false));
    }
    let shared = rustix::fs::ioctl_ficlone(&created, opened);
    if shared == Err(rustix::io::Errno::OPNOTSUPP) {
        CANNOT.store(true, Ordering::Relaxed);
    }
    Ok((created, shared.is_ok()))
}

/// Makes a file, and says whether it has the content of `source`, which is `opened`, already.
#[cfg(target_vendor = "apple")]
pub(super) fn create(source: &Path, _opened: &File, path: &Path) -> io::Result<(File, bool)> {
    // The system shares blocks only with a file that it makes.
    match std::fs::copy(source, path) {
        Ok(_) => File::open(path).map(|copied| (copied, true)),
        Err(_) => {
            let _ = std::fs::remove_file(path);
            create_empty(path).map(|created| (created, false))
        }
    }
}

/// Makes a file, and says whether it has the content of `source`, which is `opened`, already.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn create(_source: &Path, _opened: &File, path: &Path) -> io::Result<(File, bool)> {
    create_empty(path).map(|created| (created, false))
}

/// Makes a file without content, which can be read as well.
pub(super) fn create_empty(path: &Path) -> io::Result<File> {
    File::options().read(true).write(true).create_new(true).open(path)
}
