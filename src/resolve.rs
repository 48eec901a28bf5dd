//! From an importer and a specifier to a file, an external module, or a diagnostic.
//!
//! The rules are wrangler's: conditions `workerd`, `worker`, `browser`; main fields `browser`, `module`, `main`;
//! esbuild's extension order. No file's content is read but `package.json` and `tsconfig.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use oxc_resolver::{
    AliasValue, ModuleType, PackageJson, PackageType, ResolveError, ResolveOptions, Resolver as OxcResolver, SideEffects,
    TsconfigDiscovery, TsconfigOptions, TsconfigReferences,
};

use crate::compile::{Dialect, ImportKind};

/// Where a specifier leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To a file.
    File(File),
    /// To a module that the runtime provides, under this name.
    External(String),
    /// To nothing: `"browser": { "x": false }` in a package's manifest.
    Empty,
}

/// A module's file and what its package says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The physical path.
    pub path: PathBuf,
    /// Whether evaluating the module does anything but make its exports (`sideEffects`).
    pub effects: bool,
    /// Whether Node.js would read a `.js` file of the package as an ES module (`"type": "module"`).
    pub module: bool,
}

/// Why a specifier leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// One sentence.
    pub reason: String,
    /// What the user can do.
    pub help: String,
}

/// What decides how specifiers are resolved.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The configuration's `alias`.
    pub alias: &'a BTreeMap<String, String>,
    /// The configuration's `jsx_factory`.
    pub jsx_factory: Option<&'a str>,
    /// The configuration's `jsx_fragment`.
    pub jsx_fragment: Option<&'a str>,
    /// The configuration's `tsconfig`; `None` looks for the nearest one of each importer.
    pub tsconfig: Option<&'a Path>,
    /// The project's compatibility flags, which say whether Node's built-in modules are there.
    pub compatibility_flags: &'a [String],
    /// Where relative aliases start.
    pub root: &'a Path,
}

/// Resolves the specifiers of one build.
pub struct Resolver {
    import: OxcResolver,
    require: OxcResolver,
    /// Knows no built-in modules.
    packages: OxcResolver,
    node_builtins: bool,
    /// Whether `nodejs_als` asks for `node:async_hooks` alone.
    async_hooks: bool,
    tsconfig: Option<PathBuf>,
    /// What the configuration says of JSX.
    dialect: Dialect,
    /// The patterns of `sideEffects`, by the package's directory.
    patterns: Mutex<BTreeMap<PathBuf, Arc<Gitignore>>>,
}

impl Resolver {
    /// Prepares resolution; nothing is read yet.
    pub fn new(options: Options<'_>) -> Self {
        let import = OxcResolver::new(resolver_options(&options, "import"));
        let require = import.clone_with_options(resolver_options(&options, "require"));
        let packages = ResolveOptions { builtin_modules: false, ..resolver_options(&options, "import") };
        let packages = import.clone_with_options(packages);
        let node_builtins = options.compatibility_flags.iter().any(|flag| {
            matches!(flag.as_str(), "nodejs_compat" | "nodejs_compat_v2" | "experimental:nodejs_compat_v2")
        });
        let async_hooks = options.compatibility_flags.iter().any(|flag| flag == "nodejs_als");
        let dialect = Dialect {
            jsx_factory: options.jsx_factory.map(str::to_owned),
            jsx_fragment: options.jsx_fragment.map(str::to_owned),
            ..Dialect::default()
        };
        let tsconfig = options.tsconfig.map(Path::to_path_buf);
        let patterns = Mutex::default();
        Self { import, require, packages, node_builtins, async_hooks, tsconfig, dialect, patterns }
    }

