//! The way from a specifier to a file: esbuild's order of looking things up.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::browser::{self, Asked};
use super::directory::{Directories, Directory, Kind};
use super::exports::{self, Conditions, Outcome, Refusal};
use super::package::Package;
use super::path::{clean, is_installed, is_package, join, name, names_directory, package};
use super::record::{Record, Step, Tried};
use super::rules::{Rules, rewritten};
use super::tsconfig::Tsconfig;

/// Where a lookup ends.
#[derive(Clone, Debug)]
pub(super) enum Hit {
    /// At a file; `main` is what its package is when anybody requires it, where that is another file.
    File { path: PathBuf, main: Option<PathBuf> },
    /// At nothing, since a manifest says `false`.
    Empty,
    /// At a name of the runtime's, to which `imports` leads.
    Runtime(String),
}

impl Hit {
    fn file(path: PathBuf) -> Self {
        Self::File { path, main: None }
    }

    fn into_path(self) -> Option<PathBuf> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::Empty | Self::Runtime(_) => None,
        }
    }
}

/// One lookup.
pub(super) struct Lookup<'a> {
    pub(super) directories: &'a Directories,
    pub(super) rules: &'a Rules,
    pub(super) conditions: &'a Conditions,
    /// Whether it is for a `require`.
    pub(super) require: bool,
    /// The configuration's `tsconfig`.
    pub(super) tsconfig: Option<&'a Arc<Tsconfig>>,
    /// Written where somebody wants to know.
    pub(super) record: Option<&'a RefCell<Record>>,
}

