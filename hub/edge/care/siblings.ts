import type { Mac, NodeIndex } from "../../base/units.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { HubCommand } from "../../wire/commands.ts";

export interface SiblingsOptions {
  readonly nodes: () => readonly NodeRecord[];
  readonly isOpen: (node: NodeIndex) => boolean;
  readonly command: (node: NodeIndex, command: HubCommand) => unknown;
}

/** Tells each node which addresses the others report from over Wi-Fi: their frames are no news. */
export class Siblings {
  readonly #options: SiblingsOptions;
  /** What each node was told in which boot. */
  readonly #told = new Map<NodeIndex, { readonly bootId: number; readonly addresses: readonly Mac[] }>();

  constructor(options: SiblingsOptions) {
    this.#options = options;
  }

  /** Tells what has changed; call it once a second. */
  tick(): void {
    const { nodes, isOpen, command } = this.#options;
    const open = nodes().filter((record) => record.hello !== undefined && isOpen(record.index));
    const senders = open.filter((record) => record.link.startsWith("udp:"));
    for (const record of open.filter((one) => one.understood)) {
      const bootId = record.hello?.bootId ?? 0;
      const addresses = [...new Set(senders.flatMap(addressOf))].filter((one) => one !== record.hello?.mac);
      const told = this.#told.get(record.index);
      // A node that has just started knows of none.
      const known = told?.bootId === bootId ? told.addresses : [];
      if (known.join() === addresses.join()) continue;
      this.#told.set(record.index, { bootId, addresses });
      command(record.index, { kind: "siblings", addresses });
    }
  }
}

const addressOf = ({ hello }: NodeRecord): Mac[] => (hello === undefined ? [] : [hello.mac]);
