//! Packages that are not there, or do not have what is asked of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::exports::{Refusal, offered};
use super::super::package::Package;
use super::super::path::{package, relative};
use super::{Failure, Unresolved, list, nearest};
use crate::compile::ImportKind;

/// Files that tell which package manager a project uses, the command that installs all and the one that adds a package.
const MANAGERS: &[(&str, &str, &str)] = &[
    ("pnpm-lock.yaml", "pnpm install", "pnpm add"),
    ("yarn.lock", "yarn install", "yarn add"),
    ("bun.lock", "bun install", "bun add"),
    ("bun.lockb", "bun install", "bun add"),
    ("package-lock.json", "npm install", "npm install"),
    ("npm-shrinkwrap.json", "npm install", "npm install"),
];

impl Failure<'_> {
    /// Why a package's name, or a path in a package, leads to no file.
    pub(super) fn package(&self) -> Unresolved {
        if let Some((manifest, subpath, refusal)) = &self.record.refused {
            return self.refused(manifest, subpath, refusal);
        }
        if let Some((manifest, way, file)) = &self.record.absent {
            return self.absent(manifest, way, file);
        }
        if let Some(unresolved) = self.pattern() {
            return unresolved;
        }
        let Some((name, subpath)) = package(self.specifier) else {
            return self.no_name();
        };
        match &self.record.package {
            Some(home) => {
                let reason = format!("the package `{name}` has no file for `{}`", self.specifier);
                match &home.package {
                    Some(manifest) if subpath == "." && manifest.types && self.has_no_code(manifest) => {
                        Unresolved::new(
                            format!("the package `{name}` has types and no code"),
                            "import it by `import type`",
                        )
                    }
                    _ => self.missing(&super::super::path::join(&home.path, &subpath), &reason),
                }
            }
            None => self.not_installed(name),
        }
    }

    fn has_no_code(&self, manifest: &Package) -> bool {
        self.resolver.rules.main_fields.iter().all(|field| !manifest.main.contains_key(field))
    }

    /// A pattern of `paths` that the specifier fits, whose files are not there; or none where it looks like one.
    fn pattern(&self) -> Option<Unresolved> {
        let lookup = self.resolver.lookup(&self.resolver.rules, false, None);
        let tsconfig = lookup.tsconfig_of(&self.from);
        if let (Some((pattern, file)), Some(tsconfig)) = (&self.record.pattern, &tsconfig)
            && pattern != "*"
        {
            let settings = self.shown(&tsconfig.path);
            if let Some((_, actual)) = self.other_case() {
                let reason = format!(
                    "`{}` stands for `{}` (`{pattern}` in `{settings}`), and the file is `{}`",
                    self.specifier,
                    self.shown(file),
                    self.shown(&actual)
                );
                return Some(Unresolved::new(reason, "write the upper and lower case letters of the file"));
            }
            let reason = format!(
                "`{}` stands for `{}` (`{pattern}` in `{settings}`), and there is no such file",
                self.specifier,
                self.shown(file)
            );
            return Some(self.missing(file, &reason));
        }
        let looks_like_one =
            ["@/", "~/", "~~/", "@@/", "#/"].iter().any(|start| self.specifier.starts_with(start));
        if !looks_like_one {
            return None;
        }
        let reason = format!("`{}` looks like an alias, and none fits it", self.specifier);
        let unresolved = match &tsconfig {
            Some(tsconfig) => {
                let settings = self.shown(&tsconfig.path);
                match &tsconfig.paths {
                    Some(paths) if !paths.patterns.is_empty() => {
                        let patterns = list(paths.patterns.iter().map(|(pattern, _)| pattern.as_str()));
                        Unresolved::new(
                            format!("{reason}: `{settings}` has {patterns}"),
                            format!(
                                "add it to `paths` in `{settings}`, or to `alias` in the configuration file"
                            ),
                        )
                    }
                    _ => Unresolved::new(
                        format!("{reason}: `{settings}` has no `paths`"),
                        format!("add `paths` to `{settings}`, or write a relative path"),
                    ),
                }
            }
            None if self.from.installed => Unresolved::new(
                reason,
                "settings of TypeScript do not count in packages; replace the package",
            ),
            None => Unresolved::new(
                format!("{reason}: there is no `tsconfig.json`"),
                "add one with `paths`, or write a relative path",
            ),
        };
        Some(unresolved)
    }

    /// A specifier that is neither a path nor a package's name.
    fn no_name(&self) -> Unresolved {
        let specifier = self.specifier;
        let help = if specifier.starts_with('.') {
            format!("write `./{specifier}` for a file beside this one")
        } else {
            "write a package's name, or a path that starts with `./` or `../`".to_owned()
        };
        Unresolved::new(format!("`{specifier}` is neither a path nor the name of a package"), help)
    }

    fn not_installed(&self, name: &str) -> Unresolved {
        let specifier = self.specifier;
        if specifier.starts_with('#') {
            return self.no_imports();
        }
        let relative_specifier = format!("./{specifier}");
        if self.instead(&self.from.path, &relative_specifier) {
            return Unresolved::new(
                format!("there is no package `{name}`; there is a file `{relative_specifier}`"),
                format!("write `{relative_specifier}`"),
            );
        }
        let root = &self.resolver.root;
        if specifier.contains('/') && self.instead(root, &relative_specifier) {
            let path = relative(&self.from.path, &root.join(specifier));
            let path = if path.starts_with("../") { path } else { format!("./{path}") };
            return Unresolved::new(
                format!("there is no package `{name}`; there is `{specifier}` in the project's directory"),
                format!("write `{path}`, or set `baseUrl` in `tsconfig.json`"),
            );
        }
        let (install, add) = self.manager();
        let declared = self.from.upwards().find_map(|directory| {
            let manifest = directory.package.as_ref()?;
            Some((directory, *manifest.dependencies.get(name)?))
        });
        if let Some((directory, field)) = declared {
            let manifest = self.shown(&directory.path.join("package.json"));
            return Unresolved::new(
                format!("the package `{name}` is declared in `{manifest}` (`{field}`) and not installed"),
                if field == "peerDependencies" && directory.installed {
                    format!("install it: `{add} {name}`")
                } else {
                    format!("run `{install}`")
                },
            );
        }
        if self.from.upwards().any(|directory| directory.has_file(".pnp.cjs")) {
            return Unresolved::new(
                format!("the package `{name}` is in no `node_modules`: the project uses Yarn Plug'n'Play"),
                "set `nodeLinker: node-modules` in `.yarnrc.yml` and run `yarn install`",
            );
        }
        if self.has_types(name) {
            return Unresolved::new(
                format!("of the package `{name}` only the types are installed (`@types/{name}`)"),
                format!("install it: `{add} {name}`"),
            );
        }
        let reason = format!("the package `{name}` is not installed");
        let known = self.known_packages();
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) if near != name => Unresolved::new(
                reason,
                format!("did you mean `{near}`? Otherwise install it: `{add} {name}`"),
            ),
            _ => Unresolved::new(reason, format!("install it: `{add} {name}`")),
        }
    }

    fn no_imports(&self) -> Unresolved {
        let own = self.from.upwards().find(|directory| directory.package.is_some());
        let manifest =
            own.map_or_else(|| "package.json".to_owned(), |own| self.shown(&own.path.join("package.json")));
        Unresolved::new(
            format!("`{}` is a name of the package's own, and `{manifest}` has no `imports`", self.specifier),
            "add it to `imports` there",
        )
    }

    /// The commands that install everything, and a further package.
    fn manager(&self) -> (&'static str, &'static str) {
        let by_lock = |directory: &super::Directory| {
            MANAGERS
                .iter()
                .find(|(file, ..)| directory.has_file(file))
                .map(|(_, install, add)| (*install, *add))
        };
        let by_field = |directory: &super::Directory| {
            let manager = directory.package.as_ref()?.manager.as_deref()?;
            let command = |install: &str| install.split(' ').next() == manager.split('@').next();
            MANAGERS.iter().find(|(_, install, _)| command(install)).map(|(_, install, add)| (*install, *add))
        };
        let found =
            self.from.upwards().find_map(|directory| by_lock(directory).or_else(|| by_field(directory)));
        found.unwrap_or(("npm install", "npm install"))
    }

    fn has_types(&self, name: &str) -> bool {
        let types = name.strip_prefix('@').map_or_else(|| name.to_owned(), |name| name.replace('/', "__"));
        let home = |modules: &PathBuf| self.resolver.directories.get(&modules.join("@types").join(&types));
        self.record.modules.iter().any(|modules| home(modules).is_some())
    }

    /// The packages that are installed, and those that the project asks for.
    fn known_packages(&self) -> Vec<String> {
        let mut known = Vec::new();
        for modules in &self.record.modules {
            let Some(directory) = self.resolver.directories.get(modules) else { continue };
            for name in directory.names().filter(|name| !name.starts_with('.')) {
                match name.starts_with('@').then(|| self.resolver.directories.get(&modules.join(name))) {
                    Some(Some(scope)) => known.extend(scope.names().map(|inner| format!("{name}/{inner}"))),
                    _ => known.push(name.to_owned()),
                }
            }
        }
        known
    }

    /// A table that names no file for what is asked.
    fn refused(&self, manifest: &Arc<Package>, subpath: &str, refusal: &Refusal) -> Unresolved {
        let internal = self.specifier.starts_with('#');
        let shown = self.shown(&manifest.directory.join("package.json"));
        let name = manifest.name.clone().unwrap_or_else(|| self.shown(&manifest.directory));
        let table = if internal { &manifest.imports } else { &manifest.exports };
        let keys = table.as_ref().map(offered).unwrap_or_default();
        match refusal {
            Refusal::NotListed if internal => {
                let help = match nearest(subpath, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", list(keys)),
                };
                Unresolved::new(format!("`imports` of `{shown}` has no `{subpath}`"), help)
            }
            Refusal::NotListed => {
                let reason = match subpath {
                    "." => format!("the package `{name}` exports no main module"),
                    _ => format!("the package `{name}` does not export `{subpath}`"),
                };
                let specifier = |key: &str| match key {
                    "." => name.clone(),
                    _ => format!("{name}/{}", key.trim_start_matches("./")),
                };
                let longer =
                    [".js", ".mjs", ".cjs", ".json", "/index.js"].map(|ending| format!("{subpath}{ending}"));
                let shorter = subpath.rsplit_once('.').map(|(stem, _)| stem.to_owned());
                let same = keys.iter().find(|key| longer.iter().chain(&shorter).any(|other| other == **key));
                let help = match same.copied().or_else(|| nearest(subpath, keys.iter().copied())) {
                    Some(near) => format!("did you mean `{}`?", specifier(near)),
                    None if keys.is_empty() => "it exports nothing".to_owned(),
                    None => {
                        let specifiers: Vec<String> = keys.iter().map(|key| specifier(key)).collect();
                        format!("import what it exports: {}", list(specifiers.iter().map(String::as_str)))
                    }
                };
                Unresolved::new(reason, help)
            }
            Refusal::Forbidden => Unresolved::new(
                format!("the package `{name}` keeps `{subpath}` for itself: it is `null` in `{shown}`"),
                "import what the package exports",
            ),
            Refusal::NoCondition { way, offered } => self.no_condition(&name, &shown, &way.concat(), offered),
            Refusal::Invalid(what) => Unresolved::new(
                format!("`{subpath}` leads to {what}, in `{shown}`"),
                "tell the package's authors; until then, `alias` in the configuration file can name the file",
            ),
            Refusal::InvalidPath(path) => Unresolved::new(
                format!("`{subpath}` leads to `{path}`, which is no path of a file, in `{shown}`"),
                "correct the specifier",
            ),
        }
    }

    fn no_condition(&self, name: &str, shown: &str, way: &str, offered: &[String]) -> Unresolved {
        let conditions: Vec<&str> =
            offered.iter().map(String::as_str).filter(|condition| *condition != "types").collect();
        let told = match self.kind {
            ImportKind::Require => &self.resolver.rules.require,
            _ => &self.resolver.rules.import,
        };
        let help = match (self.kind, conditions.as_slice()) {
            (_, []) => "it has types alone; import it by `import type`".to_owned(),
            (ImportKind::Require, _) if conditions.contains(&"import") => {
                format!("write `import` or `import()` for `require` of `{}`", self.specifier)
            }
            (ImportKind::Static | ImportKind::Dynamic, _) if conditions.contains(&"require") => {
                format!("write `require(\"{}\")` for the import", self.specifier)
            }
            (_, [first, ..]) => format!(
                "choose another package, or, if it runs on workers all the same, build with `--conditions {},{first}`",
                super::super::CONDITIONS.join(",")
            ),
        };
        let mut unresolved = Unresolved::new(
            format!(
                "the package `{name}` has nothing for workers: `{way}` in `{shown}` is for {}",
                list(offered.iter().map(String::as_str))
            ),
            help,
        );
        unresolved.conditions.clone_from(&told.0);
        unresolved
    }

    /// A table that names a file which is not there.
    fn absent(&self, manifest: &Arc<Package>, way: &str, file: &Path) -> Unresolved {
        let shown = self.shown(&manifest.directory.join("package.json"));
        let is_own = !manifest.directory.components().any(|part| part.as_os_str() == "node_modules");
        let real = self.resolver.real(&manifest.directory.join("package.json"));
        let is_workspace = is_own || !super::super::path::is_installed(&real);
        let help = if is_workspace {
            format!("build the package first, or correct `{shown}`")
        } else {
            let (install, _) = self.manager();
            format!(
                "install the package anew (`{install}`); if that does not help, it was published without the file"
            )
        };
        Unresolved::new(
            format!(
                "`{way}` in `{shown}` is `{}`, which does not exist",
                relative(&manifest.directory, file)
            ),
            help,
        )
    }
}
