//! What the platform's asset server answers: by `_redirects`, by the files and how they are handled, with the headers of
//! `_headers`.
//!
//! Files, settings and rules make a [`Site`]; for a request a [`Served`] comes out. Its source is open
//! (`packages/workers-shared/asset-worker` of `cloudflare/workers-sdk`), and tests hold this against it.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};

use super::html::Intent;
use super::request::{fragment, path, search};
use super::rule::{Captures, Rule, fill};
use super::{HeaderRule, Redirect, Request};
use crate::asset::AssetManifest;
use crate::route::CANONICAL;

/// What becomes of paths that end in `.html`, `/index` or a slash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HtmlHandling {
    /// Pages without a slash, directories with one.
    #[default]
    AutoTrailingSlash,
    /// Both with a slash.
    ForceTrailingSlash,
    /// Both without.
    DropTrailingSlash,
    /// Every file under its own name.
    None,
}

impl HtmlHandling {
    /// What a setting means.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("force-trailing-slash") => Self::ForceTrailingSlash,
            Some("drop-trailing-slash") => Self::DropTrailingSlash,
            Some("none") => Self::None,
            _ => Self::AutoTrailingSlash,
        }
    }
}

/// What is served where no file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotFoundHandling {
    /// A plain 404.
    #[default]
    None,
    /// The nearest `404.html` above, with the status 404.
    Page,
    /// `/index.html`, with the status 200.
    SinglePage,
}

impl NotFoundHandling {
    /// What a setting means.
    pub fn named(name: Option<&str>) -> Self {
        match name {
            Some("404-page") => Self::Page,
            Some("single-page-application") => Self::SinglePage,
            _ => Self::None,
        }
    }
}

/// Static files and how they are served.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The files.
    pub files: &'a AssetManifest,
    /// `html_handling`.
    pub html_handling: HtmlHandling,
    /// `not_found_handling`.
    pub not_found_handling: NotFoundHandling,
    headers: Vec<HeaderRule>,
    redirects: Vec<Redirect>,
    /// Rules of `headers` in the order in which they are applied, without those that the platform drops.
    applied: Vec<(usize, Rule)>,
    /// Rules of `redirects` that are compared as they are, before all others.
    fixed: BTreeMap<String, usize>,
    /// The others, in their order, without those that the platform drops.
    dynamic: Vec<(usize, Rule)>,
}

/// What the asset server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The status.
    pub status: u16,
    /// What it is.
    pub what: What,
    /// The rule of `_redirects` that put another path in place of the request's, and that path.
    pub rewrite: Option<(usize, String)>,
    /// All headers but those that tell of caches, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The rules of `_headers` that were applied, in their order.
    pub applied: Vec<usize>,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A file, by its path in the manifest.
    File(String),
    /// The file for what is not found.
    Fallback(String),
    /// Another address, by a rule of `_redirects`.
    Redirect {
        /// Which one.
        rule: usize,
        /// Where the browser is sent.
        location: String,
    },
    /// The one spelling of the path that a file is served at, by `html_handling` or since others are escaped differently.
    Respelled {
        /// Where the browser is sent.
        location: String,
    },
    /// There is something, and it does not answer the method.
    MethodNotAllowed,
    /// There is nothing.
    NotFound,
    /// The platform fails: a rule leads to no address, or sets a header that cannot be.
    Failed,
}

impl<'a> Site<'a> {
    /// A site of files with the rules that the platform takes.
    pub fn new(files: &'a AssetManifest, headers: Vec<HeaderRule>, redirects: Vec<Redirect>) -> Self {
        let mut site = Self {
            files,
            html_handling: HtmlHandling::default(),
            not_found_handling: NotFoundHandling::default(),
            applied: Vec::new(),
            fixed: BTreeMap::new(),
            dynamic: Vec::new(),
            headers,
            redirects,
        };
        // A path that comes again has the place of the first and the headers of the last.
        let mut order: Vec<usize> = Vec::new();
        for (at, rule) in site.headers.iter().enumerate() {
            match order.iter_mut().find(|known| site.headers[**known].path == rule.path) {
                Some(known) => *known = at,
                None => order.push(at),
            }
        }
        let rule = |at: usize| Some((at, Rule::new(&site.headers[at].path)?));
        site.applied = order.into_iter().filter_map(rule).collect();
        let mut is_fixed = true;
        for (at, rule) in site.redirects.iter().enumerate() {
            is_fixed &= !rule.is_dynamic();
            match is_fixed {
                true => _ = site.fixed.insert(rule.from.clone(), at),
                false => site.dynamic.extend(Rule::new(&rule.from).map(|rule| (at, rule))),
            }
        }
        site
    }

