//! Stores that are damaged, of another time, or in the way: a clear error each, and nothing written or lost.

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::deployment::verify;

use super::{build, change, check, contents, logged, project, refused, said, store};
use crate::project::write;

/// A project with two versions, the second in `dist`.
fn two_versions(directory: &Path) -> (PathBuf, [String; 2]) {
    let root = project(directory, 3);
    let first = build(&root, &[]);
    change(&root, "second");
    let second = build(&root, &[]);
    (root, [first, second])
}

/// Builds something new, which must fail and change neither the store nor `dist`.
fn build_stops(root: &Path, expected: &[&str]) {
    let kept = contents(root);
    let dist = verify(&root.join("dist")).unwrap().document.id;
    change(root, "third");
    let message = refused(root, 2, &["build"]);
    for part in expected {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert!(message.contains("`--no-store` builds without keeping the version"), "{message}");
    assert_eq!(verify(&root.join("dist")).unwrap().document.id, dist);
    assert!(contents(root) == kept);
    build(root, &["--no-store", "--outdir", "../elsewhere"]);
    assert!(contents(root) == kept);
}

#[test]
fn a_store_of_a_newer_format() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = two_versions(directory.path());
    write(&root, &[(".pagesbuild/store.json", b"{ \"format\": \"pagesbuild.store/3\" }")]);
    let expected = ["`pagesbuild.store/3`", "use the version that wrote it"];
    build_stops(&root, &expected);
    for arguments in [&["versions"][..], &["show", "latest"], &["pin", "latest"], &["gc", "--keep", "1"]] {
        let kept = contents(&root);
        let message = refused(&root, 2, arguments);
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
        assert!(contents(&root) == kept);
    }
    for text in ["", "[]", "{}", "nonsense"] {
        write(&root, &[(".pagesbuild/store.json", text.as_bytes())]);
        build_stops(&root, &["store.json", "it is not the description of a store"]);
    }
}

#[test]
fn a_file_or_nothing_useful_in_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 3);
    let outdir = "../dist";
    fs::write(root.join(".pagesbuild"), "a file").unwrap();
    let message = refused(&root, 2, &["build", "--outdir", outdir]);
    assert!(message.contains(".pagesbuild") && message.contains("--no-store"), "{message}");
    assert_eq!(fs::read_to_string(root.join(".pagesbuild")).unwrap(), "a file");
    assert!(refused(&root, 2, &["versions"]).contains(".pagesbuild"));
    fs::remove_file(root.join(".pagesbuild")).unwrap();
    // Nobody makes directories in there, not even root.
    #[cfg(target_os = "linux")]
    {
        std::os::unix::fs::symlink("/sys", root.join(".pagesbuild")).unwrap();
        let message = refused(&root, 2, &["build", "--outdir", outdir]);
        assert!(message.contains("cannot create") && message.contains("--no-store"), "{message}");
    }
    assert!(!root.join(outdir).exists());
}

#[test]
fn a_damaged_log() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let file = root.join(".pagesbuild/log/top.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    for (damaged, line) in [
        (format!("nonsense\n{text}"), 1),
        (format!("{first}\n\0\0\0\n{second}"), 2),
        (text.replace(&ids[1], "../../../../../../etc/passwd/.//"), 2),
        (text.replace(&ids[1], &ids[1].to_uppercase()), 2),
        (text.replace("\"time\"", "\"when\""), 1),
    ] {
        fs::write(&file, damaged).unwrap();
        let expected = ["log/top.jsonl", &format!("line {line} is not an entry"), "remove that line"];
        build_stops(&root, &expected);
        for arguments in [&["versions"][..], &["show", "latest"], &["gc", "--keep", "1"]] {
            let message = refused(&root, 2, arguments);
            assert!(expected.iter().all(|part| message.contains(part)), "{message}");
        }
        // Environments are of no concern to each other.
        build(&root, &["--env", "preview", "--outdir", "../preview"]);
        assert!(store(&root).check().is_err());
    }
    fs::write(&file, text).unwrap();
    check(&store(&root));
}

/// What a writer that died leaves behind was never reported.
#[test]
fn an_unfinished_line() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let file = root.join(".pagesbuild/log/top.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    for end in [0, 1, text.len() / 4, text.len() - 1] {
        let left: Vec<String> = ids.iter().take(text[..end].matches('\n').count()).cloned().collect();
        fs::write(&file, &text[..end]).unwrap();
        assert_eq!(logged(&store(&root), None), left);
        change(&root, &format!("after {end}"));
        let next = build(&root, &[]);
        assert_eq!(logged(&store(&root), None), [left, vec![next]].concat());
        check(&store(&root));
    }
}

