//! From specifiers to files and from files to syntax trees, as `swc_bundler` asks for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Error, anyhow, bail};
use pagesbuild::compile::{Dialect, ImportKind};
use pagesbuild::resolve::{Resolution as Found, Resolver};
use swc_bundler::{Load, ModuleData, Resolve};
use swc_core::atoms::Atom;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, Mark, SourceFile, SourceMap, SyntaxContext};
use swc_core::ecma::ast::{EsVersion, Expr, MemberProp, Module, Pass, Program};
use swc_core::ecma::parser::{EsSyntax, Syntax, TsSyntax, parse_file_as_expr, parse_file_as_module};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::helpers::Helpers;
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::optimization::simplify::{dead_branch_remover, expr_simplifier};
use swc_core::ecma::transforms::react::{Options as ReactOptions, Runtime, react};
use swc_core::ecma::transforms::typescript::{Config as TypeScriptConfig, TsxConfig, tsx};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};
use swc_ecma_loader::resolve::Resolution;

/// What `"browser": { "x": false }` leads to.
const EMPTY: &str = "empty";

/// Node's built-in modules, which `swc_bundler` has to be told before it reads anything.
const BUILTINS: &str = "assert assert/strict async_hooks buffer child_process cluster console constants crypto \
                        diagnostics_channel dns dns/promises domain events fs fs/promises http http2 https inspector \
                        module net os path path/posix path/win32 perf_hooks process punycode querystring readline \
                        repl stream stream/promises stream/web string_decoder sys test timers timers/promises tls \
                        tty url util util/types v8 vm wasi worker_threads zlib";

/// The specifiers that are left to the runtime.
pub(crate) fn externals() -> Vec<Atom> {
    let builtins = BUILTINS.split_whitespace().flat_map(|name| [name.into(), format!("node:{name}").into()]);
    let platform = ["email", "node", "sockets", "workers", "workflows"];
    builtins.chain(platform.map(|name| format!("cloudflare:{name}").into())).collect()
}

/// Loads and resolves for one bundle.
pub(crate) struct Loader {
    pub(crate) files: Lrc<SourceMap>,
    resolver: Resolver,
    define: BTreeMap<String, Box<Expr>>,
    /// The files that have no `import` and no `export`: what they ask for, they ask for by `require`.
    requiring: Mutex<BTreeSet<PathBuf>>,
}

impl Loader {
    pub(crate) fn new(resolver: Resolver, define: &BTreeMap<String, String>) -> Self {
        let files: Lrc<SourceMap> = Lrc::default();
        let parse = |text: &String| {
            let file = files.new_source_file(FileName::Anon.into(), text.clone());
            parse_file_as_expr(&file, Syntax::default(), EsVersion::latest(), None, &mut Vec::new()).unwrap()
        };
        let define = define.iter().map(|(name, text)| (name.clone(), parse(text))).collect();
        Self { files, resolver, define, requiring: Mutex::default() }
    }

    /// A file freed of types and JSX, with constants in place.
    fn compile(&self, path: &Path, file: &SourceFile) -> Result<Module, Error> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let is_typescript = matches!(&*extension, "ts" | "mts" | "cts" | "tsx");
        let syntax = match is_typescript {
            true => Syntax::Typescript(TsSyntax {
                tsx: extension == "tsx",
                decorators: true,
                ..TsSyntax::default()
            }),
            false => Syntax::Es(EsSyntax {
                jsx: true,
                decorators: true,
                explicit_resource_management: true,
                import_attributes: true,
                allow_return_outside_function: true,
                ..EsSyntax::default()
            }),
        };
        let comments = SingleThreadedComments::default();
        let mut recovered = Vec::new();
        let parsed = parse_file_as_module(file, syntax, EsVersion::latest(), Some(&comments), &mut recovered);
        let module = parsed.map_err(|error| anyhow!("{}: {}", path.display(), error.kind().msg()))?;
        if !module.body.iter().any(|item| item.is_module_decl()) {
            self.requiring.lock().unwrap().insert(path.to_path_buf());
        }
        let dialect = self.resolver.dialect(path);
        let (unresolved, top_level) = (Mark::new(), Mark::new());
        let mut program = Program::Module(module);
        resolver(unresolved, top_level, is_typescript).process(&mut program);
        if is_typescript {
            let config = TypeScriptConfig {
                native_class_properties: true,
                verbatim_module_syntax: dialect.verbatim,
                ..TypeScriptConfig::default()
            };
            let jsx = TsxConfig {
                pragma: dialect.jsx_factory.clone().map(Into::into),
                pragma_frag: dialect.jsx_fragment.clone().map(Into::into),
            };
            tsx(self.files.clone(), config, jsx, comments.clone(), unresolved, top_level)
                .process(&mut program);
        }
        let options = react_options(&dialect);
        react(self.files.clone(), Some(comments.clone()), options, top_level, unresolved)
            .process(&mut program);
        let global = SyntaxContext::empty().apply_mark(unresolved);
        program.visit_mut_with(&mut Define { values: &self.define, global });
        expr_simplifier(unresolved, Default::default()).process(&mut program);
        dead_branch_remover(unresolved).process(&mut program);
        hygiene().process(&mut program);
        fixer(Some(&comments)).process(&mut program);
        Ok(program.expect_module())
    }
}

