import { BoundedMap } from "../base/bounded.ts";
import { type Mac, type Megahertz, MINUTE, type Micros, micros, SECOND } from "../base/units.ts";
import type { Nodes } from "../intake/nodes.ts";
import { type ChannelAir, statedBusy } from "../track/count/channels.ts";
import type { Device, House, Tally } from "../track/model.ts";

const SAMPLE_EVERY = micros(10 * SECOND);
/** Samples of one span: the figure is that of the last minute, renewed every ten seconds. */
const SAMPLES = MINUTE / SAMPLE_EVERY;
/** Less than this listened to is no basis for a share. */
const LEAST_LISTENED = micros(2 * SECOND);
const CAPACITY = 4096;
const CHANNELS = 128;

interface Track {
  /** Airtime of the device in µs at the last samples, oldest first. */
  readonly totals: number[];
  share: number | undefined;
}

/** How the air of one channel was used over the last minute: shares of the time that somebody listened, 0-1. */
export interface ChannelShare {
  readonly frequency: Megahertz;
  /** Of what was decoded. */
  readonly heard: number;
  /** Of what was reserved for frames that nobody here decoded. */
  readonly reserved: number;
  /** As its access points state it; undefined where none does. */
  readonly stated: number | undefined;
  /** Stated beyond what is accounted for: nobody here could hear it. Undefined where nothing is stated. */
  readonly unheard: number | undefined;
}

interface ChannelTrack {
  readonly heard: number[];
  readonly reserved: number[];
  share: ChannelShare | undefined;
}

/** Which share of the air each home device took over the last minute, of the time that somebody listened. */
export class AirShares {
  readonly #tracks = new BoundedMap<Mac, Track>({ capacity: CAPACITY });
  readonly #channels = new BoundedMap<Megahertz, ChannelTrack>({ capacity: CHANNELS });
  #sampled = micros(Number.NEGATIVE_INFINITY);

  /** Takes a sample every ten seconds of hub time; call it with every tick. */
  sample(now: Micros, house: House, nodes: Nodes, channels: Iterable<ChannelAir> = []): void {
    if (now - this.#sampled < SAMPLE_EVERY) return;
    this.#sampled = now;
    for (const device of house.devices()) if (device.home) this.#take(device, { now, house, nodes });
    for (const air of channels) this.#takeChannel(air, { now, house, nodes });
  }

  /** 0-1, undefined while too little was listened to. */
  of(mac: Mac): number | undefined {
    return this.#tracks.get(mac)?.share;
  }

  /** Channels that somebody listened to within the last minute. */
  *channels(): Generator<ChannelShare, void, undefined> {
    for (const { share } of this.#channels.values()) if (share !== undefined) yield share;
  }

  #takeChannel(air: ChannelAir, at: { now: Micros; house: House; nodes: Nodes }): void {
    const { frequency } = air;
    const track = this.#channels.get(frequency) ?? { heard: [], reserved: [], share: undefined };
    this.#channels.set(frequency, track);
    const heard = grown(track.heard, air.airtime);
    const reserved = grown(track.reserved, air.reserved);
    const spans = track.heard.length - 1;
    const from = micros(at.now - spans * SAMPLE_EVERY);
    const listened = spans < 1 ? 0 : at.nodes.exposure(frequency, from, at.now).listened;
    if (listened < LEAST_LISTENED) {
      track.share = undefined;
      return;
    }
    const stated = statedBusy(at.house.accessPoints(), frequency, at.now);
    const known = Math.min(1, (heard + reserved) / listened);
    track.share = {
      frequency,
      heard: Math.min(1, heard / listened),
      reserved: Math.min(1, reserved / listened),
      stated,
      unheard: stated === undefined ? undefined : Math.max(0, stated - known),
    };
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

/** Adds a total; gives by how much it has grown over the last minute. */
function grown(totals: number[], total: number): number {
  totals.push(total);
  if (totals.length > SAMPLES + 1) totals.shift();
  return Math.max(0, total - (totals[0] ?? 0));
}

const sideOf = ({ airtime, airtimeReserved, airtimeEstimated }: Tally): number =>
  airtime + airtimeReserved + airtimeEstimated;

const airtimeOf = ({ up, down }: Device): number => sideOf(up) + sideOf(down);
