//! Names that are set for development: those of `.dev.vars` and `.env`, which are on the machine alone.
//!
//! Only names are read; what they stand for is nobody's business here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The names with the file that sets them.
pub(super) fn elsewhere(root: &Path, environment: Option<&str>) -> BTreeMap<String, String> {
    let mut files = vec![".dev.vars".to_owned(), ".env".to_owned(), ".env.local".to_owned()];
    if let Some(name) = environment {
        files.extend([format!(".dev.vars.{name}"), format!(".env.{name}"), format!(".env.{name}.local")]);
    }
    let mut names = BTreeMap::new();
    for file in files {
        let Ok(text) = fs::read_to_string(root.join(&file)) else { continue };
        for name in self::names(&text) {
            names.entry(name.to_owned()).or_insert_with(|| file.clone());
        }
    }
    names
}

/// The names that stand before a `=`. A quoted value can go over several lines, none of which is another name.
fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut open: Option<char> = None;
    for line in text.lines() {
        if let Some(quote) = open {
            open = (!line.contains(quote)).then_some(quote);
            continue;
        }
        let line = line.trim();
        let Some((name, value)) = line.strip_prefix("export ").unwrap_or(line).split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|character| character.is_alphanumeric() || "_.-".contains(character))
        };
        if is_name(name) {
            names.push(name);
        }
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'));
        open = quote.filter(|quote| !value[1..].contains(*quote));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let text = "# A=1\nTOKEN=abc\nexport KEY = 'x=y'\nPEM=\"-----BEGIN\nabc=\n-----END\"\n\nLAST=`a`\n=none\nno name=1\n";
        assert_eq!(names(text), ["TOKEN", "KEY", "PEM", "LAST"]);
    }
}
