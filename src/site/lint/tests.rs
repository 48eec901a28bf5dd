//! Claims about random sites, held against the model: what is said never to match is asked for thousands of paths, what is said
//! to be a circle is followed, and so on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Facts, lint};
use crate::asset::{Asset, AssetManifest};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::project::RunWorkerFirst;
use crate::route::rules::{self, Explicit, run_worker_first};
use crate::route::{FunctionExports, RouteTable, table};
use crate::site::{
    Decision, HtmlHandling, NotFoundHandling, Request, Site, What, decide, headers, redirects,
};

fn manifest<'a>(paths: impl IntoIterator<Item = &'a str>) -> AssetManifest {
    let asset = |path: &str| Asset { hash: path.to_owned(), size: 1, content_type: None };
    paths.into_iter().map(|path| (format!("/{path}"), asset(path))).collect()
}

fn functions<'a>(files: impl IntoIterator<Item = &'a str>) -> RouteTable {
    let exports =
        |file: &str| FunctionExports { file: file.to_owned(), exports: vec!["onRequest".to_owned()] };
    let files: Vec<FunctionExports> = files.into_iter().map(exports).collect();
    table("functions", &files, &mut Diagnostics::default())
}

/// A project, as far as its rules are looked at.
#[derive(Debug)]
struct Project {
    files: AssetManifest,
    headers: Source,
    redirects: Source,
    html: HtmlHandling,
    not_found: NotFoundHandling,
    table: RouteTable,
    first: Option<RunWorkerFirst>,
}

impl Project {
    fn new(files: &[&str], header_rules: &str, redirect_rules: &str, function_files: &[&str]) -> Self {
        let table = functions(function_files.iter().copied());
        let first = run_worker_first(
            &table,
            rules::Files::default(),
            Explicit::default(),
            &mut Diagnostics::default(),
        );
        Self {
            files: manifest(files.iter().copied()),
            headers: Source::new("_headers", header_rules),
            redirects: Source::new("_redirects", redirect_rules),
            html: HtmlHandling::default(),
            not_found: NotFoundHandling::default(),
            table,
            first,
        }
    }

    fn site(&self) -> Site<'_> {
        let mut ignored = Diagnostics::default();
        let keeps_index = self.html == HtmlHandling::None;
        let header_rules = headers(&self.headers, &mut ignored);
        let mut site =
            Site::new(&self.files, header_rules, redirects(&self.redirects, keeps_index, &mut ignored));
        site.html_handling = self.html;
        site.not_found_handling = self.not_found;
        site
    }

    fn facts<'a>(&'a self, site: &'a Site<'a>) -> Facts<'a> {
        Facts {
            site,
            headers: Some(&self.headers),
            redirects: Some(&self.redirects),
            functions: Some(&self.table),
            first: self.first.as_ref(),
            is_shared: false,
        }
    }

    fn said(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Diagnostics::default();
        let site = self.site();
        lint(&self.facts(&site), &mut diagnostics);
        diagnostics.into_sorted()
    }

    fn codes(&self) -> Vec<Code> {
        self.said().iter().map(|diagnostic| diagnostic.code).collect()
    }
}

#[test]
fn what_is_right_is_not_said_to_be_wrong() {
    let pages = ["index.html", "about.html", "app/shell.html", "app/main.js", "404.html"];
    for (header_rules, redirect_rules, function_files) in [
        ("/*\n  A: b\n/app/*\n  C: d\nhttps://:host.example.com/*\n  E: f", "", &[][..]),
        ("", "/old /about\n/away https://example.com/x\n/b/* /about?q=:splat 301\n/:a/c /:a", &[]),
        // Narrower rules come first, and rules without placeholders before all others.
        ("", "/blog/2024/* /about\n/blog/* /\n", &[]),
        ("", "/blog/x /about\n/blog/* /\n", &[]),
        // A function, and what the platform itself serves.
        ("", "/go /api/time\n/out /cdn-cgi/access/logout\n/lost /404", &["api/time.js"]),
        // Not all that matches is the function's.
        ("/api/*\n  A: b", "", &["api/time.js"]),
        ("/app/*\n  A: b", "", &["app/[[path]].js"]),
        ("/api/*\n  A: b", "", &["_middleware.js"]),
        // Each file at its own path.
        ("", "/app/main.js /app/main.js 200\n/files/* /app/shell 200\n", &[]),
        ("", "/* /:splat 200", &[]),
        // It may be a function that answers in between.
        ("", "/a /b\n/b /a", &["a.js"]),
    ] {
        let project = Project::new(&pages, header_rules, redirect_rules, function_files);
        assert_eq!(project.codes(), [], "{header_rules}\n{redirect_rules}");
    }
    let mut single_page = Project::new(&["index.html"], "", "/a /b/c", &[]);
    single_page.not_found = NotFoundHandling::SinglePage;
    assert_eq!(single_page.codes(), []);
}

