import { type Micros, type NodeIndex, SECOND } from "../base/units.ts";

/** A clock drifts 40 µs in a second at worst: asked this often, request and reply hold it within a millisecond. */
const ASK_EVERY = 20 * SECOND;
/** The first seconds of a node tell most: it is asked each second until then. */
const EAGER_REQUESTS = 8;

/** When which node is to be asked for its time, and what it was asked last. */
export class TimeRequests {
  readonly #last = new Map<NodeIndex, { readonly token: number; readonly requestedAt: Micros }>();
  /** Requests since the node has started. */
  readonly #asked = new Map<NodeIndex, number>();
  #token = 0;

  isDue(node: NodeIndex, now: Micros): boolean {
    const every = (this.#asked.get(node) ?? 0) < EAGER_REQUESTS ? SECOND : ASK_EVERY;
    const last = this.#last.get(node)?.requestedAt;
    return last === undefined || now - last >= every;
  }

  /** The node is asked now; gives the token that its reply will have. */
  ask(node: NodeIndex, now: Micros): number {
    this.#token = (this.#token + 1) >>> 0;
    this.#last.set(node, { token: this.#token, requestedAt: now });
    this.#asked.set(node, (this.#asked.get(node) ?? 0) + 1);
    return this.#token;
  }

  /** It is asked who it is instead. */
  askName(node: NodeIndex, now: Micros): void {
    this.#last.set(node, { token: 0, requestedAt: now });
  }

  /** When it was asked what this is the reply to; undefined for a reply to something else. */
  requestedAt(node: NodeIndex, token: number): Micros | undefined {
    const last = this.#last.get(node);
    return last?.token === token ? last.requestedAt : undefined;
  }

  /** The node has started anew. */
  began(node: NodeIndex): void {
    this.#asked.delete(node);
  }

  forget(node: NodeIndex): void {
    this.#last.delete(node);
    this.#asked.delete(node);
  }
}
