//! Hashes that earlier builds computed: no edit is missed, whatever it leaves as it was; and files that change while they are
//! read. `PAGESBUILD_EDITS` asks for another number of edits than 1,200.

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pagesbuild::asset::{AssetFile, AssetManifest, HashCache, fingerprint};
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::progress::Progress;

use crate::fixture::files;

/// Edits of one tree of files.
const EDITS: usize = 12;

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// A directory of files with its cache.
struct Tree {
    home: PathBuf,
    edits: usize,
}

impl Tree {
    fn new(home: PathBuf, chance: &mut Chance) -> Self {
        for at in 0..24 {
            let file = home.join(format!("public/{}/{}.txt", at % 3, at / 3));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("first {:04}", chance.below(10_000))).unwrap();
        }
        Self { home, edits: 0 }
    }

    fn path(&self, at: usize) -> PathBuf {
        self.home.join(format!("public/{}/{}.txt", at % 3, at / 3))
    }

    /// A content that no file has had, of the same length each time.
    fn content(&mut self) -> String {
        self.edits += 1;
        format!("other {:04}", self.edits)
    }

    fn hashed(&self, cache: HashCache) -> AssetManifest {
        let public = self.home.join("public");
        let found = files(&public).into_iter();
        let found: Vec<AssetFile> = found.map(|path| AssetFile { file: public.join(&path), path }).collect();
        fingerprint(&found, cache, &Progress::default(), &mut Diagnostics::default()).unwrap().manifest
    }

    fn cached(&self) -> AssetManifest {
        let unfinished = tempfile::NamedTempFile::new_in(&self.home).unwrap();
        self.hashed(HashCache::open(self.home.join("hashes"), "public".to_owned(), Some(unfinished)))
    }

    fn assert_same(&self, what: &str) {
        assert_eq!(self.cached(), self.hashed(HashCache::none()), "{what}");
    }

    /// Edits some file in one of the ways that there are, and says how.
    fn edit(&mut self, chance: &mut Chance) -> &'static str {
        let at = chance.below(24);
        let other = (at + 3 * (1 + chance.below(7))) % 24;
        let (file, spare) = (self.path(at), self.home.join("spare"));
        let times = |path: &Path| {
            let metadata = fs::metadata(path).unwrap();
            fs::FileTimes::new()
                .set_modified(metadata.modified().unwrap())
                .set_accessed(metadata.accessed().unwrap())
        };
        let before = times(&file);
        let content = self.content();
        let restore =
            |path: &Path| File::options().write(true).open(path).unwrap().set_times(before).unwrap();
        match chance.below(10) {
            0 => {
                fs::write(&file, content).unwrap();
                restore(&file);
                "the same size, the time of the change set back"
            }
            1 => {
                let mut opened = File::options().write(true).open(&file).unwrap();
                opened.seek(std::io::SeekFrom::Start(6)).unwrap();
                opened.write_all(&content.as_bytes()[6..]).unwrap();
                opened.set_times(before).unwrap();
                "a part written in place, the time set back"
            }
            2 => {
                fs::write(&spare, content).unwrap();
                restore(&spare);
                fs::rename(&spare, &file).unwrap();
                "another file with the same time renamed over it"
            }
            3 => {
                // The two files change places, with all that they have.
                let (one, two) = (self.path(at), self.path(other));
                fs::hard_link(&one, &spare).unwrap();
                fs::rename(&two, &one).unwrap();
                fs::rename(&spare, &two).unwrap();
                "two files that changed places by links"
            }
            4 => {
                fs::write(&file, &content[..6]).unwrap();
                self.cached();
                fs::write(&file, &content).unwrap();
                self.cached();
                fs::write(&file, &content[..6]).unwrap();
                fs::write(&file, content.replace("other", "again")).unwrap();
                restore(&file);
                "written several times around builds"
            }
            5 => {
                File::options()
                    .write(true)
                    .open(&file)
                    .unwrap()
                    .set_modified(std::time::SystemTime::now())
                    .unwrap();
                "touched only"
            }
            6 => {
                let source = self.path(other);
                let source_times = times(&source);
                fs::copy(&source, &spare).unwrap();
                fs::remove_file(&file).unwrap();
                fs::copy(&spare, &file).unwrap();
                fs::remove_file(&spare).unwrap();
                File::options().write(true).open(&file).unwrap().set_times(source_times).unwrap();
                "replaced by a copy with its times"
            }
            7 => {
                let [one, two] = ["public/0", "public/1"].map(|name| self.home.join(name));
                fs::rename(&one, &spare).unwrap();
                fs::rename(&two, &one).unwrap();
                fs::rename(&spare, &two).unwrap();
                "two directories that changed places"
            }
            8 => {
                fs::remove_file(&file).unwrap();
                fs::write(&file, content).unwrap();
                restore(&file);
                "removed and made anew, the time set back"
            }
            _ => {
                let target = self.home.join("target");
                fs::write(&target, content).unwrap();
                restore(&target);
                fs::remove_file(&file).unwrap();
                fs::hard_link(&target, &file).unwrap();
                fs::remove_file(&target).unwrap();
                "another file linked to its place"
            }
        }
    }
}

