//! `bundle`: one module and what it imports, without the rest of a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use base64::prelude::{BASE64_STANDARD, Engine};

use crate::compile::{self, Dialect};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::graph::{Compiler, Node, Roots, graph};
use crate::link::{Bundle, Output, link};
use crate::nodejs::Nodejs;
use crate::project::{self, Bundling, Options, Project};
use crate::resolve::{self, Resolver};

/// What to bundle and where to.
#[derive(Clone, Copy, Debug)]
pub struct BundleRequest<'a> {
    /// Relative to the project's directory, or absolute.
    pub entry: &'a Path,
    /// Relative to the current directory; `None` writes nothing.
    pub outfile: Option<&'a Path>,
}

/// What code is compiled with: the bundling settings, where imports lead, and what was compiled before.
pub(super) struct Code {
    root: PathBuf,
    bundling: Bundling,
    pub(super) resolver: Resolver,
    cache: Cache,
    dialect: Dialect,
}

impl Code {
    pub(super) fn of(project: &Project, options: &Options) -> Self {
        let nodejs = Nodejs::new(&project.compatibility_date, &project.compatibility_flags);
        Self::new(&project.root, &project.bundling, &nodejs, options)
    }

    fn new(root: &Path, bundling: &Bundling, nodejs: &Nodejs, options: &Options) -> Self {
        let resolver = Resolver::new(resolve::Options {
            alias: &bundling.alias,
            jsx_factory: bundling.jsx_factory.as_deref(),
            jsx_fragment: bundling.jsx_fragment.as_deref(),
            tsconfig: bundling.tsconfig.as_deref(),
            nodejs,
            root,
        });
        let cache = if options.no_cache { Cache::none() } else { Cache::of_project(root) };
        Self {
            root: root.to_owned(),
            bundling: bundling.clone(),
            resolver,
            cache,
            dialect: Dialect::default(),
        }
    }

    pub(super) fn compiler(&self) -> Compiler<'_> {
        let options = compile::Options {
            dialect: &self.dialect,
            module: false,
            define: &self.bundling.define,
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
            source_map: self.bundling.source_map,
        };
        Compiler { root: &self.root, resolver: &self.resolver, cache: &self.cache, options }
    }

    /// Grows the graph from the roots and links it.
    pub(super) fn link(&self, roots: Roots, diagnostics: &mut Diagnostics) -> Option<Bundle> {
        let graph = graph(&self.compiler(), roots, diagnostics)?;
        let output = Output {
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
            source_map: self.bundling.source_map,
        };
        link(&graph, output, diagnostics)
    }

    /// Leaves what was compiled for later runs.
    pub(super) fn save(self) {
        self.cache.save();
    }
}

/// Bundles one module and writes it when an output file is named. Settings come from the project's
/// configuration file where there is one.
pub fn bundle(
    options: &Options,
    request: BundleRequest<'_>,
) -> Result<(Option<Bundle>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some(settings) = project::load_code(options, &mut diagnostics)?.filter(|_| !diagnostics.has_errors())
    else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let nodejs = Nodejs::new(&settings.compatibility_date, &settings.compatibility_flags);
    let code = Code::new(&settings.root, &settings.bundling, &nodejs, options);
    let entry = settings.directory.join(request.entry);
    let entry = fs::canonicalize(&entry).map_err(|error| Error::io("read", &entry, error))?;
    let roots = Roots {
        entry: Node::File(entry),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    let mut bundle = code.link(roots, &mut diagnostics);
    code.save();
    match (&mut bundle, request.outfile) {
        (Some(bundle), Some(outfile)) => write(bundle, outfile, &settings.root)?,
        (Some(bundle), None) => inline_map(bundle),
        (None, _) => {}
    }
    Ok((bundle, diagnostics.into_sorted()))
}

fn write(bundle: &Bundle, outfile: &Path, root: &Path) -> Result<(), Error> {
    let directory = match outfile.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(|error| Error::io("create", directory, error))?;
    let write =
        |path: &Path, text: &str| fs::write(path, text).map_err(|error| Error::io("write", path, error));
    let Some(map) = &bundle.source_map else { return write(outfile, &bundle.main) };
    let directory = fs::canonicalize(directory).map_err(|error| Error::io("read", directory, error))?;
    let name = outfile.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write(&outfile.with_file_name(format!("{name}.map")), &rooted(map, &way(&directory, root)))?;
    write(outfile, &with_map(&bundle.main, &format!("{name}.map")))
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
