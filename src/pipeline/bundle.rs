//! `bundle`: one module and what it imports, without the rest of a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::analyze::{self, Copied, Output};
use crate::asset::{AssetFile, HashCache};
use crate::cache::Cache;
use crate::compile::{self, Dialect, Form};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::discover::{self, ModuleFile, Searched, SourceTree};
use crate::error::Error;
use crate::graph::{
    self, Additional, AdditionalModule, Compiler, ModuleGraph, Node, Roots, StaticFiles, graph,
};
use crate::link::{self, Bundle, link};
use crate::nodejs::Nodejs;
use crate::project::{self, Bundling, ModuleType, Options, Project};
use crate::resolve::{self, Resolver};

use super::analysis;
use super::published::Published;

/// What to bundle and where to.
#[derive(Clone, Copy, Debug)]
pub struct BundleRequest<'a> {
    /// Relative to the project's directory, or absolute.
    pub entry: &'a Path,
    /// Relative to the current directory; `None` writes nothing.
    pub outfile: Option<&'a Path>,
    /// The file for [the metafile](crate::analyze::metafile), relative to the current directory.
    pub metafile: Option<&'a Path>,
}

/// A linked worker with the modules that it is made from.
pub(super) struct Linked {
    pub(super) graph: ModuleGraph,
    pub(super) bundle: Bundle,
}

impl Linked {
    pub(super) fn worker(&self) -> analyze::Worker<'_> {
        analyze::Worker { graph: &self.graph, bundle: &self.bundle }
    }
}

/// What code is compiled with: the bundling settings, where imports lead, and what was compiled before.
pub(super) struct Code {
    root: PathBuf,
    bundling: Bundling,
    pub(super) resolver: Resolver,
    cache: Cache,
    dialect: Dialect,
    /// Whether objects say where values go.
    follows: bool,
    /// Modules that are deployed whether or not anything imports them.
    modules: Vec<ModuleFile>,
    /// The same by file, with their names and types.
    names: BTreeMap<PathBuf, (String, ModuleType)>,
    /// The name of the main module.
    pub(super) main: String,
    /// Where static files go that code imports.
    pub(super) places: Places,
}

/// Where static files go that code imports.
pub(super) enum Places {
    /// To the project's own.
    Published(Published),
    /// Nowhere: imports of them lead out of this directory, in which a plugin will lie.
    Beside(PathBuf),
    /// There is no such place.
    Nowhere,
}

impl Code {
    pub(super) fn of(project: &Project, tree: &SourceTree, options: &Options) -> Self {
        let settings = project::Code {
            root: project.root.clone(),
            directory: project.root.clone(),
            bundling: tree.bundling(project),
            compatibility_date: project.compatibility_date.clone(),
            compatibility_flags: project.compatibility_flags.clone(),
        };
        let places = Published::of(project).map_or(Places::Nowhere, Places::Published);
        Self {
            places,
            follows: true,
            ..Self::new(&settings, tree.modules.clone(), main_name(project, &tree.modules), options)
        }
    }

    fn new(settings: &project::Code, modules: Vec<ModuleFile>, main: String, options: &Options) -> Self {
        let project::Code { root, bundling, .. } = settings;
        let nodejs = Nodejs::new(&settings.compatibility_date, &settings.compatibility_flags);
        let resolver = Resolver::new(resolve::Options {
            alias: &bundling.alias,
            jsx_factory: bundling.jsx_factory.as_deref(),
            jsx_fragment: bundling.jsx_fragment.as_deref(),
            tsconfig: bundling.tsconfig.as_deref(),
            nodejs: &nodejs,
            conditions: options.conditions.as_deref(),
            platform: match options.platform {
                project::Platform::Browser => resolve::Platform::Browser,
                project::Platform::Node => resolve::Platform::Node,
                project::Platform::Neutral => resolve::Platform::Neutral,
            },
            root,
        });
        let cache = if options.no_cache { Cache::none() } else { Cache::of_project(root) };
        Self {
            root: root.to_owned(),
            bundling: bundling.clone(),
            resolver,
            cache,
            dialect: Dialect::default(),
            follows: false,
            names: modules
                .iter()
                .map(|module| (module.file.clone(), (module.name.clone(), module.kind)))
                .collect(),
            modules,
            main,
            places: Places::Nowhere,
        }
    }

