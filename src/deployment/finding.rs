//! What keeps a directory, an archive or a kept version from being the deployment that its description says.

use std::fmt;
use std::io;

use super::DOCUMENT;
use super::document::ReadError;
use crate::diagnostic::printable;

/// One thing that is wrong.
#[derive(Debug)]
pub enum Finding {
    /// `deployment.json` cannot be trusted.
    Document(ReadError),
    /// The description of a kept version is damaged.
    Kept(String),
    /// The archive cannot be read, or only so that readers disagree.
    Archive(String),
    /// An entry of the archive that no packer of a deployment writes, and what is odd about it.
    Entry(String, String),
    /// The description names a path that leads out of the directory or that no build would write.
    Unsafe(String),
    /// A path is named twice.
    Twice(String),
    /// The file is not there.
    Missing(String),
    /// The file is there, and the description does not name it.
    Extra(String),
    /// The file has another content.
    Different(String),
    /// A symbolic link or something else that is neither file nor directory.
    NotAFile(String),
    /// The file or directory could not be read.
    Unreadable(String, io::Error),
}

impl Finding {
    /// What is wrong, as programs know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) => "document",
            Self::Kept(_) => "document",
            Self::Archive(_) => "archive",
            Self::Entry(..) => "entry",
            Self::Unsafe(_) => "unsafe",
            Self::Twice(_) => "twice",
            Self::Missing(_) => "missing",
            Self::Extra(_) => "extra",
            Self::Different(_) => "different",
            Self::NotAFile(_) => "not-a-file",
            Self::Unreadable(..) => "unreadable",
        }
    }

    /// The file that it is about, if it is about one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Document(_) | Self::Kept(_) => Some(DOCUMENT),
            Self::Archive(_) => None,
            Self::Entry(path, _)
            | Self::Unsafe(path)
            | Self::Twice(path)
            | Self::Missing(path)
            | Self::Extra(path)
            | Self::Different(path)
            | Self::NotAFile(path)
            | Self::Unreadable(path, _) => Some(path),
        }
    }
}

/// One line, whatever is in the names.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Document(error) => format!("`{DOCUMENT}`: {error}"),
            Self::Kept(why) => format!("`{DOCUMENT}`: {why}"),
            Self::Archive(why) => format!("the archive {why}"),
            Self::Entry(path, why) => format!("`{path}` {why}"),
            Self::Unsafe(path) => format!("`{path}` is named and cannot be a file of a deployment"),
            Self::Twice(path) => format!("`{path}` is named twice"),
            Self::Missing(path) => format!("`{path}` is missing"),
            Self::Extra(path) => format!("`{path}` belongs to no deployment"),
            Self::Different(path) => format!("`{path}` has another content"),
            Self::NotAFile(path) => format!("`{path}` is not a regular file"),
            Self::Unreadable(path, error) => format!("`{path}` cannot be read: {error}"),
        };
        f.write_str(&printable(&text))
    }
}
