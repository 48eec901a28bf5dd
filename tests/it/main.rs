//! All integration tests, one binary: the real `pagesbuild`, on the projects under `fixtures/`.

#![allow(clippy::unwrap_used, reason = "what fails in a helper fails the test that calls it")]

mod analyze;
mod asset;
mod bind;
mod bindings;
mod bundle;
mod cache;
mod check;
mod cli;
mod compile;
mod config;
mod deployment;
mod environments;
mod fix;
mod fixture;
mod frameworks;
mod fuzz;
mod kinds;
mod levels;
mod link;
mod maps;
mod metafile;
mod modules;
mod nodejs;
mod npm;
mod packages;
mod plugin;
mod project;
mod promote;
mod provenance;
mod reproducible;
mod resolve;
mod router;
mod sarif;
mod site;
mod skew;
mod snapshots;
mod swc_bundler;
mod tidy;
mod types;
mod why;
mod worker;
