//! The deployment: one version of code, assets and bindings, named by the hash of its content.
