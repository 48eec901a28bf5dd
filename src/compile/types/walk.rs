//! Walks a tree with types for what it declares, and for where the type of `env` stands.

use swc_core::ecma::ast::{
    BindingIdent, CallExpr, Callee, Class, ClassProp, Decl, ExportSpecifier, Expr, ImportSpecifier, Module,
    ModuleDecl, ModuleItem, NewExpr, PropName, Stmt, TsExprWithTypeArgs, TsImportType, TsInterfaceDecl,
    TsModuleDecl, TsModuleName, TsNamespaceBody, TsPropertySignature, TsType, TsTypeAliasDecl,
    TsTypeParamDecl, TsTypeParamInstantiation, TsTypeRef,
};
use swc_core::ecma::visit::{Visit, VisitWith};

use super::convert::{Converter, name, path};
use super::{Declaration, Home, Type, TypeImport, Types};
use crate::compile::parse::Session;
use crate::compile::surface::{export_name, import_name};

/// The types of a module.
pub(super) fn walk(session: &Session, module: &Module) -> Types {
    let mut walk = Walk { converter: Converter { start: session.start() }, types: Types::default() };
    let is_module = module.body.iter().any(ModuleItem::is_module_decl);
    let home = if is_module { Home::File } else { Home::Global };
    walk.items(&module.body, Place { home: &home, within: "" });
    module.visit_with(&mut walk);
    walk.types
}

/// Generic types and functions whose first argument is the type of `env`.
const OF_ENV: &[&str] = &[
    "AIChatAgent",
    "Agent",
    "Container",
    "DurableObject",
    "EmailExportedHandler",
    "EventContext",
    "EventPluginContext",
    "ExportedHandler",
    "ExportedHandlerFetchHandler",
    "ExportedHandlerQueueHandler",
    "ExportedHandlerScheduledHandler",
    "ExportedHandlerTailHandler",
    "McpAgent",
    "PagesFunction",
    "PagesPluginFunction",
    "PipelineTransformationEntrypoint",
    "Server",
    "WorkerEntrypoint",
    "WorkflowEntrypoint",
];

/// Those whose first argument has it as `Bindings`.
const OF_BINDINGS: &[&str] = &[
    "Context",
    "Factory",
    "Handler",
    "Hono",
    "MiddlewareHandler",
    "OpenAPIHono",
    "createFactory",
    "createMiddleware",
];

/// Whether it is a habit to call the type of `env` so.
fn is_habit(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    ["Env", "Bindings", "Environment"].iter().any(|end| last.ends_with(end))
        && !["ImportMetaEnv", "NodeJS.ProcessEnv", "ProcessEnv"].contains(&name)
}

/// Whether the type of `env` may stand in a text: most types are not worth being parsed.
pub(super) fn may_tell(text: &str) -> bool {
    text.contains("nv")
        || text.contains("Bindings")
        || OF_ENV.iter().chain(OF_BINDINGS).any(|name| text.contains(name))
}

/// Where declarations stand.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Who knows of them.
    home: &'a Home,
    /// The namespaces around them, each with a dot.
    within: &'a str,
}

impl Place<'_> {
    /// The top level of a module.
    pub(super) const FILE: Self = Self { home: &Home::File, within: "" };
}

pub(super) struct Walk {
    pub(super) converter: Converter,
    pub(super) types: Types,
}

impl Walk {
    pub(super) fn items(&mut self, items: &[ModuleItem], place: Place<'_>) {
        for item in items {
            match item {
                ModuleItem::Stmt(Stmt::Decl(declaration)) => self.declare(declaration, place),
                ModuleItem::Stmt(_) => {}
                ModuleItem::ModuleDecl(declaration) => self.module_item(declaration, place),
            }
        }
    }

