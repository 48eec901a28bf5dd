//! TypeScript declarations of a project: what `env` holds, what the path gives to each route, what imported files are.
//!
//! Everything that is declared somewhere comes in, the text of a `.d.ts` file comes out. Names and values are anything
//! that a configuration can hold, and none of them gets out of its place in the text. The text depends on the input only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::project::Project;
use crate::route::RouteTable;

mod command;
mod compare;
mod dotenv;
mod env;
mod kinds;
mod modules;
mod present;
mod routes;
mod text;

pub use command::command_of;
pub use compare::{Change, Difference, compare};
pub use dotenv::names as names_of_dotenv;
pub use present::{has_runtime_types, is_generated, with_runtime_types};

/// The name that the file has unless the user says otherwise, which is wrangler's.
pub const FILE: &str = "worker-configuration.d.ts";

/// Everything that is declared.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The environments that `env` is the union of, the top level first.
    pub environments: &'a [Project],
    /// The environment that was asked for, which is the only one then.
    pub asked: Option<&'a str>,
    /// The routes.
    pub routes: &'a RouteTable,
    /// The module whose exports the worker takes over.
    pub main: Option<&'a Path>,
    /// What the worker exports, by name.
    pub exports: &'a BTreeMap<String, Exported>,
    /// Names that only files beside the configuration give, for development.
    pub local: &'a BTreeSet<String>,
    /// The directory that the text is for, by which its imports go.
    pub directory: &'a Path,
    /// How it is written.
    pub style: &'a Style,
}

/// What stands behind a name that the worker exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The module.
    pub module: PathBuf,
    /// The name that the module exports it by.
    pub name: String,
    /// What it is.
    pub shape: Shape,
}

/// What is known of an exported value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A class that is declared, so that its name is that of its objects' type.
    Class,
    /// A class that extends nothing, as those do not whose methods other workers call.
    PlainClass,
    /// Anything else; it may be a class that a function makes.
    Value,
}

/// How declarations are written, as far as anybody says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The name of the interface of `env`; otherwise `Env`.
    pub interface: Option<String>,
    /// Whether variables have their values for types, as they have otherwise, rather than the types of these.
    pub literal: Option<bool>,
}

impl Style {
    fn interface(&self) -> &str {
        self.interface.as_deref().unwrap_or("Env")
    }

    fn is_literal(&self) -> bool {
        self.literal != Some(false)
    }
}

/// The text of the file.
pub fn declarations(input: &Input<'_>) -> String {
    let mut out = format!("/* eslint-disable */\n{}\n", command::header(input.asked, input.style));
    env::print(input, &mut out);
    routes::print(input, &mut out);
    modules::print(input, &mut out);
    out
}
