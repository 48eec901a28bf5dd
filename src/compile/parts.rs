//! A module cut into statements, the module syntax taken out, and every reference to its top level replaced.

use std::collections::BTreeSet;

use swc_core::common::{DUMMY_SP, Span, Spanned, SyntaxContext};
use swc_core::ecma::ast::{
    BindingIdent, Class, ClassDecl, ClassMember, Decl, DefaultDecl, EmptyStmt, ExportDefaultDecl,
    ExportSpecifier, Expr, ExprStmt, FnDecl, Ident, ImportDecl, ImportSpecifier, Module, ModuleDecl,
    ModuleItem, NamedExport, Pat, PropName, Stmt, VarDecl, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::utils::find_pat_ids;

use super::attributes;
use super::effects::{Effects, Wonder};
use super::lower::Tables;
use super::names::{property, sees_itself};
use super::parentheses::parenthesize;
use super::rewrite::rewrite;
use super::surface::{export_name, import_name};
use super::{Binding, Doubt, Format, ImportKind, Member, Nature, Reference, SymbolId};
use crate::diagnostic::Source;

/// A part before it is printed.
pub(super) struct Statement {
    pub(super) statements: Vec<Stmt>,
    pub(super) declares: Vec<SymbolId>,
    pub(super) named: Vec<(SymbolId, String)>,
    pub(super) hoisted: bool,
    pub(super) constant: bool,
    pub(super) effects: bool,
    pub(super) doubts: Vec<Doubt>,
    pub(super) completes: Option<SymbolId>,
    pub(super) nature: Nature,
}

impl Statement {
    fn new(statement: Stmt) -> Self {
        Self {
            hoisted: matches!(statement, Stmt::Decl(Decl::Fn(_))),
            constant: matches!(&statement, Stmt::Decl(Decl::Var(variables)) if variables.kind == VarDeclKind::Const),
            statements: vec![statement],
            declares: Vec::new(),
            named: Vec::new(),
            effects: true,
            doubts: Vec::new(),
            completes: None,
            nature: Nature::default(),
        }
    }
}

/// Cuts a module into statements that are ready to be printed.
pub(super) fn statements(
    tables: &mut Tables<'_>,
    module: Module,
    source: &Source,
    effects: Effects<'_>,
) -> Vec<Statement> {
    if tables.format == Format::CommonJs {
        let statements = module.body.into_iter().filter_map(ModuleItem::stmt).collect();
        let mut whole = Statement { statements, ..Statement::new(Stmt::Empty(EmptyStmt { span: DUMMY_SP })) };
        rewrite(tables, &mut whole);
        parenthesize(std::slice::from_mut(&mut whole));
        return vec![whole];
    }
    let mut statements = Vec::new();
    for item in &module.body {
        if let ModuleItem::ModuleDecl(declaration) = item {
            record(tables, declaration);
        }
    }
    for item in module.body {
        for statement in split(take_out(tables, item, source)) {
            let verdict = effects.of_statement(&statement);
            let nature = effects.nature(&statement);
            let mut part = Statement { named: names(tables, &statement), ..Statement::new(statement) };
            part.effects = verdict.effects;
            part.doubts = settle(tables, verdict.doubts);
            part.nature = Nature::new(
                nature.into_iter().map(|(claim, doubts)| (claim, settle(tables, doubts))).collect(),
            );
            part.completes = verdict.completes.map(|name| tables.symbol(&name));
            rewrite(tables, &mut part);
            statements.push(part);
        }
    }
    let mut declared = BTreeSet::new();
    for part in statements.iter().filter(|part| part.hoisted) {
        declared.extend(part.declares.iter().copied());
    }
    for part in &mut statements {
        if part.declares.iter().any(|symbol| tables.written.contains(symbol)) {
            part.constant = false;
            part.nature = Nature::default();
        }
        // What is not declared yet, or elsewhere, is not added to.
        part.effects |= part.completes.is_some_and(|symbol| !declared.contains(&symbol));
        declared.extend(part.declares.iter().copied());
    }
    parenthesize(&mut statements);
    statements
}

/// Names become symbols.
fn settle(tables: &mut Tables<'_>, doubts: Vec<Wonder>) -> Vec<Doubt> {
    let one = |Wonder { name, members, claim }: Wonder| {
        let symbol = tables.symbol(&name);
        let members: Vec<Member> = members.into_iter().map(|name| Member { name, end: 0 }).collect();
        let about =
            if members.is_empty() { Reference::Symbol(symbol) } else { Reference::Member(symbol, members) };
        Doubt { about, claim }
    };
    let mut doubts: Vec<Doubt> = doubts.into_iter().map(one).collect();
    doubts.dedup();
    doubts
}

/// Notes what a declaration imports and exports, in the order of the text.
fn record(tables: &mut Tables<'_>, declaration: &ModuleDecl) {
    match declaration {
        ModuleDecl::Import(import) => record_import(tables, import),
        ModuleDecl::ExportNamed(export) => record_export(tables, export),
        ModuleDecl::ExportAll(export) => {
            let form = attributes::form(tables, export.with.as_deref());
            let at = tables.import(&export.src, ImportKind::Static, form);
            tables.stars.push(at);
        }
        ModuleDecl::ExportDecl(export) => {
            let mut names: Vec<String> = Vec::new();
            match &export.decl {
                Decl::Class(class) => names.push(class.ident.sym.to_string()),
                Decl::Fn(function) => names.push(function.ident.sym.to_string()),
                Decl::Var(variables) => {
                    for variable in &variables.decls {
                        let idents = find_pat_ids::<_, Ident>(&variable.name);
                        names.extend(idents.iter().map(|ident| ident.sym.to_string()));
                    }
                }
                _ => {}
            }
            for name in names {
                let symbol = tables.symbol(&name);
                tables.bindings.insert(name, Binding::Local(symbol));
            }
        }
        _ => {}
    }
}

fn record_import(tables: &mut Tables<'_>, import: &ImportDecl) {
    let form = attributes::form(tables, import.with.as_deref());
    let at = tables.import(&import.src, ImportKind::Static, form);
    let phased = attributes::phased(tables, import);
    for specifier in &import.specifiers {
        let name = match (phased, specifier) {
            (Some(name), _) => name.to_owned(),
            (None, ImportSpecifier::Default(_)) => "default".to_owned(),
            (None, ImportSpecifier::Namespace(_)) => "*".to_owned(),
            (None, ImportSpecifier::Named(named)) => import_name(named),
        };
        let symbol = tables.symbol(&specifier.local().sym);
        let span = tables.range(specifier.span());
        tables.imports[at].names.push((name.clone(), span));
        tables.symbols[symbol.0 as usize].import = Some((at, name));
    }
}

fn record_export(tables: &mut Tables<'_>, export: &NamedExport) {
    let form = attributes::form(tables, export.with.as_deref());
    let from = export.src.as_ref().map(|source| tables.import(source, ImportKind::Static, form));
    for specifier in &export.specifiers {
        let (original, exported) = match specifier {
            ExportSpecifier::Namespace(namespace) => ("*".to_owned(), export_name(&namespace.name)),
            ExportSpecifier::Default(default) => ("default".to_owned(), default.exported.sym.to_string()),
            ExportSpecifier::Named(named) => {
                let original = export_name(&named.orig);
                (original.clone(), named.exported.as_ref().map_or(original, export_name))
            }
        };
        let binding = match from {
            Some(at) => {
                let span = tables.range(specifier.span());
                tables.imports[at].names.push((original.clone(), span));
                Binding::From(at, original)
            }
            None => Binding::Local(tables.symbol(&original)),
        };
        tables.bindings.insert(exported, binding);
    }
}

/// The statement of an item, its module syntax taken out.
fn take_out(tables: &mut Tables<'_>, item: ModuleItem, source: &Source) -> Stmt {
    match item {
        ModuleItem::Stmt(statement) => statement,
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Stmt::Decl(export.decl),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => {
            default_declaration(tables, export, source)
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => {
            let ident = default_name(tables, source);
            Stmt::Decl(constant(ident, export.expr, export.span))
        }
        ModuleItem::ModuleDecl(_) => Stmt::Empty(EmptyStmt { span: DUMMY_SP }),
    }
}

fn default_declaration(tables: &mut Tables<'_>, export: ExportDefaultDecl, source: &Source) -> Stmt {
    let named = |tables: &mut Tables<'_>, ident: Option<Ident>| {
        let ident = ident.unwrap_or_else(|| default_name(tables, source));
        let symbol = tables.symbol(&ident.sym);
        tables.bindings.insert("default".to_owned(), Binding::Local(symbol));
        ident
    };
    match export.decl {
        DefaultDecl::Class(class) if class.ident.is_none() && sees_itself(&class.class, "default") => {
            let value = property(Box::new(Expr::Class(class)), "default");
            Stmt::Decl(constant(named(tables, None), Box::new(value), export.span))
        }
        DefaultDecl::Class(class) => {
            let ident = named(tables, class.ident);
            Stmt::Decl(Decl::Class(ClassDecl { ident, declare: false, class: class.class }))
        }
        DefaultDecl::Fn(function) => {
            let ident = named(tables, function.ident);
            Stmt::Decl(Decl::Fn(FnDecl { ident, declare: false, function: function.function }))
        }
        DefaultDecl::TsInterfaceDecl(_) => Stmt::Empty(EmptyStmt { span: export.span }),
    }
}

/// A name for a default export that has none, after its file.
fn default_name(tables: &mut Tables<'_>, source: &Source) -> Ident {
    let file = source.path().rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let stem: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mut name =
        format!("{}{stem}_default", if stem.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" });
    while tables.by_name.contains_key(&name) {
        name.push('_');
    }
    let symbol = tables.symbol(&name);
    tables.bindings.insert("default".to_owned(), Binding::Local(symbol));
    tables.default = Some(symbol);
    Ident::new(name.into(), DUMMY_SP, tables.marks.top)
}

fn constant(ident: Ident, value: Box<Expr>, span: Span) -> Decl {
    // The name stands nowhere in the file.
    let declarator = VarDeclarator {
        span: DUMMY_SP,
        name: Pat::Ident(BindingIdent { id: ident, type_ann: None }),
        init: Some(value),
        definite: false,
    };
    Decl::Var(Box::new(VarDecl {
        span,
        ctxt: SyntaxContext::empty(),
        kind: VarDeclKind::Const,
        declare: false,
        decls: vec![declarator],
    }))
}

/// Each variable and each expression of a list a statement of its own, so that each can be left out.
fn split(statement: Stmt) -> Vec<Stmt> {
    let expression = |expr: Expr| Stmt::Expr(ExprStmt { span: expr.span(), expr: Box::new(expr) });
    match statement {
        Stmt::Empty(_) => Vec::new(),
        Stmt::Expr(statement) => list(*statement.expr).into_iter().map(expression).collect(),
        Stmt::Decl(Decl::Var(variables)) => {
            let VarDecl { span, ctxt, kind, declare, decls } = *variables;
            let mut statements = Vec::new();
            for mut declarator in decls {
                // A pattern may run code before the value is taken.
                if declarator.name.is_ident() {
                    let mut values = declarator.init.take().map_or_else(Vec::new, |value| list(*value));
                    declarator.init = values.pop().map(Box::new);
                    statements.extend(values.into_iter().map(expression));
                }
                let decls = vec![declarator];
                statements.push(Stmt::Decl(Decl::Var(Box::new(VarDecl {
                    span,
                    ctxt,
                    kind,
                    declare,
                    decls,
                }))));
            }
            statements
        }
        other => vec![other],
    }
}

/// The expressions of a list. One that ends with a function without a name is left whole: the function would get one.
fn list(mut expression: Expr) -> Vec<Expr> {
    match expression.unwrap_parens_mut() {
        Expr::Seq(list) if list.exprs.last().is_some_and(|last| !is_anonymous(last)) => {
            std::mem::take(&mut list.exprs).into_iter().map(|expression| *expression).collect()
        }
        _ => vec![expression],
    }
}

/// What a statement declares that takes its name from the declaration.
fn names(tables: &mut Tables<'_>, statement: &Stmt) -> Vec<(SymbolId, String)> {
    let ident = match statement {
        Stmt::Decl(Decl::Fn(function)) => &function.ident,
        Stmt::Decl(Decl::Class(class)) if !names_itself(&class.class) => &class.ident,
        Stmt::Decl(Decl::Var(variables)) => match variables.decls.as_slice() {
            [VarDeclarator { name: Pat::Ident(ident), init: Some(value), .. }] if is_anonymous(value) => {
                &ident.id
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    if !tables.is_top(ident) {
        return Vec::new();
    }
    let symbol = tables.symbol(&ident.sym);
    let name = if tables.default == Some(symbol) { "default".to_owned() } else { ident.sym.to_string() };
    vec![(symbol, name)]
}

/// Whether a value takes the name of the variable that it is given to.
pub(super) fn is_anonymous(value: &Expr) -> bool {
    match value {
        Expr::Paren(inner) => is_anonymous(&inner.expr),
        Expr::Arrow(_) => true,
        Expr::Fn(function) => function.ident.is_none(),
        Expr::Class(class) => class.ident.is_none() && !names_itself(&class.class),
        _ => false,
    }
}

/// Whether a class has a static member `name`, which counts more than the name it would get.
pub(super) fn names_itself(class: &Class) -> bool {
    let is_name = |key: &PropName| match key {
        PropName::Ident(name) => &*name.sym == "name",
        PropName::Str(name) => name.value.to_string_lossy() == "name",
        PropName::Computed(_) => true,
        _ => false,
    };
    class.body.iter().any(|member| match member {
        ClassMember::Method(method) => method.is_static && is_name(&method.key),
        ClassMember::ClassProp(property) => property.is_static && is_name(&property.key),
        _ => false,
    })
}