    /// Resolves one specifier of the file `importer`.
    pub fn resolve(
        &self,
        importer: &Path,
        specifier: &str,
        kind: ImportKind,
    ) -> Result<Resolution, Unresolved> {
        if specifier.starts_with("cloudflare:") || specifier.starts_with("workerd:") {
            return Ok(Resolution::External(specifier.to_owned()));
        }
        if let Some(name) = specifier.strip_prefix("node:") {
            return self.builtin(name);
        }
        if specifier.starts_with("http://") || specifier.starts_with("https://") {
            return Err(Unresolved {
                reason: format!("`{specifier}` is an address, and modules are not fetched from the network"),
                help: "install the package with your package manager and import it by name".to_owned(),
            });
        }
        let resolver = if kind == ImportKind::Require { &self.require } else { &self.import };
        match resolver.resolve_file(importer, specifier) {
            Ok(resolution) => Ok(Resolution::File(self.file(&resolution))),
            Err(ResolveError::Ignored(_)) => Ok(Resolution::Empty),
            Err(ResolveError::Builtin { resolved, .. }) => {
                // Without Node's modules a package of that name, or a package's replacement for it, is what is meant.
                match self.packages.resolve_file(importer, specifier) {
                    Ok(resolution) if !self.node_builtins => Ok(Resolution::File(self.file(&resolution))),
                    Err(ResolveError::Ignored(_)) if !self.node_builtins => Ok(Resolution::Empty),
                    _ => self.builtin(resolved.strip_prefix("node:").unwrap_or(&resolved)),
                }
            }
            Err(error) => Err(explain(specifier, &error)),
        }
    }

    /// How a file's own syntax is read: what its `tsconfig.json` says, over what the configuration does. Files of
    /// packages have none.
    pub fn dialect(&self, file: &Path) -> Dialect {
        let mut dialect = self.dialect.clone();
        let found = match &self.tsconfig {
            Some(path) => self.import.resolve_tsconfig(path).ok(),
            None => self.import.find_tsconfig(file).ok().flatten(),
        };
        let Some(tsconfig) = found else { return dialect };
        let options = &tsconfig.compiler_options;
        if let Some("react-jsx" | "react-jsxdev") = options.jsx.as_deref() {
            dialect.jsx_source =
                Some(options.jsx_import_source.clone().unwrap_or_else(|| "react".to_owned()));
            dialect.jsx_development = options.jsx.as_deref() == Some("react-jsxdev");
        }
        dialect.jsx_factory = options.jsx_factory.clone().or(dialect.jsx_factory);
        dialect.jsx_fragment = options.jsx_fragment_factory.clone().or(dialect.jsx_fragment);
        dialect.verbatim = options.verbatim_module_syntax == Some(true);
        dialect.legacy_decorators = options.experimental_decorators == Some(true);
        dialect.decorator_metadata = options.emit_decorator_metadata == Some(true);
        let defines = || options.target.as_deref().is_none_or(defines_fields);
        dialect.assign_fields = !options.use_define_for_class_fields.unwrap_or_else(defines);
        dialect
    }

    /// Whether the package of a file says `"type": "module"`.
    pub fn is_module(&self, file: &Path) -> bool {
        let found = file.to_str().and_then(|path| self.import.resolve_file(file, path).ok());
        found.is_some_and(|found| is_module(&found))
    }

    fn file(&self, resolution: &oxc_resolver::Resolution) -> File {
        let path = resolution.path().to_path_buf();
        let effects = resolution.package_json().is_none_or(|package| self.has_effects(&path, package));
        File { path, effects, module: is_module(resolution) }
    }

    /// `sideEffects` of a package: for all files, or for those that its patterns name. A pattern without a slash means
    /// files of that name anywhere.
    fn has_effects(&self, path: &Path, package: &PackageJson) -> bool {
        let patterns = match package.side_effects() {
            None => return true,
            Some(SideEffects::Bool(all)) => return all,
            Some(SideEffects::String(pattern)) => vec![pattern],
            Some(SideEffects::Array(patterns)) => patterns,
        };
        let mut known = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        let globs = known.entry(package.directory().to_path_buf()).or_insert_with(|| {
            let mut globs = GitignoreBuilder::new(package.directory());
            for pattern in patterns {
                let pattern =
                    pattern.strip_prefix("./").map_or_else(|| pattern.to_owned(), |rest| format!("/{rest}"));
                // A pattern that is none names no file.
                let _ = globs.add_line(None, &pattern);
            }
            Arc::new(globs.build().unwrap_or_else(|_| Gitignore::empty()))
        });
        let globs = Arc::clone(globs);
        drop(known);
        globs.matched(path, false).is_ignore()
    }

