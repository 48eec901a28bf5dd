//! Random projects whose answers tell who gave them, and random requests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, json};

use crate::fuzz::Random;

/// What browsers escape in paths.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'%');

const DIRECTORIES: &[&str] =
    &["a", "b", "docs", "A", "a b", "é", "100%", "a%20b", "@at", "index", "a.html", "$&"];
const FILES: &[&str] = &[
    "index.html",
    "index.html",
    "index.html",
    "404.html",
    "a.html",
    "b.html",
    "a.txt",
    "index.html.html",
    "b c.txt",
    "é.html",
    "100%.txt",
    "a%20b.html",
    "(1)!.js",
    "x&y.css",
    "$$.txt",
    "a",
    "index",
    "A.html",
    ".html",
    "q?.txt",
    "h#.txt",
    "~'.json",
    "no-type",
    "docs.html",
];
const FUNCTION_DIRECTORIES: &[&str] = &["a", "b", "docs", "A", "[id]", "[[rest]]", "v[n]"];
const FUNCTIONS: &[&str] = &[
    "index",
    "a",
    "b",
    "[id]",
    "[[rest]]",
    "_middleware",
    "_middleware",
    "_middleware",
    "v[n]",
    "[x]-[y]",
    "a.txt",
    "docs",
];
const EXPORTS: &[&str] =
    &["onRequest", "onRequest", "onRequest", "onRequestGet", "onRequestPost", "onRequestHead"];
const HEADERS: &[&str] = &["X-A", "X-B", "X-C", "Cache-Control", "Content-Type", "Location"];
const NO_HEADERS: &[&str] = &["X(A", "X é"];
/// Never without a text: headers without a value are sent or not, as the runtime knows their names or not.
const VALUES: &[&str] = &["one", "two", "to :splat", ":p-:q", "<:ab>", ":p", "$&:splat", "max-age=1"];
const HOSTS: &[&str] = &["site.test", "me.pages.dev", "me.example.com", "other.test"];
const METHODS: &[&str] = &["HEAD", "POST", "PUT", "OPTIONS", "DELETE"];
const HTML: &[&str] = &["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"];
const NOT_FOUND: &[&str] = &["none", "404-page", "single-page-application"];

/// In front of the handlers of each file.
const HELPERS: &str = "const pass = (name) => async ({ next }) => {
  const response = await next();
  const seen = response.headers.get('x-trace');
  response.headers.set('x-trace', seen === null ? name : `${name} ${seen}`);
  return response;
};
const answer = (name) => () => new Response(name, { headers: { 'x-trace': name } });
";
const MAIN: &str = "export default { fetch: () => new Response('main') };\n";

/// A request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) host: String,
    /// As it is on the wire.
    pub(super) path: String,
    pub(super) navigates: bool,
}

/// A project.
pub(super) struct Tree {
    files: BTreeMap<String, String>,
    /// Handlers that answer, as `explain` calls them.
    pub(super) answering: BTreeSet<String>,
    /// Paths that mean something.
    paths: Vec<String>,
}

fn one<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[random.below(of.len())]
}

fn chance(random: &mut Random, percent: usize) -> bool {
    random.below(100) < percent
}

/// A name below up to three directories.
fn nested(random: &mut Random, directories: &[&str], names: &[&str]) -> String {
    let depth = [0, 0, 1, 1, 1, 2, 3][random.below(7)];
    let mut path = String::new();
    for _ in 0..depth {
        path.push_str(one(random, directories));
        path.push('/');
    }
    path + one(random, names)
}

