//! Static files: found, checked and hashed into the manifest that the platform's upload speaks.
//!
//! In go the files that discovery found, out comes the manifest. Files are read in parallel and one piece at a
//! time; the manifest does not depend on which thread came first, nor on what earlier builds knew.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::limit::ASSET_SIZE;
use crate::progress::Progress;

mod content_type;
mod hash_cache;
mod hashed;
mod near;
mod read;
mod sealed;
mod stamp;
mod trust;

pub use content_type::{content_type, known_extensions};
pub use hash_cache::HashCache;
pub use hashed::is_hashed;
pub(crate) use near::{Look, Near};
pub(crate) use read::open_regular;
pub(crate) use sealed::Sealed;
pub use stamp::Stamp;
pub(crate) use trust::is_trusted;

use hash_cache::{Hashed, Hashes};
use read::Content;

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
    pub content_type: Option<Cow<'static, str>>,
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

/// What became of static files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// Those that can be published.
    pub manifest: AssetManifest,
    /// For each file, in the order given, what the file system said of it when it was hashed just now; `None` where a later edit
    /// might not show in that.
    pub proofs: Vec<Option<Stamp>>,
}

/// Most files that a thread takes at once: when files end, no thread has many left that others could take.
const AT_ONCE: usize = 32;

/// Hashes every file into the manifest, those that the cache does not know by reading them. A file over the platform's size is
/// a diagnostic, and one that may not be read.
///
/// # Errors
///
/// A file that cannot be read, vanished since it was found, or goes on changing while it is being read.
pub fn fingerprint(
    files: &[AssetFile],
    cache: HashCache,
    progress: &Progress,
    diagnostics: &mut Diagnostics,
) -> Result<Fingerprints, Error> {
    let hashes = cache.hashes();
    let fingerprint = |near: &mut Near, (at, file): (usize, &AssetFile)| {
        let outcome = fingerprint_one(at, file, &hashes, near);
        progress.add(outcome.as_ref().map_or(0, Fingerprint::size));
        outcome
    };
    // Collected by position before the first failure is chosen: the same one on every run.
    let outcomes: Vec<Result<Fingerprint, Error>> =
        files.par_iter().enumerate().with_max_len(AT_ONCE).map_init(Near::default, fingerprint).collect();
    let mut manifest = Vec::with_capacity(files.len());
    let mut known = Vec::with_capacity(files.len());
    let mut proofs = vec![None; files.len()];
    for ((file, proof), outcome) in files.iter().zip(&mut proofs).zip(outcomes) {
        match outcome {
            Ok(Fingerprint::Asset { entry, hash, stamp, is_known }) => {
                *proof = Some(stamp).filter(|stamp| !is_known && cache.is_settled(stamp));
                manifest.push(entry);
                known.push(Hashed { path: &file.path, hash, stamp, is_known });
            }
            Ok(Fingerprint::TooLarge(size)) => diagnostics.extend(too_large(&file.path, size)),
            Err(error) if error.is_denied() => diagnostics.push(unreadable(&file.path)),
            Err(error) => return Err(error),
        }
    }
    // What is kept takes as long to write as the manifest to put in order.
    let ((), manifest) = rayon::join(|| cache.keep(&known), || manifest.into_iter().collect());
    Ok(Fingerprints { manifest, proofs })
}

/// Reads the rule files. One over the platform's size for a file is a diagnostic and left out.
///
/// # Errors
///
/// A file that cannot be read.
pub fn read_rules(files: &[AssetFile], diagnostics: &mut Diagnostics) -> Result<Vec<RuleFile>, Error> {
    let mut rules = Vec::new();
    for file in files {
        let content = match read_rule(file) {
            Ok(content) => content,
            Err(error) if error.is_denied() => {
                diagnostics.push(unreadable(&file.path));
                continue;
            }
            Err(error) => return Err(error),
        };
        match too_large(&file.path, content.len() as u64) {
            Some(problem) => diagnostics.push(problem),
            None => rules.push(RuleFile { name: file.path.clone(), content }),
        }
    }
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rules)
}

fn read_rule(file: &AssetFile) -> Result<Vec<u8>, Error> {
    let read = || {
        let mut content = Vec::new();
        read::open_regular(&file.file)?.take(ASSET_SIZE.paid + 1).read_to_end(&mut content)?;
        Ok(content)
    };
    read().map_err(|error| Error::io("read", &file.file, error))
}

enum Fingerprint {
    Asset { entry: (String, Asset), hash: u128, stamp: Stamp, is_known: bool },
    TooLarge(u64),
}

impl Fingerprint {
    fn size(&self) -> u64 {
        match self {
            Self::Asset { stamp, .. } => stamp.size,
            Self::TooLarge(size) => *size,
        }
    }
}

fn fingerprint_one(
    at: usize,
    file: &AssetFile,
    hashes: &Hashes<'_>,
    near: &mut Near,
) -> Result<Fingerprint, Error> {
    let (hash, stamp, is_known) = match hashes.find(at, file, near) {
        Some((hash, stamp)) => (hash, stamp, true),
        None => match read::read(file)? {
            Content::Hashed(hash, stamp) => (hash, stamp, false),
            Content::TooLarge(size) => return Ok(Fingerprint::TooLarge(size)),
        },
    };
    let text = format!("{hash:032x}");
    let asset =
        Asset { hash: text, size: stamp.size, content_type: content_type(&file.path).map(Cow::Borrowed) };
    Ok(Fingerprint::Asset { entry: (format!("/{}", file.path), asset), hash, stamp, is_known })
}

fn unreadable(path: &str) -> Diagnostic {
    Diagnostic::error(Code::UnreadableFile, "permission to read the file is denied")
        .file(path)
        .help("let the user that builds read it, or list it in `.assetsignore`")
}

fn too_large(path: &str, size: u64) -> Option<Diagnostic> {
    let excess = ASSET_SIZE.judge(size, None)?;
    let help = "serve it from a bucket (R2), make it smaller, or list it in `.assetsignore`";
    Some(excess.diagnostic(Code::AssetLimit, &format!("the file has {size} bytes")).file(path).help(help))
}
