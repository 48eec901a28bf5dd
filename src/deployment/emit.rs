//! A deployment in, the output directory out: whole or not at all.
//!
//! Everything is written to a directory beside the target and brought to the disk; then the two change places
//! in one step of the file system. A crash, a full disk or a kill at any instant leaves the old directory or
//! the new one, and nobody who reads meanwhile sees a mix.
//!
//! Where the file system or the operating system cannot exchange two directories, the old one is moved aside
//! and the new one moved in, two steps between which there is no output directory. After a crash in between,
//! the next build puts the old one back before it does anything else.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::lock::{self, Lock, Staging};
use super::{BUILD_FACTS, CopyError, Deployment, OutputFile, occupied};
use crate::error::Error;

/// What the directory of the top level is called among those of environments.
const TOP_LEVEL: &str = "top-level";

/// Writes the deployment to `outdir`, replacing the output of an earlier build.
///
/// Waits for another build that writes to the same directory. What `wrangler dev` keeps in the old directory
/// (`.wrangler`) moves to the new one.
///
/// # Errors
///
/// [`Error::Usage`] when `outdir` holds anything that no build put there; [`Error::Io`] when a file cannot be
/// written, or an asset is not the one that was fingerprinted. Nothing is replaced then.
pub fn emit(deployment: &Deployment, outdir: &Path) -> Result<(), Error> {
    swap_in(outdir, |tree| write_tree(deployment, tree))
}

/// Writes several deployments to `outdir`, each in a directory of the name given, in one step.
///
/// # Errors
///
/// As [`emit`].
pub fn emit_all(deployments: &[(String, &Deployment)], outdir: &Path) -> Result<(), Error> {
    swap_in(outdir, |tree| {
        create_directory(tree)?;
        deployments.iter().try_for_each(|(name, deployment)| write_tree(deployment, &tree.join(name)))
    })
}

/// The directory of an environment among those of others.
///
/// # Errors
///
/// [`Error::Usage`] when no directory can have its name everywhere.
pub fn directory_name(environment: Option<&str>) -> Result<String, Error> {
    let Some(name) = environment else { return Ok(TOP_LEVEL.to_owned()) };
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    match name != TOP_LEVEL && !name.is_empty() && name.bytes().all(is_plain) {
        true => Ok(name.to_owned()),
        false => Err(Error::Usage(format!(
            "no directory can be called like the environment `{name}` everywhere; build it alone, with `--env` and `--outdir`"
        ))),
    }
}

/// Lets `write` make a tree beside the target, and the two change places.
fn swap_in(outdir: &Path, write: impl FnOnce(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let target = occupied::settled(outdir);
    occupied::check_replaceable(&target)?;
    let parent = lock::parent(&target);
    fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    let lock = Lock::acquire(&target)?;
    let staging = lock.stage()?;
    write(&staging.tree())?;
    sync_tree(&staging.tree())?;
    // Once more: the wait and the writing may have taken a while.
    occupied::check_replaceable(&target)?;
    replace(&staging, &target)?;
    lock::sync_directory(parent);
    Ok(())
}

fn write_tree(deployment: &Deployment, tree: &Path) -> Result<(), Error> {
    let mut directories: BTreeSet<&str> = BTreeSet::from([""]);
    if deployment.document.assets.is_some() {
        // The deployer expects the directory even where nothing is in it.
        directories.insert("assets");
    }
    for file in &deployment.files {
        let slashes = file.path.match_indices('/').map(|(at, _)| at);
        directories.extend(slashes.filter_map(|at| file.path.get(..at)));
    }
    for directory in &directories {
        create_directory(&tree.join(directory))?;
    }
    let facts = deployment.facts.as_ref().map(|text| OutputFile::of(BUILD_FACTS, text.clone().into_bytes()));
    let files: Vec<&OutputFile> = deployment.files.iter().chain(&facts).collect();
    let written: Vec<Result<(), Error>> = files.par_iter().map(|file| write_file(tree, file)).collect();
    written.into_iter().collect()
}

fn create_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(|error| not_created(path, error))?;
    set_mode(path, 0o755)
}

