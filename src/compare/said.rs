//! Which changes of settings say nothing that is not said of a binding or of something unversioned too.

use serde_json::Value as Json;

use super::path::join;
use super::{Change, Difference, Kind, Unversioned};
use crate::deployment::document::Binding;

impl Difference {
    /// Whether a change of a setting only repeats what another list says.
    pub fn is_said_elsewhere(&self, setting: &Change<Json>) -> bool {
        self.bindings.iter().any(|binding| says(binding, setting)) || self.unversioned.says(setting)
    }
}

/// Whether a change of a binding says all that a change of a setting does: that it comes or goes, or what it points to.
fn says(change: &Change<Binding>, setting: &Change<Json>) -> bool {
    let Some(kind) = change.after.as_ref().or(change.before.as_ref()).map(|binding| binding.kind.as_str())
    else {
        return false;
    };
    // A list of variables does not have their values.
    if kind == "vars" {
        return false;
    }
    let end = format!(".{}", join(&[&change.name]));
    let is_entry = |path: &str| {
        path.ends_with(&end) && path.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.'))
    };
    if change.change != Kind::Changed {
        // Some kinds have one binding only, which is no entry of a list.
        return is_entry(&setting.name) || setting.name == join(&[kind, "binding"]);
    }
    let resource = |binding: &Option<Binding>| binding.as_ref()?.resource.clone().map(Json::from);
    setting.name.rsplit_once('.').is_some_and(|(path, _)| is_entry(path))
        && (&setting.before, &setting.after) == (&resource(&change.before), &resource(&change.after))
}

impl Unversioned {
    fn says(&self, setting: &Change<Json>) -> bool {
        let Self { secrets, migrations, crons, queue_consumers, routes, domains } = self;
        let entry = |key: &[&str], changes: &[Change<String>]| {
            setting.change != Kind::Changed
                && changes.iter().any(|change| join(&[key, &[&change.name]].concat()) == setting.name)
        };
        match setting.name.as_str() {
            "secrets.required" => !secrets.is_empty(),
            "triggers.crons" => !crons.is_empty(),
            "routes" | "route" => !routes.is_empty() || !domains.is_empty(),
            _ => {
                entry(&["migrations"], migrations)
                    || entry(&["queues", "consumers"], queue_consumers)
                    || entry(&["routes"], routes)
                    || entry(&["routes"], domains)
            }
        }
    }
}
