//! The deployment: one version of code, assets and bindings, named by the hash of its content.
//!
//! In go the values of the earlier stages, out comes a [`Deployment`]: the document that describes it and every
//! file of the output directory. [`assemble`] is pure; [`emit`] writes, [`verify`] reads back.
//! `docs/artifact.md` describes the directory for its readers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asset::{AssetFile, AssetManifest, RuleFile, Stamp};
use crate::binding::Uses;
use crate::hash;
use crate::link::Bundle;
use crate::project::{self, AssetSettings};

mod alike;
mod archive;
mod boot;
mod content;
mod directory;
pub mod document;
mod emit;
mod facts;
mod finding;
mod git;
mod known;
mod layout;
mod lock;
mod named;
mod occupied;
mod paths;
mod settings;
mod spare;
mod tree;
mod verify;

pub use archive::{Packed, Zipped, pack, pack_file};
pub use content::{Content, CopyError, Copying, Expected, Key, Opened, OutputFile, Scheme, Slice};
pub use document::{Document, ReadError};
pub use emit::{Staged, directory_name, emit, stage, stage_all};
pub use facts::{BuildFacts, Inputs, SourceFile, TOOL, ago, now, today};
pub use finding::Finding;
pub use git::{Git, Repository, within_repository};
pub use occupied::{check_beside, check_outdir, check_outside, default_outdir, place_of};
pub use paths::published;
pub use spare::Spare;
pub use verify::{Verified, open, verify, verify_files};

use document::{
    Assets, Binding, Carried, Code, FileEntry, Module, ModuleType, Project, Provision, Rule, RunWorkerFirst,
    Runtime,
};

/// Where the modules are.
pub const WORKER: &str = "worker/";
/// The description, from which every other file is reachable.
const DOCUMENT: &str = "deployment.json";
/// The facts of one build, the one file outside of the id.
const BUILD_FACTS: &str = "build.json";
/// What the wrangler deployer reads.
const WRANGLER: &str = "wrangler.json";

/// What a deployment is put together from.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// Name, environment, compatibility, bindings and settings.
    pub project: &'a project::Project,
    /// The linked worker, where the project has code.
    pub bundle: Option<&'a Bundle>,
    /// The name of its main module.
    pub main: &'a str,
    /// The packages that are in it.
    pub packages: &'a [document::Package],
    /// The route table in order of precedence.
    pub routes: &'a [document::Route],
    /// What the code uses of `env`.
    pub uses: &'a Uses,
    /// The static files, where the project has any.
    pub assets: Option<AssetParts<'a>>,
    /// The text of `wrangler.json`.
    pub wrangler: &'a str,
}

/// The static part of [`Parts`].
#[derive(Clone, Copy, Debug)]
pub struct AssetParts<'a> {
    /// Binding and handling.
    pub settings: &'a AssetSettings,
    /// `run_worker_first` as derived from the routes, or as written.
    pub run_worker_first: Option<&'a project::RunWorkerFirst>,
    /// Where the files are.
    pub files: &'a [AssetFile],
    /// Their hashes.
    pub manifest: &'a Arc<AssetManifest>,
    /// For each of the files what proves that it still has its hash, where something does.
    pub proofs: &'a [Option<Stamp>],
    /// `_headers` and `_redirects`.
    pub rules: &'a [RuleFile],
    /// Files of earlier versions to publish along, of none of the paths above.
    pub carried: &'a [CarriedFile],
}

/// A file of an earlier version, to be published along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedFile {
    /// As in the manifest.
    pub path: String,
    /// What is said of it.
    pub entry: Carried,
    /// Where its bytes are.
    pub content: Content,
}

/// A deployment: about to be written, or found where one was written.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The description; its text is among the files.
    pub document: Document,
    /// Every file but `build.json`, sorted by path.
    pub files: Vec<OutputFile>,
    /// The text of `build.json`, where there is one.
    pub facts: Option<String>,
}