#[test]
fn missing_and_damaged_objects() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let kept = contents(&root);
    let objects: Vec<&String> =
        kept.iter().map(|(path, _)| path).filter(|path| path.starts_with("objects/")).collect();
    let at = |path: &str| root.join(".pagesbuild").join(path);
    let wrong = |expected: &str| {
        let wrong = store(&root).check().unwrap_err();
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].to_string().contains(expected), "{}", wrong[0]);
    };
    for path in objects.iter().take(4) {
        let bytes = fs::read(at(path)).unwrap();
        // The same content is there again after a build of it; what has lost bytes is noticed.
        fs::remove_file(at(path)).unwrap();
        wrong(path);
        for damage in [Some(&b""[..]), Some(&bytes[..bytes.len() - 1]), None] {
            if let Some(damage) = damage {
                fs::write(at(path), damage).unwrap();
                wrong(path);
            }
            for content in ["first", "second"] {
                change(&root, content);
                assert!(ids.contains(&build(&root, &[])));
            }
            check(&store(&root));
        }
        // As long, and another content.
        let mut damaged = bytes.clone();
        damaged[0] ^= 1;
        fs::write(at(path), &damaged).unwrap();
        wrong("another content");
        fs::write(at(path), &bytes).unwrap();
    }
    assert!(said(&root, &["verify", "--store"]).starts_with("whole: "));
    // Two objects that changed places.
    fs::rename(at(objects[0]), at("tmp/swap")).unwrap();
    fs::rename(at(objects[1]), at(objects[0])).unwrap();
    fs::rename(at("tmp/swap"), at(objects[1])).unwrap();
    assert_eq!(store(&root).check().unwrap_err().len(), 2);
    let output = crate::fixture::pagesbuild(&root, ["verify", "--store"]);
    assert_eq!(output.status.code(), Some(1));
    let text = crate::fixture::stdout(&output);
    assert!(
        objects[..2].iter().all(|path| text.contains(*path)) && text.ends_with(", 2 findings\n"),
        "{text}"
    );
}

/// What cannot be brought back whole is not brought back.
#[test]
fn rolling_back_to_a_damaged_version() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let description = fs::read_to_string(root.join("dist/deployment.json")).unwrap();
    let stored = |content: &str| {
        let kept = contents(&root).into_iter();
        let mut found =
            kept.filter(|(path, bytes)| path.starts_with("objects/") && bytes == content.as_bytes());
        root.join(".pagesbuild").join(found.next().unwrap().0)
    };
    let object = stored("first");
    for damage in [None, Some("firs"), Some("fir\u{5f}t"), Some("first and more")] {
        match damage {
            None => fs::remove_file(&object).unwrap(),
            Some(damage) => fs::write(&object, damage).unwrap(),
        }
        let message = refused(&root, 2, &["rollback", &ids[0]]);
        assert!(message.contains(object.to_str().unwrap()), "{message}");
        assert_eq!(fs::read_to_string(root.join("dist/deployment.json")).unwrap(), description);
        verify(&root.join("dist")).unwrap();
        assert_eq!(logged(&store(&root), None), ids);
    }
    fs::write(&object, "first").unwrap();
    said(&root, &["rollback", &ids[0]]);
    assert_eq!(fs::read_to_string(root.join("dist/assets/changing.txt")).unwrap(), "first");
    assert_eq!(logged(&store(&root), None).last(), Some(&ids[0]));
    check(&store(&root));
}

#[test]
fn damaged_descriptions() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let file = |id: &str| root.join(format!(".pagesbuild/deployments/{id}/deployment.json"));
    let text = fs::read_to_string(file(&ids[0])).unwrap();
    let other = fs::read_to_string(file(&ids[1])).unwrap();
    for (damaged, expected) in [
        (other.clone(), "it describes another version"),
        (text.replace("\"site\"", "\"sire\""), "the content's is"),
        (text.replace("deployment/1", "deployment/2"), "`pagesbuild.deployment/2`"),
        (text[..text.len() / 2].to_owned(), "EOF"),
        (String::new(), "EOF"),
    ] {
        fs::write(file(&ids[0]), &damaged).unwrap();
        let message = refused(&root, 2, &["show", &ids[0]]);
        assert!(message.contains("deployment.json") && message.contains(expected), "{message}");
        assert!(store(&root).check().is_err());
        // The other one is of use.
        said(&root, &["show", &ids[1]]);
    }
    // One that has lost bytes is written anew with the next build of it.
    change(&root, "first");
    assert_eq!(build(&root, &[]), ids[0]);
    check(&store(&root));
}

