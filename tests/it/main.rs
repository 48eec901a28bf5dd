//! All integration tests, in one binary.

mod config;
mod npm {
    pub fn modules() -> std::path::PathBuf {
        "/tmp/npm/node_modules".into()
    }
}
