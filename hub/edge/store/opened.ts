import { randomBytes } from "node:crypto";
import type { Micros } from "../../base/units.ts";
import type { Log } from "../log.ts";
import type { HubOptions } from "../options.ts";
import { Store } from "../store.ts";
import { restoreBackup } from "./backup.ts";

/** Opens the hub's store. Without a folder it lives in memory: nothing is kept, and the person is told. */
export function openStore({ dataFolder, retentionDays }: HubOptions, log: Log, now: Micros): Store {
  if (dataFolder !== undefined && restoreBackup(dataFolder, now)) {
    log.info(() => `${dataFolder} held a backup and no data: going on from the backup`);
  }
  const retention = retentionDays === undefined ? {} : { retentionDays };
  const store = new Store({ folder: dataFolder, now, ...retention });
  for (const notice of store.notices) log.warn(() => notice);
  return store;
}

const HUB_ID = "hub_id";

/** In every topic and id, so that several hubs share a broker and a Home Assistant. */
export function hubIdOf(store: Store): string {
  const kept = store.setting(HUB_ID);
  if (kept !== undefined) return kept;
  const made = randomBytes(4).toString("hex");
  store.setSetting(HUB_ID, made);
  return made;
}
