import { join } from "node:path";
import { defineConfig } from "vite";

const root = import.meta.dirname;

/**
 * Relative addresses everywhere: the page lives under a path prefix that changes (Home Assistant's ingress). Mode
 * `flasher` builds the flasher alone, for any HTTPS host.
 */
export default defineConfig(({ mode }) => ({
  root,
  base: "./",
  publicDir: "public",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    ...(mode === "flasher" ? { rolldownOptions: { input: join(root, "flasher.html") } } : {}),
  },
}));
