//! Two deployments in, what differs between them out, and how safe it is to go from the one to the other.
//!
//! Every field of a description is looked at: those that have no list of their own are compared by key path. Nothing is
//! read, and nothing that looks like a secret comes out.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::asset::Asset;
use crate::deployment::document::{self, Binding, Carried, FileEntry, Module, Package, Route, Rule};
use crate::deployment::{BuildFacts, Deployment, Document, Git, SourceFile};

mod change;
mod packages;
mod path;
mod safety;
mod said;

use change::{changes, names, with_moves};
use path::by_path;

pub use change::{Change, Kind};
pub use path::HIDDEN;
pub use safety::{Class, Direction, Reason, Risk};

/// What differs between two deployments. The lists are sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// The deployment to start from.
    pub before: Version,
    /// The deployment to get to.
    pub after: Version,
    /// Whether they are the same deployment.
    pub same: bool,
    /// Which parts are the same to the last byte.
    pub equal: Equal,
    /// Whether the second is older than the first.
    pub direction: Direction,
    /// The gravest class of all changes.
    pub class: Class,
    /// The same for the way back.
    pub back: Class,
    /// What is not safe, the gravest first.
    pub risks: Vec<Risk>,
    /// Static files.
    pub assets: Vec<Change<Asset>>,
    /// `_headers` and `_redirects`.
    pub rules: Vec<Change<Rule>>,
    /// Files of earlier versions that are published along.
    pub carried: Vec<Change<Carried>>,
    /// Modules of the worker.
    pub modules: Vec<Change<Module>>,
    /// Files that the worker was made from, `None` where a side does not tell: they stand in `build.json`.
    pub sources: Option<Vec<Change<SourceFile>>>,
    /// npm packages in the worker. Another version is one change where each side has one.
    pub packages: Vec<Change<Package>>,
    /// The source map of the main module.
    pub source_map: Vec<Change<FileEntry>>,
    /// What the main module exports.
    pub exports: Vec<Change<String>>,
    /// Rows of the route table, by pattern and method.
    pub routes: Vec<Change<Route>>,
    /// Names on `env`.
    pub bindings: Vec<Change<Binding>>,
    /// By whom each name of `env` is used.
    pub uses: Vec<Change<Vec<String>>>,
    /// Settings by key path.
    pub settings: Vec<Change<Json>>,
    /// What a rollback cannot bring back.
    pub unversioned: Unversioned,
    /// Everything else, by key path: the worker's name, the runtime, how static files are served.
    pub other: Vec<Change<Json>>,
    /// Whether all that differs is the order of something.
    pub reordered: bool,
}

/// One side of a difference.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Version {
    /// The id.
    pub id: String,
    /// The worker's name.
    pub project: String,
    /// The environment, `None` for the top level.
    pub environment: Option<String>,
    /// When it was built, where it has a `build.json`.
    pub time: Option<String>,
    /// The version of pagesbuild that built it.
    pub tool: Option<String>,
    /// Where the project stood in its history.
    pub git: Option<Git>,
    /// Bytes of the worker's modules.
    pub code_size: u64,
    /// Bytes of the static files.
    pub asset_size: u64,
}

/// Which parts of two deployments are the same, by their digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Equal {
    /// Code, routes, runtime and uses.
    pub code: bool,
    /// Static files.
    pub assets: bool,
    /// Bindings and settings.
    pub bindings: bool,
}

/// What differs of that which a rollback cannot bring back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Unversioned {
    /// Names of secrets that must be set.
    pub secrets: Vec<Change<String>>,
    /// Tags of Durable Object migrations.
    pub migrations: Vec<Change<String>>,
    /// Cron expressions.
    pub crons: Vec<Change<String>>,
    /// Queues that the worker consumes.
    pub queue_consumers: Vec<Change<String>>,
    /// Route patterns that lead to the worker.
    pub routes: Vec<Change<String>>,
    /// Custom domains that lead to the worker.
    pub domains: Vec<Change<String>>,
}

/// Compares two deployments.
pub fn compare(before: &Deployment, after: &Deployment, direction: Direction) -> Difference {
    let (one, other) = (&before.document, &after.document);
    let mut difference = Difference {
        before: version(before),
        after: version(after),
        same: one.id == other.id,
        equal: Equal {
            code: one.digests.code == other.digests.code,
            assets: one.digests.assets == other.digests.assets,
            bindings: one.digests.bindings == other.digests.bindings,
        },
        direction,
        assets: with_moves(changes(assets(one), assets(other)), |asset| (asset.hash.clone(), asset.size)),
        rules: changes(rules(one), rules(other)),
        carried: changes(carried(one), carried(other)),
        modules: with_moves(changes(modules(one), modules(other)), |module| {
            (module.file.hash.clone(), module.file.size, module.kind as u8)
        }),
        sources: sources(before).zip(sources(after)).map(|(one, other)| changes(one, other)),
        packages: packages::changed(one, other),
        source_map: changes(source_map(one), source_map(other)),
        exports: names(&exports(one), &exports(other)),
        routes: changes(routes(one), routes(other)),
        bindings: changes(bindings(one), bindings(other)),
        uses: changes(uses(one), uses(other)),
        settings: by_path(&json!(one.settings), &json!(other.settings)),
        unversioned: unversioned(&one.unversioned, &other.unversioned),
        other: by_path(&rest(one), &rest(other)),
        ..Difference::default()
    };
    difference.reordered = difference.count() == 0 && whole(one) != whole(other);
    if !difference.is_empty() {
        difference.risks = safety::risks(one, other, direction);
        difference.class = safety::gravest(&difference.risks);
        difference.back = safety::gravest(&safety::risks(other, one, direction.reversed()));
        safety::mark(&mut difference);
    }
    difference
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        !self.reordered && self.count() == 0
    }

    /// How many changes there are.
    pub fn count(&self) -> usize {
        self.classes().len()
    }

    /// The class of every change.
    pub fn classes(&self) -> Vec<Class> {
        fn of<T>(changes: &[Change<T>]) -> impl Iterator<Item = Class> + '_ {
            changes.iter().map(|change| change.class)
        }
        let Unversioned { secrets, migrations, crons, queue_consumers, routes, domains } = &self.unversioned;
        let names = [&self.exports, secrets, migrations, crons, queue_consumers, routes, domains];
        let code =
            of(&self.modules).chain(of(&self.source_map)).chain(of(&self.routes)).chain(of(&self.uses));
        let code = code.chain(of(&self.packages));
        let files = of(&self.assets).chain(of(&self.rules)).chain(of(&self.carried));
        let values = of(&self.bindings).chain(of(&self.settings)).chain(of(&self.other));
        code.chain(files).chain(values).chain(names.into_iter().flat_map(|names| of(names))).collect()
    }
}

