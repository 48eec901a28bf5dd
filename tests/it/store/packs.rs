//! Contents that are kept many in a file.

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::deployment::{Content, emit, verify};
use proptest::prelude::*;

use super::{build, change, check, project, refused, said, store};
use crate::fixture::files;
use crate::project::write;

/// The packs of a project's store.
fn packs(root: &Path) -> Vec<PathBuf> {
    let directory = root.join(".pagesbuild/packs");
    files(&directory).into_iter().map(|name| directory.join(name)).collect()
}

/// The objects that are files of their own.
fn objects(root: &Path) -> usize {
    files(&root.join(".pagesbuild/objects")).len()
}

/// Gives the first `count` static files another content.
pub(super) fn change_many(root: &Path, count: usize, what: &str) {
    for number in 0..count {
        let content = format!("{what} {number}\n").repeat(40 + number);
        write(root, &[(&format!("public/{}/{number}.txt", number % 7), content.as_bytes())]);
    }
}

#[test]
fn many_contents_are_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    write(&root, &[("public/large.bin", &vec![7; 1 << 20]), ("public/again.bin", &vec![7; 1 << 20])]);
    build(&root, &[]);
    // One of the large ones, which are the same.
    assert_eq!((packs(&root).len(), objects(&root)), (1, 1));
    // What is there is not added again, and little is added as files.
    change(&root, "second");
    let second = build(&root, &[]);
    assert_eq!(packs(&root).len(), 1);
    let after = objects(&root);
    assert!(after > 1 && after < 6, "{after} objects");
    assert_eq!(build(&root, &[]), second);
    assert_eq!((packs(&root).len(), objects(&root)), (1, after));
    check(&store(&root));
    // All of it comes out as it went in.
    for version in store(&root).ids().unwrap() {
        said(&root, &["export", &version, "--outdir", &format!("../{version}")]);
        assert_eq!(verify(&directory.path().join(&version)).unwrap().document.id, version);
        let archive = format!("../{version}.zip");
        said(&root, &["pack", &version, "--outfile", &archive]);
        assert!(said(&root, &["verify", &archive]).starts_with("whole: "));
    }
}

/// Each build that adds many contents adds a pack, which takes in the small ones.
#[test]
fn packs_stay_few() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    let mut most = 0;
    for round in 0..24 {
        change_many(&root, 17 + round % 3, &format!("round {round}"));
        build(&root, &[]);
        most = most.max(packs(&root).len());
    }
    assert!((2..=6).contains(&most), "{most} packs");
    check(&store(&root));
    assert_eq!(store(&root).ids().unwrap().len(), 24);
}

#[test]
fn what_is_of_little_use_is_written_anew() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    build(&root, &[]);
    let first = packs(&root);
    // A few contents that nobody needs are not worth a new file.
    change_many(&root, 3, "few");
    build(&root, &[]);
    said(&root, &["gc", "--keep", "1"]);
    assert_eq!(packs(&root), first);
    // Most of the first two packs is of no use then, and all of the last one is.
    change_many(&root, 30, "most");
    build(&root, &[]);
    change_many(&root, 20, "last");
    let last = build(&root, &[]);
    assert_eq!(packs(&root).len(), 3);
    let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
    let before: u64 = packs(&root).iter().map(size).sum();
    let would = said(&root, &["gc", "--keep", "1", "--dry-run", "--format", "json"]);
    let removed = said(&root, &["gc", "--keep", "1", "--format", "json"]);
    let bytes = |text: &str| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        (json["result"]["objects"].as_u64().unwrap(), json["result"]["bytes"].as_u64().unwrap())
    };
    assert_eq!(bytes(&would), bytes(&removed));
    let after: u64 = packs(&root).iter().map(size).sum();
    assert_eq!(packs(&root).len(), 3);
    let (contents, freed) = bytes(&removed);
    // 50 in packs, with some bytes each in their indexes, and a few objects.
    assert!((50..60).contains(&contents), "{contents}");
    assert!(before - after > 10_000 && before - after < freed + 50 * 40, "{freed}: {before}, {after}");
    check(&store(&root));
    said(&root, &["export", &last, "--outdir", "../out"]);
    // Nothing is left to do.
    let kept = packs(&root);
    assert_eq!(bytes(&said(&root, &["gc", "--keep", "1", "--format", "json"])), (0, 0));
    assert_eq!(packs(&root), kept);
}

/// A collection that was killed between the new pack and the old one leaves both.
#[test]
fn what_is_there_twice_goes_once() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    build(&root, &[]);
    let old = packs(&root).remove(0);
    let kept = fs::read(&old).unwrap();
    change_many(&root, 30, "most");
    build(&root, &[]);
    said(&root, &["gc", "--keep", "1"]);
    assert!(!old.exists());
    assert_eq!(packs(&root).len(), 2);
    fs::write(&old, kept).unwrap();
    for _ in 0..2 {
        said(&root, &["gc", "--keep", "1"]);
        check(&store(&root));
        assert!(!old.exists());
        assert_eq!(packs(&root).len(), 2);
    }
}

