//! What a cache finds, what it keeps, and what it does with packs that are not what was written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::{Cache, LIMIT, pack};
use crate::compile::{self, Dialect, compile};
use crate::diagnostic::Source;

fn source(at: usize) -> Source {
    let text = format!("import {{ a }} from './{at}.js';\nexport const b = a + {at}, c = () => b;\n");
    Source::new(format!("src/{at}.js"), text)
}

fn with<T>(minify: bool, run: impl FnOnce(compile::Options<'_>) -> T) -> T {
    let (dialect, define) = (Dialect::default(), BTreeMap::new());
    run(compile::Options {
        dialect: &dialect,
        module: false,
        form: compile::Form::Code,
        define: &define,
        minify,
        source_map: true,
        keep_names: true,
        flow: true,
    })
}

/// Asks a cache for files, holds its answers against the compiler's, and gives how many were not there.
fn ask(directory: &Path, limit: usize, files: impl IntoIterator<Item = usize>) -> usize {
    let cache = Cache::open(directory.to_path_buf(), limit);
    with(false, |options| {
        for at in files {
            let found = cache.object(&source(at), options).unwrap();
            let compiled = compile(&source(at), options).unwrap();
            assert_eq!(format!("{found:?}"), format!("{compiled:?}"));
        }
    });
    let missed = cache.added.lock().unwrap().len();
    cache.save();
    missed
}

fn packs(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == pack::EXTENSION)).collect();
    paths.sort();
    paths
}

#[test]
fn what_was_compiled_is_found_by_all_that_it_is_made_from() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(ask(directory.path(), LIMIT, 0..20), 20);
    assert_eq!(ask(directory.path(), LIMIT, 0..20), 0);
    assert_eq!(ask(directory.path(), LIMIT, 10..30), 10);
    let cache = Cache::open(directory.path().to_path_buf(), LIMIT);
    let other = Source::new("src/other.js", source(1).text());
    with(false, |options| cache.object(&other, options)).unwrap();
    with(true, |options| cache.object(&source(1), options)).unwrap();
    assert_eq!(cache.added.lock().unwrap().len(), 2, "another name and another option are other objects");
}

#[test]
fn packs_stay_few() {
    let directory = tempfile::tempdir().unwrap();
    for at in 0..100 {
        assert_eq!(ask(directory.path(), LIMIT, 0..=at), 1);
        assert!(packs(directory.path()).len() <= 8);
    }
}

#[test]
fn a_full_cache_keeps_what_is_used() {
    let directory = tempfile::tempdir().unwrap();
    let size = || packs(directory.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>();
    ask(directory.path(), LIMIT, 0..10);
    let limit = usize::try_from(size()).unwrap();
    assert_eq!(ask(directory.path(), limit, 5..12), 2);
    assert_eq!(ask(directory.path(), limit, 5..12), 0);
    assert!(size() <= limit as u64);
    assert_eq!(ask(directory.path(), limit, 100..200), 100);
    assert!(size() <= limit as u64);
}

#[test]
fn unfinished_packs_of_killed_runs_go_away() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join(".unfinished-old"), directory.path().join(".unfinished-new"));
    let age = SystemTime::now() - Duration::from_secs(7200);
    File::create(&old).unwrap().set_modified(age).unwrap();
    File::create(&new).unwrap();
    ask(directory.path(), LIMIT, 0..1);
    assert!(!old.exists() && new.exists());
}

#[test]
fn what_cannot_be_kept_is_compiled() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").unwrap();
    assert_eq!(ask(&file, LIMIT, 0..2), 2);
    assert_eq!(ask(&file, LIMIT, 0..2), 2);
}

proptest! {
    /// Whatever happens to a pack, answers stay right, and the next run has all of them again.
    #[test]
    fn damage_is_absence(cut in 0.0..1.0, at in 0.0..1.0, bits in 1_u8.., how in 0..3) {
        let directory = tempfile::tempdir().unwrap();
        ask(directory.path(), LIMIT, 0..4);
        let path = packs(directory.path()).remove(0);
        let mut bytes = fs::read(&path).unwrap();
        let place = |part: f64, bytes: &[u8]| (bytes.len() as f64 * part) as usize;
        match how {
            0 => bytes.truncate(place(cut, &bytes)),
            1 => {
                let place = place(at, &bytes);
                bytes[place] ^= bits;
            }
            _ => {
                let gone = place(cut, &bytes)..place(cut, &bytes).max(place(at, &bytes));
                bytes.drain(gone);
            }
        }
        fs::write(&path, &bytes).unwrap();
        ask(directory.path(), LIMIT, 0..4);
        prop_assert_eq!(ask(directory.path(), LIMIT, 0..4), 0);
    }
}
