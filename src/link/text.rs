//! How the linker writes down what it adds.

use serde_json::Value;

/// A text of the linker's own without the spaces that only make it readable.
pub(super) fn squeeze(text: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_needed = quoted || is_word(out.chars().next_back()) && is_word(rest.peek().copied());
        if c != ' ' || is_needed {
            out.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    out
}

/// A text as a literal.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether a name can follow a dot or stand in a list of exports without quotes.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

/// The `at`th of all short names.
pub(super) fn short(mut at: usize) -> String {
    const FIRST: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";
    const REST: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";
    let mut name = String::from(char::from(FIRST[at % FIRST.len()]));
    at /= FIRST.len();
    while at > 0 {
        at -= 1;
        name.push(char::from(REST[at % REST.len()]));
        at /= REST.len();
    }
    name
}

/// What of a specifier people look for: of a file that is deployed as it is, the name without its hash.
pub(super) fn readable(specifier: &str) -> &str {
    let name = specifier.strip_prefix("./").unwrap_or(specifier);
    let is_hash = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match name.split_once('-') {
        Some((hash, rest)) if is_hash(hash) => rest,
        _ => name,
    }
}
