//! Static files: found, checked and hashed into the manifest that the platform's upload speaks.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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

/// Manifest path (with a leading slash) to entry.
pub type AssetManifest = BTreeMap<String, Asset>;