    /// The rules of `_headers`.
    pub fn header_rules(&self) -> &[HeaderRule] {
        &self.headers
    }

    /// The rules of `_redirects`.
    pub fn redirect_rules(&self) -> &[Redirect] {
        &self.redirects
    }

    /// Rules of `_headers` that are applied, in their order. Others never are: they make no expression, or their path comes
    /// again.
    pub fn applicable(&self) -> &[(usize, Rule)] {
        &self.applied
    }

    /// Rules of `_redirects` that are compared as expressions, in the order in which they are tried, after those that are
    /// compared as they are. Others never match: they make no expression.
    pub fn tried(&self) -> &[(usize, Rule)] {
        &self.dynamic
    }

    /// The rule of `_redirects` for a path, and where it leads.
    pub fn redirect(&self, path: &str) -> Option<(usize, String)> {
        if let Some(at) = self.fixed.get(path) {
            return Some((*at, self.redirects[*at].to.clone()));
        }
        let found = self.dynamic.iter().find_map(|(at, rule)| Some((*at, rule.captures(None, path)?)));
        found.map(|(at, captures)| (at, self.target(at, &captures)))
    }

    /// Where a dynamic rule leads.
    pub(super) fn target(&self, rule: usize, captures: &Captures) -> String {
        let to = &self.redirects[rule].to;
        let filled = fill(to, captures);
        if is_external(to) { filled } else { with_single_slashes(&filled) }
    }

    /// The rule that is compared with a path as it is.
    pub(super) fn fixed(&self, path: &str) -> Option<usize> {
        self.fixed.get(path).copied()
    }

    /// What the asset server answers, be it asked by the platform or by a worker.
    pub fn serve(&self, request: &Request) -> Served {
        let mut served = self.found(request, self.not_found_handling);
        self.set_headers(request, &mut served);
        served
    }

    /// Whether the platform leaves a request to the asset server that no routing rule names.
    ///
    /// `keeps_fallback` says that the file for what is not found counts as an answer.
    pub fn answers(&self, request: &Request, keeps_fallback: bool) -> bool {
        let not_found = if keeps_fallback { self.not_found_handling } else { NotFoundHandling::None };
        let served = self.found(request, not_found);
        served.what != What::NotFound || served.rewrite.is_some()
    }

    /// What answers, without its headers.
    pub(super) fn found(&self, request: &Request, not_found: NotFoundHandling) -> Served {
        let own = request.path();
        let answer = |status, what, rewrite| Served {
            status,
            what,
            rewrite,
            headers: Vec::new(),
            applied: Vec::new(),
        };
        let (rewrite, pathname) = match self.redirect(&own) {
            None => (None, own),
            Some((rule, to)) => {
                let Some(url) = request.join(&to) else { return answer(500, What::Failed, None) };
                let status = self.redirects[rule].status;
                if status != 200 {
                    return answer(status, What::Redirect { rule, location: location(request, &url) }, None);
                }
                let path = path(&url);
                (Some((rule, path.clone())), path)
            }
        };
        let decoded = decode(&pathname);
        let Some(intent) = self.intent(&decoded, not_found) else {
            return answer(404, What::NotFound, rewrite);
        };
        let respelled = |path: &str| What::Respelled { location: encode(path) + &request.search() };
        let (status, what) = match intent {
            _ if !request.reads() => (405, What::MethodNotAllowed),
            Intent::Elsewhere(to) => (307, respelled(&to)),
            _ if encode(&decoded) != pathname => (307, respelled(&decoded)),
            Intent::File(file) => (200, What::File(file)),
            Intent::Fallback(file) => {
                let is_page = not_found == NotFoundHandling::Page;
                (if is_page { 404 } else { 200 }, What::Fallback(file))
            }
        };
        answer(status, what, rewrite)
    }

