//! Globs as wrangler reads them: a star is the only special character.

/// Whether a glob names a specifier: any number of stars stands for any characters.
pub(super) fn matches_specifier(glob: &str, specifier: &str) -> bool {
    matches(glob, specifier, |_, _| Token::Anything)
}

/// Whether a glob names a path: `**` between slashes stands for any directories, every other star for characters but
/// slashes.
pub(super) fn matches_path(glob: &str, path: &str) -> bool {
    matches(glob, path, |stars, is_alone| match stars > 1 && is_alone {
        true => Token::Directories,
        false => Token::Name,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Character(char),
    /// Any characters.
    Anything,
    /// Any characters but slashes.
    Name,
    /// Any names with a slash behind each, or the rest of the path.
    Directories,
}

/// Goes through the glob with all places of the text where what came before can end: the time is that of one place
/// for each pair of characters, whatever the glob.
fn matches(glob: &str, text: &str, stars: impl Fn(usize, bool) -> Token) -> bool {
    // Most texts end otherwise, and every import is asked about.
    if glob.rsplit('*').next().is_some_and(|end| !text.ends_with(end.trim_start_matches('/'))) {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    let mut places = vec![false; text.len() + 1];
    places[0] = true;
    for token in tokens(glob, stars) {
        places = step(token, &text, &places);
    }
    places[text.len()]
}

fn tokens(glob: &str, stars: impl Fn(usize, bool) -> Token) -> Vec<Token> {
    let glob: Vec<char> = glob.chars().collect();
    let is_border = |at: Option<usize>| at.and_then(|at| glob.get(at)).is_none_or(|next| *next == '/');
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(character) = glob.get(at) {
        if *character != '*' {
            tokens.push(Token::Character(*character));
            at += 1;
            continue;
        }
        let count = glob[at..].iter().take_while(|next| **next == '*').count();
        let token = stars(count, is_border(at.checked_sub(1)) && is_border(Some(at + count)));
        // The slash behind directories is theirs.
        at += count + usize::from(token == Token::Directories);
        tokens.push(token);
    }
    tokens
}

/// The places where a token can end that starts at any of the given ones.
fn step(token: Token, text: &[char], places: &[bool]) -> Vec<bool> {
    let mut next = vec![false; places.len()];
    let mut reached = false;
    for (at, place) in places.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let is_slash = before == Some(&'/');
        match token {
            Token::Character(character) => next[at] = at > 0 && places[at - 1] && before == Some(&character),
            Token::Anything => {
                reached |= place;
                next[at] = reached;
            }
            Token::Name => {
                reached = *place || reached && !is_slash;
                next[at] = reached;
            }
            Token::Directories => {
                next[at] = *place || reached && (is_slash || at == text.len());
                reached |= place;
            }
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers() {
        let names = |glob: &str, specifier: &str| matches_specifier(glob, specifier);
        assert!(
            names("**/*.txt", "./a.txt") && names("**/*.txt", "../x/y/a.txt") && names("**/*.txt", "p/a.txt")
        );
        assert!(
            !names("**/*.txt", "a.txt") && !names("**/*.txt", "./a.txt?x") && !names("**/*.txt", "./atxt")
        );
        assert!(names("*.md", "./docs/a.md") && names("**/*.wasm?module", "./a.wasm?module"));
        assert!(!names("**/*.wasm?module", "./a.wasm_module") && !names("**/*.{a,b}", "./x.a"));
    }

    #[test]
    fn paths() {
        let names = |glob: &str, path: &str| matches_path(glob, path);
        assert!(names("**/*.txt", "a.txt") && names("**/*.txt", "x/y/a.txt") && names("x/**/*.js", "x/a.js"));
        assert!(names("**", "a/b") && names("x/**", "x/a/b") && names("x/**", "x/") && names("*.js", "a.js"));
        assert!(!names("*.js", "x/a.js") && !names("x/*/a.js", "x/y/z/a.js") && !names("x/**", "x"));
        assert!(
            names("a**b", "axxb") && !names("a**b", "ax/xb") && names("**/b", "b") && !names("**/b", "ab")
        );
    }
}
