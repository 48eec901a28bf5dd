//! All integration tests, one binary: the real `pagesbuild`, on the projects under `fixtures/`.

mod asset;
mod cli;
mod deployment;
mod fixture;
mod project;
mod snapshots;
mod tidy;
