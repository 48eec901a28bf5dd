//! What a worker has of Node.js, by its compatibility date and flags: which modules the runtime has, what stands in for
//! those that it lacks, and for globals that differ from Node's.
//!
//! The rules are wrangler's. The stand-ins are files of `unenv` and `@cloudflare/unenv-preset`, named here and found by
//! the resolver.

#[rustfmt::skip]
mod table;

/// The date from which workers have Node's modules without asking.
const DEFAULT_SINCE: &str = "2026-08-04";
/// The date from which `nodejs_compat` means all of Node.js rather than what `node:` names.
const FULL_SINCE: &str = "2024-09-23";
/// The date from which variables are on `process.env` too.
const PROCESS_ENV_SINCE: &str = "2025-04-01";

/// How much of Node.js there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Off,
    /// `node:async_hooks`.
    AsyncHooks,
    /// What the runtime has, by names that start with `node:`.
    Prefixed,
    /// Everything, by either name, with stand-ins for what the runtime lacks.
    Full,
}

/// What of Node.js one worker has.
#[derive(Clone, Debug)]
pub struct Nodejs {
    mode: Mode,
    /// Whether dates bring modules: `nodejs_compat_v2` alone does not do that.
    dated: bool,
    date: String,
    flags: Vec<String>,
}

/// What a specifier of Node.js means to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// A module of the runtime, which knows it by `node:` and this name.
    Native(&'static str),
    /// A module that another one stands in for.
    StandIn(&'static Module),
}

/// A module that the runtime has from some date on.
#[derive(Debug, PartialEq, Eq)]
pub struct Module {
    /// Without `node:`, unless it can only be named with it.
    name: &'static str,
    /// What stands in for it.
    pub stand_in: &'static str,
    /// What it hangs on whether the runtime has it.
    pub needs: &'static [Switch],
}

/// A package that another one stands in for.
#[derive(Debug)]
struct Shim {
    name: &'static str,
    stand_in: &'static str,
}

/// Names of the global scope that the runtime has only in part.
#[derive(Debug, PartialEq, Eq)]
pub struct Global {
    /// The names.
    pub names: &'static [&'static str],
    /// Whether the name is to be given the default export of the module, which otherwise sees to it itself.
    assigned: bool,
    /// The module that replaces them.
    pub stand_in: &'static str,
    /// What it hangs on whether the runtime has it.
    pub needs: &'static [Switch],
}

/// A behaviour of the runtime that comes with a date or a flag.
#[derive(Debug, PartialEq, Eq)]
pub struct Switch {
    on: &'static str,
    off: &'static str,
    since: &'static str,
}

/// Whether a specifier names a module of Node.js, be it there or not.
pub fn is_named(specifier: &str) -> bool {
    specifier.starts_with("node:")
        || table::NATIVE.contains(&specifier)
        || table::MODULES.iter().any(|module| module.name == specifier)
}

impl Nodejs {
    /// By a compatibility date (`YYYY-MM-DD`) and flags.
    pub fn new(date: &str, flags: &[String]) -> Self {
        let has = |flag: &str| flags.iter().any(|given| given == flag);
        let by_default = date >= DEFAULT_SINCE;
        let some = has("nodejs_compat") || (by_default && !has("no_nodejs_compat"));
        let all = has("nodejs_compat_v2")
            || (!has("no_nodejs_compat_v2") && (by_default || (some && date >= FULL_SINCE)));
        let mode = match (all, some, has("nodejs_als")) {
            (true, ..) => Mode::Full,
            (_, true, _) => Mode::Prefixed,
            (.., true) => Mode::AsyncHooks,
            _ => Mode::Off,
        };
        Self { mode, dated: some, date: date.to_owned(), flags: flags.to_vec() }
    }

    /// How much of Node.js there is.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether `process.env` has the worker's variables and secrets.
    pub fn fills_process_env(&self) -> bool {
        let fills = || {
            self.date.as_str() >= PROCESS_ENV_SINCE && !self.has("nodejs_compat_do_not_populate_process_env")
        };
        self.dated && (self.has("nodejs_compat_populate_process_env") || fills())
    }

