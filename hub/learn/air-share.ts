import { BoundedMap } from "../base/bounded.ts";
import { type Mac, MINUTE, type Micros, micros, SECOND } from "../base/units.ts";
import type { Nodes } from "../intake/nodes.ts";
import type { Device, House } from "../track/model.ts";

const SAMPLE_EVERY = micros(10 * SECOND);
/** Samples of one span: the figure is that of the last minute, renewed every ten seconds. */
const SAMPLES = MINUTE / SAMPLE_EVERY;
/** Less than this listened to is no basis for a share. */
const LEAST_LISTENED = micros(2 * SECOND);
const CAPACITY = 4096;

interface Track {
  /** Airtime of the device in µs at the last samples, oldest first. */
  readonly totals: number[];
  share: number | undefined;
}

/** Which share of the air each home device took over the last minute, of the time that somebody listened. */
export class AirShares {
  readonly #tracks = new BoundedMap<Mac, Track>({ capacity: CAPACITY });
  #sampled = micros(Number.NEGATIVE_INFINITY);

  /** Takes a sample every ten seconds of hub time; call it with every tick. */
  sample(now: Micros, house: House, nodes: Nodes): void {
    if (now - this.#sampled < SAMPLE_EVERY) return;
    this.#sampled = now;
    for (const device of house.devices()) if (device.home) this.#take(device, { now, house, nodes });
  }

  /** 0-1, undefined while too little was listened to. */
  of(mac: Mac): number | undefined {
    return this.#tracks.get(mac)?.share;
  }

  #take(device: Device, at: { now: Micros; house: House; nodes: Nodes }): void {
    const track = this.#tracks.get(device.mac) ?? { totals: [], share: undefined };
    this.#tracks.set(device.mac, track);
    track.totals.push(airtimeOf(device));
    if (track.totals.length > SAMPLES + 1) track.totals.shift();
    const spans = track.totals.length - 1;
    const frequency = device.bssid === undefined ? undefined : at.house.accessPoint(device.bssid)?.frequency;
    if (frequency === undefined || spans < 1) return;
    const from = micros(at.now - spans * SAMPLE_EVERY);
    const { listened } = at.nodes.exposure(frequency, from, at.now);
    const used = (track.totals.at(-1) ?? 0) - (track.totals[0] ?? 0);
    track.share = listened < LEAST_LISTENED ? undefined : Math.min(1, Math.max(0, used / listened));
  }
}

const airtimeOf = ({ up, down }: Device): number =>
  up.airtime + up.airtimeReserved + down.airtime + down.airtimeReserved;
