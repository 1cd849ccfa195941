import { MINUTE, type Micros, micros } from "../base/units.ts";
import type { Detector } from "./detector.ts";
import type { Finding } from "./finding.ts";

/** What the detector has to know of a node. */
export interface NodeHearing {
  readonly name: string;
  /** Last message of any kind, in hub time; undefined for a node that was never heard. */
  readonly lastHeard: Micros | undefined;
}

/** A node says something every few seconds, and needs less than a minute to restart and find its hub again. */
const SILENCE = micros(2 * MINUTE);

/**
 * A node that was heard and is no more. When all of several nodes fell silent it is one finding about the air: the
 * fault is then the hub's or the power's, not forty nodes'.
 */
export function createNodeSilent(nodes: () => Iterable<NodeHearing>): Detector {
  return {
    kind: "node_silent",
    observe() {},
    change() {},
    tick(now) {
      const silent: Finding[] = [];
      let heard = 0;
      for (const node of nodes()) {
        if (node.lastHeard === undefined) continue;
        heard += 1;
        if (now - node.lastHeard >= SILENCE) silent.push(findingOf(node.name, node.lastHeard, now));
      }
      return heard > 1 && silent.length === heard ? [together(silent, now)] : silent;
    },
  };
}

function findingOf(node: string, since: Micros, now: Micros): Finding {
  return {
    kind: "node_silent",
    subject: { kind: "node", node },
    time: now,
    since,
    severity: "warning",
    evidence: {
      observed: Math.round((now - since) / MINUTE),
      expected: 0,
      unit: "minutes of silence",
      nodes: [node],
    },
  };
}

function together(silent: readonly Finding[], now: Micros): Finding {
  const since = micros(Math.max(...silent.map((finding) => finding.since)));
  return {
    kind: "node_silent",
    subject: { kind: "air" },
    time: now,
    since,
    severity: "warning",
    evidence: {
      observed: Math.round((now - since) / MINUTE),
      expected: 0,
      unit: "minutes of silence",
      nodes: silent.flatMap((finding) => (finding.subject.kind === "node" ? [finding.subject.node] : [])),
    },
  };
}
