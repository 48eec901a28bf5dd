//! Written again over what was written before: what is right stays, all else is made right, whatever happened to it meanwhile.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use pagesbuild::deployment::{Spare, emit, verify};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{assemble, built, everything};
use crate::fixture::files;
use crate::project::{at, write};

/// Builds a project with a spare.
fn again(root: &Path) -> String {
    let project = at(root);
    let deployment = built(&assemble(&project, None, &[]), root);
    let dist = root.join("dist");
    emit(&deployment, &dist, Spare::of(root, &dist).as_ref()).unwrap();
    deployment.document.id
}

fn inodes(directory: &Path) -> BTreeMap<String, u64> {
    let inode = |path: String| (path.clone(), fs::metadata(directory.join(path)).unwrap().ino());
    files(directory).into_iter().map(inode).collect()
}

fn spare(root: &Path) -> PathBuf {
    root.join(".pagesbuild/spare/dist/tree")
}

/// Files that differ in their names and a little in their contents.
fn site(root: &Path) {
    for number in 0..40 {
        write(root, &[(&format!("public/{}/{number}.txt", number % 5), format!("file {number}").as_bytes())]);
    }
}

/// The output is what a build into a new place makes of the same project.
fn is_right(root: &Path, id: &str) {
    assert_eq!(verify(&root.join("dist")).unwrap().document.id, id);
    for path in files(&root.join("dist")) {
        let mode = fs::metadata(root.join("dist").join(&path)).unwrap().mode();
        assert_eq!(mode & 0o7777, 0o644, "{path}");
    }
}

#[test]
fn what_did_not_change_is_not_written() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let dist = root.join("dist");
    site(root);
    let first = again(root);
    let before = inodes(&dist);
    assert_eq!(again(root), first);
    let differing = |one: &BTreeMap<String, u64>, other: &BTreeMap<String, u64>| -> Vec<String> {
        one.iter()
            .filter(|(path, inode)| other.get(*path) != Some(inode))
            .map(|(path, _)| path.clone())
            .collect()
    };
    assert_eq!(differing(&inodes(&dist), &before), ["build.json"]);
    let differing = |one: &BTreeMap<String, u64>, other: &BTreeMap<String, u64>| {
        // Facts of the same second are the same.
        let differing = differing(one, other).into_iter();
        differing.filter(|path| path != "build.json").collect::<Vec<_>>()
    };
    assert!(!spare(root).exists());
    // With and without an output that was replaced to make the new one of.
    for round in 0..4 {
        let before = inodes(&dist);
        write(root, &[("public/0/0.txt", format!("round {round}").as_bytes())]);
        let id = again(root);
        is_right(root, &id);
        assert_eq!(differing(&inodes(&dist), &before), ["assets/0/0.txt", "deployment.json"]);
        assert!(spare(root).join("assets/1/1.txt").is_file());
    }
    // Never a link to what is the user's.
    for path in files(&root.join("public")) {
        assert_eq!(fs::metadata(root.join("public").join(path)).unwrap().nlink(), 1);
    }
    assert_eq!(
        files(&root.join(".pagesbuild")).iter().filter(|path| path.ends_with(".gitignore")).count(),
        1
    );
}

/// What is in the output, and is not what was written, is seen however it was done.
#[test]
fn edits_in_the_output() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    site(root);
    again(root);
    let edited = root.join("dist/assets/1/1.txt");
    for round in 0..6 {
        if round % 2 == 0 {
            write(root, &[("public/0/0.txt", format!("round {round}").as_bytes())]);
        }
        let times = fs::metadata(&edited).unwrap();
        fs::write(&edited, "edit 1").unwrap();
        let file = fs::File::options().write(true).open(&edited).unwrap();
        file.set_modified(times.modified().unwrap()).unwrap();
        let id = again(root);
        is_right(root, &id);
    }
}

/// Nothing outside is looked at or removed, whatever was put into what builds keep.
#[test]
fn links_in_the_spare() {
    let directory = tempfile::tempdir().unwrap();
    let outside = directory.path().join("outside");
    write(&outside, &[("1.txt", b"file 1"), ("other.txt", b"other")]);
    let root = directory.path().join("project");
    site(&root);
    for round in 0..4 {
        write(&root, &[("public/0/0.txt", format!("round {round}").as_bytes())]);
        if round > 1 {
            let place = spare(&root).join("assets/1");
            fs::remove_dir_all(&place).unwrap();
            symlink(&outside, &place).unwrap();
            fs::remove_file(spare(&root).join("assets/2/2.txt")).unwrap();
            symlink(outside.join("other.txt"), spare(&root).join("assets/2/2.txt")).unwrap();
            fs::create_dir_all(spare(&root).join("assets/more/and/more")).unwrap();
        }
        let id = again(&root);
        is_right(&root, &id);
        assert!(!root.join("dist/assets/more").exists());
    }
    assert_eq!(files(&outside), ["1.txt", "other.txt"]);
    // A link in place of all of it is left alone.
    fs::remove_dir_all(spare(&root)).unwrap();
    symlink(&outside, spare(&root)).unwrap();
    write(&root, &[("public/0/0.txt", b"last")]);
    let id = again(&root);
    is_right(&root, &id);
    assert_eq!(files(&outside), ["1.txt", "other.txt"]);
}

