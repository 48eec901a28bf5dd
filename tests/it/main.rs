//! All integration tests, one binary: the real `pagesbuild`, on the projects under `fixtures/`.

mod cli;
mod fixture;
mod npm;
mod snapshots;
mod tidy;
mod worker;