    pub(super) fn compiler(&self) -> Compiler<'_> {
        let options = compile::Options {
            dialect: &self.dialect,
            module: false,
            form: Form::Code,
            define: &self.bundling.define,
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
            source_map: self.bundling.source_map,
            flow: self.follows,
        };
        let additional = Additional {
            rules: &self.bundling.rules,
            preserve_file_names: self.bundling.preserve_file_names,
            found: &self.names,
        };
        let static_files = match &self.places {
            Places::Published(published) => StaticFiles::Published(published),
            Places::Beside(outdir) => StaticFiles::Beside(outdir),
            Places::Nowhere => StaticFiles::Refused,
        };
        Compiler {
            root: &self.root,
            resolver: &self.resolver,
            cache: &self.cache,
            options,
            additional,
            static_files,
        }
    }

    /// Grows the graph from the roots and links it.
    pub(super) fn link(&self, roots: Roots, diagnostics: &mut Diagnostics) -> Option<Linked> {
        let graph = graph(&self.compiler(), roots, diagnostics)?;
        let bundle = self.link_graph(&graph, diagnostics)?;
        Some(Linked { bundle: self.with_found(bundle, diagnostics), graph })
    }

    /// Links a graph.
    pub(super) fn link_graph(&self, graph: &ModuleGraph, diagnostics: &mut Diagnostics) -> Option<Bundle> {
        let output = link::Output {
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
            source_map: self.bundling.source_map,
        };
        link(graph, output, diagnostics)
    }

    /// Adds the modules that are deployed whether or not anything imports them.
    pub(super) fn with_found(&self, mut bundle: Bundle, diagnostics: &mut Diagnostics) -> Bundle {
        let mut read = |module: &ModuleFile| {
            let content = graph::bytes(&self.root, &module.file);
            let content = content.map_err(|problem| diagnostics.push(*problem)).ok()?.into();
            let path = project::display(&self.root, &module.file);
            Some(AdditionalModule { name: module.name.clone(), kind: module.kind, path, content })
        };
        bundle.additional.extend(self.modules.iter().filter_map(&mut read));
        bundle
            .additional
            .sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.path.cmp(&other.path)));
        // The same file twice is one module.
        let is_same = |one: &mut AdditionalModule, other: &mut AdditionalModule| {
            (&one.name, one.kind, &one.content) == (&other.name, other.kind, &other.content)
        };
        bundle.additional.dedup_by(is_same);
        diagnostics.extend(graph::unfit(&self.main, &bundle.additional));
        bundle
    }

    /// The static files that the linked code has brought.
    pub(super) fn published(&self, diagnostics: &mut Diagnostics) -> Vec<AssetFile> {
        match &self.places {
            Places::Published(published) => published.take(diagnostics),
            Places::Beside(_) | Places::Nowhere => Vec::new(),
        }
    }

    /// What earlier builds know of the files of an asset directory.
    pub(super) fn hash_cache(&self, directory: &Path) -> HashCache {
        let Some((path, unfinished)) = self.cache.beside("assets.hashes") else { return HashCache::none() };
        HashCache::open(path, project::display(&self.root, directory), unfinished)
    }

    /// Leaves what was compiled for later runs.
    pub(super) fn save(self) {
        self.cache.save();
    }
}

/// What the main module is called: as its source is, where other modules are found that may import it.
fn main_name(project: &Project, modules: &[ModuleFile]) -> String {
    let main = project.main.as_ref().and_then(|main| Some((main.file_name()?, main.file_stem()?)));
    match main {
        Some((name, _)) if project.bundling.no_bundle => name.to_string_lossy().into_owned(),
        Some((_, stem)) if !modules.is_empty() => format!("{}.js", stem.to_string_lossy()),
        _ => "index.js".to_owned(),
    }
}

