import { BoundedMap } from "../../base/bounded.ts";
import type { Mac } from "../../base/units.ts";

/** Addresses that people have spoken about; a phone has a new one every two weeks. */
const CAPACITY = 4096;

/** Addresses that a person has joined to one device. */
export type HandGroup = readonly Mac[];

/** What a person said about which addresses are one device. */
export class Hands {
  readonly #groups = new BoundedMap<Mac, number>({ capacity: CAPACITY });
  #last = 0;
  #listed: readonly HandGroup[] | undefined = [];

  groupOf(mac: Mac): number | undefined {
    return this.#groups.get(mac);
  }

  /** Joins these addresses, and whatever they were joined with before. */
  join(macs: readonly Mac[]): void {
    const all = new Set(macs.flatMap((mac) => [mac, ...this.members(mac)]));
    if (all.size < 2) return;
    this.#last += 1;
    this.#listed = undefined;
    for (const mac of all) this.#groups.set(mac, this.#last);
  }

  /** Takes one address out; of a pair nothing is left. */
  part(mac: Mac): void {
    this.#listed = undefined;
    const rest = this.members(mac).filter((one) => one !== mac);
    this.#groups.delete(mac);
    const [only] = rest;
    if (rest.length === 1 && only !== undefined) this.#groups.delete(only);
  }

  members(mac: Mac): Mac[] {
    const group = this.#groups.get(mac);
    if (group === undefined) return [];
    return [...this.#groups.entries()].filter(([, one]) => one === group).map(([one]) => one);
  }

  /** The same list as long as nothing changes. */
  groups(): readonly HandGroup[] {
    this.#listed ??= this.#list();
    return this.#listed;
  }

  #list(): HandGroup[] {
    // bounded: a group has two members at least
    const groups = new Map<number, Mac[]>();
    for (const [mac, group] of this.#groups.entries()) groups.set(group, [...(groups.get(group) ?? []), mac]);
    return [...groups.values()];
  }
}
