//! What an import says besides its specifier and names: attributes and a phase.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{Expr, ImportDecl, ImportPhase, Lit, ObjectLit, Prop, PropName, PropOrSpread};

use super::lower::Tables;
use super::{Form, SOURCE};
use crate::diagnostic::{Code, Diagnostic};

/// Takes `with { type: "..." }` for the form that the file is wanted in. Other attributes mean nothing.
pub(super) fn form(tables: &mut Tables<'_>, with: Option<&ObjectLit>) -> Form {
    let value = with.and_then(|with| property(with, "type"));
    let Some(Expr::Lit(Lit::Str(value))) = value else { return Form::Code };
    match &*value.value.to_string_lossy() {
        "json" => Form::Json,
        "text" => Form::Text,
        "bytes" => Form::Bytes,
        other => {
            let message = format!("a module cannot be imported as `{other}`");
            let problem = Diagnostic::error(Code::Syntax, message)
                .at(tables.source, tables.range(value.span), "")
                .help("write `json`, `text` or `bytes`, or leave the attribute out");
            tables.problems.push(problem);
            Form::Code
        }
    }
}

/// The attributes in the second argument of `import()`, where they are written out.
pub(super) fn dynamic(options: Option<&Expr>) -> Option<&ObjectLit> {
    let Some(Expr::Object(options)) = options else { return None };
    match property(options, "with") {
        Some(Expr::Object(with)) => Some(with),
        _ => None,
    }
}

fn property<'a>(object: &'a ObjectLit, name: &str) -> Option<&'a Expr> {
    object.props.iter().find_map(|property| {
        let PropOrSpread::Prop(property) = property else { return None };
        let Prop::KeyValue(property) = &**property else { return None };
        let is_it = match &property.key {
            PropName::Ident(key) => &*key.sym == name,
            PropName::Str(key) => key.value.to_string_lossy() == name,
            _ => false,
        };
        is_it.then_some(&*property.value)
    })
}

/// The name that an import in a phase asks for; `None` where it is in none.
pub(super) fn phased(tables: &mut Tables<'_>, import: &ImportDecl) -> Option<&'static str> {
    match import.phase {
        ImportPhase::Evaluation => None,
        ImportPhase::Source => Some(SOURCE),
        ImportPhase::Defer => {
            let problem = Diagnostic::error(Code::Syntax, "a deferred import cannot be linked")
                .at(tables.source, tables.range(import.span()), "")
                .help("use `import()` where the module is needed");
            tables.problems.push(problem);
            None
        }
    }
}

/// That the runtime has no `import.source()`, nor `import.defer()`.
pub(super) fn in_phase(tables: &mut Tables<'_>, phase: ImportPhase, span: Span) {
    let (word, help) = match phase {
        ImportPhase::Evaluation => return,
        ImportPhase::Source => ("source", "write `import source name from \"...\"` at the top of the module"),
        ImportPhase::Defer => ("defer", "use `import()`"),
    };
    let problem = Diagnostic::error(Code::Syntax, format!("the runtime has no `import.{word}()`"))
        .at(tables.source, tables.range(span), "")
        .help(help);
    tables.problems.push(problem);
}
