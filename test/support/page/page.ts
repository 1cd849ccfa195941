import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const web = join(import.meta.dirname, "../../../hub/web");

/** Folder of the built page; builds it (under a second) when it is not there. */
export function buildPage(): string {
  const page = join(web, "dist");
  if (!existsSync(join(page, "index.html"))) {
    const root = join(import.meta.dirname, "../../..");
    spawnSync(join(root, "node_modules/.bin/vite"), ["build", "--config", join(web, "vite.config.ts")], {
      stdio: "ignore",
      env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}` },
    });
  }
  return page;
}
