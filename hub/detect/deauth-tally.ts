import { BoundedMap } from "../base/bounded.ts";
import { type Mac, type Micros, mac, micros, toSeconds } from "../base/units.ts";
import type { ManagementSighting } from "../radio/sighting.ts";
import { type DeauthLedger, MARK, NO_REASON } from "./deauth-ledger.ts";
import type { Evidence } from "./finding.ts";

/** Clients counted one by one; beyond them the count stands still and says so. */
const CLIENTS = 256;
const REASONS = 16;
const NODES = 32;
/** A disassociation and a deauthentication: what a genuine farewell takes, per client or to all. */
const GENUINE = 2;

/** What a flood amounts to so far: the evidence of the finding. */
export class FloodTally {
  readonly since: Micros;
  /** Time of the frame that made it a flood. */
  readonly decided: Micros;
  told = false;
  /** Associations on this access point since the flood began. */
  rejoins = 0;
  /** Node and level of the loudest reception. */
  loudestNode = -1;
  #loudest = Number.NEGATIVE_INFINITY;
  #frames = 0;
  #group = 0;
  #forged = 0;
  #receptions = 0;
  readonly #clients = new BoundedMap<Mac, true>({ capacity: CLIENTS });
  readonly #reasons = new Set<number>();
  readonly #nodes = new Set<number>();

  constructor(since: Micros, decided: Micros) {
    this.since = since;
    this.decided = decided;
  }

  /** A distinct frame from before the flood was known to be one, with the receptions of it. */
  adopt(ledger: DeauthLedger, row: number): void {
    this.add(ledger, row);
    if (((ledger.marks[row] ?? 0) & MARK.join) === 0) this.#receptions += 1 + (ledger.repeats[row] ?? 0);
  }

  /** A distinct frame, as the ledger has it. */
  add(ledger: DeauthLedger, row: number): void {
    const marks = ledger.marks[row] ?? 0;
    if ((marks & MARK.join) !== 0) return;
    this.#frames += 1;
    if ((marks & MARK.forged) !== 0) this.#forged += 1;
    const reason = ledger.reason[row] ?? NO_REASON;
    if (reason !== NO_REASON && this.#reasons.size < REASONS) this.#reasons.add(reason);
    if ((marks & MARK.group) !== 0) this.#group += 1;
    else if (this.#clients.size < CLIENTS) this.#clients.set(mac(ledger.peer[row] ?? 0), true);
  }

  /** A reception of such a frame, by whichever node and however often repeated. */
  receive(sighting: ManagementSighting): void {
    this.#receptions += 1;
    this.locate(sighting);
  }

  locate(sighting: ManagementSighting): void {
    if (this.#nodes.size < NODES) this.#nodes.add(sighting.node);
    if (sighting.rssi >= 0 || sighting.rssi <= this.#loudest) return;
    this.#loudest = sighting.rssi;
    this.loudestNode = sighting.node;
  }

  evidence(now: Micros): Evidence {
    return {
      observed: this.#frames,
      expected: GENUINE * Math.max(1, this.#clients.size),
      unit: "frames",
      window_seconds: Math.round(10 * toSeconds(micros(Math.max(0, now - this.since)))) / 10,
      broadcast_share: Math.round((100 * this.#group) / Math.max(1, this.#frames)) / 100,
      clients: this.#clients.size,
      forged_frames: this.#forged,
      receptions: this.#receptions,
      rejoins: this.rejoins,
      reason_codes: [...this.#reasons].sort((a, b) => a - b).map(String),
      nodes: this.#nodes.size,
      rssi_dbm: this.#loudest < 0 && Number.isFinite(this.#loudest) ? Math.round(this.#loudest) : null,
    };
  }
}
