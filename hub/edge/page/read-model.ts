import { printable } from "../../base/text.ts";
import type { Micros, NodeIndex } from "../../base/units.ts";
import { micros, SECOND, toSeconds } from "../../base/units.ts";
import { LastingProblems, problemsIn } from "../../expose/problems.ts";
import type { BlockView } from "../../expose/snapshot/block.ts";
import type { HubView, NodeUpdateView, NodeView, ProblemView, Snapshot } from "../../expose/snapshot.ts";
import { type HouseSources, houseView } from "../../expose/view/house.ts";
import type { MoveView } from "../../expose/view/move.ts";
import { nodeId, nodeName, nodeViews, pairedView } from "../../expose/view/node.ts";
import { type PortSource, portView } from "../../expose/view/port.ts";
import {
  accessPointViews,
  channelViews,
  deviceViews,
  incidentView,
  quietViews,
  type ViewSources,
} from "../../expose/view.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { Pipeline } from "../../pipeline.ts";
import type { NodeAddress } from "../links/udp/address.ts";
import type { MqttState } from "../mqtt.ts";
import type { PairedNode } from "../store/node-table.ts";

const RATE_OVER = micros(5 * SECOND);
/** Built at most this often, however many pages look on. */
const FRESH = micros(0.5 * SECOND);
const MOST_INCIDENTS = 100;

export interface ReadModelOptions {
  readonly pipeline: Pipeline;
  readonly version: string;
  readonly demo: boolean;
  readonly startedAt: Micros;
  /** Hub time now. */
  readonly now: () => Micros;
  readonly mqtt: () => MqttState;
  /** Versions of the app; null where nobody knows of others. */
  readonly update: () => HubView["update"];
  readonly homeAssistant: () => HubView["homeAssistant"];
  readonly deletedEntities: () => number;
  readonly block: () => BlockView;
  readonly updateOf: (record: NodeRecord) => NodeUpdateView;
  /** Nodes that have a key. */
  readonly paired: () => readonly PairedNode[];
  /** Where nodes find the hub. */
  readonly nodeAddress: () => NodeAddress;
  readonly moves: () => readonly MoveView[];
  readonly ports: () => readonly PortSource[];
  /** What beside the nodes needs a person: the broker, the disk, a refused node. */
  readonly problems: () => readonly ProblemView[];
}

interface RateSample {
  readonly time: Micros;
  readonly frames: number;
}

/** Gives the snapshot that page, MQTT and metrics show; keeps only what rates need. */
export class ReadModel {
  readonly #options: ReadModelOptions;
  readonly #sources: ViewSources;
  readonly #lasting = new LastingProblems();
  readonly #samples = new Map<NodeIndex, RateSample[]>();
  #built: Snapshot | undefined;
  #builtAt = micros(Number.NEGATIVE_INFINITY);

