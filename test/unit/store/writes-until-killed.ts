import process from "node:process";
import { testMac } from "../../support/plain-house.ts";
import { incidentOf, storeIn } from "./folders.ts";

/** Saves incident after incident and says each id once it is safe, until somebody kills it. */
const store = storeIn(process.argv[2]);
const first = Number(process.argv[3]);
for (let nth = first; ; nth++) {
  const incident = incidentOf(nth);
  store.saveDevices([
    {
      mac: testMac(nth),
      name: undefined,
      known: true,
      since: incident.raisedAt,
      lastSeen: incident.raisedAt,
    },
  ]);
  if (store.saveIncident(incident)) process.stdout.write(`${incident.id}\n`);
  if (nth % 7 === 0) store.flush();
}
