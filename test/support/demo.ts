import type { IncidentChange } from "../../hub/alert/incidents.ts";
import { type Micros, micros, type NodeIndex, SECOND } from "../../hub/base/units.ts";
import { DemoHome } from "../../hub/demo/home.ts";
import { demoNames, demoSettings } from "../../hub/demo/play.ts";
import { Pipeline } from "../../hub/pipeline.ts";
import { Deframer } from "../../hub/wire/frame.ts";

const START = 1_790_000_000 * SECOND;
/** µs between two looks at what the nodes have sent. */
const STEP = 100_000;

export interface DemoStage {
  readonly home: DemoHome;
  readonly pipeline: Pipeline;
  readonly changes: (IncidentChange & { readonly at: number })[];
  readonly now: () => Micros;
  /** Plays so many seconds on, as fast as it goes; `each` is called after every second. */
  play(seconds: number, each?: () => void): void;
}

/** The demo home and a pipeline that hears it, in a time of their own. */
export function demoStage(seed: number): DemoStage {
  const pipeline = new Pipeline({
    ...{ everyNetworkIsHome: false, vendorOf: () => undefined, watchNodes: true },
    ...demoSettings([]),
  });
  for (const { mac, name } of demoNames()) pipeline.known.name(mac, name, micros(START));
  let now = START;
  const nodes: NodeIndex[] = [];
  const deframers: Deframer[] = [];
  const home = new DemoHome(seed, (node, octets) => {
    const index = nodes[node];
    if (index !== undefined)
      deframers[node]?.push(octets, (message) => pipeline.message(index, message, micros(now)));
  });
  for (const node of home.nodes) {
    nodes.push(pipeline.openNode(node.plan.name, micros(now)));
    deframers.push(new Deframer());
  }
  home.start();
  const changes: (IncidentChange & { at: number })[] = [];
  const second = (): void => {
    pipeline.tick(micros(now));
    for (const change of pipeline.takeIncidents()) changes.push({ ...change, at: (now - START) / SECOND });
    for (const { node, message } of pipeline.takeCommands())
      home.nodes[nodes.indexOf(node)]?.receive(message);
  };
  const play = (seconds: number, each?: () => void): void => {
    for (const end = now + seconds * SECOND; now < end; ) {
      now += STEP;
      home.advance(now - START);
      if ((now - START) % SECOND !== 0) continue;
      second();
      each?.();
    }
  };
  return { home, pipeline, changes, now: () => micros(now), play };
}
