//! What a manifest says of a license, as a software bill of materials has it.

use serde_json::{Value as Json, json};

/// An SPDX expression where the text has the form of one, otherwise a name.
pub(super) fn license(text: &str) -> Json {
    match is_expression(text) {
        true => json!({ "expression": text, "acknowledgement": "declared" }),
        false => json!({ "license": { "name": text, "acknowledgement": "declared" } }),
    }
}

/// Whether a text has the form of an SPDX expression. `UNLICENSED` is npm's word for no license at all.
///
/// Source: <https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/>
fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut depth = 0_usize;
    // Whether what comes next has to be a license, or an exception after `WITH`.
    let mut wanted = true;
    for word in spaced.split_whitespace() {
        match word {
            "(" if wanted => depth += 1,
            ")" if !wanted && depth > 0 => depth -= 1,
            "AND" | "OR" | "WITH" if !wanted => wanted = true,
            "(" | ")" | "AND" | "OR" | "WITH" | "UNLICENSED" => return false,
            word if wanted && is_name(word) => wanted = false,
            _ => return false,
        }
    }
    depth == 0 && !wanted
}

fn is_name(word: &str) -> bool {
    let plain = word.strip_suffix('+').unwrap_or(word);
    !plain.is_empty()
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let expressions = [
            "MIT",
            "GPL-2.0+",
            "(MIT OR Apache-2.0)",
            "MIT AND (LGPL-2.1-or-later WITH Classpath-exception-2.0 OR ISC)",
            "LicenseRef-own",
        ];
        let others = [
            "",
            "SEE LICENSE IN LICENSE.md",
            "UNLICENSED",
            "Apache 2.0",
            "MIT/X11",
            "(MIT",
            "MIT)",
            "()",
            "OR MIT",
            "MIT OR",
            "MIT ISC",
        ];
        assert!(expressions.iter().all(|text| is_expression(text)));
        assert!(!others.iter().any(|text| is_expression(text)));
    }
}
