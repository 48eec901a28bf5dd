//! A directory that is made to hold just what it is to hold.
//!
//! What is there already and is right stays; what is known to be right elsewhere becomes a link to it; the rest is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::known::{Directory, Generation, Known, Written, names};
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
    directories: BTreeMap<String, Inside>,
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

/// What is in a directory of a [`Tree`], in the order of the names.
#[derive(Default)]
struct Inside {
    /// Which of the files.
    files: Vec<usize>,
    /// Names.
    directories: Vec<String>,
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
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self { directories: inside(directories, &files), files }
    }

    /// What a record is to say of an output that has all of this, with the stamps of the files and directories.
    pub(super) fn written(
        &self,
        files: &[Option<Stamp>],
        directories: Option<&[Option<Stamp>]>,
    ) -> Written<'_> {
        let all: Vec<&OutputFile> = self.files.iter().map(|(_, file)| &**file).collect();
        let directory = |((path, inside), stamp): ((&String, &Inside), &Option<Stamp>)| Directory {
            path: path.clone(),
            stamp: *stamp,
            names: self.names(inside),
        };
        Written {
            files: all.into_iter().zip(files.iter().copied()).collect(),
            directories: directories
                .map(|stamps| self.directories.iter().zip(stamps).map(directory).collect()),
        }
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
        let survey = self.survey(place, Some((known, Generation::Last))).ok()?;
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
            write_file(&new, file)?;
            fs::rename(&new, &path).map_err(|error| Error::io("write", &path, error))?;
        }
        Ok(())
    }

    /// Makes `place` hold what it is to hold. With `known`, what is right there stays, and what is right in `other` is linked. The
    /// stamps are those of the files and of the directories.
    pub(super) fn fill(
        &self,
        place: &Path,
        other: &Path,
        known: Option<&Known>,
        progress: &Progress,
    ) -> Result<[Vec<Option<Stamp>>; 2], Error> {
        let survey = self.survey(place, known.map(|known| (known, Generation::BeforeLast)))?;
        survey.foreign.iter().try_for_each(|path| remove(path))?;
        survey.missing.iter().try_for_each(|directory| create_directory(&place.join(directory)))?;
        let filling = Filling { place, other, known };
        let put = |near: &mut [Near; 2], (at, (path, file)): (usize, &(String, File<'_>))| {
            let put = filling.put(path, file, survey.present.get(at) == Some(&true), near);
            progress.add(file.expected.size);
            put
        };
        let put: Vec<Result<Stamp, Error>> =
            self.files.par_iter().enumerate().map_init(Default::default, put).collect();
        let files = put.into_iter().map(|stamp| stamp.map(Some)).collect::<Result<_, Error>>()?;
        let look = |near: &mut Near, directory: &String| match directory.as_str() {
            "" => None,
            directory => near.look_at_link(&place.join(directory)).ok().map(|found| found.stamp),
        };
        let directories: Vec<&String> = self.directories.keys().collect();
        Ok([files, directories.into_par_iter().map_init(Near::default, look).collect()])
    }

    /// Which of the files is at a path.
    fn place(&self, path: &str) -> Option<usize> {
        self.files.binary_search_by(|(other, _)| other.as_str().cmp(path)).ok()
    }

    /// With `known`, `place` is one of the outputs that it knows.
    fn survey(&self, place: &Path, known: Option<(&Known, Generation)>) -> Result<Survey, Error> {
        let mut survey =
            Survey { present: vec![false; self.files.len()], missing: Vec::new(), foreign: Vec::new() };
        let mut there: BTreeMap<&str, (&Inside, Stamp)> = BTreeMap::new();
        let mut near = Near::default();
        for (directory, inside) in &self.directories {
            let parent = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
            let is_there = directory.is_empty() || there.contains_key(parent);
            let look = is_there.then(|| near.look_at_link(&place.join(directory)).ok()).flatten();
            // A link to a directory is none: what it leads to is not ours.
            match look.filter(|found| found.is_directory) {
                Some(found) => _ = there.insert(directory, (inside, found.stamp)),
                None => survey.missing.push(directory.clone()),
            }
        }
        let list = |(directory, (inside, stamp)): (&&str, &(&Inside, Stamp))| {
            let is_known = known
                .is_some_and(|(known, of)| known.confirm_directory(of, directory, stamp, self.names(inside)));
            match is_known {
                true => Ok((inside.files.clone(), Vec::new())),
                false => self.list(place, directory),
            }
        };
        let listed: Vec<_> = there.par_iter().map(list).collect();
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

    /// A hash of the names in a directory.
    fn names(&self, inside: &Inside) -> u128 {
        let files = inside.files.iter().filter_map(|at| self.files.get(*at));
        let files = files.map(|(path, _)| path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name));
        names(files, inside.directories.iter().map(String::as_str))
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
                (None, Some(within)) if kind.is_dir() && self.directories.contains_key(&within) => {}
                _ => foreign.push(entry.path()),
            }
        }
        Ok((present, foreign))
    }
}

