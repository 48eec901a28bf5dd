//! What a file says about the type of `env`: kept of its tree before types are removed, so that others can look into it.
//!
//! Types are declared and named; where one stands in which the platform gives `env` to the program, it is a *root*. In
//! JavaScript the same is read from JSDoc. What a name stands for in another file is worked out elsewhere.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use swc_core::ecma::ast::Module;

use super::parse::{Language, Session};
use crate::diagnostic::Source;

mod convert;
mod doc;
mod walk;

/// The types of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Types {
    /// The types that it declares, in the order of the text. Interfaces of one name are declared more than once.
    pub declarations: Vec<Declaration>,
    /// The names that it imports.
    pub imports: Vec<TypeImport>,
    /// The names that it exports of its own, and what these are called inside.
    pub exports: Vec<(String, String)>,
    /// The names that it exports of others: the name, the module, and the name there (`*` for the namespace).
    pub passed_on: Vec<(String, String, String)>,
    /// `export * from`: specifiers.
    pub stars: Vec<String>,
    /// Types of what the program is given as `env`.
    pub roots: Vec<Type>,
}

/// A type that is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The name, behind those of the namespaces that it stands in: `Cloudflare.Env`.
    pub name: String,
    /// Who knows of it.
    pub home: Home,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// What it is.
    pub value: Type,
}

/// Who knows of a declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Home {
    /// The file, and who imports from it.
    File,
    /// Everybody: it stands in `declare global`, or in a file that is no module.
    Global,
    /// Who imports from this module: `declare module "cloudflare:workers"`.
    Module(String),
}

/// A name that a file imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeImport {
    /// What it is called here.
    pub local: String,
    /// Where from.
    pub specifier: String,
    /// What it is called there (`*` for the namespace).
    pub name: String,
}

/// A type, with what matters of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// A name, behind those of the namespaces that it stands in.
    Named {
        /// The module it is of, where that is said by `import("...")`.
        module: Option<String>,
        /// The name: `Cloudflare.Env`.
        name: String,
        /// What it is given.
        arguments: Vec<Type>,
    },
    /// An object with these members.
    Object(Vec<TypeMember>),
    /// All of these at once.
    All(Vec<Type>),
    /// One of these.
    Either(Vec<Type>),
    /// What one type has under the names that another one is.
    Member(Box<Type>, Box<Type>),
    /// This text, and where it stands.
    Text(String, Range<u32>),
    /// Any text.
    AnyText,
    /// Other data: a number, a list.
    Data,
    /// `undefined`, `null`.
    Nothing,
    /// Anything else.
    Unknown,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeMember {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Range<u32>,
    /// Where its type stands.
    pub written: Range<u32>,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether it is a method.
    pub called: bool,
    /// What it is.
    pub value: Type,
}

/// The types of a file that need not be part of any program, such as a file of declarations.
pub fn types(source: &Source) -> Option<Types> {
    super::guarded(|| {
        let language = Language::of(source.path())?;
        let session = Session::new(source, language).ok()?;
        let module = session.parse_declarations(source).ok()?;
        Some(of(&session, &module))
    })
    .ok()
    .flatten()
}

/// The types of a module, before anything is taken out of it.
pub(super) fn of(session: &Session, module: &Module) -> Types {
    match session.language {
        Language::TypeScript | Language::Tsx => walk::walk(session, module),
        Language::JavaScript => doc::read(session, module),
        Language::Json | Language::Data(_) => Types::default(),
    }
}
