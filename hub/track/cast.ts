import type { Mac } from "../base/units.ts";
import { BATCH_ADDRESSES, type FrameBatch, NO_ADDRESS } from "../radio/batch.ts";
import { isGroup } from "../radio/mac.ts";
import type { Devices } from "./known/devices.ts";
import type { Station } from "./known/station.ts";
import type { Row } from "./row.ts";

/** Individual/group bit of an address. */
const GROUP_BIT = 2 ** 40;

/** undefined: not looked up yet; null: no station. */
type Seat = Station | null | undefined;

/** The stations behind the address table of one batch, looked up once per batch and only where used. */
export class Cast {
  readonly #devices: Devices;
  readonly #receivers: Seat[] = new Array<Seat>(BATCH_ADDRESSES + 1).fill(null);
  readonly #transmitters: Seat[] = new Array<Seat>(BATCH_ADDRESSES + 1).fill(null);

  /** Seats that the batch before has used. */
  #seats = 0;

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  begin(batch: FrameBatch): void {
    const count = Math.min(batch.addressCount, BATCH_ADDRESSES);
    this.#receivers.fill(undefined, 0, count);
    this.#transmitters.fill(undefined, 0, count);
    this.#receivers.fill(null, count, this.#seats);
    this.#transmitters.fill(null, count, this.#seats);
    this.#seats = count;
  }

  /** Sets the row's stations; an address that is none (group, absent) gives undefined. */
  assign(batch: FrameBatch, row: Row): void {
    const a1 = batch.a1[row.index] ?? NO_ADDRESS;
    const a2 = batch.a2[row.index] ?? NO_ADDRESS;
    row.receiver = this.#receivers[a1] ?? this.#receive(batch, a1, row) ?? undefined;
    row.transmitter = this.#transmitters[a2] ?? this.#transmit(batch, a2, row) ?? undefined;
  }

  #receive(batch: FrameBatch, index: number, row: Row): Seat {
    if (this.#receivers[index] !== undefined) return null;
    const seat = this.#devices.resolve(addressOf(batch, index), row.time) ?? null;
    this.#receivers[index] = seat;
    return seat;
  }

  /**
   * A station that signals its bandwidth sets the group bit of its own address in RTS and other control frames
   * (IEEE 802.11-2020, 9.2.4.3.8 and 9.3.1.2); no transmitter address has it for any other reason.
   */
  #transmit(batch: FrameBatch, index: number, row: Row): Seat {
    if (this.#transmitters[index] !== undefined) return null;
    const address = addressOf(batch, index);
    const individual = (isGroup(address) ? address - GROUP_BIT : address) as Mac;
    const seat = this.#devices.resolve(individual, row.time) ?? null;
    this.#transmitters[index] = seat;
    return seat;
  }
}

const addressOf = (batch: FrameBatch, index: number): Mac => (batch.addresses[index] ?? 0) as Mac;
