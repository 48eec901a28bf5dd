//! Names of static files that links miss. The platform serves every name at its escaped path; what people write into a page is
//! often not that path, and then nothing is there, or another file.

use std::path::Path;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::walk::Found;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Project, display};

/// Why a link that spells a name as it is does not lead to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trap {
    /// It is read as another name: `a%20b` is a name with a space, `#` and `?` end it, `\` is a slash, and a line end is left out.
    Escapes,
    /// Keyboards write `é` as one character, and the name has two.
    Decomposed,
}

/// One diagnostic for each trap, with the names.
pub(super) fn hard_to_link(project: &Project, directory: &Path, files: &[Found]) -> Vec<Diagnostic> {
    let of = |trap: Trap| files.iter().filter(move |file| self::trap(&file.path) == Some(trap));
    let one = |trap: Trap| {
        let names: Vec<String> = of(trap).map(|file| display(&project.root, &file.file)).collect();
        let count =
            if names.len() == 1 { "1 name is".to_owned() } else { format!("{} names are", names.len()) };
        let (first, (message, help)) = (names.first()?.clone(), trap.told(&count));
        let diagnostic = Diagnostic::note(Code::HardToLink, message).help(help);
        Some(match names.len() {
            1 => diagnostic.file(first),
            _ => diagnostic.file(shown(project, directory)).noting("files", names),
        })
    };
    [Trap::Escapes, Trap::Decomposed].into_iter().filter_map(one).collect()
}

/// wrangler looks at no path that starts with a name of dots alone, and ends with an error.
pub(super) fn refused(project: &Project, found: &Found) -> Option<Diagnostic> {
    let is_dots = found.is_top() && found.path.bytes().all(|byte| byte == b'.');
    is_dots.then(|| {
        Diagnostic::error(Code::UnusableFile, "a name of dots alone, which wrangler refuses to deploy")
            .file(display(&project.root, &found.file))
            .help("rename it")
    })
}

fn shown(project: &Project, directory: &Path) -> String {
    Some(display(&project.root, directory))
        .filter(|shown| !shown.is_empty())
        .unwrap_or_else(|| ".".to_owned())
}

impl Trap {
    fn told(self, count: &str) -> (String, &'static str) {
        match self {
            Self::Escapes => (
                format!(
                    "{count} read as another one in a link that does not escape it: `%20`, `#`, `?`, `\\`, spaces at the end"
                ),
                "check that links to it are escaped (`%` as `%25`, `#` as `%23`), or rename it",
            ),
            Self::Decomposed => (
                format!(
                    "{count} written with letters and accents apart (NFD), and links as people type them are not"
                ),
                "rename it to its composed form (NFC), unless the links are made from the name",
            ),
        }
    }
}

fn trap(path: &str) -> Option<Trap> {
    let bytes = path.as_bytes();
    let is_escape =
        |at: usize| bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let escapes = bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'#' | b'?' | b'\\' | b'\t' | b'\n' | b'\r' => true,
        b'%' => is_escape(at),
        _ => false,
    });
    // Browsers take spaces and control characters from the ends of a link.
    if escapes || bytes.last().is_some_and(|last| *last <= b' ') {
        return Some(Trap::Escapes);
    }
    let is_composed = || path.is_ascii() || ComposingNormalizerBorrowed::new_nfc().is_normalized(path);
    (!is_composed()).then_some(Trap::Decomposed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_links_miss() {
        let escapes = ["a%20b", "%41", "a#", "?a", "a\\b", "a\nb", "a ", "d%2Fe/f", "a\u{1}"];
        let plain = [
            "a b",
            "100%",
            "%zz",
            "%4",
            " a",
            "a ./b",
            "[a]",
            "a+b&c;d='\"",
            "caf\u{e9}",
            "\u{1f600}",
            "a\u{1}b",
        ];
        for path in escapes {
            assert!(trap(path) == Some(Trap::Escapes), "{path:?}");
        }
        for path in plain {
            assert!(trap(path).is_none(), "{path:?}");
        }
        // The Kelvin sign is a K to every normal form.
        for path in ["cafe\u{301}", "\u{212a}"] {
            assert!(trap(path) == Some(Trap::Decomposed), "{path:?}");
        }
    }
}
