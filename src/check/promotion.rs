//! A version of one environment under the bindings of another.
//!
//! Its code was held against the environment that it was built for. What that one has and the code uses, the other one has
//! to have as well, and as the same kind of thing.

use std::collections::BTreeMap;

use super::{Environment, Facts};
use crate::diagnostic::{Code, Diagnostic};
use crate::project::Binding;

/// How required secrets are called among the kinds of bindings.
const SECRETS: &str = "secrets";

/// What is known of a version that was built before.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The environment that it was built for, as the user calls it.
    pub environment: &'a str,
    /// For each name of `env` that its code is known to use, by whom.
    pub uses: &'a BTreeMap<String, Vec<String>>,
    /// The kind of each name that the environment declared.
    pub declared: &'a BTreeMap<&'a str, &'a str>,
}

/// Names that the code uses and that are missing here, or something else.
pub(super) fn differences(
    facts: &Facts<'_>,
    version: &Version<'_>,
    here: Option<&Environment<'_>>,
) -> Vec<Diagnostic> {
    let secrets = here.map(Environment::secrets).unwrap_or_default();
    let is_secret = |name: &str| secrets.iter().any(|secret| secret.as_str() == Some(name));
    let used = version.uses.iter().filter_map(|(name, users)| {
        let kind = *version.declared.get(name.as_str())?;
        Some((name.as_str(), users.as_slice(), kind))
    });
    used.filter_map(|(name, users, kind)| {
        match facts.project.bindings.iter().find(|binding| binding.name == name) {
            Some(binding) if binding.kind == kind || is_value(binding.kind) && is_value(kind) => None,
            Some(binding) => Some(mismatch(facts, version, binding, kind)),
            None if is_value(kind) && is_secret(name) => None,
            None => Some(missing(facts, version, here, Missing { name, users, kind })),
        }
    })
    .collect()
}

fn is_value(kind: &str) -> bool {
    matches!(kind, "vars" | SECRETS)
}

fn mismatch(facts: &Facts<'_>, version: &Version<'_>, binding: &Binding, kind: &str) -> Diagnostic {
    let Binding { name, kind: here, span, .. } = binding;
    let message = format!("`{name}` is under `{here}`, and was under `{kind}` in {}", version.environment);
    let diagnostic = Diagnostic::finding(Code::KindMismatch, message)
        .help(format!("declare it under `{kind}`, which is what the code of this version uses it as"));
    match &facts.project.config {
        Some(config) => diagnostic.at(&config.source, span.clone(), "declared here"),
        None => diagnostic,
    }
}

/// A name that is not declared.
struct Missing<'a> {
    name: &'a str,
    users: &'a [String],
    kind: &'a str,
}

fn missing(
    facts: &Facts<'_>,
    version: &Version<'_>,
    here: Option<&Environment<'_>>,
    Missing { name, users, kind }: Missing<'_>,
) -> Diagnostic {
    let user = users.first().map_or("the code", String::as_str);
    let shown = here.map_or_else(|| "the configuration".to_owned(), Environment::shown);
    let message = format!("{shown} lacks `{name}`, which `{user}` uses and {} has", version.environment);
    let diagnostic = match is_value(kind) {
        // It may be set where no file says so.
        true => Diagnostic::finding(Code::UnevenEnvironments, message)
            .help("declare it under `vars` or `secrets.required`, unless it is set elsewhere"),
        false => Diagnostic::finding(Code::UndeclaredBinding, message)
            .help(format!("declare it under `{kind}`; `pagesbuild bind` adds it")),
    };
    match (&facts.project.config, here.and_then(|here| here.table)) {
        (Some(config), Some(table)) => diagnostic.at(&config.source, table.key_span.clone(), "not in here"),
        (Some(config), None) => diagnostic.file(config.source.path()),
        (None, _) => diagnostic,
    }
}
