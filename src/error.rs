//! What the environment did to us: the failures that are not the project's fault.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the machine or of the call, as opposed to a [`Diagnostic`](crate::diagnostic::Diagnostic),
/// which says what is wrong with the project.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory could not be read, written or examined.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `create`, `replace`.
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or directory of ours holds what we cannot take.
    #[error("cannot use `{}`: {why}", path.display())]
    Unusable {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The command line asks for something that cannot be meant.
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// Wraps an operating system error with what was tried on which path.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_path_buf(), source }
    }

    /// Whether the user that runs this may not do it.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied)
    }

    /// Says what is wrong with a file or directory of ours.
    pub fn unusable(path: &Path, why: impl Into<String>) -> Self {
        Self::Unusable { path: path.to_path_buf(), why: why.into() }
    }
}
