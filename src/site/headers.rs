//! `_headers`: paths, each followed by headers that the platform sets or takes away when it serves a file there.

use std::ops::Range;

use super::lines::{self, Line, is_space};
use super::serve::is_name;
use super::target::{Allowed, Refusal, place};
use super::{MAX_LINE, ignored};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::limit::HEADERS_RULES;

const MAX_RULES: usize = HEADERS_RULES.most();

/// A path and its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRule {
    /// A path or an `https` address, with at most one `*`, and placeholders.
    pub path: String,
    /// Headers to set, names in lower case, in the order of the file. A name that comes twice has both values.
    pub set: Vec<(String, String)>,
    /// Headers to take away.
    pub unset: Vec<String>,
    /// Where the path stands.
    pub span: Range<usize>,
}

/// The rules of a file that the platform takes.
pub fn headers(source: &Source, diagnostics: &mut Diagnostics) -> Vec<HeaderRule> {
    let mut reader = Reader { source, rules: Vec::new(), rule: None, skips: false, problems: Vec::new() };
    for line in lines::lines(source.text()) {
        if line.length() > MAX_LINE {
            let message = format!("the line is longer than {MAX_LINE} characters");
            reader.ignore(line.span(), message, "shorten it, or spread the headers over several rules");
        } else if is_path(line.text) {
            if reader.rules.len() >= MAX_RULES {
                reader.stop(&line);
                break;
            }
            reader.path(&line);
        } else if !reader.skips {
            reader.header(&line);
        }
    }
    reader.finish_rule();
    diagnostics.extend(reader.problems);
    reader.rules
}

struct Reader<'a> {
    source: &'a Source,
    rules: Vec<HeaderRule>,
    rule: Option<HeaderRule>,
    /// Whether what follows belongs to a path that was not taken.
    skips: bool,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn ignore(&mut self, span: Range<usize>, why: impl Into<String>, help: impl Into<String>) {
        self.problems.push(ignored(Code::InvalidHeadersRule, self.source, span, why, help));
    }

    /// The platform takes any name, and fails when it comes to set the header.
    fn hold_name(&mut self, line: &Line<'_>, name: &str) {
        if !is_name(name) {
            let message = format!("`{name}` cannot be the name of a header");
            let problem = Diagnostic::warning(Code::InvalidHeadersRule, message)
                .at(self.source, line.span(), "all that the rule is for is answered with 500")
                .help("a name has letters, digits and `-`");
            self.problems.push(problem);
        }
    }

    fn stop(&mut self, line: &Line<'_>) {
        let left = lines::count(self.source.text()) + 1 - line.number;
        let message = format!(
            "there are more than {MAX_RULES} rules, and the platform stops here, {left} lines from the end"
        );
        self.ignore(line.span(), message, "join rules with `*` or placeholders");
    }

    fn path(&mut self, line: &Line<'_>) {
        self.finish_rule();
        self.skips = true;
        let path = match place(line.text, Allowed::default()) {
            Ok(path) => path,
            Err(refusal) => {
                return self.ignore(
                    line.span(),
                    why(refusal),
                    "its headers are ignored too; write a path, or `https://` and a host",
                );
            }
        };
        let wildcards = path.matches('*').count();
        if wildcards > 1 {
            let message = "a rule can have one `*`";
            return self.ignore(
                line.span(),
                message,
                "its headers are ignored too; use a placeholder for the others: `/:name/*`",
            );
        }
        if wildcards > 0 && has_splat(&path) {
            let message = "a rule cannot have both `*` and `:splat`, which is what `*` is called";
            return self.ignore(
                line.span(),
                message,
                "its headers are ignored too; call the placeholder something else",
            );
        }
        self.skips = false;
        self.rule = Some(HeaderRule { path, set: Vec::new(), unset: Vec::new(), span: line.span() });
    }

    /// The rule before the next path, or before the end.
    fn finish_rule(&mut self) {
        let Some(rule) = self.rule.take() else { return };
        match rule.set.is_empty() && rule.unset.is_empty() {
            true => self.ignore(
                rule.span,
                "no headers follow the path",
                "add `Name: value` lines below it, or remove it",
            ),
            false => self.rules.push(rule),
        }
    }

    fn header(&mut self, line: &Line<'_>) {
        let Some((name, value)) = line.text.split_once(':') else {
            let unset = line.text.strip_prefix("! ");
            if let (Some(_), Some(name)) = (&self.rule, unset) {
                self.hold_name(line, name);
            }
            return match (&mut self.rule, unset) {
                (Some(rule), Some(name)) => rule.unset.push(name.to_owned()),
                (Some(_), None) => self.ignore(
                    line.span(),
                    "this is neither a header nor a path",
                    "write `Name: value`, or `! Name` to take a header away",
                ),
                (None, _) => self.ignore(
                    line.span(),
                    "no path comes before this line",
                    "start the file with a path: `/*`",
                ),
            };
        };
        let (name, value) = (name.trim_matches(is_space).to_lowercase(), value.trim_matches(is_space));
        let problem = match &self.rule {
            _ if name.contains(' ') => Some((
                "the name of a header has no spaces",
                "a header that is taken away has no value: `! Name`",
            )),
            _ if name.is_empty() => Some(("the header has no name", "write `Name: value`")),
            _ if value.is_empty() => {
                Some(("the header has no value", "write `Name: value`, or `! Name` to take a header away"))
            }
            None => Some(("no path comes before this header", "start the file with a path: `/*`")),
            Some(_) => None,
        };
        if problem.is_none() {
            self.hold_name(line, &name);
        }
        match (problem, &mut self.rule) {
            (None, Some(rule)) => match rule.set.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push_str(&format!(", {value}")),
                None => rule.set.push((name, value.to_owned())),
            },
            (Some((why, help)), _) => self.ignore(line.span(), why, help),
            (None, None) => {}
        }
    }
}

/// A slash, or a scheme.
fn is_path(line: &str) -> bool {
    let mut schemes = line.match_indices("://").filter(|(at, _)| *at > 0);
    line.starts_with('/') || schemes.any(|(at, _)| !line[..at].contains(is_space))
}

fn has_splat(path: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    path.split(":splat").skip(1).any(|rest| !rest.starts_with(is_word))
}

fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Port => "a rule cannot name a port",
        Refusal::Malformed => "the path is no URL's",
        Refusal::Absolute | Refusal::Neither => "a rule is for a path or an `https://` address",
    }
}
