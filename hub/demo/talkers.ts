import { type Mac, mac } from "../base/units.ts";
import { KIND } from "../radio/frame.ts";
import { BROADCAST } from "../radio/mac.ts";
import type { Air, Talker } from "./air.ts";
import { type DemoDevice, type DemoNetwork, HOME, type Place } from "./cast.ts";
import type { Dice } from "./dice.ts";
import { beaconElements, ssidOf, stationElements } from "./elements.ts";
import { ack, blockAck, Counter, cts, data, HT_AGGREGATED, HT_MCS7, management, rts } from "./frames.ts";

const BEACON_INTERVAL = 102_400;
const SECOND = 1e6;
/** A node tells elements again after ten seconds at the earliest. */
const TELL_ELEMENTS_EVERY = 10 * SECOND;
const CAPABILITY = { open: 0x0421, protected: 0x0431 };

/** An access point's beacons. */
export class Beacons implements Talker {
  due: number;
  readonly #network: DemoNetwork;
  readonly #counter: Counter;
  readonly #stations: () => number;
  readonly #block: ReturnType<typeof beaconElements>;
  #told = Number.NEGATIVE_INFINITY;
  #stated = Number.NEGATIVE_INFINITY;

  constructor(network: DemoNetwork, parts: { counter: Counter; dice: Dice; stations: () => number }) {
    this.#network = network;
    this.#counter = parts.counter;
    this.#stations = parts.stations;
    this.#block = beaconElements(network);
    this.due = parts.dice.between(0, BEACON_INTERVAL);
  }

  talk(air: Air): void {
    const { bssid, frequency, place, open } = this.#network;
    const tell = air.now - this.#told >= TELL_ELEMENTS_EVERY;
    const state = air.now - this.#stated >= SECOND;
    if (tell) {
      air.teach(KIND.beacon & 0x0f, this.#block);
      this.#told = air.now;
    }
    if (state) this.#stated = air.now;
    const capability = open === true ? CAPABILITY.open : CAPABILITY.protected;
    const tsf = BigInt(Math.floor(air.now)) + (BigInt(bssid) & 0xffffn) * 1_000_000_007n;
    const fields = {
      ...(state ? { tsf } : {}),
      ...(tell
        ? {
            elements: this.#block.hash,
            ssid: ssidOf(this.#network),
            fixed: Uint8Array.of(100, 0, capability & 0xff, capability >> 8),
            bssLoad: { stations: this.#stations(), utilisation: 58 },
          }
        : {}),
    };
    const row = management({
      ...{ kind: KIND.beacon, from: bssid, to: BROADCAST, bssid, frequency, length: 262 },
      sequence: this.#counter.next(),
      ...(tell || state ? { fields } : {}),
    });
    air.send({ from: place, row }, 2_300);
    this.due += BEACON_INTERVAL;
  }
}

interface Rhythm {
  /** Mean µs between two exchanges. */
  readonly pause: number;
  /** MPDUs of one exchange, upwards and downwards. */
  readonly up: number;
  readonly down: number;
  readonly length: number;
  /** Data that no node here decodes: two streams, Wi-Fi 6. */
  readonly modern: boolean;
}

const RHYTHMS: Readonly<Record<DemoDevice["habit"], Rhythm>> = {
  plug: { pause: 2.5 * SECOND, up: 2, down: 1, length: 190, modern: false },
  sensor: { pause: 20 * SECOND, up: 2, down: 1, length: 150, modern: false },
  camera: { pause: 0.12 * SECOND, up: 10, down: 1, length: 1_420, modern: false },
  television: { pause: 0.3 * SECOND, up: 6, down: 40, length: 1_500, modern: true },
  modern: { pause: 0.6 * SECOND, up: 6, down: 24, length: 1_400, modern: true },
};

export interface Joining {
  readonly device: DemoDevice;
  readonly dice: Dice;
  /** The access point's counter towards this station, and the station's own. */
  readonly down: Counter;
  readonly up: Counter;
}

/** Frames between a device and the access point, as the device's habit has them. */
export class Exchange {
  readonly rhythm: Rhythm;
  readonly #joining: Joining;

  constructor(joining: Joining) {
    this.#joining = joining;
    this.rhythm = RHYTHMS[joining.device.habit];
  }

  send(air: Air, up: boolean, mpdus: number): void {
    if (this.rhythm.modern) this.#sendUnheard(air, up, mpdus);
    else if (mpdus > 3) this.#sendAggregate(air, up, mpdus);
    else for (let i = 0; i < mpdus; i++) this.#sendSingle(air, up);
  }

  #ends(up: boolean): { from: Mac; to: Mac; place: Place; answer: Place; counter: Counter } {
    const { device, up: own, down } = this.#joining;
    return up
      ? { from: device.mac, to: HOME.bssid, place: device.place, answer: HOME.place, counter: own }
      : { from: HOME.bssid, to: device.mac, place: HOME.place, answer: device.place, counter: down };
  }

  #sendSingle(air: Air, up: boolean): void {
    const { device, dice } = this.#joining;
    const { from, place, answer, counter } = this.#ends(up);
    const row = this.#row(up, counter.next(), { phy: HT_MCS7, length: this.#length() });
    air.send({ from: place, row }, 80);
    if (dice.chance(0.06)) air.send({ from: place, row: { ...row, fc: (row.fc ?? 0) | 0x0800 } }, 80);
    air.send({ from: answer, row: ack(up ? device.mac : from, HOME.frequency) }, 28);
  }

  #sendAggregate(air: Air, up: boolean, mpdus: number): void {
    const { from, to, place, answer, counter } = this.#ends(up);
    const start = counter.skip(mpdus);
    for (let i = 0; i < mpdus; i++) {
      const sequence = ((start + i) & 0xfff) << 4;
      const shape = { phy: HT_AGGREGATED, length: this.#length(), continues: i > 0 };
      air.send({ from: place, row: this.#row(up, sequence, shape) }, 180);
    }
    air.send(
      { from: answer, row: blockAck({ from: to, to: from, frequency: HOME.frequency }, start, mpdus) },
      32,
    );
  }

  /** RTS, CTS and BlockAck are heard; what they frame is not. */
  #sendUnheard(air: Air, up: boolean, mpdus: number): void {
    const { from, to, place, answer, counter } = this.#ends(up);
    const { frequency } = HOME;
    const count = Math.min(64, mpdus);
    const start = counter.skip(count);
    const reserved = 60 + count * 14;
    air.send({ from: place, row: rts({ from, to, frequency }, reserved + 80) }, 28);
    air.send({ from: answer, row: cts(from, frequency, reserved + 40) }, 28);
    const row = this.#row(up, (start & 0xfff) << 4, { phy: HT_MCS7, length: this.#length() });
    air.send({ from: place, row, undecodable: true }, reserved);
    air.send({ from: answer, row: blockAck({ from: to, to: from, frequency }, start, count) }, 32);
  }

  #row(up: boolean, sequence: number, shape: { phy: number; length: number; continues?: boolean }) {
    const { mac: station } = this.#joining.device;
    const { bssid, frequency } = HOME;
    return data({ station, bssid, frequency, up, peer: bssid, sequence, ...shape });
  }

  #length(): number {
    return Math.round(this.rhythm.length * this.#joining.dice.between(0.7, 1.05));
  }
}

/** A device's everyday use of the home network. */
export class Chatter implements Talker {
  due: number;
  readonly #exchange: Exchange;
  readonly #dice: Dice;

