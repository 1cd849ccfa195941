import type { IncidentChange } from "../alert/incidents.ts";
import { jsonOf, listOf } from "../base/fields.ts";
import { DAY, type Mac, type Micros, micros } from "../base/units.ts";
import type { KnownDevicesOptions } from "../detect/known-devices.ts";
import type { Pipeline } from "../pipeline.ts";
import { formatMac, parseMac } from "../radio/mac.ts";
import type { HandGroup } from "../track/identity/hands.ts";
import { HouseKeeper } from "./home-assistant/house-keeper.ts";
import type { Store } from "./store.ts";

const LEARNING_SINCE = "learning_since";
/** When a person ended it; 0 where nobody did. */
const LEARNING_ENDED = "learning_ended";
const PUSHES_A_DAY = "pushes_a_day";
/** Name of the network that a person chose as home, its octets in hexadecimal. */
const HOME = "home";
const HEXADECIMAL = /^([0-9a-f]{2}){1,32}$/;
/** Groups of addresses that a person joined: lists of addresses as JSON. */
const SAME_DEVICES = "same_devices";
/** Devices silent for longer are not shown after a restart: phones leave an address behind every two weeks. */
const RECALL = micros(14 * DAY);
/** Incidents of longer ago are in the store, not in memory. */
const REMEMBER = micros(30 * DAY);

/** What an earlier run has learned: when learning began, and ended. Asked before the pipeline is made. */
export function learnedBefore(store: Store): Pick<KnownDevicesOptions, "learningSince" | "learningEnded"> {
  const since = timeIn(store.setting(LEARNING_SINCE));
  const ended = timeIn(store.setting(LEARNING_ENDED));
  return {
    ...(since === undefined ? {} : { learningSince: since }),
    ...(ended === undefined ? {} : { learningEnded: ended }),
  };
}

function timeIn(text: string | undefined): Micros | undefined {
  const time = Number(text);
  return Number.isFinite(time) && time > 0 ? micros(time) : undefined;
}

/** Carries between the pipeline and the store: back at the start, forth with every tick. */
export class Keeper {
  readonly #store: Store;
  readonly #pipeline: Pipeline;
  readonly #house: HouseKeeper;
  /** What the store holds, by identity. */
  readonly #quiets = new Map<string, Micros | undefined>();
  /** Settings as the store holds them. */
  readonly #kept = new Map<string, string | undefined>();
  /** Of a budget that nobody has changed: it is not kept, so that a later version may think better of it. */
  readonly #usualPushes: number;
  #groups: readonly HandGroup[] = [];

  constructor(store: Store, pipeline: Pipeline) {
    this.#store = store;
    this.#pipeline = pipeline;
    this.#house = new HouseKeeper(store, pipeline);
    this.#usualPushes = pipeline.incidents.budget.perDay;
    for (const key of [LEARNING_SINCE, LEARNING_ENDED, PUSHES_A_DAY, HOME, SAME_DEVICES]) {
      this.#kept.set(key, store.setting(key));
    }
  }

  /** Gives the pipeline what was kept. */
  restore(now: Micros): void {
    const { known, incidents } = this.#pipeline;
    const pushes = this.#kept.get(PUSHES_A_DAY);
    if (pushes !== undefined && /^\d+$/.test(pushes)) incidents.budget.perDay = Number(pushes);
    known.restore(this.#store.devices());
    this.#house.restore();
    const quiets = this.#store.quiets();
    for (const quiet of quiets) this.#quiets.set(quiet.identity, quiet.until);
    incidents.feedback.restore(quiets);
    const recent = this.#store.incidents().filter((one) => now - one.raisedAt < REMEMBER);
    incidents.restore(recent, now);
    const home = this.#kept.get(HOME);
    if (home !== undefined && HEXADECIMAL.test(home)) this.#pipeline.chooseHome(Uint8Array.fromHex(home));
    for (const group of groupsOf(this.#kept.get(SAME_DEVICES))) this.#pipeline.identity.join(group);
  }

  /** Shows the home's devices of earlier runs, silent, before they are heard: for a hub that goes on. */
  recall(now: Micros): void {
    for (const { mac, since, lastSeen, known } of this.#store.devices()) {
      if (known && now - lastSeen < RECALL) this.#pipeline.recall(mac, since, lastSeen);
    }
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
    this.#keepChoices();
    this.#house.note();
    const { chosenHome, identity } = this.#pipeline;
    if (chosenHome !== undefined) this.#keep(HOME, chosenHome.toHex());
    this.#keepGroups(identity.groups);
  }

  /** Hands the next batch when each known device was last heard; call it every hour and at the end. */
  noteSeen(): void {
    const { known, house } = this.#pipeline;
    const seen = [...known.all()].flatMap((device) => {
      const lastSeen = house.device(device.mac)?.lastSeen;
      return lastSeen === undefined ? [] : [{ ...device, lastSeen }];
    });
    this.#store.saveDevices(seen);
    this.#house.noteLearned();
  }

  #keepChoices(): void {
    const { known, incidents } = this.#pipeline;
    const { learningSince, learningEnded } = known;
    if (learningSince !== undefined) this.#keep(LEARNING_SINCE, String(Math.round(learningSince)));
    const ended = learningEnded === undefined ? "0" : String(Math.round(learningEnded));
    if (learningEnded !== undefined || this.#kept.get(LEARNING_ENDED) !== undefined) {
      this.#keep(LEARNING_ENDED, ended);
    }
    const { perDay } = incidents.budget;
    if (perDay !== this.#usualPushes || this.#kept.get(PUSHES_A_DAY) !== undefined) {
      this.#keep(PUSHES_A_DAY, String(perDay));
    }
  }

  #keepGroups(groups: readonly HandGroup[]): void {
    if (groups === this.#groups) return;
    this.#groups = groups;
    if (groups.length === 0 && this.#kept.get(SAME_DEVICES) === undefined) return;
    this.#keep(SAME_DEVICES, JSON.stringify(groups.map((group) => group.map(formatMac))));
  }

  #keep(key: string, value: string): void {
    if (this.#kept.get(key) === value) return;
    this.#store.setSetting(key, value);
    this.#kept.set(key, value);
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

/** Groups as they were kept; what cannot be read is left out. */
function groupsOf(text: string | undefined): Mac[][] {
  return listOf(jsonOf(text))
    .filter((group) => Array.isArray(group))
    .map((group: unknown[]) => group.map((one) => parseMac(String(one))).filter((mac) => mac !== undefined));
}
