//! Finding and hashing static files, and the manifest against the one that wrangler sends.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pagesbuild::asset::{self, AssetFile, HashCache, fingerprint};
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::discover::{AdvancedWorker, SourceTree, discover};
use pagesbuild::limit::{ASSET_SIZE, ASSETS, Plan};
use pagesbuild::progress::Progress;
use pagesbuild::project::Project;

use crate::project::{assets, at, said, write};

fn found(project: &Project) -> (SourceTree, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let tree = discover(project, &project.root.join("dist"), &mut diagnostics).unwrap();
    (tree, said(diagnostics))
}

fn paths(files: &[AssetFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn only_what_is_meant_for_the_public_is_published() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for path in [
        "index.html",
        ".assetsignore",
        ".well-known/security.txt",
        ".gitignore",
        ".git/config",
        "node_modules/a/index.js",
        "deep/node_modules/a/index.js",
        ".wrangler/state/db",
        ".pagesbuild/cache",
        ".dist.pagesbuild-lock",
        ".DS_Store",
        "deep/.DS_Store",
        ".dev.vars",
        ".dev.vars.production",
        "deep/.env.local",
        "deep/_headers",
        "_headers",
        "_redirects",
        "_routes.json",
        "_worker.js.map",
        "wrangler.toml",
        "functions/api.ts",
        "durable_objects/counter.js",
        "dist/deployment.json",
        "src/main.js",
    ] {
        write(root, &[(path, b"")]);
    }
    let mut project = at(root);
    project.assets = Some(assets(root.to_path_buf()));
    project.main = Some(root.join("src/main.js"));
    let (tree, messages) = found(&project);
    assert_eq!(
        paths(&tree.assets),
        [".gitignore", ".well-known/security.txt", "deep/_headers", "index.html"]
    );
    assert_eq!(paths(&tree.asset_rules), ["_headers", "_redirects"]);
    assert_eq!(tree.routes_json.unwrap().path, "_routes.json");
    assert_eq!(tree.functions, ["api.ts"]);
    assert_eq!(tree.durable_objects, ["counter.js"]);
    let secret = "left out of the assets, since files of this name hold secrets";
    assert_eq!(
        messages,
        [
            format!("warning asset-left-out .dev.vars: {secret}"),
            format!("warning asset-left-out .dev.vars.production: {secret}"),
            "warning asset-left-out _worker.js.map: left out of the assets, since it belongs to the code of a worker"
                .to_owned(),
            format!("warning asset-left-out deep/.env.local: {secret}"),
            "warning asset-left-out deep/node_modules: \
             left out of the assets, since installed packages are not published"
                .to_owned(),
            "warning asset-left-out src/main.js: left out of the assets, since it is the worker's own code".to_owned(),
        ]
    );
}

#[test]
fn code_is_found_by_extension_at_any_depth() {
    let directory = tempfile::tempdir().unwrap();
    for path in [
        "a.js",
        "b.mjs",
        "c.ts",
        "d.tsx",
        "e.jsx",
        "x/[[y]].ts",
        "types.d.ts",
        "f.cjs",
        "g.json",
        ".js",
        "js",
    ] {
        write(&directory.path().join("functions"), &[(path, b"")]);
    }
    write(directory.path(), &[("functions/node_modules/p/index.js", b""), ("functions/.hidden/z.js", b"")]);
    let (tree, messages) = found(&at(directory.path()));
    assert_eq!(tree.functions, [".hidden/z.js", "a.js", "b.mjs", "c.ts", "d.tsx", "e.jsx", "x/[[y]].ts"]);
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn ignored_as_git_would() {
    let directory = tempfile::tempdir().unwrap();
    let public = directory.path().join("public");
    let patterns =
        "\u{feff}# comment\r\n*.map\r\n!keep.map\n/top.txt\ndrafts/\n!drafts/x.html\nUPPER.html\n[z-a]\n";
    write(&public, &[(".assetsignore", patterns.as_bytes()), ("secret/.env", b"")]);
    for path in
        ["a.map", "keep.map", "top.txt", "d/top.txt", "drafts/x.html", "d/drafts/y.html", "upper.html"]
    {
        write(&public, &[(path, b"")]);
    }
    fs::write(public.join(".assetsignore"), format!("{patterns}secret\n")).unwrap();
    let (tree, messages) = found(&at(directory.path()));
    assert_eq!(paths(&tree.assets), ["d/top.txt", "keep.map"]);
    let expected = "warning assetsignore-pattern public/.assetsignore: `[z-a]` is not a valid pattern and ignores nothing";
    assert_eq!(messages, [expected]);
}

#[test]
fn advanced_mode() {
    let directory = tempfile::tempdir().unwrap();
    let files = ["public/.assetsignore", "public/_worker.js/index.js", "public/_worker.js/chunks/a.js"];
    write(directory.path(), &files.map(|path| (path, &b"_worker.js\n_routes.json"[..])));
    write(directory.path(), &[("public/index.html", b""), ("public/_routes.json", b"")]);
    let mut project = at(directory.path());
    project.assets.as_mut().unwrap().pages = true;
    let (tree, messages) = found(&project);
    assert_eq!(paths(&tree.assets), ["index.html"]);
    let worker = directory.path().join("public/_worker.js");
    let advanced = AdvancedWorker { main: worker.join("index.js"), directory: Some(worker.clone()) };
    assert_eq!(tree.advanced, Some(advanced));
    assert!(tree.routes_json.is_some() && messages.is_empty(), "{messages:?}");

    write(directory.path(), &[("functions/a.js", b"")]);
    project.functions = Some(directory.path().join("functions"));
    let (tree, messages) = found(&project);
    assert!(tree.functions.is_empty());
    assert!(messages[0].starts_with("warning advanced-mode functions: no function runs"), "{messages:?}");

    project.main = Some(worker.join("index.js"));
    let (tree, messages) = found(&project);
    assert_eq!(paths(&tree.assets), ["index.html"]);
    assert!(tree.advanced.is_none() && tree.functions == ["a.js"] && messages.is_empty(), "{messages:?}");

    project.main = None;
    fs::remove_file(worker.join("index.js")).unwrap();
    let (tree, messages) = found(&project);
    assert!(tree.advanced.is_none() && messages[0].starts_with("error advanced-mode"), "{messages:?}");
}

#[test]
fn workers_have_no_advanced_mode() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("public/_worker.js/index.js", b""), ("public/index.html", b"")]);
    let project = at(directory.path());
    let (tree, messages) = found(&project);
    assert_eq!(paths(&tree.assets), ["index.html"]);
    assert!(tree.advanced.is_none());
    assert_eq!(messages.len(), 1);
    assert!(messages[0].starts_with("error advanced-mode public/_worker.js: "), "{messages:?}");
    fs::write(directory.path().join("public/.assetsignore"), "_worker.js").unwrap();
    let (tree, messages) = found(&project);
    assert!(tree.advanced.is_none() && messages.is_empty(), "{messages:?}");
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_project() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("project");
    write(directory.path(), &[("elsewhere/secret.txt", b"")]);
    write(
        &root,
        &[("shared/logo.svg", b""), (".env", b""), ("functions/a.js", b""), ("public/index.html", b"")],
    );
    for (target, link) in [
        ("../shared", "public/shared"),
        ("index.html", "public/home.html"),
        ("../../elsewhere", "public/out"),
        ("../../elsewhere/secret.txt", "public/out.txt"),
        ("nowhere", "public/broken"),
        ("self", "public/self"),
        ("../.env", "public/settings.txt"),
        ("../functions", "public/code"),
        (".", "public/loop"),
        ("../../elsewhere", "functions/out"),
        ("../shared", "functions/shared"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    write(&root, &[("shared/helper.js", b"")]);
    let (tree, messages) = found(&at(&root));
    assert_eq!(paths(&tree.assets), ["home.html", "index.html", "shared/helper.js", "shared/logo.svg"]);
    assert_eq!(tree.functions, ["a.js", "shared/helper.js"]);
    let starts: Vec<&str> = messages.iter().map(|message| message.split(':').next().unwrap()).collect();
    assert_eq!(
        starts,
        [
            "error symlink-outside functions/out",
            "error unusable-file public/broken",
            "warning asset-left-out public/code",
            "error unusable-file public/loop",
            "error symlink-outside public/out",
            "error symlink-outside public/out.txt",
            "error unusable-file public/self",
            "warning asset-left-out public/settings.txt",
        ]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn entries_that_no_url_can_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let directory = tempfile::tempdir().unwrap();
    let public = directory.path().join("public");
    write(&public, &[("index.html", b"")]);
    fs::write(public.join(OsStr::from_bytes(b"caf\xe9.html")), b"").unwrap();
    std::os::unix::net::UnixListener::bind(public.join("socket")).unwrap();
    let (tree, messages) = found(&at(directory.path()));
    assert_eq!(paths(&tree.assets), ["index.html"]);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("error unusable-file public/caf\u{fffd}.html: "), "{messages:?}");
    assert!(messages[1].starts_with("warning unusable-file public/socket: "), "{messages:?}");
}

#[cfg(unix)]
#[test]
fn limits_of_the_platform() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let public = directory.path().join("public");
    write(&public, &[("small.bin", b"x")]);
    let large = fs::File::create(public.join("large.bin")).unwrap();
    large.set_len(ASSET_SIZE.paid + 1).unwrap();
    let just = fs::File::create(public.join("just.bin")).unwrap();
    just.set_len(ASSET_SIZE.paid).unwrap();
    let (tree, messages) = found(&at(directory.path()));
    assert!(messages.is_empty(), "{messages:?}");
    let mut diagnostics = Diagnostics::default();
    let manifest = fingerprint(&tree.assets, HashCache::none(), &Progress::default(), &mut diagnostics)
        .unwrap()
        .manifest;
    assert_eq!(manifest.keys().collect::<Vec<_>>(), ["/just.bin", "/small.bin"]);
    assert_eq!(
        said(diagnostics),
        ["error asset-limit large.bin: the file has 26214401 bytes, and the platform takes at most 25 MiB"]
    );

    // Links multiply: each level names the level below 50 times.
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for name in 0..50 {
        write(root, &[(&format!("one/{name}.txt"), b"")]);
        for (below, level) in [("one", "two"), ("two", "three"), ("three", "public")] {
            fs::create_dir_all(root.join(level)).unwrap();
            symlink(format!("../{below}"), root.join(level).join(name.to_string())).unwrap();
        }
    }
    let mut project = at(root);
    let (tree, messages) = found(&project);
    assert_eq!(tree.assets.len(), 2 * ASSETS.most() + 1);
    let most = "the paid plan takes at most 100000, and the free plan 20000";
    assert_eq!(
        messages,
        [format!("error asset-limit public: there are more than 200000 static files, and {most}")]
    );

    // Forty links are 100,000 files, and eight are 20,000.
    let three = root.join("three");
    project.assets = Some(assets(three.clone()));
    let mut links = 50;
    let mut count = |count: usize, more: bool, plan: Option<Plan>| {
        for name in count..links {
            fs::remove_file(three.join(name.to_string())).unwrap();
        }
        links = count;
        let one = three.join("one more.txt");
        if more {
            fs::write(one, b"").unwrap()
        } else {
            _ = fs::remove_file(one)
        }
        let (tree, messages) = found(&Project { plan, ..project.clone() });
        assert_eq!(tree.assets.len(), count * 2_500 + usize::from(more));
        messages
    };
    let only = "the free plan takes at most 20000; the paid plan takes 100000";
    let said = |severity: &str, count: usize, clause: &str| {
        vec![format!("{severity} asset-limit three: there are {count} static files, and {clause}")]
    };
    assert_eq!(count(40, true, Some(Plan::Paid)), said("error", 100_001, most));
    assert_eq!(count(40, false, Some(Plan::Paid)), said("", 0, "")[..0]);
    assert_eq!(count(40, false, None), said("warning", 100_000, only));
    assert_eq!(count(8, true, Some(Plan::Free)), said("error", 20_001, only));
    assert_eq!(count(8, true, None), said("warning", 20_001, only));
    assert_eq!(count(8, false, Some(Plan::Free)), said("", 0, "")[..0]);
    assert_eq!(count(8, false, None), said("", 0, "")[..0]);
}

