import { inContextOf } from "./alert/context.ts";
import { IncidentBook, type IncidentChange } from "./alert/incidents.ts";
import { type Names, namesOf } from "./alert/names.ts";
import { type Mac, type Micros, micros, type NodeIndex, nodeIndex } from "./base/units.ts";
import type { Detector } from "./detect/detector.ts";
import { createDetectors } from "./detect/detectors.ts";
import { KnownDevices, type KnownDevicesOptions } from "./detect/known-devices.ts";
import type { NodeHearing } from "./detect/node-silent.ts";
import { HouseContext } from "./house/context.ts";
import { Household } from "./house/household.ts";
import type { HouseRegistry } from "./house/registry.ts";
import { Aligner } from "./intake/align.ts";
import { Merger } from "./intake/merge.ts";
import type { NodeHello } from "./intake/node.ts";
import { Nodes } from "./intake/nodes.ts";
import { TimeRequests } from "./intake/time-requests.ts";
import { versionGap } from "./intake/versions.ts";
import { AirShares } from "./learn/air-share.ts";
import { Paces } from "./learn/paces.ts";
import { AirtimeMeter } from "./radio/airtime.ts";
import type { FrameBatch } from "./radio/batch.ts";
import type { ManagementSighting } from "./radio/sighting.ts";
import type { ChannelAir } from "./track/count/channels.ts";
import type { HomeCandidate } from "./track/home-learning.ts";
import { type HomeRule, sameOctets } from "./track/homes.ts";
import type { Identity } from "./track/identity/identity.ts";
import type { House, TrackChange } from "./track/model.ts";
import { Tracker } from "./track/tracker.ts";
import { encodeHubMessage, type HubCommand } from "./wire/commands.ts";
import { CAPABILITY, LASTING, PROTOCOL } from "./wire/kinds.ts";
import { decodeNodeMessage } from "./wire/messages.ts";
import type { CommandResult, NodeBody } from "./wire/records/bodies.ts";
import { FrameDecoder } from "./wire/records.ts";

export interface PipelineOptions {
  /** Networks of the home. */
  readonly homes: readonly HomeRule[];
  /** Without a home of its own, every network heard counts as home: for recordings. */
  readonly everyNetworkIsHome: boolean;
  readonly vendorOf: (mac: Mac) => string | undefined;
  readonly known?: KnownDevicesOptions;
  /** How long a stranger must have been there to be told, five minutes unless said otherwise. */
  readonly unknownStay?: Micros;
  /** Silence of a node is a finding; not so with recordings, which end. */
  readonly watchNodes: boolean;
  /** Version of the node protocol that is spoken: PROTOCOL unless said otherwise. */
  readonly protocol?: number;
}

export interface PipelineCounters {
  frames: number;
  /** Messages and frame batches that could not be read. */
  damaged: number;
  /** Messages of kinds that this version does not know, and of nodes whose version it does not. */
  unknown: number;
}

/** One command on its way to a node, encoded. */
export interface Outgoing {
  readonly node: NodeIndex;
  readonly message: Uint8Array;
}

/** The node of every link beyond the most that a hub has. */
const UNHEARD = nodeIndex(-1);
/** Commands that wait for their link. */
const MOST_OUTGOING = 1024;

/**
 * The product on one page: a message of a node goes in, incidents and commands come out, and in between lie the rooms
 * in the order of the folders. Synchronous and deterministic: hub time comes in with every call.
 */
export class Pipeline {
  readonly nodes = new Nodes();
  readonly known: KnownDevices;
  readonly incidents: IncidentBook;
  readonly names: Names;
  readonly household = new Household();
  readonly shares = new AirShares();
  readonly paces = new Paces();
  /** The radio beside what Home Assistant knows. */
  readonly context = new HouseContext(this.household.mapping);
  readonly protocol: number;
  readonly counters: PipelineCounters = { frames: 0, damaged: 0, unknown: 0 };
  /** Sees every batch in hub time, with its airtime by row: for tables of frames. Both are valid during the call only. */
  onBatch: ((batch: FrameBatch, airtime: Float64Array) => void) | undefined;
  /** Told of every join, confirmation and end of an association, in order. */
  onChange: ((change: TrackChange) => void) | undefined;
  /** What a node says has become of a command, by the number that `command` gave. */
  onResult: ((node: NodeIndex, result: CommandResult) => void) | undefined;
  /** What a node wrote into its log. */
  onLog: ((node: NodeIndex, level: "error" | "warning" | "info", text: string) => void) | undefined;

