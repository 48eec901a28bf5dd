//! Versions held against their own descriptions, packed into archives, and brought back out of them.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::versions::{Meant, meant, refused, version};
use crate::deployment::{self, Deployment, Finding, OutputFile, Packed, Verified};
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::project::{self, Options};

/// What was held against its description.
#[derive(Debug)]
pub struct Judged {
    /// What it is called: a path, or an id.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What it is, or everything that is wrong.
    pub outcome: Result<Verified, Vec<Finding>>,
    /// Files of the store that are in the way of what should be there.
    pub damaged: Vec<PathBuf>,
}

/// Where a version is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a directory.
    Directory,
    /// In an archive.
    Archive,
    /// In the project's store.
    Store,
}

/// What became of a version.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Its id.
    pub id: String,
    /// The directory or archive that was written.
    pub to: PathBuf,
    /// What an archive came to.
    pub packed: Option<Packed>,
}

/// Reads every byte of a version, by default of the project's output directory.
///
/// # Errors
///
/// There is no such version. That it is not what it should be is no error.
pub fn verify(options: &Options, text: Option<&str>) -> Result<Judged, Error> {
    let meant = match text {
        Some(text) => meant(options, text)?,
        None => Meant::Path(output(options)?),
    };
    Ok(match meant {
        Meant::Path(path) => Judged {
            name: path.display().to_string(),
            place: if path.is_dir() { Place::Directory } else { Place::Archive },
            outcome: deployment::verify(&path),
            damaged: Vec::new(),
        },
        Meant::Kept(store, id) => {
            let (outcome, damaged) = match store.version(&id) {
                Ok(version) => {
                    let files = version.files.clone();
                    let outcome = deployment::verify_files(version);
                    let damaged = outcome.as_ref().err().map(|findings| damaged(&files, findings));
                    (outcome, damaged.unwrap_or_default())
                }
                Err(Error::Unusable { path, why }) => (Err(vec![Finding::Kept(why)]), vec![path]),
                Err(error) => return Err(error),
            };
            Judged { name: id, place: Place::Store, outcome, damaged }
        }
    })
}

/// Where the contents lie that something was found about, as far as they are there.
fn damaged(files: &[OutputFile], findings: &[Finding]) -> Vec<PathBuf> {
    let found: BTreeSet<&str> = findings.iter().filter_map(Finding::path).collect();
    let files = files.iter().filter(|file| found.contains(file.path.as_str()));
    let places: BTreeSet<&Path> = files.filter_map(|file| file.content.file()).collect();
    places.into_iter().filter(|place| place.symlink_metadata().is_ok()).map(Path::to_path_buf).collect()
}

/// Packs a version, by default that of the project's output directory, into an archive, by default one in the current
/// directory that is called after it.
///
/// # Errors
///
/// There is no such version, it is not whole, or the archive cannot be written. Then there is no new archive.
pub fn pack(options: &Options, text: Option<&str>, file: Option<&Path>) -> Result<Moved, Error> {
    let (directory, version) = chosen(options, text)?;
    let file = file.map_or_else(|| default_name(&version), Path::to_path_buf);
    if let Some(directory) = directory {
        deployment::check_outside(&directory, &file)?;
    }
    let packed = deployment::pack_file(&version, &file)?;
    Ok(Moved { id: version.document.id, to: file, packed: Some(packed) })
}

/// The same, into a file that has no name.
///
/// # Errors
///
/// As [`pack`].
pub fn pack_to(options: &Options, text: Option<&str>, file: &mut File) -> Result<Moved, Error> {
    let name = Path::new("standard output");
    let (_, version) = chosen(options, text)?;
    let packed = deployment::pack(&version, file, name)?;
    Ok(Moved { id: version.document.id, to: name.to_path_buf(), packed: Some(packed) })
}

/// Writes what is in an archive to a directory.
///
/// # Errors
///
/// It is no archive of a deployment, or not a whole one; or the directory cannot be written. Then nothing is replaced.
pub fn unpack(archive: &Path, outdir: &Path) -> Result<Moved, Error> {
    match archive.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            let message = format!("`{}` is a directory, and no archive", archive.display());
            return Err(Error::Usage(message));
        }
        Ok(_) => {}
        Err(error) => return Err(Error::io("read", archive, error)),
    }
    let version = deployment::open(archive).map_err(|findings| refused(archive, &findings))?;
    write(version, outdir)
}

/// Writes a version to a directory.
///
/// # Errors
///
/// There is no such version, or it is not whole; or the directory cannot be written. Then nothing is replaced.
pub fn export(options: &Options, text: &str, outdir: &Path) -> Result<Moved, Error> {
    write(version(options, text)?, outdir)
}

fn write(version: Deployment, outdir: &Path) -> Result<Moved, Error> {
    deployment::emit(&version, outdir, None)?;
    Ok(Moved { id: version.document.id, to: outdir.to_path_buf(), packed: None })
}

/// A version, and the directory that it is in if it is in one.
pub(super) fn chosen(options: &Options, text: Option<&str>) -> Result<(Option<PathBuf>, Deployment), Error> {
    let meant = match text {
        Some(text) => meant(options, text)?,
        None => Meant::Path(output(options)?),
    };
    match meant {
        Meant::Kept(store, id) => Ok((None, store.version(&id)?)),
        Meant::Path(path) => {
            let version = deployment::open(&path).map_err(|findings| refused(&path, &findings))?;
            Ok((Some(path).filter(|path| path.is_dir()), version))
        }
    }
}

/// Where a build of the project writes to, when there is something.
fn output(options: &Options) -> Result<PathBuf, Error> {
    // What is wrong with the configuration does not matter here.
    let project = project::load(options, &mut Diagnostics::default())?;
    let directory = match &project {
        Some(project) => deployment::default_outdir(project).0,
        None => project::root(options)?.join("dist"),
    };
    let place = deployment::place_of(directory, project::environment(options))?;
    match place.join("deployment.json").exists() {
        true => Ok(place),
        false => {
            let message =
                format!("there is no deployment in `{}`; build one, or name a version", place.display());
            Err(Error::Usage(message))
        }
    }
}

/// What an archive is called after its deployment, whose description may have been written by anybody.
fn default_name(version: &Deployment) -> PathBuf {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = version.document.project.name.chars().take(64);
    let name: String = name.map(|c| if plain(c) { c } else { '-' }).collect();
    let id = version.document.id.get(..8).unwrap_or_default();
    PathBuf::from(format!("{name}-{id}.zip"))
}
