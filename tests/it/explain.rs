//! `explain`, held against workerd: what it says of a request is what happens, on the fixtures and on random projects.
//!
//! `PAGESBUILD_TEST_SEED`, `PAGESBUILD_TEST_SITES` and `PAGESBUILD_TEST_REQUESTS` (per site) ask for more or for other ones:
//! `PAGESBUILD_TEST_SITES=600 PAGESBUILD_TEST_REQUESTS=400 cargo test --test it explain::random`.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Handlers that answer; all others pass the request on.
    answering: BTreeSet<String>,
    asked: Vec<Asked>,
}

/// What of an answer can be foretold. Of a header that is foretold to be absent, the value is `None`.
#[derive(Debug, PartialEq)]
struct Foretold {
    status: u16,
    body: String,
    headers: BTreeMap<String, Option<String>>,
}

/// Headers that no rule names, and that tell who answered.
const ALWAYS: [&str; 4] = ["content-type", "cache-control", "location", "x-trace"];

fn foretell(site: &Site, named: &BTreeSet<String>, asked: &Asked, explained: Explained) -> Foretold {
    let Explained { worker, assets, .. } = explained;
    let is_head = asked.method == "HEAD";
    let body = |text: String| if is_head { String::new() } else { text };
    let mut chain: Vec<String> = Vec::new();
    if let Some(worker) = &worker {
        let handler = worker.handler.iter().map(|(_, handler)| handler);
        for name in worker.middleware.iter().chain(handler) {
            chain.push(name.clone());
            if site.answering.contains(name) {
                let headers = BTreeMap::from([("x-trace".to_owned(), Some(chain.join(" ")))]);
                return Foretold { status: 200, body: body(name.clone()), headers };
            }
        }
    }
    let trace = (!chain.is_empty()).then(|| chain.join(" "));
    match worker.map(|worker| worker.behind) {
        Some(Behind::Main(_)) => {
            let headers = BTreeMap::from([("x-trace".to_owned(), trace)]);
            return Foretold { status: 200, body: body("main".to_owned()), headers };
        }
        Some(Behind::Nothing) => {
            let headers = BTreeMap::from([("x-trace".to_owned(), trace)]);
            return Foretold { status: 404, body: String::new(), headers };
        }
        Some(Behind::Assets) | None => {}
    }
    let served = assets.unwrap().served;
    let mut headers: BTreeMap<String, Option<String>> =
        named.iter().map(|name| (name.clone(), None)).collect();
    headers.extend(ALWAYS.map(|name| (name.to_owned(), None)));
    headers.extend(served.headers.into_iter().map(|(name, value)| (name, Some(value))));
    headers.insert("x-trace".to_owned(), trace);
    let body = match served.what {
        What::File(path) | What::Fallback(path) => body(path),
        _ => String::new(),
    };
    Foretold { status: served.status, body, headers }
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
fn compare(sites: &[Site], named: &BTreeSet<String>, kinds: &mut BTreeMap<String, usize>) {
    let answers = ask(sites);
    let mut wrong = Vec::new();
    for (site, answers) in sites.iter().zip(answers) {
        for (asked, answer) in site.asked.iter().zip(answers.as_array().unwrap()) {
            let explained = site.explainer.explain(&request(asked));
            *kinds.entry(kind(&explained)).or_default() += 1;
            let foretold = foretell(site, named, asked, explained);
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
            let answering = tree.answering.clone();
            sites.push(Site { project, config: dist.join("wrangler.json"), explainer, answering, asked });
        }
        all += sites.iter().map(|site| site.asked.len()).sum::<usize>();
        let named = trees::header_names();
        let compared =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(&sites, &named, &mut kinds)));
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
