//! Archives and descriptions with random changes: none is taken for what it is not, none makes a reader panic or writes
//! anywhere else.
//!
//! `PAGESBUILD_TEST_SEED` and `PAGESBUILD_TEST_MUTANTS` ask for other ones or for more.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use pagesbuild::deployment::{Document, emit, open, pack_file, verify};
use serde_json::{Value, json};

use super::hostile::{Raw, archive, honest};
use super::{emitted, sealed};
use crate::fixture::files;
use crate::fuzz::{Random, setting};

/// How many for each program of `fuzz`, which takes longer.
const FOR_EACH: u64 = 5;

/// What directories hold that nobody asked to write to.
struct Outside {
    directory: PathBuf,
    before: Vec<String>,
}

impl Outside {
    fn of(directory: &Path) -> Self {
        Self { directory: directory.to_path_buf(), before: files(directory) }
    }

    fn is_as_before(&self, what: &str) {
        assert_eq!(files(&self.directory), self.before, "{what}");
    }
}

/// Changes a few bytes: any, those of the structure, whole pieces.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        if bytes.is_empty() {
            return;
        }
        let at = random.below(bytes.len());
        // Most of the structure is at the end.
        let late = bytes.len().saturating_sub(1 + random.below(700));
        let at = if random.below(2) == 0 { late } else { at };
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff, b'/', b'.', b'P', b'\\']),
            2 => _ = bytes.drain(at..end),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => bytes.truncate(at),
            5 => {
                let number = [0, 1, 22, 0xffff, 0xffff_ffff, bytes.len() as u64][random.below(6)];
                let number = (number as u32).to_le_bytes();
                let end = (at + 4).min(bytes.len());
                bytes[at..end].copy_from_slice(&number[..end - at]);
            }
            _ => {
                let signature = random.pick(&[b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06"]);
                bytes.splice(at..at, signature.iter().copied());
            }
        }
    }
}

/// What another reader finds in an archive: names and contents.
fn read_by_another(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let read = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    (0..count).map(read).collect()
}

#[test]
fn mutated_archives_are_right_or_refused() {
    let (seed, count) = (setting("SEED", 1), setting("MUTANTS", 150) * FOR_EACH);
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let packed = directory.path().join("packed.zip");
    pack_file(&open(&dist).unwrap(), &packed).unwrap();
    let honest_entries = honest(&dist);
    let originals = [fs::read(&packed).unwrap(), archive(&honest_entries).0];
    let contents: BTreeMap<String, Vec<u8>> = honest_entries
        .iter()
        .map(|raw| (String::from_utf8(raw.name.clone()).unwrap(), raw.bytes.clone()))
        .collect();
    let path = directory.path().join("mutant.zip");
    let out = directory.path().join("out");
    fs::write(&path, b"").unwrap();
    let outside = Outside::of(directory.path());
    let mut right = 0;
    for number in seed..seed + count {
        let mut random = Random(number);
        let bytes = match random.below(3) {
            0 => archive(&mixed(&honest_entries, &mut random)).0,
            which => {
                let mut bytes = originals[which - 1].clone();
                mutate(&mut bytes, &mut random);
                bytes
            }
        };
        fs::write(&path, &bytes).unwrap();
        let what = format!("mutant {number}");
        // What opens and is not right fails when it is written.
        let written = open(&path).is_ok_and(|version| emit(&version, &out, None).is_ok());
        let verified = verify(&path);
        assert_eq!(written, verified.is_ok(), "{what}");
        if let Ok(verified) = verified {
            right += 1;
            assert_eq!(verified.document, deployment.document, "{what}");
            assert_eq!(verify(&out).unwrap().document, deployment.document, "{what}");
            let mut found = read_by_another(&bytes);
            found.retain(|name, _| !name.ends_with('/'));
            assert!(found == contents, "{what}: another reader finds something else");
            fs::remove_dir_all(&out).unwrap();
        }
        outside.is_as_before(&what);
    }
    println!("seed {seed}: {right} of {count} archives are right");
    assert!(right > 0 && right < count / 2, "{right} of {count} are right");
}

