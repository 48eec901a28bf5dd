//! What a cache finds and keeps, and what it does with files that are not what was written.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::{HashCache, Hashed, MOST_DIRECTORIES, Stamp};
use crate::asset::{AssetFile, Near};

const HASH: u128 = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;

fn open(home: &Path, name: &str) -> HashCache {
    let unfinished = tempfile::NamedTempFile::new_in(home).unwrap();
    HashCache::open(home.join("hashes"), name.to_owned(), Some(unfinished))
}

/// Files of a directory, and what would be said of them if they were as old as they have to be.
fn files(home: &Path, count: usize) -> Vec<(AssetFile, Stamp)> {
    let write = |at: usize| {
        let (path, file) = (format!("{at:03}.txt"), home.join(format!("{at:03}.txt")));
        fs::write(&file, "x").unwrap();
        let stamp = Stamp::of(&fs::metadata(&file).unwrap());
        (AssetFile { path, file }, stamp)
    };
    (0..count).map(write).collect()
}

/// A cache of an hour later, to which all files are old.
fn open_later(home: &Path, name: &str) -> HashCache {
    let mut cache = open(home, name);
    if let Some(keeping) = &mut cache.keeping {
        keeping.made.changed.0 += 3600;
    }
    cache
}

/// Keeps files whatever their age is.
fn keep(home: &Path, name: &str, files: &[(AssetFile, Stamp)]) {
    let cache = open_later(home, name);
    let hashed = |(file, stamp): &'_ (AssetFile, Stamp)| (file.path.clone(), *stamp);
    let hashed: Vec<(String, Stamp)> = files.iter().map(hashed).collect();
    let known = |(path, stamp)| Hashed { path, hash: HASH, stamp, is_known: false };
    let hashed: Vec<Hashed<'_>> = hashed.iter().map(|(path, stamp)| known((path.as_str(), *stamp))).collect();
    cache.keep(&hashed);
}

/// How many of the files are found, whose hashes have to be right.
fn found(home: &Path, name: &str, files: &[(AssetFile, Stamp)]) -> usize {
    let cache = open(home, name);
    let hashes = cache.hashes();
    let found =
        files.iter().enumerate().filter_map(|(at, (file, _))| hashes.find(at, file, &mut Near::default()));
    found.map(|(hash, _)| assert_eq!(hash, HASH)).count()
}

fn kept(home: &Path) -> PathBuf {
    home.join("hashes")
}

#[test]
fn what_was_kept_is_found_while_it_is_the_same() {
    let home = tempfile::tempdir().unwrap();
    let mut files = files(home.path(), 20);
    assert_eq!(found(home.path(), "public", &files), 0);
    keep(home.path(), "public", &files);
    assert_eq!(found(home.path(), "public", &files), 20);
    assert_eq!(found(home.path(), "other", &files), 0, "another directory has other files of these names");
    files.reverse();
    assert_eq!(found(home.path(), "public", &files), 20, "the order of files does not matter");
    let edited = &files[3].0.file;
    let modified = fs::metadata(edited).unwrap().modified().unwrap();
    fs::write(edited, "y").unwrap();
    File::options().write(true).open(edited).unwrap().set_modified(modified).unwrap();
    fs::remove_file(&files[4].0.file).unwrap();
    assert_eq!(found(home.path(), "public", &files), 18);
}

#[test]
fn young_files_are_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let files = files(home.path(), 1);
    let (file, young) = &files[0];
    let cache = open(home.path(), "public");
    let keeping = cache.keeping.as_ref().expect("temporary files are on a file system that is trusted");
    assert!(!keeping.is_settled(young));
    let seconds = |time: (i64, i64), by: i64| (time.0 - by, time.1);
    let old = Stamp { changed: seconds(keeping.made.changed, 3), modified: (0, 0), ..*young };
    assert!(keeping.is_settled(&old));
    assert!(!keeping.is_settled(&Stamp { changed: seconds(keeping.made.changed, 2), ..old }));
    assert!(
        !keeping.is_settled(&Stamp { modified: seconds(keeping.made.changed, -60), ..old }),
        "the future"
    );
    assert!(!keeping.is_settled(&Stamp { device: old.device + 1, ..old }), "another clock");
    // The time that programs set does not make a file older.
    let opened = File::options().write(true).open(&file.file).unwrap();
    opened.set_times(FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1))).unwrap();
    let stamp = Stamp::of(&fs::metadata(&file.file).unwrap());
    assert!(stamp.modified == (1, 0) && !keeping.is_settled(&stamp));
}

