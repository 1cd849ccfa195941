import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Incident } from "../../../hub/alert/incident.ts";
import { Store, type StoreOptions } from "../../../hub/edge/store.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";

/** A folder that is gone after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-store-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const storeIn = (folder: string | undefined, options: Partial<StoreOptions> = {}): Store =>
  new Store({ folder, now: at(0), ...options });

/** The n-th incident, raised n seconds after the others' beginning. */
export function incidentOf(nth: number, traits: Partial<Incident> = {}): Incident {
  return {
    id: `deauth_flood.ap-${nth}`,
    kind: "deauth_flood",
    severity: "critical",
    tier: "push",
    subject: { kind: "access_point", bssid: testMac(nth) },
    raisedAt: at(nth),
    updatedAt: at(nth + 1),
    resolvedAt: undefined,
    acknowledged: false,
    title: `Title ${nth}`,
    message: "Message “with” 'quotes' and \u{1f600}.",
    evidence: { observed: nth, expected: 0, unit: "frames", list: ["a", "b"], none: null, flag: true },
    ...traits,
  };
}
