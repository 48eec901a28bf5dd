//! From a module's tree to its object: names of the top level become symbols, every place that the linker fills
//! becomes a numbered identifier, and each statement is printed as a part.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::comments::Comments;
use swc_core::common::{DUMMY_SP, Span, Spanned, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowExpr, AwaitExpr, CallExpr, Callee, Decl, DefaultDecl, Expr, FnExpr, ForOfStmt, Function, Ident,
    IdentName, Lit, MemberProp, Module, ModuleDecl, ModuleItem, Pat, Program, ReturnStmt, Stmt, Str,
    VarDeclarator,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::effects::Effects;
use super::parse::{Language, Session, json_names};
use super::parts::{self, Statement};
use super::pieces::{pattern, pieces};
use super::print::{Fence, Printer};
use super::surface;
use super::transform::{Marks, Transformed};
use super::{
    Binding, Export, Form, Format, Import, ImportKind, Object, Options, Part, Relocation, Symbol, SymbolId,
};
use crate::diagnostic::{Code, Diagnostic, Source};

/// What is gathered while a module is walked.
pub(super) struct Tables<'a> {
    pub(super) session: &'a Session,
    pub(super) source: &'a Source,
    pub(super) marks: Marks,
    pub(super) fence: Fence,
    pub(super) format: Format,
    pub(super) symbols: Vec<Symbol>,
    pub(super) by_name: BTreeMap<String, SymbolId>,
    pub(super) imports: Vec<Import>,
    pub(super) by_specifier: BTreeMap<(Vec<String>, ImportKind, Form), usize>,
    pub(super) bindings: BTreeMap<String, Binding>,
    pub(super) stars: Vec<usize>,
    pub(super) references: Vec<Relocation>,
    /// Imported names that are assigned to, and where.
    pub(super) assigned_imports: Vec<(String, std::ops::Range<usize>)>,
    /// What is wrong with imports.
    pub(super) problems: Vec<Diagnostic>,
    /// The names of the top level that are assigned to.
    pub(super) written: BTreeSet<SymbolId>,
    /// The symbol made up for a default export without a name.
    pub(super) default: Option<SymbolId>,
}

impl Tables<'_> {
    /// The symbol of a top-level name.
    pub(super) fn symbol(&mut self, name: &str) -> SymbolId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = SymbolId(u32::try_from(self.symbols.len()).unwrap_or(u32::MAX));
        self.symbols.push(Symbol { name: name.to_owned(), import: None });
        self.by_name.insert(name.to_owned(), id);
        id
    }

    /// The import of a specifier, made at its first place.
    pub(super) fn import(&mut self, specifier: &Str, kind: ImportKind, form: Form) -> usize {
        let pieces = vec![specifier.value.to_string_lossy().into_owned()];
        self.request((pieces, specifier.span), kind, form, false)
    }

    /// The same for one that is in pieces.
    pub(super) fn request(
        &mut self,
        (pieces, span): (Vec<String>, Span),
        kind: ImportKind,
        form: Form,
        tried: bool,
    ) -> usize {
        let key = (pieces, kind, form);
        if let Some(at) = self.by_specifier.get(&key) {
            self.imports[*at].tried &= tried;
            return *at;
        }
        let at = self.imports.len();
        let (specifier, pieces) = match key.0.as_slice() {
            [specifier] => (specifier.clone(), Vec::new()),
            pieces => (pattern(pieces), pieces.to_vec()),
        };
        let span = self.range(span);
        self.imports.push(Import { specifier, pieces, kind, span, names: Vec::new(), tried, form });
        self.by_specifier.insert(key, at);
        at
    }

    pub(super) fn range(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.session.start().0;
        let at = |position: swc_core::common::BytePos| position.0.saturating_sub(start) as usize;
        at(span.lo)..at(span.hi).max(at(span.lo))
    }

    /// The identifier that stands for a reference until the text is printed.
    pub(super) fn placeholder(&mut self, reference: Relocation, span: Span) -> Ident {
        let name = self.fence.name(self.references.len());
        self.references.push(reference);
        Ident::new(name.into(), span, SyntaxContext::empty())
    }

    /// Whether a name belongs to the module's top level and is the linker's to choose.
    pub(super) fn is_top(&self, ident: &Ident) -> bool {
        self.format == Format::Module && ident.ctxt == self.marks.top
    }
}