    fn module_item(&mut self, declaration: &ModuleDecl, place: Place<'_>) {
        match declaration {
            ModuleDecl::ExportDecl(export) => {
                self.declare(&export.decl, place);
                let name = match &export.decl {
                    Decl::TsInterface(interface) => &interface.id,
                    Decl::TsTypeAlias(alias) => &alias.id,
                    Decl::Class(class) => &class.ident,
                    Decl::TsEnum(declared) => &declared.id,
                    Decl::TsModule(module) => match &module.id {
                        TsModuleName::Ident(name) => name,
                        TsModuleName::Str(_) => return,
                    },
                    _ => return,
                };
                if *place.home == Home::File && place.within.is_empty() {
                    self.types.exports.push((name.sym.to_string(), name.sym.to_string()));
                }
            }
            ModuleDecl::ExportDefaultDecl(export) => {
                if let Some(interface) = export.decl.as_ts_interface_decl() {
                    self.interface(interface, place);
                    self.types.exports.push(("default".to_owned(), interface.id.sym.to_string()));
                }
            }
            ModuleDecl::ExportDefaultExpr(export) => {
                if let Expr::Ident(name) = &*export.expr {
                    self.types.exports.push(("default".to_owned(), name.sym.to_string()));
                }
            }
            ModuleDecl::Import(import) => {
                let specifier = import.src.value.to_string_lossy().into_owned();
                for named in &import.specifiers {
                    let name = match named {
                        ImportSpecifier::Named(named) => import_name(named),
                        ImportSpecifier::Default(_) => "default".to_owned(),
                        ImportSpecifier::Namespace(_) => "*".to_owned(),
                    };
                    let local = named.local().sym.to_string();
                    self.types.imports.push(TypeImport { local, specifier: specifier.clone(), name });
                }
            }
            ModuleDecl::ExportNamed(export) => {
                let specifier = export.src.as_ref().map(|source| source.value.to_string_lossy().into_owned());
                for named in &export.specifiers {
                    let (original, exported) = match named {
                        ExportSpecifier::Named(named) => {
                            let original = export_name(&named.orig);
                            let exported = named.exported.as_ref().map_or(original.clone(), export_name);
                            (original, exported)
                        }
                        ExportSpecifier::Namespace(named) => ("*".to_owned(), export_name(&named.name)),
                        ExportSpecifier::Default(_) => continue,
                    };
                    match &specifier {
                        Some(specifier) => self.types.passed_on.push((exported, specifier.clone(), original)),
                        None => self.types.exports.push((exported, original)),
                    }
                }
            }
            ModuleDecl::ExportAll(export) => {
                self.types.stars.push(export.src.value.to_string_lossy().into_owned());
            }
            _ => {}
        }
    }

    fn declare(&mut self, declaration: &Decl, place: Place<'_>) {
        match declaration {
            Decl::TsInterface(interface) => self.interface(interface, place),
            Decl::TsTypeAlias(alias) => self.alias(alias, place),
            Decl::TsModule(module) => self.namespace(module, place),
            // What these are matters to nobody, but that they are not the platform's.
            Decl::Class(class) if *place.home == Home::File => {
                self.add(place, &class.ident.sym, None, Type::Unknown)
            }
            Decl::TsEnum(declared) => self.add(place, &declared.id.sym, None, Type::Data),
            _ => {}
        }
    }

    fn interface(&mut self, interface: &TsInterfaceDecl, place: Place<'_>) {
        let value = self.converter.interface(&interface.extends, &interface.body.body);
        self.add(place, &interface.id.sym, interface.type_params.as_deref(), value);
    }

    fn alias(&mut self, alias: &TsTypeAliasDecl, place: Place<'_>) {
        let value = self.converter.of(&alias.type_ann);
        self.add(place, &alias.id.sym, alias.type_params.as_deref(), value);
    }

    fn add(&mut self, place: Place<'_>, name: &str, parameters: Option<&TsTypeParamDecl>, value: Type) {
        let parameters = parameters.map_or(&[][..], |parameters| &parameters.params);
        let name = format!("{}{name}", place.within);
        // What the platform's own declarations take for the type of `env`.
        let is_augmented = match place.home {
            Home::Global => ["Cloudflare.Env", "CloudflareEnv"].contains(&name.as_str()),
            Home::Module(module) => module == "cloudflare:workers" && name.ends_with("Env"),
            Home::File => false,
        };
        if is_augmented {
            self.types.roots.push(value.clone());
        }
        self.types.declarations.push(Declaration {
            name,
            home: place.home.clone(),
            parameters: parameters.iter().map(|parameter| parameter.name.sym.to_string()).collect(),
            value,
        });
    }