/// A version is one when it is described; what was begun is nothing.
#[test]
fn what_was_begun_is_no_version() {
    let directory = tempfile::tempdir().unwrap();
    let (root, ids) = two_versions(directory.path());
    let begun = format!("{}0", &ids[0][..31]);
    write(&root, &[(&format!(".pagesbuild/deployments/{begun}/build.json"), b"{}")]);
    write(&root, &[(".pagesbuild/deployments/.DS_Store", b"x"), (".pagesbuild/pins/.DS_Store", b"x")]);
    write(&root, &[(".pagesbuild/tmp/left", b"x"), (".pagesbuild/log/notes.txt", b"x")]);
    check(&store(&root));
    let mut expected = ids.to_vec();
    expected.sort();
    assert_eq!(store(&root).ids().unwrap(), expected);
    assert_eq!(store(&root).environments().unwrap(), [None]);
    said(&root, &["gc", "--keep", "9"]);
    assert!(!root.join(".pagesbuild/tmp/left").exists());
    assert!(!root.join(".pagesbuild/deployments").join(&begun).exists());
    assert_eq!(store(&root).ids().unwrap(), expected);
    check(&store(&root));
}

/// Copies of a directory may come without its empty directories.
#[test]
fn empty_directories_need_not_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = two_versions(directory.path());
    fs::remove_dir(root.join(".pagesbuild/tmp")).unwrap();
    fs::remove_dir(root.join(".pagesbuild/pins")).unwrap();
    said(&root, &["versions"]);
    said(&root, &["gc", "--keep", "1", "--dry-run"]);
    said(&root, &["pin", "latest"]);
    change(&root, "third");
    build(&root, &[]);
    check(&store(&root));
}

/// What is edited in place by people and by wrangler is not what is kept.
#[test]
fn an_output_directory_shares_no_file_with_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = two_versions(directory.path());
    for path in crate::fixture::files(&root.join("dist")) {
        let file = root.join("dist").join(path);
        fs::OpenOptions::new()
            .append(true)
            .open(&file)
            .and_then(|mut file| std::io::Write::write_all(&mut file, b" "))
            .unwrap();
    }
    for path in crate::fixture::files(&root.join("public")) {
        let file = root.join("public").join(path);
        fs::OpenOptions::new()
            .append(true)
            .open(&file)
            .and_then(|mut file| std::io::Write::write_all(&mut file, b" "))
            .unwrap();
    }
    check(&store(&root));
}

#[test]
fn nothing_of_a_store_is_published_or_compiled() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let config = "name = 'site'\ncompatibility_date = '2026-01-01'\nassets.directory = '.'\n";
    let handler = b"export const onRequest = () => new Response('hello');\n";
    write(&root, &[("wrangler.toml", config.as_bytes()), ("index.html", b"hello"), ("api.js", handler)]);
    let arguments = ["--functions", ".", "--outdir", "../out"];
    let first = build(&root, &arguments);
    fs::copy(root.join("api.js"), root.join(".pagesbuild/planted.js")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(".pagesbuild/store.json", root.join("link.json")).unwrap();
    assert_eq!(build(&root, &arguments), first);
    let text = fs::read_to_string(directory.path().join("out/deployment.json")).unwrap();
    assert!(!text.contains(".pagesbuild") && !text.contains("planted") && !text.contains("link.json"));
    // Named by the user all the same.
    let message = refused(&root, 1, &["build", "--assets", ".pagesbuild/objects", "--outdir", "../other"]);
    assert!(message.contains("the directory of static files"), "{message}");
}

#[test]
fn no_output_directory_among_the_versions() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = two_versions(directory.path());
    let kept = contents(&root);
    for outdir in
        [".pagesbuild", ".pagesbuild/dist", ".pagesbuild/objects", "public/../.pagesbuild/tmp/../x/y"]
    {
        for arguments in [&["build", "--outdir", outdir][..], &["build", "--no-store", "--outdir", outdir]] {
            let message = refused(&root, 2, arguments);
            assert!(message.contains("where versions are kept"), "{message}");
        }
    }
    assert!(contents(&root) == kept);
}
