//! The names in a description, for who needs nothing else of it: that of a large site takes long to be read whole.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The paths of all files that a description names, sorted, and nothing else of it. `None` where it is of a version that
/// cannot be asked.
pub(super) fn paths(text: &[u8]) -> Option<Vec<String>> {
    type Keys = BTreeMap<String, IgnoredAny>;
    #[derive(Deserialize)]
    struct File {
        path: String,
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
    struct Description {
        code: Option<Code>,
        assets: Option<Assets>,
        #[serde(default)]
        carried: Keys,
        targets: BTreeMap<String, File>,
    }
    let Description { code, assets, carried, targets } = serde_json::from_slice(text).ok()?;
    let code = code.into_iter().flat_map(|code| code.modules.into_iter().chain(code.source_map));
    let assets = assets.into_iter().flat_map(|assets| {
        let rules = assets.rules.into_keys().map(|name| format!("assets/{name}"));
        assets.files.into_keys().map(|path| format!("assets{path}")).chain(rules)
    });
    let carried = carried.into_keys().map(|path| format!("assets{path}"));
    let files = code.chain(targets.into_values()).map(|file| file.path);
    let mut paths: Vec<String> = files.chain(assets).chain(carried).collect();
    paths.sort_unstable();
    Some(paths)
}
