//! A module cut into statements, the module syntax taken out, and every reference to its top level replaced.

use std::collections::BTreeSet;

use swc_core::common::{DUMMY_SP, Span, Spanned, SyntaxContext};
use swc_core::ecma::ast::{
    AssignPat, AssignTarget, AssignTargetPat, BindingIdent, CallExpr, Callee, Class, ClassDecl, ClassMember,
    Decl, DefaultDecl, EmptyStmt, ExportDefaultDecl, ExportSpecifier, Expr, ExprStmt, FnDecl, ForHead, Ident,
    ImportDecl, ImportSpecifier, Invalid, KeyValuePatProp, KeyValueProp, MemberExpr, Module, ModuleDecl,
    ModuleItem, NamedExport, ObjectPatProp, OptCall, OptChainBase, ParenExpr, Pass, Pat, Program, Prop,
    PropName, SimpleAssignTarget, Stmt, TaggedTpl, UnaryExpr, UnaryOp, UpdateExpr, VarDecl, VarDeclKind,
    VarDeclarator,
};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::effects::{Effects, Wonder};
use super::lower::{Tables, key, member_name, request};
use super::surface::export_name;
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
            let at = tables.import(&export.src, ImportKind::Static);
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
    let at = tables.import(&import.src, ImportKind::Static);
    for specifier in &import.specifiers {
        let name = match specifier {
            ImportSpecifier::Default(_) => "default".to_owned(),
            ImportSpecifier::Namespace(_) => "*".to_owned(),
            ImportSpecifier::Named(named) => match &named.imported {
                Some(imported) => export_name(imported),
                None => named.local.sym.to_string(),
            },
        };
        let symbol = tables.symbol(&specifier.local().sym);
        let span = tables.range(specifier.span());
        tables.imports[at].names.push((name.clone(), span));
        tables.symbols[symbol.0 as usize].import = Some((at, name));
    }
}

