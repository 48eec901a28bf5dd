//! `explain`, held against workerd: what it says of a request is what happens, on the fixtures and on random projects.
//!
//! `PAGESBUILD_TEST_SEED`, `PAGESBUILD_TEST_SITES` and `PAGESBUILD_TEST_REQUESTS` (per site) ask for more or for other ones:
//! `PAGESBUILD_TEST_SITES=600 PAGESBUILD_TEST_REQUESTS=400 cargo test --test it explain::random`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use pagesbuild::pipeline::{self, Behind, Explained, Explainer};
use pagesbuild::project::Options;
use pagesbuild::site::{Request, What};
use serde_json::{Value, json};

use crate::fixture;
use crate::fuzz::{Random, setting};
use crate::npm;

mod trees;

use trees::{Asked, Tree};

/// How many sites one workerd has. Each costs it some memory and some time to start.
const AT_ONCE: usize = 24;

fn explainer(project: &Path) -> Option<Explainer> {
    let options = Options { directory: project.to_owned(), ..Options::default() };
    pipeline::explainer(&options).unwrap().0
}

fn request(asked: &Asked) -> Request {
    let request = Request::new(&asked.method, &format!("http://{}{}", asked.host, asked.path)).unwrap();
    if asked.navigates { request.navigating() } else { request }
}

/// A deployment and what it is asked.
struct Site {
    project: PathBuf,
    config: PathBuf,
    explainer: Explainer,
    /// Handlers that answer; all others pass the request on. `None` where code does what it likes.
    answering: Option<BTreeSet<String>>,
    asked: Vec<Asked>,
}

impl Site {
    /// What is in a static file.
    fn content(&self, path: &str) -> String {
        let file = self.config.parent().unwrap().join("assets").join(&path[1..]);
        String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned()
    }
}

/// What of an answer can be foretold. Of a header that is foretold to be absent, the value is `None`.
#[derive(Debug, PartialEq)]
struct Foretold {
    status: u16,
    body: String,
    headers: BTreeMap<String, Option<String>>,
}

/// Headers that are looked at even if they are foretold to be absent.
const NAMED: [&str; 7] = ["cache-control", "content-type", "location", "x-a", "x-b", "x-c", "x-trace"];

/// `None` where nothing can be foretold.
fn foretell(site: &Site, asked: &Asked, explained: Explained) -> Option<Foretold> {
    let Explained { worker, assets, .. } = explained;
    if worker.is_some() && site.answering.is_none() {
        return None;
    }
    let is_head = asked.method == "HEAD";
    let body = |text: String| if is_head { String::new() } else { text };
    let mut chain: Vec<String> = Vec::new();
    if let Some(worker) = &worker {
        let handler = worker.handler.iter().map(|(_, handler)| handler);
        for name in worker.middleware.iter().chain(handler) {
            chain.push(name.clone());
            if site.answering.as_ref().is_some_and(|answering| answering.contains(name)) {
                let headers = BTreeMap::from([("x-trace".to_owned(), Some(chain.join(" ")))]);
                return Some(Foretold { status: 200, body: body(name.clone()), headers });
            }
        }
    }
    let trace = (!chain.is_empty()).then(|| chain.join(" "));
    match worker.map(|worker| worker.behind) {
        Some(Behind::Main(_)) => {
            let headers = BTreeMap::from([("x-trace".to_owned(), trace)]);
            return Some(Foretold { status: 200, body: body("main".to_owned()), headers });
        }
        Some(Behind::Nothing) => {
            let headers = BTreeMap::from([("x-trace".to_owned(), trace)]);
            return Some(Foretold { status: 404, body: String::new(), headers });
        }
        Some(Behind::Assets) | None => {}
    }
    let served = assets.unwrap().served;
    let mut headers: BTreeMap<String, Option<String>> =
        NAMED.iter().map(|name| ((*name).to_owned(), None)).collect();
    headers.extend(served.headers.into_iter().map(|(name, value)| (name, Some(value))));
    headers.insert("x-trace".to_owned(), trace);
    let body = match served.what {
        What::File(path) | What::Fallback(path) => body(site.content(&path)),
        _ => String::new(),
    };
    Some(Foretold { status: served.status, body, headers })
}

