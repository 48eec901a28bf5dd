//! Which configuration file a project has: wrangler's names, in wrangler's order, searched for upward.
//!
//! Each name is looked for in the directory and all of its ancestors before the next one is tried, so a
//! `wrangler.json` far above wins over a `wrangler.toml` close by, as it does for wrangler. What is found that
//! way is said aloud. Where `.wrangler/deploy/config.json` leads elsewhere is the business of `redirect`.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};

const NAMES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// What the search came to.
pub(crate) struct Found {
    /// The file, where there is one.
    pub(crate) path: Option<PathBuf>,
    /// A sentence for the user when the file does not lie where the search began.
    pub(crate) assumption: Option<String>,
}

/// Searches from a directory (absolute, without `..`) upward.
pub(crate) fn find(directory: &Path, diagnostics: &mut Diagnostics) -> Found {
    let upward =
        |name: &&str| directory.ancestors().map(|ancestor| ancestor.join(name)).find(|file| file.is_file());
    let Some(path) = NAMES.iter().find_map(upward) else {
        return Found { path: None, assumption: None };
    };
    let up = directory.ancestors().position(|ancestor| path.parent() == Some(ancestor)).unwrap_or(0);
    let shown = format!("{}{}", "../".repeat(up), name(&path));
    let others: Vec<(usize, String)> = directory
        .ancestors()
        .take(up + 1)
        .enumerate()
        .flat_map(|(up, ancestor)| {
            let others =
                NAMES.iter().map(move |name| (ancestor.join(name), format!("{}{name}", "../".repeat(up))));
            others.filter(|(file, _)| *file != path && file.is_file()).map(move |(_, shown)| (up, shown))
        })
        .collect();
    if !others.is_empty() {
        let list = others.iter().map(|(_, other)| format!("`{other}`")).collect::<Vec<_>>().join(", ");
        let message = format!("`{shown}` is used, although there is also {list}");
        // That a file further away wins is wrangler's way, and hardly ever what was meant.
        let nearer = others.iter().any(|(at, _)| *at < up);
        let new = if nearer { Diagnostic::warning } else { Diagnostic::note };
        diagnostics.push(
            new(Code::SeveralConfigs, message)
                .file(shown.clone())
                .help("delete the files that are not meant, or choose one with `--config`"),
        );
    }
    let assumption = (up > 0)
        .then(|| format!("The search upward led to `{shown}`, so its directory was taken for the project."));
    Found { path: Some(path), assumption }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
