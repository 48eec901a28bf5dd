//! An output directory in, whether it may be replaced out.
//!
//! Invariant: nothing that pagesbuild did not write itself is ever removed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::known::{Generation, Known, names};
use super::named::MAX_DOCUMENT;
use super::paths::paths;
use super::{BUILD_FACTS, DOCUMENT, directory, document};
use crate::asset::Stamp;
use crate::error::Error;
use crate::project::Project;

/// What wrangler keeps beside the configuration that it runs: local databases among others.
pub(super) const WRANGLER_STATE: &str = ".wrangler";
/// Where a project keeps what it has built, and what it has compiled.
const KEPT: &str = ".pagesbuild";
/// What a file manager leaves in every directory that it shows, and makes anew.
const FINDER_STATE: &str = ".DS_Store";

/// The output directory of a project that names none: `dist`, or `deployment` where front ends are built into
/// `dist`, with a sentence for the user that says so.
pub fn default_outdir(project: &Project) -> (PathBuf, Option<String>) {
    let usual = project.root.join("dist");
    match part_within(project, &usual) {
        None => (usual, None),
        Some(what) => {
            let sentence = format!("`dist/` contains {what}, so the deployment is written to `deployment/`.");
            (project.root.join("deployment"), Some(sentence))
        }
    }
}

/// Where a deployment of one environment belongs: in the directory of its name, where the output directory has one for each
/// environment, and in the output directory itself otherwise.
///
/// # Errors
///
/// [`Error::Usage`] when no directory can have the environment's name.
pub fn place_of(outdir: PathBuf, environment: Option<&str>) -> Result<PathBuf, Error> {
    match places(&outdir) {
        Some(_) => Ok(outdir.join(super::directory_name(environment)?)),
        None => Ok(outdir),
    }
}

/// Refuses an output directory whose replacement would take the project, or a part of it, with it, and one among the
/// versions that were kept.
///
/// # Errors
///
/// [`Error::Usage`] saying what it is.
pub fn check_outdir(project: &Project, outdir: &Path) -> Result<(), Error> {
    check_apart(outdir)?;
    let Some(what) = part_within(project, outdir) else { return Ok(()) };
    let message = format!(
        "the output directory `{}` contains {what}, which replacing it would remove; choose another with `--outdir`",
        outdir.display()
    );
    Err(Error::Usage(message))
}

/// Refuses a place among the versions that were kept.
pub(super) fn check_apart(outdir: &Path) -> Result<(), Error> {
    if settled(outdir).components().all(|part| part.as_os_str() != KEPT) {
        return Ok(());
    }
    let message = format!(
        "the output directory `{}` is in `{KEPT}`, where versions are kept; choose another with `--outdir`",
        outdir.display()
    );
    Err(Error::Usage(message))
}

/// Refuses a place for a file that is no part of a deployment where one would be looked for: the output directory holds
/// nothing else, and what lies among the assets is published.
///
/// # Errors
///
/// [`Error::Usage`] saying which directory it is.
pub fn check_beside(project: &Project, outdir: &Path, file: &Path) -> Result<(), Error> {
    let assets = project.assets.as_ref().map(|assets| assets.directory.as_path());
    let places = [("the output directory", Some(outdir)), ("the directory of static files", assets)];
    let file_place = settled(file);
    for (what, place) in places {
        if place.is_some_and(|place| file_place.starts_with(settled(place))) {
            let message = format!("`{}` would lie in {what}; choose another place for it", file.display());
            return Err(Error::Usage(message));
        }
    }
    Ok(())
}

/// Refuses a place for a file that is no part of the deployment in a directory.
///
/// # Errors
///
/// [`Error::Usage`] when it lies in that directory.
pub fn check_outside(outdir: &Path, file: &Path) -> Result<(), Error> {
    if !settled(file).starts_with(settled(outdir)) {
        return Ok(());
    }
    let message = format!("`{}` would lie in the deployment; choose another place for it", file.display());
    Err(Error::Usage(message))
}