/// Makes the object of a module.
pub(super) fn lower(
    session: &Session,
    source: &Source,
    transformed: Transformed,
    options: Options<'_>,
) -> Result<Object, Vec<Diagnostic>> {
    let Transformed { module, marks, format, parameters, pure_functions, classes, flow, types } = transformed;
    let exports = match session.language {
        Language::Json => json_names(source),
        _ => surface::exports(&module, session.start(), classes),
    };
    let names = Names::of(&module, marks);
    let mut tables = Tables {
        session,
        source,
        marks,
        fence: Fence::for_text(&session.file.src),
        format,
        symbols: Vec::new(),
        by_name: BTreeMap::new(),
        imports: Vec::new(),
        by_specifier: BTreeMap::new(),
        bindings: BTreeMap::new(),
        stars: Vec::new(),
        references: Vec::new(),
        assigned_imports: Vec::new(),
        problems: Vec::new(),
        written: BTreeSet::new(),
        default: None,
    };
    let doubts = RefCell::default();
    let effects =
        Effects { comments: &session.comments, marks, pure_functions: &pure_functions, doubts: &doubts };
    let statements = parts::statements(&mut tables, module, source, effects);
    let mut problems = problems(source, &exports, &tables);
    problems.append(&mut tables.problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let printer = Printer {
        session,
        minify: options.minify,
        source_map: options.source_map,
        fence: tables.fence,
        references: &tables.references,
    };
    // Code that is not there yet can speak of any name.
    let uses_eval = names.globals.contains("eval");
    let part = |statement: Statement| {
        let printed = printer.print(&statement.statements);
        Part {
            text: printed.text,
            relocations: printed.relocations,
            mappings: printed.mappings,
            declares: statement.declares,
            named: statement.named,
            hoisted: statement.hoisted,
            constant: statement.constant,
            effects: statement.effects || uses_eval,
            doubts: statement.doubts,
            completes: statement.completes,
            nature: statement.nature,
        }
    };
    let parts = statements.into_iter().map(part).collect();
    let mut locals = names.locals;
    if format == Format::CommonJs {
        locals.extend(names.top);
        locals.extend(parameters.iter().cloned());
    }
    Ok(Object {
        source: source.clone(),
        format,
        parameters,
        exports,
        imports: tables.imports,
        symbols: tables.symbols,
        bindings: tables.bindings,
        stars: tables.stars,
        parts,
        globals: names.globals,
        locals,
        awaits: names.awaits,
        flow,
        types,
    })
}

/// Mistakes that the grammar allows and that make a module no module.
fn problems(source: &Source, exports: &[Export], tables: &Tables<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for export in exports.iter().filter(|export| export.name != "*") {
        if !seen.insert(export.name.as_str()) {
            let message = format!("`{}` is exported twice", export.name);
            let problem = Diagnostic::error(Code::Syntax, message);
            problems.push(problem.at(source, export.span.clone(), "the second time"));
        }
    }
    for (name, span) in &tables.assigned_imports {
        let message = format!("`{name}` is imported and cannot be assigned to");
        let problem = Diagnostic::error(Code::AssignToImport, message)
            .help("export a function from the other module that assigns to it there");
        problems.push(problem.at(source, span.clone(), "assigned here"));
    }
    problems
}

/// CommonJS is what speaks of `module`, `exports` or `require` and has no syntax of modules.
pub(super) fn format(source: &Source, program: &Program, names: &Names, by_package: bool) -> Format {
    let path = source.path();
    let is_data = path.ends_with(".json");
    let is_declaration = |item: &ModuleItem| matches!(item, ModuleItem::ModuleDecl(_));
    let is_module = (by_package && !is_data)
        || matches!(program, Program::Module(module) if module.body.iter().any(is_declaration))
        || names.awaits
        || names.meta;
    let by_name = is_data || [".cjs", ".cts"].iter().any(|extension| path.ends_with(extension));
    // `eval` can speak of them without saying so.
    let words = ["module", "exports", "require", "eval"];
    let speaks = words.iter().any(|name| names.globals.contains(*name));
    if !is_module && (by_name || speaks || names.this || names.returns) {
        Format::CommonJs
    } else {
        Format::Module
    }
}

/// Functions of the top level that an annotation says have no effects.
pub(super) fn pure_functions(session: &Session, module: &Module) -> Vec<String> {
    let name = |declaration: &Decl| match declaration {
        Decl::Fn(function) => Some(function.ident.sym.to_string()),
        Decl::Var(variables) => match variables.decls.first() {
            Some(VarDeclarator { name: Pat::Ident(name), init: Some(value), .. })
                if matches!(**value, Expr::Fn(_) | Expr::Arrow(_)) =>
            {
                Some(name.id.sym.to_string())
            }
            _ => None,
        },
        _ => None,
    };
    let declaration = |item: &ModuleItem| match item {
        ModuleItem::Stmt(Stmt::Decl(declaration)) => Some((declaration.span(), name(declaration)?)),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => Some((export.span, name(&export.decl)?)),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match &export.decl {
            DefaultDecl::Fn(FnExpr { ident: Some(ident), .. }) => Some((export.span, ident.sym.to_string())),
            _ => None,
        },
        _ => None,
    };
    let marked =
        |(span, name): (Span, String)| session.comments.has_flag(span.lo, "NO_SIDE_EFFECTS").then_some(name);
    module.body.iter().filter_map(declaration).filter_map(marked).collect()
}

/// The names of a module by where they are declared, and what of its syntax decides how it is evaluated.
pub(super) struct Names {
    marks: Marks,
    globals: BTreeSet<String>,
    locals: BTreeSet<String>,
    top: BTreeSet<String>,
    awaits: bool,
    meta: bool,
    this: bool,
    returns: bool,
    /// How many functions the walk is in.
    depth: usize,
    /// How many functions with a `this` of their own the walk is in.
    own: usize,
}

impl Names {
    pub(super) fn of(module: &impl VisitWith<Self>, marks: Marks) -> Self {
        let mut names = Self {
            marks,
            globals: BTreeSet::new(),
            locals: BTreeSet::new(),
            top: BTreeSet::new(),
            awaits: false,
            meta: false,
            this: false,
            returns: false,
            depth: 0,
            own: 0,
        };
        module.visit_with(&mut names);
        names
    }

    /// Whether the module takes a name from the global scope.
    pub(super) fn speaks_of(&self, name: &str) -> bool {
        self.globals.contains(name)
    }
}

impl Visit for Names {
    fn visit_ident(&mut self, ident: &Ident) {
        let names = if ident.ctxt == self.marks.global {
            // Only called by its name can it speak of what is around it.
            if &*ident.sym == "eval" {
                return;
            }
            &mut self.globals
        } else if ident.ctxt == self.marks.top {
            &mut self.top
        } else {
            &mut self.locals
        };
        if !names.contains(&*ident.sym) {
            names.insert(ident.sym.to_string());
        }
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        call.visit_children_with(self);
        if let Callee::Expr(callee) = &call.callee
            && let Expr::Ident(name) = callee.unwrap_parens()
            && name.ctxt == self.marks.global
            && &*name.sym == "eval"
        {
            self.globals.insert("eval".to_owned());
        }
    }

    fn visit_function(&mut self, function: &Function) {
        self.depth += 1;
        self.own += 1;
        function.visit_children_with(self);
        self.depth -= 1;
        self.own -= 1;
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.depth += 1;
        arrow.visit_children_with(self);
        self.depth -= 1;
    }

    fn visit_class_members(&mut self, members: &[swc_core::ecma::ast::ClassMember]) {
        self.depth += 1;
        self.own += 1;
        members.visit_children_with(self);
        self.depth -= 1;
        self.own -= 1;
    }

    fn visit_return_stmt(&mut self, statement: &ReturnStmt) {
        self.returns |= self.own == 0 && self.depth == 0;
        statement.visit_children_with(self);
    }

    fn visit_await_expr(&mut self, expression: &AwaitExpr) {
        self.awaits |= self.depth == 0;
        expression.visit_children_with(self);
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        self.awaits |= self.depth == 0 && statement.is_await;
        statement.visit_children_with(self);
    }

    fn visit_expr(&mut self, expression: &Expr) {
        match expression {
            Expr::MetaProp(meta) if meta.kind == swc_core::ecma::ast::MetaPropKind::ImportMeta => {
                self.meta = true
            }
            Expr::This(_) => self.this |= self.own == 0,
            _ => {}
        }
        expression.visit_children_with(self);
    }
}

/// The name of a member that is known when the module is compiled.
pub(super) fn member_name(property: &MemberProp) -> Option<String> {
    match property {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => match &*computed.expr {
            Expr::Lit(Lit::Str(name)) => Some(name.value.to_string_lossy().into_owned()),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// How a call asks for a module, if it does.
pub(super) fn asks(call: &CallExpr, marks: Marks) -> Option<ImportKind> {
    match &call.callee {
        Callee::Import(_) => Some(ImportKind::Dynamic),
        Callee::Expr(callee) => match &**callee {
            Expr::Ident(name) if name.ctxt == marks.global && &*name.sym == "require" => {
                Some(ImportKind::Require)
            }
            _ => None,
        },
        Callee::Super(_) => None,
    }
}

/// The specifier of a call that asks for a module, in pieces, as far as it is written out.
pub(super) fn request(call: &CallExpr, marks: Marks) -> Option<(Vec<String>, Span, ImportKind)> {
    let kind = asks(call, marks)?;
    let argument = call.args.first().filter(|argument| argument.spread.is_none())?;
    Some((pieces(&argument.expr)?, argument.expr.span(), kind))
}

/// A key that reads as the name.
pub(super) fn key(name: &Ident) -> swc_core::ecma::ast::PropName {
    swc_core::ecma::ast::PropName::Ident(IdentName::new(name.sym.clone(), DUMMY_SP))
}
