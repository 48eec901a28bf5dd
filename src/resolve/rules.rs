//! Which names are tried: extensions, fields of manifests, conditions.

use super::exports::Conditions;

/// What decides how names become files.
pub(super) struct Rules {
    /// The conditions of `import`.
    pub(super) import: Conditions,
    /// The conditions of `require`.
    pub(super) require: Conditions,
    /// The fields of a manifest that can name its package's file.
    pub(super) main_fields: &'static [&'static str],
    /// Whether tables in `browser` are followed.
    pub(super) browser: bool,
    pub(super) extensions: &'static [&'static str],
    /// The same in packages, which may have their sources beside what was made of them.
    pub(super) installed_extensions: &'static [&'static str],
    /// Whether `.js` may stand for `.ts`, and `tsconfig.json` counts.
    pub(super) typescript: bool,
}

/// What a build is for, as esbuild has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// Browsers, and wrangler's choice for workers.
    #[default]
    Browser,
    /// Node.js.
    Node,
    /// None of them.
    Neutral,
}

impl Rules {
    /// wrangler's, with these conditions besides those of the platform.
    pub(super) fn of_platform(platform: Platform, conditions: &[String]) -> Self {
        let own = match platform {
            Platform::Browser => Some("browser"),
            Platform::Node => Some("node"),
            Platform::Neutral => None,
        };
        let told = conditions.iter().map(String::as_str);
        let with = |kind: &str| {
            let mut all: Vec<String> = Vec::new();
            for condition in told.clone().chain(own).chain([kind]) {
                if !all.iter().any(|known| known == condition) {
                    all.push(condition.to_owned());
                }
            }
            Conditions(all)
        };
        Self {
            import: with("import"),
            require: with("require"),
            main_fields: match platform {
                Platform::Browser => &["browser", "module", "main"],
                Platform::Node => &["main", "module"],
                Platform::Neutral => &[],
            },
            browser: platform == Platform::Browser,
            extensions: &[".tsx", ".ts", ".jsx", ".js", ".css", ".json"],
            installed_extensions: &[".jsx", ".js", ".tsx", ".ts", ".css", ".json"],
            typescript: true,
        }
    }

    /// Those of `require.resolve` in Node.js, by which wrangler looks for what an alias names.
    pub(super) fn of_node() -> Self {
        let conditions =
            Conditions(["node", "require", "module-sync", "node-addons"].map(str::to_owned).to_vec());
        Self {
            import: conditions.clone(),
            require: conditions,
            main_fields: &["main"],
            browser: false,
            extensions: &[".js", ".json", ".node"],
            installed_extensions: &[".js", ".json", ".node"],
            typescript: false,
        }
    }
}

/// A name without its extension, where that stands for TypeScript's, and those.
pub(super) fn rewritten(name: &str) -> Option<(&str, &'static [&'static str])> {
    let table: [(&str, &'static [&'static str]); 4] =
        [(".js", &[".ts", ".tsx"]), (".jsx", &[".ts", ".tsx"]), (".mjs", &[".mts"]), (".cjs", &[".cts"])];
    table.into_iter().find_map(|(old, new)| Some((name.strip_suffix(old)?, new)))
}