impl Load for Loader {
    fn load(&self, name: &FileName) -> Result<ModuleData, Error> {
        let (fm, module) = match name {
            FileName::Real(path) => {
                let text = std::fs::read_to_string(path)?;
                let json = path.extension().is_some_and(|extension| extension == "json");
                let text = if json { format!("module.exports = {text};") } else { text };
                let fm = self.files.new_source_file(name.clone().into(), text);
                let module = self.compile(path, &fm)?;
                (fm, module)
            }
            _ => {
                let fm = self.files.new_source_file(name.clone().into(), "module.exports = {};".to_owned());
                let module = self.compile(Path::new(EMPTY), &fm)?;
                (fm, module)
            }
        };
        Ok(ModuleData { fm, module, helpers: Helpers::new(false) })
    }
}

impl Resolve for Loader {
    fn resolve(&self, base: &FileName, specifier: &str) -> Result<Resolution, Error> {
        let FileName::Real(importer) = base else { bail!("nothing is imported from `{base}`") };
        let requires = self.requiring.lock().unwrap().contains(importer);
        let kind = if requires { ImportKind::Require } else { ImportKind::Static };
        let filename = match self.resolver.resolve(importer, specifier, kind) {
            Some(Found::File(file)) => FileName::Real(file.path),
            Some(Found::Empty) => FileName::Custom(EMPTY.to_owned()),
            Some(Found::External(name) | Found::Required(name)) => {
                bail!("`{name}` is not on the list of externals")
            }
            None => bail!("{}", self.resolver.explain(importer, specifier, kind).reason),
        };
        Ok(Resolution { filename, slug: None })
    }
}

fn react_options(dialect: &Dialect) -> ReactOptions {
    match &dialect.jsx_source {
        Some(source) => ReactOptions {
            runtime: Some(Runtime::Automatic),
            import_source: Some(source.as_str().into()),
            development: Some(dialect.jsx_development),
            ..ReactOptions::default()
        },
        None => ReactOptions {
            runtime: Some(Runtime::Classic),
            pragma: dialect.jsx_factory.clone().map(Into::into),
            pragma_frag: dialect.jsx_fragment.clone().map(Into::into),
            ..ReactOptions::default()
        },
    }
}

/// Puts constants in the place of global names.
struct Define<'a> {
    values: &'a BTreeMap<String, Box<Expr>>,
    global: SyntaxContext,
}

impl Define<'_> {
    /// `a.b.c` of a global `a`.
    fn name(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Ident(ident) if ident.ctxt == self.global => Some(ident.sym.to_string()),
            Expr::Member(member) => match &member.prop {
                MemberProp::Ident(property) => Some(format!("{}.{}", self.name(&member.obj)?, property.sym)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl VisitMut for Define<'_> {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match self.name(expression).and_then(|name| self.values.get(&name)) {
            Some(value) => *expression = (**value).clone(),
            None => expression.visit_mut_children_with(self),
        }
    }
}
