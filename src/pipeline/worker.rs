//! The worker: what its entry is, and everything that the entry reaches, linked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compile::ImportKind;
use crate::diagnostic::{self, Diagnostic, Diagnostics};
use crate::discover::SourceTree;
use crate::graph::{self, Module, ModuleGraph, ModuleId, Node, Roots, Target};
use crate::link::{Bundle, LinkMap};
use crate::project::{self, Project};
use crate::route::{RouteTable, RoutesJson};
use crate::router;

use super::bundle::{Code, Linked};
use super::serving;
use super::sources::{self, Class, Sources};

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

/// What stands in a worker behind the functions.
#[derive(Clone, Debug)]
pub(super) struct Behind {
    /// The main module, as the user would name it.
    pub(super) main: Option<String>,
    /// Where it is for some paths only: the rules that name them.
    pub(super) named: Option<Vec<String>>,
    /// Whether the assets are asked before it where no handler matches.
    pub(super) assets_first: bool,
}

/// What the project itself says of which requests come to the worker.
pub(super) struct Given {
    /// The project's `_routes.json`, where it has a valid one.
    pub(super) routes_json: Option<RoutesJson>,
    named: Option<Vec<String>>,
    configured: bool,
}

impl Given {
    pub(super) fn of(project: &Project, tree: &SourceTree, diagnostics: &mut Diagnostics) -> Self {
        let configured = project.assets.as_ref().is_some_and(|assets| assets.run_worker_first.is_some());
        let routes_json = match &tree.routes_json {
            Some(file) => serving::routes_json(project, file, diagnostics),
            None => None,
        };
        // What is deployed as it is has nothing before it; the platform's own rules come close.
        let stands_before = tree.advanced.is_some() && !configured && !project.bundling.no_bundle;
        let named = routes_json.as_ref().filter(|_| stands_before);
        Self { named: named.and_then(serving::named), routes_json, configured }
    }

    /// The worker of a project.
    pub(super) fn worker<'a>(
        &'a self,
        project: &'a Project,
        tree: &'a SourceTree,
        routes: &'a RouteTable,
    ) -> Worker<'a> {
        let advanced = tree.advanced.as_ref().map(|worker| worker.main.as_path());
        Worker {
            project,
            routes,
            own_rules: self.configured || tree.routes_json.is_some(),
            main: project.main.as_deref().or(advanced),
            named: self.named.as_deref(),
        }
    }
}

/// Links the worker. `None` where the project has no code, or where errors stopped it.
pub(super) fn link(
    worker: &Worker<'_>,
    code: &Code,
    sources: Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Linked> {
    if worker.is_empty(&sources) {
        return None;
    }
    if worker.project.bundling.no_bundle {
        return as_it_is(worker, code, &sources, diagnostics);
    }
    code.link(roots(worker, sources), diagnostics)
}

impl Worker<'_> {
    /// What stands behind the functions.
    pub(super) fn behind(&self) -> Behind {
        let shown = |main: &Path| project::display(&self.project.root, &sources::without_links(main));
        Behind {
            main: self.main.map(shown),
            named: self.named.map(<[String]>::to_vec),
            assets_first: !self.own_rules,
        }
    }

    /// Whether the project has no code.
    pub(super) fn is_empty(&self, sources: &Sources) -> bool {
        self.routes.0.is_empty() && self.main.is_none() && sources.classes.is_empty()
    }
}

