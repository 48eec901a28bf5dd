//! The stable names of all diagnostics. Each is documented in `docs/diagnostics.md` and has a broken project
//! of its own name under `fixtures/broken/`; tests hold both to be true.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// The stable name of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as printed and documented.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

codes! {
    /// The configuration file is not valid TOML or JSON.
    ConfigSyntax => "config-syntax",
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
    /// Routing rules would let a request around a middleware.
    MiddlewareBypassed => "middleware-bypassed",
    /// Routing rules would let requests around a handler.
    HandlerBypassed => "handler-bypassed",
    /// The routes need more rules than the platform takes.
    TooManyRoutingRules => "too-many-routing-rules",
}
