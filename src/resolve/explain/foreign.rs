//! Specifiers that belong to other runtimes, or that a framework's build answers.

use super::Unresolved;

/// Beginnings of specifiers, the framework or tool that answers them, and the command that runs it.
const FRAMEWORKS: &[(&str, &str, &str)] = &[
    ("astro:", "Astro", "astro build"),
    ("$app/", "SvelteKit", "vite build"),
    ("$env/", "SvelteKit", "vite build"),
    ("$lib/", "SvelteKit", "vite build"),
    ("$service-worker", "SvelteKit", "vite build"),
    ("__sveltekit/", "SvelteKit", "vite build"),
    ("virtual:react-router/", "React Router", "react-router build"),
    ("@remix-run/dev/server-build", "Remix", "remix vite:build"),
    ("virtual:remix/", "Remix", "remix vite:build"),
    ("solid-start:", "SolidStart", "vinxi build"),
    ("#nitro-internal", "Nitro", "nitro build"),
    ("#internal/nitro", "Nitro", "nitro build"),
    ("#build/", "Nuxt", "nuxt build"),
    ("#components", "Nuxt", "nuxt build"),
    ("#imports", "Nuxt", "nuxt build"),
    ("#app", "Nuxt", "nuxt build"),
    ("@qwik-city-plan", "Qwik City", "qwik build"),
    ("@qwik-client-manifest", "Qwik", "qwik build"),
    ("virtual:", "a plugin of Vite", "vite build"),
    ("vite/", "Vite", "vite build"),
    ("/@vite/", "Vite", "vite build"),
];

pub(super) fn explain(specifier: &str) -> Option<Unresolved> {
    let is_address = ["http://", "https://", "//"].iter().any(|beginning| specifier.starts_with(beginning));
    if is_address {
        return Some(Unresolved::new(
            format!("`{specifier}` is an address, and modules are not fetched from the network"),
            "install the package with your package manager and import it by name",
        ));
    }
    let scheme = specifier.split_once(':');
    let unresolved = match scheme {
        Some(("data", _)) => Unresolved::new(
            "a `data:` URL holds the module, which is not supported",
            "put the module into a file",
        ),
        Some(("file", _)) => Unresolved::new(
            format!("`{specifier}` is a URL of a file"),
            "write a path relative to the importing file",
        ),
        Some(("npm", rest)) => {
            let name = bare(rest);
            Unresolved::new(
                format!("`{specifier}` is how Deno names packages"),
                format!("install `{name}` with your package manager and import `{name}`"),
            )
        }
        Some(("jsr", rest)) => Unresolved::new(
            format!("`{specifier}` is how Deno names packages of JSR"),
            format!("install it by `npx jsr add {}` and import it by its name", bare(rest)),
        ),
        Some(("deno" | "ext", _)) => foreign_runtime(specifier, "Deno"),
        Some(("bun", _)) => foreign_runtime(specifier, "Bun"),
        _ if specifier == "bun" => foreign_runtime(specifier, "Bun"),
        Some(("electron", _)) => foreign_runtime(specifier, "Electron"),
        _ => {
            let (_, framework, command) =
                FRAMEWORKS.iter().find(|(beginning, ..)| specifier.starts_with(beginning))?;
            Unresolved::new(
                format!("`{specifier}` is no file: {framework} answers it while it builds"),
                format!("run the framework's build first (`{command}`), and build what it writes"),
            )
        }
    };
    Some(unresolved)
}

fn foreign_runtime(specifier: &str, runtime: &str) -> Unresolved {
    Unresolved::new(
        format!("`{specifier}` is part of {runtime}, which workers do not run on"),
        "use what the worker runtime has in its place, or leave this module out of the worker",
    )
}

/// A package's name without its version and the slash that may stand before it.
fn bare(text: &str) -> &str {
    let text = text.trim_start_matches('/');
    let name = crate::resolve::path::package(text).map_or(text, |(name, _)| name);
    match name.get(1..).and_then(|rest| rest.find('@')) {
        Some(at) => &name[..=at],
        None => name,
    }
}
