import { SECOND, toSeconds } from "../../hub/base/units.ts";
import { RetainedTopics } from "../../hub/edge/mqtt/retained.ts";
import { ReadModel } from "../../hub/edge/page/read-model.ts";
import { retainedPublications } from "../../hub/expose/discovery/devices.ts";
import type { Publication } from "../../hub/expose/discovery/publication.ts";
import type { Site } from "../../hub/expose/discovery/site.ts";
import { HUB_ENTITIES } from "../../hub/expose/entities/hub.ts";
import { NODE_ENTITIES } from "../../hub/expose/entities/node.ts";
import { attributesKey } from "../../hub/expose/entities/row.ts";
import { WATCHED_ENTITIES } from "../../hub/expose/entities/watched.ts";
import { chooseWatched, type WatchedView } from "../../hub/expose/watched.ts";
import { type DemoStage, demoStage } from "../support/demo.ts";
import { nothingWatched } from "../support/discovery.ts";
import { type BenchRow, tableOf } from "./rows.ts";

const SEED = 11;
/** The demo's attack and its stranger, its learning, and what comes after. */
const MINUTES = 30;
const SITE: Site = { hubId: "bench", discoveryPrefix: "homeassistant", version: "0" };
const PARTS = { state: HUB_ENTITIES, node: NODE_ENTITIES, device: WATCHED_ENTITIES } as const;
type Part = keyof typeof PARTS;

/** Counts what Home Assistant's recorder would write: a row each time that a state or an attribute changes. */
class Recorder {
  readonly rows = new Map<string, number>();
  readonly devices = new Map<Part, Set<string>>();
  messages = 0;
  readonly #last = new Map<string, string>();

  take({ topic, payload }: Publication): void {
    const part = topic.split("/")[2] as Part;
    if (!topic.startsWith("airwarden/") || !(part in PARTS)) return;
    this.messages += 1;
    this.devices.set(part, (this.devices.get(part) ?? new Set()).add(topic));
    const state = JSON.parse(payload) as Record<string, unknown>;
    for (const { key } of PARTS[part]) {
      const now = JSON.stringify([state[key], state[attributesKey(key)]]);
      const before = this.#last.get(`${topic} ${key}`);
      this.#last.set(`${topic} ${key}`, now);
      if (before === now || !(key in state)) continue;
      this.rows.set(`${part} ${key}`, (this.rows.get(`${part} ${key}`) ?? 0) + 1);
    }
  }
}

function watchedOf({ pipeline, now }: DemoStage, model: ReadModel): readonly WatchedView[] {
  return chooseWatched(model.snapshot(), {
    known: pipeline.known.all(),
    names: pipeline.names,
    household: (mac) => pipeline.household.of(mac),
    isMuted: (mac) => pipeline.incidents.isMuted({ kind: "device", mac }, now()),
    ...{ isDeleted: () => false, standing: new Set<string>(), settled: true },
  }).devices;
}

function modelOf({ pipeline, now }: DemoStage): ReadModel {
  return new ReadModel({
    ...{ pipeline, now, version: "0", demo: true, startedAt: now() },
    ...{
      mqtt: () => "connected",
      update: () => null,
      homeAssistant: () => "off",
      deletedEntities: () => 0,
      ports: () => [],
    },
    block: () => ({ rules: [], blocked: [], guarded: [], runs: [] }),
    updateOf: () => ({ latest: null, phase: null, percent: null, problem: null }),
    ...{ paired: () => [], moves: () => [], problems: () => [] },
    nodeAddress: () => ({ nodePort: null, nodeHosts: [], nodeProblem: null }),
  });
}

/** Rows an hour in Home Assistant's recorder, of the demo home, by entity; most first. */
export function run(): BenchRow[] {
  const stage = demoStage(SEED);
  const model = modelOf(stage);
  const recorder = new Recorder();
  const retained = new RetainedTopics(SITE, (one) => recorder.take(one));
  stage.play(MINUTES * 60, () => {
    model.sample();
    const watched = { ...nothingWatched, devices: watchedOf(stage, model) };
    const wanted = retainedPublications(SITE, model.snapshot(), watched);
    retained.show(wanted, watched.keeps, (toSeconds(stage.now()) * SECOND) / 1000);
  });
  const hours = MINUTES / 60;
  const rows = [...recorder.rows].map(([name, count]): Row => {
    const [part = "state", key = ""] = name.split(" ");
    const row = PARTS[part as Part].find((one) => one.key === key);
    const devices = recorder.devices.get(part as Part)?.size ?? 1;
    const enabled = row?.traits["enabled_by_default"] !== false;
    return { name: `${part === "state" ? "hub" : part}: ${row?.name}`, enabled, devices, count };
  });
  const sum = (of: readonly Row[]): number => of.reduce((all, { count }) => all + count, 0) / hours;
  return [
    { name: "all that is on from the start", rowsPerHour: sum(rows.filter((row) => row.enabled)) },
    { name: "all, with what is off until it is wanted", rowsPerHour: sum(rows) },
    { name: "messages to the broker", rowsPerHour: recorder.messages / hours },
    ...rows
      .sort((a, b) => b.count - a.count)
      .map(({ name, enabled, devices, count }) => ({
        name: `  ${name}${enabled ? "" : " (off)"}`,
        rowsPerHour: count / hours,
        each: count / hours / devices,
      })),
  ];
}

interface Row {
  readonly name: string;
  readonly enabled: boolean;
  readonly devices: number;
  readonly count: number;
}

if (import.meta.main) console.log(tableOf(run()));
