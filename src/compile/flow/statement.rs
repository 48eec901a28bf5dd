//! Statements, and what the top level imports and exports.

use swc_core::common::Spanned;
use swc_core::ecma::ast::{
    ArrowExpr, BlockStmt, CatchClause, ClassDecl, Decl, DefaultDecl, ExportSpecifier, Expr, FnDecl, ForHead,
    ForInStmt, ForOfStmt, Function as FunctionNode, IfStmt, ImportDecl, ImportSpecifier, Module, ModuleDecl,
    ModuleExportName, ModuleItem, ReturnStmt, SwitchStmt, VarDeclarator, WhileStmt,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::super::ImportKind;
use super::walk::{Walker, truth};
use super::{Key, Slot, Step};

impl Walker {
    pub(super) fn module(&mut self, module: &Module) {
        // Imports hold before anything runs, wherever they stand.
        for item in &module.body {
            if let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item {
                self.import(import);
            }
        }
        for item in &module.body {
            match item {
                ModuleItem::ModuleDecl(declaration) => self.module_declaration(declaration),
                ModuleItem::Stmt(statement) => statement.visit_with(self),
            }
        }
    }

    fn import(&mut self, import: &ImportDecl) {
        let request = self.request(&import.src, ImportKind::Static);
        for specifier in &import.specifiers {
            let name = match specifier {
                ImportSpecifier::Named(named) => {
                    named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), export_name)
                }
                ImportSpecifier::Default(_) => "default".to_owned(),
                ImportSpecifier::Namespace(_) => "*".to_owned(),
            };
            let to = self.name(specifier.local().to_id());
            self.push(Step::Request(to, request, name));
        }
    }

    fn module_declaration(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::ExportDecl(export) => {
                export.decl.visit_with(self);
                match &export.decl {
                    Decl::Class(class) => {
                        self.export(class.ident.sym.to_string(), self.declared(&class.ident))
                    }
                    Decl::Fn(function) => {
                        self.export(function.ident.sym.to_string(), self.declared(&function.ident));
                    }
                    Decl::Var(variables) => {
                        for variable in &variables.decls {
                            for ident in find_pat_ids::<_, swc_core::ecma::ast::Ident>(&variable.name) {
                                self.export(ident.sym.to_string(), self.declared(&ident));
                            }
                        }
                    }
                    _ => {}
                }
            }
            ModuleDecl::ExportNamed(export) => {
                let request = export.src.as_ref().map(|source| self.request(source, ImportKind::Static));
                for specifier in &export.specifiers {
                    self.export_specifier(specifier, request);
                }
            }
            ModuleDecl::ExportAll(export) => {
                let request = self.request(&export.src, ImportKind::Static);
                self.flow.stars.push(request);
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                let value = self.expression(&export.expr);
                self.export("default".to_owned(), value);
            }
            ModuleDecl::ExportDefaultDecl(export) => {
                let value = match &export.decl {
                    DefaultDecl::Fn(function) => self.expression(&Expr::Fn(function.clone())),
                    DefaultDecl::Class(class) => self.expression(&Expr::Class(class.clone())),
                    DefaultDecl::TsInterfaceDecl(_) => None,
                };
                self.export("default".to_owned(), value);
            }
            _ => {}
        }
    }

    fn export(&mut self, name: String, value: Option<Slot>) {
        self.flow.exports.extend(value.map(|value| (name, value)));
    }

    fn export_specifier(&mut self, specifier: &ExportSpecifier, request: Option<u32>) {
        match (specifier, request) {
            (ExportSpecifier::Named(named), None) => {
                let exported = export_name(named.exported.as_ref().unwrap_or(&named.orig));
                if let ModuleExportName::Ident(local) = &named.orig {
                    self.export(exported, self.declared(local));
                }
            }
            (ExportSpecifier::Named(named), Some(request)) => {
                let exported = export_name(named.exported.as_ref().unwrap_or(&named.orig));
                self.flow.passed_on.push((exported, request, export_name(&named.orig)));
            }
            (ExportSpecifier::Namespace(namespace), Some(request)) => {
                self.flow.passed_on.push((export_name(&namespace.name), request, "*".to_owned()));
            }
            _ => {}
        }
    }
}

