//! One file per deployer: what each of them reads beside `deployment.json`.

pub mod wrangler;
