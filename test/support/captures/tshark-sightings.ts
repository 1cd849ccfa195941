import { spawnSync } from "node:child_process";
import { dbm, type Mac, type Micros, mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import { parseMac } from "../../../hub/radio/mac.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { PlainHouse } from "../plain-house.ts";

const FIELDS = [
  "frame.time_epoch",
  "wlan.fc.type_subtype",
  "wlan.fc.retry",
  "wlan.fc.protected",
  "wlan.seq",
  "wlan.ra",
  "wlan.ta",
  "wlan.bssid",
  "wlan.fixed.reason_code",
  "radiotap.dbm_antsignal",
  "wlan.fcs.status",
  "radiotap.flags.badfcs",
  "wlan.rsn.capabilities.mfpr",
  "wlan.ssid",
] as const;

export const tsharkIsThere = (): boolean => spawnSync("tshark", ["--version"]).status === 0;

/** Management frames of a capture with a good or unknown FCS, in the order of the file. */
export function managementOf(path: string): { sightings: ManagementSighting[]; required: Set<Mac> } {
  const filter = ["-Y", "wlan.fc.type == 0"];
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  const result = spawnSync("tshark", ["-n", "-r", path, ...filter, "-T", "fields", ...fields], {
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
  });
  const sightings: ManagementSighting[] = [];
  const required = new Set<Mac>();
  for (const line of result.stdout.split("\n")) {
    const columns = line.split("\t");
    const sighting = sightingOf(columns);
    if (sighting === undefined) continue;
    sightings.push(sighting);
    if (columns[12]?.startsWith("1")) required.add(sighting.bssid);
  }
  return { sightings, required };
}

function sightingOf(columns: readonly string[]): ManagementSighting | undefined {
  const [time, kind, retry, isProtected, sequence, ra, ta, bssid, reason, rssi, fcs, badFcs] = columns;
  if (time === undefined || kind === undefined || fcs === "0" || badFcs === "1") return undefined;
  const receiver = parseMac(ra ?? "");
  const transmitter = parseMac(ta ?? "");
  const network = parseMac(bssid ?? "");
  if (receiver === undefined || transmitter === undefined || network === undefined) return undefined;
  const code = reason ? Number(reason) : undefined;
  return {
    time: micros(Math.round(Number(time) * 1e6)),
    node: nodeIndex(0),
    frequency: megahertz(2412),
    rssi: dbm(rssi ? Number(rssi.split(",")[0]) : 127),
    kind: Number(kind),
    retry: retry === "1",
    protected: isProtected === "1",
    transmitter,
    receiver,
    bssid: network,
    sequence: sequence ? Number(sequence) : undefined,
    duration: 0,
    length: 30,
    tsf: undefined,
    fixed: code === undefined ? new Uint8Array() : Uint8Array.of(code & 0xff, code >> 8),
    ssid: undefined,
    elements: undefined,
    eapol: undefined,
    channelSwitch: undefined,
    bssLoad: undefined,
  };
}

/** A house that learns access points, their level and their PMF from beacons and probe responses as they come. */
export class HeardHouse extends PlainHouse {
  readonly #required: Set<Mac>;

  constructor(required: Set<Mac>) {
    super();
    this.#required = required;
  }

  hear(sighting: ManagementSighting): void {
    if (sighting.kind !== KIND.beacon && sighting.kind !== KIND.probeResponse) return;
    if (sighting.transmitter !== sighting.bssid) return;
    const pmf = this.#required.has(sighting.bssid) ? "required" : "no";
    const point =
      this.accessPoint(sighting.bssid) ?? this.addAccessPoint(sighting.bssid, { security: { pmf } });
    let signal = point.signals[0];
    if (signal === undefined) {
      signal = { node: sighting.node, rssi: sighting.rssi, frames: 0, lastHeard: sighting.time };
      point.signals.push(signal);
    }
    signal.frames += 1;
    signal.rssi = dbm(signal.rssi + (sighting.rssi - signal.rssi) / 16);
  }
}

export const spanOf = (sightings: readonly ManagementSighting[]): [Micros, Micros] => {
  const times = sightings.map((one) => one.time);
  return [
    micros(times.reduce((a, b) => Math.min(a, b), Infinity)),
    micros(times.reduce((a, b) => Math.max(a, b), 0)),
  ];
};

export const macOf = (text: string): Mac => parseMac(text) ?? mac(0);
