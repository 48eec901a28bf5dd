//! The facts in esbuild's metafile format, which other programs show: <https://esbuild.github.io/api/#metafile>.
//!
//! What the linker adds is an input of its own, so that the inputs of the worker add up to its size.

use serde_json::{Map, Value, json};

use super::{Copied, Output, Worker};
use crate::compile::{Format, ImportKind};
use crate::graph::{AdditionalModule, Module, Target};

/// What esbuild calls the text that belongs to no file.
const RUNTIME: &str = "<runtime>";

/// The metafile of a worker that is written to `main`, of its source map, and of files that are copied.
pub fn metafile(worker: Option<(Worker<'_>, &Output)>, map: Option<&Output>, copied: &[Copied]) -> String {
    let (mut inputs, mut outputs) = (Map::new(), Map::new());
    if let Some((worker, main)) = worker {
        for module in &worker.graph.modules {
            inputs.insert(module.path.clone(), input(worker, module));
        }
        let written = output(worker, main);
        let own = &written["inputs"][RUNTIME]["bytesInOutput"];
        if !own.is_null() {
            inputs.insert(RUNTIME.to_owned(), json!({ "bytes": own, "imports": [] }));
        }
        outputs.insert(main.path.clone(), written);
        for module in &worker.bundle.additional {
            let to = Output { path: beside(main, module), size: module.content.len() as u64 };
            let parts = json!({ &module.path: { "bytesInOutput": to.size } });
            inputs.insert(module.path.clone(), json!({ "bytes": to.size, "imports": [] }));
            outputs.insert(to.path.clone(), plain(&to, parts));
        }
    }
    if let Some(map) = map {
        outputs.insert(map.path.clone(), plain(map, json!({})));
    }
    for Copied { from, to } in copied {
        inputs.insert(from.clone(), json!({ "bytes": to.size, "imports": [] }));
        outputs.insert(to.path.clone(), plain(to, json!({ from: { "bytesInOutput": to.size } })));
    }
    format!("{:#}\n", json!({ "inputs": inputs, "outputs": outputs }))
}

fn plain(output: &Output, inputs: Value) -> Value {
    json!({ "imports": [], "exports": [], "inputs": inputs, "bytes": output.size })
}

/// Where a module of its own is, which the main one imports from its own directory.
fn beside(main: &Output, module: &AdditionalModule) -> String {
    match main.path.rsplit_once('/') {
        Some((directory, _)) => format!("{directory}/{}", module.name),
        None => module.name.clone(),
    }
}

fn input(Worker { graph, bundle }: Worker<'_>, module: &Module) -> Value {
    let imports = module.object.imports.iter().zip(&module.targets).map(|(import, target)| {
        let kind = kind(import.kind);
        match target {
            Target::Module(target) => {
                json!({ "path": graph.module(*target).path, "kind": kind, "original": import.specifier })
            }
            Target::External(name) => match bundle.additional.iter().find(|found| found.specifier() == *name)
            {
                Some(file) => json!({ "path": file.path, "kind": kind, "original": import.specifier }),
                None => json!({ "path": name, "kind": kind, "external": true }),
            },
            Target::Missing => json!({ "path": import.specifier, "kind": kind, "external": true }),
        }
    });
    let imports: Vec<Value> = imports.collect();
    let mut input = json!({ "bytes": module.object.source.text().len(), "imports": imports });
    if let Some(format) = format(module) {
        input["format"] = json!(format);
    }
    input
}

/// Data has no format.
fn format(module: &Module) -> Option<&'static str> {
    match module.object.format {
        _ if module.path.ends_with(".json") => None,
        Format::Module => Some("esm"),
        Format::CommonJs => Some("cjs"),
    }
}

fn kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Static => "import-statement",
        ImportKind::Dynamic => "dynamic-import",
        ImportKind::Require => "require-call",
    }
}

fn output(Worker { graph, bundle }: Worker<'_>, main: &Output) -> Value {
    let (sizes, _) = bundle.link_map.sizes();
    let mut inputs = Map::new();
    for (module, size) in graph.modules.iter().zip(&sizes) {
        if *size > 0 {
            inputs.insert(module.path.clone(), json!({ "bytesInOutput": size }));
        }
    }
    // The comment that names the source map is none of the linked text, and no module's either.
    let own = main.size - sizes.iter().sum::<usize>() as u64;
    if own > 0 {
        inputs.insert(RUNTIME.to_owned(), json!({ "bytesInOutput": own }));
    }
    let imports = (bundle.link_map.externals.iter())
        .map(|(path, import)| match bundle.additional.iter().find(|found| found.specifier() == *path) {
            Some(file) => json!({ "path": beside(main, file), "kind": kind(*import) }),
            None => json!({ "path": path, "kind": kind(*import), "external": true }),
        })
        .collect::<Vec<_>>();
    json!({
        "imports": imports,
        "exports": bundle.exports,
        "entryPoint": graph.module(graph.entry).path,
        "inputs": inputs,
        "bytes": main.size,
    })
}