    fn namespace(&mut self, module: &TsModuleDecl, place: Place<'_>) {
        let (home, mut within) = match &module.id {
            _ if module.global => (Home::Global, String::new()),
            TsModuleName::Str(specifier) => {
                (Home::Module(specifier.value.to_string_lossy().into_owned()), String::new())
            }
            TsModuleName::Ident(name) => (place.home.clone(), format!("{}{}.", place.within, name.sym)),
        };
        let mut body = module.body.as_ref();
        while let Some(TsNamespaceBody::TsNamespaceDecl(inner)) = body {
            within = format!("{within}{}.", inner.id.sym);
            body = Some(&inner.body);
        }
        if let Some(TsNamespaceBody::TsModuleBlock(block)) = body {
            self.items(&block.body, Place { home: &home, within: &within });
        }
    }

    /// What is generic in the type of `env` tells it.
    fn generic(&mut self, name: &str, arguments: Option<&TsTypeParamInstantiation>) {
        let last = name.rsplit('.').next().unwrap_or(name);
        let Some(first) = arguments.and_then(|arguments| arguments.params.first()) else { return };
        if OF_ENV.contains(&last) {
            self.root(first);
        } else if OF_BINDINGS.contains(&last) {
            let bindings = Type::Text("Bindings".to_owned(), 0..0);
            let of = Type::Member(Box::new(self.converter.of(first)), Box::new(bindings));
            self.types.roots.push(of);
        }
    }

    fn root(&mut self, written: &TsType) {
        let root = self.converter.of(written);
        if root != Type::Unknown && !self.types.roots.contains(&root) {
            self.types.roots.push(root);
        }
    }
}

impl Visit for Walk {
    fn visit_ts_type_ref(&mut self, reference: &TsTypeRef) {
        let name = name(&reference.type_name);
        self.generic(&name, reference.type_params.as_deref());
        if is_habit(&name) {
            self.root(&TsType::TsTypeRef(reference.clone()));
        }
        reference.visit_children_with(self);
    }

    fn visit_ts_import_type(&mut self, import: &TsImportType) {
        let name = import.qualifier.as_ref().map(name).unwrap_or_default();
        self.generic(&name, import.type_args.as_deref());
        if is_habit(&name) {
            self.root(&TsType::TsImportType(import.clone()));
        }
        import.visit_children_with(self);
    }

    fn visit_ts_expr_with_type_args(&mut self, base: &TsExprWithTypeArgs) {
        if let Some(name) = path(&base.expr) {
            self.generic(&name, base.type_args.as_deref());
        }
        base.visit_children_with(self);
    }

    fn visit_class(&mut self, class: &Class) {
        if let Some(name) = class.super_class.as_deref().and_then(path) {
            self.generic(&name, class.super_type_params.as_deref());
        }
        class.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let (Callee::Expr(callee), Some(_)) = (&call.callee, &call.type_args)
            && let Some(name) = path(callee)
        {
            self.generic(&name, call.type_args.as_deref());
        }
        call.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, call: &NewExpr) {
        if let (Some(_), Some(name)) = (&call.type_args, path(&call.callee)) {
            self.generic(&name, call.type_args.as_deref());
        }
        call.visit_children_with(self);
    }

    fn visit_binding_ident(&mut self, binding: &BindingIdent) {
        if let Some(annotation) = &binding.type_ann {
            if &*binding.id.sym == "env" {
                self.root(&annotation.type_ann);
            }
            annotation.visit_with(self);
        }
    }

    fn visit_ts_property_signature(&mut self, property: &TsPropertySignature) {
        if let (Expr::Ident(name), Some(annotation)) = (&*property.key, &property.type_ann)
            && &*name.sym == "env"
        {
            self.root(&annotation.type_ann);
        }
        property.visit_children_with(self);
    }

    fn visit_class_prop(&mut self, property: &ClassProp) {
        if let (PropName::Ident(name), Some(annotation)) = (&property.key, &property.type_ann)
            && &*name.sym == "env"
        {
            self.root(&annotation.type_ann);
        }
        property.visit_children_with(self);
    }
}
