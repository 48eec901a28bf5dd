//! Paths that lead to no file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::directory::{Directory, Kind};
use super::super::path::{clean, name, names_directory};
use super::{Failure, Unresolved, nearest};

impl Failure<'_> {
    /// Why a path leads to no file.
    pub(super) fn file(&self) -> Unresolved {
        let specifier = self.specifier;
        let path = match self.specifier.find(['?', '#']).filter(|at| *at > 0) {
            Some(at) => clean(&self.from.path.join(&specifier[..at])),
            None => clean(&self.from.path.join(specifier)),
        };
        if specifier.contains('*') {
            return Unresolved::new(
                format!("`{specifier}` has a wildcard, and an import is of one file"),
                "import each file by its name",
            );
        }
        if let Some((_, actual)) = self.other_case() {
            let actual = self.specifier_of(&actual);
            return Unresolved::new(
                format!(
                    "there is no file for `{specifier}`; `{actual}` has other upper and lower case letters"
                ),
                format!("write `{actual}`"),
            );
        }
        self.missing(&path, &format!("there is no file for `{specifier}`"))
    }

    /// Why a path that something stands for leads to no file; `reason` says it where nothing more is known.
    pub(super) fn missing(&self, path: &Path, reason: &str) -> Unresolved {
        if let Some(directory) = self.resolver.directories.get(path) {
            return self.no_index(&directory, reason);
        }
        let (Some(parent), Some(base)) = (path.parent(), name(path)) else {
            return Unresolved::new(reason, "correct the path");
        };
        let Some(directory) = self.resolver.directories.get(parent) else {
            return self.no_directory(path, reason);
        };
        if directory.names().any(|known| known == base) {
            return match fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
                true => Unresolved::new(
                    format!("{reason}: it is a symbolic link that leads nowhere"),
                    format!("correct or remove `{}`", self.shown(path)),
                ),
                false if names_directory(self.specifier) => Unresolved::new(
                    format!("{reason}: it is a file, and the slash at the end asks for a directory"),
                    "leave out the slash",
                ),
                false => Unresolved::new(format!("{reason}: it is neither file nor directory"), "replace it"),
            };
        }
        let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
        let is_code = |ending: &str| {
            matches!(ending, "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "json" | "css")
        };
        let same_stem = |known: &&str| {
            let rest = |stem: &str| known.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'));
            rest(base) || (base.rsplit_once('.').is_some_and(|(_, ending)| is_code(ending)) && rest(stem))
        };
        let files = || directory.names().filter(|known| directory.has_file(known));
        if let Some(known) = files().filter(|known| !known.ends_with(".d.ts")).find(same_stem) {
            let actual = self.specifier_of(&parent.join(known));
            return Unresolved::new(format!("{reason}; there is `{actual}`"), format!("write `{actual}`"));
        }
        if files().any(|known| known.strip_prefix(stem) == Some(".d.ts")) {
            return Unresolved::new(
                format!("{reason}, but only its types (`{stem}.d.ts`)"),
                "import it by `import type`, or add the file that holds its values",
            );
        }
        let stems =
            || directory.names().map(|known| (known, known.split_once('.').map_or(known, |(stem, _)| stem)));
        let known = nearest(base, directory.names()).or_else(|| {
            let near = nearest(stem, stems().map(|(_, stem)| stem))?;
            stems().find(|(_, stem)| *stem == near).map(|(known, _)| known)
        });
        match known {
            Some(known) => {
                let actual = self.specifier_of(&parent.join(known));
                Unresolved::new(reason, format!("did you mean `{actual}`?"))
            }
            None => Unresolved::new(reason, format!("create `{}`, or correct the path", self.shown(path))),
        }
    }

    fn no_index(&self, directory: &Arc<Directory>, reason: &str) -> Unresolved {
        let shown = self.shown(&directory.path);
        if let Some(manifest) = &directory.package
            && let Some((field, value)) =
                self.resolver.rules.main_fields.iter().find_map(|field| manifest.main.get_key_value(*field))
        {
            return Unresolved::new(
                format!("{reason}: `{field}` in `{shown}/package.json` is `{value}`, which does not exist"),
                "build that package, or correct the field",
            );
        }
        let reason = format!("{reason}: it is a directory without an `index` file");
        let files: Vec<&str> =
            directory.names().filter(|known| directory.kind(known) == Some(Kind::File)).collect();
        // Files that a directory could be imported by, were they called for by name.
        let index = files.iter().find(|known| known.starts_with("index."));
        match index.or(files.first()) {
            Some(known) => {
                let help = self.specifier_of(&directory.path.join(known));
                Unresolved::new(reason, format!("import a file in it, such as `{help}`"))
            }
            None => Unresolved::new(reason, "import a file in it"),
        }
    }

    /// A path through a directory that is not there.
    fn no_directory(&self, path: &Path, reason: &str) -> Unresolved {
        let ancestors = path.ancestors().skip(1);
        let Some(parent) = ancestors.clone().find_map(|path| self.resolver.directories.get(path)) else {
            return Unresolved::new(reason, "correct the path");
        };
        let rest = path.strip_prefix(&parent.path).unwrap_or(path);
        let missing = rest.components().next().map_or(PathBuf::new(), |part| parent.path.join(part));
        let reason = format!("{reason}: there is no directory `{}`", self.shown(&missing));
        let near = name(&missing).and_then(|missing| nearest(missing, parent.names()));
        match near {
            Some(known) => {
                let actual = parent.path.join(known).join(rest.components().skip(1).collect::<PathBuf>());
                let specifier = self.specifier_of(&actual);
                let help = match self.instead(&self.from.path, &specifier) {
                    true => format!("did you mean `{specifier}`?"),
                    false => format!(
                        "correct the path; there is a directory `{}`",
                        self.shown(&parent.path.join(known))
                    ),
                };
                Unresolved::new(reason, help)
            }
            None => Unresolved::new(
                reason,
                format!("correct the path; it goes by `{}`", self.shown(&self.from.path)),
            ),
        }
    }

    /// A file that was looked for and is there in other upper and lower case letters: as looked for, and as it is.
    pub(super) fn other_case(&self) -> Option<(PathBuf, PathBuf)> {
        self.record.tried.iter().find_map(|tried| {
            tried.endings.iter().find_map(|ending| {
                let mut asked = tried.path.clone().into_os_string();
                asked.push(ending);
                let asked = PathBuf::from(asked);
                let actual = self.recased(&asked)?;
                Some((asked, actual))
            })
        })
    }

    /// The file of a path whatever the case of its letters.
    fn recased(&self, path: &Path) -> Option<PathBuf> {
        let directories = &self.resolver.directories;
        let known = path.ancestors().skip(1).find(|path| directories.get(path).is_some())?;
        let mut actual = known.to_path_buf();
        for part in path.strip_prefix(known).ok()?.components() {
            let part = part.as_os_str().to_str()?.to_lowercase();
            let directory = directories.get(&actual)?;
            let name = directory.names().find(|name| name.to_lowercase() == part)?.to_owned();
            actual.push(name);
        }
        let directory = directories.get(actual.parent()?)?;
        directory.has_file(name(&actual)?).then_some(actual)
    }
}
