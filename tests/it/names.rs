//! Names of static files of all kinds: found, served where a link leads, and deployed.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use pagesbuild::asset::{self, AssetFile, HashCache};
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::progress::Progress;
use serde_json::{Value, json};

use crate::fixture::{build, pagesbuild, stderr, stdout};
use crate::npm;
use crate::project::write;

/// Names that tools, file systems or people get wrong.
const ODD: &[&str] = &[
    // One in two forms, and characters that have a form of their own.
    "caf\u{e9}.txt",
    "cafe\u{301}.txt",
    "caf\u{e9}.html",
    "cafe\u{301}.html",
    "e\u{301}/index.html",
    "A\u{30a}.txt",
    "\u{c5}.txt",
    "\u{212b}.txt",
    "\u{1f600}.txt",
    "\u{1f600}.html",
    "\u{4f60}.txt",
    "line\u{2028}separator.txt",
    "mark\u{feff}.txt",
    "control\u{80}.txt",
    // Spaces and dots.
    "with space.txt",
    "sp ace.html",
    "dir with space/index.html",
    " before.txt",
    "after.txt ",
    "after.html ",
    "after ",
    "space /file.txt",
    ".dot",
    ".dot.txt",
    "after.",
    "dot./file.txt",
    "..two",
    "in/.../three.txt",
    // What is, or looks like, an escape.
    "a b.txt",
    "a%20b.txt",
    "p%20q.html",
    "%41.txt",
    "%25.txt",
    "%00.txt",
    "%2e%2e",
    "%2F.txt",
    "a%2Fb.txt",
    "%5c.txt",
    "%e4%bd%a0.txt",
    "%E4.txt",
    "%zz.txt",
    "%.txt",
    "100%.txt",
    "100%.html",
    // What means something in a URL, a pattern or a shell.
    "a#b.txt",
    "h#h.html",
    "a?b.txt",
    "q?q.html",
    "a+b.txt",
    "a&b=c.txt",
    "a;b.txt",
    "col:on.txt",
    "comma,.txt",
    "@me.txt",
    "$&.txt",
    "~t.txt",
    "bang!.txt",
    "paren(1).txt",
    "st*ar.txt",
    "pi|pe.txt",
    "<lt>.txt",
    "^hat.txt",
    "`tick.txt",
    "{brace}.txt",
    "[id].txt",
    "[slug].html",
    "[a]/index.html",
    "q'uote.txt",
    "q\"uote.txt",
    "back\\slash.txt",
    "back\\s.html",
    // Control characters.
    "a\nb.txt",
    "ctl\nx.html",
    "tab\tb.txt",
    "cr\rb.txt",
    "ctl\u{1}.txt",
    "ctl\u{1}",
    "del\u{7f}.txt",
    // Names that differ little, and one path for two.
    "A.txt",
    "a.txt",
    "x.html",
    "x/index.html",
    "index/index.html",
    "x.html.html",
    "page.html/x.txt",
    "word",
    "word.html",
    "__proto__",
    "constructor",
];

/// All of them, and names that are as long as a file system has them.
pub(crate) fn odd() -> Vec<String> {
    let long = format!("{}.txt", "n".repeat(251));
    let wide = format!("{}.txt", "\u{1f600}".repeat(62));
    let deep = format!("{}file.txt", "directory/".repeat(300));
    ODD.iter().map(|name| (*name).to_owned()).chain([long, wide, deep]).collect()
}

/// A project with a file of each name, which holds it.
fn project(root: &Path, names: &[String]) {
    let settings =
        json!({ "name": "names", "compatibility_date": "2026-01-01", "assets": { "directory": "public" } });
    write(root, &[("wrangler.json", settings.to_string().as_bytes())]);
    for name in names {
        write(&root.join("public"), &[(name, name.as_bytes())]);
    }
}

/// The names that a diagnostic lists whose message has a text.
fn listed(project: &Path, text: &str) -> BTreeSet<String> {
    let document: Value =
        serde_json::from_str(&stdout(&pagesbuild(project, ["check", "--format", "json"]))).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap();
    let one = diagnostics.iter().find(|one| one["message"].as_str().unwrap().contains(text)).unwrap();
    assert_eq!((&one["code"], &one["severity"]), (&json!("hard-to-link"), &json!("note")));
    let items = one["notes"][0]["items"].as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap().strip_prefix("public/").unwrap().to_owned()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn every_name_is_served_where_an_escaped_link_leads() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let names = odd();
    project(root, &names);
    let dist = root.join("dist");
    build(root, &dist, &[]);

    let mut command = npm::command("site/names.mjs");
    command.arg(dist.join("wrangler.json")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(names).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let found: serde_json::Map<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found.len(), names.len());
    let missed = |spelling: &str| {
        let missed = found.iter().filter(|(_, asked)| asked[spelling] != "");
        missed.map(|(name, _)| name.clone()).collect::<BTreeSet<String>>()
    };
    assert_eq!(missed("component"), BTreeSet::new(), "{found:#?}");
    let ends: BTreeSet<String> = names.iter().filter(|name| name.contains(['#', '?'])).cloned().collect();
    assert_eq!(missed("uri"), ends);
    // Those that a link misses that is not escaped are told. One is told that is found all the same: it is not UTF-8.
    let mut told = listed(root, "read as another one");
    assert!(told.remove("%E4.txt"));
    assert_eq!(missed("raw"), told);
    assert_eq!(
        listed(root, "NFD"),
        ["cafe\u{301}.txt", "cafe\u{301}.html", "e\u{301}/index.html", "A\u{30a}.txt", "\u{212b}.txt"]
            .map(str::to_owned)
            .into()
    );
}

