//! Two descriptions in, what is not safe about going from the one to the other out.
//!
//! What the platform and wrangler do is written down in `docs/versions.md`, with where it is known from.

use serde::{Serialize, Serializer};

use super::{Change, Difference, Unversioned};
use crate::deployment::{BuildFacts, Deployment, Document};

mod lifecycle;
mod names;
mod resources;
mod triggers;

/// How safe it is to go from one deployment to another, the safest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Deploying does all of it.
    #[default]
    Safe,
    /// Deploying does not bring it back.
    NotRestored,
    /// Somebody has to do something.
    Person,
    /// The platform refuses it, or something is lost.
    Blocked,
}

impl Class {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::NotRestored => "not-restored",
            Self::Person => "person",
            Self::Blocked => "blocked",
        }
    }
}

/// Whether the deployment to get to is older than the one to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It is newer.
    Forward,
    /// It is older, or nobody knows.
    #[default]
    Back,
}

impl Direction {
    /// The direction from one deployment to another, by when they were built.
    pub fn between(before: &Deployment, after: &Deployment) -> Self {
        let time = |deployment: &Deployment| {
            deployment.facts.as_deref().and_then(BuildFacts::parse).map(|facts| facts.time)
        };
        match (time(before), time(after)) {
            (Some(before), Some(after)) if before < after => Self::Forward,
            _ => Self::Back,
        }
    }

    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Back,
            Self::Back => Self::Forward,
        }
    }
}

/// Something that is not safe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// How grave it is.
    pub class: Class,
    /// What kind of thing it is.
    pub reason: Reason,
    /// What it is about: bindings, classes, secrets, tags ...
    pub names: Vec<String>,
    /// What happens, as a sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $text:literal $class:ident,)+) => {
        /// Why something is not safe.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $name,)+ }

        impl Reason {
            /// All of them, the gravest first.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// How grave it is.
            pub fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),+ }
            }
        }
    };
}

reasons! {
    /// A migration was applied that the target does not know.
    MigrationMissing "migration-missing" Blocked,
    /// Migrations were applied in another order.
    MigrationOrder "migration-order" Blocked,
    /// The lives of Durable Object classes are declared in a way that the platform does not go to from where it is.
    Lifecycle "lifecycle" Blocked,
    /// The data of a class would be kept in another way.
    StorageChanged "storage-changed" Blocked,
    /// A class that objects or workflows are of is not exported any more.
    ClassGone "class-gone" Blocked,
    /// A resource may have been deleted since.
    ResourceUndeclared "resource-undeclared" Blocked,
    /// The objects of a class are deleted.
    ClassDeleted "class-deleted" Person,
    /// A new, empty resource is created in place of the one that was.
    ResourceCreated "resource-created" Person,
    /// A secret has to be set.
    SecretMissing "secret-missing" Person,
    /// A secret takes the name of a variable.
    VariableToSecret "variable-to-secret" Person,
    /// A variable takes the name of a secret.
    SecretToVariable "secret-to-variable" Person,
    /// Code uses a name that nothing declares.
    NameUndeclared "name-undeclared" Person,
    /// It is deployed as another worker.
    AnotherWorker "another-worker" Person,
    /// Data stays as it is.
    Data "data" NotRestored,
    /// When the worker runs by itself.
    Crons "crons" NotRestored,
    /// Which queues the worker is given messages of.
    QueueConsumers "queue-consumers" NotRestored,
    /// Which addresses lead to the worker.
    Routes "routes" NotRestored,
    /// Which domains lead to the worker.
    Domains "domains" NotRestored,
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Risk {
    fn new(reason: Reason, names: Vec<String>, message: String, help: String) -> Self {
        Self { class: reason.class(), reason, names, message, help }
    }
}

/// All that is not safe about going from one deployment to another, the gravest first.
pub(super) fn risks(before: &Document, after: &Document, direction: Direction) -> Vec<Risk> {
    // What the other worker runs is not known here, so that nothing more can be said.
    if let Some(risk) = another_worker(before, after) {
        return vec![risk];
    }
    let mut risks = lifecycle::risks(before, after);
    risks.extend(resources::risks(before, after, direction));
    risks.extend(names::risks(before, after));
    risks.extend(triggers::risks(before, after));
    risks.sort_by_key(|risk| risk.reason);
    risks
}

fn another_worker(before: &Document, after: &Document) -> Option<Risk> {
    let (one, other) = (&before.project.name, &after.project.name);
    let names = vec![one.clone(), other.clone()];
    let message = format!("they are two workers: `{other}` gets a version, and `{one}` stays as it is");
    let help = format!("how safe it is tells a comparison with what `{other}` runs");
    (one != other).then(|| Risk::new(Reason::AnotherWorker, names, message, help))
}

pub(super) fn gravest(risks: &[Risk]) -> Class {
    risks.iter().map(|risk| risk.class).max().unwrap_or_default()
}

/// Gives every change the class of the risk that is about it.
pub(super) fn mark(difference: &mut Difference) {
    let Unversioned { secrets, migrations, crons, queue_consumers, routes, domains } =
        &mut difference.unversioned;
    for Risk { class, reason, names, .. } in &difference.risks {
        let class = *class;
        match reason {
            Reason::MigrationMissing | Reason::MigrationOrder => marked(migrations, names, class),
            Reason::Lifecycle | Reason::StorageChanged | Reason::ClassDeleted => {
                let entry = |name: &String| format!("exports.{}", super::path::join(&[name]));
                let below = |path: &str| {
                    names.iter().map(entry).any(|entry| {
                        path.strip_prefix(&entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    })
                };
                difference.settings.iter_mut().filter(|change| below(&change.name)).for_each(|change| {
                    change.class = change.class.max(class);
                });
                marked(&mut difference.exports, names, class);
            }
            Reason::ClassGone => marked(&mut difference.exports, names, class),
            Reason::ResourceUndeclared | Reason::ResourceCreated => {
                marked(&mut difference.bindings, names, class);
            }
            Reason::SecretMissing => marked(secrets, names, class),
            Reason::VariableToSecret | Reason::SecretToVariable => {
                marked(secrets, names, class);
                marked(&mut difference.bindings, names, class);
            }
            Reason::NameUndeclared => marked(&mut difference.uses, names, class),
            Reason::AnotherWorker => marked(&mut difference.other, &["project.name".to_owned()], class),
            // Data is no change.
            Reason::Data => {}
            Reason::Crons => marked(crons, names, class),
            Reason::QueueConsumers => marked(queue_consumers, names, class),
            Reason::Routes => marked(routes, names, class),
            Reason::Domains => marked(domains, names, class),
        }
    }
}

fn marked<T>(changes: &mut [Change<T>], names: &[String], class: Class) {
    for change in changes.iter_mut().filter(|change| names.contains(&change.name)) {
        change.class = change.class.max(class);
    }
}

/// Names as a part of a sentence: `` `a`, `b` ``.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}
