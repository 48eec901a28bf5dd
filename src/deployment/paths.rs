//! The names in a description, for who needs nothing else of it: that of a large site takes long to be read whole.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The keys of an object, in the order of the text.
#[derive(Default)]
struct Keys(Vec<String>);

#[derive(Deserialize)]
struct Description {
    code: Option<Code>,
    assets: Option<Assets>,
    #[serde(default)]
    carried: Keys,
    targets: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct Code {
    modules: Vec<File>,
    source_map: Option<File>,
}

#[derive(Deserialize)]
struct Assets {
    files: Keys,
    rules: Keys,
}

#[derive(Deserialize)]
struct File {
    path: String,
}

/// The paths of all files that a description names, sorted. `None` where it is of a version that cannot be asked.
pub(super) fn paths(text: &[u8]) -> Option<Vec<String>> {
    let Description { code, assets, carried, targets } = serde_json::from_slice(text).ok()?;
    let code = code.into_iter().flat_map(|code| code.modules.into_iter().chain(code.source_map));
    let assets = assets.into_iter().flat_map(|assets| {
        let rules = assets.rules.0.into_iter().map(|name| format!("assets/{name}"));
        assets.files.0.into_iter().map(|path| format!("assets{path}")).chain(rules)
    });
    let carried = carried.0.into_iter().map(|path| format!("assets{path}"));
    let files = code.chain(targets.into_values()).map(|file| file.path);
    let mut paths: Vec<String> = files.chain(assets).chain(carried).collect();
    paths.sort();
    Some(paths)
}

/// The paths of the static files that a description names, those that it carries along among them, as it has them, sorted.
///
/// # Errors
///
/// It is none, or of a version that cannot be asked.
pub fn published(text: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    let Description { assets, carried, .. } = serde_json::from_slice(text)?;
    let files = assets.map(|assets| assets.files).unwrap_or_default();
    let mut paths = [files.0, carried.0].concat();
    paths.sort();
    Ok(paths)
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Keys;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = object.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}
