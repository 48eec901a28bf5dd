//! What a build is doing now, for who watches it from another thread.
//!
//! Whoever works adds to a few numbers, and whoever watches reads them when it likes: to be watched costs nothing, and has no part
//! in what is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

/// What takes long in a build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// Nothing yet, or nothing that can be counted.
    #[default]
    Working,
    /// Static files are looked for.
    Finding,
    /// Static files are hashed.
    Hashing,
    /// The deployment is written.
    Writing,
}

/// The state of one build. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stage: AtomicU8,
    all: AtomicUsize,
    files: AtomicUsize,
    bytes: AtomicU64,
}

/// A moment of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What it is doing.
    pub stage: Stage,
    /// How many files that is done to in the end, 0 where that is not known.
    pub all: usize,
    /// How many it is done to already.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Progress {
    /// Begins a stage, of `all` files where their number is known.
    pub fn begin(&self, stage: Stage, all: usize) {
        let Self(state) = self;
        state.files.store(0, Ordering::Relaxed);
        state.bytes.store(0, Ordering::Relaxed);
        state.all.store(all, Ordering::Relaxed);
        state.stage.store(stage as u8, Ordering::Relaxed);
    }

    /// Says that a file is done.
    pub fn add(&self, bytes: u64) {
        self.0.files.fetch_add(1, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Where the build is.
    pub fn now(&self) -> Moment {
        let Self(state) = self;
        let stages = [Stage::Finding, Stage::Hashing, Stage::Writing];
        let stage = state.stage.load(Ordering::Relaxed);
        Moment {
            stage: stages.into_iter().find(|one| *one as u8 == stage).unwrap_or_default(),
            all: state.all.load(Ordering::Relaxed),
            files: state.files.load(Ordering::Relaxed),
            bytes: state.bytes.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Progress, Stage};

    #[test]
    fn clones_are_one_build() {
        let progress = Progress::default();
        assert_eq!(progress.now(), Moment { stage: Stage::Working, all: 0, files: 0, bytes: 0 });
        let watched = progress.clone();
        for stage in [Stage::Finding, Stage::Hashing, Stage::Writing] {
            progress.begin(stage, 2);
            progress.add(3);
            progress.add(4);
            assert_eq!(watched.now(), Moment { stage, all: 2, files: 2, bytes: 7 });
        }
    }
}
