//! What requests lead to, case by case.

use super::{
    Decision, HtmlHandling, NotFoundHandling, Request, Rule, Served, Site, What, decide, fill, headers,
    redirects,
};
use crate::asset::{Asset, AssetManifest, content_type};
use crate::diagnostic::{Diagnostics, Source};
use crate::project::RunWorkerFirst;

fn manifest(paths: &[&str]) -> AssetManifest {
    let asset = |path: &str| Asset {
        hash: path.to_owned(),
        size: 1,
        content_type: content_type(path).map(Into::into),
    };
    paths.iter().map(|path| ((*path).to_owned(), asset(path))).collect()
}

fn site<'a>(files: &'a AssetManifest, header_rules: &str, redirect_rules: &str) -> Site<'a> {
    let mut diagnostics = Diagnostics::default();
    let header_rules = headers(&Source::new("_headers", header_rules), &mut diagnostics);
    let redirect_rules = redirects(&Source::new("_redirects", redirect_rules), false, &mut diagnostics);
    assert!(diagnostics.into_sorted().is_empty());
    Site::new(files, header_rules, redirect_rules)
}

fn get(address: &str) -> Request {
    Request::new("GET", address).unwrap()
}

/// Status and file or address, in a word.
fn told(served: &Served) -> String {
    match &served.what {
        What::File(file) => file.clone(),
        What::Fallback(file) => format!("{} for want of another {file}", served.status),
        What::Redirect { location, .. } | What::Respelled { location } => {
            format!("{} {location}", served.status)
        }
        What::MethodNotAllowed | What::NotFound | What::Failed => served.status.to_string(),
    }
}

#[test]
fn html_is_handled_in_four_ways() {
    use HtmlHandling::{AutoTrailingSlash, DropTrailingSlash, ForceTrailingSlash, None};
    let files = manifest(&[
        "/index.html",
        "/page.html",
        "/dir/index.html",
        "/both.html",
        "/both/index.html",
        "/a b.txt",
    ]);
    let cases = [
        ("/", ["/index.html"; 3], "404"),
        ("/index", ["307 /"; 3], "404"),
        ("/index.html", ["307 /"; 3], "/index.html"),
        ("/page", ["/page.html", "307 /page/", "/page.html"], "404"),
        ("/page/", ["307 /page", "/page.html", "307 /page"], "404"),
        ("/page.html", ["307 /page", "307 /page/", "307 /page"], "/page.html"),
        ("/dir", ["307 /dir/", "307 /dir/", "/dir/index.html"], "404"),
        ("/dir/", ["/dir/index.html", "/dir/index.html", "307 /dir"], "404"),
        ("/dir/index.html", ["307 /dir/", "307 /dir/", "307 /dir"], "/dir/index.html"),
        ("/both", ["/both.html", "307 /both/", "/both.html"], "404"),
        ("/both/", ["/both/index.html", "/both/index.html", "307 /both"], "404"),
        ("/a%20b.txt", ["/a b.txt"; 3], "/a b.txt"),
        ("//a%20b%2Etxt?q", ["307 /a%20b.txt?q"; 3], "307 /a%20b.txt?q"),
        ("/page?a=1", ["/page.html", "307 /page/?a=1", "/page.html"], "404"),
        ("/other", ["404"; 3], "404"),
    ];
    for (path, answers, raw) in cases {
        let modes = [AutoTrailingSlash, ForceTrailingSlash, DropTrailingSlash, None];
        for (mode, answer) in modes.into_iter().zip(answers.into_iter().chain([raw])) {
            let mut site = Site::new(&files, Vec::new(), Vec::new());
            site.html_handling = mode;
            assert_eq!(told(&site.serve(&get(path))), answer, "{path} with {mode:?}");
        }
    }
}