fn escaped(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// The path that a browser asks for a file by.
pub(super) fn wire(file: &str) -> String {
    format!("/{}", escaped(file))
}

/// A request for a path, or for one that is nearly the same.
pub(super) fn near(random: &mut Random, path: String) -> Asked {
    let method = if chance(random, 75) { "GET" } else { one(random, METHODS) };
    let mut path = path;
    for _ in 0..[0, 0, 1, 1, 1, 2, 3][random.below(7)] {
        path = spelled(random, path);
    }
    if chance(random, 25) {
        path.push_str(one(random, &["?", "?q=1", "?a='&b=/../c", "?x=%zz"]));
    }
    Asked {
        method: method.to_owned(),
        host: one(random, HOSTS).to_owned(),
        path,
        navigates: chance(random, 15),
    }
}

impl Tree {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut tree = Self { files: BTreeMap::new(), answering: BTreeSet::new(), paths: Vec::new() };
        for _ in 0..3 + random.below(14) {
            let path = nested(random, DIRECTORIES, FILES);
            // What a file says is where it is served from.
            tree.add(&format!("public/{path}"), &format!("/{path}"));
            tree.paths.push(wire(&path));
        }
        tree.configure(random);
        for (name, rules) in
            [("_redirects", Self::redirects as fn(&Self, &mut Random) -> String), ("_headers", Self::headers)]
        {
            if chance(random, 60) {
                let text = rules(&tree, random);
                tree.add(&format!("public/{name}"), &text);
            }
        }
        tree
    }

    /// Adds a file, unless a file is a directory of it or the other way round.
    fn add(&mut self, path: &str, text: &str) -> bool {
        let below = format!("{path}/");
        let is_directory = self.files.keys().any(|known| known.starts_with(&below));
        let directories = path.match_indices('/').map(|(at, _)| &path[..at]);
        let is_below = directories.into_iter().any(|directory| self.files.contains_key(directory));
        let free = !is_directory && !is_below && !self.files.contains_key(path);
        if free {
            self.files.insert(path.to_owned(), text.to_owned());
        }
        free
    }

    fn configure(&mut self, random: &mut Random) {
        let date = if chance(random, 80) { "2026-10-01" } else { "2025-03-01" };
        let mut assets = Map::new();
        if chance(random, 85) {
            assets.insert("html_handling".to_owned(), json!(one(random, HTML)));
        }
        if chance(random, 85) {
            assets.insert("not_found_handling".to_owned(), json!(one(random, NOT_FOUND)));
        }
        assets.insert("directory".to_owned(), json!("public"));
        let mut config = json!({ "name": "site", "compatibility_date": date });
        let kind = random.below(10);
        match kind {
            0 => {}
            1..=4 => self.functions(random),
            5 | 6 => {
                self.functions(random);
                self.add("main.js", MAIN);
                config["main"] = json!("main.js");
            }
            7 => {
                self.add("main.js", MAIN);
                config["main"] = json!("main.js");
                let first = match random.below(4) {
                    0 => json!(true),
                    1 => json!(false),
                    2 => json!(["/a/*", "/docs", "!/a/*.html"]),
                    _ => json!(null),
                };
                if !first.is_null() {
                    assets.insert("run_worker_first".to_owned(), first);
                }
            }
            8 => self.functions(random),
            _ => {
                self.add("public/_worker.js", MAIN);
                if chance(random, 70) {
                    let include = [json!(["/*"]), json!(["/a/*", "/docs", "/b*"]), json!(["/a", "/docs/"])];
                    let exclude = [json!([]), json!(["/a/index*"]), json!(["/*.txt"])];
                    let [include, exclude] =
                        [include, exclude].map(|lists| lists[random.below(lists.len())].clone());
                    let routes = json!({ "version": 1, "include": include, "exclude": exclude });
                    self.add("public/_routes.json", &routes.to_string());
                }
            }
        }
        // The two last kinds follow the conventions of Pages.
        if kind >= 8 {
            config["pages_build_output_dir"] = json!("public");
        } else {
            assets.insert("binding".to_owned(), json!("ASSETS"));
            if kind == 0 {
                assets.remove("binding");
            }
            config["assets"] = json!(assets);
        }
        self.add("wrangler.json", &config.to_string());
    }

    fn functions(&mut self, random: &mut Random) {
        for _ in 0..1 + random.below(7) {
            let path = nested(random, FUNCTION_DIRECTORIES, FUNCTIONS);
            let exports: BTreeSet<&str> = (0..1 + random.below(2)).map(|_| one(random, EXPORTS)).collect();
            let mut text = HELPERS.to_owned();
            let mut answering = Vec::new();
            for export in exports {
                let name = format!("functions/{path}.js#{export}");
                let answers = chance(random, if path.ends_with("_middleware") { 8 } else { 70 });
                let function = if answers { "answer" } else { "pass" };
                text.push_str(&format!("export const {export} = {function}({name:?});\n"));
                answering.extend(answers.then_some(name));
            }
            if self.add(&format!("functions/{path}.js"), &text) {
                self.answering.extend(answering);
                let path = format!("/{}", path.trim_end_matches("_middleware").trim_end_matches("index"));
                let path = path.replace("[[rest]]", "r/s").replace(['[', ']'], "");
                self.paths.extend([path.clone(), path]);
            }
        }
    }

    /// A path that may mean something, as the pattern of a rule.
    fn pattern(&self, random: &mut Random) -> String {
        let mut path = if chance(random, 10) {
            "/".to_owned()
        } else {
            self.paths[random.below(self.paths.len())].clone()
        };
        if chance(random, 30) {
            path = path.trim_end_matches(".html").trim_end_matches("index").to_owned();
        }
        match random.below(10) {
            0 => path + "*",
            1 => format!("{}/*", path.trim_end_matches('/')),
            2 if chance(random, 30) => "/*".to_owned(),
            3 => path.replacen("/a", "/:p", 1),
            4 => "/:p/:q".to_owned(),
            5 => format!("{}/:ab", path.rsplit_once('/').map_or("", |(start, _)| start)),
            _ => path,
        }
    }

    fn redirects(&self, random: &mut Random) -> String {
        let count = 1 + random.below(7);
        let line = |_| {
            let from = self.pattern(random);
            let there = self.paths[random.below(self.paths.len())].clone();
            let to = match random.below(8) {
                0 => "/:splat".to_owned(),
                1 => "https://other.test/x/:splat?z".to_owned(),
                2 => "//ext.test/:p".to_owned(),
                3 => "/x//:p/:q#:p".to_owned(),
                4 => format!("https://site.test{there}"),
                5 => format!("{there}?own=:p"),
                6 => there.trim_end_matches(".html").trim_end_matches("index").to_owned(),
                _ => there,
            };
            let status = one(random, &["", "200", "200", "301", "302", "303", "307", "308"]);
            format!("{from} {to} {status}\n")
        };
        (0..count).map(line).collect()
    }

    fn headers(&self, random: &mut Random) -> String {
        let mut text = String::new();
        for _ in 0..1 + random.below(7) {
            let host = if chance(random, 20) {
                one(random, &["https://site.test", "https://:h.pages.dev", "https://*.example.com"])
            } else {
                ""
            };
            text.push_str(&format!("{host}{}\n", self.pattern(random)));
            for _ in 0..1 + random.below(3) {
                let names = if chance(random, 2) { NO_HEADERS } else { HEADERS };
                let name = one(random, names);
                match chance(random, 25) {
                    true => text.push_str(&format!("  ! {name}\n")),
                    false => text.push_str(&format!("  {name}: {}\n", one(random, VALUES))),
                }
            }
        }
        text
    }

    pub(super) fn write(&self, directory: &Path) {
        for (path, text) in &self.files {
            let file = directory.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }

    /// A request for something that may be there, or nearly.
    pub(super) fn ask(&self, random: &mut Random) -> Asked {
        let path = match random.below(12) {
            0 => "/".to_owned(),
            1 => "/missing/page".to_owned(),
            2 => wire(&nested(random, DIRECTORIES, FILES)),
            _ => self.paths[random.below(self.paths.len())].clone(),
        };
        near(random, path)
    }
}

/// A path in another spelling.
fn spelled(random: &mut Random, path: String) -> String {
    let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    let slash = slashes[random.below(slashes.len())];
    let last = path.rsplit_once('/').map_or(0, |(start, _)| start.len() + 1);
    match random.below(18) {
        0 | 1 => path.trim_end_matches(".html").to_owned(),
        2 => path.trim_end_matches("index.html").to_owned(),
        3 => path + "/",
        4 => path + "/index",
        5 => path + "/index.html",
        6 => path + ".html",
        7 => format!("{}/{}", &path[..slash], &path[slash..]),
        8 => path.to_uppercase(),
        9 => path.replacen('a', "%61", 1),
        10 => format!("{}%2F{}", &path[..slash.max(1)], &path[(slash + 1).max(1)..]),
        11 => path + "/x",
        12 => format!("{path}/../{}", &path[last..]),
        13 => format!("{}/.{}", &path[..slash], &path[slash..]),
        14 => path + one(random, &["%zz", "%", "%ff", "%E2%82"]),
        15 => path + one(random, &["^", "xy|", "'", "@", "\\", "\"", "{x}", ";a=b", "$&", "!", "%5E", "%00"]),
        16 => format!(
            "{}{}",
            &path[..last],
            utf8_percent_encode(&path[last..].replace('%', ""), NON_ALPHANUMERIC)
        ),
        _ => path.trim_end_matches('/').to_owned() + "//",
    }
}