/// Directories, those that files are in, and those that these are in, with what is in each.
fn inside(directories: BTreeSet<String>, files: &[(String, File<'_>)]) -> BTreeMap<String, Inside> {
    let parent = |path: &str| path.rsplit_once('/').map_or(0, |(parent, _)| parent.len());
    let mut inside: BTreeMap<String, Inside> =
        directories.into_iter().map(|directory| (directory, Inside::default())).collect();
    let mut at = 0;
    // Most are where the one before is.
    for together in files.chunk_by(|(one, _), (other, _)| one[..parent(one)] == other[..parent(other)]) {
        let end = at + together.len();
        if let [(path, _), ..] = together {
            inside.entry(path[..parent(path)].to_owned()).or_default().files.extend(at..end);
        }
        at = end;
    }
    let mut rest: Vec<String> = inside.keys().filter(|directory| !directory.is_empty()).cloned().collect();
    while let Some(directory) = rest.pop() {
        let length = parent(&directory);
        let above = directory[..length].to_owned();
        if !inside.contains_key(&above) {
            rest.push(above.clone());
        }
        let name = directory[length..].trim_start_matches('/').to_owned();
        inside.entry(above).or_default().directories.push(name);
    }
    inside.values_mut().for_each(|inside| inside.directories.sort());
    inside
}

impl Filling<'_> {
    /// Lets a file be where it is to be: as it is, as a link to the same one of the other directory, or written.
    fn put(
        &self,
        path: &str,
        file: &OutputFile,
        is_there: bool,
        [near, near_other]: &mut [Near; 2],
    ) -> Result<Stamp, Error> {
        let to = self.place.join(path);
        if is_there {
            if let Some(stamp) = self.known.and_then(|known| known.confirm(&to, file, near)) {
                return Ok(stamp);
            }
            fs::remove_file(&to).map_err(|error| Error::io("remove", &to, error))?;
        }
        let from = self.other.join(path);
        let before = self.known.and_then(|known| known.confirm(&from, file, near_other));
        if let Some(before) = before
            && let Some(stamp) = link((&to, near), (&from, near_other), before)?
        {
            return Ok(stamp);
        }
        write_file(&to, file)
    }
}

/// `None` where no link can be made, or the file is another one by now. Only what builds wrote is in an output directory.
fn link(
    (to, near): (&Path, &mut Near),
    (from, near_from): (&Path, &mut Near),
    before: Stamp,
) -> Result<Option<Stamp>, Error> {
    if near.link(to, from, near_from).is_err() {
        return Ok(None);
    }
    let found = near.look_at_link(to).map_err(|error| Error::io("read", to, error))?;
    // A link shows in the time of the last change, and in nothing else.
    if found.stamp == (Stamp { changed: found.stamp.changed, ..before }) {
        return Ok(Some(found.stamp));
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

fn write_file(path: &Path, file: &OutputFile) -> Result<Stamp, Error> {
    let created = file.create(path).map_err(|error| match error {
        CopyError::Unwritten(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            not_created(path, error)
        }
        error => file.copy_failed(path, error),
    })?;
    let metadata = settle_mode(&created).map_err(|error| Error::io("set the mode of", path, error))?;
    Ok(Stamp::of(&metadata))
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