#[test]
fn what_is_not_found_has_a_page() {
    let files = manifest(&["/index.html", "/404.html", "/docs/404.html"]);
    let mut site = Site::new(&files, Vec::new(), Vec::new());
    site.not_found_handling = NotFoundHandling::Page;
    assert_eq!(told(&site.serve(&get("/a/b"))), "404 for want of another /404.html");
    assert_eq!(told(&site.serve(&get("/docs/a/b"))), "404 for want of another /docs/404.html");
    assert_eq!(told(&site.serve(&get("/a@b"))), "307 /a%40b");
    assert_eq!(told(&site.serve(&Request::new("POST", "/a").unwrap())), "405");
    site.not_found_handling = NotFoundHandling::SinglePage;
    assert_eq!(told(&site.serve(&get("/a/b"))), "200 for want of another /index.html");
    assert!(site.answers(&get("/a/b"), true));
    assert!(!site.answers(&get("/a/b"), false));
}

#[test]
fn redirects_come_before_files() {
    let files = manifest(&["/old.html", "/new.html", "/app/index.html"]);
    let rules = "/old /new 301\n/x https://example.com/y?z#w\n/app/* /app/ 200\n/gone/* /nothing 200\n/:a/to/* //:a/:splat\n/in/* /in//:splat/\n/after /new";
    let site = site(&files, "", rules);
    for (path, answer) in [
        ("/old?q=1", "301 /new?q=1"),
        ("/old/", "307 /old"),
        ("/x?q", "302 https://example.com/y?z#w"),
        ("/app/any", "/app/index.html"),
        ("/gone/any", "404"),
        ("/host/to/a/b", "302 https://host/a/b"),
        ("/in/a//b", "302 /in/a/b/"),
        ("/after", "302 /new"),
    ] {
        assert_eq!(told(&site.serve(&get(path))), answer, "{path}");
    }
    assert!(site.answers(&get("/gone/any"), false), "a rewrite to nothing is an answer");
    assert_eq!(site.serve(&get("/app/any")).rewrite, Some((2, "/app/".to_owned())));
}

#[test]
fn the_address_of_the_request_counts_where_it_is_known() {
    let files = manifest(&["/a.txt"]);
    let site =
        site(&files, "https://:name.pages.dev/*\n  X-Name: :name\n", "/here https://me.pages.dev/there");
    let names = |address: &str| {
        site.serve(&get(address)).headers.iter().any(|header| *header == ("x-name".into(), "me".into()))
    };
    assert!(names("https://me.pages.dev:8080/a.txt"));
    assert!(!names("https://me.example.com/a.txt"));
    assert!(!names("/a.txt"));
    assert_eq!(told(&site.serve(&get("https://me.pages.dev/here"))), "302 /there");
    assert_eq!(told(&site.serve(&get("/here"))), "302 https://me.pages.dev/there");
}

#[test]
fn headers_are_set_added_and_taken_away() {
    let files = manifest(&["/a.txt", "/b"]);
    let rules = "/*\n  X-A: 1\n  Cache-Control: private\n/:file\n  X-A: :file\n  ! Content-Type\n/a.*\n  X-A: :splat\n/*\n  X-B: again\n";
    let site = site(&files, rules, "");
    let served = site.serve(&get("/a.txt"));
    // The first rule is the last one, by its path.
    assert_eq!(served.applied, [3, 1, 2]);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        served.headers,
        [
            header("cache-control", "public, max-age=0, must-revalidate"),
            header("x-b", "again"),
            header("x-a", "a.txt, txt"),
        ]
    );
}

#[test]
fn names_that_no_header_can_have_make_requests_fail() {
    let files = manifest(&["/a.txt"]);
    for line in ["X(A: 1", "! X-A, X-B", "X-A: b\rc"] {
        let mut diagnostics = Diagnostics::default();
        let text = format!("/*\n  {line}\n");
        let rules = headers(&Source::new("_headers", text.as_str()), &mut diagnostics);
        let served = Site::new(&files, rules, Vec::new()).serve(&get("/a.txt"));
        assert_eq!((served.status, served.what), (500, What::Failed), "{line}");
        let said = diagnostics.into_sorted();
        assert_eq!(said.len(), usize::from(!line.contains('\r')), "{line}");
    }
}

#[test]
fn rules_that_make_no_expression_are_dropped() {
    for path in ["/*/a/*", "/:a/:a", "/:a/:ab", "/:splat/*"] {
        assert!(Rule::new(path).is_none(), "{path}");
    }
    let captures = |rule: &str, path: &str| Rule::new(rule).unwrap().captures(None, path);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(captures("/:ab/:a", "/x/y"), Some(vec![pair("ab", "x"), pair("a", "y")]));
    assert_eq!(captures("/a.b/*", "/axb/"), None);
    assert_eq!(captures("/*.html", "/a/b.html"), Some(vec![pair("splat", "a/b")]));
    assert_eq!(captures("/:a", "/"), None);
}

