//! Commands that change a project's configuration file. No stage runs but the first.

use std::slice;

use std::collections::BTreeMap;

use crate::config::{self, Config, Edited, Request};
use crate::diagnostic::{Change, Code, Diagnostic, Diagnostics, Replacement, Source};
use crate::error::Error;
use crate::project::{self, Options};

/// A binding to add.
#[derive(Clone, Copy, Debug)]
pub struct BindRequest<'a> {
    /// What it is.
    pub binding: Request<'a>,
    /// Whether it goes to the top level and all environments that do not have it.
    pub all_environments: bool,
    /// Whether a file is made where there is none.
    pub create: bool,
}

/// Adds a binding to the configuration file, which is not written yet. `None` where it cannot be added.
///
/// # Errors
///
/// What cannot be meant, and what the environment does to us; see [`Error`].
pub fn bind(options: &Options, request: BindRequest<'_>) -> Result<(Option<Edited>, Vec<Diagnostic>), Error> {
    // What cannot be meant is said before any file is looked at.
    config::request(request.binding, None).map_err(Error::Usage)?;
    let mut diagnostics = Diagnostics::default();
    let is_new = request.create && !project::has_configuration(options)?;
    let config = match is_new {
        true => project::started(options, &mut diagnostics)?,
        false => project::editable(options, &mut diagnostics)?,
    };
    let Some(config) = config else { return Ok((None, diagnostics.into_sorted())) };
    let named = project::environment(options);
    let environments = match request.all_environments {
        true => all_environments(&config),
        false => vec![named.map(str::to_owned)],
    };
    let mut changes = Vec::new();
    for environment in &environments {
        let wanted = config::request(request.binding, environment.as_deref()).map_err(Error::Usage)?;
        let is_there = wanted.first().is_some_and(|change| config::is_there(&config, change));
        if !(request.all_environments && is_there) {
            changes.extend(wanted);
        }
    }
    let edited = change(&config, &changes, &environments, &mut diagnostics);
    if let Some(edited) = edited.as_ref().filter(|_| environments == [None]) {
        diagnostics.extend(not_inherited(&edited.config, request.binding));
    }
    if let Some(edited) = &edited {
        diagnostics.extend(left_out(&config, edited, &environments));
    }
    let edited = edited.map(|edited| if is_new { edited.into_new() } else { edited });
    Ok((edited, diagnostics.into_sorted()))
}

/// Writes identities of resources into the configuration file, which is not written yet. `None` where they do not fit.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn provision(options: &Options, ids: &Source) -> Result<(Option<Edited>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some(config) = project::editable(options, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let edited = match config::identities(&config, ids, project::environment(options)) {
        Ok(changes) => {
            let environments =
                changes.iter().map(|change| change.environment().map(str::to_owned)).collect::<Vec<_>>();
            change(&config, &changes, &environments, &mut diagnostics)
        }
        Err(wrong) => {
            diagnostics.extend(wrong);
            None
        }
    };
    Ok((edited, diagnostics.into_sorted()))
}

/// Makes the changes that settle diagnostics, which is not written yet. `None` where there are none, or where the file is not
/// one to change. A change that cannot be made is left out: the diagnostic is still there to be read.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn fixed(options: &Options, diagnostics: &[Diagnostic]) -> Result<Option<Edited>, Error> {
    let mut changes: Vec<Change> = Vec::new();
    for change in diagnostics.iter().flat_map(|diagnostic| &diagnostic.fixes) {
        if !changes.contains(change) {
            changes.push(change.clone());
        }
    }
    if changes.is_empty() || project::is_redirected(options)? {
        return Ok(None);
    }
    let Some(config) = project::editable(options, &mut Diagnostics::default())? else { return Ok(None) };
    let is_sound = |changes: &[Change]| {
        let environments: Vec<Option<String>> =
            changes.iter().map(|change| change.environment().map(str::to_owned)).collect();
        self::change(&config, changes, &environments, &mut Diagnostics::default())
    };
    let mut made: Vec<Change> = Vec::new();
    for change in changes {
        made.push(change);
        if is_sound(&made).is_none() {
            made.pop();
        }
    }
    Ok(is_sound(&made).filter(Edited::is_changed))
}

/// The diagnostics, each with what of the file settles it by itself.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn with_fixes(
    options: &Options,
    diagnostics: Vec<Diagnostic>,
) -> Result<Vec<(Diagnostic, Option<Replacement>)>, Error> {
    let one = |diagnostic: Diagnostic| {
        let edited = fixed(options, slice::from_ref(&diagnostic))?;
        Ok((diagnostic, edited.map(|edited| edited.replacement())))
    };
    diagnostics.into_iter().map(one).collect()
}

/// Makes changes and looks whether the file is sound where they were made.
fn change(
    config: &Config,
    changes: &[Change],
    environments: &[Option<String>],
    diagnostics: &mut Diagnostics,
) -> Option<Edited> {
    let edited = match config::edit(config, changes) {
        Ok(edited) => edited,
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            return None;
        }
    };
    let wrong = environments.iter().flat_map(|name| project::newly_wrong(config, &edited, name.as_deref()));
    let wrong: Vec<Diagnostic> = wrong.collect();
    let is_sound = wrong.is_empty();
    diagnostics.extend(wrong);
    is_sound.then_some(edited)
}

/// That environments lack what the top level got.
fn not_inherited(config: &Config, binding: Request<'_>) -> Option<Diagnostic> {
    let lacks = |name: &String| {
        let wanted = config::request(binding, Some(name)).ok()?;
        (!config::is_there(config, wanted.first()?)).then(|| format!("`env.{name}`"))
    };
    let lacking: Vec<String> = config::environments(config).iter().filter_map(lacks).collect();
    let message = format!("`{}` is not inherited by {}", binding.name, lacking.join(", "));
    let help = "add it to an environment with `--env NAME`, or to all with `--all-envs`";
    (!lacking.is_empty())
        .then(|| Diagnostic::note(Code::NotInherited, message).file(config.source.path()).help(help))
}

/// That what is set for development does not get to the code any more, since secrets are listed now.
fn left_out(config: &Config, edited: &Edited, environments: &[Option<String>]) -> Option<Diagnostic> {
    let names = environments.iter().flat_map(|name| project::left_out(config, edited, name.as_deref()));
    let names: BTreeMap<String, String> = names.collect();
    let (first, file) = names.first_key_value()?;
    let list: Vec<String> = names.keys().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`wrangler dev` passes {} of `{file}` on no more, since `secrets` says now what it may",
        list.join(", ")
    );
    let help = format!("list what else is a secret, as with `pagesbuild bind secret {first}`");
    Some(Diagnostic::warning(Code::UnlistedSecret, message).file(edited.config.source.path()).help(help))
}

fn all_environments(config: &Config) -> Vec<Option<String>> {
    std::iter::once(None).chain(config::environments(config).into_iter().map(Some)).collect()
}