  readonly #decoder = new FrameDecoder();
  readonly #aligner = new Aligner();
  readonly #merger = new Merger(this.#aligner);
  readonly #meters: AirtimeMeter[] = [];
  readonly #tracker: Tracker;
  readonly #homesGiven: boolean;
  #chosenHome: Uint8Array | undefined;
  readonly #detectors: readonly Detector[];
  readonly #open = new Set<NodeIndex>();
  readonly #requests = new TimeRequests();
  readonly #sequences = new Map<NodeIndex, number>();
  #changes: IncidentChange[] = [];
  #outgoing: Outgoing[] = [];
  #arrival = micros(0);
  readonly #takeBatch = (batch: FrameBatch): void => this.#sight(batch);
  readonly #takeSighting = (sighting: ManagementSighting, fresh: boolean): void =>
    this.#observe(sighting, fresh);

  constructor(options: PipelineOptions) {
    const { homes, everyNetworkIsHome, vendorOf } = options;
    this.protocol = options.protocol ?? PROTOCOL;
    this.#tracker = new Tracker({ homes, everyNetworkIsHome, vendorOf });
    this.#homesGiven = homes.length > 0 || everyNetworkIsHome;
    this.known = new KnownDevices(options.known);
    this.names = namesOf(this.#tracker, (mac) => this.known.nameOf(mac) ?? this.household.of(mac)?.name);
    const { context, names } = this;
    this.incidents = new IncidentBook({
      names,
      inContext: inContextOf({ context, names, house: this.#tracker }),
    });
    this.#detectors = createDetectors({
      known: this.known,
      ...(options.unknownStay === undefined ? {} : { unknownStay: options.unknownStay }),
      ...(options.watchNodes ? { nodes: () => this.#hearing() } : {}),
    });
  }

  get house(): House {
    return this.#tracker;
  }

  /** Which addresses are one device. */
  get identity(): Identity {
    return this.#tracker.identity;
  }

  /** Devices that the strangers' addresses in memory seem to be. */
  get strangerDevices(): number {
    return this.#tracker.strangerDevices;
  }

  channels(): Iterable<ChannelAir> {
    return this.#tracker.channels();
  }

  /** Networks that a person may choose as home, the likeliest first; none once it is known which is. */
  homeCandidates(): HomeCandidate[] {
    if (this.#homesGiven || this.#chosenHome !== undefined) return [];
    return this.#tracker.homeCandidates((mac) => this.household.of(mac) !== undefined);
  }

  /** Name of the network that a person chose as home. */
  get chosenHome(): Uint8Array | undefined {
    return this.#chosenHome;
  }

  /** Makes a network home; false where the configuration says which is, and that holds. */
  chooseHome(ssid: Uint8Array): boolean {
    if (this.#homesGiven) return false;
    if (this.#chosenHome !== undefined && sameOctets(this.#chosenHome, ssid)) return true;
    this.#chosenHome = ssid.slice();
    this.#tracker.setHomes([{ ssid: this.#chosenHome }], false);
    return true;
  }

  /** A home device of an earlier run: it is shown, and silent, until it is heard. */
  recall(mac: Mac, firstSeen: Micros, lastSeen: Micros): void {
    this.#tracker.recall(mac, firstSeen, lastSeen);
  }

  /** How well the node's clock is known. */
  clockOf(node: NodeIndex): { readonly source: string; readonly error: number } {
    return this.#aligner.quality(node);
  }

  isOpen(node: NodeIndex): boolean {
    return this.#open.has(node);
  }

  /**
   * A link came up; the same link gives the same node again. Where there are too many, the node is one that nobody
   * listens to.
   */
  openNode(link: string, now: Micros): NodeIndex {
    const record = this.nodes.admit(link, now);
    if (record === undefined) return UNHEARD;
    this.#open.add(record.index);
    this.#meters[record.index] ??= new AirtimeMeter();
    return record.index;
  }

  closeNode(node: NodeIndex): void {
    this.#open.delete(node);
    this.#requests.forget(node);
  }

  /** One message of a node, unframed and unsealed, and when it arrived. */
  message(node: NodeIndex, bytes: Uint8Array, arrival: Micros): void {
    if (node === UNHEARD) return;
    const message = decodeNodeMessage(bytes);
    if (message.kind === "damage") {
      this.counters.damaged += 1;
      this.nodes.damaged(node, 1);
      return;
    }
    if (message.kind === "hello") this.#meet(node, message);
    this.nodes.message(node, message.sequence, arrival);
    const readable = this.#understands(node) || LASTING.has(message.kind);
    if (message.kind === "unknown" || !readable) this.counters.unknown += 1;
    else this.#read(node, message, arrival);
  }

  /** Moves hub time on, at least once a second: windows close, detectors speak, incidents begin and end. */
  tick(now: Micros): void {
    this.#tracker.tick(now);
    for (const change of this.#tracker.takeChanges()) {
      for (const detector of this.#detectors) detector.change(change, this.#tracker);
      this.onChange?.(change);
    }
    this.#putInContext(now);
    const findings = this.#detectors.flatMap((detector) => detector.tick(now, this.#tracker));
    for (const change of this.incidents.apply(findings, now)) this.#changes.push(change);
    this.shares.sample(now, this.#tracker, this.nodes, this.#tracker.channels());
    for (const node of this.#open) this.#askTime(node, now);
  }

  /** Incidents raised, updated and resolved since the last call. */
  takeIncidents(): IncidentChange[] {
    const taken = this.#changes;
    this.#changes = [];
    return taken;
  }

  /** Takes in what a person's decision changed, so that it goes the way of all changes. */
  note(changes: readonly (IncidentChange | undefined)[]): void {
    for (const change of changes) if (change !== undefined) this.#changes.push(change);
  }

  /** Takes what Home Assistant knows of the home; a device renamed at Airwarden's entry there is renamed here. */
  takeRegistry(registry: HouseRegistry, now: Micros): void {
    for (const { mac, name } of this.household.take(registry)) this.known.name(mac, name, now);
  }

  /** Messages for nodes since the last call. */
  takeCommands(): Outgoing[] {
    const taken = this.#outgoing;
    this.#outgoing = [];
    return taken;
  }

  /** Gives the number that the result will name; undefined where too many commands wait. */
  command(node: NodeIndex, command: HubCommand): number | undefined {
    if (this.#outgoing.length >= MOST_OUTGOING) return undefined;
    const sequence = this.#sequences.get(node) ?? 0;
    this.#sequences.set(node, sequence + 1);
    this.#outgoing.push({ node, message: encodeHubMessage(command, sequence) });
    return sequence;
  }

  #read(node: NodeIndex, message: NodeBody, arrival: Micros): void {
    switch (message.kind) {
      case "frames":
        this.#arrival = arrival;
        if (!this.#decoder.decode(message, node, this.#takeBatch)) this.counters.damaged += 1;
        return;
      case "elements":
        this.#tracker.elements(message.hash, message.subtype, message.blocks);
        return;
      case "hello":
        this.#greet(node, message, arrival);
        return;
      case "heartbeat":
        this.nodes.heartbeat(node, message, this.#aligner.read(node, message.time, arrival));
        return;
      case "dwell":
        this.nodes.dwell(node, message, this.#aligner.toHub(node, message.start));
        return;
      case "time_reply":
        this.#hearTime(node, message, arrival);
        return;
      case "log":
        this.onLog?.(node, message.level, message.text);
        return;
      case "result":
        this.onResult?.(node, message);
        return;
      case "totals":
        return;
    }
  }

  #understands(node: NodeIndex): boolean {
    return this.nodes.get(node)?.understood ?? false;
  }

  #meet(node: NodeIndex, hello: Extract<NodeBody, { kind: "hello" }>): void {
    this.nodes.hello(node, hello);
    const record = this.nodes.get(node);
    if (record !== undefined) record.understood = versionGap(hello.protocol, this.protocol) === "none";
  }

  /** The way of frames: one clock, each frame once, its airtime, then what it says. */
  #sight(batch: FrameBatch): void {
    this.counters.frames += batch.count;
    this.#aligner.align(batch, this.#arrival);
    this.nodes.frames(batch);
    this.#merger.merge(batch);
    const airtime = this.#meters[batch.node]?.measure(batch);
    if (airtime === undefined) return;
    this.#tracker.sight(batch, airtime, this.#takeSighting);
    this.context.sight(batch);
    this.onBatch?.(batch, airtime);
  }

  #putInContext(now: Micros): void {
    const house = this.#tracker;
    const exposure: Nodes["exposure"] = (frequency, from, to) => this.nodes.exposure(frequency, from, to);
    this.paces.sample(now, { house, exposure });
    const watermark = this.nodes.watermark(now);
    this.context.tick(now, { house, exposure, watermark, paces: this.paces });
  }

  #observe(sighting: ManagementSighting, fresh: boolean): void {
    for (const detector of this.#detectors) detector.observe(sighting, fresh, this.#tracker);
  }

  #greet(node: NodeIndex, hello: Extract<NodeBody, { kind: "hello" }>, arrival: Micros): void {
    const unixTime = (hello.capabilities & CAPABILITY.unixTime) !== 0;
    this.#aligner.hello(node, { bootId: hello.bootId, clock: hello.clock, unixTime }, arrival);
    this.#requests.began(node);
    const record = this.nodes.get(node);
    if (record !== undefined) record.aside = isAside(record.link, hello);
    // There a welcome is answered with hello: without end, were that answered with a welcome.
    if (record?.aside === true) return;
    this.command(node, { kind: "welcome", protocol: this.protocol, bootId: hello.bootId, time: arrival });
  }

  #askTime(node: NodeIndex, now: Micros): void {
    if (!this.#requests.isDue(node, now)) return;
    const record = this.nodes.get(node);
    if (record?.aside === true) return;
    if (record?.hello === undefined) {
      this.#askName(node, now);
      return;
    }
    if (!this.#understands(node)) return;
    this.command(node, { kind: "time_request", token: this.#requests.ask(node, now), time: now });
  }

  /** A node that speaks but has not said hello, as after a restart of the hub: a welcome to nobody makes it say so. */
  #askName(node: NodeIndex, now: Micros): void {
    if ((this.nodes.get(node)?.messages ?? 0) === 0) return;
    this.#requests.askName(node, now);
    this.command(node, { kind: "welcome", protocol: this.protocol, bootId: 0, time: now });
  }

  #hearTime(node: NodeIndex, reply: Extract<NodeBody, { kind: "time_reply" }>, arrival: Micros): void {
    const requestedAt = this.#requests.requestedAt(node, reply.token);
    if (requestedAt !== undefined) this.#aligner.timeReply(node, reply, { requestedAt, arrival });
  }

  *#hearing(): Generator<NodeHearing> {
    for (const { hello, aside, name, link, lastHeard } of this.nodes.reporting()) {
      if (hello !== undefined && !aside) yield { name: name || link, lastHeard };
    }
  }
}

/** A board that is on a cable and may not hop is bound to its Wi-Fi: it reports there (firmware/PROTOCOL.md, 7). */
function isAside(link: string, { chip, capabilities }: NodeHello): boolean {
  return link.startsWith("/") && chip.startsWith("esp32") && (capabilities & CAPABILITY.canHop) === 0;
}
