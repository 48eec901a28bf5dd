//! The stable names of all diagnostics. Each is documented in `docs/diagnostics.md` and has a broken project
//! of its own name under `fixtures/broken/`; tests hold both to be true. Those that come of holding code against
//! configuration say what they weigh in a build and in a check.

use super::level::Weight;

macro_rules! codes {
    ($(#[doc = $doc:literal] $variant:ident => $name:literal $(($build:ident, $check:ident))?,)+) => {
        /// The stable name of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $doc] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as printed and documented.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is about, in one sentence.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }.trim()
            }

            /// What it weighs by itself, where it comes of holding code against configuration. Others weigh what the
            /// stage says that finds them.
            pub fn weight(self) -> Option<Weight> {
                match self { $(Self::$variant => codes!(@ $($build $check)?)),+ }
            }
        }
    };
    (@) => { None };
    (@ $build:ident $check:ident) => {
        Some(Weight { build: super::Severity::$build, check: super::Severity::$check })
    };
}

codes! {
    /// The configuration file is not valid TOML or JSON.
    ConfigSyntax => "config-syntax",
    /// A source file does not parse.
    Syntax => "syntax",
    /// A source file cannot be read or is not UTF-8.
    UnreadableFile => "unreadable-file",
    /// An import of a file that is no code and that no rule makes a module.
    UnsupportedModule => "unsupported-module",
    /// An import that leads nowhere.
    UnresolvedImport => "unresolved-import",
    /// Globals that the runtime has only a part of.
    PartialGlobal => "partial-global",
    /// An import of a name that the module does not export.
    MissingExport => "missing-export",
    /// An import of a name that two modules export through one.
    AmbiguousExport => "ambiguous-export",
    /// Two modules that keep their names, and have the same.
    DuplicateModule => "duplicate-module",
    /// A module of text that is not UTF-8.
    NotText => "not-text",
    /// An imported name is assigned to.
    AssignToImport => "assign-to-import",
    /// A change that a configuration file cannot take as it is written.
    EditRefused => "edit-refused",
    /// A binding that is named and that the file does not declare.
    UnknownBinding => "unknown-binding",
    /// Several configuration files could be meant.
    SeveralConfigs => "several-configs",
    /// A configuration that a build tool has made, or its note of it, that cannot be used.
    RedirectedConfig => "redirected-config",
    /// A key stands twice in one JSON object.
    DuplicateKey => "duplicate-key",
    /// A level of a diagnostic that does not exist.
    InvalidLevel => "invalid-level",
    /// A setting that is not known.
    UnknownKey => "unknown-key",
    /// A known setting in a place where it has no effect.
    MisplacedKey => "misplaced-key",
    /// A value of the wrong type.
    WrongType => "wrong-type",
    /// A table without a field that it needs.
    MissingField => "missing-field",
    /// A value of the right type that cannot be meant.
    InvalidValue => "invalid-value",
    /// A rule for modules keeps others from being asked.
    ShadowedRule => "shadowed-rule",
    /// A worker name that the platform refuses.
    InvalidName => "invalid-name",
    /// A compatibility date that is not a date.
    InvalidCompatibilityDate => "invalid-compatibility-date",
    /// A binding name that code cannot write as `env.NAME`.
    InvalidBindingName => "invalid-binding-name",
    /// Two bindings of one name.
    DuplicateBinding => "duplicate-binding",
    /// A routing rule in `run_worker_first` that the platform refuses.
    InvalidRoutingRule => "invalid-routing-rule",
    /// The environment asked for does not exist.
    UnknownEnvironment => "unknown-environment",
    /// An environment that a Pages project cannot have.
    PagesEnvironment => "pages-environment",
    /// The top level has bindings that the chosen environment lacks.
    NotInherited => "not-inherited",
    /// A setting that would change the result and is not acted on.
    UnsupportedSetting => "unsupported-setting",
    /// A setting of a kind of worker that is no longer built.
    LegacySetting => "legacy-setting",
    /// Two settings that say different things.
    ConflictingSettings => "conflicting-settings",
    /// A container image that the deployment does not carry.
    ContainerDockerfile => "container-dockerfile",
    /// A file or directory that is named and does not exist.
    MissingPath => "missing-path",
    /// Nothing that could be deployed was found.
    NothingToBuild => "nothing-to-build",
    /// The asset directory holds a `_worker.js` that cannot be the worker, or that functions stand beside.
    AdvancedMode => "advanced-mode",
    /// A file in the asset directory is not meant for the public and was left out.
    AssetLeftOut => "asset-left-out",
    /// A file or the number of files is beyond what the platform takes.
    AssetLimit => "asset-limit",
    /// Names of static files that a plain link does not lead to.
    HardToLink => "hard-to-link",
    /// A page whose path is another file's.
    ClaimedPath => "claimed-path",
    /// A worker that is larger than the platform takes.
    WorkerLimit => "worker-limit" (Error, Error),
    /// More or larger variables than the platform takes.
    VariableLimit => "variable-limit" (Error, Error),
    /// A schedule or a consumer of a queue asks for more than the platform gives.
    TriggerLimit => "trigger-limit" (Error, Error),
    /// A line of `.assetsignore` is not a valid pattern.
    AssetsignorePattern => "assetsignore-pattern",
    /// A key or a password among the static files.
    SecretInAssets => "secret-in-assets",
    /// A line of `_headers` that the platform ignores.
    InvalidHeadersRule => "invalid-headers-rule",
    /// A line of `_redirects` that the platform ignores.
    InvalidRedirectsRule => "invalid-redirects-rule",
    /// A rule of `_headers` or `_redirects` that never counts.
    UnreachableRule => "unreachable-rule",
    /// A rule of `_headers` for what functions answer.
    HeadersOnFunctions => "headers-on-functions",
    /// Static files that a rule of `_redirects` takes the place of.
    ShadowedAssets => "shadowed-assets",
    /// Rules of `_redirects` that send browsers in a circle.
    RedirectLoop => "redirect-loop",
    /// A rule of `_redirects` that leads to a path where nothing is.
    RedirectToNothing => "redirect-to-nothing",
    /// A symbolic link leads out of the project.
    SymlinkOutside => "symlink-outside",
    /// A directory entry that cannot be part of a deployment.
    UnusableFile => "unusable-file",
    /// A file's name below the functions directory is not a pattern.
    InvalidRouteName => "invalid-route-name",
    /// Two files answer the same requests.
    DuplicateRoute => "duplicate-route",
    /// A file below the functions directory exports no handler.
    NoHandlers => "no-handlers",
    /// An export looks like a handler and is none.
    UnknownHandler => "unknown-handler",
    /// `_routes.json` is not what the platform accepts.
    InvalidRoutesJson => "invalid-routes-json",
    /// `_routes.json` and the configuration both say what runs first.
    RoutesJsonIgnored => "routes-json-ignored",
    /// Two files under `durable_objects/` export classes of one name.
    DuplicateClass => "duplicate-class",
    /// A resource that the code uses and the configuration does not declare.
    UndeclaredBinding => "undeclared-binding" (Warning, Error),
    /// Plain values that the code reads and the configuration does not have.
    UndeclaredValue => "undeclared-value" (Note, Note),
    /// Plain values that the code reads and that are not among the secrets that have to be set.
    UnlistedSecret => "unlisted-secret" (Warning, Warning),
    /// A binding that nothing uses.
    UnusedBinding => "unused-binding" (Warning, Warning),
    /// A binding of another kind than the code takes it for.
    KindMismatch => "kind-mismatch" (Warning, Error),
    /// An environment lacks what others have.
    UnevenEnvironments => "uneven-environments" (Note, Warning),
    /// A class that the configuration names and the worker does not export.
    MissingClass => "missing-class" (Error, Error),
    /// A Durable Object class that is bound and that no migration makes.
    UnmigratedClass => "unmigrated-class" (Warning, Warning),
    /// A service binding of a worker to an entrypoint of its own that it does not export.
    MissingEntrypoint => "missing-entrypoint" (Warning, Error),
    /// Production and another environment have one resource that keeps a state.
    SharedResource => "shared-resource" (Warning, Warning),
    /// A variable that looks like a secret.
    SecretInVars => "secret-in-vars" (Warning, Warning),
    /// A functions directory without any handler.
    ForeignFunctions => "foreign-functions",
    /// Routing rules would let a request around a middleware.
    MiddlewareBypassed => "middleware-bypassed",
    /// Routing rules would let requests around a handler.
    HandlerBypassed => "handler-bypassed",
    /// The routes need more rules than the platform takes.
    TooManyRoutingRules => "too-many-routing-rules",
}
