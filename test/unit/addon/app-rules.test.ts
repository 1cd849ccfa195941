import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { type AppDescription, appFaults } from "./app-rules.ts";

const root = join(import.meta.dirname, "../../..");
const app = parse(readFileSync(join(root, "addon/config.yaml"), "utf8")) as AppDescription;

test("the linter of apps would have nothing to say", () => {
  assert.deepEqual(appFaults(app), []);
});

/** Changes to our description, each with what has to be said of it. */
const BROKEN: readonly (readonly [AppDescription, string])[] = [
  [{ watchdog: "http://[HOST]:[PORT:8099]/healthz" }, "a watchdog is the image's HEALTHCHECK"],
  [{ codenotary: "nobody@example.org" }, "codenotary is not used any more"],
  [{ webui: "http://[HOST]:[PORT:8099]" }, "webui has no use beside ingress"],
  [{ ingress_port: 8099 }, "ingress_port is the default"],
  [{ ingress_port: 0 }, "ingress_port 0 is for apps on the host's network"],
  [{ boot: "auto" }, "boot is the default"],
  [{ init: true }, "init is the default"],
  [{ stage: "stable" }, "stage is the default"],
  [{ stage: "beta" }, "stage should be one of deprecated experimental stable"],
  [{ host_network: false }, "host_network is the default"],
  [{ hassio_role: "default" }, "hassio_role is the default"],
  [{ timeout: 5 }, "timeout should be 10 to 300"],
  [{ full_access: true }, "full_access includes devices, gpio, uart and usb"],
  [{ backup: "cold" }, "a cold backup runs nothing before or after"],
  [{ auto_uart: true }, "auto_uart is not known"],
  [{ build_from: {} }, "build_from is not known"],
  [{ devices: ["/dev/ttyUSB0:/dev/ttyUSB0:rwm"] }, "devices should be a list of ^[^:]+$"],
  [{ map: ["config:rw", "addon_config"] }, "config cannot be mapped beside its successors"],
  [{ arch: ["amd64", "armv7"] }, "32-bit machines are not supported any more"],
  [{ arch: ["x86"] }, "arch should be a list of ^(aarch64|amd64|armhf|armv7|i386)$"],
  [{ services: ["mqtt"] }, "services should be a list of ^(mqtt|mysql):(provide|want|need)$"],
  [{ ports: { "4729/udp": 70_000 } }, "ports should be host ports from 1 to 65535, or null"],
  [{ uart: "true" }, "uart should be true or false"],
];

test("each of the linter's rules is noticed when it is broken", () => {
  for (const [change, said] of BROKEN) {
    const faults = appFaults({ ...app, ...change });
    assert.ok(faults.includes(said), `${JSON.stringify(change)}: ${faults.join("; ")}`);
  }
  for (const key of ["name", "version", "slug", "description", "arch"]) {
    const { [key]: _, ...rest } = app;
    assert.deepEqual(appFaults(rest), [`${key} is missing`]);
  }
});

/** Keys that lower the rating of 8, or hand the app more than it needs. */
const COSTLY =
  `host_network host_pid host_ipc host_uts host_dbus full_access docker_api privileged kernel_modules
  auth_api usb devices map apparmor hassio_role`.split(/\s+/);

test("the app asks for nothing that costs it its rating of 8", () => {
  assert.deepEqual(
    COSTLY.filter((key) => key in app),
    [],
  );
  assert.equal(app["ingress"], true);
  assert.ok(readFileSync(join(root, "addon/apparmor.txt"), "utf8").length > 0);
});
