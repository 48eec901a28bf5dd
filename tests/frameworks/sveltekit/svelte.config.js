import adapter from "@sveltejs/adapter-cloudflare";

// The emulator of bindings that the adapter starts for prerendering outlives the build.
const { emulate, ...cloudflare } = adapter();

export default { kit: { adapter: cloudflare } };
