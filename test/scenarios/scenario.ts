import { IncidentBook } from "../../hub/alert/incidents.ts";
import { namesOf } from "../../hub/alert/names.ts";
import { dbm, type Mac, micros, nodeIndex } from "../../hub/base/units.ts";
import { createDetectors } from "../../hub/detect/detectors.ts";
import type { Subject } from "../../hub/detect/finding.ts";
import { KnownDevices } from "../../hub/detect/known-devices.ts";
import { KIND } from "../../hub/radio/frame.ts";
import { BROADCAST } from "../../hub/radio/mac.ts";
import type { ManagementSighting } from "../../hub/radio/sighting.ts";
import type { Association, Security } from "../../hub/track/model.ts";
import { at, farewell } from "../support/farewells.ts";
import { PlainHouse, testMac } from "../support/plain-house.ts";

/**
 * A scenario is a text: what is there, what happens, `---`, and what the hub makes of it, line by line.
 *
 *   access_point NAME [ssid=X] [level=-60] [pmf=no|required] [home=no]
 *   device NAME [vendor=X] [randomized=yes] [known=yes]
 *   knowledge learned                       the learning phase is long over
 *   farewell FROM TO [kind=deauth|disassoc] [at=0] [every=1] [times=1] [sequence=100] [step=1]
 *            [attempts=1] [reason=7] [rssi=127] [protected=yes] [bssid=NAME] [among=N]
 *   join DEVICE ACCESS_POINT [at=0] [every=1] [times=1]         authentication frames
 *   stay DEVICE ACCESS_POINT from=0 to=60 [confirmed=no]        associated and exchanging data
 *   until SECONDS
 *
 * FROM and TO name an access point, a device, `all`, or `each`: devices d0, d1, … one after the other, from the first
 * again after `among` of them.
 */
export interface Scenario {
  readonly text: string;
  readonly golden: readonly string[];
}

type Traits = ReadonlyMap<string, string>;

interface Happening {
  readonly time: number;
  readonly run: (world: World) => void;
}

const ATTEMPT_GAP = 0.002;
const PMF: readonly Security["pmf"][] = ["no", "capable", "required", "unknown"];

export function scenarioOf(content: string): Scenario {
  const [text = "", golden = ""] = content.split(/^---$/m);
  return { text, golden: linesOf(golden) };
}

export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim().replaceAll(/\s+/g, " "))
    .filter((line) => line !== "");

/** Plays the scenario through detectors and incidents; one line a change: seconds, change, kind, subject, severity. */
export function play(scenario: Scenario): string[] {
  const world = new World();
  for (const line of linesOf(scenario.text)) world.read(line);
  return world.run();
}

class World {
  readonly house = new PlainHouse();
  readonly #names = new Map<string, Mac>();
  readonly #homes = new Map<Mac, boolean>();
  readonly #known: Mac[] = [];
  readonly #happenings: Happening[] = [];
  readonly #open = new Set<Mac>();
  readonly #sightings: ManagementSighting[] = [];
  #learned = false;
  #until = 60;

  constructor() {
    this.house.home = (bssid) => this.#homes.get(bssid) ?? true;
  }

  read(line: string): void {
    const words = line.split(" ");
    const traits: Traits = new Map(
      words
        .filter((word) => word.includes("="))
        .map((word) => [word.split("=")[0] ?? "", word.split("=")[1] ?? ""]),
    );
    const [verb = "", first = "", second = ""] = words.filter((word) => !word.includes("="));
    if (verb === "access_point") this.#accessPoint(first, traits);
    else if (verb === "device") this.#device(first, traits);
    else if (verb === "knowledge") this.#learned = first === "learned";
    else if (verb === "farewell") this.#farewell(first, second, traits);
    else if (verb === "join") this.#join(first, second, traits);
    else if (verb === "stay") this.#stay(first, second, traits);
    else if (verb === "until") this.#until = Number(first);
    else throw new Error(`not a line of a scenario: ${line}`);
  }

