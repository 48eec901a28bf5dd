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

    /// The asset directory holds a `_worker.js`, which is not supported as a worker of its own.
    AdvancedMode => "advanced-mode",
    /// A file in the asset directory is not meant for the public and was left out.
    AssetLeftOut => "asset-left-out",
    /// A file or the number of files is beyond what the platform takes.
    AssetLimit => "asset-limit",
    /// A line of `.assetsignore` is not a valid pattern.
    AssetsignorePattern => "assetsignore-pattern",
    /// A directory that the project names does not exist.
    MissingDirectory => "missing-directory",
    /// A symbolic link leads out of the project.
    SymlinkOutside => "symlink-outside",
    /// A directory entry that cannot be part of a deployment.
    UnusableFile => "unusable-file",
}
