//! What the platform takes at most. A number that depends on the plan is a warning at the smaller plan's value.
//!
//! Source: <https://developers.cloudflare.com/workers/platform/limits/>, "Number of Static Asset files per Worker
//! version" and "Individual Static Asset file size", as of autumn 2026.

/// Bytes of one asset, on every plan.
pub const MAX_ASSET_SIZE: u64 = 25 * 1024 * 1024;

/// Assets of one deployment on the free plan.
pub const MAX_ASSETS_FREE: usize = 20_000;

/// Assets of one deployment on any plan.
pub const MAX_ASSETS: usize = 100_000;
