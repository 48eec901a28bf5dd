//! TypeScript and JSX become plain JavaScript; `define`d names become their values.

use swc_core::common::{GLOBALS, Mark};
use swc_core::ecma::ast::{Module, Pass, Program};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::hygiene::hygiene;
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::react::{Options as ReactOptions, Runtime, react};
use swc_core::ecma::transforms::typescript::{Config as TypeScriptConfig, typescript};
use swc_core::ecma::visit::VisitMutWith;

use super::define::Define;
use super::parse::Language;
use super::{Options, Session};

/// Transforms a module; the message of an error names what in the options is wrong.
pub(super) fn transform(
    session: &Session,
    module: Module,
    language: Language,
    options: Options<'_>,
) -> Result<Module, String> {
    let define = Define::parse(session, options.define)?;
    GLOBALS.set(&session.globals, || {
        let unresolved = Mark::new();
        let top_level = Mark::new();
        let mut program = Program::Module(module);
        resolver(unresolved, top_level, language.is_typescript()).process(&mut program);
        if language.is_typescript() {
            let config = TypeScriptConfig { native_class_properties: true, ..TypeScriptConfig::default() };
            typescript(config, unresolved, top_level).process(&mut program);
        }
        let react_options = ReactOptions {
            runtime: Some(Runtime::Classic),
            pragma: options.jsx_factory.map(|name| name.to_owned().into()),
            pragma_frag: options.jsx_fragment.map(|name| name.to_owned().into()),
            ..ReactOptions::default()
        };
        let comments = Some(session.comments.clone());
        react(session.files.clone(), comments, react_options, top_level, unresolved).process(&mut program);
        program.visit_mut_with(&mut define.replacer(unresolved));
        hygiene().process(&mut program);
        fixer(Some(&session.comments)).process(&mut program);
        match program {
            Program::Module(module) => Ok(module),
            Program::Script(_) => Err("a module was expected".to_owned()),
        }
    })
}
