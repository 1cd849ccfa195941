import type { Micros } from "../base/units.ts";
import { createDeauthFlood } from "./deauth-flood.ts";
import type { Detector } from "./detector.ts";
import type { KnownDevices } from "./known-devices.ts";
import { createNodeSilent, type NodeHearing } from "./node-silent.ts";
import { createUnknownDevice } from "./unknown-device.ts";

export interface DetectorOptions {
  readonly known: KnownDevices;
  /** How long a stranger must have been there, 5 minutes unless said otherwise. */
  readonly unknownStay?: Micros;
  /** Undefined where silence means nothing, as with recordings that end. */
  readonly nodes?: () => Iterable<NodeHearing>;
}

/** Every detector of the product, in the order their findings come out. */
export function createDetectors(options: DetectorOptions): Detector[] {
  const { known, unknownStay, nodes } = options;
  return [
    createDeauthFlood(),
    createUnknownDevice(unknownStay === undefined ? { known } : { known, stayFor: unknownStay }),
    ...(nodes === undefined ? [] : [createNodeSilent(nodes)]),
  ];
}
