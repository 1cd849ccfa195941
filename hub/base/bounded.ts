/** One key with its place in a ring of entries, `newer` towards the most recently touched. */
class Entry<K, V> {
  readonly key: K;
  value: V;
  older: Entry<K, V> = this;
  newer: Entry<K, V> = this;
  /** In the ring of entries that the last eviction found protected. */
  sheltered = false;

  constructor(key: K, value: V) {
    this.key = key;
    this.value = value;
  }
}

export interface BoundedMapOptions<K, V> {
  /** Most entries held, at least 1. */
  readonly capacity: number;
  /** Told of every entry that had to leave for a new one; must not set entries of the same map. */
  readonly onEvict?: (key: K, value: V) => void;
  /** Entries that leave only when every other one is protected too. May change its mind about a value. */
  readonly protect?: (value: V) => boolean;
}

/**
 * Sheltered entries looked at again in every eviction. Two are enough for the walk to be faster than entries can
 * become sheltered in the long run, one per eviction.
 */
const REVIEWS = 2;

/**
 * A map that never holds more than `capacity` entries: a new key evicts the least recently set or touched entry
 * that is not protected, and where all are protected the one longest without a touch. Reading is no touch.
 * Every operation is O(1), eviction amortised: an entry found protected moves aside until it is touched again or
 * a later eviction finds that it no longer is.
 * Iteration is in order of first insertion; touching and deleting while iterating is safe.
 */
export class BoundedMap<K, V> {
  readonly capacity: number;
  #evicted = 0;
  readonly #entries = new Map<K, Entry<K, V>>();
  readonly #onEvict: ((key: K, value: V) => void) | undefined;
  readonly #protect: ((value: V) => boolean) | undefined;
  /** Oldest entries of the two rings; undefined where the ring is empty. */
  #open: Entry<K, V> | undefined;
  #sheltered: Entry<K, V> | undefined;
  /** Next sheltered entry to review. */
  #review: Entry<K, V> | undefined;

  constructor(options: BoundedMapOptions<K, V>) {
    if (!Number.isInteger(options.capacity) || options.capacity < 1) {
      throw new RangeError(`a bounded map needs a capacity of at least 1, not ${options.capacity}`);
    }
    this.capacity = options.capacity;
    this.#onEvict = options.onEvict;
    this.#protect = options.protect;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Entries evicted so far; deleted ones do not count. */
  get evicted(): number {
    return this.#evicted;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Sets and touches; a new key evicts an entry first where the map is full. */
  set(key: K, value: V): this {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      this.#renew(known);
      return this;
    }
    if (this.#entries.size >= this.capacity) this.#evict();
    const entry = new Entry(key, value);
    this.#entries.set(key, entry);
    this.#append(entry);
    return this;
  }

  /** Makes the key the last to be evicted; false where it is not in the map. */
  touch(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#renew(entry);
    return true;
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#unlink(entry);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#open = undefined;
    this.#sheltered = undefined;
    this.#review = undefined;
  }

  keys(): MapIterator<K> {
    return this.#entries.keys();
  }

  *values(): Generator<V, void, undefined> {
    for (const entry of this.#entries.values()) yield entry.value;
  }

  *entries(): Generator<[K, V], void, undefined> {
    for (const entry of this.#entries.values()) yield [entry.key, entry.value];
  }

  [Symbol.iterator](): Generator<[K, V], void, undefined> {
    return this.entries();
  }

  #renew(entry: Entry<K, V>): void {
    if (this.#open?.older === entry) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  /** Puts an unlinked entry at the newest end of the open ring. */
  #append(entry: Entry<K, V>): void {
    entry.sheltered = false;
    if (this.#open === undefined) this.#open = entry;
    else insertBefore(this.#open, entry);
  }

  #unlink(entry: Entry<K, V>): void {
    const rest = entry.newer === entry ? undefined : entry.newer;
    if (entry.sheltered) {
      if (this.#sheltered === entry) this.#sheltered = rest;
      if (this.#review === entry) this.#review = rest;
    } else if (this.#open === entry) this.#open = rest;
    entry.older.newer = entry.newer;
    entry.newer.older = entry.older;
    entry.older = entry;
    entry.newer = entry;
  }

  #shelter(entry: Entry<K, V>): void {
    this.#unlink(entry);
    entry.sheltered = true;
    if (this.#sheltered === undefined) this.#sheltered = entry;
    else insertBefore(this.#sheltered, entry);
  }

  /** Brings sheltered entries whose protection has ended back to the oldest end of the open ring. */
  #reviewSheltered(protect: (value: V) => boolean): void {
    for (let i = 0; i < REVIEWS; i++) {
      const entry = this.#review ?? this.#sheltered;
      if (entry === undefined) return;
      this.#review = entry.newer;
      if (protect(entry.value)) continue;
      this.#unlink(entry);
      this.#append(entry);
      this.#open = entry;
    }
  }

  #victim(): Entry<K, V> | undefined {
    const protect = this.#protect;
    if (protect === undefined) return this.#open;
    this.#reviewSheltered(protect);
    while (this.#open !== undefined && protect(this.#open.value)) this.#shelter(this.#open);
    return this.#open ?? this.#sheltered;
  }

  #evict(): void {
    const victim = this.#victim();
    if (victim === undefined) return;
    this.#unlink(victim);
    this.#entries.delete(victim.key);
    this.#evicted += 1;
    this.#onEvict?.(victim.key, victim.value);
  }
}

/** Before the oldest entry of a ring is its newest end. */
function insertBefore<K, V>(oldest: Entry<K, V>, entry: Entry<K, V>): void {
  entry.older = oldest.older;
  entry.newer = oldest;
  oldest.older.newer = entry;
  oldest.older = entry;
}

/** The last `capacity` values pushed, oldest first; older ones are overwritten and counted. */
export class RecentRing<T extends NonNullable<unknown>> {
  readonly capacity: number;
  #pushed = 0;
  readonly #slots: T[] = [];

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`a ring needs a capacity of at least 1, not ${capacity}`);
    }
    this.capacity = capacity;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Values overwritten since the ring was made or cleared. */
  get overwritten(): number {
    return this.#pushed - this.#slots.length;
  }

  push(value: T): void {
    this.#slots[this.#pushed % this.capacity] = value;
    this.#pushed += 1;
  }

  /** 0 is the oldest value held, -1 the newest; undefined outside. */
  at(index: number): T | undefined {
    const size = this.#slots.length;
    const place = index < 0 ? size + index : index;
    if (place < 0 || place >= size) return undefined;
    return this.#slots[(this.#pushed - size + place) % this.capacity];
  }

  clear(): void {
    this.#slots.length = 0;
    this.#pushed = 0;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let i = 0; i < this.#slots.length; i++) {
      const value = this.#slots[(this.#pushed - this.#slots.length + i) % this.capacity];
      if (value !== undefined) yield value;
    }
  }
}
