//! Lines of a text: where they start and end, how they are indented and what ends them.

/// Where the line of a place starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |feed| feed + 1)
}

/// Where the next line starts, or where the text ends.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |feed| at + feed + 1)
}

/// The spaces and tabs that the line of a place starts with.
pub(super) fn indentation(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[..length]
}

/// What ends lines around a place.
pub(super) fn newline(text: &str, at: usize) -> &'static str {
    let feed = text[..at].rfind('\n').or_else(|| text.find('\n'));
    match feed.is_some_and(|feed| text[..feed].ends_with('\r')) {
        true => "\r\n",
        false => "\n",
    }
}