#[test]
fn no_edit_is_missed() {
    let home = tempfile::tempdir().unwrap();
    let edits = std::env::var("PAGESBUILD_EDITS").map_or(1_200, |edits| edits.parse().unwrap());
    let mut chance = Chance(7);
    let mut trees: Vec<Tree> =
        (0..edits / EDITS).map(|at| Tree::new(home.path().join(at.to_string()), &mut chance)).collect();
    // Old enough to be believed.
    thread::sleep(Duration::from_millis(3_100));
    for tree in &mut trees {
        tree.cached();
        assert!(tree.home.join("hashes").exists(), "what is old is kept");
        for _ in 0..EDITS {
            let how = tree.edit(&mut chance);
            tree.assert_same(how);
        }
    }
}

/// Within one tick of the file system's clock an edit leaves nothing that shows it. (Linux 6.13 and later give a time of its own
/// to each edit of a file whose times were asked for.)
#[test]
fn no_edit_right_after_a_build_is_missed() {
    let home = tempfile::tempdir().unwrap();
    let mut tree = Tree::new(home.path().to_path_buf(), &mut Chance(1));
    for at in 0..300 {
        let file = tree.path(at % 24);
        let content = tree.content();
        fs::write(&file, content).unwrap();
        tree.cached();
        let content = tree.content();
        fs::write(&file, content).unwrap();
        tree.assert_same("an edit right after a build");
    }
}

/// A project of the tree, built with and without a cache.
struct Built(Tree);

impl Built {
    fn new(home: &Path) -> Self {
        let tree = Tree::new(home.join("tree"), &mut Chance(2));
        let settings = r#"{ "name": "cached", "compatibility_date": "2026-01-01", "assets": { "directory": "public" } }"#;
        fs::write(tree.home.join("wrangler.json"), settings).unwrap();
        thread::sleep(Duration::from_millis(3_100));
        Self(tree)
    }

    fn hashes(&self) -> PathBuf {
        self.0.home.join(".pagesbuild/cache/assets.hashes")
    }

    /// The id, or why there is none.
    fn build(&self, more: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
        command.args(["build", "--quiet", "--no-store"]).args(more).current_dir(&self.0.home);
        let output = command.env_remove("CLOUDFLARE_ENV").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }
}

#[test]
fn a_cache_does_not_show_in_what_is_built() {
    let home = tempfile::tempdir().unwrap();
    let project = Built::new(home.path());
    let expected = project.build(&["--no-cache"]);
    assert!(expected.is_ok() && !project.hashes().exists(), "`--no-cache` leaves nothing");
    assert_eq!(project.build(&[]), expected);
    let written = fs::read(project.hashes()).unwrap();
    assert_eq!(project.build(&[]), expected);
    assert_eq!(fs::read(project.hashes()).unwrap(), written);
    fs::write(project.hashes(), &written[..written.len() / 2]).unwrap();
    assert_eq!(project.build(&[]), expected, "half a cache is none");
    assert_eq!(fs::read(project.hashes()).unwrap(), written);
}

