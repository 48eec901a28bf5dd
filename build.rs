//! Gives the crate a name for what it compiles to, so that objects of another compiler are never taken for its own.

use std::path::{Path, PathBuf};

fn main() {
    let mut files =
        vec![PathBuf::from("src/compile.rs"), PathBuf::from("Cargo.lock"), PathBuf::from("build.rs")];
    collect(Path::new("src/compile"), &mut files);
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        hasher.update(file.to_string_lossy().as_bytes());
        hasher.update(&std::fs::read(file).unwrap_or_default());
    }
    println!("cargo::rustc-env=PAGESBUILD_COMPILER={}", hasher.finalize().to_hex());
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", directory.display());
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        files.push(entry.path());
    }
}
