//! The resolved project: the configuration file, the chosen environment, the command line and the
//! conventions, merged into one value that the other stages read.
//!
//! Every path in a [`Project`] is absolute; nothing after this stage looks at the current directory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::config::{Config, Edited, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::error::Error;
use crate::limit::Plan;
use crate::progress::Progress;

mod bindings;
mod edit;
mod elsewhere;
mod environment;
mod glob;
mod identity;
mod layout;
mod levels;
mod load;
mod modules;
mod settings;

pub(crate) use environment::Environment;
pub use modules::{ModuleRules, ModuleType, Verdict};

/// The name under which functions expect the static files.
const ASSETS: &str = "ASSETS";

/// What `--env` calls all environments together.
const ALL: &str = "all";

/// What the command line says about a project; everything else comes from its configuration file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The directory the search for a configuration file starts in.
    pub directory: PathBuf,
    /// `--config`: the configuration file itself.
    pub config: Option<PathBuf>,
    /// `--env`.
    pub environment: Option<String>,
    /// `--assets`, relative to the current directory.
    pub assets: Option<PathBuf>,
    /// `--functions`, relative to the current directory.
    pub functions: Option<PathBuf>,
    /// `--name`.
    pub name: Option<String>,
    /// `--compatibility-date`.
    pub compatibility_date: Option<String>,
    /// `--compatibility-flag`, added to those of the file.
    pub compatibility_flags: Vec<String>,
    /// `--minify`.
    pub minify: bool,
    /// `--sourcemap`.
    pub source_map: bool,
    /// `--no-cache`: everything is compiled anew, and nothing is kept.
    pub no_cache: bool,
    /// `--conditions`, in place of those of a worker.
    pub conditions: Option<Vec<String>>,
    /// `--platform`.
    pub platform: Platform,
    /// `--keep-assets`: how many sites back hashed files are carried along.
    pub keep_assets: usize,
    /// `--plan`: the one whose limits hold. Without one, what only the larger plan takes is a warning.
    pub plan: Option<Plan>,
    /// `--strict`, `--deny`, `--warn` and `--allow`.
    pub levels: Levels,
    /// Where a build says how far it is.
    pub progress: Progress,
}

/// Whose fields of a package's manifest count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// Browsers.
    #[default]
    Browser,
    /// Node.js.
    Node,
    /// None of them.
    Neutral,
}

/// A project in one environment.
#[derive(Clone, Debug)]
pub struct Project {
    /// The directory of the configuration file, or the project's directory where there is none.
    pub root: PathBuf,
    /// The file, where there is one.
    pub config: Option<Config>,
    /// The worker's name in this environment.
    pub name: String,
    /// The environment, `None` for the top level.
    pub environment: Option<String>,
    /// `YYYY-MM-DD`.
    pub compatibility_date: String,
    /// In the order given.
    pub compatibility_flags: Vec<String>,
    /// The module whose exports and handlers the worker takes over.
    pub main: Option<PathBuf>,
    /// The directory of routed functions.
    pub functions: Option<PathBuf>,
    /// The directory whose files' exported classes the worker exports.
    pub durable_objects: Option<PathBuf>,
    /// The static files.
    pub assets: Option<AssetSettings>,
    /// In the order of their names.
    pub bindings: Vec<Binding>,
    /// How code is compiled and linked.
    pub bundling: Bundling,
    /// Every key of the environment as the deployer should see it (inheritance applied, environments
    /// flattened), except those that this struct names: unknown ones included.
    pub settings: BTreeMap<String, Json>,
    /// The plan whose limits hold, where the command line names one.
    pub plan: Option<Plan>,
    /// What no file and no flag said, and what was taken instead, as sentences for the user.
    pub assumptions: Vec<String>,
}

impl Project {
    /// Where the configuration file says what the environment takes for a setting.
    pub fn written(&self, key: &str) -> Option<(&Config, &Value)> {
        let config = self.config.as_ref()?;
        let own = self.environment.as_ref().and_then(|name| config.root.get("env")?.get(name));
        let mut tables = own.into_iter().chain([&config.root]);
        tables.find_map(|table| table.get(key)).map(|value| (config, value))
    }

    /// Whether the code and the static files of this project are those of another one, and become the same.
    pub fn builds_like(&self, other: &Self) -> bool {
        self.builds_differently(other).is_empty()
    }

