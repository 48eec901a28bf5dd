//! Imports of static files, `assets:` and the path of a directory: a handler that serves them.

use std::path::{Path, PathBuf};

use super::Compiler;
use super::additional::beside;
use crate::diagnostic::{Code, Diagnostic};

/// What such specifiers start with.
const SCHEME: &str = "assets:";

/// What becomes of static files that code imports.
#[derive(Clone, Copy)]
pub enum StaticFiles<'a> {
    /// They are published.
    Published(&'a dyn Publisher),
    /// They stay where they are: a plugin is built, and the project that mounts it finds them from this directory.
    Beside(&'a Path),
    /// There is nothing to publish them with.
    Refused,
}

/// Who takes static files in.
pub trait Publisher: Sync {
    /// The text of a module that serves a directory.
    fn publish(&self, directory: &Path) -> Result<String, Vec<Diagnostic>>;
}

/// Where such an import leads.
pub(super) enum Directory {
    /// To the module that serves it.
    Served(PathBuf),
    /// To where it led, under this specifier.
    Left(String),
}

impl Compiler<'_> {
    /// Where an import leads if it names static files.
    pub(super) fn static_files(
        &self,
        importer: &Path,
        specifier: &str,
    ) -> Result<Option<Directory>, Box<Diagnostic>> {
        let Some(path) = specifier.strip_prefix(SCHEME) else { return Ok(None) };
        let refuse = |message: String, help: &str| {
            Box::new(Diagnostic::error(Code::UnresolvedImport, message).help(help))
        };
        let directory = beside(importer, path);
        if !directory.is_dir() {
            return Err(refuse(
                format!("there is no directory for `{specifier}`"),
                "check the path and its upper and lower case; it goes by the importing file's directory",
            ));
        }
        match self.static_files {
            StaticFiles::Published(_) => Ok(Some(Directory::Served(directory))),
            StaticFiles::Beside(outdir) => {
                Ok(Some(Directory::Left(format!("{SCHEME}./{}", way(outdir, &directory)))))
            }
            StaticFiles::Refused => Err(refuse(
                format!("there are no static files that those of `{specifier}` could join"),
                "set `pages_build_output_dir` or `assets.directory`, and use `pagesbuild build`",
            )),
        }
    }

    /// The text of the module that serves a directory.
    pub(super) fn serve(&self, directory: &Path) -> Result<String, Vec<Diagnostic>> {
        match self.static_files {
            StaticFiles::Published(publisher) => publisher.publish(directory),
            StaticFiles::Beside(_) | StaticFiles::Refused => Ok(String::new()),
        }
    }
}

/// How one directory is reached from another.
fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