/// wrangler ends with an error at a path that starts with a name of dots alone, so that is one here.
#[cfg(unix)]
#[test]
fn names_of_dots_alone_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["...", ".../x.txt"] {
        let root = directory.path().join(name.len().to_string());
        project(&root, &[name.to_owned(), "index.html".to_owned()]);
        let wrangler = npm::modules().join("wrangler/bin/wrangler.js");
        let deployed =
            npm::command("upload/deploy.mjs").arg(wrangler).arg(root.join("wrangler.json")).output().unwrap();
        assert!(
            !deployed.status.success() && stderr(&deployed).contains("path.relative"),
            "{}",
            stderr(&deployed)
        );
        let output = pagesbuild(&root, ["build", "--no-store"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("a name of dots alone"), "{}", stderr(&output));
    }
}

/// As somebody who may not read everything. To root everything can be read, so root becomes nobody.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("project");
    let locked = [
        "public/_headers",
        "public/a.txt",
        "public/closed",
        "public/deep/b.css",
        "public/listed/c.txt",
        "public/way.txt",
        "functions/closed",
    ];
    project(
        &root,
        &["a.txt", "closed/x.txt", "deep/b.css", "fine.txt", "listed/c.txt", "skipped/x.txt"]
            .map(str::to_owned),
    );
    write(
        &root,
        &[("functions/closed/x.js", b""), ("public/.assetsignore", b"skipped*\n"), ("public/_headers", b"")],
    );
    for link in ["way.txt", "skipped-way.txt"] {
        std::os::unix::fs::symlink("closed/x.txt", root.join("public").join(link)).unwrap();
    }
    let binary = directory.path().join("pagesbuild");
    fs::copy(env!("CARGO_BIN_EXE_pagesbuild"), &binary).unwrap();
    let set = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(directory.path(), 0o755);
    // What is listed can be looked at by name, and not read.
    set(&root.join("public/listed"), 0o744);
    for path in [
        "public/_headers",
        "public/a.txt",
        "public/closed",
        "public/deep/b.css",
        "functions/closed",
        "public/skipped",
    ] {
        set(&root.join(path), 0);
    }
    let mut command = Command::new(&binary);
    command.args(["check", "--no-cache", "--format", "json"]).current_dir(&root).env_remove("CLOUDFLARE_ENV");
    if fs::metadata(&root).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    for path in ["public/closed", "functions/closed", "public/skipped"] {
        set(&root.join(path), 0o755);
    }
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap().iter();
    let denied = diagnostics.filter(|one| one["code"] == "unreadable-file");
    let paths: BTreeSet<&str> = denied.map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, BTreeSet::from(locked), "{document:#}");
}

/// Opening a FIFO waits for somebody who writes to it.
#[cfg(unix)]
#[test]
fn nothing_waits_for_what_is_no_file() {
    use std::process::Command;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    project(root, &["index.html".to_owned()]);
    let fifos = ["pipe.txt", "_headers", "key.pem", ".npmrc"].map(|name| root.join("public").join(name));
    assert!(Command::new("mkfifo").args(&fifos).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", root.join("public/zero")).unwrap();
    let said = |arguments: &[&str]| {
        let output = pagesbuild(root, arguments.iter().copied().chain(["--format", "json"]));
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let line =
            |one: &Value| format!("{} {} {}", one["severity"], one["code"], one["path"]).replace('"', "");
        (
            output.status.code(),
            document["diagnostics"].as_array().unwrap().iter().map(line).collect::<Vec<_>>(),
        )
    };
    let left_out = |name: &str| format!("warning unusable-file public/{name}");
    let mut expected: Vec<String> = [".npmrc", "_headers", "key.pem", "pipe.txt"].map(left_out).into();
    expected.push("error symlink-outside public/zero".to_owned());
    assert_eq!(said(&["check"]), (Some(1), expected));
    // Nor does one that came after the files were found.
    let file = |path: &str| [AssetFile { path: path.to_owned(), file: root.join("public").join(path) }];
    let hashed = asset::fingerprint(
        &file("pipe.txt"),
        HashCache::none(),
        &Progress::default(),
        &mut Diagnostics::default(),
    );
    let rules = asset::read_rules(&file("_headers"), &mut Diagnostics::default());
    for error in [hashed.unwrap_err(), rules.unwrap_err()] {
        assert!(error.to_string().contains("it is no regular file"), "{error}");
    }
    // One that says what is published cannot be passed over.
    let ignore = root.join("public/.assetsignore");
    assert!(Command::new("mkfifo").arg(&ignore).status().unwrap().success());
    let output = pagesbuild(root, ["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains(".assetsignore"), "{}", stderr(&output));
}
