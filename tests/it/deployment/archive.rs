//! Deployments as archives: the same deployment, the same bytes, and back again.

use std::fs;
use std::path::Path;

use pagesbuild::deployment::{emit, open, pack_file, verify};

use super::emitted;
use crate::fixture::files;

/// Path and content of every file below a directory.
fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |path: String| (path.clone(), fs::read(directory.join(path)).unwrap());
    files(directory).into_iter().map(read).collect()
}

#[test]
fn an_archive_holds_the_deployment() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let archive = directory.path().join("deep/er/site.zip");
    let packed = pack_file(&open(&dist).unwrap(), &archive).unwrap();
    assert_eq!(packed.size, fs::metadata(&archive).unwrap().len());
    let verified = verify(&archive).unwrap();
    assert_eq!(verified.document, deployment.document);
    assert_eq!(verified.files, 6);
    let again = directory.path().join("again");
    emit(&open(&archive).unwrap(), &again).unwrap();
    let mut expected = contents(&dist);
    expected.retain(|(path, _)| path != "build.json");
    assert_eq!(contents(&again), expected);
    assert_eq!(verify(&again).unwrap().document, deployment.document);
}
