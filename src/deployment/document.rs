//! `deployment.json` as types: the text in and out, its canonical form, its id and its digests.
//!
//! The fields are declared in the order of the text, which is that of their names: it is written without being sorted.
//!
//! Invariants: one document has one text; the id covers every other field; a reader accepts no field that it
//! does not know, since it could not tell what ignoring it would break.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value as Json;

use super::content::{Expected, Scheme};
use super::layout::is_laid_out;
use crate::asset::AssetManifest;

mod seal;

use seal::{around_id, id_of};

/// The format and its major version.
pub const FORMAT: &str = "pagesbuild.deployment/1";

/// The whole of `deployment.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The static files, where the project has any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assets: Option<Assets>,
    /// What stands on `env`, by name.
    pub bindings: Vec<Binding>,
    /// Files of earlier versions, by path as in the manifest: published along, since pages that were opened before this
    /// version may ask for them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub carried: BTreeMap<String, Carried>,
    /// The worker, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<Code>,
    /// Which part a difference is in.
    pub digests: Digests,
    /// [`FORMAT`].
    pub format: String,
    /// BLAKE3 over the canonical text without the line of this field, first 32 hex characters.
    pub id: String,
    /// Whose deployment it is.
    pub project: Project,
    /// The route table in order of precedence.
    pub routes: Vec<Route>,
    /// What it runs on.
    pub runtime: Runtime,
    /// The configuration of the environment as the deployer sees it, values of variables included, without
    /// what other fields hold and what only concerns the developer's machine.
    #[serde(serialize_with = "sorted")]
    pub settings: BTreeMap<String, Json>,
    /// Files derived for each deployer, by its name.
    pub targets: BTreeMap<String, FileEntry>,
    /// What a rollback to this deployment cannot bring back.
    pub unversioned: Unversioned,
    /// For each name of `env` that the code is known to use, by whom: `file#export`, the file relative to the project,
    /// sorted. Some may not be among the bindings: secrets, and what is missing.
    pub uses: BTreeMap<String, Vec<String>>,
}

/// Whose deployment it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The environment, absent for the top level.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub environment: Option<String>,
    /// The worker's name.
    pub name: String,
}

/// What the worker runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// `YYYY-MM-DD`.
    pub compatibility_date: String,
    /// In the order given.
    pub compatibility_flags: Vec<String>,
}

/// The worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// What the main module exports, sorted.
    pub exports: Vec<String>,
    /// The path of the main module.
    pub main: String,
    /// All modules, the main one among them, by path.
    pub modules: Vec<Module>,
    /// The installed packages that modules have code of, by name and version.
    pub packages: Vec<Package>,
    /// Bytes of all modules.
    pub size: u64,
    /// Where the project asked for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_map: Option<FileEntry>,
}

/// A module of the worker.
///
/// Spelt out rather than flattened from [`FileEntry`]: serde cannot deny unknown fields through a flattening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ModuleFields", into = "ModuleFields")]
pub struct Module {
    /// What the runtime takes it for.
    pub kind: ModuleType,
    /// Where it is.
    pub file: FileEntry,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModuleFields {
    hash: String,
    path: String,
    size: u64,
    #[serde(rename = "type")]
    kind: ModuleType,
}

impl From<ModuleFields> for Module {
    fn from(fields: ModuleFields) -> Self {
        let ModuleFields { path, hash, size, kind } = fields;
        Self { kind, file: FileEntry { path, hash, size } }
    }
}

impl From<Module> for ModuleFields {
    fn from(module: Module) -> Self {
        let FileEntry { path, hash, size } = module.file;
        Self { path, hash, size, kind: module.kind }
    }
}

/// What the runtime takes a module for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleType {
    /// An ECMAScript module.
    Esm,
    /// A CommonJS module.
    CommonJs,
    /// A WebAssembly module.
    Wasm,
    /// Bytes, imported as an `ArrayBuffer`.
    Data,
    /// Text, imported as a string.
    Text,
}

/// A file of the output directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// BLAKE3 of the content, 64 hex characters.
    pub hash: String,
    /// Relative to the output directory, `/`-separated.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// An installed package. The same version in several places is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// What its manifest says, or the name of its directory.
    pub name: String,
    /// Bytes that the worker has of it.
    pub size: u64,
    /// What its manifest says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
}

impl Package {
    /// `name@version`.
    pub fn spoken(&self) -> String {
        spoken(&self.name, self.version.as_deref())
    }
}

/// `name@version`, or the name alone.
pub fn spoken(name: &str, version: Option<&str>) -> String {
    version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"))
}

/// A row of the route table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The names of `env` that handler and middleware are known to use, sorted.
    pub bindings: Vec<String>,
    /// `file#export`, relative to the functions directory; absent where only middleware runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub handler: Option<String>,
    /// Upper case; absent where every method is answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub method: Option<String>,
    /// What runs before, outermost first, each as `file#export`.
    pub middleware: Vec<String>,
    /// `/todos/:id`.
    pub pattern: String,
}

/// The static files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assets {
    /// The name under which code reaches them.
    pub binding: String,
    /// The manifest, as the platform's upload takes it. `/a/b` is the file `assets/a/b`.
    pub files: Arc<AssetManifest>,
    /// As the platform takes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub html_handling: Option<String>,
    /// As the platform takes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_found_handling: Option<String>,
    /// `_headers` and `_redirects`, which are files below `assets/` and not published.
    pub rules: BTreeMap<String, Rule>,
    /// Which requests the worker sees before the assets do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run_worker_first: Option<RunWorkerFirst>,
}