  constructor(options: ReadModelOptions) {
    this.#options = options;
    const { pipeline } = options;
    this.#sources = {
      house: pipeline.house,
      names: pipeline.names,
      isKnown: (mac) => pipeline.known.has(mac),
      nodeName: (node) => {
        const record = pipeline.nodes.get(node);
        return record === undefined ? "" : nodeName(record);
      },
      airtimeShare: (mac) => pipeline.shares.of(mac),
      areaOf: (mac) => pipeline.household.of(mac)?.area,
      bearerOf: (mac) => pipeline.identity.of(mac),
      told: () => this.#told(),
    };
  }

  /** Takes a sample of the rates; call it once a second. */
  sample(): void {
    const time = this.#options.now();
    for (const record of this.#options.pipeline.nodes.all()) {
      const samples = this.#samples.get(record.index) ?? [];
      this.#samples.set(record.index, samples);
      samples.push({ time, frames: record.frames });
      while (samples.length > 2 && time - (samples[0]?.time ?? time) > RATE_OVER) samples.shift();
    }
  }

  snapshot(): Snapshot {
    const now = this.#options.now();
    if (this.#built !== undefined && now - this.#builtAt < FRESH && now >= this.#builtAt) return this.#built;
    this.#builtAt = now;
    this.#built = this.#build(now);
    return this.#built;
  }

  /** The next snapshot is built anew: a person has just changed something. */
  renew(): void {
    this.#built = undefined;
  }

  #build(now: Micros): Snapshot {
    const { pipeline, version } = this.#options;
    const nodes = nodeViews({
      nodes: pipeline.nodes,
      now,
      isOpen: (record) => pipeline.isOpen(record.index),
      clockOf: (record) => pipeline.clockOf(record.index),
      framesPerSecond: (record) => this.#rate(record.index),
      protocol: pipeline.protocol,
      updateOf: this.#options.updateOf,
    });
    const problems = [...problemsOf(nodes), ...homeProblem(pipeline), ...this.#options.problems()];
    const incidents = pipeline.incidents.all().slice(-MOST_INCIDENTS).reverse();
    return {
      version,
      now: toSeconds(now),
      hub: this.#hub(nodes, now),
      nodes,
      incidents: incidents.map((one) => incidentView(one, pipeline.names)),
      devices: deviceViews(this.#sources),
      accessPoints: accessPointViews(this.#sources),
      problems,
      setupProblems: this.#lasting.take(problemsIn(problems, nodes), toSeconds(now)),
      channels: channelViews(pipeline.shares.channels()),
      paired: this.#options.paired().map(pairedView),
      moves: this.#options.moves(),
      ports: this.#options.ports().map((port) => portView(port, (node) => this.#idOf(node))),
      quiets: quietViews(pipeline.incidents, now),
      house: houseView(this.#told()),
      block: this.#options.block(),
    };
  }

  #told(): HouseSources {
    const { context, household } = this.#options.pipeline;
    return { context, mapping: household.mapping, now: this.#options.now() };
  }

  #hub(nodes: readonly NodeView[], now: Micros): HubView {
    const { pipeline, demo, startedAt, mqtt, homeAssistant, deletedEntities } = this.#options;
    const { known, counters, house } = pipeline;
    const { budget } = pipeline.incidents;
    const until = known.learningUntil;
    const since = known.learningSince ?? now;
    const progress = until === undefined ? 0 : until <= since ? 1 : (now - since) / (until - since);
    return {
      startedAt: toSeconds(startedAt),
      update: this.#options.update(),
      demo,
      mqtt: mqtt(),
      homeAssistant: homeAssistant(),
      deletedEntities: deletedEntities(),
      learning: {
        active: until === undefined || now < until,
        until: until === undefined ? null : toSeconds(until),
        progress: Math.min(1, Math.max(0, progress)),
        lasts: toSeconds(known.learnFor),
      },
      alertBudget: { perDay: budget.perDay, spent: budget.spent(now) },
      openIncidents: pipeline.incidents.open().length,
      framesPerSecond: nodes.reduce((sum, node) => sum + node.framesPerSecond, 0),
      frames: counters.frames,
      damaged: counters.damaged,
      strangers: house.strangers,
      strangerDevices: pipeline.strangerDevices,
      homes: [...homeNames(pipeline)].sort(),
      ...this.#options.nodeAddress(),
    };
  }

  #idOf(node: NodeIndex): string | undefined {
    const record = this.#options.pipeline.nodes.get(node);
    return record === undefined ? undefined : nodeId(record);
  }

  #rate(node: NodeIndex): number {
    const samples = this.#samples.get(node) ?? [];
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined || last.time <= first.time) return 0;
    return (last.frames - first.frames) / toSeconds(micros(last.time - first.time));
  }
}

function homeNames(pipeline: Pipeline): Set<string> {
  const names = new Set<string>();
  for (const one of pipeline.house.accessPoints()) {
    if (one.home && one.ssid?.some((octet) => octet !== 0) === true) names.add(printable(one.ssid, 32));
    if (names.size >= 20) break;
  }
  return names;
}

/** Networks that are offered to choose from. */
const MOST_CHOICES = 3;

/** Without a home there is nothing to watch over: the person is asked, nothing is assumed. */
function homeProblem(pipeline: Pipeline): ProblemView[] {
  const names = pipeline.homeCandidates().map(({ ssid }) => printable(ssid, 32));
  const [likeliest] = names;
  if (likeliest === undefined) return [];
  return [
    {
      id: "choose_home",
      title: "Say which network is yours",
      advice: `Is it “${likeliest}”? Airwarden watches over the devices of your own network only; it learns them from the moment you say.`,
      choices: names.slice(0, MOST_CHOICES).map((ssid) => ({
        label: `“${ssid}” is mine`,
        command: { command: "choose_home", ssid },
      })),
    },
  ];
}

function problemsOf(nodes: readonly NodeView[]): ProblemView[] {
  if (nodes.length === 0) {
    return [
      {
        id: "no_node",
        title: "No node is connected",
        advice:
          "A node is a small board, or a Linux computer, that listens to Wi-Fi for Airwarden; without one nothing is watched. Airwarden's page says under Nodes how to add one.",
      },
    ];
  }
  if (nodes.some((node) => node.connected)) return [];
  return [
    {
      id: "nodes_silent",
      title: "No node is heard any more",
      advice:
        "Nothing is watched until one is back. Is the board still plugged in? Unplug it and plug it in again.",
    },
  ];
}
