//! Modules that the runtime provides, and Node's among them: left to it, or led to what stands in for them.
//!
//! Stand-ins are files of packages that wrangler depends on, which need not lie where the project could import them.
//! They are found as Node.js finds them for wrangler, and where there is no wrangler, for the project.

use std::path::{Path, PathBuf};

use super::lookup::Hit;
use super::{File, Resolution, Resolver, Unresolved};
use crate::compile::ImportKind;
use crate::nodejs::{self, Builtin, Mode, Nodejs};

/// Whether a specifier is left to the runtime whatever the project says.
pub(super) fn is_platform(specifier: &str) -> bool {
    specifier.starts_with("cloudflare:") || specifier.starts_with("workerd:")
}

/// Whether a specifier names a module of the runtime.
pub(super) fn is_runtime(specifier: &str) -> bool {
    is_platform(specifier) || nodejs::is_named(specifier)
}

/// The directories whose packages can stand in for modules of Node.js, in the order of asking.
pub(super) fn homes(root: &Path) -> Vec<PathBuf> {
    let wrangler = root.ancestors().map(|directory| directory.join("node_modules/wrangler"));
    let wrangler = wrangler.filter_map(|directory| directory.canonicalize().ok()).next();
    wrangler.into_iter().chain([root.to_path_buf()]).collect()
}

impl Resolver {
    /// What of Node.js the project asks for.
    pub fn nodejs(&self) -> &Nodejs {
        &self.nodejs
    }

    /// The file of a stand-in, by the name that [`crate::nodejs`] has for it.
    pub fn stand_in(&self, specifier: &str) -> Option<File> {
        let lookup = self.lookup(&self.alias_rules, true, None);
        self.homes.iter().find_map(|home| match lookup.resolve(home, specifier)? {
            Hit::File { path, .. } => Some(self.file(&path, None)),
            Hit::Empty | Hit::Runtime(_) => None,
        })
    }

    /// Whether a specifier leads to Node.js, or to what stands in for it, whatever is installed.
    pub(super) fn is_nodejs(&self, specifier: &str) -> bool {
        let has_shim = |stand_in| self.stand_in(stand_in).is_some();
        self.nodejs.mode() == Mode::Full
            && (self.nodejs.builtin(specifier).is_some() || self.nodejs.shim(specifier).is_some_and(has_shim))
    }

    /// Where the name of a module of the runtime leads, if the project has it.
    pub(super) fn runtime(&self, specifier: &str, kind: ImportKind) -> Option<Resolution> {
        if is_platform(specifier) || self.is_left(specifier) {
            return Some(Resolution::External(specifier.to_owned()));
        }
        if self.nodejs.mode() != Mode::Full {
            return None;
        }
        let stand_in = match self.nodejs.builtin(specifier) {
            Some(Builtin::Native(name)) => return Some(Resolution::External(format!("node:{name}"))),
            Some(Builtin::StandIn(module)) => module.stand_in,
            None => self.nodejs.shim(specifier)?,
        };
        let file = self.stand_in(stand_in)?;
        // Stand-ins are modules of the standard, and who requires them expects what Node.js would give.
        let is_converted = kind == ImportKind::Require && stand_in != specifier;
        Some(if is_converted { Resolution::Required(specifier.to_owned()) } else { Resolution::File(file) })
    }

    /// Whether a module of Node.js is left to the runtime though the project does not ask for all of them.
    fn is_left(&self, specifier: &str) -> bool {
        match self.nodejs.mode() {
            Mode::Full => false,
            // The runtime has this one whether or not it is asked for.
            _ if specifier == "node:process" => true,
            Mode::Prefixed => specifier.starts_with("node:"),
            Mode::AsyncHooks => specifier == "node:async_hooks",
            Mode::Off => false,
        }
    }

    /// Why a module of Node.js is not there.
    pub(super) fn explain_builtin(&self, specifier: &str) -> Option<Unresolved> {
        if !nodejs::is_named(specifier) {
            return None;
        }
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        let advice = self.nodejs.advice();
        Some(match (self.nodejs.builtin(specifier), self.nodejs.mode()) {
            (None, _) => Unresolved::new(
                format!("`{specifier}` is not among the modules of Node.js that workers can use"),
                "keep what needs it out of the worker",
            ),
            (Some(Builtin::StandIn(module)), Mode::Full) => Unresolved::new(
                format!("the runtime lacks `{specifier}`, and what stands in for it is not installed"),
                format!(
                    "install it: `npm install -D wrangler`, or {}",
                    self.nodejs.native(module.needs.iter())
                ),
            ),
            (_, Mode::Prefixed) => Unresolved::new(
                format!(
                    "`{specifier}` is part of Node.js, which the project has only by names that start with `node:`"
                ),
                format!("write `node:{name}`, or {advice}"),
            ),
            _ => Unresolved::new(
                format!("`node:{name}` is part of Node.js, which the project does not ask for"),
                advice,
            ),
        })
    }
}