    /// The settings by which the code and the static files of this project become others than those of another one.
    pub fn builds_differently(&self, other: &Self) -> Vec<&'static str> {
        let (ours, theirs) = (&self.bundling, &other.bundling);
        [
            ("the directory", self.root == other.root),
            ("`main`", self.main == other.main),
            ("the functions", self.functions == other.functions),
            ("the Durable Objects", self.durable_objects == other.durable_objects),
            ("`compatibility_date`", self.compatibility_date == other.compatibility_date),
            ("`compatibility_flags`", self.compatibility_flags == other.compatibility_flags),
            ("`assets`", self.assets == other.assets),
            ("`define`", ours.define == theirs.define),
            ("`alias`", ours.alias == theirs.alias),
            ("`minify`", ours.minify == theirs.minify),
            (
                "how code is bundled",
                Bundling {
                    define: theirs.define.clone(),
                    alias: theirs.alias.clone(),
                    minify: theirs.minify,
                    ..ours.clone()
                } == *theirs,
            ),
        ]
        .into_iter()
        .filter_map(|(what, same)| (!same).then_some(what))
        .collect()
    }

    /// The names that are set for development, on this machine alone, with the file that sets each.
    pub fn set_elsewhere(&self) -> BTreeMap<String, String> {
        elsewhere::elsewhere(&self.root, self.environment.as_deref())
    }

    /// The environment as the configuration file has it.
    pub(crate) fn here(&self) -> Option<Environment<'_>> {
        let name = self.environment.as_deref();
        environment::choose(self.config.as_ref()?, name, &mut Diagnostics::default())
    }

    /// All environments that the configuration file has, the top level first.
    pub(crate) fn environments(&self) -> Vec<Environment<'_>> {
        let Some(config) = &self.config else { return Vec::new() };
        let tables = config.root.get("env").map_or(&[][..], Value::entries);
        let names = [None].into_iter().chain(tables.iter().map(|entry| Some(entry.key.as_str())));
        names.filter_map(|name| environment::choose(config, name, &mut Diagnostics::default())).collect()
    }
}

/// Where the static files are and how they are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetSettings {
    /// The directory.
    pub directory: PathBuf,
    /// The binding's name; functions expect `ASSETS`.
    pub binding: String,
    /// Whether the project follows Pages' conventions (`pages_build_output_dir`, or no configuration file).
    pub pages: bool,
    /// `assets.html_handling`, where given.
    pub html_handling: Option<String>,
    /// `assets.not_found_handling`, where given.
    pub not_found_handling: Option<String>,
    /// `assets.run_worker_first`, where given.
    pub run_worker_first: Option<RunWorkerFirst>,
}

/// `assets.run_worker_first` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunWorkerFirst {
    /// For all requests or for none.
    Always(bool),
    /// For the paths that these rules name.
    Rules(Vec<String>),
}

/// A name on `env` and what stands behind it.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name that code uses.
    pub name: String,
    /// The configuration key that declares it: `kv_namespaces`, `vars`, `durable_objects` ...
    pub kind: &'static str,
    /// The resource's identity (namespace id, bucket name, class ...), where one is given.
    pub resource: Option<String>,
    /// How the deployer is to create the resource, where its identity is missing.
    pub provision: Option<Provision>,
    /// Where the declaration stands in the configuration file.
    pub span: Range<usize>,
}

/// A resource that is yet to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision {
    /// What it is to be called; wrangler's rule gives it a name otherwise.
    pub name: Option<String>,
    /// Where its data is to stay.
    pub jurisdiction: Option<String>,
}

/// How code is compiled and linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundling {
    /// `minify` or `--minify`.
    pub minify: bool,
    /// `keep_names`; functions and classes keep their names when minified.
    pub keep_names: bool,
    /// `upload_source_maps` or `--sourcemap`.
    pub source_map: bool,
    /// `tsconfig`.
    pub tsconfig: Option<PathBuf>,
    /// `jsx_factory`.
    pub jsx_factory: Option<String>,
    /// `jsx_fragment`.
    pub jsx_fragment: Option<String>,
    /// `alias`: specifier to replacement, in the order of the names.
    pub alias: BTreeMap<String, String>,
    /// `define`: expression to JavaScript source text.
    pub define: BTreeMap<String, String>,
    /// `rules`: which files are modules of their own.
    pub rules: ModuleRules,
    /// `preserve_file_names`; such modules keep their names.
    pub preserve_file_names: bool,
    /// `no_bundle`; the main module is deployed as it is.
    pub no_bundle: bool,
    /// `find_additional_modules`; files that rules name are modules even if nothing imports them.
    pub find_additional_modules: bool,
    /// `base_dir`: where they are looked for.
    pub base_dir: Option<PathBuf>,
}

impl Bundling {
    /// The directory whose files are held against the rules, given the one that the worker's code is in; `None` where that
    /// is not asked for.
    pub fn searched<'a>(&'a self, usual: Option<&'a Path>) -> Option<&'a Path> {
        self.base_dir.as_deref().or(usual).filter(|_| self.find_additional_modules)
    }

    /// The same for a worker that is a directory of modules, which wrangler takes by rules of its own.
    #[must_use]
    pub fn of_directory(&self, directory: &Path) -> Self {
        Self {
            find_additional_modules: true,
            base_dir: Some(directory.to_path_buf()),
            rules: ModuleRules::of_directories(),
            ..self.clone()
        }
    }
}

