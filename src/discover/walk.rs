//! A directory in, its files out: symbolic links followed, and everything that cannot be part of a deployment
//! said once.
//!
//! Invariant: no file is yielded whose content lies outside of the allowed directories, whatever links lead to
//! it, and the walk ends even where links multiply.

use std::fs;
use std::io;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::limit::ASSETS;
use crate::project::display;

/// Links to directories multiply: thirty of them can name more entries than any disk holds.
const MAX_ENTRIES: usize = 10 * ASSETS.most();

/// Where to walk and what a link may lead to.
pub(super) struct Place<'a> {
    pub(super) directory: &'a Path,
    /// The project's root, by which diagnostics name files.
    pub(super) root: &'a Path,
    /// Most files to yield; one more is yielded so that the caller can tell.
    pub(super) limit: usize,
}

/// A directory entry after its links are followed.
pub(super) struct Found {
    /// Relative to the walked directory, `/`-separated.
    pub(super) path: String,
    /// The path by which it was found.
    pub(super) file: PathBuf,
    /// The path after all links.
    pub(super) real: PathBuf,
    pub(super) kind: Kind,
    pub(super) link: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    /// A FIFO, a socket, a device.
    Special,
    /// A symbolic link to nothing.
    Broken,
    /// A symbolic link to a directory that it stands in.
    Cycle,
    /// A symbolic link to where nobody may look.
    Denied,
    /// A symbolic link out of the allowed directories.
    Outside,
}

impl Found {
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether its bytes can be read, wherever they are.
    pub(super) fn is_file(&self) -> bool {
        self.kind == Kind::File || self.link && self.real.is_file()
    }

    /// Whether it and the directory that it stands in have the names by which they were found.
    pub(super) fn is_called_as_is(&self) -> bool {
        let above = self.real.to_str().and_then(|real| real.strip_suffix(&self.path));
        !self.is_top() && above.is_some_and(|above| above.ends_with('/'))
    }

    pub(super) fn is_top(&self) -> bool {
        !self.path.contains('/')
    }
}

/// All files that `wanted` agrees to, sorted by path. A directory that it declines is not entered, and what it
/// declines is not complained about.
pub(super) fn walk(
    place: &Place<'_>,
    diagnostics: &mut Diagnostics,
    wanted: &mut dyn FnMut(&Found, &mut Diagnostics) -> bool,
) -> Result<Vec<Found>, Error> {
    let base = canonical(place.directory)?;
    let allowed = [canonical(place.root)?, base.clone()];
    // The real path of the directory at each depth of the walk.
    let mut parents = vec![base];
    let mut files = Vec::new();
    let mut entries = WalkDir::new(place.directory).follow_links(true).min_depth(1).into_iter();
    let mut seen = 0_usize;
    while let Some(next) = entries.next() {
        seen += 1;
        if files.len() > place.limit || seen > MAX_ENTRIES {
            break;
        }
        let (found, depth) = match next {
            Ok(entry) => {
                let depth = entry.depth();
                parents.truncate(depth);
                let is_dir = entry.file_type().is_dir();
                let Some(found) = examine(place, entry, &parents, &allowed, diagnostics)? else {
                    if is_dir {
                        entries.skip_current_dir();
                    }
                    continue;
                };
                (found, depth)
            }
            // Of an entry that was agreed to already.
            Err(error) if denied(&error) && !error.path().is_some_and(Path::is_symlink) => {
                diagnostics.push(unreadable(place, error.path().unwrap_or(place.directory)));
                continue;
            }
            Err(error) => {
                let depth = error.depth();
                (unfollowed(place, error)?, depth)
            }
        };
        let accepted = wanted(&found, diagnostics);
        match found.kind {
            Kind::Directory if accepted => {
                parents.truncate(depth);
                parents.push(found.real);
            }
            Kind::Directory => entries.skip_current_dir(),
            Kind::File if accepted => files.push(found),
            Kind::File => {}
            _ => {
                // A link that leads outside may be a directory, which must not be entered.
                if found.kind == Kind::Outside && found.file.is_dir() {
                    entries.skip_current_dir();
                }
                if accepted {
                    diagnostics.push(complain(place, &found));
                }
            }
        }
    }
    files.par_sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    fs::canonicalize(path).map_err(|error| Error::io("resolve", path, error))
}

