import type { Names } from "../alert/names.ts";
import { BoundedMap } from "../base/bounded.ts";
import { type Mac, MINUTE, type Micros, micros } from "../base/units.ts";
import { associationLine, edgeLine } from "../expose/log-lines.ts";
import type { Device, House, PeerEdge, TrackChange } from "../track/model.ts";
import { LineFiles } from "./association-log/files.ts";

/** What passed over edges is summed up so often: a home of 40 devices makes some 10 MB a week of it. */
const EDGES_EVERY = micros(15 * MINUTE);
/** Edges whose last figures are remembered, as many as track/ keeps. */
const EDGES = 50_000;

export interface AssociationLogOptions {
  readonly folder: string;
  readonly house: House;
  readonly names: Names;
  /** Most octets of one file, and files that are kept beside the one that is written. */
  readonly maxBytes?: number;
  readonly files?: number;
}

interface Counted {
  readonly mpdus: number;
  readonly octets: number;
}

/**
 * An open log of who was on which network and who talked to whom, as JSON lines in the data folder: joins and ends as
 * they come, traffic between a device and its peers every quarter of an hour. Home devices only.
 */
export class AssociationLog {
  readonly #options: AssociationLogOptions;
  readonly #files: LineFiles;
  readonly #counted = new BoundedMap<string, Counted>({ capacity: EDGES });
  #summedUp: Micros | undefined;

  constructor(options: AssociationLogOptions) {
    this.#options = options;
    this.#files = new LineFiles(options);
  }

  /** Why lines are waiting; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#files.trouble;
  }

  take(change: TrackChange): void {
    const { house, names } = this.#options;
    if (change.kind === "device_appeared" || !house.isHome(change.association.bssid)) return;
    this.#files.add(JSON.stringify(associationLine(change, names)));
  }

  /** Sums up edges when it is time; call it with every tick. */
  tick(now: Micros): void {
    this.#summedUp ??= now;
    if (now - this.#summedUp >= EDGES_EVERY) this.#sumUp(now);
  }

  /** Hands the lines so far to the disk; call it every minute. */
  flush(): void {
    this.#files.flush();
  }

  /** Sums up what is left and hands it over. */
  close(now: Micros): void {
    if (this.#summedUp !== undefined && now > this.#summedUp) this.#sumUp(now);
    this.flush();
  }

  #sumUp(now: Micros): void {
    const from = this.#summedUp ?? now;
    this.#summedUp = now;
    for (const device of this.#options.house.devices()) {
      if (!device.home || device.role === "access_point") continue;
      for (const edge of device.peers.values()) this.#sumUpEdge(device, edge, { from, to: now });
    }
  }

  #sumUpEdge(device: Device, edge: PeerEdge, span: { readonly from: Micros; readonly to: Micros }): void {
    const key = keyOf(device.mac, edge.peer);
    const before = this.#counted.get(key) ?? { mpdus: 0, octets: 0 };
    // An edge that left memory and came back counts from 0 again.
    const anew = edge.mpdus < before.mpdus;
    const mpdus = edge.mpdus - (anew ? 0 : before.mpdus);
    const octets = edge.octets - (anew ? 0 : before.octets);
    if (mpdus <= 0) return;
    this.#counted.set(key, { mpdus: edge.mpdus, octets: edge.octets });
    const { house, names } = this.#options;
    this.#files.add(JSON.stringify(edgeLine({ device, edge, ...span, mpdus, octets }, house, names)));
  }
}

const keyOf = (mac: Mac, peer: Mac): string => `${mac} ${peer}`;