/// Loads a project: finds and reads its configuration file, chooses the environment and fills in what
/// neither the file nor the command line says. `None` when errors leave no project to speak of; a project
/// can also come with errors, so that the other stages add theirs.
///
/// # Errors
/// When the command line names what does not exist, or the file cannot be read.
pub fn load(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Project>, Error> {
    load::load(options, diagnostics)
}

/// The directory that diagnostics take paths from, also those of a project that cannot be loaded.
///
/// # Errors
/// As [`load`].
pub fn root(options: &Options) -> Result<PathBuf, Error> {
    load::root(options)
}

/// Whether a name asks for all environments. Where one is called so, that one is meant.
pub(crate) fn is_all<'a>(asked: &str, mut environments: impl Iterator<Item = &'a str>) -> bool {
    asked == ALL && !environments.any(|name| name == ALL)
}

/// Whether all environments are asked for by name: `--env all`, where none is called so.
///
/// # Errors
/// As [`load`].
pub fn asks_for_all(options: &Options) -> Result<bool, Error> {
    load::asks_for_all(options)
}

/// The environments that are to be looked at, `None` for the top level: the one that is asked for, or all. A top level that
/// declares nothing, where environments do, holds what they share and is not one of them.
///
/// # Errors
/// As [`load`].
pub fn environments(options: &Options) -> Result<Vec<Option<String>>, Error> {
    load::environments(options)
}

/// The configuration file that the user keeps, to be changed. `None` where there is none or it cannot be read.
///
/// # Errors
/// As [`load`].
pub(crate) fn editable(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    edit::editable(options, diagnostics)
}

/// Whether a project has a configuration file, be it one that a build tool has made.
///
/// # Errors
/// As [`load`].
pub(crate) fn has_configuration(options: &Options) -> Result<bool, Error> {
    edit::has_configuration(options)
}

/// Whether the configuration of a project is one that a build tool has made of the user's.
///
/// # Errors
/// As [`load`].
pub(crate) fn is_redirected(options: &Options) -> Result<bool, Error> {
    edit::is_redirected(options)
}

/// A configuration file for a project without one, not written yet.
///
/// # Errors
/// As [`load`].
pub(crate) fn started(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    edit::started(options, diagnostics)
}

/// The environment that is asked for; an empty name means the top level.
pub(crate) fn environment(options: &Options) -> Option<&str> {
    load::named(options)
}

/// What is wrong with a changed file in an environment, and was not wrong before.
pub(crate) fn newly_wrong(before: &Config, after: &Edited, environment: Option<&str>) -> Vec<Diagnostic> {
    edit::newly_wrong(before, after, environment)
}

/// Loads what each environment of a project declares, the top level first, or the one that is asked for. As [`load`], but
/// what is named need not be there yet, and a configuration that a build tool has made does not count: what is declared is
/// what the user wrote.
///
/// # Errors
/// As [`load`].
pub fn load_declared(
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Vec<Project>>, Error> {
    load::load_declared(options, diagnostics)
}

/// Names that are set for development and get to the code no more after a change, with the files that set them.
pub(crate) fn left_out(
    before: &Config,
    after: &Edited,
    environment: Option<&str>,
) -> BTreeMap<String, String> {
    edit::left_out(before, after, environment)
}

/// That a project comes to neither code nor static files, and what would change that.
pub(crate) fn nothing_to_build(config: Option<&Config>) -> Diagnostic {
    load::nothing_to_build(config)
}

/// The part of a project that concerns single modules.
#[derive(Clone, Debug)]
pub struct Code {
    /// The directory of the configuration file, or the project's directory where there is none.
    pub root: PathBuf,
    /// The directory that the command line names.
    pub directory: PathBuf,
    /// How code is compiled and linked.
    pub bundling: Bundling,
    /// `YYYY-MM-DD`.
    pub compatibility_date: String,
    /// In the order given.
    pub compatibility_flags: Vec<String>,
}

/// Loads what single modules are compiled with: as [`load`], and there need not be anything to build.
///
/// # Errors
/// As [`load`].
pub fn load_code(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Code>, Error> {
    load::load_code(options, diagnostics)
}

/// How the user would name a file: relative to the project, `/`-separated.
pub fn display(root: &Path, file: &Path) -> String {
    let mut base = root;
    let mut up = String::new();
    loop {
        if let Ok(rest) = file.strip_prefix(base) {
            let rest: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            return format!("{up}{}", rest.join("/"));
        }
        match base.parent() {
            Some(parent) => {
                base = parent;
                up.push_str("../");
            }
            None => return file.to_string_lossy().replace('\\', "/"),
        }
    }
}
