//! The deployment: one version of code, assets and bindings, named by the hash of its content.
//!
//! In go the values of the earlier stages, out comes a [`Deployment`]: the document that describes it and every
//! file of the output directory. [`assemble`] is pure; [`emit`] writes, [`verify`] reads back.
//! `docs/artifact.md` describes the directory for its readers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::asset::{AssetFile, AssetManifest, RuleFile};
use crate::binding::Uses;
use crate::hash;
use crate::link::Bundle;
use crate::project::{self, AssetSettings};

pub mod document;
mod emit;
mod facts;
mod lock;
mod occupied;
mod settings;
mod verify;

pub use document::{Document, ReadError};
pub use emit::emit;
pub use facts::{BuildFacts, today};
pub use occupied::{check_beside, check_outdir, default_outdir};
pub use verify::{Finding, Verified, verify};

use document::{
    Assets, Binding, Code, FileEntry, Module, ModuleType, Project, Provision, Rule, RunWorkerFirst, Runtime,
};

/// Where the modules go.
const WORKER: &str = "worker/";
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
    pub manifest: &'a AssetManifest,
    /// `_headers` and `_redirects`.
    pub rules: &'a [RuleFile],
}

/// A deployment before it is written.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The description; its text is among the files.
    pub document: Document,
    /// Every file but `build.json`, sorted by path.
    pub files: Vec<OutputFile>,
    /// Bytes of all modules after gzip at zlib's default level, as wrangler reports them.
    pub gzip_size: u64,
}

/// A file of the output directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Relative to the output directory, `/`-separated.
    pub path: String,
    /// What it holds.
    pub content: Content,
}

/// The content of an [`OutputFile`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of another file, which must still have this size and asset hash when it is copied.
    Asset {
        /// The file to copy.
        from: PathBuf,
        /// Its asset hash.
        hash: String,
        /// Its size in bytes.
        size: u64,
    },
}

/// Puts the parts together. Does no IO: the same parts give the same deployment.
pub fn assemble(parts: Parts<'_>) -> Deployment {
    let mut files = vec![text(WRANGLER, parts.wrangler)];
    let code = parts.bundle.map(|bundle| assemble_code(bundle, parts.main, &mut files));
    let gzip_size = code.as_ref().map_or(0, |code| gzip_size(code, &files));
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
        bindings: parts.project.bindings.iter().map(|binding| describe(parts.project, binding)).collect(),
        uses: users(parts.uses),
        unversioned: settings::unversioned(&settings),
        settings,
        targets: [(String::from("wrangler"), entry(WRANGLER, parts.wrangler.as_bytes()))].into(),
        digests: document::Digests::default(),
    };
    document.seal();
    files.push(text(DOCUMENT, &document.to_text()));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Deployment { document, files, gzip_size }
}

fn assemble_code(bundle: &Bundle, main: &str, files: &mut Vec<OutputFile>) -> Code {
    let mut modules = Vec::new();
    let mut add = |name: &str, kind: ModuleType, content: Vec<u8>| {
        let path = format!("{WORKER}{name}");
        modules.push(Module { kind, file: entry(&path, &content) });
        files.push(OutputFile { path, content: Content::Bytes(content) });
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

fn assemble_assets(parts: AssetParts<'_>, files: &mut Vec<OutputFile>) -> Assets {
    for file in parts.files {
        // A file that fingerprinting refused is in no manifest, and the build stops before it gets here.
        if let Some(asset) = parts.manifest.get(&format!("/{}", file.path)) {
            files.push(OutputFile {
                path: format!("assets/{}", file.path),
                content: Content::Asset {
                    from: file.file.clone(),
                    hash: asset.hash.clone(),
                    size: asset.size,
                },
            });
        }
    }
    let rule = |rule: &RuleFile| {
        let entry = Rule { hash: hash::blake3_hex(&rule.content), size: rule.content.len() as u64 };
        (rule.name.clone(), entry)
    };
    files.extend(parts.rules.iter().map(|rule| OutputFile {
        path: format!("assets/{}", rule.name),
        content: Content::Bytes(rule.content.clone()),
    }));
    Assets {
        binding: parts.settings.binding.clone(),
        files: parts.manifest.clone(),
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
    OutputFile { path: path.to_owned(), content: Content::Bytes(text.as_bytes().to_vec()) }
}

fn entry(path: &str, bytes: &[u8]) -> FileEntry {
    FileEntry { path: path.to_owned(), hash: hash::blake3_hex(bytes), size: bytes.len() as u64 }
}

/// What wrangler compresses to tell the size: the main module and the others behind it, as one.
fn gzip_size(code: &Code, files: &[OutputFile]) -> u64 {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let (main, others): (Vec<&Module>, Vec<&Module>) =
        code.modules.iter().partition(|module| module.file.path == code.main);
    let written = main.into_iter().chain(others).try_for_each(|module| {
        let file = files.iter().find(|file| file.path == module.file.path);
        match file.map(|file| &file.content) {
            Some(Content::Bytes(bytes)) => encoder.write_all(bytes),
            _ => Ok(()),
        }
    });
    // Writing to memory cannot fail; a size of nothing is the honest answer if it ever did.
    let compressed = written.and_then(|()| encoder.finish());
    compressed.map_or(0, |compressed| compressed.len() as u64)
}