    /// What a specifier means where all of Node.js is there. `None` when it is none of Node's.
    pub fn builtin(&self, specifier: &str) -> Option<Builtin> {
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        if let Some(native) = table::NATIVE.iter().find(|native| **native == name) {
            return Some(Builtin::Native(native));
        }
        let module = table::MODULES.iter().find(|module| module.name == name || module.name == specifier)?;
        let native = module.name.strip_prefix("node:").unwrap_or(module.name);
        Some(if self.are_on(module.needs) { Builtin::Native(native) } else { Builtin::StandIn(module) })
    }

    /// What stands in for a package that was written for Node.js.
    pub fn shim(&self, specifier: &str) -> Option<&'static str> {
        table::SHIMS.iter().find(|shim| shim.name == specifier).map(|shim| shim.stand_in)
    }

    /// The globals that the runtime has only in part, in the order in which they are to be replaced.
    pub fn globals(&self) -> impl Iterator<Item = &'static Global> {
        let is_full = self.mode == Mode::Full;
        table::GLOBALS.iter().filter(move |global| is_full && !self.are_on(global.needs))
    }

    /// The text of a module that gives what `require` gives of a module that another one stands in for: the default
    /// export, and of a package the other exports too.
    pub fn required(&self, specifier: &str) -> String {
        if self.shim(specifier).is_none() {
            return format!("export {{ default as \"module.exports\" }} from \"{specifier}\";\n");
        }
        format!(
            "import * as module from \"{specifier}\";\n\
             const exports = \"default\" in module ? module.default : {{}};\n\
             for (const [key, value] of Object.entries(module)) {{\n  \
             if (key !== \"default\") Object.defineProperty(exports, key, {{ value, enumerable: true }});\n}}\n\
             export {{ exports as \"module.exports\" }};\n"
        )
    }

    /// What the user can do to have all of Node.js.
    pub fn advice(&self) -> String {
        let by_default = self.date.as_str() >= DEFAULT_SINCE;
        let mut steps = Vec::new();
        if self.has("no_nodejs_compat_v2") {
            steps.push("delete `no_nodejs_compat_v2` from `compatibility_flags`".to_owned());
        }
        if !by_default && !self.has("nodejs_compat") {
            steps.push("add `nodejs_compat` to `compatibility_flags`".to_owned());
        }
        if !by_default && self.date.as_str() < FULL_SINCE {
            steps.push(later(FULL_SINCE));
        }
        steps.join(" and ")
    }

    /// What the user can do so that nothing has to stand in for a part of Node.js.
    pub fn native<'s>(&self, needs: impl Iterator<Item = &'s Switch> + Clone) -> String {
        let off = needs.clone().map(|switch| switch.off).filter(|flag| self.has(flag));
        let mut steps: Vec<String> =
            off.map(|flag| format!("delete `{flag}` from `compatibility_flags`")).collect();
        let since = needs.map(|switch| switch.since).max().unwrap_or_default();
        if !self.dated {
            steps.push(match self.has("no_nodejs_compat") {
                true => "delete `no_nodejs_compat` from `compatibility_flags`".to_owned(),
                false => "write `nodejs_compat` in place of `nodejs_compat_v2`".to_owned(),
            });
        }
        if self.date.as_str() < since {
            steps.push(later(since));
        }
        steps.join(" and ")
    }

    fn are_on(&self, switches: &[Switch]) -> bool {
        let is_on = |switch: &Switch| {
            let counts = self.dated || !switch.on.starts_with("enable_nodejs_");
            (self.has(switch.on) || (counts && self.date.as_str() >= switch.since)) && !self.has(switch.off)
        };
        switches.iter().all(is_on)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }
}

impl Global {
    /// The text of a module that replaces the names when it is evaluated.
    pub fn text(&self) -> String {
        let Self { names, assigned, stand_in, .. } = self;
        let assign = |name: &&str| format!("globalThis.{name} = value;\n");
        match assigned {
            true => {
                format!("import value from \"{stand_in}\";\n{}", names.iter().map(assign).collect::<String>())
            }
            false => format!("import \"{stand_in}\";\n"),
        }
    }
}

fn later(date: &str) -> String {
    format!("set `compatibility_date` to `{date}` or later")
}
