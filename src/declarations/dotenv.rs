//! The names that a `.dev.vars` or `.env` file gives. Their values are secrets, and nothing here keeps them.
//!
//! What counts is what `dotenv` reads: a name stands at the start of a line, and a value in quotes can go over several.

use std::collections::BTreeSet;

/// The names of a file.
pub fn names(text: &str) -> BTreeSet<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut names = BTreeSet::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return names;
        }
        rest = match assignment(rest) {
            Some((name, behind)) => {
                names.insert(name.to_owned());
                behind
            }
            None => after_line(rest),
        };
    }
}

/// The name that is assigned at the start of a text, and what comes behind its value.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let exported = text.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let with_keyword = exported.and_then(|rest| named(rest.trim_start()));
    let (name, value) = with_keyword.or_else(|| named(text))?;
    Some((name, after_value(value)))
}

/// A name and what comes behind its sign.
fn named(text: &str) -> Option<(&str, &str)> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    let (name, rest) = text.split_at(text.find(|character| !is_word(character))?);
    if name.is_empty() {
        return None;
    }
    if let Some(value) = rest.trim_start().strip_prefix('=') {
        return Some((name, value));
    }
    let value = rest.strip_prefix(':').filter(|value| value.starts_with(char::is_whitespace))?;
    Some((name, value))
}

/// What comes behind a value. A quote that has no partner, or more than a comment behind that, is a character like others.
fn after_value(text: &str) -> &str {
    let value = text.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'));
    let quoted = quote.and_then(|quote| {
        let inner = value.get(1..)?;
        let mut ends: Vec<usize> = Vec::new();
        for (at, _) in inner.match_indices(quote) {
            ends.push(at);
            if !inner.get(..at).is_some_and(|before| before.ends_with('\\')) {
                break;
            }
        }
        // A quote behind a backslash ends the value where no other one does.
        ends.into_iter().rev().find_map(|end| {
            let line = inner.get(end + 1..)?.trim_start_matches([' ', '\t']);
            (line.is_empty() || line.starts_with(['\n', '#'])).then(|| after_line(line))
        })
    });
    quoted.unwrap_or_else(|| after_line(text))
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_those_that_dotenv_reads() {
        let names = |text: &str| super::names(text).into_iter().collect::<Vec<_>>().join(" ");
        for (text, expected) in [
            ("A=1\nB = two # more\n# C=3\n  D: 4\nE:5", "A B D"),
            ("export A=1\nexport\tB=2\nexport=3", "A B export"),
            ("A=\nB=2", "A B"),
            ("A=\"x\nB=2\n\" # y\nC=3", "A C"),
            ("A='x\nB=2", "A B"),
            ("A='x' y\nB=2", "A B"),
            ("A='it\\'s\nB=2'\nC=3", "A C"),
            ("A='x\\'\nB=2", "A B"),
            ("A=`x\nB=2`\r\nC=3", "A C"),
            ("a b=1\n=2\n-x.y=3\n\u{feff}", "-x.y"),
            ("\u{feff}A=1", "A"),
            ("A", ""),
        ] {
            assert_eq!(names(text), expected, "{text:?}");
        }
    }
}