#[test]
fn captures_are_put_in_as_javascript_does() {
    let captures = vec![("a".to_owned(), "1$&2$$3$'4$`5$x".to_owned()), ("b".to_owned(), ":c".to_owned())];
    assert_eq!(fill("<:a>", &captures), "<1:a2$3>4<5$x>");
    assert_eq!(fill(":bc:ab", &captures[1..].to_vec()), ":cc:ab");
}

#[test]
fn rules_cover_rules() {
    let covers = |one: &str, other: &str| Rule::new(one).unwrap().covers(&Rule::new(other).unwrap());
    for (one, other) in [
        ("/*", "/a"),
        ("/*", "/:a/b"),
        ("/a/*", "/a/b/*"),
        ("/a/:b", "/a/c"),
        ("/a/:b", "/a/:c"),
        ("/a/:b", "/a/c:d"),
        ("/*", "https://host/a"),
        ("https://:h.dev/*", "https://:h.dev/a"),
        ("/*/b", "/a/:c/b"),
    ] {
        assert!(covers(one, other), "{one} covers {other}");
    }
    for (one, other) in [
        ("/a", "/*"),
        ("/a/*", "/a"),
        ("/a/:b", "/a/b/c"),
        ("/a/:b", "/a/*"),
        ("/:a", "/"),
        ("/a:b", "/:b"),
        ("https://host/*", "/a"),
        ("https://one/*", "https://two/a"),
    ] {
        assert!(!covers(one, other), "{one} does not cover {other}");
    }
}

#[test]
fn the_worker_is_asked_by_rules_and_otherwise_for_the_rest() {
    let files = manifest(&["/index.html", "/api/file.txt"]);
    let mut site = Site::new(&files, Vec::new(), Vec::new());
    site.not_found_handling = NotFoundHandling::SinglePage;
    let rules = RunWorkerFirst::Rules(vec!["/api/*".to_owned(), "!/api/file.*".to_owned()]);
    let by_rules = |path: &str| decide(&site, Some(&rules), true, &get(path));
    assert_eq!(by_rules("/api/x"), Decision::WorkerByRule("/api/*"));
    assert_eq!(by_rules("/API/x"), Decision::AssetsForTheirs);
    assert_eq!(by_rules("/api/file.txt"), Decision::AssetsByRule("/api/file.*"));
    assert_eq!(by_rules("/any"), Decision::AssetsForTheirs);
    let without = |prefers_assets, navigates| {
        let request = if navigates { get("/any").navigating() } else { get("/any") };
        decide(&site, None, prefers_assets, &request)
    };
    assert_eq!(without(true, true), Decision::AssetsForTheirs);
    assert_eq!(without(true, false), Decision::WorkerForTheRest);
    assert_eq!(without(false, true), Decision::WorkerForTheRest);
    let always = RunWorkerFirst::Always(true);
    assert_eq!(decide(&site, Some(&always), true, &get("/")), Decision::WorkerAlways);
}

#[test]
fn pages_whose_path_is_another_file() {
    use HtmlHandling::{AutoTrailingSlash, DropTrailingSlash, ForceTrailingSlash, None};
    let files =
        manifest(&["/both.html", "/both/index.html", "/index.html", "/word", "/word.html", "/x/index.html"]);
    let told = |mode| {
        let mut site = Site::new(&files, Vec::new(), Vec::new());
        site.html_handling = mode;
        let claimed = site.claimed().into_iter();
        claimed.map(|claimed| format!("{} {} {}", claimed.page, claimed.path, claimed.by)).collect::<Vec<_>>()
    };
    assert_eq!(told(None), [""; 0]);
    assert_eq!(told(AutoTrailingSlash), ["/word.html /word /word"]);
    assert_eq!(told(ForceTrailingSlash), ["/both.html /both/ /both/index.html"]);
    assert_eq!(told(DropTrailingSlash), ["/both/index.html /both /both.html", "/word.html /word /word"]);
}
