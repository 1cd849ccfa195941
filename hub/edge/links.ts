import { sentence } from "../base/text.ts";
import type { Micros } from "../base/units.ts";
import type { ProblemView } from "../expose/snapshot.ts";
import type { Pipeline } from "../pipeline.ts";
import { Failure } from "./failure.ts";
import type { Link, LinkEnd } from "./links/link.ts";
import { PortChoices } from "./links/serial/choices.ts";
import { SystemPorts } from "./links/serial/plugged.ts";
import { SerialLinks } from "./links/serial.ts";
import type { RefusedNode } from "./links/udp/refused.ts";
import { UdpLink } from "./links/udp.ts";
import type { Log } from "./log.ts";
import type { HubOptions } from "./options.ts";
import type { Store } from "./store.ts";
import type { Supervisor } from "./supervisor.ts";

/** Where links report to. */
export function linkEnd(pipeline: Pipeline, now: () => Micros): LinkEnd {
  return {
    opened: (link) => pipeline.openNode(link, now()),
    message: (node, message) => pipeline.message(node, message, now()),
    closed: (node) => pipeline.closeNode(node),
  };
}

interface Around {
  readonly end: LinkEnd;
  readonly log: Log;
  readonly store: Store;
  readonly supervisor: Supervisor | undefined;
}

/** The links to nodes that the options ask for, not yet started. */
export class Links {
  readonly serial: SerialLinks | undefined;
  readonly udp: UdpLink | undefined;
  readonly all: readonly Link[];

  /** `others`: links that are there whatever the options say. */
  constructor(options: HubOptions, { end, log, store, supervisor }: Around, others: readonly Link[]) {
    if (options.serialAuto || options.serialPaths.length > 0) {
      this.serial = new SerialLinks({
        ...{ paths: options.serialPaths, auto: options.serialAuto, end, log },
        ...{ details: supervisor ?? new SystemPorts(), choices: new PortChoices(store) },
      });
    }
    if (options.udp !== undefined) {
      this.udp = new UdpLink({ ...options.udp, end, log, keys: store.nodes, now: () => performance.now() });
    }
    this.all = [...others, this.serial, this.udp].filter((link) => link !== undefined);
  }

  /** Nodes that knock and are refused. */
  refused(): RefusedNode[] {
    return this.all.flatMap((link) => link.refused?.() ?? []);
  }
}

/** Starts the links. One that cannot be started is told of and left out: the others hear all the same. */
export async function startLinks(links: readonly Link[], log: Log): Promise<ProblemView[]> {
  const problems: ProblemView[] = [];
  for (const [nth, link] of links.entries()) {
    try {
      await link.start();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.error(() => error.message);
      problems.push({
        id: `link_${nth}`,
        title: "Some nodes cannot be heard",
        advice: sentence(error.message),
      });
    }
  }
  return problems;
}
