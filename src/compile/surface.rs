//! What a module shows to others, read from the syntax tree: the names it exports and what is known of them.

use std::ops::Range;

use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::{
    Decl, DefaultDecl, ExportSpecifier, Expr, Ident, ImportNamedSpecifier, ImportSpecifier, Module,
    ModuleDecl, ModuleExportName, ModuleItem, Pat, Stmt,
};
use swc_core::ecma::utils::find_pat_ids;

use super::{Export, ExportKind};

/// The exports of a module whose types have been removed, in the order of the text; `start` is the position of
/// its first byte, `classes` are variables that hold classes.
pub(super) fn exports(module: &Module, start: BytePos, classes: Vec<String>) -> Vec<Export> {
    let mut reader = Reader { start, exports: Vec::new(), classes, imported: Vec::new() };
    for item in &module.body {
        reader.declare(item);
    }
    for item in &module.body {
        if let ModuleItem::ModuleDecl(declaration) = item {
            reader.read(declaration);
        }
    }
    reader.exports
}

struct Reader {
    start: BytePos,
    exports: Vec<Export>,
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
        self.exports.push(Export { name, span, kind });
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
                    for ident in find_pat_ids::<_, Ident>(&variable.name) {
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

    fn read(&mut self, declaration: &ModuleDecl) {
        match declaration {
            ModuleDecl::ExportNamed(export) => {
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
                }
            }
            ModuleDecl::ExportAll(export) => {
                self.export("*".to_owned(), export.span, ExportKind::Imported);
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
    }
}

/// What an imported name is called in the module that it comes from.
pub(super) fn import_name(named: &ImportNamedSpecifier) -> String {
    named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), export_name)
}

/// The text of an export name, which need not be an identifier.
pub(super) fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(string) => string.value.to_string_lossy().into_owned(),
    }
}
