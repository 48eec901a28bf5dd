//! The worker: what its entry is, and everything that the entry reaches, linked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostics;
use crate::graph::{self, Node, Roots};
use crate::project::Project;
use crate::route::RouteTable;
use crate::router;

use super::bundle::{Code, Linked};
use super::sources::{Class, Sources};

/// The generated module that the worker starts from.
const ENTRY: &str = "pagesbuild:entry";

/// What the worker is made of.
pub(super) struct Worker<'a> {
    pub(super) project: &'a Project,
    pub(super) routes: &'a RouteTable,
    /// Whether the project itself says which requests come to the worker first.
    pub(super) own_rules: bool,
    /// The module whose exports and handlers the worker takes over: the configuration's, or that of advanced mode.
    pub(super) main: Option<&'a Path>,
    /// Where it is for some paths only: the rules that name them.
    pub(super) named: Option<&'a [String]>,
}

/// Links the worker. `None` where the project has no code, or where errors stopped it.
pub(super) fn link(
    worker: &Worker<'_>,
    code: &Code,
    sources: Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Linked> {
    let Worker { project, routes, main, named, .. } = *worker;
    if routes.0.is_empty() && main.is_none() && sources.classes.is_empty() {
        return None;
    }
    let mut roots = Roots {
        entry: Node::Generated(ENTRY),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    match main {
        // A project that is one module and nothing else is that module: nothing stands before it.
        Some(main) if routes.0.is_empty() && sources.classes.is_empty() && named.is_none() => {
            roots.entry = Node::File(main.to_owned())
        }
        main => {
            let files = main.into_iter().chain(sources.objects.keys().map(PathBuf::as_path));
            let specifier = |file: &Path| (graph::file_specifier(&project.root, file), file.to_owned());
            roots.files = files.map(specifier).collect();
            roots.generated.insert(ENTRY, entry(worker, &sources));
            roots.generated.insert(router::SPECIFIER, router::RUNTIME.to_owned());
        }
    }
    roots.compiled = sources.objects;
    code.link(roots, diagnostics)
}

fn entry(worker: &Worker<'_>, sources: &Sources) -> String {
    let project = worker.project;
    let specifier = |file: &Path| graph::file_specifier(&project.root, file);
    let class = |class: &Class| (specifier(&class.file), class.export.clone(), class.name.clone());
    let classes: Vec<(String, String, String)> = sources.classes.iter().map(class).collect();
    let main = worker.main.map(specifier);
    let function = |file: &str| {
        let directory = project.functions.as_deref().unwrap_or(&project.root);
        specifier(&directory.join(file))
    };
    router::entry(&router::Entry {
        routes: worker.routes,
        functions_specifier: &function,
        classes: &classes,
        main: main.as_deref(),
        assets_binding: project.assets.as_ref().map(|assets| assets.binding.as_str()),
        assets_before_main: !worker.own_rules,
        named: worker.named,
    })
}
