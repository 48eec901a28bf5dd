//! `html_handling` and `not_found_handling`: which file a path means, or which other path is meant for it.
//!
//! A decoded path comes in; a file or another path comes out. Each mode is a list of things to try, in the platform's order.

use super::{HtmlHandling, NotFoundHandling, Site};

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// A file.
    File(String),
    /// The file for what is not found.
    Fallback(String),
    /// Another path, not escaped.
    Elsewhere(String),
}

/// Something to try.
enum Step {
    /// The file, if there is one.
    File(String),
    /// The path `to`, if nothing has that very name and what is served there is the file.
    Elsewhere { file: String, to: String },
}

impl Site<'_> {
    /// What a path means; `None` where there is nothing.
    pub(super) fn intent(&self, path: &str, not_found: NotFoundHandling) -> Option<Intent> {
        self.seek(path, not_found, true)
    }

    fn seek(&self, path: &str, not_found: NotFoundHandling, moves: bool) -> Option<Intent> {
        let attempt = |step: Step| match step {
            Step::File(file) => self.files.contains_key(&file).then_some(Intent::File(file)),
            Step::Elsewhere { file, to } => {
                let leads = moves && !self.files.contains_key(&to) && self.leads(&to, &file, not_found);
                leads.then_some(Intent::Elsewhere(to))
            }
        };
        let fallback = || self.fallback(path, not_found).map(Intent::Fallback);
        steps(self.html_handling, path).into_iter().find_map(attempt).or_else(fallback)
    }

    /// Whether a path serves what a file holds. The platform knows files by the hashes of their contents.
    fn leads(&self, path: &str, file: &str, not_found: NotFoundHandling) -> bool {
        match self.seek(path, not_found, false) {
            Some(Intent::File(found) | Intent::Fallback(found)) => {
                let hash = |path: &str| self.files.get(path).map(|asset| &asset.hash);
                hash(file).is_some() && hash(&found) == hash(file)
            }
            Some(Intent::Elsewhere(_)) | None => false,
        }
    }

    fn fallback(&self, path: &str, not_found: NotFoundHandling) -> Option<String> {
        let there = |file: &String| self.files.contains_key(file);
        match not_found {
            NotFoundHandling::None => None,
            NotFoundHandling::SinglePage => Some("/index.html".to_owned()).filter(there),
            NotFoundHandling::Page => {
                let above = path.rmatch_indices('/').map(|(at, _)| format!("{}/404.html", &path[..at]));
                above.into_iter().find(there)
            }
        }
    }
}

fn steps(handling: HtmlHandling, path: &str) -> Vec<Step> {
    let file = |file: &str| Step::File(file.to_owned());
    let elsewhere = |file: String, to: &str| Step::Elsewhere { file, to: to.to_owned() };
    let mut steps = Vec::new();
    let index = path.strip_suffix("/index");
    let index_page = path.strip_suffix("/index.html");
    let directory = path.strip_suffix('/');
    let page = path.strip_suffix(".html");
    match handling {
        HtmlHandling::None => {}
        HtmlHandling::AutoTrailingSlash => {
            if let Some(start) = index {
                steps.push(file(path));
                steps.push(elsewhere(format!("{path}.html"), &format!("{start}/")));
                steps.push(elsewhere(format!("{start}.html"), start));
            } else if let Some(start) = index_page {
                steps.push(elsewhere(path.to_owned(), &format!("{start}/")));
                steps.push(elsewhere(format!("{start}.html"), start));
            } else if let Some(start) = directory {
                steps.push(Step::File(format!("{path}index.html")));
                steps.push(elsewhere(format!("{start}.html"), start));
            } else if let Some(start) = page {
                steps.push(elsewhere(path.to_owned(), start));
                steps.push(elsewhere(format!("{start}/index.html"), &format!("{start}/")));
            }
        }
        HtmlHandling::ForceTrailingSlash => {
            if let Some(start) = index {
                steps.push(file(path));
                steps.push(elsewhere(format!("{path}.html"), &format!("{start}/")));
                steps.push(elsewhere(format!("{start}.html"), &format!("{start}/")));
            } else if let Some(start) = index_page {
                steps.push(elsewhere(path.to_owned(), &format!("{start}/")));
                steps.push(elsewhere(format!("{start}.html"), &format!("{start}/")));
            } else if let Some(start) = directory {
                steps.push(Step::File(format!("{path}index.html")));
                steps.push(Step::File(format!("{start}.html")));
            } else if let Some(start) = page {
                steps.push(elsewhere(path.to_owned(), &format!("{start}/")));
                steps.push(file(path));
                steps.push(elsewhere(format!("{start}/index.html"), &format!("{start}/")));
            }
        }
        HtmlHandling::DropTrailingSlash => {
            if let Some(start) = index {
                steps.push(file(path));
                if start.is_empty() {
                    steps.push(elsewhere("/index.html".to_owned(), "/"));
                } else {
                    steps.push(elsewhere(format!("{start}.html"), start));
                    steps.push(elsewhere(format!("{path}.html"), start));
                }
            } else if let Some(start) = index_page {
                if start.is_empty() {
                    steps.push(elsewhere(path.to_owned(), "/"));
                } else {
                    steps.push(elsewhere(path.to_owned(), start));
                    steps.push(file(path));
                    steps.push(elsewhere(format!("{start}.html"), start));
                }
            } else if let Some(start) = directory {
                if start.is_empty() {
                    steps.push(file("/index.html"));
                } else {
                    steps.push(elsewhere(format!("{start}.html"), start));
                    steps.push(elsewhere(format!("{start}/index.html"), start));
                }
            } else if let Some(start) = page {
                steps.push(elsewhere(path.to_owned(), start));
                steps.push(elsewhere(format!("{start}/index.html"), start));
            }
        }
    }
    steps.push(file(path));
    let page = format!("{path}.html");
    let index_page = format!("{path}/index.html");
    match handling {
        HtmlHandling::None => {}
        HtmlHandling::AutoTrailingSlash => {
            steps.push(Step::File(page));
            steps.push(elsewhere(index_page, &format!("{path}/")));
        }
        HtmlHandling::ForceTrailingSlash => {
            steps.push(elsewhere(page, &format!("{path}/")));
            steps.push(elsewhere(index_page, &format!("{path}/")));
        }
        HtmlHandling::DropTrailingSlash => {
            steps.push(Step::File(page));
            steps.push(Step::File(index_page));
        }
    }
    steps
}
