//! The worker: what its entry is, and everything that the entry reaches, linked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::diagnostic::{self, Diagnostic, Diagnostics};
use crate::graph::{self, Node, Roots};
use crate::link::Bundle;
use crate::project::{self, Project};
use crate::route::RouteTable;
use crate::router;

use super::bundle::Code;
use super::sources::{Class, Sources};

/// The generated module that the worker starts from.
const ENTRY: &str = "pagesbuild:entry";

/// What the worker is made of.
pub(super) struct Worker<'a> {
    pub(super) project: &'a Project,
    pub(super) routes: &'a RouteTable,
    /// Whether the project itself says which requests come to the worker first.
    pub(super) own_rules: bool,
}

/// Links the worker. `None` where the project has no code, or where errors stopped it.
pub(super) fn link(
    worker: &Worker<'_>,
    code: &Code,
    sources: Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Bundle> {
    let Worker { project, routes, .. } = *worker;
    if routes.0.is_empty() && project.main.is_none() && sources.classes.is_empty() {
        return None;
    }
    if project.bundling.no_bundle {
        return as_it_is(worker, code, &sources, diagnostics);
    }
    let mut roots = Roots {
        entry: Node::Generated(ENTRY),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    match &project.main {
        // A project that is one module and nothing else is that module: nothing stands before it.
        Some(main) if routes.0.is_empty() && sources.classes.is_empty() => {
            roots.entry = Node::File(main.clone())
        }
        main => {
            let files = main.iter().chain(sources.objects.keys());
            let specifier = |file: &PathBuf| (graph::file_specifier(&project.root, file), file.clone());
            roots.files = files.map(specifier).collect();
            roots.generated.insert(ENTRY, entry(worker, &sources));
            roots.generated.insert(router::SPECIFIER, router::RUNTIME.to_owned());
        }
    }
    roots.compiled = sources.objects;
    code.link(roots, diagnostics)
}

/// The main module unchanged, read only for what it exports. Nothing else can be put into it.
fn as_it_is(
    worker: &Worker<'_>,
    code: &Code,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Bundle> {
    let project = worker.project;
    let is_alone = worker.routes.0.is_empty() && sources.classes.is_empty();
    let Some(main) = project.main.as_ref().filter(|_| is_alone) else {
        let what = if worker.routes.0.is_empty() { "classes in `durable_objects/`" } else { "functions" };
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
    let read = || {
        let object = code.compiler().file(main)?;
        let content = graph::bytes(&project.root, main).map_err(|problem| vec![*problem])?;
        Ok((object, String::from_utf8_lossy(&content).into_owned()))
    };
    let (object, text) = read().map_err(|problems: Vec<Diagnostic>| diagnostics.extend(problems)).ok()?;
    let names = object.exports.into_iter().map(|export| export.name).filter(|name| name != "*");
    let exports: BTreeSet<String> = names.collect();
    let bundle = Bundle {
        main: text,
        source_map: None,
        sources: vec![project::display(&project.root, main)],
        exports: exports.into_iter().collect(),
        additional: Vec::new(),
    };
    Some(code.with_found(bundle, diagnostics))
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
    let main = project.main.as_ref().map(|main| specifier(main));
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
    })
}
