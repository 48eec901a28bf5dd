//! One source file in, one [`Object`] out: the file's object code, ready to be linked by copying text.
//!
//! A file is parsed, freed of types and JSX, and cut into *parts*, one a top-level statement. Each part is printed
//! at once; where its text names something that belongs to the module or to another one, it has a *relocation*.
//! Linking needs no tree and no parser after this.
//!
//! swc lives in this room and in no other. A file that does not parse yields diagnostics and never a panic; no
//! other file is looked at, so an object depends on the file's bytes and the options alone.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Source};

mod attributes;
mod claims;
mod decorate;
mod define;
mod effects;
mod fields;
pub mod flow;
mod inlined;
mod keep;
mod lower;
mod mappings;
mod minify;
mod names;
mod namespaces;
mod opaque;
mod parentheses;
mod parse;
mod parts;
mod pieces;
mod print;
mod rewrite;
mod surface;
mod transform;
pub mod types;

pub use flow::Flow;
pub use mappings::{Mapping, Mappings};
pub(crate) use print::identifier;
pub use types::Types;

/// What besides the file's text decides how it is compiled.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Options<'a> {
    /// What the file's `tsconfig.json` says.
    pub dialect: &'a Dialect,
    /// Whether the file is a module of the standard by its extension or its package's type.
    pub module: bool,
    /// What the file is compiled as.
    pub form: Form,
    /// Identifiers and member expressions to replace, with the JavaScript that takes their place.
    pub define: &'a BTreeMap<String, String>,
    /// Whether text is printed short, with local names shortened.
    pub minify: bool,
    /// Whether functions and classes keep their names when minified.
    pub keep_names: bool,
    /// Whether parts say where their text comes from.
    pub source_map: bool,
    /// Whether the object says where values go, and of what types they are.
    pub flow: bool,
}

/// How the syntax that is not JavaScript is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dialect {
    /// The module whose `jsx` function JSX elements call. `None` means the functions below.
    pub jsx_source: Option<String>,
    /// Whether that is the function of its development build.
    pub jsx_development: bool,
    /// What JSX elements call; `None` is `React.createElement`.
    pub jsx_factory: Option<String>,
    /// What JSX fragments are; `None` is `React.Fragment`.
    pub jsx_fragment: Option<String>,
    /// Whether imports without `type` stay even when nothing uses them.
    pub verbatim: bool,
    /// Whether class fields of TypeScript are assigned rather than defined, as the standard has it.
    pub assign_fields: bool,
    /// Whether decorators of TypeScript are those from before the standard.
    pub legacy_decorators: bool,
    /// Whether these are told the types of what they decorate.
    pub decorator_metadata: bool,
}

/// A compiled module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Object {
    /// The file as the user wrote it; not part of what is kept of an object.
    #[serde(skip)]
    pub source: Source,
    /// How the module is evaluated.
    pub format: Format,
    /// What it calls `exports` and `module` when it is CommonJS.
    pub parameters: [String; 2],
    /// What other modules can import from it, in the order of the text. Types are not among them.
    pub exports: Vec<Export>,
    /// The modules it asks for, each specifier and kind once, in the order of the text.
    pub imports: Vec<Import>,
    /// The names of its top level, imported ones among them.
    pub symbols: Vec<Symbol>,
    /// What each exported name stands for.
    pub bindings: BTreeMap<String, Binding>,
    /// `export * from`: indices into `imports`.
    pub stars: Vec<usize>,
    /// Its statements, in order.
    pub parts: Vec<Part>,
    /// Names that it takes from the global scope; `eval` where it is called by this name.
    pub globals: BTreeSet<String>,
    /// Names that scopes inside of it declare.
    pub locals: BTreeSet<String>,
    /// Whether its evaluation awaits something.
    pub awaits: bool,
    /// Where its values go, when that was asked for.
    pub flow: Option<Flow>,
    /// What it says about the type of `env`, when that was asked for.
    pub types: Types,
}

/// How a module is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// As the standard says.
    Module,
    /// When it is first required, in a function with `exports`, `module` and `require`.
    CommonJs,
}

/// An index into [`Object::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SymbolId(pub u32);

