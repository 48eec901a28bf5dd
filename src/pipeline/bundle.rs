//! `bundle`: one module and what it imports, without the rest of a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cache::Cache;
use crate::compile::{self, Dialect};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::graph::{Compiler, Node, Roots, graph};
use crate::link::{Bundle, Output, link};
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
        Self::new(&project.root, &project.bundling, &project.compatibility_flags, options)
    }

    fn new(root: &Path, bundling: &Bundling, compatibility_flags: &[String], options: &Options) -> Self {
        let resolver = Resolver::new(resolve::Options {
            alias: &bundling.alias,
            jsx_factory: bundling.jsx_factory.as_deref(),
            jsx_fragment: bundling.jsx_fragment.as_deref(),
            tsconfig: bundling.tsconfig.as_deref(),
            compatibility_flags,
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
    let code = Code::new(&settings.root, &settings.bundling, &settings.compatibility_flags, options);
    let entry = settings.directory.join(request.entry);
    let entry = fs::canonicalize(&entry).map_err(|error| Error::io("read", &entry, error))?;
    let roots = Roots {
        entry: Node::File(entry),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    let bundle = code.link(roots, &mut diagnostics);
    code.save();
    if let (Some(bundle), Some(outfile)) = (&bundle, request.outfile) {
        write(bundle, outfile)?;
    }
    Ok((bundle, diagnostics.into_sorted()))
}

fn write(bundle: &Bundle, outfile: &Path) -> Result<(), Error> {
    if let Some(parent) = outfile.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    }
    let write =
        |path: &Path, text: &str| fs::write(path, text).map_err(|error| Error::io("write", path, error));
    let Some(map) = &bundle.source_map else { return write(outfile, &bundle.main) };
    let name = outfile.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write(&outfile.with_file_name(format!("{name}.map")), map)?;
    write(outfile, &format!("{}//# sourceMappingURL={name}.map\n", bundle.main))
}
