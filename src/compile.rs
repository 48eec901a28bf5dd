//! One source file in, one [`Object`] out: parsed, types and JSX removed, its imports and exports listed.
//!
//! swc lives in this room and in no other. A file that does not parse yields diagnostics and never a panic;
//! no other file is looked at, so that an object depends on the file's bytes and the options alone.

use std::collections::BTreeMap;
use std::ops::Range;

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, Globals, SourceFile, SourceMap};
use swc_core::ecma::ast::Module;

use crate::diagnostic::{Code, Diagnostic, Source};

mod bundle;
mod define;
mod parse;
mod surface;
mod transform;

pub use bundle::{Linked, Output, bundle};

/// The tables that all objects of one build share. Files are compiled in the order of the calls, on one
/// thread, since swc numbers positions and scopes as it goes and the output must not depend on timing.
#[derive(Default)]
pub struct Session {
    files: Lrc<SourceMap>,
    globals: Globals,
    comments: SingleThreadedComments,
}

/// What besides the file's text decides how it is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// What JSX elements call; `None` is `React.createElement`.
    pub jsx_factory: Option<&'a str>,
    /// What JSX fragments are; `None` is `React.Fragment`.
    pub jsx_fragment: Option<&'a str>,
    /// Identifiers and member expressions to replace, with the JavaScript that takes their place.
    pub define: &'a BTreeMap<String, String>,
}

/// A compiled module.
pub struct Object {
    /// The file as the user wrote it.
    pub source: Source,
    /// What other modules can import from it, in the order of the text. Types are not among them.
    pub exports: Vec<Export>,
    /// What it imports, in the order of the text.
    pub imports: Vec<Import>,
    module: Module,
    file: Lrc<SourceFile>,
}

/// A name that a module exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// `default` for the default export, `*` for `export * from`.
    pub name: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
    /// What is known of the value without looking at other files.
    pub kind: ExportKind,
}

/// What is known of an exported value from its own file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// A class, with the name in its declaration.
    Class(Option<String>),
    /// A value that another module made.
    Imported,
    /// Anything else.
    Value,
}

/// A module that a module asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As written.
    pub specifier: String,
    /// Where the specifier stands in the file.
    pub span: Range<usize>,
    /// How it is asked for.
    pub kind: ImportKind,
    /// The names asked for: `default`, `*` for the namespace.
    pub names: Vec<String>,
}

/// The syntax that asks for a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportKind {
    /// `import ... from` and `export ... from`.
    Static,
    /// `import("...")`.
    Dynamic,
    /// `require("...")`.
    Require,
}

impl Session {
    /// Compiles one file. The language goes by the extension of `source`'s path.
    pub fn compile(&self, source: &Source, options: Options<'_>) -> Result<Object, Vec<Diagnostic>> {
        let Some(language) = parse::Language::of(source.path()) else {
            return Err(vec![
                Diagnostic::error(
                    Code::UnsupportedModule,
                    "modules of this kind cannot be imported into a worker yet",
                )
                .file(source.path())
                .help("import JavaScript, TypeScript or JSON, or publish the file as an asset and fetch it"),
            ]);
        };
        let text = parse::to_module_text(source, language)?;
        let file = self.files.new_source_file(FileName::Custom(source.path().to_owned()).into(), text);
        let module = parse::parse(&file, language, &self.comments)
            .map_err(|errors| parse::diagnostics(errors, source, &file))?;
        let unsupported = parse::unsupported(&module, source, &file);
        if !unsupported.is_empty() {
            return Err(unsupported);
        }
        let module = transform::transform(self, module, language, options)
            .map_err(|message| vec![Diagnostic::error(Code::Syntax, message).file(source.path())])?;
        let surface = surface::surface(&module, file.start_pos);
        Ok(Object {
            source: source.clone(),
            exports: surface.exports,
            imports: surface.imports,
            module,
            file,
        })
    }
}
