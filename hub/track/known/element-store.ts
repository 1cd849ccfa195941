import { BoundedMap } from "../../base/bounded.ts";
import { type Elements, parseElements } from "../../radio/elements.ts";

/** Largest block that is kept; a node sends at most 600 octets (firmware/PROTOCOL.md, §4). */
const LARGEST_BLOCK = 600;

interface Block {
  readonly octets: Uint8Array;
  capability: number | undefined;
  parsed: Elements | undefined;
}

/** Element blocks by their hash, parsed when first asked for. A stranger chooses the contents: bounded. */
export class ElementStore {
  readonly #blocks: BoundedMap<number, Block>;

  constructor(capacity: number) {
    this.#blocks = new BoundedMap({ capacity });
  }

  keep(hash: number, subtype: number, block: Uint8Array): void {
    const key = keyOf(hash, subtype);
    if (this.#blocks.touch(key) || block.length > LARGEST_BLOCK) return;
    this.#blocks.set(key, { octets: block.slice(), capability: undefined, parsed: undefined });
  }

  /**
   * The elements that `hash` names, undefined while the block has not arrived. `capability` is the Capability
   * Information field of the frame where it was sent with it.
   */
  find(hash: number, subtype: number, capability?: number): Elements | undefined {
    const block = this.#blocks.get(keyOf(hash, subtype));
    if (block === undefined) return undefined;
    if (block.parsed === undefined || block.capability !== capability) {
      block.parsed = parseElements(block.octets, capability);
      block.capability = capability;
    }
    return block.parsed;
  }
}

const keyOf = (hash: number, subtype: number): number => hash * 16 + (subtype & 0x0f);
