import { defineConfig } from "vite";

// Relative addresses, so that the page works under a path prefix; no inlined files, for the policy.
export default defineConfig({
  base: "./",
  build: { outDir: "dist", assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