/// Nothing was there before: what is in the way is another file of the deployment.
fn not_created(path: &Path, error: io::Error) -> Error {
    if error.kind() != io::ErrorKind::AlreadyExists {
        return Error::io("create", path, error);
    }
    let why = "the deployment has two files whose names are one on this file system; `pagesbuild verify` tells which";
    Error::unusable(path, why)
}

fn write_file(tree: &Path, file: &OutputFile) -> Result<(), Error> {
    let path = tree.join(&file.path);
    let created = file.create(&path).map_err(|error| match error {
        CopyError::Unwritten(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            not_created(&path, error)
        }
        error => file.copy_failed(&path, error),
    })?;
    set_mode(&path, 0o644)?;
    // Elsewhere the whole tree is brought to the disk in one go.
    if cfg!(not(target_os = "linux")) {
        created.sync_all().map_err(|error| Error::io("write", &path, error))?;
    }
    Ok(())
}

/// Fixed modes, whatever the umask: the output is the same on every machine.
#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| Error::io("set the mode of", path, error))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> Result<(), Error> {
    Ok(())
}

/// Brings the tree to the disk before it takes its place: a rename that outlives a power failure which its
/// files did not would be a mix of names and nothing. One call for the file system costs less than one a file.
#[cfg(target_os = "linux")]
fn sync_tree(tree: &Path) -> Result<(), Error> {
    let opened = File::open(tree).map_err(|error| Error::io("open", tree, error))?;
    rustix::fs::syncfs(&opened).map_err(|error| Error::io("write", tree, error.into()))
}

#[cfg(not(target_os = "linux"))]
fn sync_tree(tree: &Path) -> Result<(), Error> {
    let entries = walkdir::WalkDir::new(tree).into_iter().flatten();
    entries.filter(|entry| entry.file_type().is_dir()).for_each(|entry| lock::sync_directory(entry.path()));
    Ok(())
}

fn replace(staging: &Staging, target: &Path) -> Result<(), Error> {
    let tree = staging.tree();
    if !target.exists() {
        return fs::rename(&tree, target).map_err(|error| Error::io("create", target, error));
    }
    let old = if exchange(&tree, target)? {
        tree
    } else {
        replace_in_two_steps(&tree, &staging.old(), target)?;
        staging.old()
    };
    occupied::carry_over(&old, target);
    Ok(())
}

/// Lets two directories change places; `false` where that is not to be had.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(tree: &Path, target: &Path) -> Result<bool, Error> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, tree, CWD, target, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        // The kernel or the file system does not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(Error::io("replace", target, error.into())),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_tree: &Path, _target: &Path) -> Result<bool, Error> {
    Ok(false)
}

fn replace_in_two_steps(tree: &Path, old: &Path, target: &Path) -> Result<(), Error> {
    let failed = |error| Error::io("replace", target, error);
    fs::rename(target, old).map_err(failed)?;
    fs::rename(tree, target).map_err(|error| {
        // Nothing else has touched the name since: the lock is ours.
        let _ = fs::rename(old, target);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file system does that does not tell `A` from `a`.
    #[test]
    fn two_files_of_one_name() {
        let directory = tempfile::tempdir().unwrap();
        let file = OutputFile::of("a.js", Vec::new());
        write_file(directory.path(), &file).unwrap();
        let error = write_file(directory.path(), &file).unwrap_err().to_string();
        assert!(error.contains("two files whose names are one on this file system"), "{error}");
    }

    #[test]
    fn two_steps_when_there_is_no_exchange() {
        let directory = tempfile::tempdir().unwrap();
        let [tree, old, target] = ["tree", "old", "target"].map(|name| directory.path().join(name));
        for path in [&tree, &target] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("name"), path.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
        replace_in_two_steps(&tree, &old, &target).unwrap();
        assert_eq!(fs::read(target.join("name")).unwrap(), b"tree");
        assert_eq!(fs::read(old.join("name")).unwrap(), b"target");
        // The new directory is missing now: the old one must come back.
        assert!(replace_in_two_steps(&tree, &directory.path().join("older"), &target).is_err());
        assert_eq!(fs::read(target.join("name")).unwrap(), b"tree");
    }
}
