/** Spans remembered of one node: half an hour of dwells of 250 ms. */
const SPANS = 8192;
const FIRST_ROOM = 64;
/** Rounding between the end of one dwell and the start of the next, µs. */
const SEAM = 1_000;
/** Messages may overtake each other by this much, µs: older spans cannot lie behind newer ones. */
const DISORDER = 60e6;

/** A stretch of hub time in µs in which a channel was listened to. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** When one node listened to which frequency: the last 8,192 stretches, those that touch put together. */
export class Listening {
  private frequency = new Uint16Array(FIRST_ROOM);
  private from = new Float64Array(FIRST_ROOM);
  private to = new Float64Array(FIRST_ROOM);
  private stated = new Uint8Array(FIRST_ROOM);
  private added = 0;

  /** Stretches that have been forgotten to make room. */
  get forgotten(): number {
    return Math.max(0, this.added - SPANS);
  }

  /** A node is in one place at a time: what overlaps the stretch before begins at its end. */
  add(frequency: number, span: Span, stated: boolean): void {
    if (!(span.to > span.from)) return;
    const last = this.rowOf(this.added - 1);
    const begin = this.from[last] ?? 0;
    const end = this.to[last] ?? 0;
    const follows = this.added > 0 && span.from >= begin;
    const same = this.frequency[last] === frequency && (this.stated[last] === 1) === stated;
    if (follows && same && span.from <= end + SEAM) {
      this.to[last] = Math.max(end, span.to);
      return;
    }
    const from = follows ? Math.max(span.from, end) : span.from;
    if (span.to > from) this.append(frequency, { from, to: span.to }, stated);
  }

  /** The stretches on a frequency within a span, cut to it, newest first. */
  *within(frequency: number, span: Span): Generator<Span & { readonly stated: boolean }, void, undefined> {
    const held = Math.min(this.added, SPANS);
    for (let i = 1; i <= held; i++) {
      const row = this.rowOf(this.added - i);
      const to = this.to[row] ?? 0;
      if (to < span.from - DISORDER) return;
      const cut = { from: Math.max(this.from[row] ?? 0, span.from), to: Math.min(to, span.to) };
      if (this.frequency[row] !== frequency || cut.to <= cut.from) continue;
      yield { ...cut, stated: this.stated[row] === 1 };
    }
  }

  /** Frequencies listened to within a span. */
  frequencies(span: Span): Set<number> {
    const found = new Set<number>();
    const held = Math.min(this.added, SPANS);
    for (let i = 1; i <= held; i++) {
      const row = this.rowOf(this.added - i);
      if ((this.to[row] ?? 0) < span.from - DISORDER) break;
      if ((this.to[row] ?? 0) > span.from && (this.from[row] ?? 0) < span.to)
        found.add(this.frequency[row] ?? 0);
    }
    return found;
  }

  private rowOf(number: number): number {
    return number < 0 ? 0 : number % SPANS;
  }

  private append(frequency: number, span: Span, stated: boolean): void {
    const row = this.rowOf(this.added);
    if (row >= this.from.length) this.grow();
    this.frequency[row] = frequency;
    this.from[row] = span.from;
    this.to[row] = span.to;
    this.stated[row] = stated ? 1 : 0;
    this.added += 1;
  }

  private grow(): void {
    const room = Math.min(SPANS, this.from.length * 2);
    const frequency = new Uint16Array(room);
    const from = new Float64Array(room);
    const to = new Float64Array(room);
    const stated = new Uint8Array(room);
    frequency.set(this.frequency);
    from.set(this.from);
    to.set(this.to);
    stated.set(this.stated);
    this.frequency = frequency;
    this.from = from;
    this.to = to;
    this.stated = stated;
  }
}

/** µs covered by spans that may overlap. */
export function covered(spans: readonly Span[]): number {
  const sorted = [...spans].sort((left, right) => left.from - right.from);
  let total = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const span of sorted) {
    total += Math.max(0, span.to - Math.max(span.from, end));
    end = Math.max(end, span.to);
  }
  return total;
}
