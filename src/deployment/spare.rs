//! What builds leave for the next one that writes to the same place: the output that was replaced last.
//!
//! Of a site with many files the next build changes some few. To make all others again takes as long as the first build did;
//! to make them again as links takes as long as `cp -rl`, and to remove the old ones half of that. So the output that was
//! replaced is not removed but moved to `.pagesbuild/spare`; the next build makes the new output of it, by writing what has to
//! change, and the two change places. Most of their files are one and the same, under two names.
//!
//! Nothing needs any of this to be there, and whatever is there is looked at before it is used.

use std::fs;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::known::{Known, Written};
use super::lock::Staging;
use super::occupied::settled;

/// Letters that names of directories have everywhere.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Where the spare of an output directory is, and what is known of the files of both.
#[derive(Debug)]
pub struct Spare {
    directory: PathBuf,
}

impl Spare {
    /// The one of an output directory in a project; `None` where it lies elsewhere.
    pub fn of(root: &Path, outdir: &Path) -> Option<Self> {
        let (root, outdir) = (settled(root), settled(outdir));
        let inside = outdir.strip_prefix(&root).ok()?.to_str().filter(|inside| !inside.is_empty())?;
        let name = utf8_percent_encode(inside, ESCAPED).to_string();
        Some(Self { directory: root.join(".pagesbuild/spare").join(name) })
    }

    /// What is known of files.
    pub(super) fn known(&self) -> Known {
        Known::read(&self.directory.join("known"))
    }

    /// Moves what is there to `place`, if it can be had.
    pub(super) fn take(&self, place: &Path) {
        // A link would lead elsewhere.
        if fs::symlink_metadata(self.tree()).is_ok_and(|found| found.is_dir()) {
            let _ = fs::rename(self.tree(), place);
        }
    }

    /// Keeps what is in the staging directory: the output that was replaced, or what there is of one that was not to be.
    pub(super) fn keep(&self, staging: &Staging) {
        if self.prepare().is_some() {
            let _ =
                fs::rename(staging.old(), self.tree()).or_else(|_| fs::rename(staging.tree(), self.tree()));
        }
    }

    /// Says what was written; see [`Known::record`].
    pub(super) fn record(&self, known: &Known, written: Written<'_>, replaced: bool) {
        if self.prepare().is_some() {
            let _ = known.record(&self.directory.join("known"), written, replaced);
        }
    }

    fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    fn prepare(&self) -> Option<()> {
        fs::create_dir_all(&self.directory).ok()?;
        let ignore = self.directory.parent()?.join(".gitignore");
        if ignore.exists() { Some(()) } else { fs::write(ignore, "*\n").ok() }
    }
}
