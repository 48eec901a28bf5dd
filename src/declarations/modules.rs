//! What imports of files that are no code give, by the rules of the project.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::text::string;
use crate::project::ModuleType;

/// Prints a declaration for each pattern of specifiers.
pub(super) fn print(input: &Input<'_>, out: &mut String) {
    let mut modules: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for project in input.environments {
        let mut first: BTreeMap<String, &str> = BTreeMap::new();
        for (kind, glob) in project.bundling.rules.globs() {
            let value = match kind {
                ModuleType::CompiledWasm => "WebAssembly.Module",
                ModuleType::Data => "ArrayBuffer",
                ModuleType::Text => "string",
                ModuleType::EsModule | ModuleType::CommonJs => continue,
            };
            first.entry(pattern(glob)).or_insert(value);
        }
        for (pattern, value) in first {
            modules.entry(pattern).or_default().insert(value);
        }
    }
    for (pattern, values) in modules {
        let values: Vec<&str> = values.into_iter().collect();
        out.push_str(&format!(
            "declare module {} {{\n\tconst value: {};\n\texport default value;\n}}\n",
            string(&pattern),
            values.join(" | ")
        ));
    }
}

/// The pattern of TypeScript for a glob. It has one star at most, and that stands for slashes too.
fn pattern(glob: &str) -> String {
    let pattern = glob.replace("**/*", "*").replace("**/", "*/").replace("/**", "/*");
    match (pattern.find('*'), pattern.rfind('*')) {
        (Some(first), Some(last)) if first != last => format!("*{}", pattern.get(last + 1..).unwrap_or("")),
        _ => pattern,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn globs_become_patterns() {
        for (glob, expected) in [
            ("**/*.txt", "*.txt"),
            ("**/*.wasm?module", "*.wasm?module"),
            ("notes.dat", "notes.dat"),
            ("docs/*.md", "docs/*.md"),
            ("docs/**/*.md", "docs/*.md"),
            ("*/x/*.md", "*.md"),
            ("**", "*"),
        ] {
            assert_eq!(super::pattern(glob), expected, "{glob}");
        }
    }
}