/// The first part of the project that lies in a directory.
fn part_within(project: &Project, directory: &Path) -> Option<&'static str> {
    let directory = settled(directory);
    let config = project.config.as_ref().map(|config| &config.path);
    let assets = project.assets.as_ref().map(|assets| &assets.directory);
    let parts = [
        ("the project", Some(&project.root)),
        ("the configuration file", config),
        ("the assets", assets),
        ("the functions", project.functions.as_ref()),
        ("the durable objects", project.durable_objects.as_ref()),
        ("the main module", project.main.as_ref()),
    ];
    let within = |path: &&PathBuf| settled(path).starts_with(&directory);
    parts.into_iter().find_map(|(what, path)| path.filter(within).map(|_| what))
}

/// What an output directory has in it that may be replaced.
pub(super) struct Occupant(Vec<Place>);

/// A directory with an output in it.
struct Place {
    path: PathBuf,
    /// Its path in the output directory; empty for that itself.
    within: String,
    description: Vec<u8>,
    /// The files that its description names, sorted, for who asks.
    paths: OnceLock<Option<Vec<String>>>,
}

/// Refuses to replace anything but an output of ours, or an empty directory. What is known of the output that was written last is
/// not looked at again.
pub(super) fn check_replaceable(target: &Path, known: &Known) -> Result<Occupant, Error> {
    check_apart(target)?;
    let read = |error| Error::io("read", target, error);
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Occupant(Vec::new())),
        Err(error) => return Err(read(error)),
        Ok(metadata) if !metadata.is_dir() => return Err(refusal(target, "is not a directory")),
        Ok(_) => {}
    }
    let mut entries = fs::read_dir(target).map_err(read)?.flatten();
    if entries.all(|entry| is_state(&entry.file_name())) {
        return Ok(Occupant(Vec::new()));
    }
    let mut occupant = Occupant(Vec::new());
    for path in places(target).unwrap_or_else(|| vec![target.to_path_buf()]) {
        let Some(description) = description(&path) else {
            return Err(refusal(target, "holds files and is no output of pagesbuild"));
        };
        let within = path.strip_prefix(target).unwrap_or(Path::new("")).to_string_lossy().into_owned();
        let place = Place { path, within, description, paths: OnceLock::new() };
        place.check(target, known)?;
        occupant.0.push(place);
    }
    Ok(occupant)
}

impl Occupant {
    /// Refuses what has come into the directory since it was looked at.
    pub(super) fn check_again(&self, target: &Path, known: &Known) -> Result<(), Error> {
        match self.0.as_slice() {
            [place] if place.path == target => place.check(target, known),
            _ => check_replaceable(target, known).map(drop),
        }
    }
}

impl Place {
    /// Refuses the first file that is not among those that the old output's own description names.
    fn check(&self, target: &Path, known: &Known) -> Result<(), Error> {
        let mut files = self.files(known);
        files.retain(|file| file != DOCUMENT && file != BUILD_FACTS);
        if files.is_empty() {
            return Ok(());
        }
        // A description of another version cannot be asked; that it is one of ours must do.
        let Some(paths) = self.paths.get_or_init(|| paths(&self.description)) else { return Ok(()) };
        let is_foreign = |file: &String| paths.binary_search(file).is_err();
        let Some(file) = files.into_par_iter().filter(is_foreign).min() else { return Ok(()) };
        let within = self.path.strip_prefix(target).unwrap_or(Path::new("")).join(file);
        Err(refusal(target, &format!("holds `{}`, which no build put there", within.display())))
    }

    /// All files but those in directories that have just what they were given, by their paths.
    fn files(&self, known: &Known) -> Vec<String> {
        let mut files = Vec::new();
        let mut level = vec![String::new()];
        while !level.is_empty() {
            let listed: Vec<_> = level.par_iter().map(|directory| self.list(directory, known)).collect();
            level = Vec::new();
            for (directories, own) in listed {
                level.extend(directories);
                files.extend(own);
            }
        }
        files
    }

