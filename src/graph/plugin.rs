//! Imports that lead out of the code, as those of Pages plugins do: to a directory of static files (`assets:`) and, while
//! a plugin is built, to what stays beside it.

use std::path::{Component, Path, PathBuf};

use super::Compiler;
use crate::compile::Import;
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::Resolution;

/// The scheme of specifiers that name a directory of static files.
const ASSETS: &str = "assets:";

/// What becomes of static files that code imports.
#[derive(Clone, Copy)]
pub enum StaticFiles<'a> {
    /// They are published. The function is given a directory and gives the text of a module that serves it.
    Published(&'a (dyn Fn(&Path) -> Result<String, Vec<Diagnostic>> + Sync)),
    /// They stay where they are, and so does WebAssembly: a plugin is built, and the project that mounts it finds them
    /// from this directory.
    Beside(&'a Path),
    /// There is nothing to publish them with.
    Refused,
}

/// Where such an import leads.
pub(super) enum Outside {
    /// To the module that serves a directory.
    Served(PathBuf),
    /// To where it led, under this specifier.
    Left(String),
}

impl Compiler<'_> {
    /// Where an import leads if it leads out of the code.
    pub(super) fn outside(&self, importer: &Path, import: &Import) -> Result<Option<Outside>, Diagnostic> {
        let Some(path) = import.specifier.strip_prefix(ASSETS) else {
            return Ok(self.left(importer, import));
        };
        let directory = beside(importer, path);
        if !directory.is_dir() {
            let message = format!("there is no directory for `{}`", import.specifier);
            return Err(Diagnostic::error(Code::UnresolvedImport, message).help(
                "check the path and its upper and lower case; it goes by the importing file's directory",
            ));
        }
        match self.static_files {
            StaticFiles::Published(_) => Ok(Some(Outside::Served(directory))),
            StaticFiles::Beside(outdir) => {
                Ok(Some(Outside::Left(format!("{ASSETS}./{}", way(outdir, &directory)))))
            }
            StaticFiles::Refused => {
                let message =
                    format!("there are no static files that those of `{}` could join", import.specifier);
                Err(Diagnostic::error(Code::UnresolvedImport, message).help(
                    "set `pages_build_output_dir` or `assets.directory` to a directory of static files, and build the project",
                ))
            }
        }
    }

    /// WebAssembly and data that a plugin imports.
    fn left(&self, importer: &Path, import: &Import) -> Option<Outside> {
        let StaticFiles::Beside(outdir) = self.static_files else { return None };
        let specifier = import.specifier.as_str();
        if !specifier.ends_with(".wasm") && !specifier.ends_with(".bin") {
            return None;
        }
        match self.resolver.resolve(importer, specifier, import.kind) {
            Ok(Resolution::File(file)) => Some(Outside::Left(format!("./{}", way(outdir, &file.path)))),
            _ => None,
        }
    }

    /// The text of the module that serves a directory.
    pub(super) fn serve(&self, directory: &Path) -> Result<String, Vec<Diagnostic>> {
        match self.static_files {
            StaticFiles::Published(publish) => publish(directory),
            StaticFiles::Beside(_) | StaticFiles::Refused => Ok(String::new()),
        }
    }
}

/// Where a path leads from a file.
fn beside(importer: &Path, path: &str) -> PathBuf {
    let mut place = importer.parent().unwrap_or(importer).to_path_buf();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = place.pop(),
            part => place.push(part),
        }
    }
    place
}

/// How a file or directory is reached from a directory.
fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
