#!/usr/bin/env node
// Plain JavaScript that any Node can start: the hub is TypeScript and needs the Node that `npm ci` brings.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const NEEDED = 26;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Runs the command in `node`, as if it were this process: same terminal, same signals, same end. */
function runIn(node) {
  const child = spawn(node, [path("../hub/main.ts"), ...process.argv.slice(2)], {
    // The channel carries nothing: when this process is killed it closes, and the hub ends too.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, AIRWARDEN_LAUNCHER: String(process.pid) },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well.
      const heard = signal === "SIGINT" && process.stdin.isTTY === true;
      if (!heard) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`airwarden: ${node} cannot be started (${error.message}); run npm ci again`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (child.connected) child.disconnect();
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  const { run } = await import("../hub/main.ts");
  await run();
} else {
  const own = path("../node_modules/.bin/node");
  if (existsSync(own)) runIn(own);
  else {
    console.error(
      `airwarden: needs Node ${NEEDED} or newer, this is ${process.version}; run npm ci in ${path("..")}, it brings the right one`,
    );
    process.exitCode = 1;
  }
}
