//! All integration tests, one binary: the real `pagesbuild`, on the projects under `fixtures/`.

mod asset;
mod bundle;
mod cli;
mod config;
mod deployment;
mod fixture;
mod npm;
mod project;
mod reproducible;
mod router;
mod snapshots;
mod tidy;
mod worker;