/// What the worker's graph grows from.
pub(super) fn roots(worker: &Worker<'_>, sources: Sources) -> Roots {
    let Worker { project, routes, named, .. } = *worker;
    let main = worker.main.map(sources::without_links);
    let mut roots = Roots {
        entry: Node::Generated(ENTRY),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    match main {
        // A project that is one module and nothing else is that module: nothing stands before it.
        Some(main) if routes.0.is_empty() && sources.classes.is_empty() && named.is_none() => {
            roots.entry = Node::File(main)
        }
        main => {
            let files = main.as_deref().into_iter().chain(sources.objects.keys().map(PathBuf::as_path));
            let specifier = |file: &Path| (graph::file_specifier(&project.root, file), file.to_owned());
            roots.files = files.map(specifier).collect();
            roots.generated.insert(ENTRY, entry(worker, &sources));
            roots.generated.insert(router::SPECIFIER, router::RUNTIME.to_owned());
        }
    }
    roots.compiled = sources.objects;
    roots
}

/// The main module unchanged, read only for what it exports. Nothing else can be put into it.
fn as_it_is(
    worker: &Worker<'_>,
    code: &Code,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Linked> {
    let project = worker.project;
    let is_alone = worker.routes.0.is_empty() && sources.classes.is_empty() && worker.named.is_none();
    let Some(main) = worker.main.filter(|_| is_alone) else {
        let what = match (worker.routes.0.is_empty(), sources.classes.is_empty()) {
            (false, _) => "functions",
            (true, false) => "classes in `durable_objects/`",
            (true, true) => "paths that `_routes.json` keeps from the worker",
        };
        let message =
            format!("`no_bundle` is set, and the project has {what}, which only bundled code can have");
        let problem = Diagnostic::error(diagnostic::Code::ConflictingSettings, message);
        diagnostics.push(point(problem, project, "no_bundle").help("delete `no_bundle`"));
        return None;
    };
    let extension = main.extension().and_then(|extension| extension.to_str());
    if !matches!(extension, Some("js" | "mjs")) {
        let message = "with `no_bundle` the main module has to be JavaScript, and an ECMAScript module";
        let problem = Diagnostic::error(diagnostic::Code::ConflictingSettings, message);
        diagnostics
            .push(point(problem, project, "main").help("name a `.js` or `.mjs` file, or delete `no_bundle`"));
        return None;
    }
    if project.bundling.minify {
        let message = "`minify` has no effect: with `no_bundle` the code stays as it is";
        let problem = Diagnostic::warning(diagnostic::Code::ConflictingSettings, message);
        diagnostics.push(point(problem, project, "minify").help("delete one of the two"));
    }
    let read = || {
        let object = code.compiler().file(main)?;
        let content = graph::bytes(&project.root, main).map_err(|problem| vec![*problem])?;
        Ok((object, String::from_utf8_lossy(&content).into_owned()))
    };
    let (object, text) = read().map_err(|problems: Vec<Diagnostic>| diagnostics.extend(problems)).ok()?;
    let names = object.exports.iter().map(|export| export.name.clone());
    let (stars, exports): (BTreeSet<String>, BTreeSet<String>) = names.partition(|name| name == "*");
    let externals: BTreeSet<(String, ImportKind)> =
        object.imports.iter().map(|import| (import.specifier.clone(), import.kind)).collect();
    let targets = object.imports.iter().map(|import| Target::External(import.specifier.clone())).collect();
    let path = project::display(&project.root, main);
    let bundle = Bundle {
        source_map: None,
        sources: vec![path.clone()],
        exports: exports.into_iter().collect(),
        exports_more: !stars.is_empty(),
        additional: Vec::new(),
        link_map: LinkMap::of_one(&object, externals.into_iter().collect(), text.len()),
        main: text,
    };
    let module = Module { path, object: Arc::new(object), targets, effects: true, node: false };
    let graph = ModuleGraph {
        modules: vec![module],
        entry: ModuleId(0),
        before: Vec::new(),
        additional: Vec::new(),
        incomplete: false,
    };
    Some(Linked { bundle: code.with_found(bundle, diagnostics), graph })
}

fn point(problem: Diagnostic, project: &Project, key: &str) -> Diagnostic {
    match project.written(key) {
        Some((config, value)) => problem.at(&config.source, value.span.clone(), ""),
        None => problem,
    }
}

fn entry(worker: &Worker<'_>, sources: &Sources) -> String {
    let project = worker.project;
    let specifier = |file: &Path| graph::file_specifier(&project.root, file);
    let class = |class: &Class| (specifier(&class.file), class.export.clone(), class.name.clone());
    let classes: Vec<(String, String, String)> = sources.classes.iter().map(class).collect();
    let main = worker.main.map(|main| specifier(&sources::without_links(main)));
    let function = |file: &str| sources.files.get(file).map_or_else(String::new, |file| specifier(file));
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
