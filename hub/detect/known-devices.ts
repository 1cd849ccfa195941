import { BoundedMap } from "../base/bounded.ts";
import { DAY, type Mac, type Micros, micros } from "../base/units.ts";

/** A device that belongs to the home, as far as the hub has learned or was told. */
export interface KnownDevice {
  readonly mac: Mac;
  /** Name a person gave it. */
  readonly name: string | undefined;
  /** False where a person said that it does not belong here; it is then never adopted again. */
  readonly known: boolean;
  readonly since: Micros;
}

/** A large home has some hundred devices; phones that change their address every two weeks add 26 a year each. */
const CAPACITY = 4096;

/**
 * Long enough to hear everything that is used once a day, short enough that a stranger who joins early is adopted
 * by mistake at most on the first day.
 */
const LEARNING = DAY;

export interface KnownDevicesOptions {
  readonly learnFor?: Micros;
  /** When learning began, from an earlier run; undefined: it begins with the first time that is asked about. */
  readonly learningSince?: Micros;
  /** When a person ended it before its time. */
  readonly learningEnded?: Micros;
}

/**
 * Which devices belong to the home. A hub that knows nothing yet learns for a while: what joins in that time is the
 * home's own. After that a device becomes known only when a person says so, or wants a phase of learning anew.
 */
export class KnownDevices {
  /** How long a phase of learning lasts. */
  readonly learnFor: Micros;
  #learningSince: Micros | undefined;
  #learningEnded: Micros | undefined;
  readonly #devices = new BoundedMap<Mac, KnownDevice>({
    capacity: CAPACITY,
    protect: (device) => device.name !== undefined,
  });
  readonly #changed = new Set<Mac>();

  constructor(options: KnownDevicesOptions = {}) {
    this.learnFor = options.learnFor ?? LEARNING;
    this.#learningSince = options.learningSince;
    this.#learningEnded = options.learningEnded;
  }

  get learningSince(): Micros | undefined {
    return this.#learningSince;
  }

  /** When a person ended it; undefined where it lasts as long as it should. */
  get learningEnded(): Micros | undefined {
    return this.#learningEnded;
  }

  /** End of the learning phase, undefined before it has begun. */
  get learningUntil(): Micros | undefined {
    if (this.#learningSince === undefined) return undefined;
    return this.#learningEnded ?? micros(this.#learningSince + this.learnFor);
  }

  learning(now: Micros): boolean {
    this.#learningSince ??= now;
    return now < (this.learningUntil ?? now);
  }

  /** The home has just been chosen, or a person wants it: what is in it is learned from now on. */
  learnAnew(now: Micros): void {
    this.#learningSince = now;
    this.#learningEnded = undefined;
  }

  /** A person says that all that is here is known. */
  endLearning(now: Micros): void {
    if (this.learning(now)) this.#learningEnded = now;
  }

  has(mac: Mac): boolean {
    return this.#devices.get(mac)?.known === true;
  }

  nameOf(mac: Mac): string | undefined {
    return this.#devices.get(mac)?.name;
  }

  /** Takes a device as the home's own, unless a person has said otherwise. */
  adopt(mac: Mac, now: Micros): void {
    if (this.#devices.touch(mac)) return;
    this.#put({ mac, name: undefined, known: true, since: now });
  }

  /** A person says whether the device belongs here. */
  trust(mac: Mac, known: boolean, now: Micros): void {
    const device = this.#devices.get(mac);
    this.#put({ mac, name: device?.name, known, since: device?.since ?? now });
  }

  /** A person gives a name, and by that says that the device belongs here; an empty name takes it back. */
  name(mac: Mac, name: string, now: Micros): void {
    const device = this.#devices.get(mac);
    this.#put({ mac, name: name === "" ? undefined : name, known: true, since: device?.since ?? now });
  }

  restore(devices: Iterable<KnownDevice>): void {
    for (const device of devices) this.#devices.set(device.mac, device);
  }

  all(): Iterable<KnownDevice> {
    return this.#devices.values();
  }

  /** What has changed since the last call, to be stored. */
  takeChanged(): KnownDevice[] {
    const changed: KnownDevice[] = [];
    for (const mac of this.#changed) {
      const device = this.#devices.get(mac);
      if (device !== undefined) changed.push(device);
    }
    this.#changed.clear();
    return changed;
  }

  #put(device: KnownDevice): void {
    this.#devices.set(device.mac, device);
    if (this.#changed.size < CAPACITY) this.#changed.add(device.mac);
  }
}
