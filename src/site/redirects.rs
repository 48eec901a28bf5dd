//! `_redirects`: from where, to where, with which status.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::{self, Line, is_space};
use super::target::{Allowed, Refusal, has_host, place};
use super::{MAX_LINE, ignored};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::limit::{REDIRECTS_DYNAMIC, REDIRECTS_STATIC};

const MAX_STATIC: usize = REDIRECTS_STATIC.most();
const MAX_DYNAMIC: usize = REDIRECTS_DYNAMIC.most();

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// A path, with `*` and placeholders.
    pub from: String,
    /// A path or an `https` address, in which placeholders are filled in.
    pub to: String,
    /// 200 serves the other path in place of this one, any other status sends the browser there.
    pub status: u16,
    /// Where it stands.
    pub span: Range<usize>,
}

impl Redirect {
    /// Whether the path has `*` or placeholders.
    pub fn is_dynamic(&self) -> bool {
        is_dynamic(&self.from)
    }
}

/// The rules of a file that the platform takes. `keeps_index` says that it serves `index.html` under that name
/// (`html_handling` is `none`) and sends nobody away from it.
pub fn redirects(source: &Source, keeps_index: bool, diagnostics: &mut Diagnostics) -> Vec<Redirect> {
    let mut reader = Reader { keeps_index, rules: Vec::new(), seen: BTreeMap::new(), fixed: 0, dynamic: 0 };
    for line in lines::lines(source.text()) {
        let problem = match reader.rule(&line) {
            Ok(rule) => {
                reader.rules.push(rule);
                continue;
            }
            Err(problem) => problem,
        };
        let stops = matches!(problem, Problem::TooManyDynamic);
        diagnostics.push(reader.ignored(source, &line, problem));
        if stops {
            break;
        }
    }
    reader.rules
}

struct Reader {
    keeps_index: bool,
    rules: Vec<Redirect>,
    /// Where each path was first named.
    seen: BTreeMap<String, Range<usize>>,
    fixed: usize,
    dynamic: usize,
}

/// Why a line is not taken.
enum Problem {
    TooLong,
    Words(usize),
    From(Refusal),
    TooManyStatic,
    TooManyDynamic,
    To(Refusal),
    Status(String),
    Loop,
    Twice(Range<usize>),
    Elsewhere,
}

impl Reader {
    fn rule(&mut self, line: &Line<'_>) -> Result<Redirect, Problem> {
        if line.length() > MAX_LINE {
            return Err(Problem::TooLong);
        }
        let words: Vec<&str> =
            without_comment(line.text).split(is_space).filter(|word| !word.is_empty()).collect();
        let (from, to, status) = match words.as_slice() {
            [from, to] => (*from, *to, "302"),
            [from, to, status] => (*from, *to, *status),
            other => return Err(Problem::Words(other.len())),
        };
        let from = place(from, Allowed { only_paths: true, ..Allowed::default() }).map_err(Problem::From)?;
        self.count(&from)?;
        let to =
            place(to, Allowed { ports: true, suffix: true, ..Allowed::default() }).map_err(Problem::To)?;
        let status = number(status)
            .filter(|status| [200, 301, 302, 303, 307, 308].contains(status))
            .ok_or_else(|| Problem::Status(status.to_owned()))?;
        let comes_back = from.ends_with("/*") || from.ends_with('/') && !self.keeps_index;
        if !has_host(&to) && comes_back && is_index(&to) {
            return Err(Problem::Loop);
        }
        if let Some(first) = self.seen.get(&from) {
            return Err(Problem::Twice(first.clone()));
        }
        self.seen.insert(from.clone(), line.span());
        if status == 200 && has_host(&to) {
            return Err(Problem::Elsewhere);
        }
        Ok(Redirect { from, to, status, span: line.span() })
    }

    /// The first rule that is dynamic makes all after it count as such.
    fn count(&mut self, from: &str) -> Result<(), Problem> {
        if self.dynamic == 0 && !is_dynamic(from) {
            self.fixed += 1;
            return if self.fixed > MAX_STATIC { Err(Problem::TooManyStatic) } else { Ok(()) };
        }
        self.dynamic += 1;
        if self.dynamic > MAX_DYNAMIC { Err(Problem::TooManyDynamic) } else { Ok(()) }
    }

