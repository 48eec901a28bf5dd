//! What `gc` removes, what it leaves, and what is said about what is gone.

use super::{build, change, check, last, logged, project, refused, said, store};

/// Builds versions of these contents, and gives their ids.
fn versions(root: &std::path::Path, environment: &str, contents: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for content in contents {
        change(root, content);
        ids.push(build(root, &["--env", environment]));
    }
    ids
}

#[test]
fn the_last_versions_stay() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 3);
    let top = versions(&root, "", &["1", "2", "3", "2", "4"]);
    let preview = versions(&root, "preview", &["1"]);
    let would = said(&root, &["gc", "--keep", "2", "--dry-run"]);
    assert_eq!(store(&root).ids().unwrap().len(), 5);
    let removed = said(&root, &["gc", "--keep", "2"]);
    assert_eq!(would, removed);
    let mut expected = [top[0].clone(), top[2].clone()];
    expected.sort();
    assert_eq!(removed.lines().collect::<Vec<_>>(), expected);
    let store = store(&root);
    check(&store);
    for id in [&top[3], &top[4], &preview[0]] {
        assert!(store.has(id));
    }
    // The log is as it was.
    assert_eq!(logged(&store, None), top);
    assert_eq!(last(&store, None, 2), [top[3].clone(), top[4].clone()].into());
    assert_eq!(said(&root, &["gc", "--keep", "2"]), "");
}

#[test]
fn what_is_young_pinned_or_current_stays() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let ids = versions(&root, "", &["1", "2", "3"]);
    assert_eq!(said(&root, &["gc", "--older-than", "1h"]), "");
    assert_eq!(said(&root, &["gc", "--keep", "1", "--older-than", "1w"]), "");
    assert_eq!(said(&root, &["pin", &ids[0][..8], "--note", "the first\none"]), format!("{}\n", ids[0]));
    assert!(said(&root, &["versions"]).contains("pinned: the first one"));
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(said(&root, &["gc", "--older-than", "1s"]), format!("{}\n", ids[1]));
    check(&store(&root));
    assert_eq!(said(&root, &["pin", "--remove", &ids[0]]), format!("{}\n", ids[0]));
    assert!(refused(&root, 2, &["pin", "--remove", &ids[0]]).contains("is not pinned"));
    assert_eq!(said(&root, &["gc", "--keep", "1"]), format!("{}\n", ids[0]));
    assert_eq!(store(&root).ids().unwrap(), [ids[2].clone()]);
}

#[test]
fn what_is_gone_is_said_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let ids = versions(&root, "", &["1", "2"]);
    said(&root, &["gc", "--keep", "1"]);
    for name in [ids[0].as_str(), &ids[0][..6], "latest~1"] {
        let message = refused(&root, 2, &["show", name]);
        assert!(
            message.contains(&format!("version `{}`", ids[0])) && message.contains("`gc` removed it"),
            "{message}"
        );
    }
    let listed = said(&root, &["versions"]);
    let line = listed.lines().find(|line| line.contains(&ids[0][..8])).unwrap();
    assert!(line.ends_with("removed by gc"), "{line}");
    // Built again it is there again.
    assert_eq!(versions(&root, "", &["1"]), [ids[0].clone()]);
    assert!(!said(&root, &["versions"]).contains("removed by gc"));
    check(&store(&root));
}

#[test]
fn limits_have_to_be_given() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    assert!(refused(&root, 2, &["gc"]).contains("--keep"));
    for age in ["", "3", "d", "3y", "3 d", "1.5d", "é"] {
        assert!(refused(&root, 2, &["gc", "--older-than", age]).contains("as in `30d`"), "{age}");
    }
    assert_eq!(said(&root, &["gc", "--keep", "1", "--older-than", "99999999999999999w"]), "");
    assert!(!root.join(".pagesbuild").exists());
}

/// Whatever cannot be understood could name something that is needed.
#[test]
fn nothing_is_removed_in_doubt() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let ids = versions(&root, "", &["1", "2", "3"]);
    said(&root, &["pin", &ids[0]]);
    let damages = [
        ("log/top.jsonl".to_owned(), "nonsense\n", "line 1"),
        (format!("pins/{}", ids[0]), "nonsense", "it is not a pin"),
        (format!("deployments/{}/deployment.json", ids[2]), "{}", "deployment.json"),
    ];
    for (path, damage, expected) in damages {
        let file = root.join(".pagesbuild").join(&path);
        let before = std::fs::read(&file).unwrap();
        std::fs::write(&file, damage).unwrap();
        let message = refused(&root, 2, &["gc", "--keep", "1"]);
        assert!(message.contains(&path) && message.contains(expected), "{message}");
        std::fs::write(&file, before).unwrap();
        check(&store(&root));
        assert_eq!(store(&root).ids().unwrap().len(), 3);
    }
}