#[test]
fn what_is_wrong_is_said() {
    use Code::{HeadersOnFunctions, RedirectLoop, RedirectToNothing, ShadowedAssets, UnreachableRule};
    let pages = ["index.html", "about.html", "app/shell.html", "app/main.js"];
    for (header_rules, redirect_rules, function_files, expected) in [
        ("/a\n  A: b\n/a\n  C: d", "", &[][..], &[UnreachableRule][..]),
        ("https://Example.com/*\n  A: b", "", &[], &[UnreachableRule]),
        ("https://:Host.example.com/*\n  A: b", "", &[], &[]),
        ("/:a/:a\n  A: b", "", &[], &[UnreachableRule]),
        ("", "/a/* /\n/a/b /about", &[], &[UnreachableRule]),
        ("", "/:a/x /\n/:b/x /about", &[], &[UnreachableRule]),
        ("/api/:id\n  A: b", "", &["api/[id].js"], &[HeadersOnFunctions]),
        ("/api\n  A: b", "", &["api/index.js"], &[HeadersOnFunctions]),
        ("", "/app/* /about 200", &[], &[ShadowedAssets]),
        ("", "/about /about.html 200", &[], &[RedirectLoop]),
        ("", "/a/:x /a/:x", &[], &[RedirectLoop]),
        ("", "/a/* /b/:splat\n/b/* /a/:splat", &[], &[RedirectLoop]),
        ("", "/:page /:page.html 200", &[], &[RedirectLoop, ShadowedAssets]),
        ("", "/a/* /a/a/:splat", &[], &[RedirectLoop]),
        ("", "/a /none", &[], &[RedirectToNothing]),
        ("", "/a /api/time 200", &["api/time.js"], &[RedirectToNothing]),
    ] {
        let project = Project::new(&pages, header_rules, redirect_rules, function_files);
        let mut codes = project.codes();
        codes.sort_by_key(|code| code.as_str());
        assert_eq!(codes, expected, "{header_rules}\n{redirect_rules}");
    }
}

fn segment() -> impl Strategy<Value = String> {
    let known = ["a", "b", "c", "page", "index", "index.html", "page.html", "x.js", "example", "404.html"];
    prop::sample::select(known.to_vec()).prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["", "", "", "/", ".html"]);
    (prop::collection::vec(segment(), 0..4), end)
        .prop_map(|(segments, end)| format!("/{}{end}", segments.join("/")))
}