    fn builtin(&self, name: &str) -> Result<Resolution, Unresolved> {
        if self.node_builtins || (self.async_hooks && name == "async_hooks") {
            return Ok(Resolution::External(format!("node:{name}")));
        }
        Err(Unresolved {
            reason: format!("`node:{name}` is part of Node.js, which the project does not ask for"),
            help: "add `nodejs_compat` to `compatibility_flags`".to_owned(),
        })
    }
}

/// Whether the nearest `package.json` says `"type": "module"`: packages have others inside for directories of CommonJS.
fn is_module(resolution: &oxc_resolver::Resolution) -> bool {
    match resolution.path().extension().and_then(|extension| extension.to_str()) {
        Some("js" | "ts") => resolution.module_type() == Some(ModuleType::Module),
        _ => {
            resolution.package_json().is_some_and(|package| package.r#type() == Some(PackageType::Module))
        }
    }
}

fn resolver_options(options: &Options<'_>, condition: &str) -> ResolveOptions {
    let strings = |list: &[&str]| list.iter().map(|&item| item.to_owned()).collect::<Vec<_>>();
    let alias = options.alias.iter().map(|(from, to)| {
        let to = if to.starts_with("./") || to.starts_with("../") {
            options.root.join(to).to_string_lossy().into_owned()
        } else {
            to.clone()
        };
        (from.clone(), vec![AliasValue::Path(to)])
    });
    ResolveOptions {
        alias: alias.collect(),
        alias_fields: vec![strings(&["browser"])],
        condition_names: strings(&["workerd", "worker", "browser", condition, "module"]),
        extensions: strings(&[".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs", ".cts", ".cjs", ".json"]),
        extension_alias: vec![
            (".js".to_owned(), strings(&[".js", ".ts", ".tsx"])),
            (".jsx".to_owned(), strings(&[".jsx", ".tsx"])),
            (".mjs".to_owned(), strings(&[".mjs", ".mts"])),
            (".cjs".to_owned(), strings(&[".cjs", ".cts"])),
        ],
        main_fields: strings(&["browser", "module", "main"]),
        builtin_modules: true,
        module_type: true,
        tsconfig: Some(match options.tsconfig {
            Some(file) => TsconfigDiscovery::Manual(TsconfigOptions {
                config_file: file.to_path_buf(),
                references: TsconfigReferences::Auto,
            }),
            None => TsconfigDiscovery::Auto,
        }),
        ..ResolveOptions::default()
    }
}

fn explain(specifier: &str, error: &ResolveError) -> Unresolved {
    let is_path = specifier.starts_with('.') || specifier.starts_with('/');
    match error {
        ResolveError::NotFound(_) if is_path => Unresolved {
            reason: format!("there is no file for `{specifier}`"),
            help: "check the path and its upper and lower case; it goes by the importing file's directory"
                .to_owned(),
        },
        ResolveError::NotFound(_) => Unresolved {
            reason: format!("the package of `{specifier}` is not installed"),
            help: format!("install it: `npm install {}`", package_name(specifier)),
        },
        other => Unresolved {
            reason: format!("`{specifier}` cannot be resolved: {other}"),
            help: "check the package's `exports` and the path".to_owned(),
        },
    }
}

/// Whether TypeScript defines class fields by default for a target: from ES2022 on, when the standard got them.
fn defines_fields(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    let year = target.strip_prefix("es").and_then(|version| version.parse::<u32>().ok());
    // `es5` and `es6` are no years; what is not a number is `esnext`.
    year.is_none_or(|year| year >= 2022)
}

fn package_name(specifier: &str) -> &str {
    let depth = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(depth - 1) {
        Some((at, _)) => &specifier[..at],
        None => specifier,
    }
}
