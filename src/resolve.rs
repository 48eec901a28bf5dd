//! From an importer and a specifier to a file, an external module, or a diagnostic.
//!
//! The rules are wrangler's, which are esbuild's with conditions of its own. No file's content is read but
//! `package.json` and `tsconfig.json`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compile::{Dialect, ImportKind};
use crate::nodejs::{self, Nodejs};

mod browser;
mod builtin;
mod directory;
mod explain;
mod exports;
mod lookup;
mod package;
mod path;
mod record;
mod rules;
mod trace;
mod tsconfig;

use directory::Directories;
pub use explain::Unresolved;
use lookup::{Hit, Lookup};
pub use path::clean as cleaned;
use record::Record;
pub use record::Step;
pub use rules::Platform;
use rules::Rules;
pub use trace::{Manifest, Trace};
use tsconfig::Tsconfig;

/// The conditions of a worker besides those of the kind of import.
pub const CONDITIONS: [&str; 3] = ["workerd", "worker", "browser"];

/// Where a specifier leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// To a file.
    File(File),
    /// To a module that the runtime provides, under this name.
    External(String),
    /// To what `require` gives of a module that stands in for the one of this name.
    Required(String),
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
    /// The file to take instead when any module of the program requires it: that of `main`, where this is that of
    /// `module`.
    pub main: Option<PathBuf>,
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
    /// What the project has of Node.js.
    pub nodejs: &'a Nodejs,
    /// Conditions to tell packages in place of [`CONDITIONS`].
    pub conditions: Option<&'a [String]>,
    /// Whose fields of manifests count.
    pub platform: Platform,
    /// Where aliases start.
    pub root: &'a Path,
}

/// Resolves the specifiers of one build.
pub struct Resolver {
    directories: Directories,
    rules: Rules,
    /// How aliases are looked for at first.
    alias_rules: Rules,
    alias: BTreeMap<String, String>,
    root: PathBuf,
    nodejs: Nodejs,
    /// Where packages are that stand in for modules of Node.js.
    homes: Vec<PathBuf>,
    tsconfig: Option<Arc<Tsconfig>>,
    /// What the configuration says of JSX.
    dialect: Dialect,
}

impl Resolver {
    /// Prepares resolution; only a `tsconfig` that the configuration names is read yet.
    pub fn new(options: Options<'_>) -> Self {
        let conditions = match options.conditions {
            Some(conditions) => conditions.to_vec(),
            None => CONDITIONS.map(str::to_owned).to_vec(),
        };
        Self {
            directories: Directories::default(),
            rules: Rules::of_platform(options.platform, &conditions),
            alias_rules: Rules::of_node(),
            alias: options.alias.clone(),
            root: options.root.to_path_buf(),
            nodejs: options.nodejs.clone(),
            homes: builtin::homes(options.root),
            tsconfig: options.tsconfig.map(|file| Arc::new(tsconfig::read(file))),
            dialect: Dialect {
                jsx_factory: options.jsx_factory.map(str::to_owned),
                jsx_fragment: options.jsx_fragment.map(str::to_owned),
                ..Dialect::default()
            },
        }
    }

    /// Where a specifier of the file `importer` leads. `None` is [explained](Self::explain) to those who ask.
    pub fn resolve(&self, importer: &Path, specifier: &str, kind: ImportKind) -> Option<Resolution> {
        match self.found(importer.parent()?, specifier, kind, None)? {
            Hit::File { path, main } => Some(Resolution::File(self.file(&path, main.as_deref()))),
            Hit::Empty => Some(Resolution::Empty),
            Hit::Runtime(name) => self.runtime(&name, kind),
        }
    }

    fn found(
        &self,
        from: &Path,
        specifier: &str,
        kind: ImportKind,
        record: Option<&RefCell<Record>>,
    ) -> Option<Hit> {
        let require = kind == ImportKind::Require;
        let Some(target) = self.alias.get(specifier) else {
            return self.direct(from, specifier, &self.lookup(&self.rules, require, record));
        };
        let by_node = self.lookup(&self.alias_rules, require, record);
        let hit = (!builtin::is_runtime(target)).then(|| by_node.resolve(&self.root, target)).flatten();
        let hit =
            hit.or_else(|| self.direct(&self.root, target, &self.lookup(&self.rules, require, record)))?;
        if let Some(record) = record {
            record.borrow_mut().steps.push(Step::Alias(target.clone()));
        }
        Some(hit)
    }

