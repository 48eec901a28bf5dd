//! Output directories that are not what their description says, and descriptions that no build would write.

use std::fs;
use std::path::Path;

use pagesbuild::deployment::{Document, verify};
use proptest::prelude::*;

use super::{emitted, everything, findings, sealed};
use crate::project::write;

#[test]
fn every_tampering_is_named() {
    let directory = tempfile::tempdir().unwrap();
    type Tamper = fn(&Path);
    let cases: [(Tamper, &[&str]); 8] = [
        (
            |dist| fs::write(dist.join("worker/index.js"), "evil").unwrap(),
            &["`worker/index.js` has another content"],
        ),
        (
            |dist| fs::write(dist.join("assets/a/b.png"), b"\x89PNH").unwrap(),
            &["`assets/a/b.png` has another content"],
        ),
        (
            |dist| fs::remove_file(dist.join("assets/index.html")).unwrap(),
            &["`assets/index.html` is missing"],
        ),
        (
            |dist| write(dist, &[("assets/evil.js", b""), ("worker/evil.js", b"")]),
            &["`assets/evil.js` belongs to no deployment", "`worker/evil.js` belongs to no deployment"],
        ),
        (|dist| fs::create_dir(dist.join("empty")).unwrap(), &["`empty/` belongs to no deployment"]),
        (
            |dist| fs::write(dist.join("wrangler.json"), "{}").unwrap(),
            &["`wrangler.json` has another content"],
        ),
        (
            |dist| fs::write(dist.join("assets/_headers"), "").unwrap(),
            &["`assets/_headers` has another content"],
        ),
        (
            |dist| {
                let text = fs::read_to_string(dist.join("deployment.json")).unwrap();
                fs::write(dist.join("deployment.json"), text.replace("production", "preview")).unwrap();
            },
            &[],
        ),
    ];
    for (tamper, expected) in cases {
        let (dist, _) = emitted(directory.path());
        verify(&dist).unwrap();
        tamper(&dist);
        let found = findings(&dist);
        if expected.is_empty() {
            assert!(found.len() == 1 && found[0].starts_with("`deployment.json`: the id is `"), "{found:?}");
        } else {
            assert_eq!(found, expected);
        }
        fs::remove_dir_all(&dist).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_output_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, _) = emitted(directory.path());
    fs::rename(dist.join("assets/index.html"), directory.path().join("index.html")).unwrap();
    std::os::unix::fs::symlink(directory.path().join("index.html"), dist.join("assets/index.html")).unwrap();
    assert_eq!(findings(&dist), ["`assets/index.html` is not a regular file"]);
}

/// A description that is consistent in itself and names what no build would write.
#[test]
fn paths_that_leave_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, _) = emitted(directory.path());
    write(directory.path(), &[("secret", b"secret")]);
    let honest = fs::read_to_string(dist.join("deployment.json")).unwrap();
    for path in ["../../secret", "/etc/passwd", "worker/../x", "worker//x", "assets/index.html", "build.json"]
    {
        let forged = honest.replace("worker/index.js.map", path);
        let text = sealed(serde_json::from_str(&forged).unwrap());
        fs::write(dist.join("deployment.json"), text).unwrap();
        let found = findings(&dist);
        let named = [
            format!("`{path}` is named and cannot be a file of a deployment"),
            format!("`{path}` is named twice"),
        ];
        assert!(found.iter().any(|finding| named.contains(finding)), "{path}: {found:?}");
    }
}

proptest! {
    /// Whatever is done to the text, reading ends in a document or an error, and only the original is accepted.
    #[test]
    fn a_mutated_description_never_panics(at in 0..4000_usize, byte in any::<u8>(), cut in any::<bool>()) {
        let directory = tempfile::tempdir().unwrap();
        let (_, deployment) = everything(directory.path());
        let mut text = deployment.document.to_text().into_bytes();
        prop_assert!(Document::parse(&text).is_ok());
        let at = at % text.len();
        let changed = cut || text[at] != byte;
        if cut { text.truncate(at) } else { text[at] = byte }
        prop_assert_eq!(Document::parse(&text).is_err(), changed);
    }
}
