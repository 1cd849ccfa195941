import { sentence } from "../base/text.ts";
import type { Micros } from "../base/units.ts";
import type { ProblemView } from "../expose/snapshot.ts";
import type { Pipeline } from "../pipeline.ts";
import { Failure } from "./failure.ts";
import type { Link, LinkEnd } from "./link.ts";
import type { Log } from "./log.ts";
import type { HubOptions } from "./options.ts";
import { SerialLinks } from "./serial.ts";
import type { Store } from "./store.ts";
import { UdpLink } from "./udp.ts";

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
}

/** The links to nodes that the options ask for, not yet started. */
export function linksOf(options: HubOptions, { end, log, store }: Around): Link[] {
  const links: Link[] = [];
  if (options.serialAuto || options.serialPaths.length > 0) {
    links.push(new SerialLinks({ paths: options.serialPaths, auto: options.serialAuto, end, log }));
  }
  if (options.udp !== undefined) {
    links.push(new UdpLink({ ...options.udp, end, log, keys: store.nodes, now: () => performance.now() }));
  }
  return links;
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
