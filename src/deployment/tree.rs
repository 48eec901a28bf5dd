//! A directory that is made to hold just what it is to hold.
//!
//! What is there already and is right stays; what is known to be right elsewhere becomes a link to it; the rest is written.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::known::Known;
use super::lock::Staging;
use super::occupied::WRANGLER_STATE;
use super::{BUILD_FACTS, Content, CopyError, DOCUMENT, Deployment, OutputFile};
use crate::asset::{Near, Stamp, open_regular};
use crate::error::Error;
use crate::hash;
use crate::progress::Progress;

/// Mode of every file.
pub(super) const FILE_MODE: u32 = 0o644;

/// What an output directory is to hold.
pub(super) struct Tree<'a> {
    /// With those that they lie in, which come first; the directory itself is the empty one.
    directories: BTreeSet<String>,
    /// With their paths, in the order of these.
    files: Vec<(String, File<'a>)>,
}

/// A file of a [`Tree`].
enum File<'a> {
    /// One of a deployment.
    Of(&'a OutputFile),
    /// The facts of its build.
    Facts(Box<OutputFile>),
}

impl Deref for File<'_> {
    type Target = OutputFile;

    fn deref(&self) -> &OutputFile {
        match self {
            Self::Of(file) => file,
            Self::Facts(file) => file,
        }
    }
}

/// What of a [`Tree`] a directory holds.
struct Survey {
    /// For each file whether there is a file of its name.
    present: Vec<bool>,
    missing: Vec<String>,
    foreign: Vec<PathBuf>,
}

/// From where to where files are put.
struct Filling<'a> {
    place: &'a Path,
    /// A directory that may have some of them.
    other: &'a Path,
    known: Option<&'a Known>,
}

