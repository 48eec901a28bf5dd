//! pagesbuild compiles a whole web project, static assets, functions and resource bindings under one
//! configuration file, into one versioned deployment directory.
//!
//! The modules in the order of the chain; each stage is a function from the values of earlier ones to one new
//! value, and [`pipeline`] is the only caller of them all. `docs/architecture.md` tells more.

pub mod analyze;
pub mod asset;
pub mod binding;
pub mod cache;
pub mod check;
pub mod compare;
pub mod compile;
pub mod config;
pub mod declarations;
pub mod deployment;
pub mod diagnostic;
pub mod discover;
pub mod error;
pub mod graph;
pub mod hash;
pub mod limit;
pub mod link;
pub mod nodejs;
pub mod pipeline;
pub mod progress;
pub mod project;
pub mod provenance;
pub mod resolve;
pub mod route;
pub mod router;
pub mod site;
pub mod store;
pub mod target;