    fn set_headers(&self, request: &Request, served: &mut Served) {
        let mut headers: Vec<(String, String)> = Vec::new();
        match &served.what {
            What::File(file) | What::Fallback(file) => {
                let kind = self.files.get(file).and_then(|asset| asset.content_type.as_deref());
                headers.extend(kind.map(|kind| ("content-type".to_owned(), kind.to_owned())));
                headers.push(("cache-control".to_owned(), "public, max-age=0, must-revalidate".to_owned()));
            }
            What::Redirect { location, .. } | What::Respelled { location } => {
                headers.push(("location".to_owned(), location.clone()));
            }
            What::MethodNotAllowed | What::NotFound => {}
            What::Failed => return,
        }
        let mut set: Vec<&str> = Vec::new();
        for (at, rule) in &self.applied {
            let Some(captures) = rule.captures(request.host(), &request.path()) else { continue };
            let rule = &self.headers[*at];
            served.applied.push(*at);
            for name in &rule.unset {
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            }
            let filled = rule.set.iter().map(|(name, value)| {
                let value = fill(value, &captures);
                (name, value.trim_matches(is_trimmed).to_owned())
            });
            let filled: Vec<(&String, String)> = filled.collect();
            let names = rule.unset.iter().chain(filled.iter().map(|(name, _)| *name));
            if !names.into_iter().all(|name| is_name(name))
                || filled.iter().any(|(_, value)| !is_value(value))
            {
                served.status = 500;
                served.what = What::Failed;
                return;
            }
            // The runtime takes other names, and does not send them.
            for (name, value) in filled.into_iter().filter(|(name, _)| name.is_ascii()) {
                match headers.iter_mut().find(|(known, _)| known == name) {
                    Some((_, values)) if set.contains(&name.as_str()) => {
                        values.push_str(", ");
                        values.push_str(&value);
                    }
                    Some((_, known)) => *known = value,
                    None => headers.push((name.clone(), value)),
                }
                set.push(name);
            }
        }
        served.headers = headers;
    }
}

/// Whether the runtime takes a text for the name of a header. It throws at others, and the request fails.
pub(super) fn is_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    text.bytes().all(|byte| !byte.is_ascii() || is_token(byte))
}

/// The same for the value of a header.
pub(super) fn is_value(text: &str) -> bool {
    !text.contains(['\0', '\r', '\n'])
}

/// What the runtime takes away around the value of a header.
fn is_trimmed(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

/// Where a redirect sends the browser: on the same host without it, and with the query of the request if it has none itself.
fn location(request: &Request, to: &url::Url) -> String {
    let [own, fragment] = [search(to), fragment(to)];
    let query = if own.is_empty() { request.search() } else { own.clone() };
    let start = if request.is_at(to) {
        path(to)
    } else {
        let whole = to.as_str();
        whole[..whole.len() - own.len() - fragment.len()].replace('^', "%5E")
    };
    format!("{start}{query}{fragment}")
}

/// Whether the text of a rule, before anything is filled in, names a host.
pub(super) fn is_external(to: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let to = to.trim();
    let scheme =
        to.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(is_word));
    let host = to.strip_prefix("//").and_then(|rest| rest.chars().next());
    scheme || host.is_some_and(|letter| !matches!(letter, '/' | '\\' | '?' | '#') && !letter.is_whitespace())
}

/// A path with one slash for many.
fn with_single_slashes(to: &str) -> String {
    let to = to.trim();
    let (path, suffix) = to.split_at(to.find(['?', '#']).unwrap_or(to.len()));
    single(path, |letter| matches!(letter, '/' | '\\')) + suffix
}

fn single(path: &str, is_slash: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for letter in path.chars() {
        match is_slash(letter) {
            true if out.ends_with('/') => {}
            true => out.push('/'),
            false => out.push(letter),
        }
    }
    out
}

/// A path without its escapes; a segment whose escapes are wrong stays as it is.
pub(super) fn decode(path: &str) -> String {
    let one = |segment: &str| {
        let is_escape = |(at, _): (usize, &str)| {
            let digits = segment.get(at + 1..at + 3).unwrap_or("");
            digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let decoded = percent_decode_str(segment).decode_utf8().ok();
        let decoded = decoded.filter(|_| segment.match_indices('%').all(is_escape));
        decoded.map_or_else(|| segment.to_owned(), |text| text.into_owned())
    };
    single(&path.split('/').map(one).collect::<Vec<_>>().join("/"), |letter| letter == '/')
}

/// A path as the asset server spells it.
pub(super) fn encode(path: &str) -> String {
    const PATH: &AsciiSet = &CANONICAL.remove(b'/');
    utf8_percent_encode(path, PATH).to_string()
}
