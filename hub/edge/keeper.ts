import type { IncidentChange } from "../alert/incidents.ts";
import { DAY, type Micros, micros } from "../base/units.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Store } from "./store.ts";

const LEARNING_SINCE = "learning_since";
/** Incidents of longer ago are in the store, not in memory. */
const REMEMBER = micros(30 * DAY);

/** What an earlier run has learned: when learning began. Asked before the pipeline is made. */
export function learnedBefore(store: Store): { readonly learningSince?: Micros } {
  const since = Number(store.setting(LEARNING_SINCE));
  return Number.isFinite(since) && since > 0 ? { learningSince: micros(since) } : {};
}

/** Carries between the pipeline and the store: back at the start, forth with every tick. */
export class Keeper {
  readonly #store: Store;
  readonly #pipeline: Pipeline;
  /** What the store holds, by identity. */
  readonly #quiets = new Map<string, Micros | undefined>();
  #learningKept: boolean;

  constructor(store: Store, pipeline: Pipeline) {
    this.#store = store;
    this.#pipeline = pipeline;
    this.#learningKept = store.setting(LEARNING_SINCE) !== undefined;
  }

  /** Gives the pipeline what was kept. */
  restore(now: Micros): void {
    const { known, incidents } = this.#pipeline;
    known.restore(this.#store.devices());
    const quiets = this.#store.quiets();
    for (const quiet of quiets) this.#quiets.set(quiet.identity, quiet.until);
    incidents.feedback.restore(quiets);
    const recent = this.#store.incidents().filter((one) => now - one.raisedAt < REMEMBER);
    incidents.restore(recent, now);
  }

  /** Incidents are on the disk when this returns, what has merely grown with the next batch. */
  take(changes: readonly IncidentChange[]): void {
    for (const { kind, incident } of changes) {
      if (kind === "updated") this.#store.noteIncident(incident);
      else this.#store.saveIncident(incident);
    }
    this.#keepQuiets();
  }

  /** Hands the next batch what changed about devices; call it once a second. */
  note(): void {
    const { known, house } = this.#pipeline;
    this.#store.saveDevices(
      known.takeChanged().map((device) => ({
        ...device,
        lastSeen: house.device(device.mac)?.lastSeen ?? device.since,
      })),
    );
    if (!this.#learningKept && known.learningSince !== undefined) {
      this.#store.setSetting(LEARNING_SINCE, String(Math.round(known.learningSince)));
      this.#learningKept = true;
    }
  }

  #keepQuiets(): void {
    const wanted = new Map(
      this.#pipeline.incidents.feedback.all().map((quiet) => [quiet.identity, quiet.until]),
    );
    for (const [identity, until] of wanted) {
      if (this.#quiets.has(identity) && this.#quiets.get(identity) === until) continue;
      this.#quiets.set(identity, until);
      this.#store.saveQuiet({ identity, until });
    }
    for (const identity of this.#quiets.keys()) {
      if (wanted.has(identity)) continue;
      this.#quiets.delete(identity);
      this.#store.removeQuiet(identity);
    }
  }
}
