import { fieldsOf, jsonOf, listOf } from "../../base/fields.ts";
import { isEntityId } from "../../house/domains.ts";
import type { KeptHabit } from "../../house/habits.ts";
import { AUTOMATIC, isChoice, ROLES } from "../../house/home.ts";
import type { Correction } from "../../house/mapping.ts";
import type { Pipeline } from "../../pipeline.ts";
import { formatMac, parseMac } from "../../radio/mac.ts";
import type { Store } from "../store.ts";

/** Which entities count for the home, what a person said about entities of devices, and how devices answer calls. */
const CHOICES = "house_choices";
const CORRECTIONS = "entity_corrections";
const HABITS = "reactions";
/** As long as nobody has said anything nothing is written. */
const UNSAID: ReadonlyMap<string, string> = new Map([
  [CHOICES, JSON.stringify(AUTOMATIC)],
  [CORRECTIONS, "[]"],
]);

/** Carries between what is known of the house and the store. */
export class HouseKeeper {
  readonly #store: Store;
  readonly #pipeline: Pipeline;
  readonly #kept = new Map<string, string | undefined>();

  constructor(store: Store, pipeline: Pipeline) {
    this.#store = store;
    this.#pipeline = pipeline;
    for (const [key, unsaid] of UNSAID) this.#kept.set(key, store.setting(key) ?? unsaid);
  }

  restore(): void {
    const { context, household } = this.#pipeline;
    const choices = fieldsOf(jsonOf(this.#kept.get(CHOICES)));
    for (const role of ROLES) {
      const choice = choices[role];
      if (typeof choice === "string" && isChoice(choice)) context.choose(role, choice);
    }
    household.mapping.restore(listsIn(jsonOf(this.#kept.get(CORRECTIONS))).flatMap(correctionOf));
    context.reactions.restore(listsIn(jsonOf(this.#store.setting(HABITS))).flatMap(habitOf));
  }

  /** Hands the next batch what a person said; call it once a second. */
  note(): void {
    const { context, household } = this.#pipeline;
    this.#keep(CHOICES, JSON.stringify(context.choices));
    const corrections = household.mapping.corrections();
    this.#keep(
      CORRECTIONS,
      JSON.stringify(corrections.map(({ mac, entityId, belongs }) => [formatMac(mac), entityId, belongs])),
    );
  }

  /** Hands the next batch what was learned; call it every hour and at the end. */
  noteLearned(): void {
    const habits = this.#pipeline.context.reactions.habits.takeChanged();
    if (habits === undefined) return;
    this.#store.setSetting(HABITS, JSON.stringify(habits.map(({ entityId, trials }) => [entityId, trials])));
  }

  #keep(key: string, value: string): void {
    if (this.#kept.get(key) === value) return;
    this.#store.setSetting(key, value);
    this.#kept.set(key, value);
  }
}

const listsIn = (value: unknown): unknown[][] => listOf(value).filter((row) => Array.isArray(row));

/** What cannot be read is left out. */
function correctionOf([address, entityId, belongs]: unknown[]): Correction[] {
  const mac = parseMac(String(address));
  const sound = typeof entityId === "string" && isEntityId(entityId) && typeof belongs === "boolean";
  return mac === undefined || !sound ? [] : [{ mac, entityId, belongs }];
}

function habitOf([entityId, trials]: unknown[]): KeptHabit[] {
  if (typeof entityId !== "string" || !isEntityId(entityId)) return [];
  const sound = listsIn(trials).flatMap(([before, after]): (readonly [number, number | null])[] =>
    typeof before === "number" && (typeof after === "number" || after === null) ? [[before, after]] : [],
  );
  return [{ entityId, trials: sound }];
}
