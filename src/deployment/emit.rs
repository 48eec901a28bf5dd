//! A deployment in, the output directory out: whole or not at all.
//!
//! Everything is written to a directory beside the target; then the two change places in one step of the file system. A
//! crash, a full disk or a kill at any instant leaves the old directory or the new one, and nobody who reads meanwhile sees a
//! mix. A power failure may leave less: what cannot be made again is in the store, and is brought to the disk there.
//!
//! Where the file system or the operating system cannot exchange two directories, the old one is moved aside
//! and the new one moved in, two steps between which there is no output directory. After a crash in between,
//! the next build puts the old one back before it does anything else.

use std::fs;
use std::path::{Path, PathBuf};

use super::known::Known;
use super::lock::{self, Lock, Staging};
use super::occupied::Occupant;
use super::spare::Spare;
use super::tree::Tree;
use super::{Deployment, occupied};
use crate::asset::Stamp;
use crate::error::Error;
use crate::progress::Progress;

/// What the directory of the top level is called among those of environments.
const TOP_LEVEL: &str = "top-level";

/// Writes the deployment to `outdir`, replacing the output of an earlier build: [`stage`] and [`replace`](Staged::replace) in one.
///
/// # Errors
///
/// Those of the two.
pub fn emit(deployment: &Deployment, outdir: &Path, spare: Option<&Spare>) -> Result<(), Error> {
    stage(deployment, outdir, spare, &Progress::default())?.replace()
}

/// Writes the deployment beside `outdir`. With `spare`, which is what the present output replaced, files that are there already
/// are used again; without, all are written from where the deployment has them.
///
/// Waits for another build that writes to the same directory.
///
/// # Errors
///
/// [`Error::Usage`] when `outdir` holds anything that no build put there; [`Error::Io`] when a file cannot be
/// written, or an asset is not the one that was fingerprinted.
pub fn stage<'a>(
    deployment: &'a Deployment,
    outdir: &Path,
    spare: Option<&'a Spare>,
    progress: &Progress,
) -> Result<Staged<'a>, Error> {
    Staged::new(&[("", deployment)], outdir, spare, progress)
}

/// Writes several deployments beside `outdir`, each in a directory of the name given.
///
/// # Errors
///
/// As [`stage`].
pub fn stage_all<'a>(
    deployments: &'a [(String, &'a Deployment)],
    outdir: &Path,
    spare: Option<&'a Spare>,
    progress: &Progress,
) -> Result<Staged<'a>, Error> {
    let named: Vec<(&str, &Deployment)> =
        deployments.iter().map(|(name, deployment)| (name.as_str(), *deployment)).collect();
    Staged::new(&named, outdir, spare, progress)
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

/// Deployments that are written and may take the place of an output directory, which nobody else can replace meanwhile.
#[must_use]
pub struct Staged<'a> {
    tree: Tree<'a>,
    target: PathBuf,
    spare: Option<&'a Spare>,
    known: Known,
    stamps: Vec<Option<Stamp>>,
    /// Those of the directories, where they were written.
    directories: Option<Vec<Option<Stamp>>>,
    /// What may be replaced; `None` where the output directory has all that it is to have, but for the facts of the build.
    occupant: Option<Occupant>,
    // The lock outlives what it protects.
    staging: Staging,
    _lock: Lock,
}

impl<'a> Staged<'a> {
    fn new(
        deployments: &[(&'a str, &'a Deployment)],
        outdir: &Path,
        spare: Option<&'a Spare>,
        progress: &Progress,
    ) -> Result<Self, Error> {
        let tree = Tree::of(deployments);
        let target = occupied::settled(outdir);
        occupied::check_apart(&target)?;
        let parent = lock::parent(&target);
        fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
        let lock = Lock::acquire(&target)?;
        // What has just what it is to have has nothing that could be lost.
        let is_same = || spare.is_some() && tree.is_described_in(&target);
        let (known, is_same) = rayon::join(|| spare.map(Spare::known).unwrap_or_default(), is_same);
        let present = is_same.then(|| tree.is_in(&target, &known)).flatten();
        let occupant = match present {
            Some(_) => None,
            None => Some(occupied::check_replaceable(&target, &known)?),
        };
        let stamps = present.unwrap_or_default();
        let staging = lock.stage()?;
        let mut staged =
            Self { tree, target, spare, known, stamps, directories: None, occupant, staging, _lock: lock };
        staged.fill(progress)?;
        Ok(staged)
    }

    /// Makes the tree beside the target.
    fn fill(&mut self, progress: &Progress) -> Result<(), Error> {
        if self.occupant.is_none() {
            return Ok(());
        }
        let place = self.staging.tree();
        if let Some(spare) = self.spare {
            spare.take(&place);
        }
        let known = self.spare.map(|_| &self.known);
        let [files, directories] = self.tree.fill(&place, &self.target, known, progress)?;
        self.stamps = files;
        self.directories = Some(directories);
        Ok(())
    }

    /// Lets what was written take the place of the output directory. What `wrangler dev` keeps in the old one (`.wrangler`)
    /// moves to the new one. Where the old one has the same deployment, only the facts of the build are written.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] when something has come into the directory that no build put there; [`Error::Io`] when it cannot be
    /// replaced. It is as it was then.
    pub fn replace(self) -> Result<(), Error> {
        let replaced = match &self.occupant {
            None => {
                self.tree.renew_facts(&self.target, &self.staging)?;
                false
            }
            Some(occupant) => {
                // The writing may have taken a while.
                occupant.check_again(&self.target, &self.known)?;
                replace(&self.staging, &self.target)?
            }
        };
        if let Some(spare) = self.spare {
            spare.record(&self.known, self.tree.written(&self.stamps, self.directories.as_deref()), replaced);
        }
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        // What was in the target until now; or, when it was not replaced, what there is of the new one.
        if let Some(spare) = self.spare.filter(|_| self.occupant.is_some()) {
            spare.keep(&self.staging);
        }
    }
}

fn replace(staging: &Staging, target: &Path) -> Result<bool, Error> {
    let tree = staging.tree();
    if !target.exists() {
        fs::rename(&tree, target).map_err(|error| Error::io("create", target, error))?;
        return Ok(false);
    }
    let old = if exchange(&tree, target)? {
        tree
    } else {
        replace_in_two_steps(&tree, &staging.old(), target)?;
        staging.old()
    };
    occupied::carry_over(&old, target);
    Ok(true)
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
