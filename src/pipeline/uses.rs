//! What the code uses of `env`: for the deployment, for checks, and for those who ask.

use std::collections::{BTreeMap, BTreeSet};

use crate::binding::{self, Input, Role, UserId, Uses};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::nodejs::Nodejs;
use crate::project::{self, Options, Project};
use crate::route::{Handler, Route, RouteTable};

use super::bundle::{Code, Linked};
use super::sources::{Sources, without_links};
use super::worker::{self, Given, Worker};
use super::{Front, front};

/// Whom the platform calls, by files as the graph calls them.
pub(super) struct Callers {
    functions: Vec<(String, Vec<String>)>,
    classes: Vec<(String, String)>,
    main: Option<String>,
    process_env: bool,
    /// The files of functions, by what routes call them.
    files: BTreeMap<String, String>,
}

impl Callers {
    pub(super) fn of(worker: &Worker<'_>, sources: &Sources) -> Self {
        let project = worker.project;
        let shown = |file: &std::path::Path| project::display(&project.root, file);
        let files: BTreeMap<String, String> =
            sources.files.iter().map(|(path, file)| (path.clone(), shown(file))).collect();
        let mut functions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let routes = worker.routes.0.iter();
        for handler in routes.flat_map(|route| route.handler.iter().chain(&route.middleware)) {
            if let Some(file) = files.get(&handler.file) {
                functions.entry(file.clone()).or_default().insert(handler.export.clone());
            }
        }
        let classes = sources.classes.iter().map(|class| (shown(&class.file), class.export.clone()));
        let nodejs = Nodejs::new(&project.compatibility_date, &project.compatibility_flags);
        Self {
            functions: functions
                .into_iter()
                .map(|(file, exports)| (file, exports.into_iter().collect()))
                .collect(),
            classes: classes.collect(),
            main: worker.main.map(|main| shown(&without_links(main))),
            process_env: nodejs.fills_process_env(),
            files,
        }
    }

    /// Follows `env` from everyone who gets it.
    pub(super) fn uses(&self, linked: &Linked, code: &Code) -> Uses {
        binding::uses(&Input {
            graph: &linked.graph,
            compiler: &code.compiler(),
            live: linked.bundle.link_map.modules.iter().map(|module| module.live).collect(),
            functions: self.functions.clone(),
            classes: self.classes.clone(),
            main: self.main.clone(),
            main_exports: linked.bundle.exports.clone(),
            process_env: self.process_env,
        })
    }

    /// For each route, its middleware, and the users that answer it or stand before it; sorted.
    pub(super) fn by_route<'r>(
        &self,
        uses: &Uses,
        routes: &'r RouteTable,
    ) -> Vec<(Vec<&'r Handler>, Vec<UserId>)> {
        let functions = uses.users.iter().zip(0..).filter(|(user, _)| user.role == Role::Function);
        let known: BTreeMap<(&str, &str), UserId> =
            functions.map(|(user, at)| ((user.file.as_str(), user.export.as_str()), UserId(at))).collect();
        let user = |handler: &Handler| {
            let file = self.files.get(&handler.file)?;
            known.get(&(file.as_str(), handler.export.as_str())).copied()
        };
        let of_route = |route: &'r Route| {
            let chain = routes.middleware_chain(route);
            let users: BTreeSet<UserId> =
                chain.iter().copied().chain(&route.handler).filter_map(user).collect();
            (chain, users.into_iter().collect())
        };
        routes.0.iter().map(of_route).collect()
    }
}

/// The names that each user uses; sorted.
pub(super) fn by_user(uses: &Uses) -> Vec<BTreeSet<&str>> {
    let mut names = vec![BTreeSet::new(); uses.users.len()];
    for one in &uses.uses {
        match one.everybody {
            true => names.iter_mut().for_each(|names| _ = names.insert(one.name.as_str())),
            false => one.users.iter().for_each(|user| _ = names[user.0 as usize].insert(one.name.as_str())),
        }
    }
    names
}

/// What a project's code uses, and what its configuration declares.
#[derive(Clone, Debug)]
pub struct Used {
    /// The project.
    pub project: Project,
    /// The names of the secrets that have to be set.
    pub secrets: Vec<String>,
    /// What the code uses.
    pub uses: Uses,
    /// Each user's routes, as pattern and method, in the order of the users.
    pub routes: Vec<Vec<(String, Option<String>)>>,
}

/// What the code of a project uses of `env`. `None` where errors stopped it.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn uses(options: &Options) -> Result<(Option<Used>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some(front) = front(options, None, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let Followed { project, routes: table, callers, uses } = follow(front, &mut diagnostics);
    let used = (!diagnostics.has_errors()).then(|| {
        let mut routes = vec![Vec::new(); uses.users.len()];
        for (route, (_, users)) in table.0.iter().zip(callers.by_route(&uses, &table)) {
            for user in users {
                routes[user.0 as usize].push((route.pattern.to_string(), route.method.clone()));
            }
        }
        let secrets = project.here().map_or(&[][..], |here| here.secrets()).iter();
        let secrets = secrets.filter_map(|secret| secret.as_str().map(str::to_owned)).collect();
        Used { project, secrets, uses, routes }
    });
    Ok((used, diagnostics.into_sorted()))
}

/// A project whose code was linked for its uses alone.
pub(super) struct Followed {
    project: Project,
    pub(super) routes: RouteTable,
    pub(super) callers: Callers,
    pub(super) uses: Uses,
}

/// Links what the route table leads to, for its uses alone.
pub(super) fn follow(front: Front, diagnostics: &mut Diagnostics) -> Followed {
    let Front { project, code, tree, sources, routes, .. } = front;
    let given = Given::of(&project, &tree, diagnostics);
    let worker = given.worker(&project, &tree, &routes);
    let callers = Callers::of(&worker, &sources);
    let linked = worker::link(&worker, &code, sources, diagnostics);
    let uses = linked.map_or_else(Uses::default, |linked| callers.uses(&linked, &code));
    code.save();
    Followed { project, routes, callers, uses }
}
