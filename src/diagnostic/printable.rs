//! Text that others wrote in, text that a terminal shows as it is out.

use std::borrow::Cow;

/// The text with everything escaped that moves a cursor, changes a colour, ends a line or turns the direction of writing: a
/// name out of somebody's archive must not be able to print something else than a name.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_hidden(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let cases = [
            ("assets/naïve 日本 👍.js", "assets/naïve 日本 👍.js"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\nb\r\0\u{7f}\u{9b}", "a\\nb\\r\\u{0}\\u{7f}\\u{9b}"),
            ("a\u{202e}sj.b", "a\\u{202e}sj.b"),
        ];
        for (text, shown) in cases {
            assert_eq!(printable(text), shown);
        }
    }
}