/// A name of a module's top level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// As written, or made up for a default export.
    pub name: String,
    /// For an imported name: an index into `imports`, and the name there (`*` for the namespace).
    pub import: Option<(usize, String)>,
}

/// What an exported name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A name of the top level.
    Local(SymbolId),
    /// A name of another module: an index into `imports`, and the name there (`*` for the namespace).
    From(usize, String),
}

/// A top-level statement as text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    /// JavaScript with nothing in the places of the relocations.
    pub text: String,
    /// What goes into the text, by position.
    pub relocations: Vec<Relocation>,
    /// Where the text comes from, when that was asked for.
    pub mappings: Mappings,
    /// The names that it declares.
    pub declares: Vec<SymbolId>,
    /// Those of them whose value is a function or class that takes its name from them, and that name.
    pub named: Vec<(SymbolId, String)>,
    /// Whether it is a function declaration, whose value is there before anything runs.
    pub hoisted: bool,
    /// Whether it is a declaration by `const`, which its module never assigns to.
    pub constant: bool,
    /// Whether evaluating it can be noticed by anybody who does not use what it declares.
    pub effects: bool,
    /// What has to hold for that, where `effects` says that it cannot.
    pub doubts: Vec<Doubt>,
    /// The name of the top level to whose value it only adds: whoever uses that needs it too.
    pub completes: Option<SymbolId>,
    /// What is known of the value that it declares.
    pub nature: Nature,
}

/// Something that may be true of a value, so that what is done with it runs no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Claim {
    /// The members that are named are exports of modules, or one that can be read of such an export.
    Read,
    /// It is a primitive value and no symbol.
    Primitive,
    /// It is a primitive value or a symbol.
    Key,
    /// Its properties can be copied.
    Spread,
    /// It is an object whose properties can be read.
    Plain,
    /// It is an object made by its declaration, to which properties can be added.
    Fresh,
    /// It is a function that does nothing when it is called.
    Call,
}

impl Claim {
    /// All that can be true of a declared value.
    const OF_VALUES: &[Self] =
        &[Self::Primitive, Self::Key, Self::Spread, Self::Plain, Self::Fresh, Self::Call];
}

/// A claim about what a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The name, and members of it.
    pub about: Reference,
    /// What has to hold.
    pub claim: Claim,
}

/// The claims that hold of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nature {
    /// Those that hold for sure, a bit each.
    sure: u8,
    /// Those that hold if others do.
    doubtful: Vec<(Claim, Vec<Doubt>)>,
}

impl Nature {
    fn new(claims: Vec<(Claim, Vec<Doubt>)>) -> Self {
        let (sure, doubtful): (Vec<_>, Vec<_>) =
            claims.into_iter().partition(|(_, doubts)| doubts.is_empty());
        Self { sure: sure.iter().fold(0, |bits, (claim, _)| bits | 1 << *claim as u8), doubtful }
    }

    /// What a claim hangs on; `None` when it does not hold.
    pub fn of(&self, claim: Claim) -> Option<&[Doubt]> {
        if self.sure & 1 << claim as u8 != 0 {
            return Some(&[]);
        }
        self.doubtful.iter().find(|(known, _)| *known == claim).map(|(_, doubts)| doubts.as_slice())
    }
}

/// A place in a part's text that the linker fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocation {
    /// Byte offset into the text.
    pub at: u32,
    /// What goes there.
    pub target: Reference,
    /// Whether it is being called: a member must not become the callee's `this`.
    pub callee: bool,
    /// Whether the value is read as soon as the part is evaluated, and not by a function in it that runs later.
    pub now: bool,
}

/// A member that is read of a name, as it stands in a part's text behind the name's relocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Byte offset of the end of the text that reads it.
    pub end: u32,
}

/// What a relocation names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reference {
    /// A name of the module's top level.
    Symbol(SymbolId),
    /// Members of members of an imported name, `name.a.b`: those that are exports of modules are names themselves.
    Member(SymbolId, Vec<Member>),
    /// The function that requires a module: an index into `imports`. A pattern leads to a module that is required
    /// for what it exports, a function from the specifier to the module.
    Require(usize),
    /// The function that imports a module: an index into `imports`.
    Dynamic(usize),
}