/// Puts the parts together. Does no IO: the same parts give the same deployment.
pub fn assemble(parts: Parts<'_>) -> Deployment {
    let mut files = vec![text(WRANGLER, parts.wrangler)];
    let code = parts.bundle.map(|bundle| assemble_code(bundle, &parts, &mut files));
    let carried = parts.assets.map_or(&[][..], |assets| assets.carried);
    let assets = parts.assets.map(|assets| assemble_assets(assets, &mut files));
    let settings = settings::deployed(&parts.project.settings);
    let mut document = Document {
        format: document::FORMAT.to_owned(),
        id: String::new(),
        project: Project { name: parts.project.name.clone(), environment: parts.project.environment.clone() },
        runtime: Runtime {
            compatibility_date: parts.project.compatibility_date.clone(),
            compatibility_flags: parts.project.compatibility_flags.clone(),
        },
        code,
        routes: parts.routes.to_vec(),
        assets,
        carried: carried.iter().map(|file| (file.path.clone(), file.entry.clone())).collect(),
        bindings: parts.project.bindings.iter().map(|binding| describe(parts.project, binding)).collect(),
        uses: users(parts.uses),
        unversioned: settings::unversioned(&settings),
        settings,
        targets: [(String::from("wrangler"), entry(WRANGLER, parts.wrangler.as_bytes()))].into(),
        digests: document::Digests::default(),
    };
    let described = document.seal();
    files.push(text(DOCUMENT, &described));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Deployment { document, files, facts: None }
}

/// The code and the static files of a version under the bindings and settings of another environment, which is what the
/// project stands for. `wrangler` is the text of its `wrangler.json`. The facts are those of the build that made the code.
pub fn promote(version: &Deployment, project: &project::Project, wrangler: &str) -> Deployment {
    let settings = settings::deployed(&project.settings);
    let mut document = Document {
        project: Project { name: project.name.clone(), environment: project.environment.clone() },
        bindings: project.bindings.iter().map(|binding| describe(project, binding)).collect(),
        unversioned: settings::unversioned(&settings),
        settings,
        targets: [(String::from("wrangler"), entry(WRANGLER, wrangler.as_bytes()))].into(),
        ..version.document.clone()
    };
    let described = document.seal();
    let shared = version.files.iter().filter(|file| file.path != WRANGLER && file.path != DOCUMENT);
    let own = [text(WRANGLER, wrangler), text(DOCUMENT, &described)];
    let mut files: Vec<OutputFile> = shared.cloned().chain(own).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Deployment { document, files, facts: version.facts.clone() }
}

fn assemble_code(bundle: &Bundle, parts: &Parts<'_>, files: &mut Vec<OutputFile>) -> Code {
    let main = parts.main;
    let mut modules = Vec::new();
    let mut add = |name: &str, kind: ModuleType, content: Vec<u8>| {
        let path = format!("{WORKER}{name}");
        modules.push(Module { kind, file: entry(&path, &content) });
        files.push(OutputFile::of(&path, content));
    };
    let mut content = bundle.main.clone();
    if bundle.source_map.is_some() {
        if !content.is_empty() && !content.ends_with('\n') {
            content.push('\n');
        }
        content.push_str(&format!("//# sourceMappingURL={main}.map\n"));
    }
    add(main, ModuleType::Esm, content.into_bytes());
    for module in &bundle.additional {
        add(&module.name, module_type(module.kind), module.content.to_vec());
    }
    modules.sort_by(|one, other| one.file.path.cmp(&other.file.path));
    let source_map = bundle.source_map.as_ref().map(|map| {
        let path = format!("{WORKER}{main}.map");
        files.push(text(&path, map));
        entry(&path, map.as_bytes())
    });
    Code {
        main: format!("{WORKER}{main}"),
        size: modules.iter().map(|module| module.file.size).sum(),
        modules,
        packages: parts.packages.to_vec(),
        exports: bundle.exports.clone(),
        source_map,
    }
}

fn module_type(kind: project::ModuleType) -> ModuleType {
    match kind {
        project::ModuleType::EsModule => ModuleType::Esm,
        project::ModuleType::CommonJs => ModuleType::CommonJs,
        project::ModuleType::CompiledWasm => ModuleType::Wasm,
        project::ModuleType::Data => ModuleType::Data,
        project::ModuleType::Text => ModuleType::Text,
    }
}

impl From<ModuleType> for project::ModuleType {
    fn from(kind: ModuleType) -> Self {
        match kind {
            ModuleType::Esm => Self::EsModule,
            ModuleType::CommonJs => Self::CommonJs,
            ModuleType::Wasm => Self::CompiledWasm,
            ModuleType::Data => Self::Data,
            ModuleType::Text => Self::Text,
        }
    }
}

impl From<RunWorkerFirst> for project::RunWorkerFirst {
    fn from(first: RunWorkerFirst) -> Self {
        match first {
            RunWorkerFirst::Always(always) => Self::Always(always),
            RunWorkerFirst::Rules(rules) => Self::Rules(rules),
        }
    }
}

