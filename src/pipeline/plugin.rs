//! `build --plugin`: the functions of a project as one module, for other projects to mount.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::{self, Diagnostic, Diagnostics};
use crate::discover::discover;
use crate::error::Error;
use crate::graph::{self, Node, Roots};
use crate::project::{self, Options};
use crate::route;
use crate::router;

use super::bundle::{self, Code, Places};
use super::sources;

/// The generated module that a plugin starts from.
const ENTRY: &str = "pagesbuild:plugin";

/// A date before `nodejs_compat` brought modules that stand in for what the runtime lacks.
const BEFORE_STAND_INS: &str = "2024-09-22";

/// Where a plugin is written unless the user says where.
const OUTDIR: &str = "dist";

/// What was made.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The module.
    pub outfile: PathBuf,
    /// How many rows the route table has.
    pub routes: usize,
    /// The files that it is made of, relative to the project.
    pub modules: Vec<String>,
    /// Its bytes.
    pub size: u64,
}

/// Builds `index.js` in a directory: `outdir`, or `dist` in the project. Its default export takes the arguments of the
/// plugin and returns an `onRequest`. `None` where errors stopped it; then nothing was written.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn plugin(options: &Options, outdir: Option<&Path>) -> Result<(Option<Plugin>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let built = build(options, outdir, &mut diagnostics)?;
    Ok((built, diagnostics.into_sorted()))
}

fn build(
    options: &Options,
    outdir: Option<&Path>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Plugin>, Error> {
    let Some(mut project) = project::load(options, diagnostics)? else { return Ok(None) };
    let outdir = match outdir {
        Some(outdir) => std::path::absolute(outdir).map_err(|error| Error::io("locate", outdir, error))?,
        None => project.root.join(OUTDIR),
    };
    let outdir = physical(&outdir);
    // A plugin's static files are those that it imports.
    project.assets = None;
    project.durable_objects = None;
    project.bundling.find_additional_modules = false;
    // Unless it says otherwise, its Node is that of the project that mounts it.
    if !project.compatibility_flags.iter().any(|flag| flag.starts_with("nodejs_")) {
        project.compatibility_flags.push("nodejs_compat".to_owned());
        project.compatibility_date = BEFORE_STAND_INS.to_owned();
    }
    let Some(functions) = project.functions.clone() else {
        diagnostics.push(no_functions(&project));
        return Ok(None);
    };
    let tree = discover(&project, &outdir, diagnostics)?;
    let mut code = Code::of(&project, &tree, options);
    code.places = Places::Beside(outdir.clone());
    let sources = sources::compile(&project, &code, &tree, diagnostics);
    let shown = project::display(&project.root, &functions);
    let routes = route::table(&shown, &sources.functions, diagnostics);
    sources.report_unrouted(&project, &code, &routes, diagnostics);
    if routes.0.is_empty() && !diagnostics.has_errors() {
        diagnostics.push(no_functions(&project));
    }
    if diagnostics.has_errors() {
        return Ok(None);
    }
    let specifier = |file: &Path| graph::file_specifier(&project.root, file);
    let text = router::plugin(&routes, &|file| specifier(&functions.join(file)));
    let roots = Roots {
        entry: Node::Generated(ENTRY),
        generated: BTreeMap::from([(ENTRY, text), (router::SPECIFIER, router::RUNTIME.to_owned())]),
        files: sources.objects.keys().map(|file| (specifier(file), file.clone())).collect(),
        compiled: sources.objects,
    };
    let linked = code.link(roots, diagnostics);
    code.save();
    let Some(linked) = linked.filter(|_| !diagnostics.has_errors()) else { return Ok(None) };
    let outfile = outdir.join("index.js");
    bundle::write(&linked.bundle, &outfile, &project.root)?;
    Ok(Some(Plugin {
        outfile,
        routes: routes.0.len(),
        size: linked.bundle.main.len() as u64,
        modules: linked.bundle.sources,
    }))
}

/// The path after all links, of a directory that need not be there yet: imports lead from it to what stays beside it.
fn physical(path: &Path) -> PathBuf {
    let real = |ancestor: &Path| {
        let rest = path.strip_prefix(ancestor).ok()?;
        Some(fs::canonicalize(ancestor).ok()?.join(rest))
    };
    path.ancestors().find_map(real).unwrap_or_else(|| path.to_path_buf())
}

fn no_functions(project: &project::Project) -> Diagnostic {
    let message = "a plugin is made of functions, and the project has none";
    let diagnostic = Diagnostic::error(diagnostic::Code::NothingToBuild, message)
        .help("add files with handlers to `functions/`, or name the directory with `--functions`");
    match &project.config {
        Some(config) => diagnostic.file(config.source.path()),
        None => diagnostic,
    }
}