impl Lookup<'_> {
    /// The file of a specifier of a file in `from`, links not followed.
    pub(super) fn resolve(&self, from: &Path, specifier: &str) -> Option<Hit> {
        // With a wildcard, only several files could be meant.
        if specifier.contains('*') {
            return None;
        }
        let directory = self.directories.get(from)?;
        if let Some(hit) = self.plain(&directory, specifier) {
            return Some(hit);
        }
        let at = specifier.find(['?', '#']).filter(|at| *at > 0)?;
        let hit = self.plain(&directory, &specifier[..at])?;
        self.step(|| Step::Suffix(specifier[at..].to_owned()));
        Some(hit)
    }

    fn plain(&self, directory: &Arc<Directory>, specifier: &str) -> Option<Hit> {
        if specifier.starts_with('/') {
            let substitute =
                self.tsconfig_of(directory).and_then(|tsconfig| self.paths(&tsconfig, specifier));
            return substitute.or_else(|| self.file_or_directory(&clean(Path::new(specifier))));
        }
        if is_package(specifier) {
            return self.by_name(directory, specifier);
        }
        let path = clean(&directory.path.join(specifier));
        let around = path.parent().and_then(|parent| self.directories.get(parent));
        if let Some(around) = around
            && let Some(replaced) = self.replaced(&around, Asked::Path(&path))
        {
            let Some((scope, to)) = replaced else { return Some(Hit::Empty) };
            if let Some(hit) = self.without_browser(&scope, &to) {
                return Some(hit);
            }
        }
        if names_directory(specifier) { self.directory(&path) } else { self.file_or_directory(&path) }
    }

    fn by_name(&self, directory: &Arc<Directory>, specifier: &str) -> Option<Hit> {
        match self.replaced(directory, Asked::Name(specifier)) {
            Some(None) => Some(Hit::Empty),
            Some(Some((scope, to))) => self.without_browser(&scope, &to),
            None => self.installed(directory, specifier, true),
        }
    }

    /// What `browser` of the nearest manifest that has it says: nothing, `false`, or what to take from where.
    #[expect(clippy::option_option, reason = "to say nothing is not to say `false`")]
    fn replaced(
        &self,
        directory: &Arc<Directory>,
        asked: Asked<'_>,
    ) -> Option<Option<(Arc<Directory>, String)>> {
        if !self.rules.browser {
            return None;
        }
        let (scope, key, to) = browser::replacement(directory, asked, self.rules.extensions)?;
        self.step(|| Step::Browser(scope.path.clone(), key, to.clone()));
        let scope = self.directories.get(&scope.path)?;
        Some(to.map(|to| (scope, to)))
    }

    fn without_browser(&self, directory: &Arc<Directory>, specifier: &str) -> Option<Hit> {
        if is_package(specifier) {
            self.installed(directory, specifier, true)
        } else {
            self.file_or_directory(&join(&directory.path, specifier))
        }
    }

    /// A package, by `paths`, `imports`, its own name, or in a `node_modules`.
    fn installed(&self, directory: &Arc<Directory>, specifier: &str, imports: bool) -> Option<Hit> {
        if let Some(tsconfig) = self.tsconfig_of(directory) {
            if let Some(hit) = self.paths(&tsconfig, specifier) {
                return Some(hit);
            }
            if let Some(base) = &tsconfig.base
                && let Some(hit) = self.file_or_directory(&join(base, specifier))
            {
                self.step(|| Step::BaseUrl(tsconfig.path.clone()));
                return Some(hit);
            }
        }
        let own = directory.upwards().find(|around| around.package.is_some());
        let own = own.and_then(|around| Some((around, around.package.as_ref()?)));
        if let Some((around, manifest)) = own
            && imports
            && specifier.starts_with('#')
            && let Some(table) = &manifest.imports
        {
            let outcome = if specifier == "#" {
                Outcome::Refused(Refusal::NotListed)
            } else {
                exports::of_imports(table, specifier, self.conditions)
            };
            if let Outcome::Elsewhere { specifier, way } = outcome {
                let around = self.directories.get(&around.path)?;
                let hit = match self.installed(&around, &specifier, false) {
                    None if super::builtin::is_runtime(&specifier) => Some(Hit::Runtime(specifier)),
                    hit => hit,
                }?;
                self.step(|| table_step(&around.path, table, &way));
                return Some(hit);
            }
            return self.listed(&around.path, manifest, specifier, outcome);
        }
        let named = package(specifier);
        if let (Some((around, manifest)), Some((name, subpath))) = (own, &named)
            && manifest.name.as_deref() == Some(*name)
            && let Some(table) = &manifest.exports
        {
            let outcome = exports::of_package(table, subpath, self.conditions);
            return self.listed(&around.path, manifest, subpath, outcome);
        }
        for around in directory.upwards().filter(|around| around.has_modules()) {
            let modules = around.path.join("node_modules");
            if let Some(found) = self.in_modules(&modules, specifier, named.as_ref()) {
                return found;
            }
            self.note(|record| record.modules.push(modules));
        }
        None
    }

    /// A package in one `node_modules`. `None` goes on to the next one.
    #[expect(clippy::option_option, reason = "a package that refuses ends the search")]
    fn in_modules(
        &self,
        modules: &Path,
        specifier: &str,
        named: Option<&(&str, String)>,
    ) -> Option<Option<Hit>> {
        let path = join(modules, specifier);
        if let Some((name, subpath)) = named
            && let Some(home) = self.directories.get(&modules.join(name))
        {
            self.note(|record| record.package = Some(Arc::clone(&home)));
            if let Some(manifest) = &home.package
                && let Some(table) = &manifest.exports
            {
                let outcome = exports::of_package(table, subpath, self.conditions);
                return Some(self.listed(&home.path, manifest, subpath, outcome));
            }
            match self.replaced(&home, Asked::Path(&path)) {
                Some(None) => return Some(Some(Hit::Empty)),
                Some(Some((scope, to))) => {
                    if let Some(hit) = self.without_browser(&scope, &to) {
                        return Some(Some(hit));
                    }
                }
                None => {}
            }
        }
        self.file_or_directory(&path).map(Some)
    }

    /// The file that a table names.
    fn listed(&self, home: &Path, manifest: &Arc<Package>, subpath: &str, outcome: Outcome) -> Option<Hit> {
        let (path, inexact, way) = match outcome {
            Outcome::Found { path, inexact, way } => (path, inexact, way),
            Outcome::Elsewhere { .. } => return None,
            Outcome::Refused(refusal) => {
                self.note(|record| {
                    record.refused = Some((Arc::clone(manifest), subpath.to_owned(), refusal))
                });
                return None;
            }
        };
        let path = join(home, &path);
        let table = if way.first().is_some_and(|first| first == "imports") {
            &manifest.imports
        } else {
            &manifest.exports
        };
        let hit = if inexact { self.file_or_directory(&path) } else { self.exactly(&path).map(Hit::file) };
        let Some(hit) = hit else {
            self.note(|record| record.absent = Some((Arc::clone(manifest), way.concat(), path)));
            return None;
        };
        if let Some(table) = table {
            self.step(|| table_step(home, table, &way));
        }
        Some(hit)
    }

    /// A file under its own name, or with TypeScript's extension.
    fn exactly(&self, path: &Path) -> Option<PathBuf> {
        let (parent, base) = (path.parent()?, name(path)?);
        let directory = self.directories.get(parent)?;
        match directory.kind(base) {
            Some(Kind::File) => return Some(path.to_path_buf()),
            Some(_) => return None,
            None => self.tried(path, &[""]),
        }
        let (stem, extensions) = rewritten(base).filter(|_| self.rules.typescript)?;
        let extension =
            extensions.iter().find(|extension| directory.kind(&format!("{stem}{extension}")).is_some())?;
        let base = format!("{stem}{extension}");
        self.step(|| Step::Rewritten(extension));
        directory.has_file(&base).then(|| parent.join(base))
    }

    fn paths(&self, tsconfig: &Tsconfig, specifier: &str) -> Option<Hit> {
        let (pattern, files) = tsconfig.substitutes(specifier)?;
        if let Some(file) = files.first() {
            self.note(|record| record.pattern = Some((pattern.to_owned(), file.clone())));
        }
        let hit = files.iter().find_map(|file| self.file_or_directory(file))?;
        let file = tsconfig.paths.as_ref().map_or(&tsconfig.path, |paths| &paths.file);
        self.step(|| Step::Paths(file.clone(), pattern.to_owned()));
        Some(hit)
    }

    /// What is set for the files of a directory.
    pub(super) fn tsconfig_of(&self, directory: &Directory) -> Option<Arc<Tsconfig>> {
        if directory.installed || !self.rules.typescript {
            return None;
        }
        self.tsconfig.or_else(|| directory.enclosing_tsconfig()).cloned()
    }

    fn extensions(&self, path: &Path) -> &'static [&'static str] {
        if is_installed(path) { self.rules.installed_extensions } else { self.rules.extensions }
    }

    fn file_or_directory(&self, path: &Path) -> Option<Hit> {
        match self.file(path, self.extensions(path)) {
            Some(file) => Some(Hit::file(file)),
            None => self.directory(path),
        }
    }

    /// A file by its name, with an extension added, or with TypeScript's for JavaScript's.
    fn file(&self, path: &Path, extensions: &[&'static str]) -> Option<PathBuf> {
        let (parent, base) = (path.parent()?, name(path)?);
        let other = rewritten(base).filter(|_| self.rules.typescript);
        if let Some(directory) = self.directories.get(parent) {
            if directory.has_file(base) {
                return Some(path.to_path_buf());
            }
            for extension in extensions {
                let longer = format!("{base}{extension}");
                if directory.has_file(&longer) {
                    self.step(|| Step::Extension(extension));
                    return Some(parent.join(longer));
                }
            }
            let (stem, extensions) = other.unwrap_or_default();
            for extension in extensions {
                let name = format!("{stem}{extension}");
                if directory.has_file(&name) {
                    self.step(|| Step::Rewritten(extension));
                    return Some(parent.join(name));
                }
            }
        }
        let endings: Vec<&'static str> = [""].into_iter().chain(extensions.iter().copied()).collect();
        self.tried(path, &endings);
        if let Some((stem, extensions)) = other {
            self.tried(&parent.join(stem), extensions);
        }
        None
    }

    fn directory(&self, path: &Path) -> Option<Hit> {
        let directory = self.directories.get(path)?;
        let extensions = self.extensions(path);
        self.main(&directory, extensions).or_else(|| self.index(&directory, extensions))
    }

    /// The file that stands for a directory.
    fn index(&self, directory: &Arc<Directory>, extensions: &[&'static str]) -> Option<Hit> {
        let path = directory.path.join("index");
        match self.replaced(directory, Asked::Path(&path)) {
            Some(None) => return Some(Hit::Empty),
            Some(Some((_, to))) => {
                let path = join(&directory.path, &to);
                let file = self.file(&path, extensions);
                return file
                    .or_else(|| self.plain_index(&*self.directories.get(&path)?, extensions))
                    .map(Hit::file);
            }
            None => {}
        }
        self.plain_index(directory, extensions).map(Hit::file)
    }

    fn plain_index(&self, directory: &Directory, extensions: &[&'static str]) -> Option<PathBuf> {
        let mut names = extensions.iter().map(|extension| format!("index{extension}"));
        match names.find(|name| directory.has_file(name)) {
            Some(name) => {
                self.step(|| Step::Index(name.clone()));
                Some(directory.path.join(name))
            }
            None => {
                self.tried(&directory.path.join("index"), extensions);
                None
            }
        }
    }

    /// The file that a manifest names as its package's.
    fn main(&self, directory: &Arc<Directory>, extensions: &[&'static str]) -> Option<Hit> {
        let manifest = directory.package.as_ref()?;
        for field in self.rules.main_fields {
            let Some(value) = manifest.main.get(field) else { continue };
            let before = self.steps();
            let Some(hit) = self.field(directory, value, extensions) else { continue };
            if *field == "module" {
                let after = self.steps();
                let main = match manifest.main.get("main") {
                    Some(main) => self.field(directory, main, extensions),
                    None => self.index(directory, extensions),
                };
                // One package must not be there twice, so whoever requires it decides.
                self.forget(if self.require && main.is_some() { before..after } else { after..self.steps() });
                if let Some(main) = main {
                    let field = if self.require { "main" } else { "module" };
                    self.step(|| Step::Main(directory.path.clone(), field));
                    return match hit {
                        Hit::File { path, .. } if !self.require => {
                            Some(Hit::File { path, main: main.into_path() })
                        }
                        _ if self.require => Some(main),
                        hit => Some(hit),
                    };
                }
            }
            self.step(|| Step::Main(directory.path.clone(), field));
            return Some(hit);
        }
        None
    }

    fn field(&self, directory: &Arc<Directory>, value: &str, extensions: &[&'static str]) -> Option<Hit> {
        let mut path = join(&directory.path, value);
        match self.replaced(directory, Asked::Path(&path)) {
            Some(None) => return Some(Hit::Empty),
            Some(Some((_, to))) => path = join(&directory.path, &to),
            None => {}
        }
        match self.file(&path, extensions) {
            Some(file) => Some(Hit::file(file)),
            None => self.index(&self.directories.get(&path)?, extensions),
        }
    }

    fn tried(&self, path: &Path, endings: &[&'static str]) {
        self.note(|record| {
            let tried = Tried { path: path.to_path_buf(), endings: endings.to_vec() };
            if !record.tried.contains(&tried) {
                record.tried.push(tried);
            }
        });
    }

    /// How many steps there are so far.
    fn steps(&self) -> usize {
        self.record.map_or(0, |record| record.borrow().steps.len())
    }

    /// Takes steps back that led to a file which is not taken.
    fn forget(&self, steps: Range<usize>) {
        self.note(|record| _ = record.steps.drain(steps));
    }

    fn step(&self, step: impl FnOnce() -> Step) {
        self.note(|record| record.steps.push(step()));
    }

    fn note(&self, write: impl FnOnce(&mut Record)) {
        if let Some(record) = self.record {
            write(&mut record.borrow_mut());
        }
    }
}

fn table_step(home: &Path, table: &Value, way: &[String]) -> Step {
    Step::Table(home.to_path_buf(), way.concat(), exports::beside(table, way))
}