fn assemble_assets(parts: AssetParts<'_>, files: &mut Vec<OutputFile>) -> Assets {
    let proofs = parts.proofs.iter().copied().chain(std::iter::repeat(None));
    for (file, proof) in parts.files.iter().zip(proofs) {
        // A file that fingerprinting refused is in no manifest, and the build stops before it gets here.
        if let Some(asset) = parts.manifest.get(&format!("/{}", file.path)) {
            files.push(OutputFile {
                path: format!("assets/{}", file.path),
                expected: Expected { scheme: Scheme::Asset, hash: asset.hash.clone(), size: asset.size },
                content: match proof {
                    Some(stamp) => Content::Proven(file.file.clone(), stamp),
                    None => Content::File(file.file.clone()),
                },
            });
        }
    }
    files.extend(parts.carried.iter().map(|file| OutputFile {
        path: format!("assets{}", file.path),
        expected: Expected { scheme: Scheme::Asset, hash: file.entry.hash.clone(), size: file.entry.size },
        content: file.content.clone(),
    }));
    let rule = |rule: &RuleFile| {
        let entry = Rule { hash: hash::blake3_hex(&rule.content), size: rule.content.len() as u64 };
        (rule.name.clone(), entry)
    };
    let rule_file = |rule: &RuleFile| OutputFile::of(&format!("assets/{}", rule.name), rule.content.clone());
    files.extend(parts.rules.iter().map(rule_file));
    Assets {
        binding: parts.settings.binding.clone(),
        files: Arc::clone(parts.manifest),
        rules: parts.rules.iter().map(rule).collect(),
        html_handling: parts.settings.html_handling.clone(),
        not_found_handling: parts.settings.not_found_handling.clone(),
        run_worker_first: parts.run_worker_first.map(|first| match first {
            project::RunWorkerFirst::Always(always) => RunWorkerFirst::Always(*always),
            project::RunWorkerFirst::Rules(rules) => RunWorkerFirst::Rules(rules.clone()),
        }),
    }
}

/// Who uses each name.
fn users(uses: &Uses) -> BTreeMap<String, Vec<String>> {
    let names: BTreeSet<&str> = uses.uses.iter().map(|one| one.name.as_str()).collect();
    let of = |name: &str| uses.users_of(name).map(ToString::to_string).collect();
    names.into_iter().map(|name| (name.to_owned(), of(name))).collect()
}

fn describe(project: &project::Project, binding: &project::Binding) -> Binding {
    let provision = |provision: &project::Provision| Provision {
        name: provision.name.clone().unwrap_or_else(|| created_name(&project.name, &binding.name)),
        jurisdiction: provision.jurisdiction.clone(),
    };
    Binding {
        name: binding.name.clone(),
        kind: binding.kind.to_owned(),
        resource: binding.resource.clone(),
        provision: binding.provision.as_ref().map(provision),
    }
}

/// What wrangler calls a resource that it creates for a binding.
fn created_name(worker: &str, binding: &str) -> String {
    format!("{worker}-{}", binding.to_lowercase().replace('_', "-"))
}

fn text(path: &str, text: &str) -> OutputFile {
    OutputFile::of(path, text.as_bytes().to_vec())
}

fn entry(path: &str, bytes: &[u8]) -> FileEntry {
    FileEntry { path: path.to_owned(), hash: hash::blake3_hex(bytes), size: bytes.len() as u64 }
}

/// Bytes of all modules after gzip at zlib's default level, as wrangler reports them: the main module and the others
/// behind it, as one.
pub fn gzip_size(deployment: &Deployment) -> u64 {
    use std::io::Write as _;
    let Some(code) = &deployment.document.code else { return 0 };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let (main, others): (Vec<&Module>, Vec<&Module>) =
        code.modules.iter().partition(|module| module.file.path == code.main);
    let written = main.into_iter().chain(others).try_for_each(|module| {
        let file = deployment.files.iter().find(|file| file.path == module.file.path);
        match file.map(|file| &file.content) {
            Some(Content::Bytes(bytes)) => encoder.write_all(bytes),
            _ => Ok(()),
        }
    });
    // Writing to memory cannot fail; a size of nothing is the honest answer if it ever did.
    let compressed = written.and_then(|()| encoder.finish());
    compressed.map_or(0, |compressed| compressed.len() as u64)
}
