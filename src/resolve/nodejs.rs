//! Modules of Node.js: left to the runtime, or led to the packages that stand in for them.
//!
//! These packages are dependencies of wrangler, which need not lie where the project could import them. They are found
//! as Node.js finds them for wrangler, and where there is no wrangler, for the project.

use std::path::{Path, PathBuf};

use oxc_resolver::{ResolveOptions, Resolver as OxcResolver};

use super::{File, Resolution, Resolver, Unresolved};
use crate::compile::ImportKind;
use crate::nodejs::{Builtin, Mode, Module, Nodejs};

/// Where stand-ins are.
pub(super) struct StandIns {
    /// Resolves as Node.js does.
    resolver: OxcResolver,
    /// The files that import them, in the order of asking.
    importers: Vec<PathBuf>,
}

impl StandIns {
    /// Those that a project has.
    pub(super) fn of_project(root: &Path, other: &OxcResolver) -> Self {
        let strings = |list: &[&str]| list.iter().map(|&item| item.to_owned()).collect::<Vec<_>>();
        let resolver = other.clone_with_options(ResolveOptions {
            condition_names: strings(&["node", "require"]),
            extensions: strings(&[".js", ".json"]),
            main_fields: strings(&["main"]),
            ..ResolveOptions::default()
        });
        let wrangler = root.ancestors().map(|directory| directory.join("node_modules/wrangler"));
        let wrangler = wrangler.filter_map(|directory| directory.canonicalize().ok()).next();
        let importers = wrangler.into_iter().chain([root.to_path_buf()]);
        Self { resolver, importers: importers.map(|directory| directory.join("package.json")).collect() }
    }

    fn find(&self, specifier: &str) -> Option<oxc_resolver::Resolution> {
        self.importers.iter().find_map(|importer| self.resolver.resolve_file(importer, specifier).ok())
    }
}

impl Resolver {
    /// What of Node.js the project asks for.
    pub fn nodejs(&self) -> &Nodejs {
        &self.nodejs
    }

    /// The file of a stand-in, by the name that [`crate::nodejs`] has for it.
    pub fn stand_in(&self, specifier: &str) -> Option<File> {
        self.stand_ins.find(specifier).map(|resolution| self.file(&resolution))
    }

    /// Where Node.js or what stands in for it comes before anything that is installed.
    pub(super) fn builtin(
        &self,
        specifier: &str,
        kind: ImportKind,
    ) -> Option<Result<Resolution, Unresolved>> {
        if self.nodejs.mode() != Mode::Full {
            return None;
        }
        let (stand_in, file) = match self.nodejs.builtin(specifier) {
            Some(Builtin::Native(name)) => return Some(Ok(Resolution::External(format!("node:{name}")))),
            Some(Builtin::StandIn(module)) => match self.stand_in(module.stand_in) {
                Some(file) => (module.stand_in, file),
                None => return Some(Err(self.missing(specifier, module))),
            },
            // What is installed does when there is nothing in its place.
            None => {
                let stand_in = self.nodejs.shim(specifier)?;
                (stand_in, self.stand_in(stand_in)?)
            }
        };
        // Stand-ins are modules of the standard, and who requires them expects what Node.js would give.
        let is_converted = kind == ImportKind::Require && stand_in != specifier;
        Some(Ok(if is_converted { Resolution::Required(specifier.to_owned()) } else { Resolution::File(file) }))
    }

    /// Where nothing is installed by the name of a module of Node.js.
    pub(super) fn not_installed(&self, specifier: &str) -> Option<Result<Resolution, Unresolved>> {
        let is_prefixed = specifier.starts_with("node:");
        let is_known = self.nodejs.builtin(specifier).is_some();
        // The runtime has this one whether or not it is asked for.
        let is_always = specifier == "node:process";
        let is_there = match self.nodejs.mode() {
            _ if !is_prefixed && !is_known => return None,
            // A replacement of the configuration's leads nowhere.
            Mode::Full if is_known => return None,
            Mode::Prefixed => is_prefixed,
            Mode::AsyncHooks => is_always || specifier == "node:async_hooks",
            Mode::Off | Mode::Full => is_always,
        };
        if is_there {
            return Some(Ok(Resolution::External(specifier.to_owned())));
        }
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        Some(Err(if !is_known {
            Unresolved {
                reason: format!("`{specifier}` is not among the modules of Node.js that workers can use"),
                help: "keep what needs it out of the worker".to_owned(),
            }
        } else if self.nodejs.mode() == Mode::Prefixed {
            Unresolved {
                reason: format!("`{specifier}` is part of Node.js, which the project has only by the names that start with `node:`"),
                help: format!("write `node:{name}`, or {}", self.nodejs.advice()),
            }
        } else {
            Unresolved {
                reason: format!("`node:{name}` is part of Node.js, which the project does not ask for"),
                help: self.nodejs.advice(),
            }
        }))
    }

    fn missing(&self, specifier: &str, module: &Module) -> Unresolved {
        Unresolved {
            reason: format!("the runtime lacks `{specifier}`, and what stands in for it is not installed"),
            help: format!("install it: `npm install -D wrangler`, or {}", self.nodejs.native(module.needs.iter())),
        }
    }
}
