//! What a module shows to others, read from the syntax tree: the names it exports and what is known of them.

use std::ops::Range;

use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::{
    Class, Decl, DefaultDecl, ExportSpecifier, Expr, Ident, ImportNamedSpecifier, ImportSpecifier, Module,
    ModuleDecl, ModuleExportName, ModuleItem, Pat, Stmt,
};
use swc_core::ecma::utils::find_pat_ids;

use super::{Export, ExportKind, ExportedClass};

/// The exports of a module whose types have been removed, in the order of the text; `start` is the position of
/// its first byte, `classes` are variables that hold classes.
pub(super) fn exports(module: &Module, start: BytePos, classes: Vec<String>) -> Vec<Export> {
    // What these extend stands in a call by now; those with decorators hardly ever extend nothing.
    let declared = |name: String| ExportedClass { name: Some(name), declared: true, extends: true };
    let classes = classes.into_iter().map(declared).collect();
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
    /// The classes of the module's top level.
    classes: Vec<ExportedClass>,
    /// Local names that are imports.
    imported: Vec<String>,
}

impl Reader {
    fn declare(&mut self, item: &ModuleItem) {
        match item {
            ModuleItem::Stmt(Stmt::Decl(Decl::Class(class))) => {
                self.classes.push(class_of(&class.class, Some(&class.ident), true))
            }
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) => {
                for variable in &variables.decls {
                    if let (Pat::Ident(name), Some(Expr::Class(class))) =
                        (&variable.name, variable.init.as_deref())
                    {
                        self.classes.push(class_of(&class.class, Some(&name.id), false));
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
        if let Some(class) = self.classes.iter().find(|class| class.name.as_deref() == Some(name)) {
            ExportKind::Class(class.clone())
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
                let kind = ExportKind::Class(class_of(&class.class, Some(&class.ident), true));
                self.export(name, class.ident.span, kind);
            }
            Decl::Fn(function) => {
                self.export(function.ident.sym.to_string(), function.ident.span, ExportKind::Value);
            }
            Decl::Var(variables) => {
                for variable in &variables.decls {
                    for ident in find_pat_ids::<_, Ident>(&variable.name) {
                        let kind = match variable.init.as_deref() {
                            Some(Expr::Class(class)) => {
                                ExportKind::Class(class_of(&class.class, Some(&ident), false))
                            }
                            _ => ExportKind::Value,
                        };
                        self.export(ident.sym.to_string(), ident.span, kind);
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
                        ExportKind::Class(class_of(&class.class, class.ident.as_ref(), true))
                    }
                    _ => ExportKind::Value,
                };
                self.export("default".to_owned(), export.span, kind);
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                let kind = match &*export.expr {
                    Expr::Class(class) => {
                        ExportKind::Class(class_of(&class.class, class.ident.as_ref(), false))
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

fn class_of(class: &Class, name: Option<&Ident>, declared: bool) -> ExportedClass {
    let name = name.map(|name| name.sym.to_string());
    ExportedClass { name, declared, extends: class.super_class.is_some() }
}

/// The text of an export name, which need not be an identifier.
pub(super) fn export_name(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ModuleExportName::Str(string) => string.value.to_string_lossy().into_owned(),
    }
}