fn record_export(tables: &mut Tables<'_>, export: &NamedExport) {
    let from = export.src.as_ref().map(|source| tables.import(source, ImportKind::Static));
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
            Some(at) => Binding::From(at, original),
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
    let expression = |expr: Box<Expr>| Stmt::Expr(ExprStmt { span: expr.span(), expr });
    match statement {
        Stmt::Empty(_) => Vec::new(),
        Stmt::Expr(statement) => list(statement.expr).into_iter().map(expression).collect(),
        Stmt::Decl(Decl::Var(variables)) => {
            let VarDecl { span, ctxt, kind, declare, decls } = *variables;
            let mut statements = Vec::new();
            for mut declarator in decls {
                // A pattern may run code before the value is taken.
                if declarator.name.is_ident() {
                    let mut values = declarator.init.take().map_or_else(Vec::new, list);
                    declarator.init = values.pop();
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
fn list(mut expression: Box<Expr>) -> Vec<Box<Expr>> {
    match expression.unwrap_parens_mut() {
        Expr::Seq(list) if list.exprs.last().is_some_and(|last| !is_anonymous(last)) => {
            std::mem::take(&mut list.exprs)
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

fn is_anonymous(value: &Expr) -> bool {
    match value {
        Expr::Paren(inner) => is_anonymous(&inner.expr),
        Expr::Arrow(_) => true,
        Expr::Fn(function) => function.ident.is_none(),
        Expr::Class(class) => class.ident.is_none() && !names_itself(&class.class),
        _ => false,
    }
}

/// Whether a class has a static member `name`, which counts more than the name it would get.
fn names_itself(class: &Class) -> bool {
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

fn rewrite(tables: &mut Tables<'_>, part: &mut Statement) {
    let mut rewriter = Rewriter { tables, declares: Vec::new(), assigning: false };
    for statement in &mut part.statements {
        statement.visit_mut_with(&mut rewriter);
    }
    part.declares = rewriter.declares;
    part.declares.sort();
    part.declares.dedup();
}

/// Puts parentheses where the new expressions need them.
fn parenthesize(parts: &mut [Statement]) {
    for part in parts {
        let body = part.statements.drain(..).map(ModuleItem::Stmt).collect();
        let mut program = Program::Module(Module { span: DUMMY_SP, body, shebang: None });
        fixer(None).process(&mut program);
        program.visit_mut_with(&mut Guard);
        if let Program::Module(module) = program {
            part.statements = module.body.into_iter().filter_map(ModuleItem::stmt).collect();
        }
    }
}

/// Keeps statements from starting with a word that would make them another kind of statement.
struct Guard;

impl VisitMut for Guard {
    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        statement.visit_mut_children_with(self);
        if starts_otherwise(&statement.expr) {
            let span = statement.span;
            let expr = std::mem::replace(&mut statement.expr, Box::new(Expr::Invalid(Invalid { span })));
            *statement.expr = Expr::Paren(ParenExpr { span, expr });
        }
    }
}

/// Whether an expression's first word is that of a declaration or a block.
fn starts_otherwise(expression: &Expr) -> bool {
    match expression {
        Expr::Fn(_) | Expr::Class(_) | Expr::Object(_) => true,
        Expr::Seq(list) => list.exprs.first().is_some_and(|first| starts_otherwise(first)),
        Expr::Cond(condition) => starts_otherwise(&condition.test),
        Expr::Bin(binary) => starts_otherwise(&binary.left),
        Expr::Member(member) => starts_otherwise(&member.obj),
        Expr::TaggedTpl(template) => starts_otherwise(&template.tag),
        Expr::Update(update) => !update.prefix && starts_otherwise(&update.arg),
        Expr::Call(call) => matches!(&call.callee, Callee::Expr(callee) if starts_otherwise(callee)),
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => starts_otherwise(&member.obj),
            OptChainBase::Call(call) => starts_otherwise(&call.callee),
        },
        Expr::Assign(assignment) => match &assignment.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => starts_otherwise(&member.obj),
            AssignTarget::Pat(AssignTargetPat::Object(_)) => true,
            _ => false,
        },
        _ => false,
    }
}

/// Replaces every reference to the top level and every request for a module by a placeholder.
struct Rewriter<'a, 'b> {
    tables: &'a mut Tables<'b>,
    declares: Vec<SymbolId>,
    /// Whether a pattern is one of assignment.
    assigning: bool,
}

impl Rewriter<'_, '_> {
    /// The reference that an expression is, when the linker has to fill it.
    fn reference(&mut self, expression: &Expr) -> Option<Reference> {
        match expression {
            Expr::Ident(ident) if self.tables.is_top(ident) => {
                Some(Reference::Symbol(self.tables.symbol(&ident.sym)))
            }
            Expr::Member(member) => {
                let (symbol, names) = self.chain(member)?;
                let member = |name| Member { name, end: 0 };
                Some(Reference::Member(symbol, names.into_iter().map(member).collect()))
            }
            _ => None,
        }
    }

    /// The imported name that a chain of members starts with, and the names of the members.
    fn chain(&mut self, member: &MemberExpr) -> Option<(SymbolId, Vec<String>)> {
        let name = member_name(&member.prop)?;
        let (symbol, mut names) = match &*member.obj {
            Expr::Ident(object) if self.tables.is_top(object) => {
                let symbol = self.tables.symbol(&object.sym);
                self.tables.symbols[symbol.0 as usize].import.as_ref()?;
                (symbol, Vec::new())
            }
            Expr::Member(inner) => self.chain(inner)?,
            _ => return None,
        };
        names.push(name);
        Some((symbol, names))
    }

    /// The name in front of a chain of members becomes a placeholder.
    fn fill_root(&mut self, expression: &mut Expr, reference: Reference, callee: bool) {
        match expression {
            Expr::Member(member) => self.fill_root(&mut member.obj, reference, callee),
            root => {
                let span = root.span();
                *root = Expr::Ident(self.tables.placeholder(reference, callee, span));
            }
        }
    }

    /// A member that is written to, or deleted: a property of the object, whatever it is.
    fn fill_target(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Paren(inner) => self.fill_target(&mut inner.expr),
            Expr::Member(member) => member.visit_mut_children_with(self),
            Expr::Ident(ident) if self.tables.is_top(ident) => {
                let symbol = self.tables.symbol(&ident.sym);
                self.tables.written.insert(symbol);
                *ident = self.tables.placeholder(Reference::Symbol(symbol), false, ident.span);
            }
            other => other.visit_mut_with(self),
        }
    }

    fn fill(&mut self, expression: &mut Expr, callee: bool) {
        if let Expr::Paren(inner) = expression {
            self.fill(&mut inner.expr, callee);
            return;
        }
        match self.reference(expression) {
            Some(reference) => self.fill_root(expression, reference, callee),
            None => expression.visit_mut_children_with(self),
        }
    }
}

impl VisitMut for Rewriter<'_, '_> {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        self.fill(expression, false);
    }

    fn visit_mut_update_expr(&mut self, update: &mut UpdateExpr) {
        self.fill_target(&mut update.arg);
    }

    fn visit_mut_assign_target(&mut self, target: &mut AssignTarget) {
        let outer = std::mem::replace(&mut self.assigning, true);
        target.visit_mut_children_with(self);
        self.assigning = outer;
    }

    fn visit_mut_for_head(&mut self, head: &mut ForHead) {
        let outer = std::mem::replace(&mut self.assigning, matches!(head, ForHead::Pat(_)));
        head.visit_mut_children_with(self);
        self.assigning = outer;
    }

    fn visit_mut_unary_expr(&mut self, unary: &mut UnaryExpr) {
        match unary.op {
            UnaryOp::Delete => self.fill_target(&mut unary.arg),
            _ => unary.visit_mut_children_with(self),
        }
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        match pattern {
            Pat::Expr(target) => self.fill_target(target),
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        if let Some((specifier, kind)) = request(call, self.tables.marks) {
            let at = self.tables.import(specifier, kind);
            let reference = match kind {
                ImportKind::Dynamic => Reference::Dynamic(at),
                ImportKind::Require | ImportKind::Static => Reference::Require(at),
            };
            let callee = Expr::Ident(self.tables.placeholder(reference, false, call.span));
            call.callee = Callee::Expr(Box::new(callee));
            call.args.clear();
            return;
        }
        match &mut call.callee {
            Callee::Expr(callee) => self.fill(callee, true),
            other => other.visit_mut_with(self),
        }
        call.args.visit_mut_with(self);
    }

    fn visit_mut_opt_call(&mut self, call: &mut OptCall) {
        self.fill(&mut call.callee, true);
        call.args.visit_mut_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, template: &mut TaggedTpl) {
        self.fill(&mut template.tag, true);
        template.tpl.visit_mut_with(self);
    }

    fn visit_mut_binding_ident(&mut self, ident: &mut BindingIdent) {
        if self.tables.is_top(&ident.id) {
            let symbol = self.tables.symbol(&ident.id.sym);
            if self.assigning {
                self.tables.written.insert(symbol);
            } else {
                self.declares.push(symbol);
            }
            ident.id = self.tables.placeholder(Reference::Symbol(symbol), false, ident.id.span);
        }
    }

    fn visit_mut_fn_decl(&mut self, declaration: &mut FnDecl) {
        self.declare(&mut declaration.ident);
        declaration.function.visit_mut_with(self);
    }

    fn visit_mut_class_decl(&mut self, declaration: &mut ClassDecl) {
        self.declare(&mut declaration.ident);
        declaration.class.visit_mut_with(self);
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        match property {
            Prop::Shorthand(ident) if self.tables.is_top(ident) => {
                let symbol = self.tables.symbol(&ident.sym);
                let value = self.tables.placeholder(Reference::Symbol(symbol), false, ident.span);
                *property =
                    Prop::KeyValue(KeyValueProp { key: key(ident), value: Box::new(Expr::Ident(value)) });
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        let ObjectPatProp::Assign(assign) = property else {
            property.visit_mut_children_with(self);
            return;
        };
        assign.value.visit_mut_with(self);
        if !self.tables.is_top(&assign.key.id) {
            return;
        }
        let key = key(&assign.key.id);
        let mut name = assign.key.clone();
        self.visit_mut_binding_ident(&mut name);
        let value = match assign.value.take() {
            Some(default) => {
                Pat::Assign(AssignPat { span: assign.span, left: Box::new(Pat::Ident(name)), right: default })
            }
            None => Pat::Ident(name),
        };
        *property = ObjectPatProp::KeyValue(KeyValuePatProp { key, value: Box::new(value) });
    }
}

impl Rewriter<'_, '_> {
    fn declare(&mut self, ident: &mut Ident) {
        if self.tables.is_top(ident) {
            let symbol = self.tables.symbol(&ident.sym);
            self.declares.push(symbol);
            *ident = self.tables.placeholder(Reference::Symbol(symbol), false, ident.span);
        }
    }
}
