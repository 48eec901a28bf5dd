//! Static files as a deployment has them served, on workerd: projects that follow Pages' conventions beside `wrangler pages dev` on
//! the same files, and every mode beside the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use pagesbuild::asset::{Asset, AssetManifest};
use pagesbuild::site::{HtmlHandling, NotFoundHandling, Request, Served, Site, What};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{fixture, npm};

/// Files that are there in all trees; each holds its own path.
const FILES: &[&str] = &[
    "about.html",
    "both.html",
    "both/index.html",
    "docs/index.html",
    "docs/a.html",
    "docs/deep/b.html",
    "docs/404.html",
    "plain",
    "both.txt",
    "a b.txt",
    "é.html",
    "100%.txt",
    "@me/x.html",
    "odd/page.html.html",
    "index/index.html",
];

/// What a tree is called after, and what it has beside.
const TREES: &[(&str, &[&str])] =
    &[("404-page", &["index.html", "404.html"]), ("single-page", &["index.html"]), ("nested-page", &[])];

/// A request and what is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    method: &'static str,
    path: String,
}

#[derive(Debug, Deserialize)]
struct Answer(u16, BTreeMap<String, Value>, String);

impl Answer {
    fn location(&self) -> Option<&str> {
        self.1.get("location").and_then(Value::as_str)
    }

    /// All that counts, in a word or two.
    fn told(&self) -> String {
        match self.location() {
            Some(location) => format!("{} {location}", self.0),
            None if self.0 == 200 || self.0 == 404 => format!("{} {}", self.0, self.2),
            None => self.0.to_string(),
        }
    }
}

/// Paths as they go over the wire: those of files, all spellings of them, and others.
fn requests(files: &[&str]) -> Vec<Asked> {
    let mut paths = BTreeSet::new();
    for file in files {
        let encoded = file.replace('%', "%25").replace(' ', "%20").replace('é', "%C3%A9");
        let bare = encoded.trim_end_matches(".html").trim_end_matches("/index").trim_end_matches("index");
        let bare = format!("/{}", bare.trim_start_matches('/'));
        paths.insert(format!("/{encoded}"));
        // The server of Pages fails for paths below a file.
        let ends = ["", "/", ".html", "/index", "/index/", "/index.html", "/none"];
        let is_file = files.contains(&&bare[1..]) || bare.contains('.');
        let ends = ends.iter().filter(|end| !is_file || !end.starts_with('/'));
        paths.extend(ends.map(|end| format!("{}{end}", bare.trim_end_matches('/'))));
    }
    paths.retain(|path| path.starts_with('/'));
    let others = [
        "/none",
        "/none/deep",
        "/docs/none/x",
        "/none.html",
        "/%61bout",
        "/about?q=1",
        "/about/?q=1",
        "//about",
        "/a+b.txt",
        "/100%.txt",
        "/%C3%A9.html",
        "/é",
        "/ABOUT",
        "/404",
        "/404/",
        "/docs%2Fa",
        "/@me/x",
        "/%40me/x",
        "/docs//a",
    ];
    paths.extend(others.map(str::to_owned));
    let ascii = paths.into_iter().filter(|path| path.is_ascii());
    let each = |path: String| {
        let methods =
            if path.len().is_multiple_of(4) { &["GET", "HEAD", "POST", "DELETE"][..] } else { &["GET"] };
        methods.iter().map(move |method| Asked { method, path: path.clone() }).collect::<Vec<_>>()
    };
    ascii.flat_map(each).collect()
}

