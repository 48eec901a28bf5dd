//! `bundle`: one module and what it imports, without the rest of a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::compile::{self, Dialect};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::graph::{Node, Roots, graph};
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

/// What code is compiled with: the bundling settings and what resolution needs of the project.
pub(super) struct Code<'a> {
    pub(super) root: &'a Path,
    pub(super) bundling: &'a Bundling,
    pub(super) compatibility_flags: &'a [String],
}

impl<'a> Code<'a> {
    pub(super) fn of(project: &'a Project) -> Self {
        let compatibility_flags = &project.compatibility_flags;
        Self { root: &project.root, bundling: &project.bundling, compatibility_flags }
    }

    /// How files of this dialect are compiled.
    pub(super) fn options<'b>(&'b self, dialect: &'b Dialect) -> compile::Options<'b> {
        compile::Options {
            dialect,
            define: &self.bundling.define,
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
        }
    }

    pub(super) fn resolver(&self) -> Resolver {
        Resolver::new(resolve::Options {
            alias: &self.bundling.alias,
            jsx_factory: self.bundling.jsx_factory.as_deref(),
            jsx_fragment: self.bundling.jsx_fragment.as_deref(),
            tsconfig: self.bundling.tsconfig.as_deref(),
            compatibility_flags: self.compatibility_flags,
            root: self.root,
        })
    }

    /// Grows the graph from the roots and links it.
    pub(super) fn link(&self, roots: Roots<'_>, diagnostics: &mut Diagnostics) -> Option<Bundle> {
        let graph = graph(&self.resolver(), self.options(&Dialect::default()), roots, diagnostics)?;
        let output = Output {
            minify: self.bundling.minify,
            keep_names: self.bundling.keep_names,
            source_map: self.bundling.source_map,
        };
        link(&graph, output, diagnostics)
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
    let code = Code {
        root: &settings.root,
        bundling: &settings.bundling,
        compatibility_flags: &settings.compatibility_flags,
    };
    let entry = settings.directory.join(request.entry);
    let entry = fs::canonicalize(&entry).map_err(|error| Error::io("read", &entry, error))?;
    let roots = Roots {
        root: &settings.root,
        entry: Node::File(entry),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    let bundle = code.link(roots, &mut diagnostics);
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