  constructor(joining: Joining, from: number) {
    this.#exchange = new Exchange(joining);
    this.#dice = joining.dice;
    this.due = from + joining.dice.between(0, Math.min(this.#exchange.rhythm.pause, 3 * SECOND));
  }

  talk(air: Air): void {
    const dice = this.#dice;
    const { up, down, modern, pause } = this.#exchange.rhythm;
    this.#exchange.send(air, true, Math.max(1, Math.round(up * dice.between(0.5, 1.5))));
    if (dice.chance(0.9))
      this.#exchange.send(air, false, Math.max(1, Math.round(down * dice.between(0.5, 1.5))));
    this.due = air.now + dice.pause(pause) * (modern ? dice.between(0.3, 2) : 1);
  }
}

/** A phone that looks for networks: its own one by name, or as a passer-by under a new address each time. */
export class Scanner implements Talker {
  due: number;
  readonly #dice: Dice;
  readonly #device: DemoDevice | undefined;
  readonly #counter: Counter;

  constructor(dice: Dice, device?: DemoDevice) {
    this.#dice = dice;
    this.#device = device;
    this.#counter = new Counter(dice.whole(0, 4095));
    this.due = dice.between(0, 15 * SECOND);
  }

  talk(air: Air): void {
    const dice = this.#dice;
    const { bssid: _, ...home } = HOME;
    const from =
      this.#device?.mac ??
      mac(0x0200_0000_0000 + (dice.whole(0, 63) * 4 + 2) * 2 ** 40 + dice.whole(0, 2 ** 32));
    const place = this.#device?.place ?? { x: dice.between(-14, -6), y: dice.between(-4, 10) };
    const model = this.#device === undefined ? dice.whole(0, 15) : 3;
    const block = stationElements(KIND.probeRequest, model);
    air.teach(KIND.probeRequest & 0x0f, block);
    const ssid = this.#device === undefined ? new Uint8Array(0) : ssidOf(HOME);
    for (let i = 0; i < 2; i++) {
      const row = management({
        ...{
          kind: KIND.probeRequest,
          from,
          to: BROADCAST,
          bssid: BROADCAST,
          frequency: home.frequency,
          length: 116,
        },
        sequence: this.#counter.next(),
        fields: { ssid, elements: block.hash },
      });
      air.send({ from: place, row }, 1_100);
    }
    this.due = air.now + dice.pause((this.#device === undefined ? 6 : 25) * SECOND);
  }
}
