//! The analysis as one page that needs no network: its style, its scripts and its data are in it.

use crate::analyze::Analysis;
use crate::hash;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
/// In the order in which they are run.
const SCRIPTS: &[&str] = &[
    include_str!("page/tree.js"),
    include_str!("page/map.js"),
    include_str!("page/table.js"),
    include_str!("page/details.js"),
    include_str!("page/page.js"),
];

/// The page. Browsers run and show nothing in it but what is here: whatever names files have, they stay text.
pub fn page(analysis: &Analysis) -> String {
    let data = embedded(&serde_json::to_string(analysis).unwrap_or_default());
    // Not to be known to whoever chooses a file's name.
    let nonce = hash::blake3_short(data.as_bytes());
    let parts =
        [("{nonce}", nonce.as_str()), ("{style}", STYLE), ("{script}", &SCRIPTS.concat()), ("{data}", &data)];
    filled(PAGE, &parts)
}

/// A text with its placeholders filled, what was put in not being looked at again.
fn filled(template: &str, parts: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    loop {
        let next = parts.iter().filter_map(|(name, value)| Some((rest.find(name)?, name, value))).min();
        let Some((at, name, value)) = next else { return text + rest };
        text.push_str(&rest[..at]);
        text.push_str(value);
        rest = &rest[at + name.len()..];
    }
}

/// JSON that can stand in a `script` element: none of its characters ends it or is a line of its own.
fn embedded(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => text.push(other),
        }
    }
    text
}