/// A file of an earlier version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// The id of the version that it comes from.
    pub from: String,
    /// As in the manifest.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// As in the manifest.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub content_type: Option<Cow<'static, str>>,
}

/// A file of rules for the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// BLAKE3 of the content, 64 hex characters.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

/// Which requests the worker sees before the assets do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RunWorkerFirst {
    /// All or none.
    Always(bool),
    /// Those that these rules name.
    Rules(Vec<String>),
}

/// A name on `env`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// What the deployer is to create for it to point to, where the identity is not given yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provision: Option<Provision>,
    /// The identity of what it points to, where one is given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resource: Option<String>,
    /// The configuration key that declares it: `kv_namespaces`, `vars` ...
    #[serde(rename = "type")]
    pub kind: String,
}

/// A resource that the deployer creates, unless the worker that is deployed has one under the binding's name already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Where its data is to stay.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jurisdiction: Option<String>,
    /// What it is called.
    pub name: String,
}

/// What a rollback cannot bring back. Every list is sorted, but the tags, which are in order of application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unversioned {
    /// Cron expressions.
    pub crons: Vec<String>,
    /// Custom domains that lead to the worker.
    pub domains: Vec<String>,
    /// Tags of Durable Object migrations: data once migrated stays migrated.
    pub migrations: Vec<String>,
    /// Queues that the worker consumes.
    pub queue_consumers: Vec<String>,
    /// Route patterns that lead to the worker.
    pub routes: Vec<String>,
    /// Names of secrets that must be set; their values are never part of a deployment.
    pub secrets: Vec<String>,
}

/// One hash for each part that can move by itself: BLAKE3, first 32 hex characters, over the compact JSON
/// (keys sorted) of the fields named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// `assets`.
    pub assets: String,
    /// `bindings` and `settings`.
    pub bindings: String,
    /// `code`, `routes`, `runtime` and `uses`.
    pub code: String,
}

/// Why a text is not a deployment's description.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, or not of the shape that the format has.
    #[error("not a deployment's description: {0}")]
    Shape(#[from] serde_json::Error),
    /// Another format, or a version that this reader does not know.
    #[error("the format is `{0}`, and this version reads `{FORMAT}`")]
    Format(String),
    /// JSON of the right shape in another layout than the canonical one: something else wrote or edited it.
    #[error("the text is not in its canonical form")]
    NotCanonical,
    /// The id is not the hash of the rest.
    #[error("the id is `{found}`, and the content's is `{expected}`")]
    Id {
        /// What the document says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// A digest is not the hash of its part.
    #[error("the digests do not match their parts")]
    Digests,
}

impl Document {
    /// Reads a document and checks everything that can be checked without the other files.
    ///
    /// # Errors
    ///
    /// The text is of another format, not canonical, or does not match its own id or digests.
    pub fn parse(text: &[u8]) -> Result<Self, ReadError> {
        let format = format_of(text)?;
        if format != FORMAT {
            return Err(ReadError::Format(format));
        }
        if !is_laid_out(text) {
            return Err(ReadError::NotCanonical);
        }
        let document: Self = serde_json::from_slice(text)?;
        let canonical = document.to_text();
        if canonical.as_bytes() != text {
            return Err(ReadError::NotCanonical);
        }
        if document.compute_digests() != document.digests {
            return Err(ReadError::Digests);
        }
        let (before, after) = around_id(&canonical);
        let expected = id_of(before, after);
        match document.id == expected {
            true => Ok(document),
            false => Err(ReadError::Id { found: document.id, expected }),
        }
    }

    /// Every file of the output directory that the document names, and what it has to hold.
    pub fn files(&self) -> impl Iterator<Item = (String, Expected)> {
        let plain = |hash: &str, size| Expected { scheme: Scheme::Plain, hash: hash.to_owned(), size };
        let file = move |file: &FileEntry| (file.path.clone(), plain(&file.hash, file.size));
        let code = self.code.iter().flat_map(move |code| {
            let modules = code.modules.iter().map(|module| &module.file);
            modules.chain(&code.source_map).map(file)
        });
        let assets = self.assets.iter().flat_map(move |assets| {
            let files = assets.files.iter().map(|(path, asset)| {
                let hash = asset.hash.clone();
                (format!("assets{path}"), Expected { scheme: Scheme::Asset, hash, size: asset.size })
            });
            let rule = move |(name, rule): (&String, &Rule)| {
                (format!("assets/{name}"), plain(&rule.hash, rule.size))
            };
            files.chain(assets.rules.iter().map(rule))
        });
        let carried = self.carried.iter().map(|(path, file)| {
            let hash = file.hash.clone();
            (format!("assets{path}"), Expected { scheme: Scheme::Asset, hash, size: file.size })
        });
        code.chain(assets).chain(carried).chain(self.targets.values().map(file))
    }
}

/// The `format` of any JSON object that has one.
fn format_of(text: &[u8]) -> Result<String, serde_json::Error> {
    #[derive(Deserialize)]
    struct Any {
        format: String,
    }
    serde_json::from_slice::<Any>(text).map(|any| any.format)
}

/// Whether it is the description of a deployment, of this or of another version of the format.
pub(super) fn is_ours(text: &[u8]) -> bool {
    format_of(text).is_ok_and(|format| format.starts_with("pagesbuild.deployment/"))
}

/// Writes values whose own keys are in the order in which the user wrote them.
fn sorted<S: Serializer>(settings: &BTreeMap<String, Json>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut settings = settings.clone();
    settings.values_mut().for_each(Json::sort_all_objects);
    settings.serialize(serializer)
}