fn pattern() -> impl Strategy<Value = String> {
    let special =
        prop::sample::select(vec!["*", ":x", ":y", ":x.html", "v:x", ":x-:y"]).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![3 => segment(), 2 => special], 1..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

fn redirect() -> impl Strategy<Value = String> {
    let from = prop_oneof![2 => path(), 3 => pattern()];
    let filled =
        prop::sample::select(vec!["/:splat", "/a/:splat", "/:x", "/:x.html", "/b/:x", "/a/:x/:splat"]);
    let to = prop_oneof![3 => path(), 2 => filled.prop_map(str::to_owned), 1 => Just("https://example.com/a".to_owned())];
    (from, to, prop::sample::select(vec![200, 200, 301, 302]))
        .prop_map(|(from, to, status)| format!("{from} {to} {status}"))
}

fn project() -> impl Strategy<Value = Project> {
    use HtmlHandling::{AutoTrailingSlash, DropTrailingSlash, ForceTrailingSlash};
    let files = prop::collection::vec(path(), 0..8);
    let hosts = prop::sample::select(vec!["", "", "", "https://h.dev", "https://H.dev", "https://:x.dev"]);
    let header = (hosts, prop_oneof![path(), pattern()]);
    let header = header.prop_map(|(host, path)| format!("{host}{path}\n  A: b"));
    let name =
        prop::sample::select(vec!["a", "b/index", "a/[x]", "b/[[y]]", "c/_middleware", "page", "a/b/c"]);
    (
        files,
        prop::collection::vec(header, 0..6),
        prop::collection::vec(redirect(), 0..8),
        prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(name, 1..4)],
        prop::sample::select(vec![
            AutoTrailingSlash,
            DropTrailingSlash,
            ForceTrailingSlash,
            HtmlHandling::None,
        ]),
        prop::sample::select(vec![
            NotFoundHandling::None,
            NotFoundHandling::Page,
            NotFoundHandling::SinglePage,
        ]),
    )
        .prop_map(|(files, header_rules, redirect_rules, names, html, not_found)| {
            let files: Vec<&str> =
                files.iter().map(|path| path.trim_matches('/')).filter(|path| !path.is_empty()).collect();
            let mut names: Vec<String> = names.into_iter().map(|name| format!("{name}.js")).collect();
            names.sort();
            names.dedup();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let project = Project::new(&files, &header_rules.join("\n"), &redirect_rules.join("\n"), &names);
            Project { html, not_found, ..project }
        })
}

/// The rule that a diagnostic is about, by the place of its first label.
fn about(diagnostic: &Diagnostic, spans: impl Iterator<Item = std::ops::Range<usize>>) -> Option<usize> {
    let span = &diagnostic.labels[0].span;
    spans.into_iter().position(|known| known == *span)
}

/// Holds what is said against what the model answers for paths.
fn hold(project: &Project, paths: &[String]) -> Result<Vec<Code>, TestCaseError> {
    let site = project.site();
    let requests: Vec<Request> = paths
        .iter()
        .flat_map(|path| [path.clone(), format!("https://h.dev{path}"), format!("https://{}.dev{path}", "a")])
        .map(|address| Request::new("GET", &address).unwrap())
        .collect();
    let said = project.said();
    for diagnostic in &said {
        let is_headers = diagnostic.labels[0].source.path() == "_headers";
        let header = about(diagnostic, site.header_rules().iter().map(|rule| rule.span.clone()));
        let redirect = about(diagnostic, site.redirect_rules().iter().map(|rule| rule.span.clone()));
        let claim =
            format!("{}\n{}\n{}", diagnostic.message, project.headers.text(), project.redirects.text());
        match diagnostic.code {
            Code::UnreachableRule if is_headers => {
                for request in &requests {
                    prop_assert!(
                        !site.serve(request).applied.contains(&header.unwrap()),
                        "{}: {:?}",
                        claim,
                        request
                    );
                }
            }
            Code::UnreachableRule => {
                for path in paths {
                    let found = site.redirect(path).map(|(rule, _)| rule);
                    prop_assert!(found != redirect, "{}: {}", claim, path);
                }
            }
            Code::HeadersOnFunctions => {
                for request in &requests {
                    let served = site.serve(request);
                    if served.applied.contains(&header.unwrap()) {
                        let decision = decide(&site, project.first.as_ref(), false, request);
                        let runs = matches!(decision, Decision::WorkerAlways | Decision::WorkerByRule(_));
                        prop_assert!(
                            runs && !matches!(served.what, What::File(_)),
                            "{}: {:?}",
                            claim,
                            request
                        );
                    }
                }
            }
            Code::ShadowedAssets => {
                for path in &diagnostic.notes[0].items {
                    let served = site.serve(&Request::new("GET", path).unwrap());
                    let own = without_rules(&site).serve(&Request::new("GET", path).unwrap());
                    prop_assert!(matches!(own.what, What::File(_)), "{}: {}", claim, path);
                    prop_assert!(served.what != own.what, "{}: {}", claim, path);
                    prop_assert_eq!(served.rewrite.map(|(rule, _)| rule), redirect, "{}: {}", claim, path);
                }
            }
            Code::RedirectLoop => {
                let mut path = diagnostic.message.split('`').nth(1).unwrap().to_owned();
                for _ in 0..300 {
                    let request = Request::new("GET", &path).unwrap();
                    let decision = decide(&site, project.first.as_ref(), false, &request);
                    prop_assert!(
                        !matches!(decision, Decision::WorkerAlways | Decision::WorkerByRule(_))
                            || !answers(project, &path),
                        "{}: {}",
                        claim,
                        path
                    );
                    path = match site.serve(&request).what {
                        What::Redirect { location, .. } | What::Respelled { location } => location,
                        other => return Err(TestCaseError::fail(format!("{claim}: {path} is {other:?}"))),
                    };
                }
            }
            Code::RedirectToNothing => {
                let rule = &site.redirect_rules()[redirect.unwrap()];
                let to = diagnostic.message.rsplit('`').nth(1).unwrap();
                let served = match rule.status {
                    200 => without_rules(&site).serve(&Request::new("GET", to).unwrap()),
                    _ => {
                        prop_assert!(!answers(project, to), "{}: {}", claim, to);
                        site.serve(&Request::new("GET", to).unwrap())
                    }
                };
                prop_assert_eq!(served.status, 404, "{}", claim);
            }
            other => return Err(TestCaseError::fail(format!("{other:?} is not ours"))),
        }
    }
    Ok(said.iter().map(|diagnostic| diagnostic.code).collect())
}

