//! The stages in their order. The only caller of them all.

mod bundle;

pub use bundle::{BundleRequest, bundle};
