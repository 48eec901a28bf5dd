//! Changing a project's configuration: which file that is, and whether a change leaves it sound.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::environment::{Environment, choose};
use super::load::{existing, load};
use super::{ASSETS, Options, bindings, display, elsewhere};
use crate::config::{self, Config, Edited, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::error::Error;

/// The name of a file that is made.
const NEW_FILE: &str = "wrangler.jsonc";

/// The file that the user keeps, which a build tool's is made of. `None` where there is none, which has been said, or where
/// it cannot be read.
pub(super) fn editable(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    let directory = existing(&options.directory)?;
    let path = match &options.config {
        Some(path) => Some(existing(path)?),
        None => config::find(&directory, diagnostics).path,
    };
    let Some(path) = path else {
        diagnostics.push(none(&directory));
        return Ok(None);
    };
    let Some(mut config) = config::read(&path, diagnostics)? else { return Ok(None) };
    // The search goes upward, and whoever has a file changed is to see which one.
    config.source = config.source.at_path(display(&directory, &path));
    if let Some(diagnostic) = generated(&config) {
        diagnostics.push(diagnostic);
        return Ok(None);
    }
    Ok(Some(config))
}

/// Whether there is a file, be it one that a build tool has made.
pub(super) fn has_configuration(options: &Options) -> Result<bool, Error> {
    let directory = existing(&options.directory)?;
    let found = config::find(&directory, &mut Diagnostics::default()).path;
    Ok(options.config.is_some() || found.is_some() || has_note(&directory))
}

/// Whether the configuration is one that a build tool has made of the user's.
pub(super) fn is_redirected(options: &Options) -> Result<bool, Error> {
    Ok(options.config.is_none() && has_note(&existing(&options.directory)?))
}

fn has_note(directory: &Path) -> bool {
    directory.ancestors().any(|ancestor| ancestor.join(config::REDIRECT).is_file())
}

/// A file that says what is taken for granted without one, not written yet. `None` where there is no project to speak of.
pub(super) fn started(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    let Some(project) = load(options, diagnostics)? else { return Ok(None) };
    let path = project.root.join(NEW_FILE);
    let mut file = json!({ "name": project.name, "compatibility_date": project.compatibility_date });
    if let Some(assets) = &project.assets {
        file["pages_build_output_dir"] = json!(display(&project.root, &assets.directory));
    }
    Ok(config::parse(&path, &format!("{file:#}\n"), diagnostics))
}

/// What is wrong with a changed file in an environment, and was not wrong before.
pub(super) fn newly_wrong(before: &Config, after: &Edited, environment: Option<&str>) -> Vec<Diagnostic> {
    let known = wrong(before, environment);
    let is_known = |diagnostic: &Diagnostic| {
        known.iter().any(|other| other.code == diagnostic.code && other.message == diagnostic.message)
    };
    let new = wrong(&after.config, environment).into_iter().filter(|diagnostic| !is_known(diagnostic));
    // Names that code can hardly use are no reason not to build, but one not to write them.
    new.map(|diagnostic| Diagnostic { severity: Severity::Error, ..diagnostic }).collect()
}

fn wrong(config: &Config, name: Option<&str>) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    config::validate(config, name, &mut diagnostics);
    if let Some(environment) = choose(config, name, &mut diagnostics) {
        bindings::bindings(&environment, implied(&environment), &mut diagnostics);
    }
    let stops = |diagnostic: &Diagnostic| {
        diagnostic.severity == Severity::Error || diagnostic.code == Code::InvalidBindingName
    };
    diagnostics.into_sorted().into_iter().filter(stops).collect()
}

/// Names that are set for development and that wrangler passes on no more, with the files that set them: once an environment
/// has `secrets`, only what these and `vars` name gets to the code.
pub(super) fn left_out(
    before: &Config,
    after: &Edited,
    environment: Option<&str>,
) -> BTreeMap<String, String> {
    let table = |config: &'_ Config| {
        let own = environment.and_then(|name| config.root.get("env")?.get(name).cloned());
        own.unwrap_or_else(|| config.root.clone())
    };
    let (old, new) = (table(before), table(&after.config));
    let Some(secrets) = new.get("secrets").filter(|_| old.get("secrets").is_none()) else {
        return BTreeMap::new();
    };
    let listed = secrets.get("required").map_or(&[][..], Value::items);
    let vars = new.get("vars").map_or(&[][..], Value::entries);
    let passes = |name: &str| {
        listed.iter().any(|item| item.as_str() == Some(name)) || vars.iter().any(|entry| entry.key == name)
    };
    let root = before.project().unwrap_or(Path::new("."));
    let set = elsewhere::elsewhere(root, environment).into_iter();
    set.filter(|(name, _)| !passes(name)).collect()
}

/// The name that static files have unless it is chosen.
fn implied(environment: &Environment<'_>) -> Option<&'static str> {
    (environment.get("assets").is_some() || environment.is_pages()).then_some(ASSETS)
}

fn none(directory: &Path) -> Diagnostic {
    let (message, help) = match has_note(directory) {
        true => (
            format!("there is no configuration file but the one that `{}` leads to", config::REDIRECT),
            "that one is made again by each build; change what the build tool makes it of",
        ),
        false => (
            "there is no configuration file to change".to_owned(),
            "name one with `--config`, or let `pagesbuild bind --create` write a `wrangler.jsonc`",
        ),
    };
    Diagnostic::error(Code::MissingPath, message).help(help)
}

/// That a file is made by a build tool, or is part of a deployment.
fn generated(config: &Config) -> Option<Diagnostic> {
    let path = config.source.path();
    let refuse = |message: String| {
        let help = "change the file that it was made of, and build again";
        Diagnostic::error(Code::RedirectedConfig, message).file(path).help(help)
    };
    if config::is_made(config) {
        return Some(refuse(format!("`{path}` was made by a build tool, which will make it again")));
    }
    let beside = config.path.parent()?.join("deployment.json");
    beside.is_file().then(|| refuse(format!("`{path}` is part of a deployment, which is not changed")))
}
