//! Regular expressions for the segments and patterns that are not plain text and whole parameters, and for rules.
//!
//! A segment, a pattern or a list of rules comes in, a JavaScript literal comes out. What they match is what path-to-regexp 6.3
//! matches for the pattern that wrangler writes: parameters are lazy, a parameter that directly follows text
//! behind another one does not run over that text, and a catch-all backtracks.

use crate::route::{Pattern, Piece, Segment};

/// For one segment that mixes text and parameters.
pub(super) fn segment(segment: &Segment) -> String {
    format!("/^{}$/i", pieces(segment))
}

/// For a whole path: exactly the pattern, with one slash more if need be.
pub(super) fn exact(pattern: &Pattern) -> String {
    format!("/^{}\\/?$/i", body(pattern))
}

/// For a path at or below the pattern.
pub(super) fn prefix(pattern: &Pattern) -> String {
    format!("/^{}(?:\\/$)?(?=\\/|$)/i", body(pattern))
}

/// For the paths that rules of `_routes.json` name, as Pages reads them: `/a/*` means `/a` as well, and a slash at the
/// end counts for nothing.
pub(super) fn rules(rules: &[String]) -> String {
    let text = |rule: &str| rule.split('*').map(escape).collect::<Vec<_>>().join(".*");
    let one = |rule: &String| match (rule.as_str(), rule.strip_suffix("/*"), rule.strip_suffix('/')) {
        ("/" | "/*", ..) => text(rule),
        (_, Some(start), _) => format!("{}(?:\\/.*)?", text(start)),
        (_, _, Some(bare)) => format!("{}\\/?", text(bare)),
        _ if rule.ends_with('*') => text(rule),
        _ => format!("{}\\/?", text(rule)),
    };
    format!("/^(?:{})$/", rules.iter().map(one).collect::<Vec<_>>().join("|"))
}

fn body(pattern: &Pattern) -> String {
    let one = |segment: &Segment| match segment.has_catch_all() {
        true => format!("(?:\\/((?:[^/]+?)(?:\\/(?:[^/]+?))*))?{}", pieces(segment)),
        false => format!("\\/{}", pieces(segment)),
    };
    pattern.0.iter().map(one).collect()
}

/// The parts of a segment behind its slash and its catch-all.
fn pieces(segment: &Segment) -> String {
    let mut out = String::new();
    // The text since the last parameter of this segment; text behind a slash does not limit a parameter.
    let mut between: Option<&str> = None;
    let mut seen = false;
    for piece in &segment.0 {
        match piece {
            Piece::Text(text) => {
                out.push_str(&escape(text));
                between = seen.then_some(text);
            }
            Piece::Param(_) => {
                match between {
                    Some(text) => out.push_str(&format!("((?:(?!{})[^/])+?)", escape(text))),
                    None => out.push_str("([^/]+?)"),
                }
                seen = true;
            }
            Piece::CatchAll(_) => seen = true,
        }
    }
    out
}

fn escape(text: &str) -> String {
    let special = |c: char| ".+*?=^!:${}()[]|/\\-".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}
