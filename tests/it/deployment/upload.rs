//! What `wrangler deploy` sends, against what the deployment says: the manifest, the types and the code.

use std::fs;
use std::path::Path;

use pagesbuild::asset::known_extensions;
use pagesbuild::deployment::emit;
use serde_json::{Value, json};

use super::{assemble, built, worker};
use crate::names::odd;
use crate::npm;
use crate::project::{at, write};

fn deploy(configuration: &Path) -> Value {
    deploy_over(configuration, None)
}

/// Deploys in place of a worker that has these bindings.
pub(super) fn deploy_over(configuration: &Path, bindings: Option<&Value>) -> Value {
    deploy_where(configuration, bindings, &json!({}))
}

/// The same, where more is there.
pub(super) fn deploy_where(configuration: &Path, bindings: Option<&Value>, there: &Value) -> Value {
    let wrangler = npm::modules().join("wrangler/bin/wrangler.js");
    let mut command = npm::command("upload/deploy.mjs");
    command.arg(wrangler).arg(configuration);
    command.args([json!(bindings).to_string(), there.to_string()]);
    serde_json::from_str(&npm::stdout(&mut command)).unwrap()
}

/// Names and contents that tools get wrong, and one file for every extension that has a type.
fn odd_files(public: &Path) {
    let random: Vec<u8> = (0..1_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files: &[(&str, &[u8])] = &[
        ("noextension", b"plain"),
        (".dotfile", b"dot"),
        (".dot.html", b"dot html"),
        ("two.dots.min.js", b"let a"),
        ("UPPER.HTML", b"<p>"),
        ("Mixed.JpG", b"\xff\xd8"),
        ("empty", b""),
        ("empty.css", b""),
        ("one.bin", b"\0"),
        ("two.bin", b"\0\xff"),
        ("random.bin", &random),
        ("trailing.", b"dot at the end"),
        ("deep/er/and/deeper/file.json", b"{}"),
        ("deep/.well-known/assetlinks.json", b"[]"),
        ("deep/_headers", b"not a rule here"),
        ("html", b"an extension as a name"),
        ("types.css/file", b"a directory with an extension"),
        ("unknown.no-such-extension", b"?"),
        ("_headers", b"/*\n  X-Robots-Tag: none\n"),
        ("_redirects", b"/old /new 301\n"),
    ];
    write(public, files);
    for name in odd() {
        write(public, &[(&name, name.as_bytes())]);
    }
    // Containers of private keys are never published.
    let published = |extension: &&'static str| !matches!(*extension, "kdbx" | "p12" | "pfx");
    for extension in known_extensions().filter(published) {
        write(public, &[(&format!("types/file.{extension}"), extension.as_bytes())]);
    }
}

#[test]
fn wrangler_sends_what_the_deployment_says() {
    let directory = tempfile::tempdir().unwrap();
    odd_files(&directory.path().join("public"));
    let project = at(directory.path());
    let dist = directory.path().join("dist");
    let mut bundle = worker("deployed");
    bundle.source_map = None;
    let deployment = assemble(&project, Some(&bundle), &[]);
    emit(&built(&deployment, directory.path()), &dist, None).unwrap();
    let sent = deploy(&dist.join("wrangler.json"));

    let assets = deployment.document.assets.unwrap();
    let manifest: serde_json::Map<String, Value> = assets
        .files
        .iter()
        .map(|(path, asset)| (path.clone(), json!({ "hash": asset.hash, "size": asset.size })))
        .collect();
    assert!(manifest.len() > 1_200);
    assert_eq!(sent["manifest"], Value::Object(manifest));
    for (path, asset) in assets.files.iter() {
        // wrangler declares a type that no file has where it knows none.
        let declared = asset.content_type.as_deref().unwrap_or("application/null");
        assert_eq!(sent["uploads"][&asset.hash], json!({ "type": declared, "size": asset.size }), "{path}");
    }
    let rules = &sent["script"]["metadata"]["assets"]["config"];
    for name in ["_headers", "_redirects"] {
        assert_eq!(rules[name], fs::read_to_string(dist.join("assets").join(name)).unwrap());
    }
    let modules = json!({ "index.js": { "type": "application/javascript+module", "text": bundle.main } });
    assert_eq!(sent["script"]["modules"], modules);
    // What is left of wrangler's run does not make the output a different one.
    pagesbuild::deployment::verify(&dist).unwrap();
}

/// wrangler on the source directory itself: what is ignored there is ignored here.
#[test]
fn wrangler_ignores_the_same_files() {
    let directory = tempfile::tempdir().unwrap();
    let public = directory.path().join("public");
    let patterns = "# comment\n\n*.map\n!keep.map\n/top.txt\ndrafts/\n!drafts/x.html\nUPPER.html\n**/mid/*.js\n\
                    a[0-9].txt\n\\!bang.txt\nspace\\ \ntail   \ndir/**\n!dir/kept.txt\nfoo/bar\nsp ace.txt\n?.q\r\n*.{a,b}\n";
    write(&public, &[(".assetsignore", patterns.as_bytes())]);
    for path in [
        "a.map",
        "keep.map",
        "x/a.map",
        "top.txt",
        "x/top.txt",
        "drafts/x.html",
        "x/drafts/y.html",
        "drafts2/x.html",
        "upper.html",
        "UPPER.HTML",
        "x/mid/a.js",
        "mid/b.js",
        "mid/x/c.js",
        "a1.txt",
        "ab.txt",
        "!bang.txt",
        "bang.txt",
        "space",
        "space ",
        "tail",
        "dir/a.txt",
        "dir/kept.txt",
        "dir/x/y.txt",
        "foo/bar",
        "foo/bar/baz",
        "x/foo/bar",
        "sp ace.txt",
        "x/sp ace.txt",
        "z.q",
        "zz.q",
        "t.a",
        "t.{a,b}",
        ".hidden",
        "x/.hidden",
        "x/.assetsignore",
        "_headers",
        "x/_headers",
        "index.html",
    ] {
        let file = public.join(path);
        if !file.ends_with("foo/bar") && !file.is_dir() {
            write(&public, &[(path, path.as_bytes())]);
        }
    }
    let configuration = directory.path().join("wrangler.json");
    let settings =
        json!({ "name": "odd", "compatibility_date": "2026-01-01", "assets": { "directory": "public" } });
    fs::write(&configuration, settings.to_string()).unwrap();
    let sent = deploy(&configuration);
    let deployment = assemble(&at(directory.path()), None, &[]);
    let ours: Vec<String> = deployment.document.assets.unwrap().files.keys().cloned().collect();
    let mut theirs: Vec<&String> = sent["manifest"].as_object().unwrap().keys().collect();
    theirs.sort();
    assert_eq!(ours.iter().collect::<Vec<_>>(), theirs);
}