/// What comes into a directory of the output is seen, whatever is known of it.
#[test]
fn files_of_others_in_the_output() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let dist = root.join("dist");
    site(root);
    again(root);
    let odd = dist.join("assets/2").join(OsStr::from_bytes(b"\xff"));
    for round in 0..3 {
        sleep(Duration::from_millis(40));
        write(root, &[("public/0/0.txt", format!("round {round}").as_bytes())]);
        for foreign in [dist.join("assets/1/mine.txt"), odd.join("mine.txt"), dist.join("mine.txt")] {
            fs::create_dir_all(foreign.parent().unwrap()).unwrap();
            fs::write(&foreign, "mine").unwrap();
            let project = at(root);
            let deployment = built(&assemble(&project, None, &[]), root);
            let refused = emit(&deployment, &dist, Spare::of(root, &dist).as_ref()).unwrap_err().to_string();
            assert!(refused.contains("which no build put there"), "{refused}");
            assert_eq!(fs::read(&foreign).unwrap(), b"mine");
            fs::remove_file(foreign).unwrap();
            let _ = fs::remove_dir(&odd);
        }
        let id = again(root);
        is_right(root, &id);
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Edit(Index, u8),
    Add(u8),
    Remove(Index),
    /// A file of one of the places where builds keep things is written to.
    Overwrite(bool, Index, u8),
    Delete(Index),
    /// A file comes into a directory of the output that was replaced last.
    Stray(Index),
    /// Directories that are young are looked into in any case.
    Wait,
    Forget(Index),
    Mode(Index),
    Clean,
    Build,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (any::<Index>(), 0..4_u8).prop_map(|(at, text)| Deed::Edit(at, text)),
        (0..60_u8).prop_map(Deed::Add),
        any::<Index>().prop_map(Deed::Remove),
        (any::<bool>(), any::<Index>(), 0..4_u8).prop_map(|(dist, at, text)| Deed::Overwrite(dist, at, text)),
        any::<Index>().prop_map(Deed::Delete),
        any::<Index>().prop_map(Deed::Stray),
        Just(Deed::Wait),
        any::<Index>().prop_map(Deed::Forget),
        any::<Index>().prop_map(Deed::Mode),
        Just(Deed::Clean),
        Just(Deed::Build),
        Just(Deed::Build),
        Just(Deed::Build),
    ]
}

fn chosen(directory: &Path, at: &Index) -> Option<PathBuf> {
    let files = if directory.is_dir() { files(directory) } else { Vec::new() };
    (!files.is_empty()).then(|| directory.join(&files[at.index(files.len())]))
}

fn act(root: &Path, deed: &Deed) {
    let (public, dist, spare) = (root.join("public"), root.join("dist"), spare(root));
    match deed {
        Deed::Edit(at, text) => {
            chosen(&public, at).map(|path| fs::write(path, format!("text {text}")));
        }
        Deed::Add(number) => {
            write(root, &[(&format!("public/{}/{number}.txt", number % 5), b"added")]);
        }
        Deed::Remove(at) => _ = chosen(&public, at).map(fs::remove_file),
        Deed::Overwrite(in_dist, at, text) => {
            let assets = if *in_dist { dist.join("assets") } else { spare };
            chosen(&assets, at).map(|path| fs::write(path, format!("text {text}")));
        }
        Deed::Delete(at) => _ = chosen(&spare, at).map(fs::remove_file),
        Deed::Stray(at) => {
            _ = chosen(&spare, at).map(|path| fs::write(path.with_file_name("stray"), "stray"))
        }
        Deed::Wait => sleep(Duration::from_millis(40)),
        Deed::Forget(at) => {
            let known = root.join(".pagesbuild/spare/dist/known");
            if let Ok(mut bytes) = fs::read(&known) {
                let at = at.index(bytes.len());
                bytes[at] ^= 1;
                fs::write(known, bytes).unwrap();
            }
        }
        Deed::Mode(at) => {
            chosen(&dist, at).map(|path| fs::set_permissions(path, fs::Permissions::from_mode(0o600)));
        }
        Deed::Clean => _ = fs::remove_dir_all(dist),
        Deed::Build => {
            let id = again(root);
            is_right(root, &id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_happens_in_between(deeds in prop::collection::vec(deed(), 1..24)) {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        site(root);
        for deed in &deeds {
            act(root, deed);
        }
        act(root, &Deed::Build);
    }
}

/// An output elsewhere has no spare, and two in one project have one each.
#[test]
fn where_spares_are() {
    let directory = tempfile::tempdir().unwrap();
    let (project, _) = everything(directory.path());
    let root = &project.root;
    assert!(Spare::of(root, &directory.path().join("dist")).is_none());
    assert!(Spare::of(root, root).is_none());
    let [one, other] =
        ["dist", "out/site"].map(|path| format!("{:?}", Spare::of(root, &root.join(path)).unwrap()));
    assert!(one.contains("spare/dist") && other.contains("spare/out%2Fsite"), "{one} {other}");
}