impl Reference {
    /// The members that are read of the name.
    pub fn members(&self) -> &[Member] {
        match self {
            Self::Member(_, members) => members,
            Self::Symbol(_) | Self::Require(_) | Self::Dynamic(_) => &[],
        }
    }
}

/// A name that a module exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// `default` for the default export, `*` for `export * from`.
    pub name: String,
    /// Where it stands in the file.
    pub span: Range<usize>,
    /// What is known of the value without looking at other files.
    pub kind: ExportKind,
}

/// What is known of an exported value from its own file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportKind {
    /// A class.
    Class(ExportedClass),
    /// A value that another module made.
    Imported,
    /// Anything else.
    Value,
}

/// A class that is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedClass {
    /// The name in its declaration, or that of the variable that holds it.
    pub name: Option<String>,
    /// Whether it is declared, so that its name is a type's too, and no expression.
    pub declared: bool,
    /// Whether it extends something.
    pub extends: bool,
}

/// A module that a module asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// As written; for a pattern, with stars for what is only known when the program runs.
    pub specifier: String,
    /// The texts of a pattern, between which the unknown stands. No others have any.
    pub pieces: Vec<String>,
    /// How it is asked for.
    pub kind: ImportKind,
    /// Where the specifier first stands in the file.
    pub span: Range<usize>,
    /// The names asked for and their places, in the order of the text.
    pub names: Vec<(String, Range<usize>)>,
    /// Whether it is only asked for inside of `try`, so that the program can do without.
    pub tried: bool,
    /// What its attributes say that it is.
    pub form: Form,
}

/// The name by which a module is asked for that is not to be instantiated: `import source`.
pub const SOURCE: &str = "*source";

/// What a file is wanted as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Form {
    /// What its name says that it is.
    #[default]
    Code,
    /// The value of its JSON as the default export, and no other.
    Json,
    /// Its text, likewise.
    Text,
    /// Its bytes, likewise. The source is their base64.
    Bytes,
    /// Nothing: an empty object as the default export. Stylesheets are of this form, since no page is there to have them.
    Nothing,
}

/// The syntax that asks for a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ImportKind {
    /// `import ... from` and `export ... from`.
    Static,
    /// `import("...")`.
    Dynamic,
    /// `require("...")`.
    Require,
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in code whose panics become diagnostics, so that a panic hook need not speak.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Whether a file is in a language that is compiled, by its extension.
pub fn is_code(file: &Path) -> bool {
    file.to_str().is_some_and(|path| parse::Language::of(path).is_some())
}

/// Compiles one file. The language goes by the extension of `source`'s path, unless the form says what it is.
///
/// swc panics on some files that are not JavaScript at all; that is a diagnostic like others.
pub fn compile(source: &Source, options: Options<'_>) -> Result<Object, Vec<Diagnostic>> {
    guarded(|| compile_file(source, options)).unwrap_or_else(|reason| {
        if let Some(problem) = parse::unfinished(source) {
            return Err(vec![problem]);
        }
        Err(vec![
            Diagnostic::error(Code::Syntax, format!("the compiler gives up on this file: {reason}"))
                .file(source.path())
                .help("look for a mistake in its syntax; if there is none, please report it with the file"),
        ])
    })
}

/// Runs what may panic; the error is the first line of why it did.
fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    GUARDED.set(outer);
    result.map_err(|payload| {
        let reason = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let reason = reason.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        reason.lines().next().unwrap_or_default().to_owned()
    })
}

fn compile_file(source: &Source, options: Options<'_>) -> Result<Object, Vec<Diagnostic>> {
    let Some(language) = parse::Language::of_form(options.form).or(parse::Language::of(source.path())) else {
        return Err(vec![
            Diagnostic::error(Code::UnsupportedModule, "this is neither JavaScript nor TypeScript nor JSON")
                .file(source.path())
                .help("name a file by its language's extension"),
        ]);
    };
    let session = parse::Session::new(source, language)?;
    let module = session.parse(source)?;
    let transformed = session
        .in_scope(|| transform::transform(&session, source, module, options))
        .map_err(|message| vec![Diagnostic::error(Code::Syntax, message).file(source.path())])?;
    session.in_scope(|| lower::lower(&session, source, transformed, options))
}
