//! What the configuration declares and the code does not use.

use std::collections::BTreeSet;

use super::names::{self, Name};
use super::{Environment, Facts};
use crate::binding::{Escape, Reason};
use crate::config::{key, nearest};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// Kinds that need no use: they do their work by being there, or the code need not know their names.
const SILENT: [&str; 3] = ["assets", "logfwdr", "unsafe"];

/// How variables start that tools of front ends read while they build: Pages sets what is in `vars` there too.
const OF_BUILDS: [&str; 7] = ["GATSBY_", "NEXT_", "NODE_", "NUXT_", "PUBLIC_", "REACT_APP_", "VITE_"];

/// Bindings, variables and secrets without a use; one diagnostic for all of them where a use may be where `env` cannot be
/// followed.
pub(super) fn unused(facts: &Facts<'_>, here: &Environment<'_>, used: &[Name<'_>]) -> Vec<Diagnostic> {
    // Without code, or where nobody in it is given `env`, nothing can be said of uses.
    if facts.uses.users.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<&str> = used.iter().map(|name| name.name).collect();
    let declared = names::declared(facts, Some(here));
    let (values, resources): (Vec<&Name<'_>>, Vec<&Name<'_>>) =
        used.iter().filter(|name| !declared.contains(name.name)).partition(|name| name.is_value());
    let is_misspelt = |name: &str| nearest(name, resources.iter().map(|used| used.name)).is_some();
    let declarations = here.declarations().into_iter().filter(|(kind, declaration)| {
        // A setting that has got among the variables has been reported.
        let is_other = key(declaration.name).is_some()
            || OF_BUILDS.iter().any(|start| declaration.name.starts_with(start));
        !(SILENT.contains(&kind.key) || kind.key == "vars" && is_other)
    });
    let builds_itself = here.get("pages_build_output_dir").is_some();
    let bindings = declarations.map(|(kind, declaration)| {
        // Its objects are there for other workers, and live on, whether or not this one calls them. Builds of Pages read
        // variables too.
        let lives = matches!(kind.key, "durable_objects" | "workflows")
            && declaration.value.get("script_name").is_none();
        let lives = lives || kind.key == "vars" && builds_itself;
        (declaration.name, kind.key, declaration.name_span, lives)
    });
    let secrets = here.secrets().iter();
    let secrets =
        secrets.filter_map(|secret| Some((secret.as_str()?, "secrets", secret.span.clone(), false)));
    let without = bindings.chain(secrets).filter(|(name, ..)| !known.contains(name));
    // What the code calls by another name is said where it does.
    let mut without: Vec<_> = without.filter(|(name, ..)| !is_misspelt(name)).collect();
    without.sort_by_key(|(name, ..)| *name);
    let source = &here.config.source;
    if let Some((first, others)) = facts.uses.escapes.split_first().filter(|_| !without.is_empty()) {
        let names: Vec<&str> = without.iter().map(|(name, ..)| *name).collect();
        let message =
            format!("no use of {} was found; `env` goes where it cannot be followed", names::list(&names));
        let mut diagnostic = Diagnostic::finding(Code::UnusedBinding, message).at_most(Severity::Note);
        diagnostic = diagnostic.at(&first.source, first.span.clone(), reason(first));
        for (_, _, span, _) in without {
            diagnostic = diagnostic.at(source, span, "");
        }
        let others = others.iter().map(|escape| {
            let (line, column) = escape.source.line_and_column(escape.span.start);
            format!("{}:{line}:{column}", escape.source.path())
        });
        return vec![
            diagnostic.noting("also", others.collect()).help("read each name by itself, as in `env.NAME`"),
        ];
    }
    let one = |(name, kind, span, lives): (&str, &str, _, bool)| {
        let key = if kind == "secrets" { "secrets.required" } else { kind };
        let message = format!("`{name}` is declared in `{key}`, and nothing uses it");
        let most = if lives { Severity::Note } else { Severity::Error };
        let diagnostic = Diagnostic::finding(Code::UnusedBinding, message).at_most(most).at(source, span, "");
        match nearest(name, values.iter().map(|used| used.name)) {
            Some(near) => diagnostic.help(format!("the code uses `{near}`, which is not declared")),
            None => diagnostic.help(format!("delete it, or read `{name}` of `env`")),
        }
    };
    without.into_iter().map(one).collect()
}

fn reason(escape: &Escape) -> String {
    match &escape.reason {
        Reason::DynamicKey => "the name is only known when this runs".to_owned(),
        Reason::UnknownCallee(Some(package)) => format!("given to `{package}`"),
        Reason::UnknownCallee(None) => "given to a function that is not known".to_owned(),
        Reason::AllNames => "all names are listed".to_owned(),
    }
}
