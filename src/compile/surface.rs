//! What a module shows to others: its exports and the modules that it asks for, read from the syntax tree.

use std::ops::Range;

use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::{
    CallExpr, Callee, Decl, DefaultDecl, ExportSpecifier, Expr, ImportSpecifier, Lit, Module, ModuleDecl,
    ModuleExportName, ModuleItem, Pat, Stmt,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::{Export, ExportKind, Import, ImportKind};

/// Exports and imports, in the order of the text.
#[derive(Default)]
pub(super) struct Surface {
    pub(super) exports: Vec<Export>,
    pub(super) imports: Vec<Import>,
}

/// Reads a module whose types have been removed; `start` is the position of its first byte.
pub(super) fn surface(module: &Module, start: BytePos) -> Surface {
    let mut reader = Reader { start, surface: Surface::default(), classes: Vec::new(), imported: Vec::new() };
    for item in &module.body {
        reader.declare(item);
    }
    module.visit_with(&mut reader);
    reader.surface.imports.sort_by_key(|import| import.span.start);
    reader.surface
}

struct Reader {
    start: BytePos,
    surface: Surface,
    /// Names of the classes that the module declares at its top level.
    classes: Vec<String>,
    /// Local names that are imports.
    imported: Vec<String>,
}

impl Reader {
    fn declare(&mut self, item: &ModuleItem) {
        match item {
            ModuleItem::Stmt(Stmt::Decl(Decl::Class(class))) => {
                self.classes.push(class.ident.sym.to_string())
            }
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => {
                for variable in &variables.decls {
                    if let (Pat::Ident(name), Some(Expr::Class(_))) =
                        (&variable.name, variable.init.as_deref())
                    {
                        self.classes.push(name.id.sym.to_string());
                    }
                }
            }
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                let local = |specifier: &ImportSpecifier| specifier.local().sym.to_string();
                self.imported.extend(import.specifiers.iter().map(local));
            }
            _ => {}
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let at = |position: BytePos| position.0.saturating_sub(self.start.0) as usize;
        at(span.lo)..at(span.hi).max(at(span.lo))
    }

    fn export(&mut self, name: String, span: Span, kind: ExportKind) {
        let span = self.range(span);
        self.surface.exports.push(Export { name, span, kind });
    }

    fn import(&mut self, specifier: String, span: Span, kind: ImportKind, names: Vec<String>) {
        let span = self.range(span);
        self.surface.imports.push(Import { specifier, span, kind, names });
    }

    fn local_kind(&self, name: &str) -> ExportKind {
        if self.classes.iter().any(|class| class == name) {
            ExportKind::Class(Some(name.to_owned()))
        } else if self.imported.iter().any(|imported| imported == name) {
            ExportKind::Imported
        } else {
            ExportKind::Value
        }
    }

    fn export_declaration(&mut self, declaration: &Decl) {
        match declaration {
            Decl::Class(class) => {
                let name = class.ident.sym.to_string();
                self.export(name.clone(), class.ident.span, ExportKind::Class(Some(name)));
            }
            Decl::Fn(function) => {
                self.export(function.ident.sym.to_string(), function.ident.span, ExportKind::Value);
            }
            Decl::Var(variables) => {
                for variable in &variables.decls {
                    let is_class = matches!(variable.init.as_deref(), Some(Expr::Class(_)));
                    for ident in find_pat_ids::<_, swc_core::ecma::ast::Ident>(&variable.name) {
                        let name = ident.sym.to_string();
                        let kind =
                            if is_class { ExportKind::Class(Some(name.clone())) } else { ExportKind::Value };
                        self.export(name, ident.span, kind);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Visit for Reader {
    fn visit_module_decl(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::Import(import) => {
                let name = |specifier: &ImportSpecifier| match specifier {
                    ImportSpecifier::Default(_) => "default".to_owned(),
                    ImportSpecifier::Namespace(_) => "*".to_owned(),
                    ImportSpecifier::Named(named) => match &named.imported {
                        Some(imported) => export_name(imported),
                        None => named.local.sym.to_string(),
                    },
                };
                let names = import.specifiers.iter().map(name).collect();
                self.import(text(&import.src), import.src.span, ImportKind::Static, names);
            }
            ModuleDecl::ExportNamed(export) => {
                let mut names = Vec::new();
                for specifier in &export.specifiers {
                    let (original, exported) = match specifier {
                        ExportSpecifier::Namespace(namespace) => {
                            ("*".to_owned(), export_name(&namespace.name))
                        }
                        ExportSpecifier::Default(default) => {
                            ("default".to_owned(), default.exported.sym.to_string())
                        }
                        ExportSpecifier::Named(named) => {
                            let original = export_name(&named.orig);
                            let exported = named.exported.as_ref().map_or(original.clone(), export_name);
                            (original, exported)
                        }
                    };
                    let kind = match export.src {
                        Some(_) => ExportKind::Imported,
                        None => self.local_kind(&original),
                    };
                    self.export(exported, specifier.span(), kind);
                    names.push(original);
                }
                if let Some(source) = &export.src {
                    self.import(text(source), source.span, ImportKind::Static, names);
                }
            }
            ModuleDecl::ExportAll(export) => {
                self.export("*".to_owned(), export.span, ExportKind::Imported);
                self.import(text(&export.src), export.src.span, ImportKind::Static, Vec::new());
            }
            ModuleDecl::ExportDecl(export) => self.export_declaration(&export.decl),
            ModuleDecl::ExportDefaultDecl(export) => {
                let kind = match &export.decl {
                    DefaultDecl::Class(class) => {
                        ExportKind::Class(class.ident.as_ref().map(|ident| ident.sym.to_string()))
                    }
                    _ => ExportKind::Value,
                };
                self.export("default".to_owned(), export.span, kind);
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                let kind = match &*export.expr {
                    Expr::Class(class) => {
                        ExportKind::Class(class.ident.as_ref().map(|ident| ident.sym.to_string()))
                    }
                    Expr::Ident(ident) => self.local_kind(&ident.sym),
                    _ => ExportKind::Value,
                };
                self.export("default".to_owned(), export.span, kind);
            }
            _ => {}
        }
        declaration.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        let kind = match &call.callee {
            Callee::Import(_) => Some(ImportKind::Dynamic),
            Callee::Expr(callee) if callee.is_ident_ref_to("require") => Some(ImportKind::Require),
            _ => None,
        };
        if let (Some(kind), Some(argument)) = (kind, call.args.first())
            && let Expr::Lit(Lit::Str(specifier)) = &*argument.expr
        {
            self.import(text(specifier), specifier.span, kind, Vec::new());
        }
        call.visit_children_with(self);
    }
}

fn text(string: &swc_core::ecma::ast::Str) -> String {
    string.value.to_string_lossy().into_owned()
}

fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(string) => text(string),
    }
}
