import { spawnSync } from "node:child_process";
import process from "node:process";

const INSIDE = "AIRWARDEN_NAMESPACE";
/** Loopback alone, with a route for multicast: Home Assistant's zeroconf gives up without one. */
const PREPARE = 'ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$@"';
const UNSHARE = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/**
 * Goes on with this test file in namespaces of its own where that is possible: every port is free there, nothing
 * reaches the network, and all that was started ends with it. Call it first in the file; it returns inside only, or
 * where there are no namespaces.
 */
export function enterNamespace(file: string): void {
  if (process.env[INSIDE] !== undefined || process.getuid?.() !== 0) return;
  if (spawnSync("unshare", [...UNSHARE, "true"]).status !== 0) return;
  const shell = ["bash", "-c", PREPARE, "namespace"];
  const again = [process.execPath, ...process.execArgv, file];
  const result = spawnSync("unshare", [...UNSHARE, ...shell, ...again], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "1" },
  });
  process.exit(result.status ?? 1);
}
