import { spawnSync } from "node:child_process";
import process from "node:process";

const INSIDE = "AIRWARDEN_NAMESPACE";
/** Loopback alone, with a route for multicast: Home Assistant's zeroconf gives up without one. */
const PREPARE = [
  "ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo",
  "ip address add 172.30.32.2/32 dev lo",
  'hosts=$(mktemp) && echo "127.0.0.1 localhost" > "$hosts" && echo "172.30.32.2 supervisor" >> "$hosts"',
  'mount --bind "$hosts" /etc/hosts && rm "$hosts" && exec "$@"',
].join(" && ");
const UNSHARE = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/**
 * Goes on with this test file in namespaces of its own where that is possible: every port is free there, the
 * Supervisor's name and address are this machine's, nothing reaches the network, and all that was started ends with
 * it. Call it first in the file; it returns true inside, false where there are no namespaces.
 */
export function enterNamespace(file: string): boolean {
  if (process.env[INSIDE] !== undefined) return true;
  if (process.getuid?.() !== 0) return false;
  if (spawnSync("unshare", [...UNSHARE, "true"]).status !== 0) return false;
  const shell = ["bash", "-c", PREPARE, "namespace"];
  const again = [process.execPath, ...process.execArgv, file];
  const result = spawnSync("unshare", [...UNSHARE, ...shell, ...again], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "1" },
  });
  process.exit(result.status ?? 1);
}
