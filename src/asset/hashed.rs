//! A file's name in, whether it carries a hash of its content out.
//!
//! Build tools name files so that a name never means two contents: `index-BxK3d9aZ.js`, `main.3f2a1b4c.css`. There is no rule
//! that all of them follow. What is asked for here is a run of eight letters and digits or more that no word, date or version
//! looks like.

/// The fewest characters of a hash: what Vite, Rollup, esbuild and Parcel write.
const SHORTEST: usize = 8;

/// Whether some part of a path has the looks of a hash.
pub fn is_hashed(path: &str) -> bool {
    path.split('/').any(|part| {
        let words = part.split(['.', '-', '_', '~']);
        words.into_iter().any(is_hash) || ends_in_a_hash(part)
    })
}

/// A hash in the alphabet of URLs, whose dashes divide nothing: `index-D_x-9aB2.js`.
fn ends_in_a_hash(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some(at) = stem.len().checked_sub(SHORTEST) else { return false };
    let (Some(before), Some(end)) = (stem.get(..at), stem.get(at..)) else { return false };
    let divides = before.is_empty() || before.ends_with(['.', '-']);
    let is_url_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let has = |wanted: fn(&u8) -> bool| end.as_bytes().iter().any(wanted);
    // All three kinds of letters, or it could be words.
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    divides && end.bytes().all(is_url_safe) && is_mixed
}

fn is_hash(word: &str) -> bool {
    let bytes = word.as_bytes();
    let has = |wanted: fn(&u8) -> bool| bytes.iter().any(wanted);
    let letters = has(u8::is_ascii_alphabetic);
    // A word starts with a capital or has none; what has some further on is no word.
    let odd_case = has(u8::is_ascii_lowercase) && bytes.iter().skip(1).any(u8::is_ascii_uppercase);
    bytes.len() >= SHORTEST
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && letters
        && (has(u8::is_ascii_digit) || odd_case)
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn names_of_build_tools() {
        for path in [
            "assets/index-BxK3d9aZ.js",
            "assets/index-D_x-9aB2.js",
            "assets/index-BxKdfaZq.css",
            "_app/immutable/entry/start.Bv9kQ1zd.js",
            "_nuxt/D1nzfmjJ.js",
            "_next/static/chunks/main-app-8f3f2b1c0a9d7e65.js",
            "_next/static/Wq3kd8Zp1LmN0xYt/_buildManifest.js",
            "static/js/main.3f2a1b4c.chunk.js",
            "main-4KJ2HGXA.js",
            "logo.8a3f2b1c.svg",
        ] {
            assert!(is_hashed(path), "{path}");
        }
    }

    #[test]
    fn names_of_people() {
        for path in [
            "index.html",
            "main.stylesheet.css",
            "jquery-3.6.0.min.js",
            "photos/2024-01-01.jpg",
            "photos/IMG_20240101_123456.jpg",
            "about-our-company.html",
            "Documentation.pdf",
            "data/v1.2.3/list.json",
            "robots.txt",
            ".well-known/security.txt",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
