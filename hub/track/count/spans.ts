/**
 * Spans remembered per station: nodes deliver what they heard up to a batch apart, a tenth of a second in which a busy
 * station has the air some fifty times; four times that.
 */
const SPANS = 256;
/** Most stations that are heard send little. */
const FIRST_ROOM = 16;
/** µs by which spans are found: a little more than the longest reservation, so that a question looks into two slots. */
const SLOT = 2 ** 14;
const NONE = -1;

/**
 * The latest spans of air of one station, each with an amount in µs that can be taken back. Hub time. A ring, in which
 * the spans that begin in one slot of time are found through a queue from the oldest to the newest.
 */
export class Spans {
  #room = FIRST_ROOM;
  #from = new Float64Array(FIRST_ROOM);
  #until = new Float64Array(FIRST_ROOM);
  #amount = new Float64Array(FIRST_ROOM);
  #node = new Int16Array(FIRST_ROOM);
  /** The span behind each one in its queue, and the two ends of each queue. */
  #behind = new Int16Array(FIRST_ROOM);
  #first = new Int16Array(FIRST_ROOM).fill(NONE);
  #last = new Int16Array(FIRST_ROOM).fill(NONE);
  #pushed = 0;
  /** End of the latest span. */
  latest = 0;

  push(from: number, until: number, amount: number, node: number): void {
    if (this.#pushed === this.#room && this.#room < SPANS) this.#grow();
    const place = this.#pushed % this.#room;
    if (this.#pushed >= this.#room) this.#leaveQueue(place);
    this.#from[place] = from;
    this.#until[place] = until;
    this.#amount[place] = amount;
    this.#node[place] = node;
    this.#enterQueue(place);
    this.#pushed += 1;
    if (until > this.latest) this.latest = until;
  }

  /** Takes up to `amount` from the span that `time` is in; gives what was taken. */
  take(time: number, amount: number): number {
    const size = Math.min(this.#pushed, this.#room);
    for (let i = 0; i < size; i++) {
      if (time < (this.#from[i] ?? 0) || time >= (this.#until[i] ?? 0)) continue;
      const taken = Math.min(amount, this.#amount[i] ?? 0);
      this.#amount[i] = (this.#amount[i] ?? 0) - taken;
      return taken;
    }
    return 0;
  }

  /** Amount of the spans that begin in [from, until) and come from other nodes than `node`. */
  elsewhere(from: number, until: number, node: number): number {
    let sum = 0;
    const end = Math.floor(until / SLOT);
    for (let slot = Math.floor(from / SLOT); slot <= end; slot++) {
      let i = this.#first[slot & (this.#room - 1)] ?? NONE;
      for (; i !== NONE; i = this.#behind[i] ?? NONE) {
        const start = this.#from[i] ?? 0;
        if (start < from || start >= until || this.#node[i] === node) continue;
        // A queue serves many slots.
        if (Math.floor(start / SLOT) === slot) sum += this.#amount[i] ?? 0;
      }
    }
    return sum;
  }

  #queueOf(place: number): number {
    return Math.floor((this.#from[place] ?? 0) / SLOT) & (this.#room - 1);
  }

  #enterQueue(place: number): void {
    const queue = this.#queueOf(place);
    const last = this.#last[queue] ?? NONE;
    if (last === NONE) this.#first[queue] = place;
    else this.#behind[last] = place;
    this.#behind[place] = NONE;
    this.#last[queue] = place;
  }

  /** The oldest span of all is the first of its queue. */
  #leaveQueue(place: number): void {
    const queue = this.#queueOf(place);
    const next = this.#behind[place] ?? NONE;
    this.#first[queue] = next;
    if (next === NONE) this.#last[queue] = NONE;
  }

  /** Twice the room, before the ring has begun anew: every span keeps its place. */
  #grow(): void {
    const held = this.#room;
    this.#room = 2 * held;
    this.#from = grown(this.#from, new Float64Array(this.#room));
    this.#until = grown(this.#until, new Float64Array(this.#room));
    this.#amount = grown(this.#amount, new Float64Array(this.#room));
    this.#node = grown(this.#node, new Int16Array(this.#room));
    this.#behind = new Int16Array(this.#room);
    this.#first = new Int16Array(this.#room).fill(NONE);
    this.#last = new Int16Array(this.#room).fill(NONE);
    for (let place = 0; place < held; place++) this.#enterQueue(place);
  }
}

function grown<T extends Float64Array | Int16Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
