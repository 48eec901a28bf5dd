//! What led an import to its file, in words.

use std::path::Path;

use crate::graph::{ModuleId, Target};
use crate::project;
use crate::resolve::{Resolution, Step};

use super::Asked;

impl Asked<'_> {
    /// The steps of an import, in order.
    pub(super) fn steps(&self, by: ModuleId, at: usize) -> Vec<String> {
        let module = self.graph.module(by);
        let import = &module.object.imports[at];
        let Some(importer) = self.file(by).filter(|_| import.pieces.is_empty()) else { return Vec::new() };
        let resolver = &self.code.resolver;
        let trace = resolver.trace(&importer, &import.specifier, import.kind);
        let mut steps: Vec<String> = trace.steps.iter().map(|step| self.step(step)).collect();
        if trace.steps.iter().any(|step| matches!(step, Step::Table(_, _, offered) if !offered.is_empty())) {
            steps.push(format!("conditions that hold: {}", trace.conditions.join(", ")));
        }
        let target = match &module.targets[at] {
            Target::Module(target) => self.file(*target),
            Target::External(_) | Target::Missing => None,
        };
        if let (Some(Resolution::File(found)), Some(target)) =
            (resolver.resolve(&importer, &import.specifier, import.kind), target)
            && found.path != target
            && found.main.as_ref() == Some(&target)
        {
            steps.push("`main` of the package, for some module requires it".to_owned());
        }
        steps
    }

    fn step(&self, step: &Step) -> String {
        let manifest = |home: &Path| project::display(self.root, &home.join("package.json"));
        match step {
            Step::Alias(to) => format!("`alias` in the configuration: `{to}`"),
            Step::Paths(file, pattern) => {
                format!("`paths` in {}: `{pattern}`", project::display(self.root, file))
            }
            Step::BaseUrl(file) => format!("`baseUrl` in {}", project::display(self.root, file)),
            Step::Table(home, way, offered) if offered.is_empty() => format!("`{way}` in {}", manifest(home)),
            Step::Table(home, way, offered) => {
                format!("`{way}` in {}, among {}", manifest(home), offered.join(", "))
            }
            Step::Browser(home, key, Some(to)) => {
                format!("`browser` in {}: `{to}` for `{key}`", manifest(home))
            }
            Step::Browser(home, key, None) => format!("`browser` in {}: nothing for `{key}`", manifest(home)),
            Step::Main(home, field) => format!("`{field}` in {}", manifest(home)),
            Step::Extension(extension) => format!("extension `{extension}`"),
            Step::Rewritten(extension) => format!("`{extension}` for the extension that is written"),
            Step::Index(name) => format!("`{name}` of the directory"),
            Step::Suffix(suffix) => format!("without `{suffix}`"),
        }
    }
}
