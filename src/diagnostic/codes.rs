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
}