/// Files are not read for their hashes, and what is copied is compared with them.
#[test]
fn a_hash_that_lies_is_not_published() {
    let home = tempfile::tempdir().unwrap();
    let project = Built::new(home.path());
    let expected = project.build(&[]).unwrap();
    let file = project.0.path(0);
    let manifest =
        fingerprint(&asset(&file), HashCache::none(), &Progress::default(), &mut Diagnostics::default())
            .unwrap()
            .manifest;
    let hash = u128::from_str_radix(&manifest["/file.txt"].hash, 16).unwrap().to_be_bytes();
    let mut bytes = fs::read(project.hashes()).unwrap();
    let at = bytes.windows(hash.len()).position(|window| window == hash).unwrap();
    bytes[at] ^= 1;
    bytes.truncate(bytes.len() - 16);
    bytes.extend(&blake3::hash(&bytes).as_bytes()[..16]);
    fs::write(project.hashes(), bytes).unwrap();
    fs::remove_dir_all(project.0.home.join("dist")).unwrap();
    let said = project.build(&[]).unwrap_err();
    assert!(said.contains("0.txt`: its content is not what it was when it was hashed"), "{said}");
    assert!(said.contains("build with `--no-cache`"), "{said}");
    assert!(!project.0.home.join("dist").exists());
    assert_eq!(project.build(&["--no-cache"]), Ok(expected));
}

fn asset(file: &Path) -> [AssetFile; 1] {
    [AssetFile { path: "file.txt".into(), file: file.into() }]
}

/// Hashes a file while threads write to it, which they begin to do before and go on with until `last`.
fn hashed_while_it_grows(
    last: impl Fn(bool) -> bool + Sync,
) -> (Result<AssetManifest, String>, PathBuf, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file.txt");
    fs::write(&file, vec![b'x'; 16 << 20]).unwrap();
    let (started, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let hashed = thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut opened = File::options().append(true).open(&file).unwrap();
                while !last(done.load(Ordering::Relaxed)) {
                    opened.write_all(b"y").unwrap();
                    started.store(true, Ordering::Relaxed);
                    // Who sleeps comes before who computes, so that no reading is missed.
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        while !started.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        let hashed =
            fingerprint(&asset(&file), HashCache::none(), &Progress::default(), &mut Diagnostics::default());
        done.store(true, Ordering::Relaxed);
        hashed.map(|found| found.manifest).map_err(|error| error.to_string())
    });
    (hashed, file, home)
}

#[test]
fn a_file_that_goes_on_changing_is_an_error() {
    let (hashed, ..) = hashed_while_it_grows(|is_done| is_done);
    let error = hashed.unwrap_err();
    assert!(error.contains("file.txt`: it goes on changing while it is read"), "{error}");
    assert!(error.ends_with("and build again"), "{error}");
}

#[test]
fn a_file_that_stops_changing_is_read_again() {
    let start = Instant::now();
    let (hashed, file, _home) = hashed_while_it_grows(|_| start.elapsed() > Duration::from_millis(300));
    let again =
        fingerprint(&asset(&file), HashCache::none(), &Progress::default(), &mut Diagnostics::default())
            .unwrap()
            .manifest;
    assert_eq!(hashed, Ok(again));
}

#[cfg(unix)]
#[test]
fn what_has_become_something_else_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file.txt");
    let said = || {
        fingerprint(&asset(&file), HashCache::none(), &Progress::default(), &mut Diagnostics::default())
            .unwrap_err()
            .to_string()
    };
    assert!(said().contains("file.txt`: it was there when the build began and is gone"), "{}", said());
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    assert!(said().ends_with("file.txt`: it is no regular file"), "{}", said());
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(said().ends_with("file.txt`: it is no regular file"), "{}", said());
}