impl<'a> Tree<'a> {
    /// Deployments, each in a directory of the name given, which is empty for one alone; and the facts of their builds.
    pub(super) fn of(deployments: &[(&'a str, &'a Deployment)]) -> Self {
        let within =
            |name: &str, path: &str| if name.is_empty() { path.to_owned() } else { format!("{name}/{path}") };
        let mut directories = BTreeSet::from([String::new()]);
        let mut files = Vec::new();
        for (name, deployment) in deployments {
            directories.insert((*name).to_owned());
            if deployment.document.assets.is_some() {
                // The deployer expects the directory even where nothing is in it.
                directories.insert(within(name, "assets"));
            }
            files.extend(deployment.files.iter().map(|file| (within(name, &file.path), File::Of(file))));
            let facts =
                deployment.facts.as_ref().map(|text| OutputFile::of(BUILD_FACTS, text.clone().into_bytes()));
            files.extend(facts.map(|file| (within(name, &file.path), File::Facts(Box::new(file)))));
        }
        let mut last = "";
        for (path, _) in &files {
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            // Most are where the one before is.
            if parent == last {
                continue;
            }
            last = parent;
            let slashes = path.match_indices('/').rev();
            for (at, _) in slashes {
                // With one that is there already come all that it lies in.
                if !directories.insert(path[..at].to_owned()) {
                    break;
                }
            }
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { directories, files }
    }

    /// The files in the order of the stamps that others speak of.
    pub(super) fn files(&self) -> Vec<&OutputFile> {
        self.files.iter().map(|(_, file)| &**file).collect()
    }

    /// Whether a directory has the descriptions that it is to have: whatever else differs shows in them.
    pub(super) fn is_described_in(&self, place: &Path) -> bool {
        let mut descriptions = self.files.iter().filter(|(_, file)| file.path == DOCUMENT);
        descriptions.all(|(path, file)| {
            let Content::Bytes(bytes) = &file.content else { return false };
            let Ok(mut opened) = open_regular(&place.join(path)) else { return false };
            let mut rest = bytes.as_slice();
            let compared = hash::in_pieces(&mut opened, |piece| {
                rest = rest.strip_prefix(piece).ok_or_else(|| io::Error::other("it is another one"))?;
                Ok(())
            });
            compared.is_ok() && rest.is_empty()
        })
    }

    /// The stamps of all files of a directory that holds what it is to hold, of facts only where they are those; `None` for any
    /// other directory.
    pub(super) fn is_in(&self, place: &Path, known: &Known) -> Option<Vec<Option<Stamp>>> {
        let confirm =
            |near: &mut Near, (path, file): &(String, File<'_>)| known.confirm(&place.join(path), file, near);
        let survey = self.survey(place).ok()?;
        let mut foreign = survey.foreign.iter().filter_map(|path| path.file_name());
        if !survey.missing.is_empty() || foreign.any(|name| name != WRANGLER_STATE) {
            return None;
        }
        self.files
            .par_iter()
            .map_init(Near::default, |near, file| match confirm(near, file) {
                None if file.1.path != BUILD_FACTS => None,
                stamp => Some(stamp),
            })
            .collect()
    }

    /// Writes the facts anew into a directory that holds all else.
    pub(super) fn renew_facts(&self, place: &Path, staging: &Staging) -> Result<(), Error> {
        for (path, file) in self.files.iter().filter(|(_, file)| file.path == BUILD_FACTS) {
            let (new, path) = (staging.tree(), place.join(path));
            let (written, _) = write_file(&new, file)?;
            written.sync_all().map_err(|error| Error::io("write", &path, error))?;
            fs::rename(&new, &path).map_err(|error| Error::io("write", &path, error))?;
        }
        Ok(())
    }

    /// Makes `place` hold what it is to hold. With `known`, what is right there stays, and what is right in `other` is linked. The
    /// stamps are those of the files, and the paths of what is new are given with them.
    pub(super) fn fill(
        &self,
        place: &Path,
        other: &Path,
        known: Option<&Known>,
        progress: &Progress,
    ) -> Result<(Vec<Option<Stamp>>, Vec<PathBuf>), Error> {
        let survey = self.survey(place)?;
        survey.foreign.iter().try_for_each(|path| remove(path))?;
        survey.missing.iter().try_for_each(|directory| create_directory(&place.join(directory)))?;
        let filling = Filling { place, other, known };
        let put = |near: &mut [Near; 2], (at, (path, file)): (usize, &(String, File<'_>))| {
            let put = filling.put(path, file, survey.present.get(at) == Some(&true), near);
            progress.add(file.expected.size);
            put
        };
        let put: Vec<Result<_, Error>> =
            self.files.par_iter().enumerate().map_init(Default::default, put).collect();
        let put = put.into_iter().collect::<Result<Vec<(Stamp, bool)>, Error>>()?;
        let made = self.files.iter().zip(&put).filter(|(_, (_, is_new))| *is_new);
        let made = made.map(|((path, _), _)| place.join(path)).collect();
        Ok((put.into_iter().map(|(stamp, _)| Some(stamp)).collect(), made))
    }

    /// Which of the files is at a path.
    fn place(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|(other, _)| other.as_str().cmp(path)).ok()
    }

    fn survey(&self, place: &Path) -> Result<Survey, Error> {
        let mut survey =
            Survey { present: vec![false; self.files.len()], missing: Vec::new(), foreign: Vec::new() };
        let mut there: BTreeSet<&str> = BTreeSet::new();
        for directory in &self.directories {
            let parent = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
            // A link to a directory is none: what it leads to is not ours.
            let is_there = (directory.is_empty() || there.contains(parent))
                && fs::symlink_metadata(place.join(directory)).is_ok_and(|found| found.is_dir());
            match is_there {
                true => _ = there.insert(directory),
                false => survey.missing.push(directory.clone()),
            }
        }
        let listed: Vec<_> = there.par_iter().map(|directory| self.list(place, directory)).collect();
        for listed in listed {
            let (present, foreign) = listed?;
            for at in present {
                if let Some(present) = survey.present.get_mut(at) {
                    *present = true;
                }
            }
            survey.foreign.extend(foreign);
        }
        Ok(survey)
    }

    /// The files of ours in a directory, and what else is in it.
    fn list(&self, place: &Path, directory: &str) -> Result<(Vec<usize>, Vec<PathBuf>), Error> {
        let path = place.join(directory);
        let read = |error| Error::io("read", &path, error);
        let (mut present, mut foreign) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(&path).map_err(read)? {
            let entry = entry.map_err(read)?;
            let kind = entry.file_type().map_err(read)?;
            let name = entry.file_name();
            let within = name.to_str().map(|name| match directory {
                "" => name.to_owned(),
                directory => format!("{directory}/{name}"),
            });
            let file = within.as_ref().and_then(|within| self.place(within));
            match (file, within) {
                (Some(at), _) if kind.is_file() => present.push(at),
                (None, Some(within)) if kind.is_dir() && self.directories.contains(&within) => {}
                _ => foreign.push(entry.path()),
            }
        }
        Ok((present, foreign))
    }
}

impl Filling<'_> {
    /// Lets a file be where it is to be: as it is, as a link to the same one of the other directory, or written. Whether it is
    /// new comes with its stamp.
    fn put(
        &self,
        path: &str,
        file: &OutputFile,
        is_there: bool,
        [near, near_other]: &mut [Near; 2],
    ) -> Result<(Stamp, bool), Error> {
        let to = self.place.join(path);
        if is_there {
            if let Some(stamp) = self.known.and_then(|known| known.confirm(&to, file, near)) {
                return Ok((stamp, false));
            }
            fs::remove_file(&to).map_err(|error| Error::io("remove", &to, error))?;
        }
        let from = self.other.join(path);
        let before = self.known.and_then(|known| known.confirm(&from, file, near_other));
        if let Some(before) = before
            && let Some(stamp) = link(&to, &from, before)?
        {
            return Ok((stamp, true));
        }
        write_file(&to, file).map(|(_, stamp)| (stamp, true))
    }
}

/// `None` where no link can be made, or the file is another one by now. Only what builds wrote is in an output directory.
fn link(to: &Path, from: &Path, before: Stamp) -> Result<Option<Stamp>, Error> {
    if fs::hard_link(from, to).is_err() {
        return Ok(None);
    }
    let found = fs::symlink_metadata(to).map_err(|error| Error::io("read", to, error))?;
    let stamp = Stamp::of(&found);
    // A link shows in the time of the last change, and in nothing else.
    if stamp == (Stamp { changed: stamp.changed, ..before }) {
        return Ok(Some(stamp));
    }
    fs::remove_file(to).map_err(|error| Error::io("remove", to, error))?;
    Ok(None)
}

fn remove(path: &Path) -> Result<(), Error> {
    let is_directory = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_directory { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(|error| Error::io("remove", path, error))
}

fn create_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(|error| not_created(path, error))?;
    open_to_all(path)
}

/// Nothing was there before: what is in the way is another file of the deployment.
fn not_created(path: &Path, error: io::Error) -> Error {
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Error::io("create", path, error);
    }
    let why = "the deployment has two files whose names are one on this file system; `pagesbuild verify` tells which";
    Error::unusable(path, why)
}

