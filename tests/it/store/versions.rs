//! Versions listed, shown and named.

use serde_json::Value;

use super::{build, change, check, logged, project, refused, said, store};
use crate::fixture::snapshot;
use crate::project::write;

fn json(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()["result"].take()
}

/// A text without what differs from run to run: ids, times, and how long it took.
fn lasting(text: &str, ids: &[&str]) -> String {
    let named = ids.iter().enumerate().fold(text.to_owned(), |text, (at, id)| {
        text.replace(id, &format!("<id {at}>")).replace(&id[..8], &format!("<short{at}>"))
    });
    let is_time = |piece: &str| {
        let form = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
        piece.chars().map(form).collect::<String>().replace('T', " ") == "0000-00-00 00:00:00"
    };
    let mut lasting = String::new();
    let mut rest = named.as_str();
    while let Some(letter) = rest.chars().next() {
        let time = rest.get(..19).filter(|piece| is_time(piece));
        lasting.push_str(time.map_or(&rest[..letter.len_utf8()], |_| "<time>"));
        rest = &rest[time.map_or(letter.len_utf8(), str::len)..];
    }
    let lines = lasting.lines().filter(|line| !line.contains("\"milliseconds\""));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn listed_and_shown() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 3);
    let first = build(&root, &[]);
    change(&root, "second");
    let second = build(&root, &[]);
    let production = build(&root, &["--env", "production"]);
    said(&root, &["pin", "latest", "--env", "production", "--note", "release 1"]);
    let ids = [first.as_str(), &second, &production];
    let mut text = String::new();
    for arguments in [
        &["versions"][..],
        &["versions", "--env", "production"],
        &["versions", "--env", "preview"],
        &["versions", "--format", "json"],
        &["show", "latest"],
        &["show", &production[..8]],
        &["show", "latest~1", "--format", "json"],
    ] {
        let command = format!("$ pagesbuild {}\n", arguments.join(" "));
        text.push_str(&lasting(&format!("{command}{}\n", said(&root, arguments)), &ids));
    }
    snapshot("versions", &text);
    let facts = lasting(&said(&root, &["show", "dist"]), &ids);
    assert_eq!(facts, lasting(&said(&root, &["show", &production]), &ids));
}

#[test]
fn before_the_first_version() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    assert_eq!(said(&root, &["versions"]), "");
    assert_eq!(
        json(&said(&root, &["versions", "--format", "json"]))["environments"],
        Value::Array(Vec::new())
    );
    assert!(refused(&root, 2, &["show", "latest"]).contains("no version of this project was kept yet"));
    build(&root, &["--no-store"]);
    assert!(!root.join(".pagesbuild/store.json").exists());
    assert!(said(&root, &["show", "dist"]).contains("kept      no"));
}

#[test]
fn names_of_versions() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let mut ids = Vec::new();
    for content in ["1", "2", "2", "1", "3"] {
        change(&root, content);
        ids.push(build(&root, &[]));
    }
    let id = |name: &str| json(&said(&root, &["show", name, "--format", "json"]))["id"].clone();
    // Two that are the same and follow each other count once.
    for (name, expected) in
        [("latest", 4), ("latest~0", 4), ("latest~1", 3), ("latest~2", 2), ("latest~3", 0)]
    {
        assert_eq!(id(name), ids[expected].as_str(), "{name}");
    }
    assert_eq!(id(&ids[1].to_uppercase()), ids[1].as_str());
    assert!(refused(&root, 2, &["show", "latest~4"]).contains("was given 4 versions, too few"));
    assert!(
        refused(&root, 2, &["show", "latest", "--env", "preview"])
            .contains("`preview` was given no version yet")
    );
    assert!(refused(&root, 2, &["show", "0000000"]).contains("there is no version `0000000`"));
    for nonsense in ["latest~", "latest~-1", "latest~99999999999999999999", "..", "", "xyz"] {
        refused(&root, 2, &["show", nonsense]);
        refused(&root, 2, &["pin", nonsense]);
    }
}

/// Ids that start alike are shown as long as it takes.
#[test]
fn short_ids_mean_one_version() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let id = build(&root, &[]);
    let store = store(&root);
    assert_eq!(store.short_length().unwrap(), 8);
    let alike = |length: usize| {
        let other = if id.as_bytes()[length] == b'0' { '1' } else { '0' };
        format!("{}{other}{}", &id[..length], &id[length + 1..])
    };
    let path = format!(".pagesbuild/deployments/{}/deployment.json", alike(11));
    write(&root, &[(&path, b"{}")]);
    assert_eq!(store.short_length().unwrap(), 12);
    assert!(refused(&root, 2, &["show", &id[..11]]).contains("is the start of several versions"));
    assert!(said(&root, &["show", &id[..12]]).contains(&id));
    // Those that are gone count too: their names are in the log.
    let mut entry = store.log(None).unwrap().remove(0);
    entry.id = alike(20);
    store.writer().unwrap().record(None, &entry).unwrap();
    assert_eq!(store.short_length().unwrap(), 21);
}

/// Names that would lead elsewhere, and names that some file systems take for each other.
#[test]
fn environments_of_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    build(&root, &[]);
    let store = store(&root);
    let entry = store.log(None).unwrap().remove(0);
    let long = "lang".repeat(500);
    let longer = format!("{long}!");
    let mut names = vec![
        "..", "../../x", "/etc", "a", "A", "top", "CON", "é", "e\u{301}", " ", "", "a\n", "%41", &long,
        &longer,
    ];
    for name in &names {
        store.writer().unwrap().record(Some(name), &entry).unwrap();
        store.writer().unwrap().record(Some(name), &entry).unwrap();
    }
    names.sort_unstable();
    let found: Vec<Option<String>> = store.environments().unwrap();
    assert_eq!(
        found.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [&[None][..], &names.iter().map(|name| Some(*name)).collect::<Vec<_>>()].concat()
    );
    for name in names {
        assert_eq!(logged(&store, Some(name)).len(), 2, "{name}");
    }
    check(&store);
    let files = std::fs::read_dir(root.join(".pagesbuild/log")).unwrap().count();
    assert_eq!(files, 1 + 15 + 2);
}