  run(): string[] {
    const known = new KnownDevices(this.#learned ? { learningSince: micros(0) } : {});
    for (const device of this.#known) known.trust(device, true, at(0));
    const book = new IncidentBook({ names: namesOf(this.house, () => undefined) });
    const detectors = createDetectors({ known });
    const lines: string[] = [];
    const happenings = this.#happenings.sort((a, b) => a.time - b.time);
    let next = 0;
    for (let second = 0; second <= this.#until; second++) {
      for (; next < happenings.length && (happenings[next]?.time ?? 0) <= second; next++) {
        this.house.now = at(happenings[next]?.time ?? 0);
        happenings[next]?.run(this);
        for (const sighting of this.#sightings.splice(0)) {
          for (const detector of detectors) detector.observe(sighting, true, this.house);
        }
      }
      this.house.now = at(second);
      for (const device of this.#open)
        Object.assign(this.house.device(device) ?? {}, { lastSeen: at(second) });
      const findings = detectors.flatMap((detector) => detector.tick(at(second), this.house));
      for (const { kind, incident } of book.apply(findings, at(second))) {
        if (kind === "updated") continue;
        const time = kind === "raised" ? incident.raisedAt : at(second);
        const seconds = Math.round(((time - at(0)) / 1e6) * 10) / 10;
        lines.push(
          `${seconds} ${kind} ${incident.kind} ${this.#nameOf(incident.subject)} ${incident.severity}`,
        );
      }
    }
    return lines;
  }

  hear(sighting: ManagementSighting): void {
    this.#sightings.push(sighting);
  }

  #nameOf(subject: Subject): string {
    const address =
      subject.kind === "device" ? subject.mac : subject.kind === "access_point" ? subject.bssid : 0;
    return [...this.#names].find(([, mac]) => mac === address)?.[0] ?? subject.kind;
  }

  #address(name: string): Mac {
    if (name === "all") return BROADCAST;
    let address = this.#names.get(name);
    if (address === undefined) {
      address = testMac(this.#names.size + 1);
      this.#names.set(name, address);
    }
    return address;
  }

  #accessPoint(name: string, traits: Traits): void {
    const bssid = this.#address(name);
    this.#homes.set(bssid, traits.get("home") !== "no");
    const level = dbm(Number(traits.get("level") ?? -60));
    const pmf = PMF.find((one) => one === (traits.get("pmf") ?? "no"));
    if (pmf === undefined) throw new Error(`no such pmf: ${traits.get("pmf")}`);
    this.house.addAccessPoint(bssid, {
      ssid: traits.get("ssid") ?? name,
      security: { pmf },
      signals: [{ node: nodeIndex(0), rssi: level, frames: 1000, lastHeard: at(0) }],
    });
  }

  #device(name: string, traits: Traits): void {
    const address = this.#address(name);
    const vendor = traits.get("vendor");
    const randomized = traits.get("randomized") === "yes";
    this.house.addDevice(address, vendor === undefined ? { randomized } : { randomized, vendor });
    if (traits.get("known") === "yes") this.#known.push(address);
  }

  #farewell(from: string, to: string, traits: Traits): void {
    const series = seriesOf(traits);
    const kind = traits.get("kind") === "disassoc" ? KIND.disassociation : KIND.deauthentication;
    const first = Number(traits.get("sequence") ?? 100);
    const step = Number(traits.get("step") ?? 1);
    const reason = Number(traits.get("reason") ?? 7);
    const among = Number(traits.get("among") ?? Number.POSITIVE_INFINITY);
    series.forEach((time, i) => {
      const device = `d${i % among}`;
      const transmitter = this.#address(from === "each" ? device : from);
      const receiver = this.#address(to === "each" ? device : to);
      const named = traits.get("bssid");
      const network = named ?? (this.house.accessPoint(transmitter) === undefined ? to : from);
      const attempts = Number(traits.get("attempts") ?? 1);
      for (let attempt = 0; attempt < attempts; attempt++) {
        const sighting: ManagementSighting = {
          ...blank(time + attempt * ATTEMPT_GAP),
          kind,
          transmitter,
          receiver,
          bssid: this.#address(network),
          retry: attempt > 0,
          protected: traits.get("protected") === "yes",
          sequence: (first + i * step) % 4096,
          rssi: dbm(Number(traits.get("rssi") ?? 127)),
          fixed: Uint8Array.of(reason & 0xff, reason >> 8),
        };
        this.#add(time + attempt * ATTEMPT_GAP, (world) => world.hear(sighting));
      }
    });
  }

  #join(device: string, point: string, traits: Traits): void {
    for (const time of seriesOf(traits)) {
      const sighting: ManagementSighting = {
        ...blank(time),
        kind: KIND.authentication,
        transmitter: this.#address(device),
        receiver: this.#address(point),
        bssid: this.#address(point),
        sequence: 7,
      };
      this.#add(time, (world) => world.hear(sighting));
    }
  }

  #stay(device: string, point: string, traits: Traits): void {
    const mac = this.#address(device);
    const open: { association?: Association } = {};
    this.#add(Number(traits.get("from") ?? 0), (world) => {
      open.association = world.house.addAssociation(mac, this.#address(point));
      open.association.confirmed = traits.get("confirmed") !== "no";
      this.#open.add(mac);
    });
    this.#add(Number(traits.get("to") ?? 0), (world) => {
      if (open.association !== undefined) open.association.until = world.house.now;
      this.#open.delete(mac);
    });
  }

  #add(time: number, run: (world: World) => void): void {
    this.#happenings.push({ time, run });
  }
}

function seriesOf(traits: Traits): number[] {
  const first = Number(traits.get("at") ?? 0);
  const every = Number(traits.get("every") ?? 1);
  return Array.from({ length: Number(traits.get("times") ?? 1) }, (_, i) => first + i * every);
}

const blank = (seconds: number): ManagementSighting =>
  farewell({ at: seconds, from: testMac(0), to: testMac(0), bssid: testMac(0), sequence: 0 });
