import { defineConfig } from "vite";

/** Relative addresses everywhere: the page lives under a path prefix that changes (Home Assistant's ingress). */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: "public",
  build: { outDir: "dist", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 900 },
});