/// The entries in another order, some twice, some not, some with what others have.
fn mixed(entries: &[Raw], random: &mut Random) -> Vec<Raw> {
    let mut mixed = entries.to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(mixed.len());
        let other = random.pick(entries).clone();
        match random.below(8) {
            0 => mixed.insert(at, other),
            1 => _ = mixed.remove(at),
            2 => mixed[at].name = other.name,
            3 => mixed[at].bytes = other.bytes,
            4 => mixed[at].attributes = 1 << random.below(32),
            5 => mixed[at].flags = 1 << random.below(16),
            6 => mixed[at].size = [0, 1, u64::from(u32::MAX), 1 << 20][random.below(4)],
            _ => mixed.rotate_left(at),
        }
    }
    mixed
}

/// Puts something else in a few places of a description.
fn change(json: &mut Value, random: &mut Random) {
    const STRINGS: &[&str] = &[
        "",
        ".",
        "..",
        "../../secret",
        "/etc/passwd",
        "assets",
        "assets/",
        "assets/../x",
        "assets/index.html",
        "worker/index.js",
        "wrangler.json",
        "deployment.json",
        "build.json",
        "/index.html",
        "//x",
        "/a/../../../x",
        "a\\b",
        "C:/x",
        "\0",
        "\u{1b}[2J",
        "pagesbuild.deployment/1",
        "esm",
        "d41d8cd98f00b204e9800998ecf8427e",
    ];
    let mut places = Vec::new();
    collect(json, String::new(), &mut places);
    let place = random.pick(&places).clone();
    let string = *random.pick(STRINGS);
    let Some(value) = json.pointer_mut(&place) else { return };
    match (random.below(6), value) {
        (0, value) => *value = json!(string),
        (1, value) => {
            *value = [json!(null), json!(true), json!(-1), json!(1.5), json!([]), json!({}), json!(u64::MAX)]
                [random.below(7)]
            .clone();
        }
        (2, Value::Object(fields)) => _ = fields.insert(string.to_owned(), json!(string)),
        (3, Value::Object(fields)) => {
            let key = fields.keys().nth(random.below(fields.len())).cloned();
            if let Some(value) = key.and_then(|key| fields.remove(&key)) {
                fields.insert(string.to_owned(), value);
            }
        }
        (_, Value::Array(items)) if !items.is_empty() => {
            let item = random.pick(items).clone();
            items.push(item);
        }
        (_, Value::Object(fields)) => {
            let key = fields.keys().nth(random.below(fields.len())).cloned();
            key.and_then(|key| fields.remove(&key));
        }
        (_, value) => *value = json!(string),
    }
}

/// Where there is something in a document, as JSON pointers.
fn collect(json: &Value, at: String, places: &mut Vec<String>) {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match json {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| collect(value, step(key), places)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(key, value)| collect(value, step(&key.to_string()), places));
        }
        _ => {}
    }
    places.push(at);
}

#[test]
fn mutated_descriptions_lead_nowhere_else() {
    let (seed, count) = (setting("SEED", 1), setting("MUTANTS", 150) * FOR_EACH);
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let original: Value = serde_json::from_str(&deployment.document.to_text()).unwrap();
    let out = directory.path().join("out");
    fs::write(directory.path().join("secret"), "secret").unwrap();
    let outside = Outside::of(directory.path());
    let mut written = 0;
    for number in seed..seed + count {
        let mut random = Random(number);
        let mut json = original.clone();
        for _ in 0..1 + random.below(3) {
            change(&mut json, &mut random);
        }
        let text = if json["digests"].is_object() && random.below(8) > 0 {
            sealed(json)
        } else {
            format!("{json:#}\n")
        };
        let what = format!("mutant {number}:\n{text}");
        fs::write(dist.join("deployment.json"), &text).unwrap();
        let parsed = Document::parse(text.as_bytes());
        match open(&dist) {
            Ok(version) => {
                assert_eq!(version.document, parsed.unwrap(), "{what}");
                let verified = verify(&dist);
                assert_eq!(emit(&version, &out, None).is_ok(), verified.is_ok(), "{what}");
                if verified.is_ok() {
                    written += 1;
                    assert_eq!(verify(&out).unwrap().document, version.document, "{what}");
                    fs::remove_dir_all(&out).unwrap();
                }
            }
            Err(findings) => {
                let said = findings.iter().map(ToString::to_string).collect::<Vec<_>>();
                assert!(
                    !said.is_empty() && said.iter().all(|line| !line.contains(char::is_control)),
                    "{said:?}"
                );
            }
        }
        outside.is_as_before(&what);
    }
    println!("seed {seed}: {written} of {count} descriptions are of what is there");
    assert!(written > 0, "none of {count} is written");
}