/// Bundles one module and writes it when an output file is named. Settings come from the project's
/// configuration file where there is one.
pub fn bundle(
    options: &Options,
    request: BundleRequest<'_>,
) -> Result<(Option<Bundle>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some((code, roots, settings)) = of_one(options, &request, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let linked = code.link(roots, &mut diagnostics);
    code.save();
    let Some(mut linked) = linked else { return Ok((None, diagnostics.into_sorted())) };
    let (main, map) = match request.outfile {
        Some(outfile) => write(&linked.bundle, outfile, &settings.root)?,
        None => {
            inline_map(&mut linked.bundle);
            (Output { path: "<stdout>".to_owned(), size: linked.bundle.main.len() as u64 }, None)
        }
    };
    if let Some(file) = request.metafile {
        let beside = request.outfile.map_or_else(Vec::new, |outfile| copied(&linked.bundle, outfile, &main));
        let text = analyze::metafile(Some((linked.worker(), &main)), map.as_ref(), &beside);
        analysis::write(file, &text)?;
    }
    Ok((Some(linked.bundle), diagnostics.into_sorted()))
}

/// What one module is compiled with and what its graph grows from.
pub(super) fn of_one(
    options: &Options,
    request: &BundleRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<(Code, Roots, project::Code)>, Error> {
    let Some(settings) = project::load_code(options, diagnostics)?.filter(|_| !diagnostics.has_errors())
    else {
        return Ok(None);
    };
    let entry = settings.directory.join(request.entry);
    let entry = fs::canonicalize(&entry).map_err(|error| Error::io("read", &entry, error))?;
    let searched = Searched { bundling: &settings.bundling, root: &settings.root, directory: entry.parent() };
    let modules = discover::additional_modules(&searched, &[&entry], diagnostics)?;
    let main = request.outfile.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let code = Code::new(&settings, modules, main.unwrap_or_default(), options);
    let roots = Roots {
        entry: Node::File(entry),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    Ok(Some((code, roots, settings)))
}

/// The modules beside a bundle, as the metafile tells of them.
fn copied(bundle: &Bundle, outfile: &Path, main: &Output) -> Vec<Copied> {
    let name = outfile.file_name().unwrap_or_default().to_string_lossy();
    let directory = main.path.strip_suffix(&*name).unwrap_or_default();
    let one = |module: &AdditionalModule| {
        let path = format!("{directory}{}", module.name);
        Copied { from: module.path.clone(), to: Output { path, size: module.content.len() as u64 } }
    };
    bundle.additional.iter().map(one).collect()
}

/// Writes a bundle and its source map, and tells what was written.
pub(super) fn write(bundle: &Bundle, outfile: &Path, root: &Path) -> Result<(Output, Option<Output>), Error> {
    let directory = match outfile.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(|error| Error::io("create", directory, error))?;
    let directory = fs::canonicalize(directory).map_err(|error| Error::io("read", directory, error))?;
    write_additional(bundle, &directory, root)?;
    let write = |path: &Path, text: &str| {
        fs::write(path, text).map_err(|error| Error::io("write", path, error))?;
        let placed = directory.join(path.file_name().unwrap_or_default());
        Ok(Output { path: project::display(root, &placed), size: text.len() as u64 })
    };
    let Some(map) = &bundle.source_map else { return Ok((write(outfile, &bundle.main)?, None)) };
    let name = outfile.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let map = write(&outfile.with_file_name(format!("{name}.map")), &rooted(map, &way(&directory, root)))?;
    Ok((write(outfile, &with_map(&bundle.main, &format!("{name}.map")))?, Some(map)))
}

/// Writes the modules beside the main one. Those that keep their names could come to lie on files of the project.
fn write_additional(bundle: &Bundle, directory: &Path, root: &Path) -> Result<(), Error> {
    for module in &bundle.additional {
        let path = directory.join(&module.name);
        let below = path.parent().unwrap_or(directory);
        fs::create_dir_all(below).map_err(|error| Error::io("create", below, error))?;
        let mut inputs = bundle.sources.iter().chain(bundle.additional.iter().map(|module| &module.path));
        let present = fs::canonicalize(&path).ok();
        match present.and_then(|present| inputs.find(|input| root.join(input) == present)) {
            Some(input) if *input == module.path => {}
            Some(input) => {
                return Err(Error::Usage(format!(
                    "`{}` would take the place of `{input}`, which is part of the bundle; choose another directory",
                    module.path
                )));
            }
            None => fs::write(&path, &module.content).map_err(|error| Error::io("write", &path, error))?,
        }
    }
    Ok(())
}

/// Text that goes to standard output has its map in it.
fn inline_map(bundle: &mut Bundle) {
    if let Some(map) = &bundle.source_map {
        let url = format!("data:application/json;base64,{}", BASE64_STANDARD.encode(map));
        bundle.main = with_map(&bundle.main, &url);
    }
}

fn with_map(text: &str, url: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}//# sourceMappingURL={url}\n")
}

/// The map with the place that its sources are relative to, as seen from the map.
fn rooted(map: &str, root: &str) -> String {
    match map.strip_prefix('{').filter(|_| !root.is_empty()) {
        Some(rest) => format!("{{\"sourceRoot\":{},{rest}", serde_json::Value::from(root)),
        None => map.to_owned(),
    }
}

/// How one directory is reached from another: nothing, or a path with a slash at its end.
fn way(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "../".to_owned());
    let down = to.components().skip(shared).map(|part| format!("{}/", part.as_os_str().to_string_lossy()));
    up.chain(down).collect()
}
