//! From a file's name to its pattern.
//!
//! A path below the functions directory, without its extension, comes in; the pattern comes out, or what is
//! wrong with the name. What cannot work on Pages (wrangler fails, or the worker throws on its first request)
//! is refused here, where the file can be named.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{Pattern, Piece, Segment};

/// The WHATWG path percent-encode set as workerd's URL parser applies it. `%` is not in it: a browser sends it
/// as it stands.
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
    .add(b'}');

/// Why a name is no pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) help: String,
}

fn problem<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Problem> {
    Err(Problem { message: message.into(), help: help.into() })
}

/// Parses the segments of a name that is cut at its slashes.
pub(super) fn pattern<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Pattern, Problem> {
    names.into_iter().map(segment).collect::<Result<_, _>>().map(Pattern)
}

fn segment(name: &str) -> Result<Segment, Problem> {
    if name == "." || name == ".." {
        return problem(
            format!("no request ever has the path segment `{name}`"),
            "browsers resolve `.` and `..` before they send a request: rename the file",
        );
    }
    if let Some(bad) = name.chars().find(|&c| matches!(c, ':' | '*' | '\\') || c.is_control()) {
        return problem(
            format!("`{}` cannot stand in the name of a route", bad.escape_default()),
            "rename it; a parameter is written `[name]`, a catch-all `[[name]]`",
        );
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let Some(open) = rest.find(['[', ']']) else {
            text(&mut pieces, rest)?;
            break;
        };
        let (before, from) = rest.split_at(open);
        text(&mut pieces, before)?;
        rest = parameter(&mut pieces, from)?;
    }
    Ok(Segment(pieces))
}

/// Adds literal text. Directly after a parameter it must not look like more of the parameter's name.
fn text(pieces: &mut Vec<Piece>, raw: &str) -> Result<(), Problem> {
    if raw.is_empty() {
        return Ok(());
    }
    if let (Some(Piece::Param(name)), true) = (pieces.last(), raw.starts_with(word)) {
        let more: String = raw.chars().take_while(|&c| word(c)).collect();
        return problem(
            format!("`[{name}]{more}` would be one parameter named `{name}{more}` on Pages"),
            format!("put a character between them that no name can have, as in `[{name}]-{more}`"),
        );
    }
    pieces.push(Piece::Text(utf8_percent_encode(raw, PATH).to_string()));
    Ok(())
}

/// Reads the parameter that `from` begins with and returns what follows it.
fn parameter<'a>(pieces: &mut Vec<Piece>, from: &'a str) -> Result<&'a str, Problem> {
    let (open, close) = if from.starts_with("[[") { ("[[", "]]") } else { ("[", "]") };
    let body = from.strip_prefix(open).and_then(|inner| inner.split_once(close));
    let Some((name, rest)) = body.filter(|(name, _)| !name.contains(['[', ']'])) else {
        return problem(
            "the brackets do not pair up",
            "a parameter is written `[name]`, a catch-all `[[name]]`; a route cannot have other brackets",
        );
    };
    if name.is_empty() {
        return problem(
            format!("`{open}{close}` has no name"),
            format!("name the parameter: `{open}name{close}`"),
        );
    }
    if !name.chars().all(word) {
        return problem(
            format!("`{name}` cannot name a parameter"),
            "the names of parameters consist of the letters `A` to `Z` and `a` to `z`, digits and `_`",
        );
    }
    let catch_all = open == "[[";
    match pieces.last() {
        Some(Piece::Param(last) | Piece::CatchAll(last)) => problem(
            format!("nothing separates the parameters `{last}` and `{name}`"),
            "put text between them, as in `[a]-[b]`, or a slash",
        ),
        Some(Piece::Text(before)) if catch_all => problem(
            format!("the catch-all `[[{name}]]` does not start its segment"),
            format!(
                "a catch-all stands for whole segments: give it a directory, as in `{before}/[[{name}]]`"
            ),
        ),
        _ => {
            let name = name.to_owned();
            pieces.push(if catch_all { Piece::CatchAll(name) } else { Piece::Param(name) });
            Ok(rest)
        }
    }
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> String {
        match pattern(name.split('/')) {
            Ok(pattern) => pattern.to_string(),
            Err(problem) => format!("error: {}", problem.message),
        }
    }

    #[test]
    fn names_become_patterns() {
        for (name, expected) in [
            ("todos/[id]", "/todos/:id"),
            ("files/[[path]]", "/files/:path*"),
            ("v[major].[minor]", "/v:major.:minor"),
            ("[[path]]b/x", "/:path*b/x"),
            ("with space", "/with%20space"),
            ("h\u{e9}llo", "/h%C3%A9llo"),
            ("100%", "/100%"),
            ("a|b^c{d}", "/a|b%5Ec%7Bd%7D"),
        ] {
            assert_eq!(shown(name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_cannot_work_are_refused() {
        for name in [
            "[", "]", "a]", "[a", "[[a]", "[a]]", "[]", "[[]]", "[a-b]", "[[a b]]", "[a][b]", "[[a]][b]",
            "a[[b]]", "[a]x", "[a]_", "a:b", "a*", "a\\b", "a\nb", ".", "..",
        ] {
            assert!(pattern(name.split('/')).is_err(), "{name} passed as {}", shown(name));
        }
    }
}
