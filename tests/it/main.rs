//! All integration tests, one binary: the real `pagesbuild`, on the projects under `fixtures/`.

mod bundle;
mod cli;
mod fixture;
mod reproducible;
mod snapshots;
mod tidy;
