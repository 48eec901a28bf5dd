//! Code made short: expressions compressed, local names shortened. Names of the top level are the linker's.

use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    ClassDecl, ClassExpr, Decl, DefaultDecl, ExportDecl, ExportDefaultDecl, ExportNamedSpecifier,
    ExportSpecifier, FnDecl, FnExpr, IdentName, ModuleDecl, ModuleExportName, ModuleItem, NamedExport,
    Program, Stmt,
};
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MangleOptions, MinifyOptions};

use super::effects::Effects;
use super::keep;
use super::parse::Session;

/// Minifies a module by itself.
pub(super) fn minify(
    session: &Session,
    mut program: Program,
    keep_names: bool,
    marks: (Mark, Mark),
) -> Program {
    if let Program::Module(module) = &mut program {
        module.body = module.body.drain(..).flat_map(export_behind).collect();
    }
    let (unresolved_mark, top_level_mark) = marks;
    if let Program::Module(module) = &mut program {
        let global = SyntaxContext::empty().apply_mark(unresolved_mark);
        keep::wrap(module, marks, Effects { comments: &session.comments, global, pure_functions: &[] });
    }
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: true,
            top_level: None,
            keep_classnames: keep_names,
            keep_fnames: keep_names,
            ..CompressOptions::default()
        }),
        mangle: Some(MangleOptions {
            top_level: Some(false),
            keep_class_names: keep_names,
            keep_fn_names: keep_names,
            ..serde_json::from_str("{}").unwrap_or_else(|_| unreachable!("all fields have defaults"))
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    let mut program =
        optimize(program, session.files.clone(), Some(&session.comments), None, &options, &extra);
    if let Program::Module(module) = &mut program {
        keep::unwrap(module);
    }
    program
}

/// An exported function or class as a declaration with an export behind it. The minifier takes what it sees exported in
/// one piece for something that is never assigned to.
fn export_behind(item: ModuleItem) -> Vec<ModuleItem> {
    let (declaration, exported, span) = match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) if !matches!(export.decl, Decl::Var(_)) => {
            (export.decl, None, export.span)
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match export.decl {
            DefaultDecl::Fn(FnExpr { ident: Some(ident), function }) => {
                (Decl::Fn(FnDecl { ident, declare: false, function }), Some("default"), export.span)
            }
            DefaultDecl::Class(ClassExpr { ident: Some(ident), class }) => {
                (Decl::Class(ClassDecl { ident, declare: false, class }), Some("default"), export.span)
            }
            decl => {
                let export = ExportDefaultDecl { decl, span: export.span };
                return vec![ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export))];
            }
        },
        other => return vec![other],
    };
    let ident = match &declaration {
        Decl::Fn(function) => function.ident.clone(),
        Decl::Class(class) => class.ident.clone(),
        _ => {
            return vec![ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl {
                decl: declaration,
                span,
            }))];
        }
    };
    let exported = exported.map(|name| ModuleExportName::Ident(IdentName::new(name.into(), DUMMY_SP).into()));
    let specifier = ExportNamedSpecifier {
        span: DUMMY_SP,
        orig: ModuleExportName::Ident(ident),
        exported,
        is_type_only: false,
    };
    let export = NamedExport {
        span: DUMMY_SP,
        specifiers: vec![ExportSpecifier::Named(specifier)],
        src: None,
        type_only: false,
        with: None,
    };
    vec![ModuleItem::Stmt(Stmt::Decl(declaration)), ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export))]
}
