//! Linking by `swc_bundler`: a module graph in, one module out.
//!
//! `swc_bundler` is known to fall short (lazy `import()`, CommonJS cycles, weak tree shaking); `docs/linker.md`
//! lists what. It sits behind `link::link` alone, so that it can be replaced there.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use swc_core::bundler::{Bundler, Config, Hook, Load, ModuleData, ModuleRecord, ModuleType, Resolve};
use swc_core::common::source_map::SourceMapGenConfig;
use swc_core::common::sync::Lrc;
use swc_core::common::{BytePos, FileName, GLOBALS, LineCol, Mark, SourceMap, Span};
use swc_core::ecma::ast::{
    CallExpr, Callee, Expr, KeyValueProp, Lit, Module, ModuleDecl, Pass, Program, Str,
};
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config as PrintConfig, Emitter};
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MangleOptions, MinifyOptions};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::helpers::Helpers;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::{ImportKind, Session, surface};
use crate::graph::{ModuleGraph, Target};

/// What the linked module looks like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output {
    /// Short instead of readable.
    pub minify: bool,
    /// Functions and classes keep their names when minified.
    pub keep_names: bool,
    /// Whether a source map is wanted.
    pub source_map: bool,
}

/// The linked module as text.
pub struct Linked {
    /// JavaScript.
    pub text: String,
    /// Version 3, JSON.
    pub source_map: Option<String>,
    /// The names that the module exports.
    pub exports: Vec<String>,
}

/// Links a graph into one module. The error is a sentence: what swc could not do.
pub fn bundle(session: &Session, graph: &ModuleGraph, output: Output) -> Result<Linked, String> {
    let input = Input::new(graph);
    let linked = quietly(|| {
        let config = Config {
            require: true,
            external_modules: input.externals.iter().map(|name| name.as_str().into()).collect(),
            module: ModuleType::Es,
            ..Config::default()
        };
        let loader = &input;
        let mut bundler =
            Bundler::new(&session.globals, session.files.clone(), loader, loader, config, Box::new(NoMeta));
        let entry = FileName::Custom(graph.module(graph.entry).path.clone());
        bundler.bundle([("index".to_owned(), entry)].into()).map_err(|error| format!("{error:#}"))
    })?;
    let module = linked.into_iter().next().ok_or("nothing came out of linking")?.module;
    Ok(print(session, module, output))
}

/// Runs swc with its panics turned into errors; the default hook would print them in the user's face.
fn quietly<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(hook);
    result.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Err(format!("swc_bundler gave up: {}", text.as_deref().unwrap_or("it does not say why")))
    })
}

fn print(session: &Session, module: Module, output: Output) -> Linked {
    GLOBALS.set(&session.globals, || {
        let module = if output.minify { minify(session, module, output.keep_names) } else { module };
        let mut exports: Vec<String> =
            surface::surface(&module, BytePos(0)).exports.into_iter().map(|export| export.name).collect();
        exports.sort();
        exports.dedup();
        let mut text = Vec::new();
        let mut positions: Vec<(BytePos, LineCol)> = Vec::new();
        let wanted = output.source_map.then_some(&mut positions);
        let mut emitter = Emitter {
            cfg: PrintConfig::default().with_minify(output.minify),
            cm: session.files.clone(),
            comments: None,
            wr: JsWriter::new(session.files.clone(), "\n", &mut text, wanted),
        };
        // Writing to memory does not fail.
        let _ = emitter.emit_module(&module);
        let source_map = output.source_map.then(|| source_map(&session.files, &positions));
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Linked { text, source_map, exports }
    })
}

fn minify(session: &Session, module: Module, keep_names: bool) -> Module {
    let unresolved_mark = Mark::new();
    let top_level_mark = Mark::new();
    let mut program = Program::Module(module);
    resolver(unresolved_mark, top_level_mark, false).process(&mut program);
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: true,
            keep_classnames: keep_names,
            keep_fnames: keep_names,
            ..CompressOptions::default()
        }),
        mangle: Some(MangleOptions {
            top_level: Some(true),
            keep_class_names: keep_names,
            keep_fn_names: keep_names,
            ..serde_json::from_str("{}").unwrap_or_else(|_| unreachable!("all fields have defaults"))
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    let mut program =
        optimize(program, session.files.clone(), Some(&session.comments), None, &options, &extra);
    fixer(None).process(&mut program);
    match program {
        Program::Module(module) => module,
        Program::Script(script) => {
            let body = script.body.into_iter().map(Into::into).collect();
            Module { span: script.span, body, shebang: None }
        }
    }
}

/// The graph as `swc_bundler` asks for it.
struct Input<'a> {
    graph: &'a ModuleGraph,
    by_path: BTreeMap<&'a str, usize>,
    externals: Vec<String>,
}

