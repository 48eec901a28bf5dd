//! The paths of rules as the platform compares requests with them.
//!
//! The path of a rule comes in; an expression comes out, made by the platform's own steps, since these have effects of their
//! own: `:a` is also replaced at the start of `:ab`, and a name that comes twice makes an expression that no engine takes.

use regex::Regex;

use crate::route::cover::{self, Token};

/// A rule's path, ready to be compared with.
#[derive(Clone, Debug)]
pub struct Rule {
    expression: Regex,
    has_host: bool,
    text: String,
}

/// What the `*` and the placeholders of a rule stand for in a request, in their order.
pub type Captures = Vec<(String, String)>;

impl Rule {
    /// `None` for a path that makes no expression, which the platform passes over and says nothing.
    pub fn new(path: &str) -> Option<Self> {
        let text = expression(path);
        let expression = Regex::new(&text).ok()?;
        Some(Self { expression, has_host: path.starts_with("https://"), text })
    }

    /// What the rule captures of a path, where it matches. A rule with a host never matches where the host is not known.
    pub fn captures(&self, host: Option<&str>, path: &str) -> Option<Captures> {
        if !self.has_host && !self.expression.is_match(path) {
            return None;
        }
        let subject = match (self.has_host, host) {
            (false, _) => path.to_owned(),
            (true, Some(host)) => format!("https://{host}{path}"),
            (true, None) => return None,
        };
        let found = self.expression.captures(&subject)?;
        let named = self.expression.capture_names().flatten();
        let one = |name: &str| Some((name.to_owned(), found.name(name)?.as_str().to_owned()));
        Some(named.filter_map(one).collect())
    }

    /// Whether the rule is for some hosts only.
    pub fn has_host(&self) -> bool {
        self.has_host
    }

    /// Whether this rule matches wherever the other one does. It may say no where the answer is yes.
    pub fn covers(&self, other: &Self) -> bool {
        let [(host, path), (other_host, other_path)] = [self, other].map(Self::parts);
        (host.is_none() || host == other_host) && cover::contained(&tokens(other_path), &tokens(path))
    }

    /// The expression of the whole.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The paths that it matches, on whatever host.
    pub(super) fn language(&self) -> Vec<Token> {
        tokens(self.parts().1)
    }

    /// The expressions of host and path.
    fn parts(&self) -> (Option<&str>, &str) {
        let whole = &self.text[1..self.text.len() - 1];
        let host = whole.strip_prefix(r"https:\/\/").filter(|_| self.has_host);
        match host.and_then(|rest| Some((rest, rest.find(r"\/")?))) {
            Some((rest, at)) => (Some(&rest[..at]), &rest[at..]),
            None => (None, whole),
        }
    }
}

/// Fills captures into a text. Each is put in for its name, one after another, so that what was put in counts as well.
pub fn fill(text: &str, captures: &Captures) -> String {
    let put = |text: String, (name, value): &(String, String)| replace(&text, &format!(":{name}"), value);
    captures.iter().fold(text.to_owned(), put)
}

/// `replaceAll` of JavaScript, in whose replacements `$$`, `$&`, `` $` `` and `$'` mean something.
fn replace(text: &str, wanted: &str, value: &str) -> String {
    let mut out = String::new();
    let mut last = 0;
    for (at, _) in text.match_indices(wanted) {
        out.push_str(&text[last..at]);
        last = at + wanted.len();
        let mut rest = value;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            let after = &rest[dollar + 1..];
            let put = match after.chars().next() {
                Some('$') => Some("$"),
                Some('&') => Some(wanted),
                Some('`') => Some(&text[..at]),
                Some('\'') => Some(&text[last..]),
                _ => None,
            };
            out.push_str(put.unwrap_or("$"));
            rest = if put.is_some() { &after[1..] } else { after };
        }
        out.push_str(rest);
    }
    out.push_str(&text[last..]);
    out
}

const SPLAT: &str = "(?<splat>.*)";
const IN_HOST: &str = ">[^/.]+)";
const IN_PATH: &str = ">[^/]+)";

fn expression(path: &str) -> String {
    let mut text = path.split('*').map(escape).collect::<Vec<_>>().join(SPLAT);
    for (part, ending) in [(Part::Host, IN_HOST), (Part::Any, IN_PATH)] {
        for name in placeholders(&text, part) {
            text = text.replace(&name, &format!("(?<{}{ending}", &name[1..]));
        }
    }
    format!("^{text}$")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Any,
}

/// Each `:name` that stands in the part.
fn placeholders(text: &str, part: Part) -> Vec<String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let one = |(at, _): (usize, &str)| {
        let rest = &text[at + 1..];
        let (name, after) = rest.split_at(rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()));
        let host = text[..at].strip_prefix(r"https:\/\/");
        let is_in_host = host.is_some_and(|host| !host.contains('/')) && after.starts_with('\\');
        let is_one = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        (is_one && (part == Part::Any || is_in_host)).then(|| format!(":{name}"))
    };
    text.match_indices(':').filter_map(one).collect()
}

fn escape(text: &str) -> String {
    let special = |letter: char| r"-/\^$*+?.()|[]{}".contains(letter);
    text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

/// The tokens of the expression of a path.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // What is not escaped and opens a group is ours.
        if let Some(after) = rest.strip_prefix(SPLAT) {
            tokens.push(Token::Any);
            rest = after;
        } else if let Some(group) = rest.strip_prefix("(?<") {
            tokens.extend([Token::Inner, Token::Inners]);
            rest = group.split_once(IN_PATH).map_or("", |(_, after)| after);
        } else {
            let literal = rest.strip_prefix('\\').unwrap_or(rest);
            let length = literal.chars().next().map_or(0, char::len_utf8);
            tokens.extend(literal[..length].bytes().map(Token::Byte));
            rest = &literal[length..];
        }
    }
    tokens
}
