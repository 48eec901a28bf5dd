//! Why a specifier leads nowhere, found out when it does not.

use std::path::Path;

use super::{Resolver, Unresolved, path};
use crate::compile::ImportKind;

impl Resolver {
    pub(super) fn explain(&self, _importer: &Path, specifier: &str, _kind: ImportKind) -> Unresolved {
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