    /// The directories in a directory, and what else is in it unless that is known to be ours.
    fn list(&self, directory: &str, known: &Known) -> (Vec<String>, Vec<String>) {
        let (path, within) = (self.path.join(directory), joined(&self.within, directory));
        let stamp = fs::symlink_metadata(&path).map(|found| Stamp::of(&found));
        if let Some(directories) =
            stamp.ok().and_then(|stamp| known.directories_in(Generation::Last, &within, &stamp))
        {
            let directories = directories.into_iter().filter_map(|below| below.rsplit('/').next());
            return (directories.map(|name| joined(directory, name)).collect(), Vec::new());
        }
        let (mut directories, mut files) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            // A directory without a name in Unicode is none of ours, nor is anything in it.
            let is_ours = name.to_str().is_some();
            let name = name.to_string_lossy().into_owned();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && directory.is_empty() && name == WRANGLER_STATE => {}
                Ok(kind) if kind.is_dir() && is_ours => directories.push(name),
                _ if name == FINDER_STATE => {}
                _ => files.push(name),
            }
        }
        directories.sort();
        files.sort();
        let names = names(files.iter().map(String::as_str), directories.iter().map(String::as_str));
        if known.was_given(Generation::Last, &within, names) {
            files.clear();
        }
        let join = |names: Vec<String>| names.iter().map(|name| joined(directory, name)).collect();
        (join(directories), join(files))
    }
}

/// A path in a directory, which may be the empty one, as may be the path.
fn joined(directory: &str, path: &str) -> String {
    match (directory, path) {
        ("", other) | (other, "") => other.to_owned(),
        (directory, path) => format!("{directory}/{path}"),
    }
}

fn refusal(target: &Path, why: &str) -> Error {
    let message =
        format!("`{}` {why}; move it away or choose another directory with `--outdir`", target.display());
    Error::Usage(message)
}

/// The directories of environments in an output directory that has one for each.
fn places(outdir: &Path) -> Option<Vec<PathBuf>> {
    let entries = fs::read_dir(outdir).ok()?.flatten().filter(|entry| !is_state(&entry.file_name()));
    let is_place = |path: &PathBuf| {
        path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) && description(path).is_some()
    };
    let places: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    (!places.is_empty() && places.iter().all(is_place)).then_some(places)
}

/// What wrangler, a file manager and builds that run or died leave there.
fn is_state(name: &OsStr) -> bool {
    let is_of_build =
        || name.to_str().is_some_and(|name| name.starts_with('.') && name.contains(".pagesbuild-"));
    name == WRANGLER_STATE || name == FINDER_STATE || is_of_build()
}

/// The description in a directory that a build wrote, whichever version of the format it has.
fn description(place: &Path) -> Option<Vec<u8>> {
    let text = directory::read(place, DOCUMENT, MAX_DOCUMENT).ok()?;
    document::is_ours(&text).then_some(text)
}

/// Moves what `wrangler dev` keeps in an output directory into the one that takes its place, in those of environments too.
pub(super) fn carry_over(old: &Path, new: &Path) {
    let entries = fs::read_dir(old).into_iter().flatten().flatten();
    let names = entries.filter(|entry| description(&entry.path()).is_some()).map(|entry| entry.file_name());
    let directories: Vec<_> = names.map(|name| (old.join(&name), new.join(&name))).collect();
    for (old, new) in directories.iter().map(|(old, new)| (&**old, &**new)).chain([(old, new)]) {
        let (from, to) = (old.join(WRANGLER_STATE), new.join(WRANGLER_STATE));
        // Where the new directory has a state already, that is the one in use.
        if from.is_dir() && new.is_dir() && !to.exists() {
            let _ = fs::rename(from, to);
        }
    }
}

/// The path with all links followed as far as it exists, and without `.` and `..`.
pub(super) fn settled(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut rest = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = fs::canonicalize(existing) {
            let mut settled = real;
            for part in rest.iter().rev() {
                match part {
                    Component::ParentDir => _ = settled.pop(),
                    part => settled.push(part),
                }
            }
            return settled;
        }
        let Some(last) = existing.components().next_back() else { return absolute };
        rest.push(last);
        let Some(parent) = existing.parent() else { return absolute };
        existing = parent;
    }
}
