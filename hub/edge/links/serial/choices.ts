import { fieldsOf, jsonOf, listOf } from "../../../base/fields.ts";

/** What a person wants of a port; `auto`: boards with Espressif's own USB are listened to, all else is left alone. */
export type PortUse = "listen" | "leave" | "auto";

/** Where the choices are kept. */
export interface ChoiceStore {
  setting(key: string): string | undefined;
  setSetting(key: string, value: string): void;
}

const KEY = "serial_ports";
/** The oldest choices are forgotten: more ports than these no home has had. */
const MOST = 32;

/** What a person chose on the page for each port, kept by the store. */
export class PortChoices {
  readonly #store: ChoiceStore;
  readonly #uses: Map<string, PortUse>;

  constructor(store: ChoiceStore) {
    this.#store = store;
    this.#uses = new Map(readChoices(store.setting(KEY)));
  }

  of(path: string): PortUse {
    return this.#uses.get(path) ?? "auto";
  }

  /** Kept at once. */
  set(path: string, use: PortUse): void {
    this.#uses.delete(path);
    if (use !== "auto") this.#uses.set(path, use);
    for (const oldest of [...this.#uses.keys()].slice(0, -MOST)) this.#uses.delete(oldest);
    this.#store.setSetting(
      KEY,
      JSON.stringify([...this.#uses].map(([port, chosen]) => ({ port, use: chosen }))),
    );
  }
}

/** What cannot be read is left out. */
function readChoices(text: string | undefined): (readonly [string, PortUse])[] {
  return listOf(jsonOf(text)).flatMap((one): (readonly [string, PortUse])[] => {
    const { port, use } = fieldsOf(one);
    return typeof port === "string" && (use === "listen" || use === "leave") ? [[port, use]] : [];
  });
}
