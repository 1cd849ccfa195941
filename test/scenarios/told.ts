import { SECOND } from "../../hub/base/units.ts";
import { DEVICES, type DemoDevice } from "../../hub/demo/cast.ts";
import { isChoice, ROLES } from "../../hub/house/home.ts";
import type { HouseNote } from "../../hub/house/notes.ts";
import { demoStage } from "../support/demo.ts";

/**
 * The air of the demo home, with what Home Assistant tells beside it; times are seconds since the demo began.
 *
 *   entity ENTITY of DEVICE                 DEVICE by its name in the demo, `_` for blanks
 *   choose ROLE ENTITY
 *   TIME told ENTITY STATE
 *   TIME call SERVICE ENTITY [answer=no] [every=60] [times=1]
 *   TIME burst DEVICE SECONDS
 *   TIME home_assistant connected|lost|started
 *   until TIME
 *
 * The golden lines after `---` are the notes and the incidents as they come, these again when the house adds to them.
 */
export function playTold(lines: readonly string[]): string[] {
  const told = new Told();
  for (const line of lines) told.read(line);
  return told.run();
}

class Told {
  readonly #stage = demoStage(1);
  readonly #happenings: { readonly time: number; readonly run: () => void }[] = [];
  readonly #entities: { readonly entityId: string; readonly device: DemoDevice }[] = [];
  readonly #lines: string[] = [];
  readonly #seen = new Set<string>();
  #until = 60;

  read(line: string): void {
    const words = line.split(" ");
    const [first = "", second = "", third = "", fourth = ""] = words.filter((word) => !word.includes("="));
    const traits = new Map(
      words.filter((word) => word.includes("=")).map((word) => word.split("=") as [string, string]),
    );
    if (first === "entity") this.#entities.push({ entityId: second, device: deviceOf(fourth) });
    else if (first === "choose") this.#choose(second, third);
    else if (first === "until") this.#until = Number(second);
    else this.#at(Number(first), [second, third, fourth], traits);
  }

  run(): string[] {
    const { pipeline, play } = this.#stage;
    this.#register();
    const happenings = this.#happenings.sort((a, b) => a.time - b.time);
    let next = 0;
    let second = 0;
    const due = (): void => {
      for (; next < happenings.length && (happenings[next]?.time ?? 0) <= second; next++)
        happenings[next]?.run();
    };
    due();
    play(this.#until, () => {
      second += 1;
      due();
      for (const { mac, name } of DEVICES) {
        for (const note of pipeline.context.notes.of(mac)) this.#note(second, name, note);
      }
      this.#incidents();
    });
    return this.#lines;
  }

  #choose(role: string, choice: string): void {
    const known = ROLES.find((one) => one === role);
    if (known === undefined || !isChoice(choice)) throw new Error(`no such choice: ${role} ${choice}`);
    this.#stage.pipeline.context.choose(known, choice);
  }

  #register(): void {
    const { pipeline, now } = this.#stage;
    const devices = [...new Set(this.#entities.map(({ device }) => device))].map(({ name, mac }) => ({
      ...{ id: name, name, nameByUser: undefined, areaId: undefined, macs: [mac], parentId: undefined },
      ...{ ours: false, brokered: false, watches: undefined },
    }));
    const entities = this.#entities.map(({ entityId, device }) => ({
      ...{ entityId, uniqueId: entityId, platform: "test", deviceId: device.name, areaId: undefined },
    }));
    pipeline.takeRegistry({ devices, entities, areas: [], hostNames: [] }, now());
  }

  #at(
    time: number,
    [verb, first, second]: [string, string, string],
    traits: ReadonlyMap<string, string>,
  ): void {
    const { pipeline, home, now } = this.#stage;
    const { context } = pipeline;
    const add = (run: () => void): void => {
      const every = Number(traits.get("every") ?? 60);
      const times = Number(traits.get("times") ?? 1);
      for (let i = 0; i < times; i++) this.#happenings.push({ time: time + i * every, run });
    };
    if (verb === "told") add(() => context.take([{ entityId: first, state: second }], now()));
    else if (verb === "burst") add(() => home.burst(deviceOf(first).mac, Number(second) * SECOND));
    else if (verb === "call") {
      add(() => {
        const target = { domain: first.split(".")[0] ?? "", entityIds: [second], deviceIds: [], areaIds: [] };
        const macs = context.call(first, target, { now: now(), house: pipeline.house });
        if (traits.get("answer") !== "no") for (const mac of macs) home.call(mac);
      });
    } else if (verb === "home_assistant" && first === "lost") add(() => context.states.lost());
    else if (verb === "home_assistant" && first === "started") add(() => context.states.started(now()));
    else if (verb === "home_assistant") add(() => context.states.connected(first === "connected", now()));
    else throw new Error(`not a line of a told scenario: ${time} ${verb}`);
  }

  #note(second: number, name: string, note: HouseNote): void {
    const key = `${name} ${note.code} ${note.time}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const heard = note.coverage === undefined ? "?" : `${Math.round(10 * note.coverage)}/10`;
    const figures =
      note.code === "burst"
        ? `${Math.round(note.rate / note.usual)} times`
        : [note.entityId, ...(note.delay === undefined ? [] : [`after ${note.delay.toFixed(1)}`])].join(" ");
    this.#lines.push(`${second} ${note.code} ${name.replaceAll(" ", "_")} ${figures} heard ${heard}`);
  }

  #incidents(): void {
    for (const { kind, incident, at } of this.#stage.changes.splice(0)) {
      const codes = [incident.evidence["house_context"] ?? []].flat().join(" ");
      const key = `${incident.id} ${codes}`;
      if (kind === "resolved" || this.#seen.has(key)) continue;
      this.#seen.add(key);
      const { severity, tier } = incident;
      this.#lines.push(`${at} ${kind} ${incident.kind} ${severity} ${tier} ${codes}`.trim());
    }
  }
}

function deviceOf(name: string): DemoDevice {
  const device = DEVICES.find((one) => one.name === name.replaceAll("_", " "));
  if (device === undefined) throw new Error(`no such device of the demo: ${name}`);
  return device;
}