    fn ignored(&self, source: &Source, line: &Line<'_>, problem: Problem) -> Diagnostic {
        let one = |why: &str, help: &str| ignored(Code::InvalidRedirectsRule, source, line.span(), why, help);
        match problem {
            Problem::TooLong => one(&format!("the line is longer than {MAX_LINE} characters"), "shorten it"),
            Problem::Words(count) => one(
                &format!("a rule has two or three words, and this has {count}"),
                "write `/from /to 301`; a space in a path is `%20`",
            ),
            Problem::From(refusal) => one(from_problem(refusal), "write the path alone: `/from`"),
            Problem::To(refusal) => {
                one(to_problem(refusal), "write a path or an address: `/to`, `https://example.com/to`")
            }
            Problem::TooManyStatic => one(
                &format!("there are more than {MAX_STATIC} rules without `*` and placeholders"),
                "join rules with `*` or placeholders, or redirect in a function",
            ),
            Problem::TooManyDynamic => {
                let left = lines::count(source.text()) + 1 - line.number;
                let why = format!(
                    "there are more than {MAX_DYNAMIC} dynamic rules, and the platform stops here, {left} lines from the end"
                );
                one(
                    &why,
                    "a rule counts as dynamic that has `*` or a placeholder, or comes after one that has; move the others to the top",
                )
            }
            Problem::Status(status) => one(
                &format!("`{status}` is no status of a redirect"),
                "it can be 301, 302, 303, 307 or 308, or 200 to serve the other path in its place; 302 where there is none",
            ),
            Problem::Loop => one(
                "the rule would lead back to itself, since the platform leaves out `/index` and `.html`",
                "to serve a single page for all paths set `not_found_handling` to `single-page-application`",
            ),
            Problem::Twice(first) => one("there is a rule for this path already", "remove one of the two")
                .at(source, first, "the rule that counts"),
            Problem::Elsewhere => one(
                "a rule with status 200 cannot lead to another host",
                "send the browser there with 302, or fetch it in a function",
            ),
        }
    }
}

/// What stands before a `#` with white space before it.
fn without_comment(line: &str) -> &str {
    let mut from = 0;
    while let Some(at) = line[from..].find('#').map(|at| from + at) {
        let before = line[..at].trim_end_matches(is_space);
        let goes_on = line[at..].contains(['\n', '\r', '\u{2028}', '\u{2029}']);
        if before.len() < at && !goes_on {
            return before;
        }
        from = at + 1;
    }
    line
}

fn is_dynamic(path: &str) -> bool {
    let is_placeholder = |rest: &str| rest.starts_with(|letter: char| letter.is_ascii_alphabetic());
    path.contains('*') || path.split(':').skip(1).any(is_placeholder)
}

fn is_index(path: &str) -> bool {
    path.ends_with("/index") || path.ends_with("/index.html") || {
        // The dot stands for any character.
        let bytes = path.as_bytes();
        bytes.len() >= 11
            && bytes.ends_with(b"html")
            && path.get(..path.len() - 5).is_some_and(|start| start.ends_with("/index"))
    }
}

/// A number as JavaScript reads it.
fn number(text: &str) -> Option<u16> {
    let radix =
        |digits: &str, radix| u16::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'));
    match text.get(..2) {
        Some("0x" | "0X") => radix(&text[2..], 16),
        Some("0o" | "0O") => radix(&text[2..], 8),
        Some("0b" | "0B") => radix(&text[2..], 2),
        _ => {
            let is_plain = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
            let value: f64 = text.parse().ok().filter(|_| is_plain)?;
            (200..400).find(|status| f64::from(*status) == value)
        }
    }
}

fn from_problem(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Absolute | Refusal::Port => "a rule is from a path, and this names a host",
        Refusal::Malformed | Refusal::Neither => "the path is no URL's",
    }
}

fn to_problem(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Malformed => "the path is no URL's",
        Refusal::Absolute | Refusal::Port | Refusal::Neither => {
            "a rule leads to a path or an `https://` address"
        }
    }
}
