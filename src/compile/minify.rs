//! Code made short: expressions compressed, local names shortened. Names of the top level are the linker's.

use swc_core::common::comments::Comments;
use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    ClassDecl, ClassExpr, Decl, DefaultDecl, EsVersion, ExportDecl, ExportDefaultDecl, ExportNamedSpecifier,
    ExportSpecifier, Expr, FnDecl, FnExpr, Ident, IdentName, ModuleDecl, ModuleExportName, ModuleItem,
    NamedExport, Pass, Pat, Program, Stmt, VarDecl, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MangleOptions, MinifyOptions};
use swc_core::ecma::transforms::base::fixer::paren_remover;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::inlined::Inlined;
use super::keep;
use super::names::{Explicit, Extent};
use super::opaque::{Reveal, hold};
use super::parse::Session;
use super::transform::Marks;

/// What CommonJS is given by these names.
pub(super) const PARAMETERS: [&str; 2] = ["exports", "module"];

/// Minifies a module by itself. The names of its top level are shortened too when its marks are given: then the module is
/// CommonJS, and a declaration of its parameters comes first for [`take_parameters`] to find.
pub(super) fn minify(
    session: &Session,
    mut program: Program,
    keep_names: bool,
    marks: (Mark, Mark),
    top: Option<&Marks>,
) -> Program {
    if let Program::Module(module) = &mut program {
        let items = module.body.drain(..).flat_map(export_behind);
        let (exports, mut body): (Vec<ModuleItem>, Vec<ModuleItem>) = items.partition(is_list);
        body.extend(exports);
        module.body = body;
    }
    // The minifier knows nothing of parentheses and takes what is in them for something without names. Marks stay where they
    // are: at the start of a call, which may be a parenthesis.
    paren_remover(None).process(&mut program);
    let (unresolved_mark, top_level_mark) = marks;
    if keep_names {
        program.visit_mut_with(&mut Explicit::new(Extent::All(top_level_mark)));
    }
    hold(&mut program, &session.comments, SyntaxContext::empty().apply_mark(unresolved_mark));
    // Behind what takes marks from calls whose arguments act, since it puts calls there.
    if let Program::Module(module) = &mut program
        && top.is_none()
    {
        keep::wrap(module, marks, &session.comments);
    }
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: top.is_some() || !is_annotated(session, &program),
            ecma: EsVersion::latest(),
            keep_classnames: keep_names,
            keep_fnames: keep_names,
            // Functions take names from properties, too, which these take apart.
            hoist_props: !keep_names,
            props: !keep_names,
            passes: 1,
            // Imports cost nothing, and diagnostics show where they stand.
            merge_imports: false,
            // A declaration in one case is there for the others, too.
            switches: false,
            // `~x` and `-x` can be big integers, which `===` and `==` tell apart from numbers differently.
            comparisons: false,
            ..CompressOptions::default()
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    let run = |program, options| {
        optimize(program, session.files.clone(), Some(&session.comments), None, options, &extra)
    };
    let names = if keep_names { Inlined::note(&program) } else { Inlined::default() };
    program = run(program, &options);
    names.restore(&mut program);
    if let Some(marks) = top {
        declare_parameters(&mut program, marks);
    }
    let options = MinifyOptions {
        mangle: Some(MangleOptions {
            top_level: Some(top.is_some()),
            keep_class_names: keep_names,
            keep_fn_names: keep_names,
            // The same letters in every module leave others to the linker.
            disable_char_freq: true,
            ..serde_json::from_str("{}").unwrap_or_else(|_| unreachable!("all fields have defaults"))
        }),
        ..MinifyOptions::default()
    };
    program = run(program, &options);
    program.visit_mut_with(&mut Reveal);
    if let Program::Module(module) = &mut program {
        keep::split(module);
    }
    program
}

/// Whether values of a module's top level are annotated as free of effects. The minifier moves such values into others,
/// where the linker cannot leave them out any more, so it leaves the top level of these modules alone.
fn is_annotated(session: &Session, program: &Program) -> bool {
    let is_marked = |value: &Expr| match value {
        Expr::Call(call) => session.comments.has_flag(call.span.lo, "PURE"),
        Expr::New(new) => session.comments.has_flag(new.span.lo, "PURE"),
        _ => false,
    };
    let declaration = |item: &ModuleItem| match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => {
            variables.decls.iter().any(|variable| variable.init.as_deref().is_some_and(is_marked))
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::Var(variables) => {
                variables.decls.iter().any(|variable| variable.init.as_deref().is_some_and(is_marked))
            }
            _ => false,
        },
        _ => false,
    };
    matches!(program, Program::Module(module) if module.body.iter().any(declaration))
}

/// Makes the parameters of CommonJS names of the top level, declared by its first statement.
fn declare_parameters(program: &mut Program, marks: &Marks) {
    struct Declare<'a>(&'a Marks);
    impl VisitMut for Declare<'_> {
        fn visit_mut_ident(&mut self, ident: &mut Ident) {
            if ident.ctxt == self.0.global && PARAMETERS.contains(&&*ident.sym) {
                ident.ctxt = self.0.top;
            }
        }
    }
    program.visit_mut_with(&mut Declare(marks));
    let declarator = |name: &str| VarDeclarator {
        span: DUMMY_SP,
        name: Pat::Ident(Ident::new(name.into(), DUMMY_SP, marks.top).into()),
        init: None,
        definite: false,
    };
    let decls = PARAMETERS.map(declarator).into();
    let declaration = VarDecl { kind: VarDeclKind::Var, decls, ..VarDecl::default() };
    if let Program::Module(module) = program {
        module.body.insert(0, ModuleItem::Stmt(Stmt::Decl(Decl::Var(Box::new(declaration)))));
    }
}

/// Takes the declaration of the parameters away, and gives what they are called now.
pub(super) fn take_parameters(program: &mut Program) -> Option<[String; 2]> {
    let Program::Module(module) = program else { return None };
    let Some(ModuleItem::Stmt(Stmt::Decl(Decl::Var(declaration)))) = module.body.first() else { return None };
    let names: Vec<String> = declaration
        .decls
        .iter()
        .filter_map(|one| one.name.as_ident())
        .map(|name| name.sym.to_string())
        .collect();
    module.body.remove(0);
    names.try_into().ok()
}

/// Whether an item exports names of the module. These come last: the minifier drops what is assigned to a name after
/// the last place that it sees it used at.
fn is_list(item: &ModuleItem) -> bool {
    matches!(item, ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport { src: None, .. })))
}

/// An exported function or class as a declaration and an export of its name. The minifier takes what it sees exported in
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
    vec![ModuleItem::Stmt(Stmt::Decl(declaration)), export_as(ident, exported)]
}

/// `export { name }`, or `export { name as exported }`.
pub(super) fn export_as(ident: Ident, exported: Option<&str>) -> ModuleItem {
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
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export))
}