impl<'a> Input<'a> {
    fn new(graph: &'a ModuleGraph) -> Self {
        let by_path =
            graph.modules.iter().enumerate().map(|(at, module)| (module.path.as_str(), at)).collect();
        let external = |target: &Target| match target {
            Target::External(name) => Some(name.clone()),
            Target::Module(_) => None,
        };
        let mut externals: Vec<String> =
            graph.modules.iter().flat_map(|module| module.targets.values().filter_map(external)).collect();
        externals.sort();
        externals.dedup();
        Self { graph, by_path, externals }
    }

    fn module(&self, name: &FileName) -> Result<&'a crate::graph::Module, anyhow::Error> {
        let FileName::Custom(path) = name else { anyhow::bail!("`{name}` is not a module of the graph") };
        match self.by_path.get(path.as_str()) {
            Some(&at) => Ok(&self.graph.modules[at]),
            None => anyhow::bail!("`{path}` is not a module of the graph"),
        }
    }
}

impl Load for &Input<'_> {
    fn load(&self, name: &FileName) -> Result<ModuleData, anyhow::Error> {
        let module = self.module(name)?;
        let mut body = module.object.module.clone();
        body.visit_mut_with(&mut Externals { targets: &module.targets });
        Ok(ModuleData { fm: module.object.file.clone(), module: body, helpers: Helpers::new(false) })
    }
}

impl Resolve for &Input<'_> {
    fn resolve(
        &self,
        base: &FileName,
        specifier: &str,
    ) -> Result<swc_ecma_loader::resolve::Resolution, anyhow::Error> {
        let module = self.module(base)?;
        let kinds = [ImportKind::Static, ImportKind::Require, ImportKind::Dynamic];
        let target = kinds.iter().find_map(|&kind| module.targets.get(&(specifier.to_owned(), kind)));
        let path = match target {
            Some(Target::Module(id)) => self.graph.module(*id).path.clone(),
            Some(Target::External(name)) => name.clone(),
            None => anyhow::bail!("`{specifier}` was not resolved"),
        };
        Ok(swc_ecma_loader::resolve::Resolution { filename: FileName::Custom(path), slug: None })
    }
}

/// Gives external modules the names under which the runtime knows them.
struct Externals<'a> {
    targets: &'a BTreeMap<(String, ImportKind), Target>,
}

impl Externals<'_> {
    fn rename(&self, specifier: &mut Str, kind: ImportKind) {
        let key = (specifier.value.to_string_lossy().into_owned(), kind);
        if let Some(Target::External(name)) = self.targets.get(&key) {
            specifier.value = name.as_str().into();
            specifier.raw = None;
        }
    }
}

impl VisitMut for Externals<'_> {
    fn visit_mut_module_decl(&mut self, declaration: &mut ModuleDecl) {
        let specifier = match declaration {
            ModuleDecl::Import(import) => Some(&mut import.src),
            ModuleDecl::ExportNamed(export) => export.src.as_mut(),
            ModuleDecl::ExportAll(export) => Some(&mut export.src),
            _ => None,
        };
        if let Some(specifier) = specifier {
            self.rename(specifier, ImportKind::Static);
        }
        declaration.visit_mut_children_with(self);
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        let kind = match &call.callee {
            Callee::Import(_) => ImportKind::Dynamic,
            _ => ImportKind::Require,
        };
        if let Some(argument) = call.args.first_mut()
            && let Expr::Lit(Lit::Str(specifier)) = &mut *argument.expr
        {
            self.rename(specifier, kind);
        }
        call.visit_mut_children_with(self);
    }
}

/// `import.meta` has no properties on a worker.
struct NoMeta;

impl Hook for NoMeta {
    fn get_import_meta_props(&self, _: Span, _: &ModuleRecord) -> Result<Vec<KeyValueProp>, anyhow::Error> {
        Ok(Vec::new())
    }
}

fn source_map(files: &Lrc<SourceMap>, positions: &[(BytePos, LineCol)]) -> String {
    let mut out = Vec::new();
    let map = files.build_source_map(positions, None, MapConfig);
    // Writing to memory does not fail.
    let _ = map.to_writer(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

struct MapConfig;

impl SourceMapGenConfig for MapConfig {
    fn file_name_to_source(&self, name: &FileName) -> String {
        match name {
            // The map lies in `worker/`; sources are named from the project's directory.
            FileName::Custom(path) => path.clone(),
            other => other.to_string(),
        }
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        true
    }
}
