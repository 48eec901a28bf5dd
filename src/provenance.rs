//! What others are told of a version: which packages are in it, and what it was built from.
//!
//! In go the description of a deployment and the facts of its build, out come documents in the forms that tools for it read.
//! The same version and facts give the same document; what is not known is not in it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::deployment::document::Package;

mod attestation;
mod license;
mod sbom;

pub use attestation::{ArchiveFile, Subject, attestation};
pub use sbom::sbom;

/// What a package URL has as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The package URL of an npm package.
///
/// Source: <https://github.com/package-url/purl-spec>
fn purl(package: &Package) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let (scope, name) = scope(&package.name);
    let scope = scope.map_or_else(String::new, |scope| encoded(scope) + "/");
    let version =
        package.version.as_ref().map_or_else(String::new, |version| format!("@{}", encoded(version)));
    format!("pkg:npm/{scope}{}{version}", encoded(name))
}

/// A package's scope, with its `@`, and its name without.
fn scope(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/').filter(|(scope, _)| scope.starts_with('@')) {
        Some((scope, name)) => (Some(scope), name),
        None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls() {
        let cases = [
            ("foobar", Some("12.3.1"), "pkg:npm/foobar@12.3.1"),
            ("@angular/animation", Some("12.3.1"), "pkg:npm/%40angular/animation@12.3.1"),
            ("a", Some("1.0.0-rc.1+build 5"), "pkg:npm/a@1.0.0-rc.1%2Bbuild%205"),
            ("a", None, "pkg:npm/a"),
            ("../a?b#c@d", Some("/"), "pkg:npm/..%2Fa%3Fb%23c%40d@%2F"),
        ];
        for (name, version, expected) in cases {
            let package = Package { name: name.to_owned(), version: version.map(str::to_owned), size: 1 };
            assert_eq!(purl(&package), expected);
        }
    }
}
