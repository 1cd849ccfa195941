import { SECOND } from "../../../hub/base/units.ts";
import { DemoHome } from "../../../hub/demo/home.ts";
import { Deframer } from "../../../hub/wire/frame.ts";

/** Seed of the demo home, and how long its nodes are listened to. */
const SEED = 11;
const SECONDS = 600;
/** µs between two looks at what the nodes have sent. */
const STEP = 100_000;

export interface Recorded {
  /** 0 or 1. */
  readonly node: number;
  readonly message: Uint8Array;
  /** µs since the start. */
  readonly at: number;
}

/** Ten minutes of the demo home as its two nodes send them. */
export function recordDemo(): Recorded[] {
  const recorded: Recorded[] = [];
  const deframers = [new Deframer(), new Deframer()];
  let now = 0;
  const home = new DemoHome(SEED, (node, octets) => {
    deframers[node]?.push(octets, (message) => recorded.push({ node, message: message.slice(), at: now }));
  });
  home.start();
  for (; now < SECONDS * SECOND; now += STEP) home.advance(now);
  return recorded;
}
