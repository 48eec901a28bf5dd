//! TypeScript and JSX become plain JavaScript; `define`d names become their values, and what they decide is folded.

use swc_core::common::{Mark, SyntaxContext};
use swc_core::ecma::ast::{JSXElement, JSXFragment, Module, Pass, Program};
use swc_core::ecma::transforms::base::hygiene::{Config as HygieneConfig, hygiene, hygiene_with_config};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::optimization::simplify::{dead_branch_remover, expr_simplifier};
use swc_core::ecma::transforms::react::{Options as ReactOptions, Runtime, react};
use swc_core::ecma::transforms::typescript::{Config as TypeScriptConfig, TsxConfig, tsx};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::decorate::decorate;
use super::define::Define;
use super::fields::Assign;
use super::flow::{Flow, flow};
use super::lower::{Names, format, pure_functions};
use super::minify::{PARAMETERS, minify, take_parameters};
use super::names::{Explicit, Extent};
use super::namespaces;
use super::parse::{Language, Session};
use super::types::{self, Types};
use super::{Dialect, Format, Options};
use crate::diagnostic::Source;

/// How the scopes of a module are told apart.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    /// On names of the module's top level.
    pub(super) top: SyntaxContext,
    /// On names that the module does not declare.
    pub(super) global: SyntaxContext,
}

impl Marks {
    fn new(unresolved: Mark, top_level: Mark) -> Self {
        Self {
            top: SyntaxContext::empty().apply_mark(top_level),
            global: SyntaxContext::empty().apply_mark(unresolved),
        }
    }
}

/// A module in plain JavaScript.
pub(super) struct Transformed {
    pub(super) module: Module,
    pub(super) marks: Marks,
    pub(super) format: Format,
    /// What it calls `exports` and `module` when it is CommonJS.
    pub(super) parameters: [String; 2],
    /// Functions that an annotation says have no effects.
    pub(super) pure_functions: Vec<String>,
    /// Names of the top level that were declared as classes and are variables now.
    pub(super) classes: Vec<String>,
    /// Where values go, when that was asked for.
    pub(super) flow: Option<Flow>,
    /// What was said of types, when that was asked for.
    pub(super) types: Types,
}

