//! The load stage itself: options in, [`Project`] out.
//!
//! Looks at the configuration file, at what `package.json` wants of diagnostics, and at which files and directories exist;
//! reads nothing else.

use std::path::{Path, PathBuf};

use super::environment::{Environment, choose};
use super::layout::{Paths, Places};
use super::{Code as ProjectCode, Options, Project, bindings, identity, is_all, levels, settings};
use crate::config::{self, Config, Redirect};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::error::Error;

pub(super) fn load(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Project>, Error> {
    let Some(opened) = open(options, Generated::Taken, diagnostics)? else { return Ok(None) };
    let environment = match &opened.config {
        Some(config) => match choose(config, named(options), diagnostics) {
            Some(environment) => Some(environment),
            None => return Ok(None),
        },
        None => None,
    };
    assemble(options, &opened, environment.as_ref(), Paths::Checked, diagnostics)
}

pub(super) fn load_declared(
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Vec<Project>>, Error> {
    let Some(opened) = open(options, Generated::Ignored, diagnostics)? else { return Ok(None) };
    let Some(config) = &opened.config else {
        let project = assemble(options, &opened, None, Paths::AsNamed, diagnostics)?;
        return Ok(project.map(|project| vec![project]));
    };
    let mut projects = Vec::new();
    for name in named_in(options, config) {
        let Some(environment) = choose(config, name.as_deref(), diagnostics) else { return Ok(None) };
        projects.extend(assemble(options, &opened, Some(&environment), Paths::AsNamed, diagnostics)?);
    }
    Ok(Some(projects))
}

pub(super) fn load_code(
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Option<ProjectCode>, Error> {
    let Some(Opened { directory, config, mut assumptions }) = open(options, Generated::Taken, diagnostics)?
    else {
        return Ok(None);
    };
    let environment = match &config {
        Some(config) => match choose(config, named(options), diagnostics) {
            Some(environment) => Some(environment),
            None => return Ok(None),
        },
        None => None,
    };
    let root = config.as_ref().and_then(Config::project).unwrap_or(&directory);
    let base = config.as_ref().and_then(|config| config.path.parent()).unwrap_or(&directory);
    Ok(Some(ProjectCode {
        root: root.to_path_buf(),
        bundling: settings::bundling(options, environment.as_ref(), base, diagnostics),
        compatibility_date: identity::compatibility_date(
            options,
            environment.as_ref(),
            &mut assumptions,
            diagnostics,
        )?,
        compatibility_flags: identity::compatibility_flags(options, environment.as_ref(), diagnostics),
        directory,
    }))
}

pub(super) fn root(options: &Options) -> Result<PathBuf, Error> {
    let directory = existing(&options.directory)?;
    let located = locate(options, &directory, Generated::Taken, &mut Diagnostics::default())?;
    Ok(located.as_ref().map_or(directory.as_path(), |located| located.root(&directory)).to_path_buf())
}

pub(super) fn environments(options: &Options) -> Result<Vec<Option<String>>, Error> {
    let opened = open(options, Generated::Taken, &mut Diagnostics::default())?;
    let config = opened.and_then(|opened| opened.config).filter(|config| config.generated.is_none());
    Ok(match config {
        Some(config) => named_in(options, &config),
        None => vec![named(options).map(str::to_owned)],
    })
}

/// Whether all environments are asked for by name.
pub(super) fn asks_for_all(options: &Options) -> Result<bool, Error> {
    let opened = open(options, Generated::Taken, &mut Diagnostics::default())?;
    let config = opened.and_then(|opened| opened.config).filter(|config| config.generated.is_none());
    Ok(config.zip(named(options)).is_some_and(|(config, asked)| {
        is_all(asked, config::environments(&config).iter().map(String::as_str))
    }))
}

/// The environment asked for, or all that a file has. The top level is none where only the others declare anything.
fn named_in(options: &Options, config: &Config) -> Vec<Option<String>> {
    let names = config::environments(config);
    if let Some(asked) = named(options).filter(|asked| !is_all(asked, names.iter().map(String::as_str))) {
        return vec![Some(asked.to_owned())];
    }
    let declares = |name: Option<&str>| {
        let environment = choose(config, name, &mut Diagnostics::default());
        environment.is_some_and(|environment| {
            !environment.declarations().is_empty() || !environment.secrets().is_empty()
        })
    };
    let is_shared = !declares(None) && names.iter().any(|name| declares(Some(name)));
    let top = (!is_shared).then_some(None);
    top.into_iter().chain(names.into_iter().map(Some)).collect()
}

/// A project's configuration file, read and validated, where it has one.
struct Opened {
    directory: PathBuf,
    config: Option<Config>,
    assumptions: Vec<String>,
}

/// Where a project's configuration file is, where it has one.
struct Located {
    path: Option<PathBuf>,
    redirect: Option<Redirect>,
    assumptions: Vec<String>,
}

impl Located {
    /// The project's directory.
    fn root<'a>(&'a self, directory: &'a Path) -> &'a Path {
        let redirected = self.redirect.as_ref().map(|redirect| redirect.project.as_path());
        redirected.or(self.path.as_deref().and_then(Path::parent)).unwrap_or(directory)
    }
}

/// Whether a configuration counts that a build tool has made of the user's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generated {
    Taken,
    Ignored,
}

fn locate(
    options: &Options,
    directory: &Path,
    generated: Generated,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Located>, Error> {
    if let Some(path) = &options.config {
        return Ok(Some(Located { path: Some(existing(path)?), redirect: None, assumptions: Vec::new() }));
    }
    let found = config::find(directory, diagnostics);
    let assumptions = found.assumption.into_iter().collect();
    if generated == Generated::Ignored {
        return Ok(Some(Located { path: found.path, redirect: None, assumptions }));
    }
    let Some(redirect) = config::redirect(directory, found.path.as_deref(), diagnostics)? else {
        return Ok(None);
    };
    let path = redirect.as_ref().map(|redirect| redirect.path.clone()).or(found.path);
    Ok(Some(Located { path, redirect, assumptions }))
}

fn open(
    options: &Options,
    generated: Generated,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Opened>, Error> {
    let directory = existing(&options.directory)?;
    if !directory.is_dir() {
        return Err(Error::Usage(format!("`{}` is not a directory", options.directory.display())));
    }
    // What the project wants of diagnostics is only known where the project is.
    let mut said = Diagnostics::default();
    let located = locate(options, &directory, generated, &mut said)?;
    let root = located.as_ref().map_or(directory.as_path(), |located| located.root(&directory));
    levels::govern(&options.levels, root, diagnostics);
    diagnostics.extend(said.into_sorted());
    let Some(Located { path, redirect, mut assumptions }) = located else { return Ok(None) };
    let Some(path) = path else {
        if let Some(name) = named(options) {
            diagnostics.push(
                Diagnostic::error(Code::UnknownEnvironment, format!("there is no environment `{name}`"))
                    .help("environments are sections of a configuration file, and there is none"),
            );
            return Ok(None);
        }
        assumptions.push("There is no configuration file, so the project has no bindings.".to_owned());
        return Ok(Some(Opened { directory, config: None, assumptions }));
    };
    let Some(mut config) = config::read(&path, diagnostics)? else { return Ok(None) };
    if let Some(redirect) = redirect {
        assumptions.push(redirect.assumption.clone());
        let Some(generated) = redirect.apply(config, named(options), diagnostics) else { return Ok(None) };
        config = generated;
    }
    config::validate(&config, named(options), diagnostics);
    Ok(Some(Opened { directory, config: Some(config), assumptions }))
}

/// The environment asked for. An empty name means the top level, as it does for wrangler.
pub(super) fn named(options: &Options) -> Option<&str> {
    options.environment.as_deref().filter(|name| !name.is_empty())
}

/// The physical path, so that a parent is the parent that the file system knows.
pub(super) fn existing(path: &Path) -> Result<PathBuf, Error> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    std::fs::canonicalize(path).map_err(|source| Error::io("find", path, source))
}

fn assemble(
    options: &Options,
    opened: &Opened,
    environment: Option<&Environment<'_>>,
    paths: Paths,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Project>, Error> {
    let directory = opened.directory.as_path();
    let mut assumptions = opened.assumptions.clone();
    let config: Option<&Config> = environment.map(|environment| environment.config);
    let root = config.and_then(Config::project).unwrap_or(directory);
    let base = config.and_then(|config| config.path.parent()).unwrap_or(directory);
    let name = identity::name(options, root, environment, &mut assumptions, diagnostics)?;
    let compatibility_date =
        identity::compatibility_date(options, environment, &mut assumptions, diagnostics)?;
    let places = Places { options, root, base, directory, environment, paths };
    let before = diagnostics.count(Severity::Error);
    let main = places.main(diagnostics);
    let functions = places.functions(&mut assumptions, diagnostics)?;
    let durable_objects = places.durable_objects(&mut assumptions);
    let assets = places.assets(&mut assumptions, diagnostics)?;
    let empty = main.is_none() && functions.is_none() && durable_objects.is_none() && assets.is_none();
    if empty && (paths == Paths::Checked || config.is_none()) {
        // When something is named and missing, that is what is wrong.
        if before == diagnostics.count(Severity::Error) {
            diagnostics.push(nothing_to_build(config));
        }
        return Ok(None);
    }
    let binding = assets.as_ref().map(|assets| assets.binding.as_str());
    let bindings = environment
        .map(|environment| bindings::bindings(environment, binding, diagnostics))
        .unwrap_or_default();
    Ok(Some(Project {
        root: root.to_path_buf(),
        name,
        environment: environment.and_then(|environment| environment.name).map(str::to_owned),
        compatibility_date,
        compatibility_flags: identity::compatibility_flags(options, environment, diagnostics),
        main,
        functions,
        durable_objects,
        assets,
        bindings,
        bundling: settings::bundling(options, environment, base, diagnostics),
        settings: environment
            .map(|environment| settings::settings(environment, base, diagnostics))
            .unwrap_or_default(),
        config: config.cloned(),
        plan: options.plan,
        assumptions,
    }))
}

pub(super) fn nothing_to_build(config: Option<&Config>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::NothingToBuild, "there is nothing to build in this project");
    match config {
        Some(config) => diagnostic
            .file(config.source.path())
            .help("add a `functions/` directory, or set `main` or `assets.directory`"),
        None => diagnostic
            .help("add a `functions/` or `public/` directory, or name the static files with `--assets`"),
    }
}
