import { type NodeIndex, nodeIndex } from "../base/units.ts";
import { NODE_LIMIT } from "./clock/state.ts";

/** Frequencies told apart: all channels of 2.4, 5 and 6 GHz that a node hops over; more share the last place. */
const FREQUENCIES = 128;
/** Two 20 MHz channels this far apart (MHz) or nearer hear parts of each other. */
const OVERLAP = 20;

/** Which node has reported from which frequency, and until when. Times are hub time, µs. */
export class Presence {
  /** Nodes that have reported anything, in the order of their first report. */
  readonly nodes: NodeIndex[] = [];
  private readonly known = new Uint8Array(NODE_LIMIT);
  private readonly frequencies: number[] = [];
  private readonly until = new Float64Array(NODE_LIMIT * FREQUENCIES).fill(Number.NEGATIVE_INFINITY);

  has(node: NodeIndex): boolean {
    return this.known[node] === 1;
  }

  note(node: NodeIndex, frequency: number, time: number): void {
    if (node < 0 || node >= NODE_LIMIT) return;
    if (this.known[node] === 0) {
      this.known[node] = 1;
      this.nodes.push(nodeIndex(node));
    }
    const place = node * FREQUENCIES + this.placeOf(frequency);
    if (time > (this.until[place] ?? 0)) this.until[place] = time;
  }

  /** Until when `node` has reported from a frequency that overlaps; -∞: never. Frequency 0, unknown, overlaps all. */
  lastNear(node: NodeIndex, frequency: number): number {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.frequencies.length; i++) {
      const other = this.frequencies[i] ?? 0;
      if (other !== 0 && frequency !== 0 && Math.abs(other - frequency) > OVERLAP) continue;
      last = Math.max(last, this.until[node * FREQUENCIES + i] ?? Number.NEGATIVE_INFINITY);
    }
    return last;
  }

  private placeOf(frequency: number): number {
    const known = this.frequencies.indexOf(frequency);
    if (known >= 0) return known;
    if (this.frequencies.length >= FREQUENCIES) return FREQUENCIES - 1;
    return this.frequencies.push(this.frequencies.length === FREQUENCIES - 1 ? 0 : frequency) - 1;
  }
}