/// Who reads a version does not keep others from collecting.
#[test]
fn a_version_is_read_while_its_packs_go() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    let first = build(&root, &[]);
    let mut version = store(&root).version(&first).unwrap();
    change_many(&root, 40, "other");
    change(&root, "other");
    build(&root, &[]);
    said(&root, &["gc", "--keep", "1"]);
    assert!(!store(&root).has(&first));
    version.files.retain(|file| matches!(file.content, Content::Slice(_) | Content::Bytes(_)));
    assert!(version.files.len() > 40);
    emit(&version, &directory.path().join("out"), None).unwrap();
    assert_eq!(verify(&directory.path().join("out")).unwrap().document.id, first);
}

#[test]
fn a_store_from_before_packs() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 3);
    let first = build(&root, &[]);
    fs::remove_dir_all(root.join(".pagesbuild/packs")).unwrap();
    write(&root, &[(".pagesbuild/store.json", b"{\n  \"format\": \"pagesbuild.store/1\"\n}\n")]);
    assert!(said(&root, &["show", "latest"]).contains(&first));
    assert!(fs::read_to_string(root.join(".pagesbuild/store.json")).unwrap().contains("store/1"));
    change(&root, "second");
    build(&root, &[]);
    assert!(fs::read_to_string(root.join(".pagesbuild/store.json")).unwrap().contains("store/2"));
    check(&store(&root));
    assert_eq!(store(&root).ids().unwrap().len(), 2);
}

#[test]
fn a_pack_that_is_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    let first = build(&root, &[]);
    let pack = packs(&root).remove(0);
    let whole = fs::read(&pack).unwrap();
    let name = pack.file_name().unwrap().to_str().unwrap();
    for damaged in [&b""[..], b"nonsense", &whole[..whole.len() - 1], &whole[1..], &whole[..whole.len() / 2]]
    {
        fs::write(&pack, damaged).unwrap();
        let wrong = store(&root).check().unwrap_err();
        assert!(wrong[0].to_string().contains(&format!("{name}`: it is not a whole pack")), "{}", wrong[0]);
        assert!(wrong.len() > 30, "{} wrong", wrong.len());
        // What it names is not known, so nothing is removed.
        let message = refused(&root, 2, &["gc", "--keep", "1"]);
        assert!(message.contains(name) && message.contains("remove it, and build again"), "{message}");
        assert!(refused(&root, 1, &["verify", &first]).contains("have what is missing again"));
        // The same build has all of it again.
        assert_eq!(build(&root, &[]), first);
        assert!(said(&root, &["verify", &first]).starts_with("whole: "));
        for pack in packs(&root) {
            fs::remove_file(pack).unwrap();
        }
        fs::write(&pack, &whole).unwrap();
        check(&store(&root));
    }
    // Another content of the same size is noticed by who reads it.
    let mut damaged = whole.clone();
    damaged[10] ^= 1;
    fs::write(&pack, &damaged).unwrap();
    let wrong = store(&root).check().unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].to_string().contains("another content"), "{}", wrong[0]);
    let message = refused(&root, 1, &["verify", &first]);
    assert!(
        message.contains("in which other versions can have contents too") && message.contains(name),
        "{message}"
    );
    refused(&root, 2, &["export", &first, "--outdir", "../out"]);
    fs::remove_file(&pack).unwrap();
    assert_eq!(build(&root, &[]), first);
    check(&store(&root));
}

/// Whatever is in its place, a pack has what it had, or is said to be damaged.
#[test]
fn damaged_at_random() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    let id = build(&root, &[]);
    let pack = packs(&root).remove(0);
    let whole = fs::read(&pack).unwrap();
    let length = whole.len();
    // Half of the places are in the index and behind it, where little damage means most.
    let place = prop_oneof![0..length, length.saturating_sub(1_600)..length];
    let damage = (place, any::<u8>(), 0..3_u8);
    proptest!(ProptestConfig::with_cases(300), |(damages in prop::collection::vec(damage, 1..4))| {
        let mut bytes = whole.clone();
        for (at, byte, kind) in damages {
            let at = at.min(bytes.len().saturating_sub(1));
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, byte),
            }
        }
        fs::write(&pack, &bytes).unwrap();
        match store(&root).check() {
            Ok(_) => {
                // Between contents and index there may be bytes that nobody asks for.
                prop_assert!(bytes.len() >= length);
                let version = store(&root).version(&id).unwrap();
                prop_assert!(version.files.iter().all(|file| file.copy(&mut std::io::sink()).is_ok()));
            }
            Err(_) => prop_assert!(bytes != whole),
        }
    });
}
