//! Names and values as TypeScript writes them.

use std::path::Path;

use serde_json::Value as Json;

/// A property's name, quoted where it has to be.
pub(super) fn key(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { string(name) }
}

/// Whether a name can be written without quotes. There are more such names than these.
pub(super) fn is_identifier(name: &str) -> bool {
    let starts = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '$');
    name.starts_with(starts) && name.chars().all(|character| starts(character) || character.is_ascii_digit())
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    let json = Json::from(text).to_string();
    // JSON has these as they are. Elsewhere they end a line, as they do in some editors.
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A value as the type of which it is the only one.
pub(super) fn literal(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => string(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Json::Object(fields) => {
            let mut fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}: {}", key(name), literal(value))).collect();
            fields.sort();
            format!("{{ {} }}", fields.join("; "))
        }
    }
}

/// The type that a value has among others.
pub(super) fn type_of(value: &Json) -> String {
    let Json::Array(items) = value else { return simple(value).to_owned() };
    let mut types: Vec<&str> = items.iter().map(simple).collect();
    types.sort_unstable();
    types.dedup();
    match types.as_slice() {
        [] => "unknown[]".to_owned(),
        [one] => format!("{one}[]"),
        several => format!("({})[]", several.join(" | ")),
    }
}

fn simple(value: &Json) -> &'static str {
    match value {
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Null | Json::Array(_) | Json::Object(_) => "object",
    }
}

/// A comment behind a type, of names that are no part of it.
pub(super) fn remark(words: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "_$-. ".contains(character);
    let words: String =
        words.chars().map(|character| if plain(character) { character } else { '_' }).collect();
    format!(" /* {words} */")
}

/// A word of a command, quoted where a shell or a comment could take it for more.
pub(super) fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    string(text).replace('`', "\\u0060")
}

/// How a file in a directory imports a module, which TypeScript finds without its usual extensions.
pub(super) fn specifier(directory: &Path, module: &Path) -> String {
    let shared =
        directory.components().zip(module.components()).take_while(|(one, other)| one == other).count();
    let up = "../".repeat(directory.components().count() - shared);
    let down: Vec<_> =
        module.components().skip(shared).map(|part| part.as_os_str().to_string_lossy()).collect();
    let path = down.join("/");
    let path = match path.rsplit_once('.') {
        Some((stem, "ts" | "tsx" | "js" | "jsx")) => stem.to_owned(),
        Some((stem, "mts")) => format!("{stem}.mjs"),
        Some((stem, "cts")) => format!("{stem}.cjs"),
        _ => path,
    };
    string(&format!("{}{path}", if up.is_empty() { "./" } else { &up }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_values() {
        assert_eq!(key("A_1"), "A_1");
        assert_eq!(key("1A"), "\"1A\"");
        assert_eq!(key("a\"; b"), "\"a\\\"; b\"");
        assert_eq!(key("h\u{e9}"), "\"h\u{e9}\"");
        assert_eq!(string("\u{2028}\n"), "\"\\u2028\\n\"");
        assert_eq!(
            literal(&json!({ "b": [1, -2.5, null], "a b": {} })),
            "{ \"a b\": {}; b: [1, -2.5, null] }"
        );
        assert_eq!(type_of(&json!(["a", 1, {}])), "(number | object | string)[]");
        assert_eq!(type_of(&json!([])), "unknown[]");
        assert_eq!(remark("A*/ evil"), " /* A__ evil */");
        assert_eq!(word("a`\nb"), "\"a\\u0060\\nb\"");
    }

    #[test]
    fn specifiers() {
        for (directory, module, expected) in [
            ("/p", "/p/src/a.ts", "\"./src/a\""),
            ("/p/types", "/p/src/a.b.tsx", "\"../src/a.b\""),
            ("/p", "/p/a.mts", "\"./a.mjs\""),
            ("/p", "/p/a.mjs", "\"./a.mjs\""),
            ("/p/q/r", "/x.js", "\"../../../x\""),
        ] {
            assert_eq!(specifier(Path::new(directory), Path::new(module)), expected);
        }
    }
}