/// Whether a function is one that the compiler adds where there are decorators. What they are given is given away.
fn is_helper(name: &str) -> bool {
    name.starts_with("_apply_decs_") || name.starts_with("_ts_")
}

fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(text) => text.value.to_string_lossy().into_owned(),
    }
}

impl Visit for Walker {
    fn visit_expr(&mut self, expression: &Expr) {
        self.expression(expression);
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        if is_helper(&declaration.ident.sym) {
            return;
        }
        let function = self.of_function(&declaration.function);
        if let Some(to) = self.declared(&declaration.ident) {
            self.push(Step::Function(to, function));
        }
    }

    fn visit_class_decl(&mut self, declaration: &ClassDecl) {
        let class = self.class(&declaration.class);
        if let Some(to) = self.declared(&declaration.ident) {
            self.copy(to, Some(class));
        }
    }

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        if let Some(value) = &variable.init {
            let value = self.expression(value);
            self.bind(&variable.name, value);
        }
    }

    fn visit_return_stmt(&mut self, statement: &ReturnStmt) {
        if let Some(value) = &statement.arg {
            let value = self.expression(value);
            let result = self.result();
            // A generator's values are those that it yields.
            if !self.generators.contains(&self.current) {
                self.copy(result, value);
            }
        }
    }

    fn visit_block_stmt(&mut self, block: &BlockStmt) {
        self.statements(&block.stmts);
    }

    fn visit_if_stmt(&mut self, statement: &IfStmt) {
        match truth(&statement.test) {
            Some(true) => return statement.cons.visit_with(self),
            Some(false) => return statement.alt.visit_with(self),
            None => {}
        }
        let test = self.expression(&statement.test);
        self.test(test);
        statement.cons.visit_with(self);
        statement.alt.visit_with(self);
    }

    fn visit_while_stmt(&mut self, statement: &WhileStmt) {
        let test = self.expression(&statement.test);
        self.test(test);
        statement.body.visit_with(self);
    }

    fn visit_switch_stmt(&mut self, statement: &SwitchStmt) {
        let value = self.expression(&statement.discriminant);
        if statement.cases.iter().any(|case| matches!(case.test.as_deref(), Some(Expr::Lit(_)))) {
            self.as_text(value);
        }
        statement.cases.visit_with(self);
    }

    fn visit_for_of_stmt(&mut self, statement: &ForOfStmt) {
        let of = self.expression(&statement.right);
        let value = self.get(of, Key::Item, statement.right.span());
        self.head(&statement.left, value);
        statement.body.visit_with(self);
    }

    fn visit_for_in_stmt(&mut self, statement: &ForInStmt) {
        let of = self.expression(&statement.right);
        let value = of.map(|of| {
            let (to, span) = (self.slot(), self.range(statement.right.span()));
            self.push(Step::Names { to, of, span });
            to
        });
        self.head(&statement.left, value);
        statement.body.visit_with(self);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        if let Some(pattern) = &clause.param {
            self.bind(pattern, None);
        }
        clause.body.visit_with(self);
    }

    fn visit_function(&mut self, function: &FunctionNode) {
        self.of_function(function);
    }

    fn visit_arrow_expr(&mut self, arrow: &ArrowExpr) {
        self.of_arrow(arrow);
    }
}

impl Walker {
    /// Gives a value to what a loop declares or assigns to.
    fn head(&mut self, head: &ForHead, value: Option<Slot>) {
        match head {
            ForHead::VarDecl(variables) => {
                for variable in &variables.decls {
                    self.bind(&variable.name, value);
                }
            }
            ForHead::UsingDecl(variables) => {
                for variable in &variables.decls {
                    self.bind(&variable.name, value);
                }
            }
            ForHead::Pat(pattern) => self.bind(pattern, value),
        }
    }
}
