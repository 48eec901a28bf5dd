//! Why a specifier leads nowhere, found out when it does not.

use std::path::Path;

use super::{Resolver, Unresolved, path};
use crate::compile::ImportKind;

impl Resolver {
    pub(super) fn explain(&self, importer: &Path, specifier: &str, _kind: ImportKind) -> Unresolved {
        let directory = importer.parent().and_then(|parent| self.directories.get(parent));
        let lookup = self.lookup(&self.rules, false, None);
        if let Some(tsconfig) = directory.and_then(|directory| lookup.tsconfig_of(&directory))
            && let Some(broken) = &tsconfig.broken
        {
            let file = tsconfig.path.file_name().unwrap_or_default().to_string_lossy();
            return Unresolved {
                reason: format!("`{specifier}` is not found, and `{file}` cannot be read: {broken}"),
                help: format!("correct `{file}`"),
            };
        }
        if path::is_package(specifier) {
            let name = path::package(specifier).map_or(specifier, |(name, _)| name);
            return Unresolved {
                reason: format!("the package of `{specifier}` is not installed"),
                help: format!("install it: `npm install {name}`"),
            };
        }
        Unresolved {
            reason: format!("there is no file for `{specifier}`"),
            help: "check the path and its upper and lower case; it goes by the importing file's directory"
                .to_owned(),
        }
    }
}
