//! What the code uses of `env`: every place that reads a name of it, and how what stands there is treated.
//!
//! A module graph with what `compile` says of each module's values comes in, [`Uses`] come out. Values are followed, not
//! names: something merely called `env` is no use, and `env` under another name is. Nothing in here knows what the
//! configuration declares; holding both against each other is the business of `check`.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::diagnostic::Source;
use crate::graph::{Compiler, ModuleGraph};

mod activation;
mod builtin;
mod call;
mod global;
mod holder;
pub mod kinds;
mod library;
mod module;
mod object;
mod read;
mod report;
mod root;
mod solver;
mod step;
pub mod types;
mod value;

use types::Types;

/// A worker whose code is to be looked at.
pub struct Input<'a> {
    /// Its modules. Those of packages need not say where their values go.
    pub graph: &'a ModuleGraph,
    /// What reads the files that only types come from.
    pub compiler: &'a Compiler<'a>,
    /// For each of them, whether the worker evaluates it.
    pub live: Vec<bool>,
    /// Function files and those of their exports that are routed. Files are called as in the graph.
    pub functions: Vec<(String, Vec<String>)>,
    /// Files, and exports of them that are classes which the worker exports.
    pub classes: Vec<(String, String)>,
    /// The main module.
    pub main: Option<String>,
    /// What it exports.
    pub main_exports: Vec<String>,
    /// Whether `process.env` has the variables and secrets of `env`.
    pub process_env: bool,
}

/// Finds what the code of a worker uses of `env`.
pub fn uses(input: &Input<'_>) -> Uses {
    let mut solver = solver::Solver::new(input);
    solver.roots();
    solver.run();
    report::report(solver)
}

/// What the worker's code uses of `env`.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Who is called by the platform: handlers of routes, middleware, those of the main module, classes.
    pub users: Vec<User>,
    /// Every place that reads a name, sorted by name, file and place.
    pub uses: Vec<Use>,
    /// Places behind which `env` cannot be followed, sorted by file and place. Where there is one, a binding without a
    /// use may be used all the same.
    pub escapes: Vec<Escape>,
    /// The types that the code declares names with, used or not.
    pub types: Types,
}

impl Uses {
    /// Who uses a name, in order.
    pub fn users_of(&self, name: &str) -> impl Iterator<Item = &User> {
        let of_name = |one: &&Use| one.name == name;
        let everybody = self.uses.iter().filter(of_name).any(|one| one.everybody);
        let users: BTreeSet<UserId> =
            self.uses.iter().filter(of_name).flat_map(|one| one.users.iter().copied()).collect();
        let is_one =
            move |at: usize| everybody || u32::try_from(at).is_ok_and(|at| users.contains(&UserId(at)));
        self.users.iter().enumerate().filter(move |(at, _)| is_one(*at)).map(|(_, user)| user)
    }
}

/// What the platform calls and gives `env` to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// Relative to the project, `/`-separated.
    pub file: String,
    /// The export's name; `default.scheduled` for a handler of a default export.
    pub export: String,
    /// What it is.
    pub role: Role,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.export)
    }
}

/// What a [`User`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// An export of a function file that answers or stands before what answers.
    Function,
    /// A handler of the main module's default export.
    Handler,
    /// A class that the worker exports, or its default export that is a class.
    Class,
}

impl Role {
    /// The word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Handler => "handler",
            Self::Class => "class",
        }
    }
}

/// An index into [`Uses::users`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserId(pub u32);

/// A place that reads a name of `env`.
#[derive(Clone, Debug)]
pub struct Use {
    /// The binding's name.
    pub name: String,
    /// The file.
    pub source: Source,
    /// Where in the file the name is read.
    pub span: Range<usize>,
    /// How sure it is that this happens.
    pub certainty: Certainty,
    /// Whether the code reckons with its absence: `env.X ?? ""`, `env.X?.y`, `if (env.X)`.
    pub guarded: bool,
    /// Who gets there, sorted. Empty where nobody is known to, or where it is when modules are evaluated (then `everybody`).
    pub users: Vec<UserId>,
    /// Whether the place is reached whenever the worker starts, so that all users need it.
    pub everybody: bool,
    /// What is done with the value, each once, in the order of their texts.
    pub accesses: Vec<Access>,
}

/// How sure a use is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// `env` was followed to the place.
    Certain,
    /// A library's habits or a type say that it is `env` that gets there.
    Likely,
}

/// What is done with the value of a binding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// A member is read, of it or of what its methods return: `prepare`, `get().json`, `prepare().bind().all`.
    Member(String),
    /// A method is called with an object that has these keys at this place: `put`, 2, `expirationTtl`.
    Option(String, usize, String),
    /// A method is called with this constant text at this place: `get`, 1, `"json"`.
    Text(String, usize, String),
    /// A method is called with so many arguments.
    Count(String, usize),
    /// It is given to a function of a package: `drizzle-orm/d1`, `drizzle`; as a field of an object with the field's name, as in
    /// `workers-ai-provider`, `createWorkersAI.binding`.
    Argument(String, String),
    /// It is used as text: in a template, in a sum with a text, compared with one.
    AsText,
}

/// A place behind which `env` cannot be followed.
#[derive(Clone, Debug)]
pub struct Escape {
    /// The file.
    pub source: Source,
    /// Where.
    pub span: Range<usize>,
    /// Why.
    pub reason: Reason,
}

/// Why `env` cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The name is only known when the program runs: `env[key]`.
    DynamicKey,
    /// It is given to a function that is not known; of a package, this one.
    UnknownCallee(Option<String>),
    /// All names are listed: `Object.keys(env)`, `JSON.stringify(env)`.
    AllNames,
}