#[test]
fn directories_with_most_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let public = directory.path().join("public");
    for (place, count) in [("images", 12_000), ("tags/a", 8_000), ("", 7), ("tags/b", 1)] {
        for at in 0..count {
            let file = public.join(place).join(format!("{at}.txt"));
            if at == 0 {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
            }
            fs::write(file, b"").unwrap();
        }
    }
    let mut diagnostics = Diagnostics::default();
    discover(&at(directory.path()), &directory.path().join("dist"), &mut diagnostics).unwrap();
    let diagnostics = diagnostics.into_sorted();
    assert_eq!(
        diagnostics[0].notes[0].items,
        ["12000 in public/images", "8001 in public/tags", "7 in public itself"]
    );
}

#[test]
fn a_file_that_vanished_is_named() {
    let files = [AssetFile { path: "gone.txt".into(), file: Path::new("/nowhere/gone.txt").into() }];
    let error = fingerprint(&files, HashCache::none(), &Progress::default(), &mut Diagnostics::default())
        .unwrap_err();
    assert!(error.to_string().starts_with("cannot use `/nowhere/gone.txt`: it was there when"), "{error}");
}

#[test]
fn every_extension_has_one_type() {
    let types: BTreeSet<String> = asset::known_extensions()
        .filter_map(|extension| asset::content_type(&format!("a.{extension}")).map(str::to_owned))
        .collect();
    assert!(types.len() > 900 && types.contains("text/css; charset=utf-8"));
}
