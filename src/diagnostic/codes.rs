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

    /// A source file does not parse.
    Syntax => "syntax",
    /// A source file cannot be read or is not UTF-8.
    UnreadableFile => "unreadable-file",
    /// Syntax that parses but is not compiled yet.
    UnsupportedSyntax => "unsupported-syntax",
    /// A module of a kind that cannot be imported yet.
    UnsupportedModule => "unsupported-module",
    /// An `import()` of a module of the project.
    UnsupportedImport => "unsupported-import",
    /// An import that leads nowhere.
    UnresolvedImport => "unresolved-import",
    /// The modules cannot be made one.
    LinkFailed => "link-failed",
}
