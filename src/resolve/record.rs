//! What happens during a lookup, written down where somebody wants to know.

use std::path::PathBuf;
use std::sync::Arc;

use super::directory::Directory;
use super::exports::Refusal;
use super::package::Package;

/// What led to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The configuration's `alias`, to this specifier.
    Alias(String),
    /// A pattern of `paths` in a `tsconfig.json`.
    Paths(PathBuf, String),
    /// `baseUrl` in a `tsconfig.json`.
    BaseUrl(PathBuf),
    /// A way through `exports` or `imports` of a manifest, and the conditions that stand beside those on the way.
    Table(PathBuf, String, Vec<String>),
    /// An entry of a manifest's `browser`, and what it says.
    Browser(PathBuf, String, Option<String>),
    /// A field of a manifest that names the package's file.
    Main(PathBuf, &'static str),
    /// An extension that the specifier lacks.
    Extension(&'static str),
    /// TypeScript's extension for JavaScript's.
    Rewritten(&'static str),
    /// The file that stands for its directory.
    Index(String),
    /// What follows a `?` or `#` was left out.
    Suffix(String),
}

/// Files of one name that were looked for and are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tried {
    /// Without what was added.
    pub(super) path: PathBuf,
    /// What was added, the empty text where nothing was.
    pub(super) endings: Vec<&'static str>,
}

/// What happened during one lookup.
#[derive(Default)]
pub(super) struct Record {
    pub(super) tried: Vec<Tried>,
    /// What led to the file, the last step first.
    pub(super) steps: Vec<Step>,
    /// The package whose table refused, the path in it, and why.
    pub(super) refused: Option<(Arc<Package>, String, Refusal)>,
    /// The package whose table names a file that is not there, and the way through the table.
    pub(super) absent: Option<(Arc<Package>, String, PathBuf)>,
    /// The directories in which packages were looked for.
    pub(super) modules: Vec<PathBuf>,
    /// Where the package itself is, when only a path in it is missing.
    pub(super) package: Option<Arc<Directory>>,
    /// The pattern of `paths` that the specifier fits, and what it stands for.
    pub(super) pattern: Option<(String, PathBuf)>,
}