fn version(deployment: &Deployment) -> Version {
    let Document { id, project, code, assets, .. } = &deployment.document;
    let facts = facts(deployment);
    Version {
        id: id.clone(),
        project: project.name.clone(),
        environment: project.environment.clone(),
        time: facts.as_ref().map(|facts| facts.time.clone()),
        tool: facts.as_ref().map(|facts| facts.tool.clone()),
        git: facts.and_then(|facts| facts.inputs.git),
        code_size: code.as_ref().map_or(0, |code| code.size),
        asset_size: assets.iter().flat_map(|assets| assets.files.values()).map(|asset| asset.size).sum(),
    }
}

fn facts(deployment: &Deployment) -> Option<BuildFacts> {
    deployment.facts.as_deref().and_then(BuildFacts::parse)
}

/// The sources of a worker, as far as its `build.json` tells.
fn sources(deployment: &Deployment) -> Option<Vec<(String, SourceFile)>> {
    match &deployment.document.code {
        None => Some(Vec::new()),
        Some(_) => {
            let sources = facts(deployment)?.inputs.sources;
            (!sources.is_empty()).then(|| sources.into_iter().collect())
        }
    }
}

fn bindings(document: &Document) -> Vec<(String, Binding)> {
    document.bindings.iter().map(|binding| (binding.name.clone(), binding.clone())).collect()
}

fn routes(document: &Document) -> Vec<(String, Route)> {
    let name = |route: &Route| match &route.method {
        Some(method) => format!("{} {method}", route.pattern),
        None => route.pattern.clone(),
    };
    document.routes.iter().map(|route| (name(route), route.clone())).collect()
}

fn uses(document: &Document) -> Vec<(String, Vec<String>)> {
    document.uses.clone().into_iter().collect()
}

fn assets(document: &Document) -> Vec<(String, Asset)> {
    document.assets.iter().flat_map(|assets| (*assets.files).clone()).collect()
}

fn rules(document: &Document) -> Vec<(String, Rule)> {
    document.assets.iter().flat_map(|assets| assets.rules.clone()).collect()
}

fn carried(document: &Document) -> Vec<(String, Carried)> {
    document.carried.clone().into_iter().collect()
}

fn modules(document: &Document) -> Vec<(String, Module)> {
    let modules = document.code.iter().flat_map(|code| &code.modules);
    modules.map(|module| (module.file.path.clone(), module.clone())).collect()
}

fn source_map(document: &Document) -> Vec<(String, FileEntry)> {
    let map = document.code.iter().filter_map(|code| code.source_map.clone());
    map.map(|map| (map.path.clone(), map)).collect()
}

fn exports(document: &Document) -> Vec<String> {
    document.code.iter().flat_map(|code| code.exports.clone()).collect()
}

fn unversioned(before: &document::Unversioned, after: &document::Unversioned) -> Unversioned {
    Unversioned {
        secrets: names(&before.secrets, &after.secrets),
        migrations: names(&before.migrations, &after.migrations),
        crons: names(&before.crons, &after.crons),
        queue_consumers: names(&before.queue_consumers, &after.queue_consumers),
        routes: names(&before.routes, &after.routes),
        domains: names(&before.domains, &after.domains),
    }
}

/// A description without what has a list of its own, and without what is computed from the rest.
fn rest(document: &Document) -> Json {
    let mut json = whole(document);
    let own: [(&str, &[&str]); 8] = [
        ("code", &["modules", "packages", "exports", "source_map"]),
        ("assets", &["files", "rules"]),
        ("carried", &[]),
        ("routes", &[]),
        ("bindings", &[]),
        ("uses", &[]),
        ("settings", &[]),
        ("unversioned", &[]),
    ];
    for (field, inner) in own {
        match json.get_mut(field).and_then(Json::as_object_mut).filter(|_| !inner.is_empty()) {
            Some(fields) => fields.retain(|key, _| !inner.contains(&key.as_str())),
            None => _ = json.as_object_mut().and_then(|fields| fields.remove(field)),
        }
    }
    json
}

/// A description as JSON, without what is computed from the rest.
fn whole(document: &Document) -> Json {
    let mut json = json!(document);
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|key, _| !matches!(key.as_str(), "format" | "id" | "digests"));
    }
    json
}
