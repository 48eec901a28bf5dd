//! What the code uses of `env`: for the deployment, for checks, and for those who ask.

use std::collections::{BTreeMap, BTreeSet};

use crate::binding::{self, Input, Role, User, UserId, Uses};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::nodejs::Nodejs;
use crate::project::{self, Options, Project};
use crate::route::{Handler, RouteTable};

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

    /// The names that what answers a route uses, and what stands before it; sorted.
    pub(super) fn names<'a>(
        &self,
        uses: &'a Uses,
        handlers: impl Iterator<Item = &'a Handler>,
    ) -> Vec<String> {
        let user = |handler: &Handler| {
            let file = self.files.get(&handler.file)?;
            let user = User { file: file.clone(), export: handler.export.clone(), role: Role::Function };
            let at = uses.users.iter().position(|known| *known == user)?;
            Some(UserId(u32::try_from(at).unwrap_or(u32::MAX)))
        };
        let users: BTreeSet<UserId> = handlers.filter_map(user).collect();
        let is_theirs = |one: &&binding::Use| {
            one.everybody && !users.is_empty() || one.users.iter().any(|user| users.contains(user))
        };
        let names: BTreeSet<&str> = uses.uses.iter().filter(is_theirs).map(|one| one.name.as_str()).collect();
        names.into_iter().map(str::to_owned).collect()
    }
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
    let (front, callers, uses) = follow(front, &mut diagnostics);
    let used = (!diagnostics.has_errors()).then(|| {
        let routes = uses.users.iter().map(|user| routes_of(&callers, &front.1, user)).collect();
        let secrets = front.0.here().map_or(&[][..], |here| here.secrets()).iter();
        let secrets = secrets.filter_map(|secret| secret.as_str().map(str::to_owned)).collect();
        Used { project: front.0, secrets, uses, routes }
    });
    Ok((used, diagnostics.into_sorted()))
}

/// Links what the route table leads to, for its uses alone.
pub(super) fn follow(front: Front, diagnostics: &mut Diagnostics) -> ((Project, RouteTable), Callers, Uses) {
    let Front { project, code, tree, sources, routes, .. } = front;
    let given = Given::of(&project, &tree, diagnostics);
    let worker = given.worker(&project, &tree, &routes);
    let callers = Callers::of(&worker, &sources);
    let linked = worker::link(&worker, &code, sources, diagnostics);
    let uses = linked.map_or_else(Uses::default, |linked| callers.uses(&linked, &code));
    code.save();
    ((project, routes), callers, uses)
}

/// The routes that a user answers, or stands before.
fn routes_of(callers: &Callers, routes: &RouteTable, user: &User) -> Vec<(String, Option<String>)> {
    let is_it = |handler: &Handler| {
        user.role == Role::Function
            && handler.export == user.export
            && callers.files.get(&handler.file) == Some(&user.file)
    };
    let theirs = routes.0.iter().filter(|route| {
        route.handler.as_ref().is_some_and(is_it) || routes.middleware_chain(route).into_iter().any(is_it)
    });
    theirs.map(|route| (route.pattern.to_string(), route.method.clone())).collect()
}