fn examine(
    place: &Place<'_>,
    entry: DirEntry,
    parents: &[PathBuf],
    allowed: &[PathBuf],
    diagnostics: &mut Diagnostics,
) -> Result<Option<Found>, Error> {
    let Some(path) = relative(place, entry.path()) else {
        diagnostics.push(
            Diagnostic::error(Code::UnusableFile, "the name is not valid UTF-8, and no URL can name it")
                .file(display(place.root, entry.path()))
                .help("rename the file"),
        );
        return Ok(None);
    };
    let link = entry.path_is_symlink();
    let real = match parents.last() {
        Some(parent) if !link => parent.join(entry.file_name()),
        _ => canonical(entry.path())?,
    };
    let kind = if link && !allowed.iter().any(|directory| real.starts_with(directory)) {
        Kind::Outside
    } else if entry.file_type().is_dir() {
        Kind::Directory
    } else if entry.file_type().is_file() {
        Kind::File
    } else {
        Kind::Special
    };
    Ok(Some(Found { path, file: entry.into_path(), real, kind, link }))
}

/// An entry that could not be followed: a link that is broken or runs in a circle, or a real failure.
fn unfollowed(place: &Place<'_>, error: walkdir::Error) -> Result<Found, Error> {
    let file = error.path().unwrap_or(place.directory).to_path_buf();
    let kind = match error.loop_ancestor() {
        Some(_) => Kind::Cycle,
        None if denied(&error) => Kind::Denied,
        None => Kind::Broken,
    };
    let is_link = fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.file_type().is_symlink());
    match relative(place, &file) {
        Some(path) if is_link => Ok(Found { path, real: file.clone(), file, kind, link: true }),
        _ => {
            let source = error.into_io_error().unwrap_or_else(|| io::Error::other("the walk failed"));
            Err(Error::io("read", &file, source))
        }
    }
}

fn denied(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

fn unreadable(place: &Place<'_>, path: &Path) -> Diagnostic {
    Diagnostic::error(Code::UnreadableFile, "permission to look into the directory is denied")
        .file(display(place.root, path))
        .help("let the user that builds read and enter it, or list it in `.assetsignore`")
}

fn relative(place: &Place<'_>, file: &Path) -> Option<String> {
    // As texts: parts of paths take ten times as long to compare, and there may be a hundred thousand.
    let directory = place.directory.to_str();
    let inside =
        directory.and_then(|directory| file.to_str()?.strip_prefix(directory)?.strip_prefix(MAIN_SEPARATOR));
    let relative = match inside {
        Some(inside) => inside,
        None => file.strip_prefix(place.directory).ok()?.to_str()?,
    };
    Some(match MAIN_SEPARATOR {
        '/' => relative.to_owned(),
        separator => relative.replace(separator, "/"),
    })
}

fn complain(place: &Place<'_>, found: &Found) -> Diagnostic {
    let target = fs::read_link(&found.file).unwrap_or_default();
    let target = target.display();
    let diagnostic = match found.kind {
        Kind::Outside => Diagnostic::error(
            Code::SymlinkOutside,
            format!("the symbolic link leads out of the project, to `{target}`"),
        )
        .help("copy what it points to into the project"),
        Kind::Cycle => Diagnostic::error(
            Code::UnusableFile,
            format!("the symbolic link to `{target}` leads back to a directory that it stands in"),
        )
        .help("remove the link"),
        Kind::Denied => Diagnostic::error(
            Code::UnreadableFile,
            format!("permission to follow the symbolic link to `{target}` is denied"),
        )
        .help("let the user that builds read what it leads to, or list it in `.assetsignore`"),
        Kind::Broken => Diagnostic::error(
            Code::UnusableFile,
            format!("the symbolic link points to `{target}`, which does not exist"),
        )
        .help("remove the link, or create what it points to"),
        _ => Diagnostic::warning(
            Code::UnusableFile,
            "this is neither a file nor a directory, and was left out",
        )
        .help("remove it, or list it in `.assetsignore`"),
    };
    diagnostic.file(display(place.root, &found.file))
}