fn without_rules<'a>(site: &Site<'a>) -> Site<'a> {
    let mut bare = Site::new(site.files, Vec::new(), Vec::new());
    bare.html_handling = site.html_handling;
    bare.not_found_handling = site.not_found_handling;
    bare
}

/// Whether a function may answer a path, or stand before it.
fn answers(project: &Project, path: &str) -> bool {
    rules::Reach::of(&project.table).takes(path)
}

#[test]
fn what_is_claimed_is_true() {
    let near = "/[abc]{1}(/[abcx]{1,2}){0,3}(\\.html)?";
    let all = (project(), prop::collection::vec(prop_oneof![path(), near], 60));
    let counts: RefCell<BTreeMap<Code, usize>> = RefCell::default();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) };
    let held = TestRunner::new(config).run(&all, |(project, paths)| {
        for code in hold(&project, &paths)? {
            *counts.borrow_mut().entry(code).or_default() += 1;
        }
        Ok(())
    });
    held.unwrap();
    let counts = counts.into_inner();
    assert!(counts.len() == 5 && counts.values().all(|count| *count > 20), "{counts:?}");
}

#[test]
fn a_large_site_is_quick() {
    let names: Vec<String> =
        (0..100_000).map(|at| format!("d{}/e{}/page{at}.html", at % 50, at % 400)).collect();
    let files = manifest(names.iter().map(String::as_str));
    let fixed = (0..1_900).map(|at| format!("/old{at} /new{} 301\n", at + 1));
    let dynamic = (0..100).map(|at| match at % 4 {
        0 => format!("/d{at}/:x/* /d{at}/e{at}/page{at} 200\n"),
        1 => format!("/:x/{at}/* /n{at}/:splat 301\n"),
        2 => format!("/z{at}/* /d{}/e{}/page{} 301\n", at % 50, at, at),
        _ => format!("/:a/:b/page{at}* /none 301\n"),
    });
    let redirect_rules: String = fixed.chain(dynamic).collect();
    let header_rules: String = (0..100).map(|at| format!("/api/:x/*.{at}\n  A: b\n")).collect();
    let project = Project {
        files,
        ..Project::new(&[], &header_rules, &redirect_rules, &["api/[[path]].js", "time.js"])
    };
    let site = project.site();
    let start = Instant::now();
    let mut diagnostics = Diagnostics::default();
    lint(&project.facts(&site), &mut diagnostics);
    let elapsed = start.elapsed();
    eprintln!("{} findings in {elapsed:?}", diagnostics.into_sorted().len());
    // A release takes less than a tenth of it. What multiplies rules by files takes minutes.
    assert!(elapsed.as_secs() < 10, "{elapsed:?}");
}