/// What a worker has answered, of what was foretold.
fn answered(answer: &Value, foretold: &Foretold) -> Foretold {
    let header = |name: &String| (name.clone(), answer[1][name].as_str().map(str::to_owned));
    Foretold {
        status: answer[0].as_u64().unwrap().try_into().unwrap(),
        body: answer[2].as_str().unwrap().to_owned(),
        headers: foretold.headers.keys().map(header).collect(),
    }
}

fn ask(sites: &[Site]) -> Vec<Value> {
    let listed = sites.iter().map(|site| json!({ "config": site.config, "requests": site.asked }));
    let mut command = npm::command("explain/ask.mjs");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(listed.collect::<Vec<_>>()).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Compares all answers; the words say which kinds of them there were.
fn compare(sites: &[Site], kinds: &mut BTreeMap<String, usize>) {
    let answers = ask(sites);
    let mut wrong = Vec::new();
    for (site, answers) in sites.iter().zip(answers) {
        for (asked, answer) in site.asked.iter().zip(answers.as_array().unwrap()) {
            let explained = site.explainer.explain(&request(asked));
            let kind = kind(&explained);
            let Some(foretold) = foretell(site, asked, explained) else { continue };
            *kinds.entry(kind).or_default() += 1;
            let found = answered(answer, &foretold);
            if found != foretold {
                wrong.push(format!(
                    "{}\n{asked:?}\nforetold {foretold:#?}\nfound {found:#?}",
                    site.project.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences, the first:\n{}", wrong.len(), wrong[0]);
}

fn kind(explained: &Explained) -> String {
    let who = match &explained.worker {
        Some(worker) if worker.handler.is_some() => "function",
        Some(worker) if !worker.middleware.is_empty() => "middleware",
        Some(worker) if matches!(worker.behind, Behind::Main(_)) => "main",
        Some(_) => "worker without a function",
        None => "assets",
    };
    let what = explained.assets.as_ref().map(|assets| match assets.served.what {
        What::File(_) => "file",
        What::Fallback(_) => "fallback",
        What::Redirect { .. } => "redirect",
        What::Respelled { .. } => "respelled",
        What::MethodNotAllowed => "method",
        What::NotFound => "nothing",
        What::Failed => "failed",
    });
    format!("{who}, {}", what.unwrap_or("no assets"))
}

#[test]
fn random_projects_answer_as_explained() {
    let (seed, count) = (setting("SEED", 1), setting("SITES", 24) as usize);
    let requests = setting("REQUESTS", 150) as usize;
    let mut kinds = BTreeMap::new();
    let mut refused = 0;
    let mut all = 0;
    for start in (0..count).step_by(AT_ONCE) {
        let directory = tempfile::tempdir().unwrap();
        let mut sites = Vec::new();
        for at in start..(start + AT_ONCE).min(count) {
            let mut random = Random(seed << 32 | at as u64);
            let tree = Tree::new(&mut random);
            let home = directory.path().join(at.to_string());
            let (project, dist) = (home.join("project"), home.join("dist"));
            tree.write(&project);
            let Some(explainer) = explainer(&project) else {
                refused += 1;
                continue;
            };
            fixture::build(&project, &dist, &[]);
            let asked = (0..requests).map(|_| tree.ask(&mut random)).collect();
            let answering = Some(tree.answering.clone());
            sites.push(Site { project, config: dist.join("wrangler.json"), explainer, answering, asked });
        }
        all += sites.iter().map(|site| site.asked.len()).sum::<usize>();
        let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(&sites, &mut kinds)));
        if let Err(difference) = compared {
            eprintln!("kept in {}", directory.keep().display());
            std::panic::resume_unwind(difference);
        }
    }
    eprintln!("{all} requests to {} projects, {refused} refused: {kinds:#?}", count - refused);
    assert!(refused * 5 <= count, "{refused} of {count} projects were refused");
    for (at, kind) in ["function", "middleware", "main", "assets"].into_iter().enumerate() {
        let share: usize =
            kinds.iter().filter(|(name, _)| name.starts_with(kind)).map(|(_, count)| count).sum();
        assert!(share * [20, 20, 50, 5][at] >= all, "{kind} is there {share} times only");
    }
}

/// Their static files in all spellings, where these answer: their code does what it likes.
#[test]
fn fixtures_answer_as_explained() {
    let directory = tempfile::tempdir().unwrap();
    let mut sites = Vec::new();
    for project in fixture::all("projects") {
        let dist = directory.path().join(fixture::name(&project));
        fixture::build(&project, &dist, &[]);
        let mut random = Random(7);
        let files = fixture::files(&dist).into_iter();
        let files: Vec<String> =
            files.filter_map(|path| path.strip_prefix("assets/").map(trees::wire)).collect();
        let asked = files.iter().flat_map(|path| std::iter::repeat_n(path, 12));
        let asked = asked.map(|path| trees::near(&mut random, path.clone())).collect();
        let explainer = explainer(&project).unwrap();
        sites.push(Site { project, config: dist.join("wrangler.json"), explainer, answering: None, asked });
    }
    let mut kinds = BTreeMap::new();
    compare(&sites, &mut kinds);
    eprintln!("{kinds:#?}");
    assert!(kinds.values().sum::<usize>() >= 300, "{kinds:#?}");
}

#[test]
fn what_is_said_for_people_and_for_programs() {
    let asked: &[(&str, &[&str])] = &[
        ("image-sharing", &["/"]),
        ("image-sharing", &["/gallery"]),
        ("image-sharing", &["/api/images/7/download"]),
        ("image-sharing", &["/api/admin/upload", "--method", "post"]),
        ("image-sharing", &["/api/admin/upload", "--method", "DELETE"]),
        ("image-sharing", &["/admin.html?from=1"]),
        ("image-sharing", &["https://images.example.com/no/such/page"]),
        ("static-only", &["/about/"]),
        ("static-only", &["/about", "--method", "OPTIONS"]),
        ("pages-static", &["/"]),
        ("main-only", &["/any"]),
        ("main-and-functions", &["/page"]),
        ("main-and-functions", &["/page", "--method", "PUT"]),
        ("functions-only", &["/"]),
        ("advanced-mode", &["/api/x"]),
        ("advanced-mode", &["/missing"]),
        ("image-sharing", &["/docs/a/b", "--format", "json"]),
        ("image-sharing", &["/api/images/7/download", "--format", "json"]),
    ];
    let mut text = String::new();
    for (project, arguments) in asked {
        let directory = format!("fixtures/projects/{project}");
        let more = ["-C", directory.as_str(), "--quiet"];
        let all = ["explain"].into_iter().chain(arguments.iter().copied()).chain(more);
        let output = fixture::pagesbuild(fixture::root(), all);
        assert_eq!(output.status.code(), Some(0), "{}", fixture::stderr(&output));
        let command = arguments.join(" ");
        text.push_str(&format!(
            "$ pagesbuild explain {command} -C {project}\n{}\n",
            fixture::stdout(&output)
        ));
    }
    fixture::snapshot("explain", &text);
}

#[test]
fn what_is_no_request_is_bad_usage() {
    let mut text = String::new();
    for arguments in [
        ["about", "--method", "GET"],
        ["", "--method", "GET"],
        ["ftp://example.com/", "--method", "GET"],
        ["https://", "--method", "GET"],
        ["http://a b/", "--method", "GET"],
        ["/about", "--method", "FETCH"],
    ] {
        let more = ["-C", "fixtures/projects/static-only"];
        let output =
            fixture::pagesbuild(fixture::root(), ["explain"].into_iter().chain(arguments).chain(more));
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        text.push_str(&format!(
            "$ pagesbuild explain {}\n{}\n",
            arguments.join(" "),
            fixture::stderr(&output)
        ));
    }
    fixture::snapshot("explain-usage", &text);
}