/// Transforms a module; the message of an error names what in the options is wrong. In what comes out, every name
/// is marked with its scope, and no two names of nested scopes are alike but different.
pub(super) fn transform(
    session: &Session,
    source: &Source,
    module: Module,
    options: Options<'_>,
) -> Result<Transformed, String> {
    // Annotations stand where statements start, which passes move.
    let pure_functions = pure_functions(session, &module);
    let types = if options.flow { types::of(session, &module) } else { Types::default() };
    let define = Define::parse(session, options.define)?;
    let is_typescript = matches!(session.language, Language::TypeScript | Language::Tsx);
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    // swc takes names with the first mark of all for undeclared ones that decorators may assign to.
    let _ = SyntaxContext::empty().apply_mark(Mark::new());
    let mut program = Program::Module(module);
    resolver(unresolved, top_level, is_typescript).process(&mut program);
    let decorated = decorate(&mut program, options.dialect, is_typescript, (unresolved, top_level));
    if is_typescript {
        namespaces::merge(&mut program, SyntaxContext::empty().apply_mark(unresolved));
        if options.dialect.assign_fields {
            program.visit_mut_with(&mut Assign::default());
        }
        let config = TypeScriptConfig {
            native_class_properties: !options.dialect.assign_fields,
            verbatim_module_syntax: options.dialect.verbatim,
            ..TypeScriptConfig::default()
        };
        // What JSX elements call counts as used, so that its import stays.
        let jsx = TsxConfig {
            pragma: options.dialect.jsx_factory.clone().map(Into::into),
            pragma_frag: options.dialect.jsx_fragment.clone().map(Into::into),
        };
        let comments = session.comments.clone();
        tsx(session.files.clone(), config, jsx, comments, unresolved, top_level).process(&mut program);
    }
    let is_jsx = has_jsx(&program);
    if is_jsx {
        jsx_to_calls(session, &mut program, options.dialect, (unresolved, top_level));
    }
    let mut replacer = define.replacer(unresolved);
    program.visit_mut_with(&mut replacer);
    if replacer.hit {
        expr_simplifier(unresolved, Default::default()).process(&mut program);
        dead_branch_remover(unresolved).process(&mut program);
    }
    // Passes that make names make them different by their marks; here they become different by their letters. What
    // was written by hand is that already.
    let has_made = replacer.hit || session.language != Language::JavaScript || is_jsx || decorated.is_some();
    let mut explicit = Explicit::new(Extent::Top(Marks::new(unresolved, top_level).top));
    if is_module(&program) && options.keep_names && !options.minify {
        program.visit_mut_with(&mut explicit);
    }
    let (mut unresolved, mut top_level) = (unresolved, top_level);
    if has_made {
        hygiene().process(&mut program);
        (unresolved, top_level) = resolve_again(&mut program);
    }
    let marks = Marks::new(unresolved, top_level);
    let names = Names::of(&program, marks);
    let format = format(source, &program, &names, options.module);
    // What is minified is told apart less easily.
    let flow =
        program.as_module().filter(|_| options.flow).map(|module| flow(session, module, marks, format));
    let mut parameters = PARAMETERS.map(str::to_owned);
    if options.minify {
        // `eval` can speak of the names of a top level without saying so.
        let is_closed = format == Format::CommonJs && !names.speaks_of("eval");
        let top = is_closed.then_some(&marks);
        program = minify(session, program, options.keep_names, (unresolved, top_level), top);
        hygiene_with_config(HygieneConfig {
            keep_class_names: options.keep_names,
            ..HygieneConfig::hygiene_default()
        })
        .process(&mut program);
        if is_closed {
            parameters = take_parameters(&mut program).unwrap_or(parameters);
        }
    }
    let marks = if explicit.changed || options.minify {
        let (unresolved, top_level) = resolve_again(&mut program);
        Marks::new(unresolved, top_level)
    } else {
        marks
    };
    let classes = decorated.unwrap_or_default();
    match program {
        Program::Module(module) => {
            Ok(Transformed { module, marks, format, parameters, pure_functions, classes, flow, types })
        }
        Program::Script(_) => Err("a module was expected".to_owned()),
    }
}

/// JSX becomes calls of functions.
fn jsx_to_calls(
    session: &Session,
    program: &mut Program,
    dialect: &Dialect,
    (unresolved, top_level): (Mark, Mark),
) {
    let react_options = match &dialect.jsx_source {
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
    };
    let comments = Some(session.comments.clone());
    react(session.files.clone(), comments, react_options, top_level, unresolved).process(program);
}

/// Whether there is syntax that only modules of the standard have.
fn is_module(program: &Program) -> bool {
    matches!(program, Program::Module(module) if module.body.iter().any(|item| item.is_module_decl()))
}

/// Whether there is any JSX to be transformed.
fn has_jsx(program: &Program) -> bool {
    struct Finder(bool);
    impl Visit for Finder {
        fn visit_jsx_element(&mut self, _: &JSXElement) {
            self.0 = true;
        }

        fn visit_jsx_fragment(&mut self, _: &JSXFragment) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    program.visit_with(&mut finder);
    finder.0
}

/// Marks the scopes of a program by its letters alone.
fn resolve_again(program: &mut Program) -> (Mark, Mark) {
    program.visit_mut_with(&mut Forget);
    let (unresolved, top_level) = (Mark::new(), Mark::new());
    resolver(unresolved, top_level, false).process(program);
    (unresolved, top_level)
}

/// Takes all marks away, so that scopes can be marked anew.
struct Forget;

impl VisitMut for Forget {
    fn visit_mut_syntax_context(&mut self, context: &mut SyntaxContext) {
        *context = SyntaxContext::empty();
    }
}