#[test]
fn the_directories_that_were_built_last_are_remembered() {
    let home = tempfile::tempdir().unwrap();
    let files = files(home.path(), 3);
    for at in 0..=MOST_DIRECTORIES {
        keep(home.path(), &at.to_string(), &files);
    }
    assert_eq!(found(home.path(), "0", &files), 0);
    for at in 1..=MOST_DIRECTORIES {
        assert_eq!(found(home.path(), &at.to_string(), &files), 3);
    }
    keep(home.path(), "2", &files[..1]);
    assert_eq!(found(home.path(), "2", &files), 1, "what is gone is forgotten");
}

#[test]
fn nothing_is_written_where_nothing_is_new() {
    let home = tempfile::tempdir().unwrap();
    let files = files(home.path(), 2);
    keep(home.path(), "public", &files);
    let before = Stamp::of(&fs::metadata(kept(home.path())).unwrap());
    let stamp = files[0].1;
    let known = [Hashed { path: "000.txt", hash: HASH, stamp, is_known: true }];
    open(home.path(), "public").keep(&known);
    let young = [Hashed { path: "000.txt", hash: HASH, stamp, is_known: false }];
    open(home.path(), "public").keep(&young);
    assert_eq!(Stamp::of(&fs::metadata(kept(home.path())).unwrap()), before);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 3, "no file in the making is left");
}

/// A file that is read again soon takes less time than to write what is known of all others.
#[test]
fn a_little_is_kept_when_there_is_more() {
    let home = tempfile::tempdir().unwrap();
    let (_, stamp) = files(home.path(), 1)[0];
    let is_kept_with = |new: usize, size: u64| {
        let hashed = |at: usize| Hashed {
            path: "000.txt",
            hash: HASH,
            stamp: Stamp { size, ..stamp },
            is_known: at >= new,
        };
        let all: Vec<Hashed<'_>> = (0..1_000).map(hashed).collect();
        let _ = fs::remove_file(kept(home.path()));
        open_later(home.path(), "public").keep(&all);
        kept(home.path()).exists()
    };
    assert!(!is_kept_with(1, 1_000) && !is_kept_with(40, 1_000));
    assert!(is_kept_with(60, 1_000) && is_kept_with(1, 1_000_000));
}

#[test]
fn what_is_no_file_is_no_cache() {
    let home = tempfile::tempdir().unwrap();
    let files = files(home.path(), 2);
    fs::create_dir(kept(home.path())).unwrap();
    keep(home.path(), "public", &files);
    assert_eq!(found(home.path(), "public", &files), 0);
}

proptest! {
    /// Whatever happens to the file, it says what was written or nothing.
    #[test]
    fn damage_is_absence(cut in 0.0..1.0, at in 0.0..1.0, bits in 1_u8.., how in 0..3) {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path(), 4);
        keep(home.path(), "public", &files);
        let mut bytes = fs::read(kept(home.path())).unwrap();
        let place = |part: f64, bytes: &[u8]| (bytes.len() as f64 * part) as usize;
        match how {
            0 => bytes.truncate(place(cut, &bytes)),
            1 => {
                let place = place(at, &bytes);
                bytes[place] ^= bits;
            }
            _ => {
                let gone = place(cut.min(at), &bytes)..=place(cut.max(at), &bytes);
                bytes.drain(gone);
            }
        }
        fs::write(kept(home.path()), &bytes).unwrap();
        prop_assert_eq!(found(home.path(), "public", &files), 0);
        keep(home.path(), "public", &files);
        prop_assert_eq!(found(home.path(), "public", &files), 4);
    }

    /// A file that somebody made to look right.
    #[test]
    fn hostile_content_is_absence(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path(), 1);
        let mut bytes = [super::MAGIC, &content].concat();
        bytes.extend(crate::asset::sealed::checksum(&bytes));
        fs::write(kept(home.path()), &bytes).unwrap();
        prop_assert_eq!(found(home.path(), "public", &files), 0);
    }
}