fn write(directory: &Path, files: &[&str]) {
    for file in files {
        let path = directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
}

fn ask(script: &str, input: &Value) -> Vec<Vec<Answer>> {
    let mut command = npm::command(script);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Builds a project for each configuration and asks them all, on one workerd.
fn ours(home: &Path, configs: &[(String, String)], requests: &[Vec<Asked>]) -> Vec<Vec<Answer>> {
    let sites = configs.iter().zip(requests).map(|((name, config), requests)| {
        let project = home.join(name);
        let config = format!("name = \"site\"\ncompatibility_date = \"2026-01-01\"\n{config}");
        fs::write(project.join("wrangler.toml"), config).unwrap();
        let dist = project.join("dist");
        fixture::build(&project, &dist, &[]);
        let one = |asked: &Asked| {
            json!({ "method": asked.method, "host": "example.com", "path": asked.path, "navigates": false })
        };
        let requests: Vec<Value> = requests.iter().map(one).collect();
        json!({ "config": dist.join("wrangler.json"), "requests": requests })
    });
    ask("explain/ask.mjs", &sites.collect())
}

/// Why an answer may differ from that of Pages; `docs/serving.md` has the list.
fn difference(tree: &str, asked: &Asked, pages: &Answer, ours: &Answer) -> Option<&'static str> {
    let path = asked.path.split('?').next().unwrap();
    let decoded = |path: &str| percent_decode_str(path).decode_utf8_lossy().replace("//", "/");
    let is_same_path = ours.location().is_some_and(|to| decoded(to) == decoded(path));
    match (pages.0, ours.0) {
        (405, 404) if !matches!(asked.method, "GET" | "HEAD") => Some("methods"),
        (308, 307) if pages.location() == ours.location() => Some("status"),
        (308, _) if path.trim_end_matches('/').ends_with("/index") => Some("index"),
        (_, 307) if is_same_path => Some("escapes"),
        (200 | 404, 307) if path.ends_with(".html") => Some("pages"),
        (404, 200) if tree == "single-page" && path.starts_with("/docs/") => Some("nested"),
        _ => None,
    }
}

#[test]
fn projects_of_pages_are_served_as_pages_does() {
    let home = TempDir::new().unwrap();
    let trees: Vec<Vec<&str>> = TREES.iter().map(|(_, more)| [FILES, *more].concat()).collect();
    let requests: Vec<Vec<Asked>> = trees.iter().map(|files| requests(files)).collect();
    let mut configs = Vec::new();
    for ((name, _), files) in TREES.iter().zip(&trees) {
        write(&home.path().join(name).join("public"), files);
        configs.push(((*name).to_owned(), "pages_build_output_dir = \"public\"\n".to_owned()));
    }
    let directories = TREES.iter().zip(&requests).map(|((name, _), requests)| {
        let one = |asked: &Asked| json!({ "method": asked.method, "path": asked.path });
        let requests: Vec<Value> = requests.iter().map(one).collect();
        json!({ "directory": home.path().join(name).join("public"), "requests": requests })
    });
    let pages = ask("site/pages.mjs", &directories.collect());
    let ours = ours(home.path(), &configs, &requests);
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (((tree, _), requests), (pages, ours)) in TREES.iter().zip(&requests).zip(pages.iter().zip(&ours)) {
        for (asked, (pages, ours)) in requests.iter().zip(pages.iter().zip(ours)) {
            if pages.told() == ours.told() {
                continue;
            }
            match difference(tree, asked, pages, ours) {
                Some(name) => *known.entry(name).or_default() += 1,
                None => wrong.push(format!(
                    "{tree}: {} {}: {} on Pages, {} here",
                    asked.method,
                    asked.path,
                    pages.told(),
                    ours.told()
                )),
            }
        }
    }
    eprintln!("{} requests, {known:?}", requests.iter().map(Vec::len).sum::<usize>());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    let names: Vec<&&str> = known.keys().collect();
    assert_eq!(names, [&"escapes", &"index", &"methods", &"nested", &"pages", &"status"]);
}

fn told(served: &Served) -> String {
    match &served.what {
        What::File(file) | What::Fallback(file) => format!("{} {}", served.status, &file[1..]),
        What::Redirect { location, .. } | What::Respelled { location } => {
            format!("{} {location}", served.status)
        }
        What::NotFound => "404 ".to_owned(),
        What::MethodNotAllowed | What::Failed => served.status.to_string(),
    }
}

#[test]
fn every_mode_is_served_as_the_model_says() {
    let home = TempDir::new().unwrap();
    let files = [FILES, &["index.html", "404.html"]].concat();
    let requests = requests(&files);
    let asset = |file: &&str| {
        let asset = Asset { hash: (*file).to_owned(), size: 1, content_type: None };
        (format!("/{file}"), asset)
    };
    let manifest: AssetManifest = files.iter().map(asset).collect();
    let htmls = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"];
    let not_founds = ["none", "404-page", "single-page-application"];
    let modes: Vec<(&str, &str)> =
        htmls.iter().flat_map(|html| not_founds.map(|not_found| (*html, not_found))).collect();
    let config = |(html, not_found): &(&str, &str)| {
        let name = format!("{html}-{not_found}");
        write(&home.path().join(&name).join("public"), &files);
        let config = format!(
            "[assets]\ndirectory = \"public\"\nhtml_handling = \"{html}\"\nnot_found_handling = \"{not_found}\"\n"
        );
        (name, config)
    };
    let configs: Vec<(String, String)> = modes.iter().map(config).collect();
    let answers = ours(home.path(), &configs, &vec![requests.clone(); modes.len()]);
    let mut wrong = Vec::new();
    for ((html, not_found), answers) in modes.iter().zip(answers) {
        let mut site = Site::new(&manifest, Vec::new(), Vec::new());
        site.html_handling = HtmlHandling::named(Some(html));
        site.not_found_handling = NotFoundHandling::named(Some(not_found));
        for (asked, answer) in requests.iter().zip(answers) {
            let model = told(&site.serve(&Request::new(asked.method, &asked.path).unwrap()));
            let model =
                if asked.method == "HEAD" { model.split(' ').next().unwrap().to_owned() } else { model };
            let seen = answer.told();
            let seen = if asked.method == "HEAD" { seen.split(' ').next().unwrap().to_owned() } else { seen };
            if model != seen {
                wrong.push(format!(
                    "{html}, {not_found}: {} {}: {model}, workerd {seen}",
                    asked.method, asked.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
