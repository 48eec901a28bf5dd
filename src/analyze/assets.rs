//! The static files and their sizes, plain and as they are sent.

use std::borrow::Cow;
use std::fs::File;

use rayon::prelude::*;
use serde::Serialize;

use super::{Sizes, gzip};
use crate::asset::{Asset, AssetFile, AssetManifest};
use crate::error::Error;

/// The static files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assets {
    /// Of all files.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// By path.
    pub files: Vec<AssetParts>,
}

/// A static file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssetParts {
    /// Below the directory of static files.
    pub path: String,
    /// Of the file; after gzip it is no smaller where its type is compressed already.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Its `Content-Type`, where one is known.
    #[serde(rename = "type")]
    pub content_type: Option<Cow<'static, str>>,
}

/// Measures the static files.
///
/// # Errors
///
/// A file that cannot be read.
pub fn assets(files: &[AssetFile], manifest: &AssetManifest) -> Result<Assets, Error> {
    let measured = files.par_iter().filter_map(|file| {
        let asset = manifest.get(&format!("/{}", file.path))?;
        Some(measure(file, asset))
    });
    // Collected by position before the first failure is chosen: the same one on every run.
    let measured: Vec<Result<AssetParts, Error>> = measured.collect();
    let files = measured.into_iter().collect::<Result<Vec<AssetParts>, Error>>()?;
    let sizes = files.iter().fold(Sizes::default(), |sum, file| sum + file.sizes);
    Ok(Assets { sizes, files })
}

fn measure(file: &AssetFile, asset: &Asset) -> Result<AssetParts, Error> {
    let gzip = match asset.content_type.as_deref().is_some_and(is_compressible) {
        true => {
            let mut opened = File::open(&file.file).map_err(|error| Error::io("open", &file.file, error))?;
            gzip::gzipped_stream(&mut opened).map_err(|error| Error::io("read", &file.file, error))?
        }
        false => asset.size,
    };
    Ok(AssetParts {
        path: file.path.clone(),
        sizes: Sizes { size: asset.size, gzip: gzip.min(asset.size) },
        content_type: asset.content_type.clone(),
    })
}

/// Whether the platform compresses answers of a type.
///
/// Source: <https://developers.cloudflare.com/speed/optimization/content/compression/>, of which these are the types that
/// static files can have.
fn is_compressible(content_type: &str) -> bool {
    const TYPES: &[&str] = &[
        "application/geo+json",
        "application/javascript",
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/rss+xml",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/xhtml+xml",
        "application/xml",
        "font/otf",
        "font/ttf",
        "image/svg+xml",
        "image/vnd.microsoft.icon",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/richtext",
        "text/xml",
    ];
    TYPES.contains(&content_type.split(';').next().unwrap_or(""))
}
