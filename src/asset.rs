//! Static files: found, checked and hashed into the manifest that the platform's upload speaks.
//!
//! In go the files that discovery found, out comes the manifest. Files are read in parallel and one piece at a
//! time; the manifest does not depend on which thread came first.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::hash;
use crate::limit::ASSET_SIZE;

mod content_type;
mod hashed;

pub use content_type::{content_type, known_extensions};
pub use hashed::is_hashed;

/// A static file as found, before anything of it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetFile {
    /// Path below the asset directory, `/`-separated, without a leading slash.
    pub path: String,
    /// Where it is on this machine.
    pub file: PathBuf,
}

/// One entry of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// BLAKE3 over base64(content) followed by the extension without its dot, first 32 hex characters:
    /// what the platform's asset upload expects.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// The `Content-Type` that the platform will serve it with, where one is known.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none", default)]
    pub content_type: Option<String>,
}

/// Manifest path (with a leading slash, not percent-encoded) to entry.
pub type AssetManifest = BTreeMap<String, Asset>;

/// `_headers` or `_redirects`, read whole: the platform gets their text, not a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// The file's name.
    pub name: String,
    /// Its bytes, as they are.
    pub content: Vec<u8>,
}

impl RuleFile {
    /// The text; what is no UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.content)
    }
}

/// Hashes every file into the manifest. A file over the platform's size is a diagnostic.
///
/// # Errors
///
/// A file that cannot be read, vanished since it was found, or changes while it is being read.
pub fn fingerprint(files: &[AssetFile], diagnostics: &mut Diagnostics) -> Result<AssetManifest, Error> {
    // Collected by position before the first failure is chosen: the same one on every run.
    let hashed: Vec<Result<Hashed, Error>> = files.par_iter().map(fingerprint_one).collect();
    let mut manifest = AssetManifest::new();
    for (file, hashed) in files.iter().zip(hashed) {
        match hashed? {
            Hashed::Asset(asset) => _ = manifest.insert(format!("/{}", file.path), asset),
            Hashed::TooLarge(size) => diagnostics.extend(too_large(&file.path, size)),
        }
    }
    Ok(manifest)
}

/// Reads the rule files. One over the platform's size for a file is a diagnostic and left out.
///
/// # Errors
///
/// A file that cannot be read.
pub fn read_rules(files: &[AssetFile], diagnostics: &mut Diagnostics) -> Result<Vec<RuleFile>, Error> {
    let mut rules = Vec::new();
    for file in files {
        let opened = File::open(&file.file).map_err(|error| Error::io("open", &file.file, error))?;
        let mut content = Vec::new();
        opened
            .take(ASSET_SIZE.paid + 1)
            .read_to_end(&mut content)
            .map_err(|error| Error::io("read", &file.file, error))?;
        if content.len() as u64 > ASSET_SIZE.paid {
            diagnostics.extend(too_large(&file.path, content.len() as u64));
        } else {
            rules.push(RuleFile { name: file.path.clone(), content });
        }
    }
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rules)
}

enum Hashed {
    Asset(Asset),
    TooLarge(u64),
}

fn fingerprint_one(file: &AssetFile) -> Result<Hashed, Error> {
    let mut opened = File::open(&file.file).map_err(|error| Error::io("open", &file.file, error))?;
    let read = |error| Error::io("read", &file.file, error);
    let before = opened.metadata().map_err(read)?;
    if before.len() > ASSET_SIZE.paid {
        return Ok(Hashed::TooLarge(before.len()));
    }
    // One byte more than promised is enough to know that the file grew; without this bound a file that never
    // ends would be read for ever.
    let mut bounded = opened.by_ref().take(before.len() + 1);
    let (hash, size) =
        hash::asset_hash(&mut bounded, hash::extension(&file.path), |_| Ok(())).map_err(read)?;
    let after = opened.metadata().map_err(read)?;
    if size != before.len() || !same(&before, &after) {
        return Err(read(io::Error::other("the file changed while it was being read")));
    }
    Ok(Hashed::Asset(Asset { hash, size, content_type: content_type(&file.path) }))
}

fn same(before: &Metadata, after: &Metadata) -> bool {
    // File systems without modification times have nothing to compare; emit hashes again while it copies.
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}

fn too_large(path: &str, size: u64) -> Option<Diagnostic> {
    let excess = ASSET_SIZE.judge(size, None)?;
    let help = "serve it from a bucket (R2), make it smaller, or list it in `.assetsignore`";
    Some(excess.diagnostic(Code::AssetLimit, &format!("the file has {size} bytes")).file(path).help(help))
}