fn write_file(path: &Path, file: &OutputFile) -> Result<(fs::File, Stamp), Error> {
    let created = file.create(path).map_err(|error| match error {
        CopyError::Unwritten(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            not_created(path, error)
        }
        error => file.copy_failed(path, error),
    })?;
    let metadata = settle_mode(&created).map_err(|error| Error::io("set the mode of", path, error))?;
    // Elsewhere the whole tree is brought to the disk in one go.
    if cfg!(not(target_os = "linux")) {
        created.sync_all().map_err(|error| Error::io("write", path, error))?;
    }
    Ok((created, Stamp::of(&metadata)))
}

/// Gives a file its mode, whatever the umask left of it: the output is the same on every machine.
#[cfg(unix)]
fn settle_mode(file: &fs::File) -> io::Result<Metadata> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata()?;
    if metadata.permissions().mode() & 0o7777 == FILE_MODE {
        return Ok(metadata);
    }
    file.set_permissions(fs::Permissions::from_mode(FILE_MODE))?;
    file.metadata()
}

#[cfg(not(unix))]
fn settle_mode(file: &fs::File) -> io::Result<Metadata> {
    file.metadata()
}

/// A directory that everybody may read, whatever the umask.
#[cfg(unix)]
fn open_to_all(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| Error::io("set the mode of", path, error))
}

#[cfg(not(unix))]
fn open_to_all(_path: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file system does that does not tell `A` from `a`.
    #[test]
    fn two_files_of_one_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.js");
        let file = OutputFile::of("a.js", Vec::new());
        write_file(&path, &file).unwrap();
        let error = write_file(&path, &file).unwrap_err().to_string();
        assert!(error.contains("two files whose names are one on this file system"), "{error}");
    }
}
