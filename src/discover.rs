//! What files the project consists of. Looks at names and kinds only; reads no content.

use crate::asset::AssetFile;

/// The project's files, each list sorted by path.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    /// Below `functions/`: files that may hold handlers, relative to that directory, `/`-separated.
    pub functions: Vec<String>,
    /// Below `durable_objects/`, likewise.
    pub durable_objects: Vec<String>,
    /// The static files to publish.
    pub assets: Vec<AssetFile>,
    /// `_headers` and `_redirects` of the asset directory: rules for the platform, not published themselves.
    pub asset_rules: Vec<AssetFile>,
    /// `_routes.json` of the asset directory.
    pub routes_json: Option<AssetFile>,
    /// `_worker.js` of the asset directory, file or directory.
    pub advanced_worker: Option<AssetFile>,
}
