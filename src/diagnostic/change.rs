//! A change of the configuration file, as data: what a diagnostic can be settled by, and what a user asks for.

use serde_json::Value as Json;

/// A change of a configuration file. An environment must be one that the file has; `None` is the top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A binding that is not declared yet.
    Declare {
        /// Where.
        environment: Option<String>,
        /// The configuration key: `kv_namespaces`.
        kind: &'static str,
        /// The name on `env`.
        name: String,
        /// Further fields, each with its way: `bucket_name`, `simple.limit`.
        fields: Vec<(String, Json)>,
    },
    /// The identity of a resource that is declared without one.
    Identify {
        /// Where.
        environment: Option<String>,
        /// The configuration key: `kv_namespaces`.
        kind: &'static str,
        /// The name on `env`.
        name: String,
        /// The id or name of the resource.
        resource: String,
    },
    /// A variable in `vars`.
    Variable {
        /// Where.
        environment: Option<String>,
        /// The name on `env`.
        name: String,
        /// Its value.
        value: Json,
    },
    /// A name in `secrets.required`.
    Require {
        /// Where.
        environment: Option<String>,
        /// The name on `env`.
        name: String,
    },
    /// Storage for a class of Durable Objects: a migration, or an entry of `exports` where the file has such.
    Create {
        /// Where; an environment without migrations of its own has those of the top level.
        environment: Option<String>,
        /// The class.
        class: String,
    },
}

impl Change {
    /// Where it is made.
    pub fn environment(&self) -> Option<&str> {
        let (Self::Declare { environment, .. }
        | Self::Identify { environment, .. }
        | Self::Variable { environment, .. }
        | Self::Require { environment, .. }
        | Self::Create { environment, .. }) = self;
        environment.as_deref()
    }
}
