//! Imports of a specifier that is put together when the program runs, `import(`./x/${name}.js`)`: they lead to a module
//! that has every file which the specifier can name, and looks the specifier up.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::additional::beside;
use super::{SCHEME, data, package_name};
use crate::compile::{Import, ImportKind, Object};
use crate::diagnostic::{Code, Diagnostic, Source};

/// Such an import.
#[derive(Debug)]
pub struct Pattern {
    /// What the module is called: each import has its own, so that what is said about it has a place.
    pub(super) path: String,
    /// The file that imports.
    pub(super) importer: PathBuf,
    /// Its text.
    pub(super) source: Source,
    /// What stands there.
    pub(super) import: Import,
}

impl Pattern {
    pub(super) fn new(root: &Path, importer: &Path, source: &Source, import: &Import) -> Self {
        let word = word(import.kind);
        let path = data::path(root, importer, import.form);
        Self {
            path: format!("{SCHEME}{word}/{path}/{}", import.specifier),
            importer: importer.to_path_buf(),
            source: source.clone(),
            import: import.clone(),
        }
    }

    /// Whether a package imports.
    pub(super) fn is_packaged(&self) -> bool {
        package_name(&self.importer.to_string_lossy()).is_some()
    }

    /// The module's text: a function that gives what `import()` or `require` of the specifier gives.
    pub(super) fn text(&self) -> String {
        let word = word(self.import.kind);
        let with = data::attribute(self.import.form).filter(|_| self.import.kind == ImportKind::Dynamic);
        let with = with.map_or_else(String::new, |form| format!(", {{ with: {{ type: \"{form}\" }} }}"));
        let mut text = "const files = {\n".to_owned();
        for specifier in specifiers(&self.importer, &self.import) {
            let specifier = serde_json::Value::from(specifier);
            let _ = writeln!(text, "  {specifier}: () => {word}({specifier}{with}),");
        }
        let (fail, code) = match self.import.kind {
            ImportKind::Dynamic => ("return Promise.reject(error)", "ERR_MODULE_NOT_FOUND"),
            ImportKind::Require | ImportKind::Static => ("throw error", "MODULE_NOT_FOUND"),
        };
        let _ = write!(
            text,
            "}};\nmodule.exports = (path) => {{\n  if (path in files) return files[path]();\n  const error = \
             Object.assign(new Error(`Cannot find module '${{path}}'`), {{ code: \"{code}\" }});\n  {fail};\n}};\n"
        );
        text
    }

    /// What is to be said where no file is named.
    pub(super) fn unmatched(&self, object: &Object) -> Option<Diagnostic> {
        if !object.imports.is_empty() || self.import.tried {
            return None;
        }
        let message = format!("no file matches `{}`", self.import.specifier);
        let help = "check the path, which goes by the importing file's directory, and its extension; stars stand for \
                    what is only known when the program runs, and for directories only behind a `/`";
        Some(Diagnostic::warning(Code::UnresolvedImport, message).help(help).at(
            &self.source,
            self.import.span.clone(),
            "imported here",
        ))
    }
}

/// The specifiers that an import stands for: its own, or those of all files that it names, sorted. Links to directories are
/// not gone through, so there is an end.
pub fn specifiers(importer: &Path, import: &Import) -> Vec<String> {
    let pieces = &import.pieces;
    let Some(first) = pieces.first() else { return vec![import.specifier.clone()] };
    let start = &first[..first.rfind('/').map_or(0, |at| at + 1)];
    let is_deep = pieces.iter().rev().skip(1).any(|piece| piece.ends_with('/'));
    let mut files = Vec::new();
    let mut open = vec![(beside(importer, start), start.to_owned())];
    while let Some((directory, start)) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let (path, Ok(name)) = (entry.path(), entry.file_name().into_string()) else { continue };
            let specifier = format!("{start}{name}");
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if is_deep {
                    open.push((path, specifier + "/"));
                }
            } else if is_named(pieces, &specifier) && path.is_file() {
                files.push(specifier);
            }
        }
    }
    files.sort();
    files
}

fn word(kind: ImportKind) -> &'static str {
    if kind == ImportKind::Dynamic { "import" } else { "require" }
}

/// Whether a specifier consists of the pieces and of something between them, which goes through directories only behind
/// a slash. Goes through the pieces with all places where the ones before can end, so that the time is bounded.
fn is_named(pieces: &[String], specifier: &str) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return false };
    if !specifier.starts_with(first.as_str()) {
        return false;
    }
    let mut ends = vec![first.len()];
    let mut is_deep = first.ends_with('/');
    for piece in rest {
        let is_reached = |at: &usize| {
            // The nearest end has the fewest slashes behind it.
            let nearest = ends.iter().rev().find(|end| *end <= at);
            nearest.is_some_and(|end| is_deep || !specifier[*end..*at].contains('/'))
        };
        let is_there = |at: &usize| specifier.get(*at..).is_some_and(|text| text.starts_with(piece.as_str()));
        let starts = (0..=specifier.len()).filter(is_there).filter(is_reached);
        ends = starts.map(|at| at + piece.len()).collect();
        is_deep = piece.ends_with('/');
    }
    ends.contains(&specifier.len())
}