    /// Where a specifier leads that is no alias.
    fn direct(&self, from: &Path, specifier: &str, lookup: &Lookup<'_>) -> Option<Hit> {
        if builtin::is_platform(specifier) || self.is_nodejs(specifier) {
            return Some(Hit::Runtime(specifier.to_owned()));
        }
        let hit = lookup.resolve(from, specifier);
        // Without Node's modules a package of that name is what is meant.
        hit.or_else(|| nodejs::is_named(specifier).then(|| Hit::Runtime(specifier.to_owned())))
    }

    fn lookup<'a>(
        &'a self,
        rules: &'a Rules,
        require: bool,
        record: Option<&'a RefCell<Record>>,
    ) -> Lookup<'a> {
        Lookup {
            directories: &self.directories,
            rules,
            conditions: if require { &rules.require } else { &rules.import },
            require,
            tsconfig: self.tsconfig.as_ref(),
            record,
        }
    }

    /// How a file's own syntax is read: what its `tsconfig.json` says, over what the configuration does. Files of
    /// packages have none.
    pub fn dialect(&self, file: &Path) -> Dialect {
        let mut dialect = self.dialect.clone();
        let directory = file.parent().and_then(|parent| self.directories.get(parent));
        let lookup = self.lookup(&self.rules, false, None);
        let Some(tsconfig) = directory.and_then(|directory| lookup.tsconfig_of(&directory)) else {
            return dialect;
        };
        let text = |option: &str| tsconfig.text(option).map(str::to_owned);
        let jsx = text("jsx").map(|jsx| jsx.to_ascii_lowercase());
        if let Some("react-jsx" | "react-jsxdev") = jsx.as_deref() {
            dialect.jsx_source = Some(text("jsxImportSource").unwrap_or_else(|| "react".to_owned()));
            dialect.jsx_development = jsx.as_deref() == Some("react-jsxdev");
        }
        dialect.jsx_factory = text("jsxFactory").or(dialect.jsx_factory);
        dialect.jsx_fragment = text("jsxFragmentFactory").or(dialect.jsx_fragment);
        dialect.verbatim = tsconfig.switch("verbatimModuleSyntax") == Some(true);
        dialect.legacy_decorators = tsconfig.switch("experimentalDecorators") == Some(true);
        dialect.decorator_metadata = tsconfig.switch("emitDecoratorMetadata") == Some(true);
        let defines = || text("target").is_none_or(|target| defines_fields(&target));
        dialect.assign_fields = !tsconfig.switch("useDefineForClassFields").unwrap_or_else(defines);
        dialect
    }

    /// Whether the package of a file says `"type": "module"`.
    pub fn is_module(&self, file: &Path) -> bool {
        let directory = file.parent().and_then(|parent| self.directories.get(parent));
        directory.is_some_and(|directory| directory.enclosing_package().is_some_and(|package| package.module))
    }

    fn file(&self, path: &Path, main: Option<&Path>) -> File {
        let path = self.real(path);
        let directory = path.parent().and_then(|parent| self.directories.get(parent));
        let package = directory.as_ref().and_then(|directory| directory.enclosing_package());
        File {
            effects: package.is_none_or(|package| package.has_effects(&path)),
            module: package.is_some_and(|package| package.module),
            main: main.map(|main| self.real(main)),
            path,
        }
    }

    /// A path without symbolic links.
    fn real(&self, path: &Path) -> PathBuf {
        let directory = path.parent().and_then(|parent| self.directories.get(parent));
        match (directory, path::name(path)) {
            (Some(directory), Some(name)) => directory.real_path(name),
            _ => path.to_path_buf(),
        }
    }
}

/// Whether TypeScript defines class fields by default for a target: from ES2022 on, when the standard got them.
fn defines_fields(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    let year = target.strip_prefix("es").and_then(|version| version.parse::<u32>().ok());
    // `es5` and `es6` are no years; what is not a number is `esnext`.
    year.is_none_or(|year| year >= 2022)
}
