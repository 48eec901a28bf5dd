export default { preset: "cloudflare_pages", srcDir: "server", publicAssets: [{ dir: "../public" }], compatibilityDate: "2026-10-01" };
