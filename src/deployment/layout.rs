//! A text in, whether it is laid out like a description: one value a line, indented by how deep it is.
//!
//! Asked before the text is parsed, so that a value cannot have fewer bytes in the text than a parsed one has words: what is
//! small in an archive would be large on the disk, and too large in memory.

/// Whether every value begins a line of its own. Says nothing about whether it is JSON.
pub(super) fn is_laid_out(text: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'"', _) => rest = behind_string(after),
            (b'[' | b'{', Some(b']' | b'}')) => rest = after.get(1..).unwrap_or_default(),
            (b'[' | b'{', _) => {
                depth += 1;
                if !begins_line(after, depth) {
                    return false;
                }
            }
            (b']' | b'}', _) => depth = depth.saturating_sub(1),
            (b',', _) if !begins_line(after, depth) => return false,
            _ => {}
        }
    }
    true
}

fn begins_line(rest: &[u8], depth: usize) -> bool {
    let Some((b'\n', line)) = rest.split_first() else { return false };
    line.get(..2 * depth).is_some_and(|indent| indent.iter().all(|byte| *byte == b' '))
}

fn behind_string(mut rest: &[u8]) -> &[u8] {
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' => return after,
            b'\\' => rest = after.get(1..).unwrap_or_default(),
            _ => rest = after,
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_a_line() {
        let json =
            serde_json::json!({ "a": [1, [], {}, ["x, [\"", { "b\\": null }]], "c": { "d": [[[true]]] } });
        let text = format!("{json:#}\n");
        assert!(is_laid_out(text.as_bytes()));
        for packed in
            [json.to_string(), text.replace("  ", " "), text.replace("[\n", "["), text.replace(",\n", ",")]
        {
            assert!(!is_laid_out(packed.as_bytes()), "{packed}");
        }
    }
}
